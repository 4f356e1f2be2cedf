package hclfile

import (
	"weir/conf"
)

// actionRows are all actions, in the order of docs/hcl.md.
var actionRows = append([]actionRow{
	{"allow", tcpConn | tcpSess | tcpReq | tcpResp | anyHTTP | statsReq, "ends the rules of this section", of[conf.Allow](), ruleGrammar(), nil},
	{"accept", anyTCP, "ends the rules of this section", of[conf.Allow](), ruleGrammar(), nil},
	{"reject", anyTCP | httpReq, "closes the connection without an answer", of[conf.Reject](), ruleGrammar(), nil},
	{"close", tcpResp, "closes the server's connection", of[conf.Close](), ruleGrammar(), nil},
	{"expect-proxy", tcpConn, "the connection begins with a PROXY header", func() conf.Action { return &conf.Expect{Header: conf.HeaderProxy} }, ruleGrammar(), nil},
	{"expect-netscaler-cip", tcpConn, "the connection begins with the header that a NetScaler inserts", func() conf.Action { return &conf.Expect{Header: conf.HeaderCIP} }, ruleGrammar(), nil},
	{"silent-drop", anyTCP | httpReq | httpResp, "drops the connection without the client being told", of[conf.SilentDrop](), ruleGrammar(
		field(info{name: "rst_ttl", typ: tInt, min: 1, max: 255, doc: "send a reset that lives for so many hops"}, func(a *conf.SilentDrop) any { return &a.RstTTL })), nil},
	{"deny", httpReq | httpResp | statsReq, "answers with the error page of the status, or with what is written", of[conf.Deny](), denyGrammar(403), nil},
	{"tarpit", httpReq, "holds the request for the tarpit timeout, then answers as deny does", of[conf.Tarpit](), denyGrammar(500), nil},
	{"return", httpReq | httpResp, "answers with a ready response", of[conf.Return](), returnGrammar, nil},
	{"redirect", httpReq | httpResp, "answers with a Location", of[conf.Redirect](), redirectGrammar, checkRedirect},
	{"auth", httpReq | statsReq, "asks for a name and a password (401, or 407 of a proxy's client) until the client has given them", of[conf.Auth](), ruleGrammar(
		field(info{name: "realm", typ: tString, doc: "what the browser shows"}, func(a *conf.Auth) any { return &a.Realm })), nil},
	{"use-service", tcpReq | httpReq, "hands the request to a service inside Weir", of[conf.UseService](), ruleGrammar(
		field(info{name: "service", typ: tWord, enum: []string{"prometheus-exporter"}, required: true, doc: "the service"}, func(a *conf.UseService) any { return &a.Name })), nil},
	{"set-header", anyHTTP, "replaces every field of the name by one", of[conf.SetHeader](), ruleGrammar(
		field(nameInfo, func(a *conf.SetHeader) any { return &a.Name }), field(valueInfo, func(a *conf.SetHeader) any { return &a.Value })), nil},
	{"add-header", anyHTTP, "appends a field", of[conf.AddHeader](), ruleGrammar(
		field(nameInfo, func(a *conf.AddHeader) any { return &a.Name }), field(valueInfo, func(a *conf.AddHeader) any { return &a.Value })), nil},
	{"del-header", anyHTTP, "removes the fields of the name", of[conf.DelHeader](), ruleGrammar(
		field(nameInfo, func(a *conf.DelHeader) any { return &a.Name }),
		field(info{name: "match", typ: tWord, enum: []string{"str", "beg", "end", "sub", "reg"}, def: "str", doc: "how the name is compared"}, func(a *conf.DelHeader) any { return &a.Match })), nil},
	headersRow(conf.HeadersAdd, "appends the fields of a binary list, as req_hdrs_bin makes it"),
	headersRow(conf.HeadersSet, "replaces the fields that a binary list has"),
	headersRow(conf.HeadersDel, "removes the fields that a binary list names"),
	{"replace-header", anyHTTP, "replaces in each field of the name", of[conf.ReplaceHeader](), replaceGrammar, nil},
	{"replace-value", anyHTTP, "replaces in each comma-separated value of the fields", func() conf.Action { return &conf.ReplaceHeader{Each: true} }, replaceGrammar, nil},
	{"early-hint", httpReq, "sends the field in a 103 response before the request is served", of[conf.EarlyHint](), ruleGrammar(
		field(nameInfo, func(a *conf.EarlyHint) any { return &a.Name }), field(valueInfo, func(a *conf.EarlyHint) any { return &a.Value })), nil},
	partRow(conf.PartMethod, "sets the method"),
	partRow(conf.PartPath, "sets the path and keeps the query"),
	partRow(conf.PartPathQ, "sets the path and the query"),
	partRow(conf.PartQuery, "sets the query, without its question mark"),
	partRow(conf.PartURI, "sets the whole request target"),
	replacePartRow(conf.PartPath, "replaces in the path"),
	replacePartRow(conf.PartPathQ, "replaces in the path and the query"),
	replacePartRow(conf.PartURI, "replaces in the whole request target"),
	{"normalize-uri", httpReq, "brings the request target into a normal form", of[conf.NormalizeURI](), ruleGrammar(
		field(info{name: "normalizer", typ: tWord, enum: conf.Normalizers, required: true, doc: "what to do"}, func(a *conf.NormalizeURI) any { return &a.How }),
		field(info{name: "strict", typ: tBool, doc: "refuse a bad percent sign; of percent-decode-unreserved and percent-to-uppercase"}, func(a *conf.NormalizeURI) any { return &a.Strict }),
		field(info{name: "full", typ: tBool, doc: "strip what leads above the root too; of path-strip-dotdot"}, func(a *conf.NormalizeURI) any { return &a.Full })), checkNormalize},
	{"set-status", httpResp | httpAfter, "sets the status", of[conf.SetStatus](), ruleGrammar(
		field(info{name: "status", typ: tInt, min: 100, max: 999, required: true, doc: "status"}, func(a *conf.SetStatus) any { return &a.Status }),
		field(info{name: "reason", typ: tString, doc: "text after the status; where not given, the status's own"}, func(a *conf.SetStatus) any { return &a.Reason })), nil},
	{"set-var", anyTCP | anyHTTP | anyCheck, "sets a variable to a sample", of[conf.SetVar](), ruleGrammar(
		field(varInfo, func(a *conf.SetVar) any { return &a.Var }), field(condsInfo, func(a *conf.SetVar) any { return &a.Conds }),
		field(sampleInfo("the value"), func(a *conf.SetVar) any { return &a.Expr })), nil},
	{"set-var-fmt", anyTCP | anyHTTP | anyCheck, "sets a variable to a text", of[conf.SetVarFmt](), ruleGrammar(
		field(varInfo, func(a *conf.SetVarFmt) any { return &a.Var }), field(condsInfo, func(a *conf.SetVarFmt) any { return &a.Conds }),
		field(info{name: "value", typ: tFormat, required: true, doc: "the value"}, func(a *conf.SetVarFmt) any { return &a.Value })), nil},
	{"unset-var", anyTCP | anyHTTP | anyCheck, "forgets a variable", of[conf.UnsetVar](), ruleGrammar(
		field(varInfo, func(a *conf.UnsetVar) any { return &a.Var })), nil},
	mapRow(conf.MapSet, anyHTTP, "sets the value of a key of a map"),
	mapRow(conf.MapDel, anyHTTP, "removes a key from a map"),
	mapRow(conf.ACLAdd, httpReq|httpResp, "adds a pattern to a file of patterns"),
	mapRow(conf.ACLDel, anyHTTP, "removes a pattern from a file of patterns"),
	{"capture", tcpConn | tcpReq | anyHTTP, "keeps a sample for the log", func() conf.Action { return &conf.CaptureSample{Slot: -1} }, ruleGrammar(
		field(sampleInfo("what is kept"), func(a *conf.CaptureSample) any { return &a.Expr }),
		field(info{name: "len", typ: tInt, min: 1, max: 65535, doc: "bytes that are kept, in a slot of its own (tcp_request and http_request)"}, func(a *conf.CaptureSample) any { return &a.Len }),
		field(info{name: "id", typ: tInt, def: "-1", doc: "the declared slot to keep it in, from 0"}, func(a *conf.CaptureSample) any { return &a.Slot })), checkCapture},
	{"set-log-level", streams, "sets the level of the log line", of[conf.SetLogLevel](), ruleGrammar(
		field(info{name: "level", typ: tWord, enum: append(append([]string{}, conf.LogLevels...), "silent"), required: true, doc: "the level; silent writes no line"}, func(a *conf.SetLogLevel) any { return &a.Level })), nil},
	{"do-log", anyTCP | anyHTTP, "writes a line of the log now, beside the one at the stream's end", of[conf.DoLog](), ruleGrammar(), nil},
	{"set-nice", tcpReq | tcpResp | httpReq | httpResp, "does nothing: loops have no priorities between streams", of[conf.SetNice](), ruleGrammar(
		field(info{name: "nice", typ: tInt, min: -1024, max: 1024, required: true, doc: "priority"}, func(a *conf.SetNice) any { return &a.Nice })), nil},
	socketRow("set-mark", anyTCP|httpReq|httpResp, "sets the mark of the packets to the client, as set-fc-mark"),
	socketRow("set-tos", anyTCP|httpReq|httpResp, "sets the DSCP and ECN bits of the packets to the client, as set-fc-tos"),
	socketRow("set-fc-mark", anyTCP|httpReq|httpResp, "sets the mark of the packets to the client"),
	socketRow("set-fc-tos", anyTCP|httpReq|httpResp, "sets the DSCP and ECN bits of the packets to the client"),
	socketRow("set-bc-mark", tcpReq|httpReq, "sets the mark of the packets to the server"),
	socketRow("set-bc-tos", tcpReq|httpReq, "sets the DSCP and ECN bits of the packets to the server"),
	addrRow("set-src", "sets the client's address, as samples, logs and forwardfor see it"),
	addrRow("set-src-port", "sets the client's port, as samples and logs see it"),
	addrRow("set-dst", "sets the address that the client asked for"),
	addrRow("set-dst-port", "sets the port that the client asked for"),
	{"set-timeout", httpReq | httpResp, "sets a timeout of this stream", of[conf.SetTimeout](), ruleGrammar(
		field(info{name: "timeout", typ: tWord, enum: conf.SettableTimeouts, required: true, doc: "which"}, func(a *conf.SetTimeout) any { return &a.Name }),
		waitRow(func(a *conf.SetTimeout) wait { return wait{&a.Value, &a.Const} })), nil},
	{"set-retries", tcpReq | httpReq, "sets how often a connection is tried again", of[conf.SetRetries](), ruleGrammar(
		field(sampleInfo("the number"), func(a *conf.SetRetries) any { return &a.Value })), nil},
	{"set-priority-class", tcpReq | httpReq, "sets the class in a queue: lower ones leave it first", of[conf.SetPriority](), priorityGrammar, nil},
	{"set-priority-offset", tcpReq | httpReq, "sets the place in a queue, in milliseconds of waiting", func() conf.Action { return &conf.SetPriority{Offset: true} }, priorityGrammar, nil},
	{"wait-for-body", httpReq | httpResp, "waits for the body, as far as a buffer holds it", of[conf.WaitForBody](), ruleGrammar(
		field(info{name: "time", typ: tDuration, required: true, doc: "how long at most"}, func(a *conf.WaitForBody) any { return &a.Time }),
		field(info{name: "at_least", typ: tSize, doc: "bytes that are enough"}, func(a *conf.WaitForBody) any { return &a.AtLeast })), nil},
	{"wait-for-handshake", httpReq, "waits for the end of the TLS handshake", of[conf.WaitForHandshake](), ruleGrammar(), nil},
	{"strict-mode", anyHTTP, "says whether a rewrite that fails ends the request with 500", of[conf.StrictMode](), ruleGrammar(
		field(info{name: "on", typ: tBool, required: true, doc: "whether it does, for the rules that follow"}, func(a *conf.StrictMode) any { return &a.On })), nil},
	{"disable-l7-retry", httpReq, "does not send this request a second time", of[conf.DisableL7Retry](), ruleGrammar(), nil},
	{"pause", httpReq | httpResp, "waits before the next rule", of[conf.Pause](), ruleGrammar(
		waitRow(func(a *conf.Pause) wait { return wait{&a.Value, &a.Const} })), nil},
	{"switch-mode", tcpReq, "goes on in another mode", func() conf.Action { return &conf.SwitchMode{Mode: conf.ModeHTTP} }, ruleGrammar(
		row[ruleNode]{info: info{name: "mode", typ: tWord, enum: []string{"http"}, def: "http", doc: "the mode"}, read: readSwitchMode, text: nothing[ruleNode]},
		field(info{name: "proto", typ: tWord, enum: []string{"h1", "h2"}, doc: "the version of HTTP; where not given, what the bytes look like"}, func(a *conf.SwitchMode) any { return &a.Proto })), nil},
}, checkActionRows...)

