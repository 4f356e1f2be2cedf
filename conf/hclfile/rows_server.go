package hclfile

import (
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"weir/conf"
)

// server is a server block being read.
type server struct {
	*conf.Server
	section *section
}

var serverGrammar = grammar[server]{context: "server", places: func(s *server) *conf.Places { return &s.Places }, rows: append([]row[server]{
	{info: info{name: "address", typ: tString, doc: "HOST:PORT, /path, unix@/path, abns@name or abnsz@name"}, read: readAddress, text: func(s *server) string { return quote(s.Addr.String()) }},
	{info: info{name: "id", typ: tInt, min: 1, doc: "number in statistics"}, at: func(s *server) any { return &s.ID }},
	{info: info{name: "weight", typ: tInt, max: conf.MaxWeight, def: "1", doc: "share of the load beside the other servers"}, read: readWeight, text: textWeight},
	{info: info{name: "maxconn", typ: tInt, doc: "streams at once; 0 is no limit"}, at: func(s *server) any { return &s.Maxconn }},
	{info: info{name: "minconn", typ: tInt, doc: "streams at once while the backend is far from its fullconn"}, at: func(s *server) any { return &s.Minconn }},
	{info: info{name: "maxqueue", typ: tInt, doc: "streams that wait for this server; 0 is no limit"}, at: func(s *server) any { return &s.Maxqueue }},
	{info: info{name: "backup", typ: tBool, doc: "used only when no other server is"}, at: func(s *server) any { return &s.Backup }},
	{info: info{name: "disabled", typ: tBool, doc: "starts in maintenance"}, at: func(s *server) any { return &s.Disabled }},
	{info: info{name: "enabled", typ: tBool, doc: "undoes disabled of a default_server"}, read: readEnabled, text: nothing[server]},
	{info: info{name: "cookie", typ: tString, doc: "the server's name in a persistence cookie"}, at: func(s *server) any { return &s.Cookie }},
	{info: info{name: "redir", typ: tString, doc: "where clients are sent for GET and HEAD, before the path"}, at: func(s *server) any { return &s.Redir }},
	{info: info{name: "pool_max_conn", typ: tInt, min: -1, def: "-1", doc: "idle connections kept; -1 is no limit"}, at: func(s *server) any { return &s.PoolMax }},
	{info: info{name: "pool_purge_delay", typ: tDuration, def: "5s", doc: "interval at which idle connections are thinned out"}, at: func(s *server) any { return &s.PoolPurge }},
	{info: info{name: "max_reuse", typ: tInt, min: -1, def: "-1", doc: "requests on one connection after the first; -1 is no limit"}, at: func(s *server) any { return &s.MaxReuse }},
	{info: info{name: "proto", typ: tWord, enum: conf.ServerProtos, later: conf.ServerProtosLater, doc: "what it speaks; where not given, HTTP/1 or what TLS has agreed on"}, at: func(s *server) any { return &s.Proto }},
	{info: info{name: "check_proto", typ: tWord, enum: conf.ServerProtos, later: conf.ServerProtosLater, doc: "what its health checks speak; where not given, as proto"}, at: func(s *server) any { return &s.CheckProto }},
	{info: info{name: "ws", typ: tWord, enum: conf.WebSocketProtos, doc: "what WebSockets are spoken in; where not given, HTTP/1 if alpn offers both, else what other requests are"}, at: func(s *server) any { return &s.WS }},
	{info: info{name: "idle_ping", typ: tDuration, doc: "how often idle connections of HTTP/2 are asked for a sign of life; who gives none until the next time is closed"}, at: func(s *server) any { return &s.IdlePing }},
	{info: info{name: "tcp_ut", typ: tDuration, doc: "how long sent bytes may go unacknowledged"}, at: func(s *server) any { return &s.UserTimeout }},
	{info: info{name: "send_proxy", typ: tBool, doc: "a PROXY header of version 1 before everything else"}, at: func(s *server) any { return &s.SendProxy }},
	{info: info{name: "send_proxy_v2", typ: tBool, doc: "a PROXY header of version 2"}, at: func(s *server) any { return &s.SendProxyV2 }},
	{info: info{name: "proxy_v2_options", typ: tList, enum: conf.ProxyV2Options, doc: "what a PROXY header of version 2 says beside the addresses"}, read: readProxyOptions,
		text: func(s *server) string { return textList(s.ProxyV2) }},
	{info: info{name: "check_send_proxy", typ: tBool, doc: "health checks send PROXY headers too"}, at: func(s *server) any { return &s.CheckProxy }},
	{info: info{name: "check_via_socks4", typ: tBool, doc: "health checks go through the SOCKS proxy"}, at: func(s *server) any { return &s.CheckSocks }},
	{info: info{name: "pool_conn_name", typ: tSample, doc: "idle connections serve requests of the same name only; where not given, of the same server name of TLS"}, at: func(s *server) any { return &s.PoolName }},
	{info: info{name: "hash_key", typ: tWord, enum: conf.HashKeys, doc: "what a consistent hash knows it by; where not given, its id"}, at: func(s *server) any { return &s.HashKey }},
	{info: info{name: "init_addr", typ: tList, doc: "how its name becomes an address at the start, of last, libc, none and addresses; where not given, last and libc"}, read: readInitAddr,
		text: func(s *server) string { return textList(s.InitAddr) }},
	{info: info{name: "tfo", typ: tBool, doc: "TCP Fast Open"}, at: func(s *server) any { return &s.TFO }},
	{info: info{name: "cc", typ: tString, doc: "the kernel's congestion control"}, at: func(s *server) any { return &s.Congestion }},
	{info: info{name: "tcp_md5sig", typ: tString, doc: "key that signs TCP segments (RFC 2385)"}, at: func(s *server) any { return &s.MD5Sig }},
	{info: info{name: "namespace", typ: tString, doc: "network namespace to connect in"}, at: func(s *server) any { return &s.Namespace }},
	{info: info{name: "socks4", typ: tString, doc: "ADDRESS:PORT of a SOCKS proxy to connect through"}, read: readSocks, text: func(s *server) string {
		if s.Socks == nil {
			return ""
		}
		return quote(s.Socks.String())
	}},
	wordRow("on_marked_down", "shutdown-sessions", "what becomes of its streams when it goes down", func(s *server) *bool { return &s.ShutOnDown }),
	wordRow("on_marked_up", "shutdown-backup-sessions", "what becomes of the backup servers' streams when it comes up", func(s *server) *bool { return &s.ShutBackups }),
	{info: info{name: "observe", typ: tWord, enum: observes, def: "none", doc: "what traffic shows counts as checks"}, at: func(s *server) any { return &s.Observe }, read: readObserve},
	{info: info{name: "error_limit", typ: tInt, min: 1, def: "10", doc: "errors in a row that count"}, at: func(s *server) any { return &s.ErrorLimit }},
	{info: info{name: "on_error", typ: tWord, enum: conf.ErrorActions, def: "fail-check", doc: "what so many errors do"}, at: func(s *server) any { return &s.OnError }},
	{info: info{name: "slowstart", typ: tDuration, doc: "over which a server that has come back takes up its load"}, at: func(s *server) any { return &s.SlowStart }},
	{info: info{name: "init_state", typ: tWord, enum: conf.InitStates, def: "up", doc: "the state before the first check"}, at: func(s *server) any { return &s.InitState }},
	{info: info{name: "track", typ: tString, doc: "the server whose state is this one's: SERVER or BACKEND/SERVER"}, read: readTrack, text: func(s *server) string {
		if s.Track == nil {
			return ""
		}
		return quote(s.Track.Name)
	}},
	{info: info{name: "agent_check", typ: tBool, doc: "an agent is asked for its state"}, at: func(s *server) any { return &s.Agent }},
	{info: info{name: "agent_port", typ: tInt, max: 65535, doc: "port of the agent"}, at: func(s *server) any { return &s.AgentCheck.Port }},
	{info: info{name: "agent_addr", typ: tString, doc: "address of the agent; where not given, the server's"}, at: func(s *server) any { return &s.AgentCheck.Addr }},
	{info: info{name: "agent_inter", typ: tDuration, min: 1, def: "2s", doc: "time between two questions to the agent"}, at: func(s *server) any { return &s.AgentCheck.Inter }},
	{info: info{name: "agent_send", typ: tString, doc: "what the agent is told first"}, at: func(s *server) any { return &s.AgentCheck.Send }},
	{info: info{name: "check", typ: tBool, doc: "health checks; a block where they have settings"}, at: func(s *server) any { return &s.Check }},
}, slices.Concat(serverTLSRows, checkRows)...), nests: []nest[server]{
	{name: "check", once: true, doc: "health checks", attrs: timingGrammar.infos, read: readCheck},
	{name: "source", low: 1, high: 1, once: true, labels: `"ADDRESS"`, doc: "where connections to it come from", attrs: sourceGrammar.infos,
		read: func(d *decoder, s *server, b *block, _ where) { s.Source = d.source(b) }},
	{name: "set_proxy_v2_tlv", low: 1, high: 1, labels: `"TYPE"`, doc: "one more record in a PROXY header of version 2; its type is a number from 0 to 255, as in \"0xe1\"", attrs: tlvGrammar.infos, read: readTLV},
}}

