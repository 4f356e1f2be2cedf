package hclfile

import "weir/conf"

var optionGrammar = grammar[section]{context: "option", rows: []row[section]{
	{info: info{name: "http_keep_alive", typ: tBool, def: "true", doc: "both sides stay open after a response"},
		read: connModeReader(conf.KeepAlive), text: nothing[section]},
	{info: info{name: "http_server_close", typ: tBool, doc: "the server side closes after each response"},
		read: connModeReader(conf.HTTPServerClose), text: connModeText(conf.HTTPServerClose)},
	{info: info{name: "httpclose", typ: tBool, doc: "both sides close after each response"},
		read: connModeReader(conf.HTTPClose), text: connModeText(conf.HTTPClose)},
	{info: info{name: "httplog", typ: tOther, in: forFrontends, doc: `log lines with what HTTP knows: true, or "clf" for the Common Log Format`}, read: readHTTPLog, text: textHTTPLog},
	{info: info{name: "tcplog", typ: tBool, in: forFrontends, doc: "log lines with what TCP knows"}, read: readTCPLog, text: textTCPLog},
	switchRow("dontlognull", forFrontends, "no line for a connection that sent nothing", func(o *conf.Options) *bool { return &o.DontLogNull }),
	switchRow("dontlog_normal", forFrontends, "no line for a stream that went well", func(o *conf.Options) *bool { return &o.DontLogNormal }),
	switchRow("logasap", forFrontends, "the line is written when the response begins", func(o *conf.Options) *bool { return &o.LogASAP }),
	switchRow("log_health_checks", forBackends, "a line for each health check that changes something", func(o *conf.Options) *bool { return &o.LogHealthChecks }),
	switchRow("abortonclose", forBackends, "a stream whose client has gone leaves the queue", func(o *conf.Options) *bool { return &o.AbortOnClose }),
	switchRow("http_no_delay", 0, "never wait for more bytes before sending: what Weir always does", func(o *conf.Options) *bool { return &o.HTTPNoDelay }),
	{info: info{name: "tcpka", typ: tBool, doc: "TCP keep-alive packets on both sides"}, read: readTCPKA, text: nothing[section]},
	switchRow("clitcpka", forFrontends, "TCP keep-alive packets to clients", func(o *conf.Options) *bool { return &o.TCPKeepAliveClient }),
	switchRow("srvtcpka", forBackends, "TCP keep-alive packets to servers", func(o *conf.Options) *bool { return &o.TCPKeepAliveServer }),
	switchRow("splice_auto", 0, "let the kernel move the bytes where that is quicker: what Weir always does with tunnels", func(o *conf.Options) *bool { return &o.SpliceAuto }),
	switchRow("splice_request", 0, "the same, of requests", func(o *conf.Options) *bool { return &o.SpliceRequest }),
	switchRow("splice_response", 0, "the same, of responses", func(o *conf.Options) *bool { return &o.SpliceResponse }),
	{info: info{name: "allbackups", typ: tBool, in: forBackends, doc: "use all backup servers at once, not the first only"},
		at: func(s *section) any { return &s.AllBackups }},
	{info: info{name: "redispatch", typ: tOther, in: forBackends, doc: "another server after failed attempts: true (at the last retry), or N (at every Nth)"}, read: readRedispatch, text: textRedispatch},
	{info: info{name: "forwardfor", typ: tBool, doc: "X-Forwarded-For with the client's address; a block where it has settings"}, read: readForwardForFlag, text: nothing[section]},
	{info: info{name: "httpchk", typ: tBool, in: forBackends, doc: "health checks speak HTTP; a block where they have settings"}, read: readHTTPChkFlag, text: nothing[section]},
	{info: info{name: "http_check_expect", typ: tString, in: forBackends, doc: "as http_check_expect of the section"}, read: readExpect, text: nothing[section]},
}, nests: []nest[section]{
	{name: "forwardfor", once: true, doc: "X-Forwarded-For with the client's address", attrs: forwardForGrammar.infos, read: readForwardFor},
	{name: "httpchk", in: forBackends, once: true, doc: "health checks speak HTTP", attrs: checkGrammar.infos, read: readHTTPChk},
}}

