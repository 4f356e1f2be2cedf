package cfgfile

import (
	"io/fs"
	"math"
	"os"
	"strconv"
	"strings"

	"weir/conf"
)

const (
	whyDH     = "crypto/tls exchanges keys over elliptic curves only"
	whyEngine = "it tunes HAProxy's own engine, and Weir has no such part"
	maxInt    = math.MaxInt32
	minDHBits = 1024 // as in HAProxy
	maxPolicy = 8    // words of cpu-policy: more than it has
	// UDP in HAProxy's sense: listeners of QUIC and log-forward, servers of logs.
	whyDatagrams = "it is for sockets of datagrams that nobody is connected to, of which Weir has none there"
)

var globalTable = table{context: "global", in: inGlobal, pending: pendingGlobal, rows: []row{
	{name: "nbthread", in: inGlobal, args: "<number>", doc: "event loops", read: globalInt(func(g *conf.Global) *int { return &g.NbThread }, 1, 1024)},
	{name: "maxconn", in: inGlobal, args: "<number>", doc: "connections at once over all frontends", read: globalInt(func(g *conf.Global) *int { return &g.Maxconn }, 0, maxInt)},
	{name: "fd-hard-limit", in: inGlobal, args: "<number>", doc: "file descriptors at most", read: globalInt(func(g *conf.Global) *int { return &g.FDHardLimit }, 0, maxInt)},
	{name: "user", in: inGlobal, args: "<user>", doc: "user to become after binding", read: func(l *line) { l.name(&l.d.cfg.Global.User, &l.d.cfg.Global.UserPos, "<user>") }},
	{name: "group", in: inGlobal, args: "<group>", doc: "group to become after binding", read: func(l *line) { l.name(&l.d.cfg.Global.Group, &l.d.cfg.Global.GroupPos, "<group>") }},
	{name: "uid", in: inGlobal, args: "<number>", doc: "as user, by number", read: readID(func(g *conf.Global) *string { return &g.User })},
	{name: "gid", in: inGlobal, args: "<number>", doc: "as group, by number", read: readID(func(g *conf.Global) *string { return &g.Group })},
	{name: "pidfile", in: inGlobal, args: "<file>", doc: "file to write the process id to", read: globalText("<file>", func(g *conf.Global) *string { return &g.PidFile })},
	{name: "node", in: inGlobal, args: "<name>", doc: "name of this node in statistics", read: globalText("<name>", func(g *conf.Global) *string { return &g.Node })},
	{name: "description", in: inGlobal, args: "<text>", doc: "text shown in statistics", read: func(l *line) { l.d.cfg.Global.Description = l.joined() }},
	{name: "chroot", in: inGlobal, args: "<directory>", doc: "directory to be locked into", read: globalText("<directory>", func(g *conf.Global) *string { return &g.Chroot })},
	{name: "daemon", in: inGlobal, doc: "go to the background", read: globalFlag(func(g *conf.Global) *bool { return &g.Daemon })},
	{name: "master-worker", in: inGlobal, args: "[no-exit-on-failure]", doc: "a master process that looks after workers", read: readMasterWorker},
	{name: "default-path", in: inGlobal, args: "<current|config|parent|origin <directory>>", doc: "what relative file names are relative to", read: readDefaultPath},
	{name: "log", in: inGlobal, args: logUsage, neg: true, doc: "where log lines go", read: readGlobalLog},
	{name: "log-tag", in: inGlobal, args: "<text>", doc: "program name in syslog lines", read: globalText("<text>", func(g *conf.Global) *string { return &g.LogTag })},
	{name: "log-send-hostname", in: inGlobal, args: "[<name>]", doc: "host name in syslog lines", read: readSendHostname},
	{name: "hard-stop-after", in: inGlobal, args: "<time>", doc: "how long a graceful stop may take", read: readHardStop},
	{name: "grace", in: inGlobal, args: "<time>", doc: "from the signal to stop to the closing of the listeners", read: readGrace},
	{name: "external-check", in: inGlobal, args: "[preserve-env]", doc: "commands may be health checks", read: readExternalGlobal},
	{name: "insecure-fork-wanted", in: inGlobal, neg: true, doc: "processes may be started", read: globalFlag(func(g *conf.Global) *bool { return &g.ForkWanted })},
	{name: "spread-checks", in: inGlobal, args: "<percent>", doc: "by how much health checks are spread", read: globalInt(func(g *conf.Global) *int { return &g.SpreadChecks }, 0, 50)},
	{name: "max-spread-checks", in: inGlobal, args: "<time>", doc: "time over which health checks are spread at most", read: readMaxSpread},
	{name: "tune.bufsize", in: inGlobal, args: "<bytes>", doc: "bytes of one buffer", read: globalSize(func(g *conf.Global) *int { return &g.Tune.BufSize }, 1024, 1<<24)},
	{name: "tune.maxrewrite", in: inGlobal, args: "<bytes>", doc: "bytes of a buffer kept free for added fields", read: globalSize(func(g *conf.Global) *int { return &g.Tune.MaxRewrite }, 0, 1<<23)},
	{name: "tune.http.maxhdr", in: inGlobal, args: "<number>", doc: "header fields in one message", read: globalInt(func(g *conf.Global) *int { return &g.Tune.MaxHeaders }, 1, 32767)},
	{name: "tune.h2.header-table-size", in: inGlobal, args: "<bytes>", doc: "octets that a client's header compression may remember", read: globalSize(func(g *conf.Global) *int { return &g.Tune.H2.HeaderTable }, conf.MinHeaderTable, conf.MaxHeaderTable)},
	{name: "tune.h2.initial-window-size", in: inGlobal, args: "<bytes>", doc: "octets of a body that may be sent before they are asked for", read: globalSize(func(g *conf.Global) *int { return &g.Tune.H2.Window }, 0, maxInt)},
	{name: "tune.h2.max-concurrent-streams", in: inGlobal, args: "<number>", doc: "streams at once on a connection of HTTP/2", read: globalInt(func(g *conf.Global) *int { return &g.Tune.H2.Streams }, 0, maxInt)},
	{name: "tune.h2.fe.initial-window-size", in: inGlobal, args: "<bytes>", doc: "the same for clients alone", read: globalSize(func(g *conf.Global) *int { return &g.Tune.H2.FEWindow }, 0, maxInt)},
	{name: "tune.h2.fe.max-concurrent-streams", in: inGlobal, args: "<number>", doc: "the same for clients alone", read: globalInt(func(g *conf.Global) *int { return &g.Tune.H2.FEStreams }, 0, maxInt)},
	{name: "tune.h2.fe.max-total-streams", in: inGlobal, args: "<number>", doc: "streams after which a client is asked to connect anew", read: globalInt(func(g *conf.Global) *int { return &g.Tune.H2.FETotal }, 0, maxInt)},
	{name: "tune.h2.fe.glitches-threshold", in: inGlobal, args: "<number>", doc: "oddities after which a client's connection is ended", read: globalInt(func(g *conf.Global) *int { return &g.Tune.H2.FEGlitches }, 0, maxInt)},
	{name: "tune.h2.be.initial-window-size", in: inGlobal, args: "<bytes>", doc: "the same for servers alone", read: globalSize(func(g *conf.Global) *int { return &g.Tune.H2.BEWindow }, 0, maxInt)},
	{name: "tune.h2.be.max-concurrent-streams", in: inGlobal, args: "<number>", doc: "the same for servers alone", read: globalInt(func(g *conf.Global) *int { return &g.Tune.H2.BEStreams }, 0, maxInt)},
	{name: "tune.h2.be.glitches-threshold", in: inGlobal, args: "<number>", doc: "oddities after which a server's connection is ended", read: globalInt(func(g *conf.Global) *int { return &g.Tune.H2.BEGlitches }, 0, maxInt)},
	{name: "tune.h2.fe.max-frames-at-once", in: inGlobal, args: "<number>", doc: "frames of one client that are taken before others have their turn", read: globalInt(func(g *conf.Global) *int { return &g.Tune.H2.FEFrames }, 0, maxInt)},
	{name: "tune.h2.be.max-frames-at-once", in: inGlobal, args: "<number>", doc: "the same of one connection to a server", read: globalInt(func(g *conf.Global) *int { return &g.Tune.H2.BEFrames }, 0, maxInt)},
	{name: "tune.h2.fe.rxbuf", in: inGlobal, args: "<bytes>", doc: "octets of bodies that the streams of a client's connection may hold together", read: globalSize(func(g *conf.Global) *int { return &g.Tune.H2.FERxBuf }, 0, maxInt)},
	{name: "tune.h2.be.rxbuf", in: inGlobal, args: "<bytes>", doc: "the same of a connection to a server", read: globalSize(func(g *conf.Global) *int { return &g.Tune.H2.BERxBuf }, 0, maxInt)},
	{name: "tune.h2.fe.max-rst-at-once", in: inGlobal, args: "<number>", doc: "streams that one client resets before others have their turn", read: globalInt(func(g *conf.Global) *int { return &g.Tune.H2.FEResets }, 0, maxInt)},
	{name: "tune.h2.max-frame-size", in: inGlobal, args: "<bytes>", doc: "octets of a frame that peers may send, at most tune.bufsize", read: globalSize(func(g *conf.Global) *int { return &g.Tune.H2.MaxFrame }, 16384, 16777215)},
	{name: "tune.h2.log-errors", in: inGlobal, args: "<none|connection|stream>", doc: "which errors of clients in HTTP/2 are logged", read: func(l *line) { l.oneOf(&l.d.cfg.Global.Tune.H2.LogErrors, conf.HTTP2LogErrors) }},
	{name: "h2-workaround-bogus-websocket-clients", in: inGlobal, neg: true, doc: "do not offer WebSockets over HTTP/2", read: globalFlag(func(g *conf.Global) *bool { return &g.Tune.H2.NoConnect })},
	{name: "tune.maxaccept", in: inGlobal, args: "<number>", doc: "connections accepted per wake-up", read: globalInt(func(g *conf.Global) *int { return &g.Tune.MaxAccept }, -1, maxInt)},
	{name: "stats", in: inGlobal, args: "<socket|timeout|maxconn> ...", doc: "sockets that take commands", read: func(l *line) { l.dispatch(&statsGlobalTable) }},
	{name: "setenv", in: inGlobal, args: "<name> <value>", doc: "sets a variable", read: func(l *line) { setEnv(l, true) }},
	{name: "presetenv", in: inGlobal, args: "<name> <value>", doc: "sets a variable that is not set yet", read: func(l *line) { setEnv(l, false) }},
	{name: "unsetenv", in: inGlobal, args: "<name> ...", doc: "removes variables", read: unsetEnv},
	{name: "resetenv", in: inGlobal, args: "[<name> ...]", doc: "removes all variables but these", read: resetEnv},
	{name: "set-var", in: inGlobal, args: "<var> <expression>", doc: "sets a proc variable", read: readGlobalVar},
	{name: "set-var-fmt", in: inGlobal, args: "<var> <format>", doc: "sets a proc variable", read: readGlobalVarFmt},
	{name: "insecure-setuid-wanted", in: inGlobal, neg: true, status: Inert, why: "what a command that checks a server may do is never taken from it", read: inert(0, 0)},
	{name: "localpeer", in: inGlobal, args: "<name>", status: Inert, why: "there are no peers; it sets HAPROXY_LOCALPEER for what follows", read: readLocalPeer},
	{name: "expose-experimental-directives", in: inGlobal, status: Inert, why: "there are none", read: inert(0, 0)},
	{name: "expose-deprecated-directives", in: inGlobal, status: Inert, why: "what loads, loads", read: inert(0, 0)},
	{name: "quiet", in: inGlobal, status: Inert, why: "nothing is written at start that could be left out", read: inert(0, 0)},
	{name: "nbproc", in: inGlobal, args: "<number>", status: Removed, why: "use nbthread", read: ignored},
	{name: "tune.chksize", in: inGlobal, args: "<bytes>", status: Removed, why: "use tune.bufsize", read: ignored},
	{name: "tune.ssl.default-dh-param", in: inGlobal, args: "<bits>", status: Inert, why: whyDH, read: func(l *line) {
		var bits int
		l.int(&bits, minDHBits, maxInt)
	}},
	inertSwitch("tune.sched.low-latency"), inertSwitch("tune.fd.edge-triggered"), inertSwitch("tune.idle-pool.shared"),
}}

