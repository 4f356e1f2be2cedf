package hclfile

import "weir/conf"

// The steps of health checks are actions: connect, send, send-binary and expect, and those of variables.

// stepGrammar is ruleGrammar without a condition: a check has none.
func stepGrammar(rows ...row[ruleNode]) *grammar[ruleNode] {
	return &grammar[ruleNode]{context: "rule", rows: rows}
}

var stepComment = info{name: "comment", typ: tString, doc: "what a failure of the step is reported with"}

var checkActionRows = []actionRow{
	{"connect", tcpCheck | httpCheck, "opens a connection, in place of the one before", of[conf.CheckConnect](), stepGrammar(
		field(info{name: "port", typ: tSample, doc: "the port, a number or a sample; where not given, the one that is checked"}, func(a *conf.CheckConnect) any { return &a.Port }),
		field(info{name: "addr", typ: tString, doc: "the address; where not given, the one that is checked"}, func(a *conf.CheckConnect) any { return &a.Addr }),
		field(info{name: "linger", typ: tBool, doc: "close it in order, not with a reset"}, func(a *conf.CheckConnect) any { return &a.Linger }),
		field(info{name: "default", typ: tBool, doc: "what is not said here is as the server says: TLS, PROXY header, SOCKS proxy, protocol; else it is not done"}, func(a *conf.CheckConnect) any { return &a.Default }),
		field(info{name: "ssl", typ: tBool, doc: "speak TLS, with the server's certificates and authorities"}, func(a *conf.CheckConnect) any { return &a.SSL }),
		field(info{name: "sni", typ: tString, doc: "the server name to ask for"}, func(a *conf.CheckConnect) any { return &a.SNI }),
		field(info{name: "alpn", typ: tList, doc: "the protocols to offer"}, func(a *conf.CheckConnect) any { return &a.ALPN }),
		field(info{name: "send_proxy", typ: tBool, doc: "begin with a PROXY header, of version 2 where the server's are"}, func(a *conf.CheckConnect) any { return &a.SendProxy }),
		field(info{name: "via_socks4", typ: tBool, doc: "go through the server's SOCKS proxy"}, func(a *conf.CheckConnect) any { return &a.ViaSOCKS }),
		field(info{name: "proto", typ: tWord, enum: conf.ServerProtos, later: conf.ServerProtosLater, doc: "http_check: what it speaks, whatever TLS has agreed on"}, func(a *conf.CheckConnect) any { return &a.Proto }),
		field(stepComment, func(a *conf.CheckConnect) any { return &a.Comment })), nil},
	{"send", tcpCheck, "sends a text", of[conf.CheckData](), stepGrammar(
		field(info{name: "data", typ: tFormat, required: true, doc: "the text"}, func(a *conf.CheckData) any { return &a.Data }),
		field(stepComment, func(a *conf.CheckData) any { return &a.Comment })), nil},
	{"send-binary", tcpCheck, "sends bytes", func() conf.Action { return &conf.CheckData{Binary: true} }, stepGrammar(
		field(info{name: "data", typ: tFormat, required: true, doc: "the bytes in hexadecimal"}, func(a *conf.CheckData) any { return &a.Data }),
		field(stepComment, func(a *conf.CheckData) any { return &a.Comment })), nil},
	{"send", httpCheck, "sends a request", of[conf.CheckSend](), stepGrammar(append(sendRows(func(n *ruleNode) *conf.CheckSend { return n.action.(*conf.CheckSend) }),
		field(stepComment, func(a *conf.CheckSend) any { return &a.Comment }))...), nil},
	{"expect", tcpCheck, "says what a good answer is", newExpect, expectGrammar(conf.TCPMatches), nil},
	{"expect", httpCheck, "says what a good answer is", newExpect, expectGrammar(conf.HTTPMatches,
		row[ruleNode]{info: info{name: "name", typ: tFormat, doc: "hdr, fhdr: the field's name"},
			read: func(d *decoder, n *ruleNode, a *attr) { fieldName(n).Text = d.format(a.expr, a.path) }, text: func(n *ruleNode) string { return textOf(expectOf(n).Name) }},
		row[ruleNode]{info: info{name: "name_match", typ: tWord, enum: conf.TextMatches, def: "str", doc: "hdr, fhdr: how the name is compared"},
			read: func(d *decoder, n *ruleNode, a *attr) { readTextMatch(d, fieldName(n), a) }, text: func(n *ruleNode) string { return textMatch(expectOf(n).Name) }},
		row[ruleNode]{info: info{name: "value", typ: tFormat, doc: "hdr, fhdr: the field's value, or one of its values between commas; where not given, the field must be there"},
			read: func(d *decoder, n *ruleNode, a *attr) { fieldValue(n).Text = d.format(a.expr, a.path) }, text: func(n *ruleNode) string { return textOf(expectOf(n).Value) }},
		row[ruleNode]{info: info{name: "value_match", typ: tWord, enum: conf.TextMatches, def: "str", doc: "hdr, fhdr: how the value is compared"},
			read: func(d *decoder, n *ruleNode, a *attr) { readTextMatch(d, fieldValue(n), a) }, text: func(n *ruleNode) string { return textMatch(expectOf(n).Value) }},
	), nil},
}

