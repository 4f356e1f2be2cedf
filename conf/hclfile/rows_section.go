package hclfile

import (
	"math"
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"weir/conf"
)

// section is a frontend, backend, listen or defaults block being read.
type section struct {
	*conf.Proxy
	serverDefaults []serverDefault // of the defaults section and its own, in order
	servers        []serverBlock
	checkSend      *block          // http_check_send of the block that is being read
	inherited      map[string]bool // names of the ACLs that came from a defaults section
	ownLogLine     bool            // log_format stands in the block that is being read
	oldStats       bool            // what there is of a statistics page is a defaults section's
	oldChecks      ruleList        // the lists of check steps that are still those of a defaults section
}

// serverBlock is a server to be read, with how many default_server blocks stand before it.
type serverBlock struct {
	*block
	defaults  int
	low, high int // of a template, the numbers of its servers; high 0 = it is one server
}

// serverDefault is a default_server block, applied to every server of the section that stands after it.
type serverDefault struct {
	body *hclsyntax.Body
	path string
}

var modes = []string{"tcp", "http"}

var sectionGrammar = grammar[section]{context: "section", rows: slices.Concat([]row[section]{
	{info: info{name: "mode", typ: tWord, enum: modes, def: "tcp", doc: "the layer that the section works at"}, read: readMode,
		text: func(s *section) string { return quote(s.Mode.String()) }},
	{info: info{name: "disabled", typ: tBool, in: inAny, doc: "leave the section out"},
		at: func(s *section) any { return &s.Disabled }},
	{info: info{name: "id", typ: tInt, in: forListen, min: 1, doc: "number in statistics; where not given, the next free one"},
		at: func(s *section) any { return &s.ID }},
	{info: info{name: "description", typ: tString, in: forListen, doc: "text shown on the statistics page"},
		at: func(s *section) any { return &s.Desc }},
	{info: info{name: "log", typ: tWord, enum: []string{"global", "none"}, doc: `"global" logs to the targets of the global section; "none" drops the targets of the defaults section`},
		read: readLogWord, text: nothing[section]},
	{info: info{name: "log_format", typ: tFormat, in: forFrontends, doc: "what a log line holds, in place of option httplog and the like"},
		read: readLogLine, text: func(s *section) string { return textFormat(s.LogLine) }},
	{info: info{name: "log_format_sd", typ: tFormat, in: forFrontends, doc: "structured data of log lines of the format rfc5424"},
		at: func(s *section) any { return &s.LogSD }},
	{info: info{name: "error_log_format", typ: tFormat, in: forFrontends, doc: "what the line of a connection holds that failed before there was a request"},
		at: func(s *section) any { return &s.ErrorLogLine }},
	{info: info{name: "log_tag", typ: tString, doc: "program name in syslog lines; where not given, the global one"},
		at: func(s *section) any { return &s.LogTag }},
	{info: info{name: "unique_id_format", typ: tFormat, in: forFrontends, doc: "the id of a request: log.ID and unique_id()"},
		at: func(s *section) any { return &s.UniqueIDFormat }},
	{info: info{name: "unique_id_header", typ: tString, in: forFrontends, doc: "field that the id goes to the server in"},
		at: func(s *section) any { return &s.UniqueIDHeader }},
	{info: info{name: "errorfile", typ: tMap, doc: `error pages: a raw HTTP response for a status, as in { "503" = "errors/503.http" }`},
		read: readErrorFiles, text: textErrorFiles},
	{info: info{name: "errorloc", typ: tMap, doc: `a redirect (302) in place of an error page, as in { "503" = "/sorry.html" }`},
		read: errorLocReader(302), text: errorLocText(302)},
	{info: info{name: "errorloc303", typ: tMap, doc: "the same with 303: what follows is always a GET"},
		read: errorLocReader(303), text: errorLocText(303)},
	{info: info{name: "maxconn", typ: tInt, in: forFrontends, doc: "connections at once; where not given, or 0, the global one"},
		at: func(s *section) any { return &s.Maxconn }},
	{info: info{name: "backlog", typ: tInt, in: forFrontends, doc: "connections that the kernel queues; where not given, or 0, maxconn"},
		at: func(s *section) any { return &s.Backlog }},
	{info: info{name: "rate_limit_sessions", typ: tInt, in: forFrontends, doc: "sessions a second; 0 is no limit"},
		at: func(s *section) any { return &s.SessionRate }},
	{info: info{name: "default_backend", typ: tString, in: forFrontends, doc: "backend of the streams that no use_backend takes"},
		read: readDefaultBackend, text: func(s *section) string {
			if s.DefaultBackend == nil {
				return ""
			}
			return quote(s.DefaultBackend.Name)
		}},
	{info: info{name: "monitor_uri", typ: tString, in: forFrontends, doc: "path that is answered 200 by the frontend itself and not logged"},
		at: func(s *section) any { return &s.MonitorURI }},
	{info: info{name: "tcp_request_inspect_delay", typ: tDuration, doc: "how long the content rules may wait for more bytes of the client"},
		at: func(s *section) any { return &s.TCPReqDelay }},
	{info: info{name: "tcp_response_inspect_delay", typ: tDuration, in: forBackends, doc: "the same for bytes of the server"},
		at: func(s *section) any { return &s.TCPRespDelay }},
	dispatchRow,
	{info: info{name: "max_session_srv_conns", typ: tInt, in: forFrontends, def: "5", doc: "idle connections to servers that one client's connection may have for itself, with http_reuse = \"never\" and the like"},
		at: func(s *section) any { return &s.SessionConns }},
	{info: info{name: "balance", typ: tOther, in: forBackends, def: "roundrobin", doc: "how a server is chosen; see Balancing"},
		read: readBalance, text: textBalance},
	{info: info{name: "hash_type", typ: tString, in: forBackends, def: "map-based sdbm", doc: `METHOD [FUNCTION [avalanche]]: map-based or consistent; sdbm, djb2, wt6, crc32 or none`},
		read: readHashType, text: textHashType},
	{info: info{name: "hash_balance_factor", typ: tInt, in: forBackends, max: 65535, doc: "percent of the average load that a server may have with a consistent hash; 0 is off"},
		at: func(s *section) any { return &s.HashType.BalanceFactor }},
	{info: info{name: "max_keep_alive_queue", typ: tInt, in: forBackends, min: -1, def: "-1", doc: "how many may wait for a server that a client's connection sticks to; -1 is any number"},
		at: func(s *section) any { return &s.KeepAliveQueue }},
	{info: info{name: "hash_preserve_affinity", typ: tWord, enum: conf.HashAffinities, in: forBackends, doc: "until when a key's server is waited for: always, or until it has maxconn or maxqueue; where not given, always"},
		at: func(s *section) any { return &s.HashAffinity }},
	{info: info{name: "load_server_state_from_file", typ: tWord, enum: conf.StateSources, in: forBackends, doc: "which file the servers' states are read from at the start; where not given, none"},
		at: func(s *section) any { return &s.LoadState }, pos: func(s *section) *conf.Pos { return &s.StatePos }},
	{info: info{name: "server_state_file_name", typ: tString, in: forBackends, doc: "the file of \"local\"; where not given, the section's name"},
		at: func(s *section) any { return &s.StateName }},
	{info: info{name: "http_send_name_header", typ: tString, in: forBackends, doc: "field that tells a server its name"},
		at: func(s *section) any { return &s.SendName }},
	{info: info{name: "fullconn", typ: tInt, in: forBackends, doc: "load at which the servers' maxconn is reached, where they have a minconn"},
		at: func(s *section) any { return &s.Fullconn }},
	{info: info{name: "retries", typ: tInt, in: forBackends, max: 1000, def: "3", doc: "connection attempts after the first"},
		at: func(s *section) any { return &s.Retries }},
	{info: info{name: "retry_on", typ: tList, enum: retryOns(), in: forBackends, doc: "failures after which a request is sent again; where not given, conn-failure"},
		read: readRetryOn, text: textRetryOn},
	{info: info{name: "http_reuse", typ: tWord, enum: reuses, in: forBackends, def: "safe", doc: "when an idle server connection may serve another client"},
		read: readReuse, text: func(s *section) string {
			if s.Reuse == conf.ReuseSafe {
				return ""
			}
			return quote(reuses[s.Reuse])
		}},
	{info: info{name: "http_check_expect", typ: tString, in: forBackends, doc: `what a health check must get: "[!] status 200-399", rstatus, string or rstring`},
		read: readExpect, text: nothing[section]},
	{info: info{name: "http_check_disable_on_404", typ: tBool, in: forBackends, doc: "a server that answers a health check with 404 gets no new clients"},
		at: func(s *section) any { return &s.DisableOn404 }},
	{info: info{name: "http_check_send_state", typ: tBool, in: forBackends, doc: "tell the server in each health check what is thought of it"},
		at: func(s *section) any { return &s.SendState }},
	{info: info{name: "external_check_command", typ: tString, in: forBackends, doc: "command of option external_check"},
		at: func(s *section) any { return &s.ExternalCommand }},
	{info: info{name: "external_check_path", typ: tString, in: forBackends, doc: "PATH of the command"},
		at: func(s *section) any { return &s.ExternalPath }},
}, statsRows, probeRows("clitcpka", "the client", forFrontends, func(s *section) *conf.TCPProbes { return &s.Options.ClientProbes }),
	probeRows("srvtcpka", "the server", forBackends, func(s *section) *conf.TCPProbes { return &s.Options.ServerProbes }), persistRows()), nests: append(sectionNests, persistNests()...)}

