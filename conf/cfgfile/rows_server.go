package cfgfile

import (
	"net/netip"
	"strconv"
	"time"

	"weir/conf"
)

// serverCtx is a server or default-server line being read.
type serverCtx struct {
	*conf.Server
	def bool // a default-server line
}

var serverTable = table{context: "server", in: forBackends, pending: pendingServer, rows: []row{
	{name: "id", args: "<number>", doc: "number in statistics", read: readServerID},
	{name: "weight", args: "<number>", doc: "share of the load beside the other servers", read: func(l *line) {
		if l.int(&l.srv.Weight, 0, conf.MaxWeight) {
			l.srv.WeightSet = true
		}
	}},
	{name: "maxconn", args: "<number>", doc: "streams at once", read: serverInt(func(s *serverCtx) *int { return &s.Maxconn }, 0, maxInt)},
	{name: "minconn", args: "<number>", doc: "streams at once while the backend is far from its fullconn", read: serverInt(func(s *serverCtx) *int { return &s.Minconn }, 0, maxInt)},
	{name: "maxqueue", args: "<number>", doc: "streams that wait for this server", read: serverInt(func(s *serverCtx) *int { return &s.Maxqueue }, 0, maxInt)},
	{name: "backup", doc: "used only when no other server is", read: func(l *line) { l.srv.Backup = true }},
	{name: "no-backup", doc: "undoes backup of a default-server line", read: func(l *line) { l.srv.Backup = false }},
	{name: "disabled", doc: "starts in maintenance", read: func(l *line) { l.srv.Disabled = true }},
	{name: "enabled", doc: "undoes disabled of a default-server line", read: func(l *line) { l.srv.Disabled = false }},
	{name: "cookie", args: "<value>", doc: "its name in the backend's cookie", read: func(l *line) { l.text(&l.srv.Cookie, "<value>") }},
	{name: "redir", args: "<prefix>", doc: "where clients are sent for GET and HEAD, before the path", read: func(l *line) { l.text(&l.srv.Redir, "<prefix>") }},
	{name: "check", doc: "health checks", read: func(l *line) { l.srv.Check = true }},
	{name: "no-check", doc: "undoes check of a default-server line", read: func(l *line) { l.srv.Check = false }},
	{name: "inter", args: "<time>", doc: "time between two checks", read: serverInterval(func(s *serverCtx) *time.Duration { return &s.Checks.Inter })},
	{name: "fastinter", args: "<time>", doc: "time between two checks while the state is changing", read: serverInterval(func(s *serverCtx) *time.Duration { return &s.Checks.FastInter })},
	{name: "downinter", args: "<time>", doc: "time between two checks while it is down", read: serverInterval(func(s *serverCtx) *time.Duration { return &s.Checks.DownInter })},
	{name: "rise", args: "<number>", doc: "good checks in a row that bring it up", read: serverInt(func(s *serverCtx) *int { return &s.Checks.Rise }, 1, maxInt)},
	{name: "fall", args: "<number>", doc: "bad checks in a row that take it down", read: serverInt(func(s *serverCtx) *int { return &s.Checks.Fall }, 1, maxInt)},
	{name: "port", args: "<port>", doc: "port to check", read: serverInt(func(s *serverCtx) *int { return &s.Checks.Port }, 0, 65535)},
	{name: "addr", args: "<address>", doc: "address to check", read: func(l *line) { l.text(&l.srv.Checks.Addr, "<address>") }},
	{name: "agent-check", doc: "an agent is asked for the server's state", read: func(l *line) { l.srv.Agent = true }},
	{name: "no-agent-check", doc: "undoes agent-check of a default-server line", read: func(l *line) { l.srv.Agent = false }},
	{name: "agent-port", args: "<port>", doc: "port of the agent", read: serverInt(func(s *serverCtx) *int { return &s.AgentCheck.Port }, 0, 65535)},
	{name: "agent-addr", args: "<address>", doc: "address of the agent", read: func(l *line) { l.text(&l.srv.AgentCheck.Addr, "<address>") }},
	{name: "agent-inter", args: "<time>", doc: "time between two questions to the agent", read: serverInterval(func(s *serverCtx) *time.Duration { return &s.AgentCheck.Inter })},
	{name: "agent-send", args: "<text>", doc: "what the agent is told", read: func(l *line) { l.text(&l.srv.AgentCheck.Send, "<text>") }},
	{name: "observe", args: "<layer4|layer7>", doc: "what traffic shows counts as checks", read: func(l *line) {
		words := []string{"", "layer4", "layer7"}
		if i := l.word("none", "layer4", "layer7"); i >= 0 {
			l.srv.Observe = words[i]
		}
	}},
	{name: "error-limit", args: "<number>", doc: "errors in a row that count as a failed check", read: serverInt(func(s *serverCtx) *int { return &s.ErrorLimit }, 1, maxInt)},
	{name: "on-error", args: "<fastinter|fail-check|sudden-death|mark-down>", doc: "what so many errors do", read: func(l *line) { l.oneOf(&l.srv.OnError, conf.ErrorActions) }},
	{name: "slowstart", args: "<time>", doc: "over which a server that has come back takes up its load", read: serverTime(func(s *serverCtx) *time.Duration { return &s.SlowStart })},
	{name: "track", args: "[<backend>/]<server>", doc: "the server whose state is this one's", read: func(l *line) {
		if w, ok := l.arg("<server>"); ok {
			l.srv.Track = &conf.Ref{Pos: w.Pos, Name: w.Text}
		}
	}},
	{name: "init-state", args: "<fully-up|up|down|fully-down>", doc: "the state before the first check", read: func(l *line) { l.oneOf(&l.srv.InitState, conf.InitStates) }},
	{name: "pool-max-conn", args: "<number>", doc: "idle connections kept; -1 is no limit", read: serverInt(func(s *serverCtx) *int { return &s.PoolMax }, -1, maxInt)},
	{name: "pool-purge-delay", args: "<time>", doc: "interval at which idle connections are thinned out", read: serverTime(func(s *serverCtx) *time.Duration { return &s.PoolPurge })},
	{name: "max-reuse", args: "<number>", doc: "requests on one connection after the first; -1 is no limit", read: serverInt(func(s *serverCtx) *int { return &s.MaxReuse }, -1, maxInt)},
	{name: "proto", args: "<h1|h2>", doc: "what it speaks, whatever TLS has agreed on", read: func(l *line) { l.proto(&l.srv.Proto, conf.ServerProtos, conf.ServerProtosLater) }},
	{name: "check-proto", args: "<h1|h2>", doc: "what its health checks speak", read: func(l *line) { l.proto(&l.srv.CheckProto, conf.ServerProtos, conf.ServerProtosLater) }},
	{name: "ws", args: "<auto|h1|h2>", doc: "what WebSockets are spoken in", read: func(l *line) { l.oneOf(&l.srv.WS, conf.WebSocketProtos) }},
	{name: "tcp-ut", args: "<time>", doc: "how long sent bytes may go unacknowledged", read: serverTime(func(s *serverCtx) *time.Duration { return &s.UserTimeout })},
	{name: "idle-ping", args: "<time>", doc: "how often idle connections of HTTP/2 are asked for a sign of life", read: serverTime(func(s *serverCtx) *time.Duration { return &s.IdlePing })},
	{name: "source", args: "<address>[:<port>[-<port>]] [usesrc <address>[:<port>]|client|clientip|hdr_ip(<name>[,<number>])] [interface <name>]", doc: "address that connections come from", read: func(l *line) {
		if a := readSource(l); a != nil {
			l.srv.Source = a
		}
	}},
	{name: "on-marked-down", args: "<shutdown-sessions>", doc: "what becomes of the streams of a server that goes down", read: func(l *line) {
		l.srv.ShutOnDown = l.word("shutdown-sessions") == 0
	}},
	{name: "on-marked-up", args: "<shutdown-backup-sessions>", doc: "what becomes of the streams on backup servers when it comes up", read: func(l *line) {
		l.srv.ShutBackups = l.word("shutdown-backup-sessions") == 0
	}},
}}