// checkRows are the settings of health checks, which may stand in the server or in its check block.
var checkRows = []row[server]{
	{info: info{name: "inter", typ: tDuration, min: 1, def: "2s", doc: "time between two checks"}, at: func(s *server) any { return &s.Checks.Inter }},
	{info: info{name: "fastinter", typ: tDuration, min: 1, doc: "time between two checks while the state is changing; where not given, inter"}, at: func(s *server) any { return &s.Checks.FastInter }},
	{info: info{name: "downinter", typ: tDuration, min: 1, doc: "time between two checks while it is down; where not given, inter"}, at: func(s *server) any { return &s.Checks.DownInter }},
	{info: info{name: "rise", typ: tInt, min: 1, def: "2", doc: "good checks in a row that bring it up"}, at: func(s *server) any { return &s.Checks.Rise }},
	{info: info{name: "fall", typ: tInt, min: 1, def: "3", doc: "bad checks in a row that take it down"}, at: func(s *server) any { return &s.Checks.Fall }},
	{info: info{name: "port", typ: tInt, max: 65535, doc: "port to check; where not given, the server's"}, at: func(s *server) any { return &s.Checks.Port }},
	{info: info{name: "addr", typ: tString, doc: "address to check; where not given, the server's"}, at: func(s *server) any { return &s.Checks.Addr }},
}

