package hclfile

import (
	"slices"
	"strings"

	"weir/conf"
)

// ruleNode is a rule being read.
type ruleNode struct {
	action conf.Action
	cond   *conf.Cond
}

// ruleList is a set of the rule lists that an action may stand in.
type ruleList uint8

const (
	tcpConn ruleList = 1 << iota
	httpReq
	httpResp
	httpAfter
	anyHTTP = httpReq | httpResp | httpAfter
)

// actionRow is one action.
type actionRow struct {
	name    string
	in      ruleList
	doc     string
	make    func() conf.Action
	grammar *grammar[ruleNode]
}

var whenRow = row[ruleNode]{info: info{name: "when", typ: tCond, doc: "the condition; where not given, always"}, at: func(n *ruleNode) any { return &n.cond }}

func ruleGrammar(rows ...row[ruleNode]) *grammar[ruleNode] {
	return &grammar[ruleNode]{context: "rule", rows: append(rows, whenRow)}
}

// field is a row whose value goes into the action.
func field[A conf.Action](i info, at func(A) any) row[ruleNode] {
	return row[ruleNode]{info: i, at: func(n *ruleNode) any { return at(n.action.(A)) }}
}

var actionRows = []actionRow{
	{"allow", tcpConn | anyHTTP, "ends the rules of this section", func() conf.Action { return &conf.Allow{} }, ruleGrammar()},
	{"accept", tcpConn, "ends the rules of this section", func() conf.Action { return &conf.Allow{} }, ruleGrammar()},
	{"reject", tcpConn | httpReq, "closes the connection without an answer", func() conf.Action { return &conf.Reject{} }, ruleGrammar()},
	{"deny", httpReq | httpResp, "answers with the error page of the status", func() conf.Action { return &conf.Deny{} }, ruleGrammar(
		statusRow(403, func(n *ruleNode) any { return &n.action.(*conf.Deny).Status }))},
	{"tarpit", httpReq, "holds the request for the tarpit timeout, then answers", func() conf.Action { return &conf.Tarpit{} }, ruleGrammar(
		statusRow(500, func(n *ruleNode) any { return &n.action.(*conf.Tarpit).Status }))},
	{"redirect", httpReq, "answers with a Location", func() conf.Action { return &conf.Redirect{} }, redirectGrammar},
	{"set-header", anyHTTP, "replaces every field of the name by one", func() conf.Action { return &conf.SetHeader{} }, ruleGrammar(
		field(nameInfo, func(a *conf.SetHeader) any { return &a.Name }), field(valueInfo, func(a *conf.SetHeader) any { return &a.Value }))},
	{"add-header", anyHTTP, "appends a field", func() conf.Action { return &conf.AddHeader{} }, ruleGrammar(
		field(nameInfo, func(a *conf.AddHeader) any { return &a.Name }), field(valueInfo, func(a *conf.AddHeader) any { return &a.Value }))},
	{"del-header", anyHTTP, "removes the fields of the name", func() conf.Action { return &conf.DelHeader{} }, ruleGrammar(
		field(nameInfo, func(a *conf.DelHeader) any { return &a.Name }),
		field(info{name: "match", typ: tWord, enum: []string{"str", "beg", "end", "sub", "reg"}, def: "str", doc: "how the name is compared"}, func(a *conf.DelHeader) any { return &a.Match }))},
	{"return", httpReq, "answers with a ready response", func() conf.Action { return &conf.Return{} }, returnGrammar},
	{"use-service", httpReq, "hands the request to a service inside Weir", func() conf.Action { return &conf.UseService{} }, ruleGrammar(
		field(info{name: "service", typ: tWord, enum: []string{"prometheus-exporter"}, required: true, doc: "the service"}, func(a *conf.UseService) any { return &a.Name }))},
}

var (
	nameInfo  = info{name: "name", typ: tString, required: true, doc: "name of the field"}
	valueInfo = info{name: "value", typ: tFormat, required: true, doc: "value of the field"}
)

