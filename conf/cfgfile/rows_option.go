package cfgfile

import (
	"time"

	"weir/conf"
)

const (
	whyAlways = "it is what Weir does anyway"
	whySplice = "the kernel moves the bytes wherever that is quicker, unless nosplice forbids it"
)

var optionTable = table{context: "option", in: inAny, pending: pendingOption, rows: []row{
	{name: "http-keep-alive", in: inAny, neg: true, doc: "both sides stay open after a response", read: connMode(conf.KeepAlive)},
	{name: "http-server-close", in: inAny, neg: true, doc: "the server side closes after each response", read: connMode(conf.HTTPServerClose)},
	{name: "httpclose", in: inAny, neg: true, doc: "servers' connections close after each response, and in a frontend clients' do", read: connMode(conf.HTTPClose)},
	{name: "forceclose", in: inAny, status: Removed, why: "use option httpclose", read: ignored},
	{name: "http-tunnel", in: inAny, status: Removed, why: "requests are always read one by one", read: ignored},
	{name: "httplog", in: inAny, args: "[clf|json]", doc: "log lines with what HTTP knows", read: readHTTPLog},
	{name: "tcplog", in: inAny, doc: "log lines with what TCP knows", read: logKind(conf.LogTCP)},
	{name: "httpslog", in: forFrontends, doc: "log lines with what HTTP and TLS know", read: logKind(conf.LogHTTPS)},
	optionSwitch("dontlognull", forFrontends, "no line for a connection that sent nothing", func(o *conf.Options) *bool { return &o.DontLogNull }),
	optionSwitch("dontlog-normal", forFrontends, "no line for a stream that went well", func(o *conf.Options) *bool { return &o.DontLogNormal }),
	optionSwitch("log-separate-errors", forFrontends, "lines of streams that ended in an error have the level err", func(o *conf.Options) *bool { return &o.LogSeparateErrors }),
	optionSwitch("logasap", forFrontends, "the line is written when the response begins", func(o *conf.Options) *bool { return &o.LogASAP }),
	optionSwitch("log-health-checks", forBackends, "a line for each health check that changes something", func(o *conf.Options) *bool { return &o.LogHealthChecks }),
	optionSwitch("abortonclose", inAny, "a stream whose client has gone leaves the queue", func(o *conf.Options) *bool { return &o.AbortOnClose }),
	inertOption("http-no-delay", inAny, "bytes are always sent as they come", func(o *conf.Options) *bool { return &o.HTTPNoDelay }),
	optionSwitch("http-buffer-request", inAny, "wait for the body before a server is chosen", func(o *conf.Options) *bool { return &o.HTTPBufferRequest }),
	optionSwitch("http-drop-request-trailers", forBackends, "leave the trailers of requests out", func(o *conf.Options) *bool { return &o.DropReqTrailers }),
	optionSwitch("http-drop-response-trailers", forFrontends, "leave the trailers of responses out", func(o *conf.Options) *bool { return &o.DropRespTrailers }),
	optionSwitch("http-use-proxy-header", forFrontends, "Proxy-Connection in place of Connection", func(o *conf.Options) *bool { return &o.UseProxyHeader }),
	optionSwitch("http-ignore-probes", forFrontends, "no answer and no line for a connection that sent nothing", func(o *conf.Options) *bool { return &o.HTTPIgnoreProbes }),
	optionSwitch("accept-unsafe-violations-in-http-request", forFrontends, "take requests that break some rules", func(o *conf.Options) *bool { return &o.AcceptUnsafeReq }),
	optionSwitch("accept-invalid-http-request", forFrontends, "take requests that break some rules", func(o *conf.Options) *bool { return &o.AcceptUnsafeReq }),
	optionSwitch("accept-unsafe-violations-in-http-response", forBackends, "take responses that break some rules", func(o *conf.Options) *bool { return &o.AcceptUnsafeResp }),
	optionSwitch("accept-invalid-http-response", forBackends, "take responses that break some rules", func(o *conf.Options) *bool { return &o.AcceptUnsafeResp }),
	{name: "http-restrict-req-hdr-names", in: inAny, args: "<preserve|delete|reject>", doc: "what becomes of request fields with other characters than letters, digits and -", read: readRestrict},
	optionSwitch("socket-stats", forFrontends, "counters for each bind", func(o *conf.Options) *bool { return &o.SocketStats }),
	inertOption("contstats", forFrontends, "counters always go on during a stream", func(o *conf.Options) *bool { return &o.Contstats }),
	{name: "tcpka", in: inAny, doc: "TCP keep-alive packets on both sides", read: readTCPKA},
	optionSwitch("clitcpka", forFrontends, "TCP keep-alive packets to clients", func(o *conf.Options) *bool { return &o.TCPKeepAliveClient }),
	optionSwitch("srvtcpka", forBackends, "TCP keep-alive packets to servers", func(o *conf.Options) *bool { return &o.TCPKeepAliveServer }),
	optionSwitch("nolinger", inAny, "a closed connection is reset, and leaves nothing in the kernel", func(o *conf.Options) *bool { return &o.NoLinger }),
	inertOption("splice-auto", inAny, whySplice, func(o *conf.Options) *bool { return &o.SpliceAuto }),
	inertOption("splice-request", inAny, whySplice, func(o *conf.Options) *bool { return &o.SpliceRequest }),
	inertOption("splice-response", inAny, whySplice, func(o *conf.Options) *bool { return &o.SpliceResponse }),
	{name: "allbackups", in: forBackends, neg: true, doc: "use all backup servers at once, not the first only", read: func(l *line) { l.sec.AllBackups = l.on() }},
	{name: "redispatch", in: forBackends, args: "[<number>]", neg: true, doc: "another server after failed attempts", read: readRedispatch},
	{name: "forwardfor", in: inAny, args: "[except <network>] [header <name>] [if-none]", doc: "X-Forwarded-For with the client's address", read: forwardReader(func(o *conf.Options) **conf.ForwardFor { return &o.ForwardFor })},
	{name: "originalto", in: inAny, args: "[except <network>] [header <name>]", doc: "X-Original-To with the address that the client asked for", read: forwardReader(func(o *conf.Options) **conf.ForwardFor { return &o.OriginalTo })},
	{name: "forwarded", in: inAny, args: "[proto] [host | host-expr <expr>] [by | by-expr <expr>] [by_port | by_port-expr <expr>] [for | for-expr <expr>] [for_port | for_port-expr <expr>]",
		doc: "Forwarded (RFC 7239)", read: readForwarded},
	{name: "tcp-smart-accept", in: forFrontends, neg: true, status: Inert, why: "the kernel's own acknowledgements serve", read: func(*line) {}},
	{name: "tcp-smart-connect", in: forBackends, neg: true, status: Inert, why: "the request is sent with the connection's first packets as it is", read: func(*line) {}},
	{name: "independent-streams", in: inAny, neg: true, status: Inert, why: "what moves in either direction counts for both sides", read: func(*line) {}},
	optionSwitch("disable-h2-upgrade", forFrontends, "a plain connection is not HTTP/2, whatever its first octets", func(o *conf.Options) *bool { return &o.DisableH2Upgrade }),
	{name: "http-use-htx", in: inAny, status: Inert, why: whyAlways, read: func(*line) {}},
	optionSwitch("http-pretend-keepalive", forBackends, "servers are not told that their connections end with the response", func(o *conf.Options) *bool { return &o.PretendKeepAlive }),
}}

