package cfgfile

import (
	"slices"
	"strconv"
	"strings"

	"weir/conf"
)

// addSockets adds the arguments of a server line that say how its connections are made.
func addSockets() {
	serverTable.rows = append(serverTable.rows,
		serverSwitch("send-proxy", "a PROXY header of version 1 before everything else", func(s *conf.Server) { s.SendProxy = true }),
		serverSwitch("no-send-proxy", "undoes send-proxy of a default-server line", func(s *conf.Server) { s.SendProxy = false }),
		serverSwitch("send-proxy-v2", "a PROXY header of version 2", func(s *conf.Server) { s.SendProxyV2 = true }),
		serverSwitch("no-send-proxy-v2", "undoes send-proxy-v2", func(s *conf.Server) { s.SendProxyV2 = false }),
		serverSwitch("send-proxy-v2-ssl", "the same, with what is known of the client's TLS", func(s *conf.Server) { s.SendProxyV2 = true; addOption(s, "ssl") }),
		serverSwitch("no-send-proxy-v2-ssl", "undoes send-proxy-v2-ssl", func(s *conf.Server) { s.SendProxyV2 = false; dropOption(s, "ssl") }),
		serverSwitch("send-proxy-v2-ssl-cn", "the same, with the name in the client's certificate", func(s *conf.Server) {
			s.SendProxyV2 = true
			addOption(s, "ssl")
			addOption(s, "cert-cn")
		}),
		serverSwitch("no-send-proxy-v2-ssl-cn", "undoes send-proxy-v2-ssl-cn", func(s *conf.Server) {
			s.SendProxyV2 = false
			dropOption(s, "ssl")
			dropOption(s, "cert-cn")
		}),
		row{name: "proxy-v2-options", args: "<option>[,<option>...]", doc: "what a PROXY header of version 2 says beside the addresses", read: readProxyOptions},
		row{name: "set-proxy-v2-tlv-fmt", args: "(<type>) <format>", doc: "one more record in a PROXY header of version 2", read: func(l *line) { readTLV(l, l.key) }},
		row{name: "usesrc", doc: "behind source: whose address streams come from", read: func(l *line) {
			l.bad(l.key, "belongs behind source <address>")
			l.skip()
		}},
		serverSwitch("tfo", "TCP Fast Open", func(s *conf.Server) { s.TFO = true }),
		serverSwitch("no-tfo", "undoes tfo of a default-server line", func(s *conf.Server) { s.TFO = false }),
		row{name: "cc", args: "<algorithm>", doc: "the kernel's congestion control", read: func(l *line) { l.text(&l.srv.Congestion, "<algorithm>") }},
		row{name: "tcp-md5sig", args: "<key>", doc: "key that signs TCP segments (RFC 2385)", read: func(l *line) { l.text(&l.srv.MD5Sig, "<key>") }},
		row{name: "namespace", args: "<name>", doc: "network namespace to connect in", read: func(l *line) { l.text(&l.srv.Namespace, "<name>") }},
		row{name: "pool-conn-name", args: "<expression>", doc: "idle connections serve requests of the same name only", read: func(l *line) {
			if e := l.expr(); e != nil {
				l.srv.PoolName = e
			}
		}},
		row{name: "hash-key", args: "<id|addr|addr-port>", doc: "what a consistent hash knows it by", read: func(l *line) {
			if i := l.word(conf.HashKeys...); i >= 0 {
				l.srv.HashKey = conf.HashKeys[i]
			}
		}},
		row{name: "init-addr", args: "<last|libc|none|address>[,...]", doc: "how its name becomes an address at the start", read: readInitAddr},
		serverSwitch("check-send-proxy", "health checks send PROXY headers too", func(s *conf.Server) { s.CheckProxy = true }),
		serverSwitch("no-check-send-proxy", "undoes check-send-proxy of a default-server line", func(s *conf.Server) { s.CheckProxy = false }),
		serverSwitch("check-via-socks4", "health checks go through the SOCKS proxy", func(s *conf.Server) { s.CheckSocks = true }),
		row{name: "socks4", args: "<address>:<port>", doc: "SOCKS proxy to connect through", read: readSocks},
	)
}