// sectionNests are the blocks of a section.
var sectionNests = []nest[section]{
	{name: "timeout", once: true, doc: "timeouts", attrs: timeoutGrammar.infos,
		read: func(d *decoder, s *section, b *block, w where) { read(d, &timeoutGrammar, s, b.body, b.path, w) }},
	{name: "option", once: true, doc: "options", attrs: optionGrammar.infos,
		read: func(d *decoder, s *section, b *block, w where) { read(d, &optionGrammar, s, b.body, b.path, w) }},
	{name: "email_alert", once: true, doc: "who is told by mail what becomes of the servers", attrs: alertGrammar.infos, read: readAlert},
	{name: "log", low: 1, high: 1, labels: `"TARGET"`, doc: "one more target of log lines, as in the global section", attrs: logGrammar.infos, read: readLog},
	{name: "bind", in: inFrontend, low: 1, high: 1, labels: `"ADDRESS[,ADDRESS]"`, doc: "an address to listen on", attrs: bindGrammar.infos, read: readBind, unread: unreadBind},
	{name: "ssl_f_use", in: inFrontend, low: 1, high: 1, labels: `"FILE"`, doc: "a certificate of every bind block with ssl", attrs: crtUseGrammar.infos, read: readCrtUse},
	{name: "capture_request_header", in: inFrontend, low: 1, high: 1, labels: `"NAME"`, doc: "a request field to log", attrs: captureGrammar.infos, read: readCapture},
	{name: "capture_response_header", in: inFrontend, low: 1, high: 1, labels: `"NAME"`, doc: "a response field to log", attrs: captureGrammar.infos, read: readCapture},
	{name: "capture_cookie", in: inFrontend, low: 1, high: 1, labels: `"NAME"`, doc: "a cookie to log: NAME is how its name begins", attrs: captureGrammar.infos, read: readCapture},
	{name: "declare_capture", in: inFrontend, low: 1, high: 1, labels: `"request" or "response"`, doc: "a slot that the action capture fills", attrs: captureGrammar.infos, read: readCapture},
	{name: "http_error", low: 1, high: 1, labels: `"STATUS"`, doc: "an error page that is written here", attrs: httpErrorGrammar.infos, read: readHTTPError},
	{name: "errorfiles", low: 1, high: 1, labels: `"NAME"`, doc: "error pages of an http_errors section", attrs: useErrorsGrammar.infos, read: readUseErrors},
	{name: "monitor_fail", in: inFrontend, doc: "where the condition of one holds, monitor_uri is answered 503", attrs: monitorFailGrammar.infos, read: readMonitorFail},
	{name: "stats_admin", in: forListen, doc: "where the condition of one holds, the statistics page may change servers", attrs: monitorFailGrammar.infos, read: readStatsAdmin},
	{name: "stats_http_request", in: forListen, low: 1, high: 1, labels: `"ACTION"`, doc: "rules for who may see the statistics page, in order: allow, deny or auth", read: readRule},
	{name: "acl", low: 1, high: 1, named: true, labels: `"NAME"`, doc: "a named condition, used as acl.NAME", attrs: aclGrammar.infos, read: readACL},
	{name: "tcp_request", low: 2, high: 2, labels: `"LIST" "ACTION"`, doc: "rules for a new connection (\"connection\"), a new session (\"session\") or a client's bytes (\"content\"), in order; see Actions", read: readRule},
	{name: "tcp_response", in: forBackends, low: 2, high: 2, labels: `"content" "ACTION"`, doc: "rules for a server's bytes, in order; see Actions", read: readRule},
	{name: "http_request", low: 1, high: 1, labels: `"ACTION"`, doc: "rules for a request, in order; see Actions", read: readRule},
	{name: "http_response", low: 1, high: 1, labels: `"ACTION"`, doc: "rules for a response, in order; see Actions", read: readRule},
	{name: "http_after_response", low: 1, high: 1, labels: `"ACTION"`, doc: "rules for every response, Weir's own too, in order; see Actions", read: readRule},
	{name: "tcp_check", in: forBackends, low: 1, high: 1, labels: `"ACTION"`, doc: "the steps of a health check (option tcp_check), in order; see Actions", read: readRule},
	{name: "http_check", in: forBackends, low: 1, high: 1, labels: `"ACTION"`, doc: "the steps of a health check (option httpchk), in order; see Actions", read: readRule},
	{name: "redirect", in: forListen, doc: "a redirect rule after those of http_request; see the action redirect", read: readRedirect},
	{name: "use_backend", in: inFrontend, low: 0, high: 1, labels: `"NAME"`, doc: "the backend of the streams for which the condition holds; the first that holds wins", attrs: choiceGrammar.infos, read: readUseBackend},
	{name: "use_server", in: inBackend, low: 0, high: 1, labels: `"NAME"`, doc: "the server of the streams for which the condition holds; the first that holds wins", attrs: choiceGrammar.infos, read: readUseServer},
	{name: "source", in: forBackends, low: 1, high: 1, once: true, labels: `"ADDRESS"`, doc: "where connections to servers come from: HOST, HOST:PORT or HOST:PORT-PORT", attrs: sourceGrammar.infos,
		read: func(d *decoder, s *section, b *block, _ where) { s.Source = d.source(b) }},
	{name: "http_check_send", in: forBackends, once: true, doc: "the request of an HTTP health check: what it says takes the place of what option httpchk says; of headers and body, that of a defaults block too", attrs: httpchkGrammar.infos,
		read: func(_ *decoder, s *section, b *block, _ where) { s.checkSend = b }},
	{name: "default_server", in: forBackends, doc: "settings of the servers after it, those of sections that begin with a defaults block too", attrs: serverGrammar.infos,
		read: func(d *decoder, s *section, b *block, _ where) {
			s.serverDefaults = append(s.serverDefaults, serverDefault{b.body, b.path})
			for _, name := range []string{"address", "id"} {
				if a := b.body.Attributes[name]; a != nil {
					d.add(conf.Bad(d.pos(a.NameRange), join(b.path, name), "is for one server, not for all after a default_server block"))
				}
			}
			read(d, &serverGrammar, &server{Server: &conf.Server{}, section: s}, b.body, b.path, 0) // to report what is wrong once
		}},
	{name: "server_template", in: inBackend, low: 2, high: 2, named: true, labels: `"PREFIX" "NUMBERS"`, doc: "several servers with the attributes of a server, named PREFIX1, PREFIX2 and so on: NUMBERS is how many, or the first and the last, as in 5-8", read: readServerTemplate},
	{name: "server", in: inBackend, low: 1, high: 1, named: true, labels: `"NAME"`, doc: "a server", attrs: serverGrammar.infos, read: readServer},
}