// inertSwitch is on or off, and changes nothing.
func inertSwitch(name string) row {
	return row{name: name, in: inGlobal, args: "<on|off>", status: Inert, why: whyEngine, read: func(l *line) { l.word("on", "off") }}
}

func readExternalGlobal(l *line) {
	l.d.cfg.Global.ExternalEnv = l.took("preserve-env")
	l.d.cfg.Global.ExternalCheck = true
}

// addInertGlobals adds the rows that only take their words.
func addInertGlobals() {
	for _, r := range []struct {
		name string
		n    int
		why  string
	}{
		{"ssl-mode-async", 0, "it is for engines of OpenSSL"},
		{"ssl-skip-self-issued-ca", 0, "chains are sent as they stand in their file"},
		{"tune.ssl.cachesize", 1, "sessions are resumed by tickets, which clients keep"},
		{"tune.ssl.force-private-cache", 0, "sessions are resumed by tickets, which clients keep"},
		{"noktls", 0, whyKTLS},
		{"nogetaddrinfo", 0, "names are looked up by Go's own resolver, which reads the same files"},
		{"tune.rcvbuf.frontend", 1, whyDatagrams}, {"tune.rcvbuf.backend", 1, whyDatagrams}, {"tune.sndbuf.frontend", 1, whyDatagrams},
		{"tune.ssl.certificate-compression", 1, "crypto/tls sends certificates as they are"},
		{"tune.ssl.keyupdate-rate-limit", 1, "crypto/tls has a limit of its own: it ends a connection after 16 messages in a row without data"},
	} {
		globalTable.rows = append(globalTable.rows, row{name: r.name, in: inGlobal, args: valueUsage(r.n), status: Inert, why: r.why, read: inert(r.n, r.n)})
	}
	const whyCPU = "a loop is no thread: the runtime and the kernel place it, on the processors of cpu-set and cpu-map"
	globalTable.rows = append(globalTable.rows,
		row{name: "cpu-affinity", in: inGlobal, args: "<policy>", status: Inert, why: whyCPU, read: inert(1, 1)},
		row{name: "cpu-policy", in: inGlobal, args: "<policy> [<option> ...]", status: Inert, why: whyCPU, read: inert(1, maxPolicy)},
		row{name: "thread-group", in: inGlobal, args: "<group> [<threads>]", status: Inert, why: "loops have no groups", read: inert(1, 2)})
	for name, n := range map[string]int{"no-memory-trimming": 0, "busy-polling": 0, "numa-cpu-mapping": 0, "noepoll": 0, "nopoll": 0, "nokqueue": 0, "noevports": 0,
		"tune.buffers.limit": 1, "tune.buffers.reserve": 1,
		"tune.idletimer": 1, "tune.listener.multi-queue": 1, "tune.memory.hot-size": 1,
		"tune.recv_enough": 1, "tune.pattern.cache-size": 1,
		"tune.fail-alloc": 1, "tune.applet.zero-copy-forwarding": 1, "tune.pt.zero-copy-forwarding": 1, "tune.h1.zero-copy-fwd-recv": 1, "tune.h1.zero-copy-fwd-send": 1, "tune.h2.zero-copy-fwd-send": 1,
		"tune.disable-zero-copy-forwarding": 0, "tune.disable-fast-forward": 0, "tune.events.max-events-at-once": 1, "tune.epoll.mask-events": 1, "thread-groups": 1, "tune.max-rules-at-once": 1, "tune.max-checks-per-thread": 1,
		"max-threads-per-group": 1, "tune.fd.tables": 1, "stress-level": 1, "tune.defaults.purge": 0, "tune.listener.default-shards": 1, "tune.ring.queues": 1, "tune.takeover-other-tg-connections": 1} {
		globalTable.rows = append(globalTable.rows, row{name: name, in: inGlobal, args: valueUsage(n), neg: name == "busy-polling" || name == "numa-cpu-mapping", status: Inert, why: whyEngine, read: inert(min(n, 1), n)})
	}
}

