package cfgfile

import (
	"strconv"
	"strings"
	"time"

	"weir/conf"
)

var proxyTable = table{context: "proxy", in: inAny, pending: pendingProxy, rows: []row{
	{name: "mode", in: inAny, args: "<tcp|http>", doc: "the layer that the section works at", read: readMode},
	{name: "disabled", in: inAny, doc: "leave the section out", read: func(l *line) { l.sec.Disabled = true }},
	{name: "enabled", in: inAny, doc: "undoes disabled of a defaults section", read: func(l *line) { l.sec.Disabled = false }},
	{name: "id", in: inListen, args: "<number>", doc: "number in statistics", read: sectionInt(func(s *section) *int { return &s.ID }, 1, maxInt)},
	{name: "description", in: inListen, args: "<text>", doc: "text shown on the statistics page", read: readDescription},
	{name: "maxconn", in: forFrontends, args: "<number>", doc: "connections at once", read: sectionInt(func(s *section) *int { return &s.Maxconn }, 0, maxInt)},
	{name: "backlog", in: forFrontends, args: "<number>", doc: "connections that the kernel queues", read: sectionInt(func(s *section) *int { return &s.Backlog }, 0, maxInt)},
	{name: "timeout", in: inAny, args: "<name> <time>", doc: "timeouts", read: func(l *line) { l.dispatch(&timeoutTable) }},
	{name: "option", in: inAny, args: "<name> ...", doc: "options", neg: true, read: readOption},
	{name: "log", in: inAny, args: logUsage, neg: true, doc: "where log lines go", read: readProxyLog},
	{name: "log-tag", in: inAny, args: "<text>", doc: "program name in syslog lines", read: sectionText("<text>", func(s *section) *string { return &s.LogTag })},
	{name: "log-format", in: forFrontends, args: "<format>", doc: "what a log line holds", read: readLogFormat},
	{name: "log-format-sd", in: forFrontends, args: "<format>", doc: "structured data of RFC 5424 log lines", read: logFormatOf(func(s *section) **conf.Format { return &s.LogSD })},
	{name: "error-log-format", in: forFrontends, args: "<format>", doc: "the line of a connection that ends in an error", read: logFormatOf(func(s *section) **conf.Format { return &s.ErrorLogLine })},
	{name: "unique-id-format", in: forFrontends, args: "<format>", doc: "how a request's unique id is made", read: logFormatOf(func(s *section) **conf.Format { return &s.UniqueIDFormat })},
	{name: "unique-id-header", in: forFrontends, args: "<name>", doc: "the field that carries the unique id", read: readUniqueIDHeader},
	{name: "capture request header", in: inFrontend, args: "<name> len <bytes>", doc: "a request field to log", read: func(l *line) { readCapture(l, false) }},
	{name: "capture response header", in: inFrontend, args: "<name> len <bytes>", doc: "a response field to log", read: func(l *line) { readCapture(l, true) }},
	{name: "capture cookie", in: inFrontend, args: "<name> len <bytes>", doc: "a cookie to log", read: readCaptureCookie},
	{name: "declare capture", in: inFrontend, args: "<request|response> len <bytes>", doc: "a slot that the capture action fills", strict: true, read: readDeclareCapture},
	{name: "acl", in: inAny, args: "<name> <criterion> [<flag> ...] [<operator>] [<value> ...]", doc: "a named condition", named: true, read: readACL},
	{name: "bind", in: inFrontend, args: "<address>[,...] [<option> ...]", doc: "addresses to listen on", read: readBind},
	{name: "use_backend", in: inFrontend, args: "<name> [if|unless <condition>]", doc: "the backend of the streams for which the condition holds", read: readUseBackend},
	{name: "default_backend", in: forFrontends, args: "<name>", doc: "the backend of the streams that no use_backend takes", read: readDefaultBackend},
	{name: "monitor-uri", in: forFrontends, args: "<uri>", doc: "a path that is answered 200 by the frontend itself and not logged", read: sectionText("<uri>", func(s *section) *string { return &s.MonitorURI })},
	{name: "monitor fail", in: inFrontend, args: "<if|unless> <condition>", doc: "when monitor-uri answers 503", read: readMonitorFail},
	{name: "errorfile", in: inAny, args: "<status> <file>", doc: "the response for a status, in a file", read: readErrorFile},
	{name: "errorfiles", in: inAny, args: "<http-errors> [<status> ...]", doc: "the responses of an http-errors section", read: readErrorFiles},
	{name: "errorloc", in: inAny, args: "<status> <url>", doc: "a redirect (302) for a status", read: errorLocReader(302)},
	{name: "errorloc302", in: inAny, args: "<status> <url>", doc: "a redirect (302) for a status", read: errorLocReader(302)},
	{name: "errorloc303", in: inAny, args: "<status> <url>", doc: "a redirect (303) for a status", read: errorLocReader(303)},
	{name: "http-error status", in: inAny, args: "<status> [content-type <type>] [<body>] [hdr <name> <format>] ...", doc: "the response for a status", read: readHTTPError},
	{name: "stats", in: inAny, args: "<keyword> ...", doc: "the statistics page", read: func(l *line) { l.dispatch(&statsTable) }},
	{name: "tcp-request", in: inAny, args: "<connection|session|content|inspect-delay> ...", doc: "rules for connections", read: readTCPRequest},
	{name: "tcp-response", in: forBackends, args: "<content|inspect-delay> ...", strict: true, doc: "rules for what servers send", read: readTCPResponse},
	{name: "http-request", in: inAny, args: "<action> ... [if|unless <condition>]", doc: "rules for requests", named: true, read: ruleReader("http-request")},
	{name: "http-response", in: inAny, args: "<action> ... [if|unless <condition>]", doc: "rules for responses", named: true, read: ruleReader("http-response")},
	{name: "http-after-response", in: inAny, args: "<action> ... [if|unless <condition>]", doc: "rules for every response, Weir's own too", named: true, read: ruleReader("http-after-response")},
	{name: "redirect", in: inListen, args: redirectUsage, doc: "answers with a Location", read: readRedirectLine},
	{name: "balance", in: forBackends, args: "<algorithm> [<option> ...]", doc: "how a server is chosen", read: readBalance},
	{name: "hash-type", in: forBackends, args: "<method> [<function> [<modifier>]]", doc: "how keys lead to servers", read: readHashType},
	{name: "hash-balance-factor", in: forBackends, args: "<percent>", doc: "how much of the average load a server may have", read: readBalanceFactor},
	{name: "fullconn", in: forBackends, args: "<number>", doc: "the load at which the servers' maxconn is reached", read: sectionInt(func(s *section) *int { return &s.Fullconn }, 0, maxInt)},
	{name: "retries", in: forBackends, args: "<number>", doc: "connection attempts after the first", read: sectionInt(func(s *section) *int { return &s.Retries }, 0, 1000)},
	{name: "retry-on", in: forBackends, args: "<event> ...", strict: true, doc: "the failures after which a request is sent again", read: readRetryOn},
	{name: "http-reuse", in: forBackends, args: "<never|safe|aggressive|always>", doc: "when an idle server connection may serve another client", read: readReuse},
	{name: "http-check", in: forBackends, args: "<action> ...", doc: "steps of a health check that speaks HTTP", read: readChecks(&httpCheckTable)},
	{name: "tcp-check", in: forBackends, args: "<action> ...", doc: "steps of a health check", read: readChecks(&tcpCheckTable)},
	{name: "external-check", in: forBackends, args: "<command|path> <value>", doc: "the command of option external-check, and its PATH", read: readExternalCheck},
	{name: "use-server", in: inBackend, args: "<server> <if|unless> <condition>", doc: "the server of the streams for which the condition holds", read: readUseServer},
	{name: "default-server", in: forBackends, args: "<option> ...", doc: "what the servers after it begin with", strict: true, read: readDefaultServer},
	{name: "server-template", in: inBackend, args: "<prefix> <number|low-high> <address> [<option> ...]", doc: "several servers", strict: true, read: readServerTemplate},
	{name: "server", in: inBackend, args: "<name> <address> [<option> ...]", doc: "a server", strict: true, read: readServer},
	{name: "bind-process", in: inAny, args: "<value>", status: Removed, why: "there is one process", read: ignored},
	{name: "contimeout", in: inAny, status: Removed, why: "use timeout connect", read: ignored},
	{name: "clitimeout", in: inAny, status: Removed, why: "use timeout client", read: ignored},
	{name: "srvtimeout", in: inAny, status: Removed, why: "use timeout server", read: ignored},
	{name: "block", in: inAny, status: Removed, why: "use http-request deny", read: ignored},
	{name: "reqadd", in: inAny, status: Removed, why: "use http-request add-header", read: ignored},
	{name: "rspadd", in: inAny, status: Removed, why: "use http-response add-header", read: ignored},
	{name: "grace", in: inAny, status: Removed, why: "use grace in the global section", read: ignored},
	{name: "appsession", in: inAny, status: Removed, why: "use stick-table and stick", read: ignored},
	{name: "monitor-net", in: inAny, status: Removed, why: "use http-request return status 200 or tcp-request rules with an acl on src", read: ignored},
	{name: "redispatch", in: inAny, status: Removed, why: "use option redispatch", read: ignored},
	{name: "redisp", in: inAny, status: Removed, why: "use option redispatch", read: ignored},
}}

