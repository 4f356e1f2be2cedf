package cfgfile

import (
	"strings"

	"weir/conf"
)

const (
	connectUsage = "[default] [port <port|expression>] [addr <address>] [send-proxy] [via-socks4] [ssl] [sni <name>] [alpn <protocols>] [linger] [proto <protocol>] [comment <text>]"
	expectUsage  = "[min-recv <bytes>] [comment <text>] [ok-status <status>] [error-status <status>] [tout-status <status>] [on-success <format>] [on-error <format>] [status-code <expression>] [!] <match> <pattern>"
)

// The steps of checks. Those of variables stand there with their parentheses: see readChecks.
var httpCheckTable = table{context: "http-check", in: forBackends, rows: []row{
	{name: "connect", in: forBackends, args: connectUsage, doc: "opens a connection", read: readCheckConnect},
	{name: "send", in: forBackends, args: "[meth <method>] [uri <uri> | uri-lf <format>] [ver <version>] [hdr <name> <format>] ... [body <text> | body-lf <format>] [comment <text>]", doc: "sends a request", read: readCheckSend},
	{name: "expect", in: forBackends, args: expectUsage, doc: "says what a good answer is", read: func(l *line) { l.expect(conf.HTTPMatches) }},
	{name: "comment", in: forBackends, args: "<text>", doc: "what a failure of the next step is reported with", read: readCheckComment},
	{name: "disable-on-404", in: forBackends, doc: "a server that answers 404 gets no new clients", read: func(l *line) { l.sec.DisableOn404 = true }},
	{name: "send-state", in: forBackends, doc: "tells the server in each check what is thought of it", read: func(l *line) { l.sec.SendState = true }},
	checkVar("set-var"), checkVar("set-var-fmt"), checkVar("unset-var"),
}}

var tcpCheckTable = table{context: "tcp-check", in: forBackends, rows: []row{
	{name: "connect", in: forBackends, args: connectUsage, doc: "opens a connection", read: readCheckConnect},
	{name: "send", in: forBackends, args: "<data> [comment <text>]", doc: "sends a text", read: checkData(false, false)},
	{name: "send-lf", in: forBackends, args: "<format> [comment <text>]", doc: "sends what a format makes", read: checkData(true, false)},
	{name: "send-binary", in: forBackends, args: "<hex> [comment <text>]", doc: "sends bytes", read: checkData(false, true)},
	{name: "send-binary-lf", in: forBackends, args: "<format> [comment <text>]", doc: "sends the bytes of hexadecimal digits that a format makes", read: checkData(true, true)},
	{name: "expect", in: forBackends, args: expectUsage, doc: "says what a good answer is", read: func(l *line) { l.expect(conf.TCPMatches) }},
	{name: "comment", in: forBackends, args: "<text>", doc: "what a failure of the next step is reported with", read: readCheckComment},
	checkVar("set-var"), checkVar("set-var-fmt"), checkVar("unset-var"),
}}

// checkVar is the row of a variable's rule, for the inventory and for what stands there without parentheses.
func checkVar(name string) row {
	var a *actionRow
	for i := range checkVarRows {
		if checkVarRows[i].name == name {
			a = &checkVarRows[i]
		}
	}
	return row{name: name, in: forBackends, args: a.args, doc: a.doc, read: func(l *line) {
		if act := a.read(l, call{word: l.key}); act != nil {
			l.addCheck(act)
		}
	}}
}

var checkVarRows = []actionRow{
	{name: "set-var", args: "(<var>[,<condition>...]) <expression>", doc: "sets a variable", read: readSetVar},
	{name: "set-var-fmt", args: "(<var>[,<condition>...]) <format>", doc: "sets a variable", read: readSetVarFmt},
	{name: "unset-var", args: "(<var>)", doc: "removes a variable", read: readUnsetVar},
}

// readChecks reads a line of tcp-check or http-check.
func readChecks(t *table) func(*line) {
	return func(l *line) {
		if name, _, paren := strings.Cut(l.peek(), "("); paren {
			for i := range checkVarRows {
				if a := &checkVarRows[i]; a.name == name {
					l.checkVariable(t, a)
					return
				}
			}
		}
		l.dispatch(t)
	}
}

func (l *line) checkVariable(t *table, a *actionRow) {
	w := l.next()
	_, c, ok := l.call(w)
	if !ok {
		return
	}
	l.key, l.path, l.usage = w, join(l.path, a.name), t.context+" "+a.name+a.args
	if act := a.read(l, c); act != nil {
		l.addCheck(act)
	}
}