func nothing[T any](*T) string { return "" }

// word reads one of the words and returns its index, or -1.
func (d *decoder) word(words []string, a *attr) int {
	got := ""
	d.assign(&got, &info{typ: tWord, enum: words}, a)
	for i, w := range words {
		if w == got {
			return i
		}
	}
	return -1
}

func readMode(d *decoder, s *section, a *attr) {
	i := d.word(modes, a)
	if i < 0 {
		s.Mode = conf.ModeHTTP // which has most keywords: what else is said of it must not follow from this error
		return
	}
	s.Mode = conf.Mode(i + 1)
}

var reuses = []string{conf.ReuseSafe: "safe", conf.ReuseNever: "never", conf.ReuseAggressive: "aggressive", conf.ReuseAlways: "always"}

func readReuse(d *decoder, s *section, a *attr) {
	if i := d.word(reuses, a); i >= 0 {
		s.Reuse = conf.Reuse(i)
	}
}

func readLogWord(d *decoder, s *section, a *attr) {
	switch d.word([]string{"global", "none"}, a) {
	case 0:
		s.logGlobal(a.pos)
	case 1:
		s.Logs = nil
	}
}

// logGlobal adds the targets of the global section; told twice, it logs once.
func (s *section) logGlobal(pos conf.Pos) {
	if !slices.ContainsFunc(s.Logs, func(l *conf.LogTarget) bool { return l.Global }) {
		s.Logs = append(s.Logs, &conf.LogTarget{Pos: pos, Global: true})
	}
}