var redirectGrammar = ruleGrammar(
	row[ruleNode]{info: info{name: "location", typ: tFormat, doc: "the whole Location"}, read: redirectReader(conf.RedirectLocation), text: redirectText(conf.RedirectLocation)},
	row[ruleNode]{info: info{name: "prefix", typ: tFormat, doc: "what is put before the request's URI"}, read: redirectReader(conf.RedirectPrefix), text: redirectText(conf.RedirectPrefix)},
	row[ruleNode]{info: info{name: "scheme", typ: tFormat, doc: "what replaces the request's scheme"}, read: redirectReader(conf.RedirectScheme), text: redirectText(conf.RedirectScheme)},
	row[ruleNode]{info: info{name: "code", typ: tInt, enum: conf.Statuses(conf.RedirectCodes), def: "302", doc: "status"}, read: statusReader(conf.RedirectCodes), at: func(n *ruleNode) any { return &n.action.(*conf.Redirect).Code }},
	field(info{name: "drop_query", typ: tBool, doc: "leave the query out"}, func(a *conf.Redirect) any { return &a.DropQuery }),
	field(info{name: "append_slash", typ: tBool, doc: "end the path with a slash"}, func(a *conf.Redirect) any { return &a.AppendSlash }),
	field(info{name: "set_cookie", typ: tString, doc: "NAME[=VALUE] of a cookie to set"}, func(a *conf.Redirect) any { return &a.SetCookie }),
	field(info{name: "clear_cookie", typ: tString, doc: "NAME[=] of a cookie to clear"}, func(a *conf.Redirect) any { return &a.ClearCookie }),
)

var returnGrammar = &grammar[ruleNode]{context: "return", rows: []row[ruleNode]{
	field(info{name: "status", typ: tInt, min: 200, max: 599, def: "200", doc: "status"}, func(a *conf.Return) any { return &a.Status }),
	field(info{name: "content_type", typ: tString, doc: "Content-Type"}, func(a *conf.Return) any { return &a.ContentType }),
	row[ruleNode]{info: info{name: "string", typ: tString, doc: "the body"}, read: readReturnBody, text: func(n *ruleNode) string { return textString(string(n.action.(*conf.Return).Body)) }},
	{info: info{name: "headers", typ: tMap, doc: "header fields; the values are templates"}, read: readReturnHeaders, text: textReturnHeaders},
	whenRow,
}}

func statusRow(def int, at func(*ruleNode) any) row[ruleNode] {
	return row[ruleNode]{info: info{name: "status", typ: tInt, enum: conf.Statuses(conf.DenyStatuses), def: conf.Statuses([]int{def})[0], doc: "status"},
		at: at, read: statusReader(conf.DenyStatuses)}
}

// statusReader reads a number that must be one of a list.
func statusReader(accepted []int) func(*decoder, *ruleNode, *attr) {
	return func(d *decoder, n *ruleNode, a *attr) {
		v, ok := d.constant(a.expr, a.path)
		switch {
		case !ok:
		case v.kind != vNumber || !slices.Contains(accepted, v.n):
			d.wrong(v, a, conf.Statuses(accepted)...)
		default:
			*statusField(n.action) = v.n
		}
	}
}

func statusField(a conf.Action) *int {
	switch a := a.(type) {
	case *conf.Deny:
		return &a.Status
	case *conf.Tarpit:
		return &a.Status
	case *conf.Redirect:
		return &a.Code
	}
	panic("BUG: " + a.Keyword() + " has no status")
}

func redirectReader(k conf.RedirectKind) func(*decoder, *ruleNode, *attr) {
	return func(d *decoder, n *ruleNode, a *attr) {
		r := n.action.(*conf.Redirect)
		if r.Text != nil {
			d.add(conf.Bad(a.pos, a.path, "want only one of location, prefix and scheme"))
			return
		}
		r.Kind, r.Text = k, d.format(a.expr, a.path)
	}
}

func redirectText(k conf.RedirectKind) func(*ruleNode) string {
	return func(n *ruleNode) string {
		if r := n.action.(*conf.Redirect); r.Kind == k {
			return textFormat(r.Text)
		}
		return ""
	}
}

func readReturnBody(d *decoder, n *ruleNode, a *attr) {
	if s, ok := d.constString(a.expr, a.path); ok && s != "" {
		n.action.(*conf.Return).Body = []byte(s)
	}
}

func readReturnHeaders(d *decoder, n *ruleNode, a *attr) {
	r := n.action.(*conf.Return)
	for _, e := range d.object(a.expr, a.path) {
		if f := d.format(e.val, a.path); f != nil {
			r.Headers = append(r.Headers, conf.SetHeader{Name: e.key, Value: f})
		}
	}
}

// actionNames returns the actions of a rule list.
func actionNames(in ruleList) []string {
	var out []string
	for i := range actionRows {
		if actionRows[i].in&in != 0 {
			out = append(out, actionRows[i].name)
		}
	}
	return out
}