func newExpect() conf.Action { return &conf.CheckExpect{MinRecv: -1} }

func expectOf(n *ruleNode) *conf.CheckExpect { return n.action.(*conf.CheckExpect) }

func expectGrammar(matches []string, more ...row[ruleNode]) *grammar[ruleNode] {
	rows := append([]row[ruleNode]{
		{info: info{name: "match", typ: tWord, enum: matches, required: true, doc: "what is looked at and how"}, read: readMatch, text: func(n *ruleNode) string { return quote(expectOf(n).Match) }},
		field(info{name: "pattern", typ: tFormat, doc: "what is looked for; of string and binary a template"}, func(a *conf.CheckExpect) any { return &a.Pattern }),
		field(info{name: "not", typ: tBool, doc: "it must not match"}, func(a *conf.CheckExpect) any { return &a.Not }),
	}, more...)
	rows = append(rows,
		field(info{name: "min_recv", typ: tInt, min: -1, def: "-1", doc: "bytes that must have come before it is looked at; -1 is any"}, func(a *conf.CheckExpect) any { return &a.MinRecv }),
		field(info{name: "ok_status", typ: tWord, enum: conf.OKStatuses, doc: "what a success is called"}, func(a *conf.CheckExpect) any { return &a.OKStatus }),
		field(info{name: "error_status", typ: tWord, enum: conf.ErrStatuses, doc: "what a failure is called"}, func(a *conf.CheckExpect) any { return &a.ErrStatus }),
		field(info{name: "tout_status", typ: tWord, enum: conf.ToutStatuses, doc: "what a silence is called"}, func(a *conf.CheckExpect) any { return &a.ToutStatus }),
		field(info{name: "on_success", typ: tFormat, doc: "text that is logged after a success"}, func(a *conf.CheckExpect) any { return &a.OnSuccess }),
		field(info{name: "on_error", typ: tFormat, doc: "text that is logged after a failure"}, func(a *conf.CheckExpect) any { return &a.OnError }),
		field(info{name: "status_code", typ: tSample, doc: "number that is logged"}, func(a *conf.CheckExpect) any { return &a.StatusCode }),
		field(stepComment, func(a *conf.CheckExpect) any { return &a.Comment }))
	return stepGrammar(rows...)
}

func readMatch(d *decoder, n *ruleNode, a *attr) {
	matches := append(append([]string{}, conf.HTTPMatches...), "binary", "rbinary")
	e := expectOf(n)
	e.Pos = a.pos
	if i := d.word(matches, a); i >= 0 {
		e.Match = matches[i]
	}
}

func fieldName(n *ruleNode) *conf.CheckText  { return textAt(&expectOf(n).Name) }
func fieldValue(n *ruleNode) *conf.CheckText { return textAt(&expectOf(n).Value) }

func textAt(to **conf.CheckText) *conf.CheckText {
	if *to == nil {
		*to = &conf.CheckText{}
	}
	return *to
}

func readTextMatch(d *decoder, t *conf.CheckText, a *attr) {
	if i := d.word(conf.TextMatches, a); i > 0 {
		t.Match = conf.TextMatches[i]
	}
}

func textOf(t *conf.CheckText) string {
	if t == nil {
		return ""
	}
	return textFormat(t.Text)
}

func textMatch(t *conf.CheckText) string {
	if t == nil {
		return ""
	}
	return textString(t.Match)
}