// readLog reads log "TARGET" { }; log "global" { } is log = "global", for a section that has said log = "none" before.
func readLog(d *decoder, s *section, b *block, _ where) {
	if b.label() != "global" {
		s.Logs = append(s.Logs, d.log(b))
		return
	}
	for _, it := range items(b.body) {
		d.add(conf.Bad(it.pos(d), b.path, "has no settings; they are those of the global section"))
	}
	s.logGlobal(b.pos)
}

func readDefaultBackend(d *decoder, s *section, a *attr) {
	name := ""
	if d.assign(&name, &info{typ: tString}, a); name != "" {
		s.DefaultBackend = &conf.Ref{Pos: a.pos, Name: name}
	}
}

var timeoutGrammar = grammar[section]{context: "timeout", rows: []row[section]{
	timeoutRow("client", forFrontends, "silence of the client", func(t *conf.Timeouts) any { return &t.Client }),
	timeoutRow("client_hs", forFrontends, "time for what comes before a session: a PROXY header, a TLS handshake; where not given, http_request or client", func(t *conf.Timeouts) any { return &t.ClientHS }),
	timeoutRow("client_fin", forFrontends, "silence of the client once one side is closed", func(t *conf.Timeouts) any { return &t.ClientFin }),
	timeoutRow("http_request", inAny, "time for a whole request head to arrive", func(t *conf.Timeouts) any { return &t.HTTPRequest }),
	timeoutRow("http_keep_alive", inAny, "wait for the next request; where not given, http_request", func(t *conf.Timeouts) any { return &t.HTTPKeepAlive }),
	timeoutRow("tarpit", inAny, "how long tarpit holds a request; where not given, connect", func(t *conf.Timeouts) any { return &t.Tarpit }),
	timeoutRow("connect", forBackends, "time for a server to accept the connection", func(t *conf.Timeouts) any { return &t.Connect }),
	timeoutRow("server", forBackends, "silence of the server", func(t *conf.Timeouts) any { return &t.Server }),
	timeoutRow("server_fin", forBackends, "silence of the server once one side is closed", func(t *conf.Timeouts) any { return &t.ServerFin }),
	timeoutRow("queue", forBackends, "wait for a free place on a server; where not given, connect", func(t *conf.Timeouts) any { return &t.Queue }),
	timeoutRow("tunnel", forBackends, "silence of both sides of a tunnel", func(t *conf.Timeouts) any { return &t.Tunnel }),
	timeoutRow("check", forBackends, "time for a health check's answer", func(t *conf.Timeouts) any { return &t.Check }),
}}