// addRemovedRules says what took the place of the old header rules, of which there was one for every letter case.
func addRemovedRules() {
	for _, side := range []struct{ prefix, rules string }{{"req", "http-request"}, {"rsp", "http-response"}} {
		for name, use := range map[string]string{"del": "del-header", "rep": "replace-header", "deny": "deny", "allow": "allow", "pass": "allow", "tarpit": "tarpit",
			"set": "set-header", "setbe": "use_backend"} {
			for _, i := range []string{"", "i"} {
				why := "use " + side.rules + " " + use
				if use == "use_backend" {
					why = "use use_backend with an acl"
				}
				proxyTable.rows = append(proxyTable.rows, row{name: side.prefix + i + name, in: inAny, status: Removed, why: why, read: ignored})
			}
		}
	}
}

func readMode(l *line) {
	w, ok := l.arg("<tcp|http>")
	switch {
	case !ok:
	case w.Text == "tcp":
		l.sec.Mode = conf.ModeTCP
	case w.Text == "http":
		l.sec.Mode = conf.ModeHTTP
	case contains([]string{"log", "spop", "haterm"}, w.Text):
		l.add(conf.NotDone(w.Pos, l.sec.title, "mode "+w.Text, ""))
	case w.Text == "health":
		e := conf.Bad(w.Pos, l.path, "HAProxy does not have it any more")
		e.Fix = "use http-request return status 200"
		l.add(e)
	default:
		l.wrong(w, "tcp", "http")
		l.sec.Mode = conf.ModeHTTP // which has most keywords: what else is said of it must not follow from this error
	}
}