// rule reads one rule; nil means that an error has been reported.
func (d *decoder) rule(b *block, in ruleList, keyword, name string, namePos conf.Pos) *conf.Rule {
	for i := range actionRows {
		row := &actionRows[i]
		if row.name != name || row.in&in == 0 {
			continue
		}
		n := &ruleNode{action: row.make()}
		before := d.failures
		read(d, row.grammar, n, b.body, b.path, 0)
		if r, ok := n.action.(*conf.Redirect); ok && r.Text == nil && d.failures == before {
			d.add(conf.Bad(b.pos, b.path, "missing attribute; want location, prefix or scheme"))
		}
		if d.failures > before {
			return nil
		}
		return &conf.Rule{Pos: b.pos, Action: n.action, Cond: n.cond}
	}
	if slices.Contains(strings.Fields(haproxyKeywords[keyword]), name) {
		d.add(conf.NotDone(namePos, dirname(b.path), b.name+" "+name, ""))
	} else {
		d.add(conf.Unknown(namePos, join(dirname(b.path), b.name), "action", name, actionNames(in)))
	}
	return nil
}

func readHTTPRule(d *decoder, s *section, b *block, _ where) {
	in, to := httpReq, &s.HTTPReqRules
	switch b.name {
	case "http_response":
		in, to = httpResp, &s.HTTPRespRules
	case "http_after_response":
		in, to = httpAfter, &s.HTTPAfterRules
	}
	if r := d.rule(b, in, b.name, b.label(), b.labelPos[0]); r != nil {
		*to = append(*to, r)
	}
}

func readTCPRequest(d *decoder, s *section, b *block, _ where) {
	switch list := b.labels[0]; list {
	case "connection":
	case "session", "content", "inspect-delay":
		d.add(conf.NotDone(b.labelPos[0], dirname(b.path), "tcp_request "+list, ""))
		return
	default:
		d.add(conf.BadValue(b.labelPos[0], join(dirname(b.path), b.name), list, "connection", "session", "content"))
		return
	}
	if r := d.rule(b, tcpConn, "tcp_request connection", b.labels[1], b.labelPos[1]); r != nil {
		s.TCPConnRules = append(s.TCPConnRules, r)
	}
}

var aclGrammar = grammar[conf.ACL]{context: "acl", rows: []row[conf.ACL]{
	{info: info{name: "when", typ: tCond, required: true, doc: "the condition"}, at: func(a *conf.ACL) any { return &a.Cond }},
}}

func readACL(d *decoder, s *section, b *block, _ where) {
	a := &conf.ACL{Pos: b.labelPos[0], Name: b.label()}
	read(d, &aclGrammar, a, b.body, b.path, 0)
	s.ACLs = append(s.ACLs, a)
}

// useBackend is a use_backend block being read.
type useBackend struct {
	*conf.UseBackend
}

var useBackendGrammar = grammar[useBackend]{context: "use_backend", rows: []row[useBackend]{
	{info: info{name: "name", typ: tFormat, doc: "the backend's name, in place of the label; a template with samples is not done yet"}, at: func(u *useBackend) any { return &u.Dynamic }},
	{info: info{name: "when", typ: tCond, doc: "the condition; where not given, always"}, at: func(u *useBackend) any { return &u.Cond }},
}}

func readUseBackend(d *decoder, s *section, b *block, _ where) {
	u := &conf.UseBackend{Pos: b.pos, Backend: conf.Ref{Pos: b.pos, Name: b.label()}}
	before := d.failures
	read(d, &useBackendGrammar, &useBackend{u}, b.body, b.path, 0)
	failed := d.failures > before
	switch {
	case len(b.labels) == 1:
		u.Backend.Pos = b.labelPos[0]
		if u.Dynamic != nil {
			d.add(conf.Bad(b.pos, b.path, "want either a label or name, not both"))
			return
		}
	case u.Dynamic == nil && !failed:
		d.add(conf.Bad(b.pos, b.path, "missing label; want use_backend \"NAME\" { }"))
		return
	case u.Dynamic != nil:
		foldName(u)
	}
	if !failed || len(b.labels) == 1 {
		s.UseBackends = append(s.UseBackends, u)
	}
}

// foldName makes a template without samples the plain name that it is; of any other the text is kept for people.
func foldName(u *conf.UseBackend) {
	if p := u.Dynamic.Parts; len(p) == 1 && p[0].Text != "" {
		u.Backend = conf.Ref{Pos: u.Dynamic.Pos, Name: p[0].Text}
		u.Dynamic = nil
		return
	}
	u.Backend = conf.Ref{Pos: u.Dynamic.Pos, Name: textFormat(u.Dynamic)}
}