var timingGrammar = grammar[server]{context: "server", rows: checkRows}

func readCheck(d *decoder, s *server, b *block, _ where) {
	s.Check = true
	read(d, &timingGrammar, s, b.body, b.path, 0)
}

func readAddress(d *decoder, s *server, a *attr) {
	text := ""
	if d.assign(&text, &info{typ: tString}, a); text == "" {
		return
	}
	addr, err := conf.ParseAddr(text)
	if err == nil {
		err = addr.CheckServer()
	}
	if err != nil {
		d.add(conf.Misread(a.pos, a.path, text, err))
		return
	}
	s.Addr = addr
}

func readWeight(d *decoder, s *server, a *attr) {
	n := -1
	if d.assign(&n, &info{max: conf.MaxWeight}, a); n >= 0 {
		s.Weight, s.WeightSet = n, true
	}
}

func readTrack(d *decoder, s *server, a *attr) {
	name := ""
	if d.assign(&name, &info{typ: tString}, a); name != "" {
		s.Track = &conf.Ref{Pos: a.pos, Name: name}
	}
}

var observes = []string{"none", "layer4", "layer7"}

func readObserve(d *decoder, s *server, a *attr) {
	switch i := d.word(observes, a); i {
	case -1:
	case 0:
		s.Observe = ""
	default:
		s.Observe = observes[i]
	}
}

func readEnabled(d *decoder, s *server, a *attr) {
	on := !s.Disabled
	d.assign(&on, &info{}, a)
	s.Disabled = !on
}

// readServer notes a server, which is read over the default_server blocks before it: see section.finish.
func readServer(_ *decoder, s *section, b *block, _ where) {
	s.servers = append(s.servers, serverBlock{block: b, defaults: len(s.serverDefaults)})
}

// readServerTemplate notes several servers that differ in the number behind their name.
func readServerTemplate(d *decoder, s *section, b *block, _ where) {
	low, high, err := conf.ParseTemplate(b.labels[1])
	if err != nil {
		d.add(conf.Misread(b.labelPos[1], b.path, b.labels[1], err))
		return
	}
	if a := b.body.Attributes["id"]; a != nil {
		d.add(conf.Bad(d.pos(a.NameRange), join(b.path, "id"), "is for one server, not for all of a template"))
	}
	s.servers = append(s.servers, serverBlock{b, len(s.serverDefaults), low, high})
}

// finish reads the servers.
func (s *section) finish(d *decoder) {
	for _, b := range s.servers {
		sv := &server{conf.NewServer(b.pos, b.label()), s}
		d.muted++
		for _, def := range s.serverDefaults[:b.defaults] {
			read(d, &serverGrammar, sv, def.body, def.path, 0)
		}
		d.muted--
		sv.ID = 0
		sv.Addr = conf.Addr{}
		before := d.failures
		read(d, &serverGrammar, sv, b.body, b.path, 0)
		if !hasAttr(b.body, "address") {
			d.add(conf.Bad(b.pos, b.path, "missing attribute %q (%s)", "address", serverGrammar.rows[0].doc))
		}
		// A server without its address is reported already, and would be again for it.
		if sv.Addr.Kind == 0 {
			if d.failures > before {
				sv.Addr = conf.Addr{Kind: conf.AddrUnix, Path: "/"}
			}
		}
		if b.high > 0 {
			sv.ID = 0 // told already
			s.Servers = append(s.Servers, conf.Templated(sv.Server, b.label(), b.low, b.high)...)
			continue
		}
		s.Servers = append(s.Servers, sv.Server)
	}
}

func hasAttr(body *hclsyntax.Body, name string) bool { return body.Attributes[name] != nil }