func readDescription(l *line) {
	if _, ok := l.arg("<text>"); ok {
		l.i--
		l.sec.Desc = l.joined()
	}
}

func readProxyLog(l *line) {
	if l.neg || l.reset {
		l.sec.Logs = nil
		return
	}
	t := readLog(l)
	if t == nil {
		return
	}
	for _, have := range l.sec.Logs {
		if have.Global && t.Global { // told twice, logged once
			return
		}
	}
	l.sec.Logs = append(l.sec.Logs, t)
}

func readLogFormat(l *line) {
	w, ok := l.arg("<format>")
	if !ok {
		return
	}
	f := l.d.logFormat(w, l.path)
	if f == nil {
		l.fail = true
		l.skip()
		return
	}
	l.sec.LogLine = f
}

func readUniqueIDHeader(l *line) {
	w, ok := l.arg("<name>")
	if ok && !conf.IsToken(w.Text) {
		l.wrong(w, "the name of a header field")
		return
	}
	l.sec.UniqueIDHeader = w.Text
}

// dynamicName is a name that may be made for each stream by a log-format: the format is nil where it is fixed.
func (l *line) dynamicName(w Word) (name string, f *conf.Format, ok bool) {
	if !strings.Contains(w.Text, "%") {
		return w.Text, nil, true
	}
	if f = l.d.format(w, l.path); f == nil {
		l.skip()
		return "", nil, false
	}
	if name, plain := constant(f); plain {
		return name, nil, true
	}
	return f.String(), f, true
}