var (
	nameInfo  = info{name: "name", typ: tString, required: true, doc: "name of the field"}
	valueInfo = info{name: "value", typ: tFormat, required: true, doc: "value of the field"}
	varInfo   = info{name: "name", typ: tString, required: true, doc: "scope and name: proc, sess, txn, req, res or, of health checks, check, as in \"txn.user\""}
	condsInfo = info{name: "conds", typ: tList, enum: conf.VarConds, doc: "what must hold besides: words of HAProxy's"}
	regexInfo = info{name: "regex", typ: tString, required: true, doc: "regular expression (RE2)"}
	withInfo  = info{name: "with", typ: tFormat, required: true, doc: `what stands for it; \\1 is the first group`}
)

func sampleInfo(doc string) info {
	return info{name: "value", typ: tSample, required: true, doc: doc}
}

var replaceGrammar = ruleGrammar(
	field(nameInfo, func(a *conf.ReplaceHeader) any { return &a.Name }),
	field(regexInfo, func(a *conf.ReplaceHeader) any { return &a.Regex }),
	field(withInfo, func(a *conf.ReplaceHeader) any { return &a.With }),
)

func partRow(p conf.Part, doc string) actionRow {
	return actionRow{"set-" + p.String(), httpReq, doc, func() conf.Action { return &conf.SetPart{Part: p} }, ruleGrammar(
		field(info{name: "value", typ: tFormat, required: true, doc: "the new one"}, func(a *conf.SetPart) any { return &a.Value })), nil}
}