func timeoutRow(name string, in where, doc string, at func(*conf.Timeouts) any) row[section] {
	return row[section]{info: info{name: name, in: in, typ: tDuration, doc: doc}, at: func(s *section) any { return at(&s.Timeouts) }}
}

var bindGrammar = grammar[conf.Bind]{context: "bind", places: func(b *conf.Bind) *conf.Places { return &b.Places }, rows: append([]row[conf.Bind]{
	{info: info{name: "name", typ: tString, doc: "name in statistics"}, at: func(b *conf.Bind) any { return &b.Name }},
	{info: info{name: "id", typ: tInt, min: 1, doc: "number in statistics"}, at: func(b *conf.Bind) any { return &b.ID }},
	{info: info{name: "maxconn", typ: tInt, doc: "connections at once; where not given, or 0, those of its section"}, at: func(b *conf.Bind) any { return &b.Maxconn }},
	{info: info{name: "backlog", typ: tInt, doc: "connections that the kernel queues"}, at: func(b *conf.Bind) any { return &b.Backlog }},
	{info: info{name: "defer_accept", typ: tBool, doc: "accept when the first bytes are there"}, at: func(b *conf.Bind) any { return &b.DeferAccept }},
	{info: info{name: "tfo", typ: tBool, doc: "TCP fast open"}, at: func(b *conf.Bind) any { return &b.TFO }},
	{info: info{name: "transparent", typ: tBool, doc: "listen on addresses that are not this host's"}, at: func(b *conf.Bind) any { return &b.Transparent }},
	{info: info{name: "interface", typ: tString, doc: "network interface to listen on"}, at: func(b *conf.Bind) any { return &b.Interface }},
	{info: info{name: "idle_ping", typ: tDuration, doc: "how often clients of HTTP/2 without streams are asked for a sign of life; who gives none until the next time is closed"}, at: func(b *conf.Bind) any { return &b.IdlePing }},
	{info: info{name: "tcp_ut", typ: tDuration, doc: "how long sent bytes may go unacknowledged"}, at: func(b *conf.Bind) any { return &b.UserTimeout }},
	{info: info{name: "accept_proxy", typ: tBool, doc: "connections begin with a PROXY header, which says whom they are for"}, at: func(b *conf.Bind) any { return &b.AcceptProxy }},
	{info: info{name: "accept_netscaler_cip", typ: tInt, min: 1, max: math.MaxUint32, doc: "connections begin with the header that a NetScaler inserts, of this magic number"}, at: func(b *conf.Bind) any { return &b.CIPMagic }},
	{info: info{name: "cc", typ: tString, doc: "the kernel's congestion control"}, at: func(b *conf.Bind) any { return &b.Congestion }},
	{info: info{name: "tcp_md5sig", typ: tString, doc: "key that signs TCP segments (RFC 2385)"}, at: func(b *conf.Bind) any { return &b.MD5Sig }},
	{info: info{name: "tcp_ss", typ: tInt, max: 2, doc: "what the kernel keeps of a client's SYN: 1 = its headers from IP on, 2 = from Ethernet on"}, at: func(b *conf.Bind) any { return &b.SaveSYN }},
	{info: info{name: "namespace", typ: tString, doc: "network namespace to listen in"}, at: func(b *conf.Bind) any { return &b.Namespace }},
	{info: info{name: "proto", typ: tWord, enum: conf.BindProtos, later: conf.BindProtosLater, doc: "what clients speak, whatever their first octets look like"}, at: func(b *conf.Bind) any { return &b.Proto }},
	{info: info{name: "nice", typ: tInt, min: -1024, max: 1024, doc: "does nothing, as set-nice"}, at: func(b *conf.Bind) any { return &b.Nice }},
	{info: info{name: "mss", typ: tInt, min: -65535, max: 65535, doc: "TCP maximum segment size; a negative one is by how much less than the kernel's own"}, at: func(b *conf.Bind) any { return &b.MSS }, read: readMSS},
	{info: info{name: "mode", typ: tOctal, doc: "of a unix socket's file"}, at: func(b *conf.Bind) any { return &b.Mode }},
	{info: info{name: "user", typ: tString, doc: "owner of a unix socket's file"}, at: func(b *conf.Bind) any { return &b.User },
		pos: func(b *conf.Bind) *conf.Pos { return &b.UserPos }},
	{info: info{name: "group", typ: tString, doc: "group of a unix socket's file"}, at: func(b *conf.Bind) any { return &b.Group },
		pos: func(b *conf.Bind) *conf.Pos { return &b.GroupPos }},
	{info: info{name: "v4v6", typ: tBool, doc: "an IPv6 socket takes IPv4 too"}, at: func(b *conf.Bind) any { return &b.Addr.V4V6 }},
	{info: info{name: "v6only", typ: tBool, doc: "an IPv6 socket takes IPv6 only"}, at: func(b *conf.Bind) any { return &b.Addr.V6Alone }},
}, bindTLSRows...)}