func valueUsage(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "<value>"
	}
	return "<value> ..."
}

func readID(at func(*conf.Global) *string) func(*line) {
	return func(l *line) { l.id(at(&l.d.cfg.Global)) }
}

func readMasterWorker(l *line) {
	l.took("no-exit-on-failure")
	l.d.cfg.Global.MasterWorker = !l.neg && !l.reset
}

func readDefaultPath(l *line) {
	g := &l.d.cfg.Global
	w, ok := l.arg("<current|config|parent|origin>")
	switch {
	case !ok:
	case w.Text == "current" || w.Text == "config" || w.Text == "parent":
		g.DefaultPath, g.DefaultOrigin = w.Text, ""
	case w.Text == "origin":
		if dir, ok := l.arg("<directory>"); ok {
			g.DefaultPath, g.DefaultOrigin = w.Text, dir.Text
		}
	default:
		l.wrong(w, "current", "config", "parent", "origin")
	}
}

func readGlobalLog(l *line) {
	g := &l.d.cfg.Global
	if l.neg || l.reset {
		g.Logs = nil
		return
	}
	if t := readLog(l); t != nil {
		g.Logs = append(g.Logs, t)
	}
}

func readSendHostname(l *line) {
	g := &l.d.cfg.Global
	if l.more() {
		g.LogSendHost = l.next().Text
		return
	}
	g.LogSendHost, _ = os.Hostname()
}