// addBackends adds what backends and frontends say of how they use connections.
func addBackends() {
	proxyTable.rows = append(proxyTable.rows,
		row{name: "max-keep-alive-queue", in: forBackends, args: "<number>", doc: "how many may wait for a server that a client's connection sticks to; -1 is any number",
			read: sectionInt(func(s *section) *int { return &s.KeepAliveQueue }, -1, maxInt)},
		row{name: "transparent", in: forBackends, doc: "the old name of option transparent", read: func(l *line) { l.sec.Options.Transparent = true }},
		row{name: "hash-preserve-affinity", in: forBackends, args: "<always|maxconn|maxqueue>", doc: "until when a key's server is waited for", read: func(l *line) {
			if i := l.word(conf.HashAffinities...); i >= 0 {
				l.sec.HashAffinity = conf.HashAffinities[i]
			}
		}},
		row{name: "load-server-state-from-file", in: forBackends, args: "<global|local|none>", doc: "which file the servers' states are read from", read: func(l *line) {
			l.sec.StatePos = l.key.Pos
			l.oneOf(&l.sec.LoadState, conf.StateSources)
		}},
		row{name: "server-state-file-name", in: forBackends, args: "[<file>|use-backend-name]", doc: "the file of \"local\"", read: readStateName},
		row{name: "http-send-name-header", in: forBackends, args: "<name>", doc: "field that tells a server its name", read: sectionText("<name>", func(s *section) *string { return &s.SendName })},
	)
	optionTable.rows = append(optionTable.rows,
		optionSwitch("transparent", forBackends, "where there are no servers, streams go where their clients wanted to", func(o *conf.Options) *bool { return &o.Transparent }),
		optionSwitch("idle-close-on-response", forFrontends, "idle connections end with their next response when the process stops", func(o *conf.Options) *bool { return &o.IdleCloseResponse }),
		optionSwitch("h1-case-adjust-bogus-client", forFrontends, "names of fields to clients as h1-case-adjust has them", func(o *conf.Options) *bool { return &o.CaseClient }),
		optionSwitch("h1-case-adjust-bogus-server", forBackends, "names of fields to servers as h1-case-adjust has them", func(o *conf.Options) *bool { return &o.CaseServer }),
	)
	globalTable.rows = append(globalTable.rows,
		globalRow("h1-case-adjust", "<name> <Name>", "how the name of a field is written where it matters", readCase),
		globalRow("h1-case-adjust-file", "<file>", "more of them, two names a line", globalText("<file>", func(g *conf.Global) *string { return &g.CaseFile })),
		globalRow("tune.cli.max-payload-size", "<bytes>", "bytes of a payload on a stats socket", globalSize(func(g *conf.Global) *int { return &g.Tune.MaxPayload }, 1, maxInt)),
		globalRow("tune.sndbuf.backend", "<bytes>", "the kernel's buffer of datagrams to log servers", globalSize(func(g *conf.Global) *int { return &g.Tune.SndBufLog }, 0, maxInt)),
		globalRow("tune.pool-low-fd-ratio", "<percent>", "files in use from which no connection to a server is kept idle", globalInt(func(g *conf.Global) *int { return &g.Tune.PoolLowFDs }, 0, 100)),
		globalRow("tune.pool-high-fd-ratio", "<percent>", "files in use from which a connection to a server ends an idle one", globalInt(func(g *conf.Global) *int { return &g.Tune.PoolHighFDs }, 0, 100)),
	)
}

func readStateName(l *line) {
	if l.sec.StateName = ""; !l.more() || l.took("use-backend-name") {
		return
	}
	l.text(&l.sec.StateName, "<file>")
}

func readCase(l *line) {
	from, ok := l.arg("<name>")
	if !ok {
		return
	}
	to, ok := l.arg("<Name>")
	if !ok {
		return
	}
	g := &l.d.cfg.Global
	switch err := conf.CheckCase(from.Text, to.Text); {
	case err != nil:
		l.add(conf.Misread(to.Pos, l.path, to.Text, err))
	case slices.ContainsFunc(g.Cases, func(c string) bool { return strings.EqualFold(c, to.Text) }):
		l.bad(from, "stands there twice")
	default:
		g.Cases = append(g.Cases, to.Text)
	}
}

func readInitAddr(l *line) {
	w, ok := l.arg("<method>")
	if !ok {
		return
	}
	list := splitList(w.Text)
	for _, m := range list {
		if err := conf.CheckInitAddr(m); err != nil {
			l.add(conf.Misread(w.Pos, l.path, m, err))
			return
		}
	}
	l.srv.InitAddr = list
}

func serverSwitch(name, doc string, set func(*conf.Server)) row {
	return row{name: name, doc: doc, read: func(l *line) { set(l.srv.Server) }}
}

// The list of a default-server line is not the server's to change: it is made anew.
func addOption(s *conf.Server, name string) {
	if !slices.Contains(s.ProxyV2, name) {
		s.ProxyV2 = append(slices.Clone(s.ProxyV2), name)
	}
}

func dropOption(s *conf.Server, name string) {
	s.ProxyV2 = slices.DeleteFunc(slices.Clone(s.ProxyV2), func(o string) bool { return o == name })
}

func readProxyOptions(l *line) {
	w, ok := l.arg("<option>")
	if !ok {
		return
	}
	for _, name := range splitList(w.Text) {
		if !slices.Contains(conf.ProxyV2Options, name) {
			l.add(conf.BadValue(w.Pos, l.path, name, conf.ProxyV2Options...))
			return
		}
		addOption(l.srv.Server, name)
	}
}

// readTLV reads "set-proxy-v2-tlv-fmt(TYPE) FORMAT".
func readTLV(l *line, w Word) {
	text, closed := strings.CutSuffix(strings.TrimPrefix(w.Text, "set-proxy-v2-tlv-fmt("), ")")
	typ, err := strconv.ParseUint(text, 0, 8)
	if !closed || err != nil {
		l.wrong(w, "set-proxy-v2-tlv-fmt(TYPE) with a type from 0 to 255, as in set-proxy-v2-tlv-fmt(0xe1)")
		return
	}
	if f := l.format("<format>"); f != nil {
		l.srv.ProxyTLVs = append(slices.Clone(l.srv.ProxyTLVs), &conf.ProxyTLV{Pos: w.Pos, Type: int(typ), Value: f})
	}
}

func readSocks(l *line) {
	w, ok := l.arg("<address>:<port>")
	if !ok {
		return
	}
	a, err := conf.ParseAddr(w.Text)
	if err != nil {
		l.add(conf.Misread(w.Pos, l.path, w.Text, err))
		return
	}
	if a.Kind != conf.AddrTCP || a.Port == 0 || a.PortOffset || a.PortEnd > a.Port {
		l.wrong(w, "an address and a port")
		return
	}
	l.srv.Socks = &a
}

// useSource reads what follows "usesrc".
func (l *line) useSource(s *conf.SourceAddr) {
	if w, ok := l.arg("client|clientip|hdr_ip(<name>)|<address>"); ok {
		if err := s.ParseUse(w.Text); err != nil {
			l.add(conf.Misread(w.Pos, l.path, w.Text, err))
		}
	}
}