func readUseBackend(l *line) {
	w, ok := l.arg("<name>")
	if !ok {
		return
	}
	u := &conf.UseBackend{Pos: l.key.Pos, Backend: conf.Ref{Pos: w.Pos, Name: w.Text}}
	if u.Backend.Name, u.Dynamic, ok = l.dynamicName(w); !ok {
		return
	}
	if u.Cond, ok = l.cond(); ok {
		l.sec.UseBackends = append(l.sec.UseBackends, u)
	}
}

func readDefaultBackend(l *line) {
	if w, ok := l.arg("<name>"); ok {
		l.sec.DefaultBackend = &conf.Ref{Pos: w.Pos, Name: w.Text}
	}
}

func readUseServer(l *line) {
	w, ok := l.arg("<server>")
	if !ok {
		return
	}
	u := &conf.UseServer{Pos: l.key.Pos, Server: conf.Ref{Pos: w.Pos, Name: w.Text}}
	if u.Server.Name, u.Dynamic, ok = l.dynamicName(w); !ok {
		return
	}
	if !l.more() {
		l.arg(`"if" or "unless" with a condition`)
		return
	}
	if u.Cond, ok = l.cond(); ok {
		l.sec.UseServers = append(l.sec.UseServers, u)
	}
}

func readMonitorFail(l *line) {
	if !l.more() {
		l.arg(`"if" or "unless" with a condition`)
		return
	}
	if c, ok := l.cond(); ok && c != nil {
		l.sec.MonitorFail = append(l.sec.MonitorFail, c)
	}
}

func readBalance(l *line) {
	w, ok := l.arg("<algorithm>")
	if !ok {
		return
	}
	if w.Text == "hash" {
		if e := l.expr(); e != nil {
			l.sec.Balance = conf.Balance{Pos: w.Pos, Algo: conf.Hash, Expr: e}
		}
		return
	}
	l.i--
	text := l.joined()
	b, err := conf.ParseBalance(text)
	if err != nil {
		if name := balanceName(text); contains([]string{"sticky", "log-hash"}, name) {
			l.add(conf.NotDone(w.Pos, l.sec.title, "balance "+name, ""))
			return
		}
		err.Pos, err.Path = w.Pos, l.path
		l.add(err)
		return
	}
	b.Pos = w.Pos
	l.sec.Balance = b
}

func balanceName(text string) string {
	name, _, _ := strings.Cut(text, " ")
	name, _, _ = strings.Cut(name, "(")
	return name
}

func readHashType(l *line) {
	w, ok := l.arg("<method>")
	if !ok {
		return
	}
	l.i--
	h, err := conf.ParseHashType(l.joined())
	if err != nil {
		err.Pos, err.Path = w.Pos, l.path
		l.add(err)
		return
	}
	h.BalanceFactor = l.sec.HashType.BalanceFactor
	l.sec.HashType = h
}

// readBalanceFactor takes 0, which is off, or more than the average.
func readBalanceFactor(l *line) {
	w, ok := l.arg("<percent>")
	if !ok {
		return
	}
	n, err := strconv.Atoi(w.Text)
	if err != nil || n < 0 || n > 0 && n <= 100 || n > 65535 {
		l.wrong(w, "0, or a number from 101 to 65535")
		return
	}
	l.sec.HashType.BalanceFactor = n
}

var reuses = []string{conf.ReuseSafe: "safe", conf.ReuseNever: "never", conf.ReuseAggressive: "aggressive", conf.ReuseAlways: "always"}

func readReuse(l *line) {
	if i := l.word(reuses...); i >= 0 {
		l.sec.Reuse = conf.Reuse(i)
	}
}

func readRetryOn(l *line) {
	r := &conf.RetryOn{Pos: l.key.Pos}
	if _, ok := l.arg("<event>"); !ok {
		return
	}
	l.i--
	known := append(append([]string{}, conf.RetryWords...), conf.Statuses(conf.RetryStatuses)...)
	for l.more() {
		i := l.word(known...)
		if i < 0 {
			return
		}
		r.On = append(r.On, known[i])
	}
	l.sec.RetryOn = r
}