func readHardStop(l *line) { l.duration(&l.d.cfg.Global.HardStopAfter) }
func readGrace(l *line)    { l.duration(&l.d.cfg.Global.Grace) }
func readMaxSpread(l *line) {
	l.duration(&l.d.cfg.Global.MaxSpreadCheck)
}

func setEnv(l *line, replace bool) {
	name, ok := l.arg("<name>")
	if !ok {
		return
	}
	if !conf.IsEnvName(name.Text) {
		l.wrong(name, "a name of letters, digits and '_' that does not begin with a digit")
		return
	}
	value, ok := l.arg("<value>")
	if !ok {
		return
	}
	op := conf.SetEnv
	if !replace {
		op = conf.PresetEnv
	}
	l.changeEnv(conf.EnvChange{Op: op, Name: name.Text, Value: value.Text})
	if _, set := l.d.env.lookup(name.Text, conf.Pos{}); set && !replace {
		return
	}
	if !l.d.env.assign(name.Text, value.Text) {
		l.bad(name, "more than %d variables", maxVars)
	}
}

// changeEnv notes what becomes of the environment, for what asks when the configuration runs.
func (l *line) changeEnv(e conf.EnvChange) {
	e.Pos = l.key.Pos
	l.d.cfg.Global.Env = append(l.d.cfg.Global.Env, e)
}