// addCheck adds a step. The first of a section's own takes the place of those of its defaults.
func (l *line) addCheck(a conf.Action) {
	if l.fail {
		return
	}
	to, inherited := &l.sec.TCPCheckRules, &l.sec.tcpChecksOld
	if strings.Contains(l.path, "http-check") {
		to, inherited = &l.sec.HTTPCheckRules, &l.sec.httpChecksOld
	}
	if *inherited {
		*inherited, *to = false, nil
	}
	*to = append(*to, &conf.Rule{Pos: l.key.Pos, Action: a})
}

// comment takes the comment line before a step, unless the step has its own.
func (l *line) comment(to *string) {
	if *to == "" {
		*to = l.sec.checkComment
	}
	l.sec.checkComment = ""
}

func readCheckComment(l *line) { l.text(&l.sec.checkComment, "<text>") }

func readCheckConnect(l *line) {
	a := &conf.CheckConnect{}
	for l.more() {
		switch w := l.next(); w.Text {
		case "default":
			a.Default = true
		case "linger":
			a.Linger = true
		case "comment":
			l.text(&a.Comment, "<text>")
		case "addr":
			l.text(&a.Addr, "<address>")
		case "port":
			a.Port = l.checkPort()
		case "send-proxy":
			a.SendProxy = true
		case "via-socks4":
			a.ViaSOCKS = true
		case "ssl":
			a.SSL = true
		case "sni":
			l.text(&a.SNI, "<name>")
		case "alpn":
			l.commaList(&a.ALPN, "<protocol>")
		case "proto":
			l.checkProto(&a.Proto)
		default:
			l.wrong(w, "default", "port", "addr", "send-proxy", "via-socks4", "ssl", "sni", "alpn", "linger", "proto", "comment")
		}
	}
	l.comment(&a.Comment)
	l.addCheck(a)
}

// checkProto takes what a connection speaks: the steps of tcp-check have but one way.
func (l *line) checkProto(to *string) {
	if strings.Contains(l.path, "http-check") {
		l.proto(to, conf.ServerProtos, conf.ServerProtosLater)
		return
	}
	var none string
	l.oneOf(&none, []string{"none"})
}

// checkPort takes a number or an expression.
func (l *line) checkPort() *conf.Expr {
	if w := l.peek(); w != "" && strings.Trim(w, "0123456789") == "" {
		w := l.next()
		return &conf.Expr{Pos: w.Pos, Fetch: conf.Call{Pos: w.Pos, Name: "int", Args: []string{w.Text}}}
	}
	return l.sample()
}

// text takes a word as a format that is a constant, or, where lf is set, as one that is made for each check.
func (l *line) checkText(lf bool, what string) *conf.Format {
	if lf {
		return l.format(what)
	}
	if w, ok := l.arg(what); ok {
		return conf.Text(w.Pos, w.Text)
	}
	return nil
}

func checkData(lf, binary bool) func(*line) {
	return func(l *line) {
		a := &conf.CheckData{Data: l.checkText(lf, "<data>"), Binary: binary}
		if l.took("comment") {
			l.text(&a.Comment, "<text>")
		}
		l.comment(&a.Comment)
		l.addCheck(a)
	}
}

func readCheckSend(l *line) {
	a := &conf.CheckSend{}
	for l.more() {
		switch w := l.next(); w.Text {
		case "meth":
			l.text(&a.Method, "<method>")
		case "uri", "uri-lf":
			a.URI = l.checkText(w.Text == "uri-lf", "<uri>")
		case "ver":
			if l.text(&a.Version, "<version>") && !strings.HasPrefix(a.Version, "HTTP/") {
				a.Version = "HTTP/" + a.Version
			}
		case "body", "body-lf":
			a.Body = l.checkText(w.Text == "body-lf", "<body>")
		case "comment":
			l.text(&a.Comment, "<text>")
		case "hdr":
			h := conf.SetHeader{}
			if l.text(&h.Name, "<name>") {
				h.Value = l.checkText(true, "<value>")
			}
			if h.Value != nil {
				a.Headers = append(a.Headers, h)
			}
		default:
			l.wrong(w, "meth", "uri", "uri-lf", "ver", "hdr", "body", "body-lf", "comment")
		}
	}
	l.comment(&a.Comment)
	l.addCheck(a)
}