func readServerID(l *line) {
	if l.srv.def {
		l.bad(l.key, "is for one server, not for all after a default-server line")
		return
	}
	l.int(&l.srv.ID, 1, maxInt)
}

func serverInt(at func(*serverCtx) *int, low, high int) func(*line) {
	return func(l *line) { l.int(at(l.srv), low, high) }
}

func serverTime(at func(*serverCtx) *time.Duration) func(*line) {
	return func(l *line) { l.duration(at(l.srv)) }
}

// serverInterval is serverTime of what cannot be done all the time.
func serverInterval(at func(*serverCtx) *time.Duration) func(*line) {
	return func(l *line) { l.positive(at(l.srv)) }
}

func addSource() {
	proxyTable.rows = append(proxyTable.rows, row{name: "source", in: forBackends, args: "<address>[:<port>] [usesrc <address>[:<port>]|client|clientip|hdr_ip(<name>[,<number>])] [interface <name>]",
		doc: "address that connections to servers come from", read: func(l *line) {
			w := Word{Pos: l.end()}
			if l.more() {
				w = l.words[l.i]
			}
			a := readSource(l)
			if a != nil && a.Addr.Port != a.Addr.PortEnd {
				l.wrong(w, "one port: a range is for the source of a server")
				return
			}
			if a != nil {
				l.sec.Source = a
			}
		}})
}