func unsetEnv(l *line) {
	if _, ok := l.arg("<name>"); ok {
		l.i--
		for _, w := range l.rest() {
			l.changeEnv(conf.EnvChange{Op: conf.UnsetEnv, Name: w.Text})
			l.d.env.remove(w.Text)
		}
	}
}

func resetEnv(l *line) {
	var keep []string
	for _, w := range l.rest() {
		keep = append(keep, w.Text)
	}
	l.changeEnv(conf.EnvChange{Op: conf.ResetEnv, Keep: keep})
	l.d.env.reset(keep)
}

func readGlobalVar(l *line) {
	name, ok := l.arg("<var>")
	if !ok || !l.procVar(name) {
		return
	}
	if e := l.expr(); e != nil {
		g := &l.d.cfg.Global
		g.SetVars = append(g.SetVars, &conf.Rule{Pos: l.key.Pos, Action: &conf.SetVar{Var: name.Text, Expr: e}})
	}
}

func readGlobalVarFmt(l *line) {
	name, ok := l.arg("<var>")
	if !ok || !l.procVar(name) {
		return
	}
	if w, ok := l.arg("<format>"); ok {
		if f := l.d.format(w, l.path); f != nil {
			g := &l.d.cfg.Global
			g.SetVars = append(g.SetVars, &conf.Rule{Pos: l.key.Pos, Action: &conf.SetVarFmt{Var: name.Text, Value: f}})
		}
	}
}