// on is what a switch is set to.
func (l *line) on() bool { return !l.neg && !l.reset }

func optionSwitch(name string, in where, doc string, at func(*conf.Options) *bool) row {
	return row{name: name, in: in, neg: true, doc: doc, read: func(l *line) { *at(&l.sec.Options) = l.on() }}
}

// readOption reads an option line. The names of options are told apart like those of keywords.
func readOption(l *line) { l.dispatch(&optionTable) }

// inertOption is a switch for what Weir does in either position.
func inertOption(name string, in where, why string, at func(*conf.Options) *bool) row {
	r := optionSwitch(name, in, "", at)
	r.status, r.why = Inert, why
	return r
}

func connMode(m conf.ConnMode) func(*line) {
	return func(l *line) {
		switch {
		case l.on():
			l.sec.Options.ConnMode = m
		case l.sec.Options.ConnMode == m:
			l.sec.Options.ConnMode = conf.KeepAlive
		}
	}
}

func readHTTPLog(l *line) {
	kind := conf.LogHTTP
	switch {
	case l.took("clf"):
		kind = conf.LogHTTPClf
	case l.took("json"):
		kind = conf.LogJSON
	}
	l.setLog(kind)
}

func logKind(k conf.LogFormat) func(*line) { return func(l *line) { l.setLog(k) } }