func replacePartRow(p conf.Part, doc string) actionRow {
	return actionRow{"replace-" + p.String(), httpReq, doc, func() conf.Action { return &conf.ReplacePart{Part: p} }, ruleGrammar(
		field(regexInfo, func(a *conf.ReplacePart) any { return &a.Regex }),
		field(withInfo, func(a *conf.ReplacePart) any { return &a.With })), nil}
}

func headersRow(op conf.HeadersOp, doc string) actionRow {
	last := field(info{name: "prefix", typ: tString, doc: "only the fields whose names begin so"}, func(a *conf.HeadersBin) any { return &a.Prefix })
	if op == conf.HeadersDel {
		last = field(info{name: "match", typ: tWord, enum: []string{"str", "beg", "end", "sub"}, def: "str", doc: "how names are compared"}, func(a *conf.HeadersBin) any { return &a.Match })
	}
	return actionRow{(&conf.HeadersBin{Op: op}).Keyword(), anyHTTP, doc, func() conf.Action { return &conf.HeadersBin{Op: op} }, ruleGrammar(
		field(sampleInfo("the list"), func(a *conf.HeadersBin) any { return &a.Expr }), last), nil}
}

func mapRow(op conf.MapOp, in ruleList, doc string) actionRow {
	rows := []row[ruleNode]{
		field(info{name: "file", typ: tString, required: true, doc: "the file, as the map or condition names it"}, func(a *conf.SetMap) any { return &a.File }),
		field(info{name: "key", typ: tFormat, required: true, doc: "the key"}, func(a *conf.SetMap) any { return &a.Key }),
	}
	if op == conf.MapSet {
		rows = append(rows, field(info{name: "value", typ: tFormat, required: true, doc: "its value"}, func(a *conf.SetMap) any { return &a.Value }))
	}
	return actionRow{(&conf.SetMap{Op: op}).Keyword(), in, doc, func() conf.Action { return &conf.SetMap{Op: op} }, ruleGrammar(rows...), nil}
}

func socketRow(name string, in ruleList, doc string) actionRow {
	return actionRow{name, in, doc, func() conf.Action { return &conf.SetSocket{Name: name} }, ruleGrammar(
		field(sampleInfo("the number"), func(a *conf.SetSocket) any { return &a.Value })), nil}
}

func addrRow(name, doc string) actionRow {
	return actionRow{name, tcpConn | tcpSess | tcpReq | httpReq, doc, func() conf.Action { return &conf.SetAddr{Name: name} }, ruleGrammar(
		field(sampleInfo("the new one"), func(a *conf.SetAddr) any { return &a.Value })), nil}
}

var priorityGrammar = ruleGrammar(field(sampleInfo("the number"), func(a *conf.SetPriority) any { return &a.Value }))
