package hclfile

import "weir/conf"

var optionGrammar = grammar[section]{context: "option", rows: append([]row[section]{
	{info: info{name: "http_keep_alive", typ: tBool, def: "true", doc: "both sides stay open after a response"},
		read: connModeReader(conf.KeepAlive), text: nothing[section]},
	{info: info{name: "http_server_close", typ: tBool, doc: "the server side closes after each response"},
		read: connModeReader(conf.HTTPServerClose), text: connModeText(conf.HTTPServerClose)},
	{info: info{name: "httpclose", typ: tBool, doc: "servers' connections close after each response, and in a frontend clients' do"},
		read: connModeReader(conf.HTTPClose), text: connModeText(conf.HTTPClose)},
	{info: info{name: "httplog", typ: tOther, def: "false", doc: `log lines with what HTTP knows: true, "clf" for the Common Log Format, or "json" for an object of the same`}, read: readHTTPLog, text: textHTTPLog},
	logRow("tcplog", 0, "log lines with what TCP knows", conf.LogTCP),
	logRow("httpslog", forFrontends, "log lines with what HTTP and TLS know", conf.LogHTTPS),
	switchRow("transparent", forBackends, "where there are no servers, streams go where their clients wanted to", func(o *conf.Options) *bool { return &o.Transparent }),
	switchRow("idle_close_on_response", forFrontends, "idle connections end with their next response when the process stops", func(o *conf.Options) *bool { return &o.IdleCloseResponse }),
	switchRow("h1_case_adjust_bogus_client", forFrontends, "names of fields to clients as h1_case_adjust has them", func(o *conf.Options) *bool { return &o.CaseClient }),
	switchRow("h1_case_adjust_bogus_server", forBackends, "names of fields to servers as h1_case_adjust has them", func(o *conf.Options) *bool { return &o.CaseServer }),
	switchRow("dontlognull", forFrontends, "no line for a connection that sent nothing", func(o *conf.Options) *bool { return &o.DontLogNull }),
	switchRow("dontlog_normal", forFrontends, "no line for a stream that went well", func(o *conf.Options) *bool { return &o.DontLogNormal }),
	switchRow("log_separate_errors", forFrontends, "lines of streams that ended in an error have the level err", func(o *conf.Options) *bool { return &o.LogSeparateErrors }),
	switchRow("logasap", forFrontends, "the line is written when the response begins", func(o *conf.Options) *bool { return &o.LogASAP }),
	switchRow("log_health_checks", forBackends, "a line for each health check that changes something", func(o *conf.Options) *bool { return &o.LogHealthChecks }),
	switchRow("abortonclose", 0, "a stream whose client has gone leaves the queue", func(o *conf.Options) *bool { return &o.AbortOnClose }),
	switchRow("http_no_delay", 0, "never wait for more bytes before sending: what Weir always does", func(o *conf.Options) *bool { return &o.HTTPNoDelay }),
	switchRow("http_buffer_request", 0, "wait for the whole body, as far as a buffer holds it, before a server is chosen", func(o *conf.Options) *bool { return &o.HTTPBufferRequest }),
	switchRow("http_pretend_keepalive", forBackends, "servers are not told that their connections end with the response", func(o *conf.Options) *bool { return &o.PretendKeepAlive }),
	switchRow("http_drop_request_trailers", forBackends, "leave the trailers of requests out", func(o *conf.Options) *bool { return &o.DropReqTrailers }),
	switchRow("http_drop_response_trailers", forFrontends, "leave the trailers of responses out", func(o *conf.Options) *bool { return &o.DropRespTrailers }),
	switchRow("http_use_proxy_header", forFrontends, "Proxy-Connection in place of Connection, for clients that take this for their proxy", func(o *conf.Options) *bool { return &o.UseProxyHeader }),
	switchRow("disable_h2_upgrade", forFrontends, "a plain connection is not HTTP/2, whatever its first octets", func(o *conf.Options) *bool { return &o.DisableH2Upgrade }),
	switchRow("http_ignore_probes", forFrontends, "no answer and no line for a connection that is closed without a request", func(o *conf.Options) *bool { return &o.HTTPIgnoreProbes }),
	switchRow("accept_unsafe_violations_in_http_request", forFrontends, "take requests that break the rules in ways that are known", func(o *conf.Options) *bool { return &o.AcceptUnsafeReq }),
	switchRow("accept_unsafe_violations_in_http_response", forBackends, "take responses that break the rules in ways that are known", func(o *conf.Options) *bool { return &o.AcceptUnsafeResp }),
	aliasRow("accept_invalid_http_request", forFrontends, "the older name of accept_unsafe_violations_in_http_request", func(o *conf.Options) *bool { return &o.AcceptUnsafeReq }),
	aliasRow("accept_invalid_http_response", forBackends, "the older name of accept_unsafe_violations_in_http_response", func(o *conf.Options) *bool { return &o.AcceptUnsafeResp }),
	{info: info{name: "http_restrict_req_hdr_names", typ: tWord, enum: restricts, doc: "what becomes of request fields whose names have other characters than letters, digits and -"},
		at: func(s *section) any { return &s.Options.RestrictReqNames }},
	switchRow("socket_stats", forFrontends, "counters for each bind", func(o *conf.Options) *bool { return &o.SocketStats }),
	switchRow("contstats", forFrontends, "counters go on during a stream: what Weir always does", func(o *conf.Options) *bool { return &o.Contstats }),
	{info: info{name: "tcpka", typ: tBool, doc: "TCP keep-alive packets on both sides"}, read: readTCPKA, text: nothing[section]},
	switchRow("clitcpka", forFrontends, "TCP keep-alive packets to clients", func(o *conf.Options) *bool { return &o.TCPKeepAliveClient }),
	switchRow("srvtcpka", forBackends, "TCP keep-alive packets to servers", func(o *conf.Options) *bool { return &o.TCPKeepAliveServer }),
	switchRow("nolinger", 0, "reset connections when they are closed", func(o *conf.Options) *bool { return &o.NoLinger }),
	switchRow("splice_auto", 0, "let the kernel move the bytes where that is quicker: what Weir always does with tunnels", func(o *conf.Options) *bool { return &o.SpliceAuto }),
	switchRow("splice_request", 0, "the same, of requests", func(o *conf.Options) *bool { return &o.SpliceRequest }),
	switchRow("splice_response", 0, "the same, of responses", func(o *conf.Options) *bool { return &o.SpliceResponse }),
	{info: info{name: "allbackups", typ: tBool, in: forBackends, doc: "use all backup servers at once, not the first only"},
		at: func(s *section) any { return &s.AllBackups }},
	{info: info{name: "redispatch", typ: tOther, in: forBackends, def: "false", doc: "another server after failed attempts: true (at the last retry), or N (at every Nth)"}, read: readRedispatch, text: textRedispatch},
	{info: info{name: "forwardfor", typ: tBool, doc: "X-Forwarded-For with the client's address; a block where it has settings"}, read: forwardFlag(forwardFor), text: nothing[section]},
	{info: info{name: "originalto", typ: tBool, doc: "X-Original-To with the address that the client asked for; a block where it has settings"}, read: forwardFlag(originalTo), text: nothing[section]},
	{info: info{name: "forwarded", typ: tBool, doc: "Forwarded (RFC 7239) with proto and for; a block where it has settings"}, read: readForwardedFlag, text: nothing[section]},
	{info: info{name: "http_check_expect", typ: tString, in: forBackends, doc: "as http_check_expect of the section"}, read: readExpect, text: nothing[section]},
}, append(checkFlags(), persistOptions()...)...), nests: append([]nest[section]{
	{name: "forwardfor", once: true, doc: "X-Forwarded-For with the client's address", attrs: forwardForGrammar.infos, read: forwardBlock(forwardFor, &forwardForGrammar)},
	{name: "originalto", once: true, doc: "X-Original-To with the address that the client asked for", attrs: originalToGrammar.infos, read: forwardBlock(originalTo, &originalToGrammar)},
	{name: "forwarded", once: true, doc: "Forwarded (RFC 7239)", attrs: forwardedGrammar.infos, read: readForwarded},
}, checkNests...)}

func switchRow(name string, in where, doc string, at func(*conf.Options) *bool) row[section] {
	return row[section]{info: info{name: name, in: in, typ: tBool, doc: doc}, at: func(s *section) any { return at(&s.Options) }}
}

// aliasRow is a second name of a switch, which is read only.
func aliasRow(name string, in where, doc string, at func(*conf.Options) *bool) row[section] {
	r := switchRow(name, in, doc, at)
	r.text = nothing[section]
	return r
}

// restricts are the words of http_restrict_req_hdr_names.
var restricts = []string{"preserve", "delete", "reject"}

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