// setLog chooses the kind of log line; what a log-format has said before is undone, as in HAProxy.
func (l *line) setLog(k conf.LogFormat) {
	if l.in&forFrontends == 0 {
		l.warn(l.key, "does nothing in a backend: lines are the frontend's")
	}
	l.sec.LogLine = nil
	l.sec.LogFormat = k
	if !l.on() {
		l.sec.LogFormat = conf.LogDefault
	}
}

func readRestrict(l *line) {
	words := []string{"preserve", "delete", "reject"}
	if i := l.word(words...); i >= 0 {
		l.sec.Options.RestrictReqNames = words[i]
	}
}

func readTCPKA(l *line) {
	l.sec.Options.TCPKeepAliveClient = l.on() && l.in&forFrontends != 0 && l.sec.Kind&conf.Frontend != 0
	l.sec.Options.TCPKeepAliveServer = l.on() && l.sec.Kind&conf.Backend != 0
}

// readRedispatch takes the interval, which may be negative: counted from the last retry.
func readRedispatch(l *line) {
	if !l.on() {
		l.sec.Redispatch = 0
		return
	}
	l.sec.Redispatch = -1
	if l.more() {
		l.int(&l.sec.Redispatch, -1000, 1000)
	}
}

func forwardReader(at func(*conf.Options) **conf.ForwardFor) func(*line) {
	return func(l *line) {
		to := at(&l.sec.Options)
		if !l.on() {
			*to = nil
			return
		}
		f := &conf.ForwardFor{Pos: l.key.Pos}
		for l.more() {
			switch {
			case l.took("except"):
				if w, ok := l.arg("<network>"); ok {
					f.Except = append(f.Except, w.Text)
				}
			case l.took("header"):
				l.text(&f.Header, "<name>")
			case l.took("if-none"):
				f.IfNone = true
			default:
				l.wrong(l.next(), "except", "header", "if-none")
			}
		}
		if !l.fail {
			*to = f
		}
	}
}

func readForwarded(l *line) {
	if !l.on() {
		l.sec.Options.Forwarded = nil
		return
	}
	f := &conf.Forwarded{Pos: l.key.Pos}
	if !l.more() {
		f.Proto, f.For = true, true
	}
	for l.more() {
		l.forwardedWord(f, l.next())
	}
	if !l.fail {
		l.sec.Options.Forwarded = f
	}
}

func (l *line) forwardedWord(f *conf.Forwarded, w Word) {
	flags := map[string]*bool{"proto": &f.Proto, "host": &f.Host, "by": &f.By, "by_port": &f.ByPort, "for": &f.For, "for_port": &f.ForPort}
	exprs := map[string]**conf.Expr{"host-expr": &f.HostExpr, "by-expr": &f.ByExpr, "by_port-expr": &f.ByPortExpr, "for-expr": &f.ForExpr, "for_port-expr": &f.ForPortExpr}
	switch {
	case flags[w.Text] != nil:
		*flags[w.Text] = true
	case exprs[w.Text] != nil:
		if e := l.expr(); e != nil {
			*exprs[w.Text] = e
		} else {
			l.fail = true
			l.skip()
		}
	default:
		l.wrong(w, append(keysOf(flags), keysOf(exprs)...)...)
	}
}

// addProbes adds the keep-alive probes of the client's and of the server's connections.
func addProbes() {
	probes := func(prefix string, in where, at func(*conf.Options) *conf.TCPProbes) {
		proxyTable.rows = append(proxyTable.rows,
			row{name: prefix + "-cnt", in: in, args: "<number>", doc: "unanswered TCP keep-alive packets that end a connection",
				read: sectionInt(func(s *section) *int { return &at(&s.Options).Count }, 0, 127)},
			row{name: prefix + "-idle", in: in, args: "<time>", doc: "silence before the first TCP keep-alive packet", read: seconds(func(s *section) *time.Duration { return &at(&s.Options).Idle })},
			row{name: prefix + "-intvl", in: in, args: "<time>", doc: "time between TCP keep-alive packets", read: seconds(func(s *section) *time.Duration { return &at(&s.Options).Interval })})
	}
	probes("clitcpka", forFrontends, func(o *conf.Options) *conf.TCPProbes { return &o.ClientProbes })
	probes("srvtcpka", forBackends, func(o *conf.Options) *conf.TCPProbes { return &o.ServerProbes })
}

func seconds(at func(*section) *time.Duration) func(*line) {
	return func(l *line) { l.durationIn(at(l.sec), "s") }
}