func readSource(l *line) *conf.SourceAddr {
	w, ok := l.arg("<address>")
	if !ok {
		return nil
	}
	a, err := conf.ParseAddr(w.Text)
	if err == nil && (a.Kind != conf.AddrTCP || !isIP(a.Host)) {
		l.wrong(w, "an IP address, with a port or a range of ports")
		return nil
	}
	if err != nil {
		l.add(conf.Misread(w.Pos, l.path, w.Text, err))
		return nil
	}
	if a.PortOffset && a.Port == 0 { // no port was given
		a.PortOffset = false
	}
	s := &conf.SourceAddr{Pos: w.Pos, Addr: a}
	for l.more() {
		switch l.peek() {
		case "interface":
			l.i++
			l.text(&s.Interface, "<name>")
			continue
		case "usesrc":
			l.i++
			l.useSource(s)
			continue
		}
		break
	}
	return s
}

// isIP reports whether a host is an address or stands for any.
func isIP(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil || host == "" || host == "*"
}

// readServer reads a server over the default-server lines before it.
func readServer(l *line) {
	name, ok := l.arg("<name>")
	if !ok {
		return
	}
	l.path = join(l.sec.title, "server "+strconv.Quote(name.Text))
	l.checkName(name)
	if s := l.server(); s != nil {
		s.Name = name.Text
		l.sec.Servers = append(l.sec.Servers, s)
	}
}

// readServerTemplate reads several servers that differ in the number behind their name.
func readServerTemplate(l *line) {
	prefix, ok := l.arg("<prefix>")
	if !ok {
		return
	}
	l.path = join(l.sec.title, "server-template "+strconv.Quote(prefix.Text))
	l.checkName(prefix)
	w, ok := l.arg("<number|low-high>")
	if !ok {
		return
	}
	low, high, err := conf.ParseTemplate(w.Text)
	if err != nil {
		l.add(conf.Misread(w.Pos, l.path, w.Text, err))
		l.skip()
		return
	}
	s := l.server()
	switch {
	case s == nil:
	case s.ID != l.sec.tmpl.ID:
		l.add(conf.Bad(w.Pos, l.path, "id is for one server, not for all of a template"))
	default:
		l.sec.Servers = append(l.sec.Servers, conf.Templated(s, prefix.Text, low, high)...)
	}
}

// server reads "<address> [<option> ...]"; nil where there is no address.
func (l *line) server() *conf.Server {
	w, ok := l.arg("<address>")
	if !ok {
		return nil
	}
	s := *l.sec.tmpl
	s.Pos = l.key.Pos
	a, err := conf.ParseAddr(w.Text)
	if err == nil {
		if a.Kind == conf.AddrTCP && a.Host == "" {
			a.Host = "*" // where the client was going
		}
		err = a.CheckServer()
	}
	if err != nil {
		l.d.add(conf.Misread(w.Pos, l.path, w.Text, err))
		a = conf.Addr{Kind: conf.AddrUnix, Path: "/"} // told already
	}
	s.Addr = a
	l.srv = &serverCtx{Server: &s}
	l.options(&serverTable)
	return &s
}

func readDefaultServer(l *line) {
	l.srv = &serverCtx{Server: l.sec.tmpl, def: true}
	l.options(&serverTable)
}