func readMSS(d *decoder, b *conf.Bind, a *attr) {
	before := d.failures
	if d.assign(&b.MSS, &info{typ: tInt, min: -65535, max: 65535}, a); d.failures == before && b.MSS == 0 {
		d.add(conf.BadValue(a.pos, a.path, "0", conf.WantMSS))
	}
}

// unreadAddr stands for an address that could not be read, which is told: it keeps the frontend from seeming to have no bind.
func unreadAddr(s *section) conf.Addr { return conf.Addr{Kind: conf.AddrFD, FD: -1 - len(s.Binds)} }

func unreadBind(s *section, b *block) {
	s.Binds = append(s.Binds, &conf.Bind{Pos: b.pos, Addr: unreadAddr(s)})
}

// readBind reads one bind block, which gives a bind for each of its addresses.
func readBind(d *decoder, s *section, b *block, _ where) {
	common := conf.Bind{Pos: b.pos}
	read(d, &bindGrammar, &common, b.body, b.path, 0)
	for _, text := range splitList(b.label()) {
		addr, err := conf.ParseAddr(text)
		if err == nil {
			err = addr.CheckBind()
		}
		if err != nil {
			d.add(conf.Misread(b.labelPos[0], join(dirname(b.path), "bind"), text, err))
		}
		one := common
		one.Addr = addr
		one.Addr.V4V6 = common.Addr.V4V6
		one.Addr.V6Alone = common.Addr.V6Alone
		one.ID = common.ID
		if err != nil {
			one.Addr = unreadAddr(s)
		}
		s.Binds = append(s.Binds, &one)
	}
}