// timeoutTable: those of the other side are passed over with a warning.
var timeoutTable = table{context: "timeout", in: inAny, rows: []row{
	timeoutRow("client", forFrontends, "silence of the client", func(t *conf.Timeouts) *time.Duration { return &t.Client }),
	timeoutRow("client-hs", forFrontends, "time for what comes before a session: a PROXY header, a TLS handshake", func(t *conf.Timeouts) *time.Duration { return &t.ClientHS }),
	timeoutRow("client-fin", forFrontends, "silence of the client once one side is closed", func(t *conf.Timeouts) *time.Duration { return &t.ClientFin }),
	timeoutRow("http-request", inAny, "time for a whole request head", func(t *conf.Timeouts) *time.Duration { return &t.HTTPRequest }),
	timeoutRow("http-keep-alive", inAny, "wait for the next request", func(t *conf.Timeouts) *time.Duration { return &t.HTTPKeepAlive }),
	timeoutRow("tarpit", inAny, "how long tarpit holds a request", func(t *conf.Timeouts) *time.Duration { return &t.Tarpit }),
	{name: "connect", in: forBackends, args: "<time>", doc: "time for a server to accept the connection", aside: tarpitByConnect,
		read: sectionTime(func(t *conf.Timeouts) *time.Duration { return &t.Connect })},
	timeoutRow("server", forBackends, "silence of the server", func(t *conf.Timeouts) *time.Duration { return &t.Server }),
	timeoutRow("server-fin", forBackends, "silence of the server once one side is closed", func(t *conf.Timeouts) *time.Duration { return &t.ServerFin }),
	timeoutRow("queue", forBackends, "wait for a free place on a server", func(t *conf.Timeouts) *time.Duration { return &t.Queue }),
	timeoutRow("tunnel", forBackends, "silence of both sides of a tunnel", func(t *conf.Timeouts) *time.Duration { return &t.Tunnel }),
	timeoutRow("check", forBackends, "time for a health check's answer", func(t *conf.Timeouts) *time.Duration { return &t.Check }),
	{name: "clitimeout", in: inAny, status: Removed, why: "use timeout client", read: ignored},
	{name: "contimeout", in: inAny, status: Removed, why: "use timeout connect", read: ignored},
	{name: "srvtimeout", in: inAny, status: Removed, why: "use timeout server", read: ignored},
}, pending: "client-hs"}

// tarpitByConnect: of a frontend the timeout is for nothing but tarpit, which it stands for where that has none. That of a defaults section
// is not for frontends at all.
func tarpitByConnect(l *line) {
	var d time.Duration
	if l.duration(&d) && l.sec.Timeouts.Tarpit == 0 && !l.sec.applying {
		l.sec.Timeouts.Tarpit = d
	}
}

func timeoutRow(name string, in where, doc string, at func(*conf.Timeouts) *time.Duration) row {
	return row{name: name, in: in, args: "<time>", doc: doc, read: sectionTime(at)}
}

func readTCPRequest(l *line) {
	switch l.peek() {
	case "inspect-delay":
		l.i++
		l.path = join(l.path, "inspect-delay")
		l.duration(&l.sec.TCPReqDelay)
		return
	case "connection", "session":
		if l.in&forFrontends == 0 {
			e := conf.Bad(l.words[l.i].Pos, l.path, "%s has no meaning here; it belongs into %s", l.peek(), orWords(forFrontends.sections()))
			l.add(e)
			return
		}
	case "content":
	default:
		if w, ok := l.arg("connection, session, content or inspect-delay"); ok {
			l.wrong(w, "connection", "session", "content", "inspect-delay")
		}
		return
	}
	ruleReader("tcp-request " + l.next().Text)(l)
}

func readTCPResponse(l *line) {
	switch l.peek() {
	case "inspect-delay":
		l.i++
		l.path = join(l.path, "inspect-delay")
		l.duration(&l.sec.TCPRespDelay)
	case "content":
		l.i++
		ruleReader("tcp-response content")(l)
	default:
		if w, ok := l.arg("content or inspect-delay"); ok {
			l.wrong(w, "content", "inspect-delay")
		}
	}
}