func switchRow(name string, in where, doc string, at func(*conf.Options) *bool) row[section] {
	return row[section]{info: info{name: name, in: in, typ: tBool, doc: doc}, at: func(s *section) any { return at(&s.Options) }}
}

func connModeReader(m conf.ConnMode) func(*decoder, *section, *attr) {
	return func(d *decoder, s *section, a *attr) {
		on := s.Options.ConnMode == m
		d.assign(&on, &info{}, a)
		switch {
		case on:
			s.Options.ConnMode = m
		case s.Options.ConnMode == m:
			s.Options.ConnMode = conf.KeepAlive
		}
	}
}

func connModeText(m conf.ConnMode) func(*section) string {
	return func(s *section) string { return textTrue(s.Options.ConnMode == m) }
}

func readHTTPLog(d *decoder, s *section, a *attr) {
	v, ok := d.constant(a.expr, a.path)
	switch {
	case !ok:
	case v.kind == vString && v.s == "clf":
		s.Options.HTTPLog, s.LogFormat = true, conf.LogHTTPClf
	case v.kind == vBool && v.b:
		s.Options.HTTPLog, s.LogFormat = true, conf.LogHTTP
	case v.kind == vBool:
		s.Options.HTTPLog = false
		s.LogFormat = formatOf(s.Options)
	default:
		d.wrong(v, a, "true", "false", "clf")
	}
}

func readTCPLog(d *decoder, s *section, a *attr) {
	d.assign(&s.Options.TCPLog, &info{}, a)
	if s.Options.TCPLog {
		s.LogFormat = conf.LogTCP
	} else {
		s.LogFormat = formatOf(s.Options)
	}
}

// formatOf is the format that is left when one of the two log options is switched off.
func formatOf(o conf.Options) conf.LogFormat {
	switch {
	case o.HTTPLog:
		return conf.LogHTTP
	case o.TCPLog:
		return conf.LogTCP
	}
	return conf.LogDefault
}

func readTCPKA(d *decoder, s *section, a *attr) {
	on := false
	d.assign(&on, &info{}, a)
	s.Options.TCPKeepAliveClient, s.Options.TCPKeepAliveServer = on && s.Kind&conf.Frontend != 0, on && s.Kind&conf.Backend != 0
}

func readRedispatch(d *decoder, s *section, a *attr) {
	v, ok := d.constant(a.expr, a.path)
	switch {
	case !ok:
	case v.kind == vBool && v.b:
		s.Redispatch = -1
	case v.kind == vBool:
		s.Redispatch = 0
	case v.kind == vNumber && v.n >= -maxRedispatch && v.n <= maxRedispatch:
		s.Redispatch = v.n
	default:
		d.wrong(v, a, "true", "false", "a number of retries")
	}
}

// maxRedispatch is the largest number of retries that can be asked for.
const maxRedispatch = 1000

var forwardForGrammar = grammar[conf.ForwardFor]{context: "forwardfor", rows: []row[conf.ForwardFor]{
	{info: info{name: "header", typ: tString, def: conf.DefaultForwardHeader, doc: "name of the field"}, at: func(f *conf.ForwardFor) any { return &f.Header }},
	{info: info{name: "except", typ: tList, doc: "networks whose clients are not named"}, at: func(f *conf.ForwardFor) any { return &f.Except }},
	{info: info{name: "if_none", typ: tBool, doc: "only where the request has no such field yet"}, at: func(f *conf.ForwardFor) any { return &f.IfNone }},
}}

func readForwardForFlag(d *decoder, s *section, a *attr) {
	on := s.Options.ForwardFor != nil
	d.assign(&on, &info{}, a)
	switch {
	case !on:
		s.Options.ForwardFor = nil
	case s.Options.ForwardFor == nil:
		s.Options.ForwardFor = &conf.ForwardFor{Pos: a.pos}
	}
}

func readForwardFor(d *decoder, s *section, b *block, _ where) {
	f := &conf.ForwardFor{Pos: b.pos}
	read(d, &forwardForGrammar, f, b.body, b.path, 0)
	s.Options.ForwardFor = f
}