func (l *line) procVar(w Word) bool {
	if !strings.HasPrefix(w.Text, "proc.") || w.Text == "proc." {
		l.wrong(w, "a variable of the process such as proc.name")
		return false
	}
	return true
}

func readLocalPeer(l *line) {
	if w, ok := l.arg("<name>"); ok {
		l.changeEnv(conf.EnvChange{Op: conf.SetEnv, Name: "HAPROXY_LOCALPEER", Value: w.Text})
		l.d.env.assign("HAPROXY_LOCALPEER", w.Text)
	}
}

var statsGlobalTable = table{context: "global stats", in: inGlobal, rows: []row{
	{name: "socket", in: inGlobal, args: "<address> [<option> ...]", doc: "a socket that takes commands", read: readStatsSocket},
	{name: "timeout", in: inGlobal, args: "<time>", doc: "idle time after which a connection to it is closed", read: func(l *line) { l.positive(&l.d.cfg.Global.StatsTimeout) }},
	{name: "maxconn", in: inGlobal, args: "<number>", doc: "connections to each of them at once", read: globalInt(func(g *conf.Global) *int { return &g.StatsMaxconn }, 1, maxInt)},
	{name: "bind-process", in: inGlobal, args: "<value>", status: Removed, why: "there is one process", read: ignored},
}}

var levels = []string{"user", "operator", "admin"}

var statsSocketTable = table{context: "stats socket", in: inGlobal, pending: pendingBind, rows: []row{
	{name: "mode", args: "<octal>", doc: "of the unix socket's file", read: func(l *line) {
		if m, ok := l.octal(); ok {
			l.d.socket.Mode = fs.FileMode(m)
		}
	}},
	{name: "user", args: "<user>", doc: "owner of the unix socket's file", read: func(l *line) { l.name(&l.d.socket.User, &l.d.socket.UserPos, "<user>") }},
	{name: "group", args: "<group>", doc: "group of the unix socket's file", read: func(l *line) { l.name(&l.d.socket.Group, &l.d.socket.GroupPos, "<group>") }},
	{name: "level", args: "<user|operator|admin>", doc: "what its users may do", read: func(l *line) {
		if i := l.word(levels...); i >= 0 {
			l.d.socket.Level = conf.Level(i + 1)
		}
	}},
	{name: "uid", args: "<number>", doc: "as user, by number", read: func(l *line) { l.id(&l.d.socket.User) }},
	{name: "gid", args: "<number>", doc: "as group, by number", read: func(l *line) { l.id(&l.d.socket.Group) }},
	{name: "maxconn", args: "<number>", doc: "connections at once", read: func(l *line) { l.int(&l.d.socket.Maxconn, 0, maxInt) }},
	{name: "name", args: "<name>", status: Inert, why: "stats sockets have no statistics", read: inert(1, 1)},
	{name: "expose-fd", args: "<listeners>", status: Inert, why: "a reload of Weir hands its sockets over by itself", read: func(l *line) { l.word("listeners") }},
	{name: "severity-output", args: "<none|number|string>", doc: "how messages show their severity", read: func(l *line) {
		l.oneOf(&l.d.socket.Severity, conf.SeverityOutputs)
	}},
}}

func readStatsSocket(l *line) {
	w, ok := l.arg("<address>")
	if !ok {
		return
	}
	addr, err := conf.ParseAddr(w.Text)
	if err == nil {
		err = addr.CheckBind()
	}
	if err != nil {
		l.add(conf.Misread(w.Pos, l.path, w.Text, err))
		return
	}
	s := &conf.StatsSocket{Pos: w.Pos, Addr: addr}
	l.d.socket = s
	l.options(&statsSocketTable)
	l.d.cfg.Global.StatsSockets = append(l.d.cfg.Global.StatsSockets, s)
}

// octal takes a file mode.
func (l *line) octal() (uint32, bool) {
	w, ok := l.arg("<octal>")
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseUint(w.Text, 8, 32)
	if err != nil || n > 0o777 {
		l.wrong(w, "a file mode such as 660")
		return 0, false
	}
	return uint32(n), true
}
