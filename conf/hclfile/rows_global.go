package hclfile

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"math"
	"slices"

	"weir/conf"
)

var globalGrammar = grammar[conf.Global]{context: "global", rows: append([]row[conf.Global]{
	{info: info{name: "nbthread", typ: tInt, min: 1, max: 1024, doc: "event loops; where not given, one for each usable core"},
		at: func(g *conf.Global) any { return &g.NbThread }, text: textNbThread},
	{info: info{name: "maxconn", typ: tInt, doc: "connections at once over all frontends; where not given, or 0, what the fd limit lets"},
		at: func(g *conf.Global) any { return &g.Maxconn }},
	{info: info{name: "fd_hard_limit", typ: tInt, doc: "file descriptors that the process may use at most"},
		at: func(g *conf.Global) any { return &g.FDHardLimit }},
	{info: info{name: "user", typ: tString, doc: "user to become after binding"},
		at: func(g *conf.Global) any { return &g.User }, pos: func(g *conf.Global) *conf.Pos { return &g.UserPos }},
	{info: info{name: "group", typ: tString, doc: "group to become after binding"},
		at: func(g *conf.Global) any { return &g.Group }, pos: func(g *conf.Global) *conf.Pos { return &g.GroupPos }},
	{info: info{name: "pidfile", typ: tString, doc: "file to write the process id to"},
		at: func(g *conf.Global) any { return &g.PidFile }},
	{info: info{name: "chroot", typ: tString, doc: "folder that becomes the root after binding"},
		at: func(g *conf.Global) any { return &g.Chroot }},
	{info: info{name: "daemon", typ: tBool, doc: "go into the background after binding: what is said from then on goes to the log targets only. Not in a container or under a service manager that waits for it, nor with --foreground"},
		at: func(g *conf.Global) any { return &g.Daemon }},
	{info: info{name: "master_worker", typ: tBool, doc: "nothing changes for `weir run`, where one process does the work of both and reloads in any case; `weir haproxy` then reloads on SIGUSR2 and SIGHUP, as with -W"},
		at: func(g *conf.Global) any { return &g.MasterWorker }},
	{info: info{name: "default_path", typ: tWord, enum: []string{"config", "current", "parent", "origin"}, def: "config",
		doc: "what relative file names are relative to: the configuration file's directory, the current one, the parent of the file's or default_origin"},
		at: func(g *conf.Global) any { return &g.DefaultPath }},
	{info: info{name: "default_origin", typ: tString, doc: "the directory of default_path = \"origin\""},
		at: func(g *conf.Global) any { return &g.DefaultOrigin }},
	{info: info{name: "node", typ: tString, doc: "name of this node in statistics; where not given, the host name"},
		at: func(g *conf.Global) any { return &g.Node }, text: textNode},
	{info: info{name: "description", typ: tString, doc: "text shown in statistics"},
		at: func(g *conf.Global) any { return &g.Description }},
	{info: info{name: "log_tag", typ: tString, def: conf.DefaultLogTag, doc: "program name in syslog lines"},
		at: func(g *conf.Global) any { return &g.LogTag }},
	{info: info{name: "log_send_hostname", typ: tString, doc: "host name in syslog lines"},
		at: func(g *conf.Global) any { return &g.LogSendHost }},
	{info: info{name: "stats_timeout", typ: tDuration, min: 1, def: "10s", doc: "idle time after which a stats socket's connection is closed"},
		at: func(g *conf.Global) any { return &g.StatsTimeout }},
	{info: info{name: "stats_maxconn", typ: tInt, min: 1, doc: "connections at once to each stats socket that does not say its own; where not given, 10"},
		at: func(g *conf.Global) any { return &g.StatsMaxconn }},
	{info: info{name: "hard_stop_after", typ: tDuration, doc: "time that a graceful stop may take; where not given, for ever"},
		at: func(g *conf.Global) any { return &g.HardStopAfter }},
	{info: info{name: "grace", typ: tDuration, doc: "time between the signal to stop gracefully and the closing of the listeners"},
		at: func(g *conf.Global) any { return &g.Grace }},
	{info: info{name: "spread_checks", typ: tInt, max: 50, doc: "percent of their interval by which health checks are spread"},
		at: func(g *conf.Global) any { return &g.SpreadChecks }},
	{info: info{name: "max_spread_checks", typ: tDuration, doc: "time over which health checks are spread at most"},
		at: func(g *conf.Global) any { return &g.MaxSpreadCheck }},
	{info: info{name: "external_check", typ: tBool, doc: "commands may be health checks"},
		at: func(g *conf.Global) any { return &g.ExternalCheck }},
	{info: info{name: "external_check_preserve_env", typ: tBool, doc: "they have the environment of Weir"},
		at: func(g *conf.Global) any { return &g.ExternalEnv }},
	{info: info{name: "insecure_fork_wanted", typ: tBool, doc: "processes may be started, as health checks by commands do"},
		at: func(g *conf.Global) any { return &g.ForkWanted }},
	{info: info{name: "log", typ: tWord, enum: []string{"none"}, doc: "\"none\" drops the targets before it"},
		read: func(d *decoder, g *conf.Global, a *attr) {
			if d.word([]string{"none"}, a) == 0 {
				g.Logs = nil
			}
		}, text: nothing[conf.Global]},
}, slices.Concat(processRows, globalTLSRows, acmeGlobalRows)...), nests: []nest[conf.Global]{
	{name: "unix_bind", once: true, doc: "what the unix sockets of binds have that their own blocks do not say", attrs: unixBindGrammar.infos,
		read: func(d *decoder, _ *conf.Global, b *block, _ where) {
			read(d, &unixBindGrammar, &d.unix, b.body, b.path, 0)
		}},
	{name: "stats_socket", low: 1, high: 1, labels: `"ADDRESS"`, doc: "a socket that takes commands", attrs: statsGrammar.infos, read: readStatsSocket},
	{name: "log", low: 1, high: 1, labels: `"TARGET"`, doc: `where log lines go: "stdout", "stderr", "HOST:PORT" (UDP syslog), "tcp@HOST:PORT", "/dev/log", "fd@N"`, attrs: logGrammar.infos,
		read: func(d *decoder, g *conf.Global, b *block, _ where) { g.Logs = append(g.Logs, d.log(b)) }},
	{name: "set_var", low: 1, high: 1, labels: `"NAME"`, doc: "a variable of the process, set to a sample when it starts: \"proc.NAME\"", attrs: setVarGrammar.infos,
		read: func(d *decoder, g *conf.Global, b *block, _ where) {
			d.setVar(g, b, setVarGrammar, &conf.SetVar{Var: b.label()})
		}},
	{name: "set_var_fmt", low: 1, high: 1, labels: `"NAME"`, doc: "the same, set to a text", attrs: setVarFmtGrammar.infos,
		read: func(d *decoder, g *conf.Global, b *block, _ where) {
			d.setVar(g, b, setVarFmtGrammar, &conf.SetVarFmt{Var: b.label()})
		}},
	envNest(conf.SetEnv, "a variable of the environment, for env() in samples and for commands: changes are made in the order of the blocks"),
	envNest(conf.PresetEnv, "the same where the variable is not set"),
	envNest(conf.UnsetEnv, "takes a variable out of the environment"),
	envNest(conf.ResetEnv, "takes all out but some"),
	{name: "tune", once: true, doc: "sizes and limits", attrs: tuneGrammar.infos,
		read: func(d *decoder, g *conf.Global, b *block, _ where) { read(d, &tuneGrammar, &g.Tune, b.body, b.path, 0) }},
}}

var tuneGrammar = grammar[conf.Tune]{context: "tune", rows: append([]row[conf.Tune]{
	{info: info{name: "bufsize", typ: tSize, min: 1024, max: 1 << 24, def: "16384", doc: "bytes of one buffer, which bounds a message's head"},
		at: func(t *conf.Tune) any { return &t.BufSize }},
	{info: info{name: "maxrewrite", typ: tSize, def: "1024", doc: "bytes of a buffer kept free for added header fields"},
		at: func(t *conf.Tune) any { return &t.MaxRewrite }},
	{info: info{name: "http_maxhdr", typ: tInt, min: 1, max: 32767, def: "101", doc: "header fields in one message"},
		at: func(t *conf.Tune) any { return &t.MaxHeaders }},
	{info: info{name: "maxaccept", typ: tInt, min: -1, def: "64", doc: "connections accepted per wake-up"},
		at: func(t *conf.Tune) any { return &t.MaxAccept }},
	{info: info{name: "h2_header_table_size", typ: tSize, min: conf.MinHeaderTable, max: conf.MaxHeaderTable, doc: "octets that a client's header compression may remember; where not given, 4096"},
		at: func(t *conf.Tune) any { return &t.H2.HeaderTable }},
	{info: info{name: "h2_initial_window_size", typ: tSize, min: 0, max: math.MaxInt32, def: "65535", doc: "octets of a body that may be sent over HTTP/2 before they are asked for"},
		at: func(t *conf.Tune) any { return &t.H2.Window }},
	{info: info{name: "h2_max_concurrent_streams", typ: tInt, min: 0, max: math.MaxInt32, def: "100", doc: "streams at once on a connection of HTTP/2"},
		at: func(t *conf.Tune) any { return &t.H2.Streams }},
	{info: info{name: "h2_fe_initial_window_size", typ: tSize, min: 0, max: math.MaxInt32, doc: "h2_initial_window_size for clients alone"},
		at: func(t *conf.Tune) any { return &t.H2.FEWindow }},
	{info: info{name: "h2_fe_max_concurrent_streams", typ: tInt, min: 0, max: math.MaxInt32, doc: "h2_max_concurrent_streams for clients alone"},
		at: func(t *conf.Tune) any { return &t.H2.FEStreams }},
	{info: info{name: "h2_fe_max_total_streams", typ: tInt, min: 0, max: math.MaxInt32, doc: "streams after which a client is asked to connect anew; where not given, never"},
		at: func(t *conf.Tune) any { return &t.H2.FETotal }},
	{info: info{name: "h2_fe_glitches_threshold", typ: tInt, min: 0, max: math.MaxInt32, doc: "oddities after which a client's connection is ended; where not given, never"},
		at: func(t *conf.Tune) any { return &t.H2.FEGlitches }},
	{info: info{name: "h2_be_initial_window_size", typ: tSize, min: 0, max: math.MaxInt32, doc: "h2_initial_window_size for servers alone"},
		at: func(t *conf.Tune) any { return &t.H2.BEWindow }},
	{info: info{name: "h2_be_max_concurrent_streams", typ: tInt, min: 0, max: math.MaxInt32, doc: "h2_max_concurrent_streams for servers alone"},
		at: func(t *conf.Tune) any { return &t.H2.BEStreams }},
	{info: info{name: "h2_be_glitches_threshold", typ: tInt, min: 0, max: math.MaxInt32, doc: "oddities after which a server's connection is ended; where not given, never"},
		at: func(t *conf.Tune) any { return &t.H2.BEGlitches }},
	{info: info{name: "h2_fe_max_frames_at_once", typ: tInt, min: 0, max: math.MaxInt32, doc: "frames of one client that are taken before others have their turn; where not given, all there are"},
		at: func(t *conf.Tune) any { return &t.H2.FEFrames }},
	{info: info{name: "h2_be_max_frames_at_once", typ: tInt, min: 0, max: math.MaxInt32, doc: "the same of one connection to a server"},
		at: func(t *conf.Tune) any { return &t.H2.BEFrames }},
	{info: info{name: "h2_fe_rxbuf", typ: tSize, min: 0, max: math.MaxInt32, doc: "octets of bodies that the streams of a client's connection may hold together; where not given, as many as their windows let"},
		at: func(t *conf.Tune) any { return &t.H2.FERxBuf }},
	{info: info{name: "h2_be_rxbuf", typ: tSize, min: 0, max: math.MaxInt32, doc: "the same of a connection to a server"},
		at: func(t *conf.Tune) any { return &t.H2.BERxBuf }},
	{info: info{name: "h2_fe_max_rst_at_once", typ: tInt, min: 0, max: math.MaxInt32, doc: "streams that one client resets before others have their turn; where not given, all there are"},
		at: func(t *conf.Tune) any { return &t.H2.FEResets }},
	{info: info{name: "h2_max_frame_size", typ: tSize, min: 16384, max: 16777215, doc: "octets of a frame that peers may send, at most bufsize; where not given, 16384"},
		at: func(t *conf.Tune) any { return &t.H2.MaxFrame }},
	{info: info{name: "h2_log_errors", typ: tWord, enum: conf.HTTP2LogErrors, doc: "which errors of clients in HTTP/2 are logged: those that end a connection, or those of streams too; where not given, none"},
		at: func(t *conf.Tune) any { return &t.H2.LogErrors }},
	{info: info{name: "h2_workaround_bogus_websocket_clients", typ: tBool, doc: "do not offer WebSockets over HTTP/2"},
		at: func(t *conf.Tune) any { return &t.H2.NoConnect }},
}, socketTunes...)}

var (
	setVarGrammar = &grammar[ruleNode]{context: "set_var", rows: []row[ruleNode]{
		field(sampleInfo("the value"), func(a *conf.SetVar) any { return &a.Expr })}}
	setVarFmtGrammar = &grammar[ruleNode]{context: "set_var", rows: []row[ruleNode]{
		field(info{name: "value", typ: tFormat, required: true, doc: "the value"}, func(a *conf.SetVarFmt) any { return &a.Value })}}
)

// setVar reads a variable that is set at start.
func (d *decoder) setVar(g *conf.Global, b *block, rows *grammar[ruleNode], a conf.Action) {
	before := d.failures
	if read(d, rows, &ruleNode{action: a}, b.body, b.path, 0); d.failures == before {
		g.SetVars = append(g.SetVars, &conf.Rule{Pos: b.pos, Action: a})
	}
}

// setVarNode writes one.
func setVarNode(m style, a conf.Action) *Node {
	if a, ok := a.(*conf.SetVarFmt); ok {
		return whole(m, setVarFmtGrammar, &ruleNode{action: a}, "set_var_fmt", a.Var)
	}
	return whole(m, setVarGrammar, &ruleNode{action: a}, "set_var", a.(*conf.SetVar).Var)
}

var levels = []string{"user", "operator", "admin"}

var statsGrammar = grammar[conf.StatsSocket]{context: "bind", rows: []row[conf.StatsSocket]{
	{info: info{name: "mode", typ: tOctal, def: "600", doc: "of the unix socket's file"},
		at: func(s *conf.StatsSocket) any { return &s.Mode }},
	{info: info{name: "user", typ: tString, doc: "owner of the unix socket's file"},
		at: func(s *conf.StatsSocket) any { return &s.User }, pos: func(s *conf.StatsSocket) *conf.Pos { return &s.UserPos }},
	{info: info{name: "group", typ: tString, doc: "group of the unix socket's file"},
		at: func(s *conf.StatsSocket) any { return &s.Group }, pos: func(s *conf.StatsSocket) *conf.Pos { return &s.GroupPos }},
	{info: info{name: "level", typ: tWord, enum: levels, def: "operator", doc: "what its users may do"},
		read: readLevel, text: func(s *conf.StatsSocket) string {
			if s.Level == conf.LevelOperator || s.Level == 0 {
				return ""
			}
			return quote(levels[s.Level-1])
		}},
	{info: info{name: "maxconn", typ: tInt, def: "10", doc: "connections at once"},
		at: func(s *conf.StatsSocket) any { return &s.Maxconn }},
	{info: info{name: "severity_output", typ: tWord, enum: conf.SeverityOutputs, doc: "how messages show their severity; where not given, not at all"},
		at: func(s *conf.StatsSocket) any { return &s.Severity }},
}}

func readLevel(d *decoder, s *conf.StatsSocket, a *attr) {
	word := ""
	d.assign(&word, &info{typ: tWord, enum: levels}, a)
	for i, l := range levels {
		if l == word {
			s.Level = conf.Level(i + 1)
		}
	}
}

func readStatsSocket(d *decoder, g *conf.Global, b *block, _ where) {
	s := &conf.StatsSocket{Pos: b.pos}
	addr, err := conf.ParseAddr(b.label())
	if err != nil {
		d.add(conf.Misread(b.labelPos[0], b.path, b.label(), err))
	}
	s.Addr = addr
	read(d, &statsGrammar, s, b.body, b.path, 0)
	if err == nil {
		g.StatsSockets = append(g.StatsSockets, s)
	}
}

var logGrammar = grammar[conf.LogTarget]{context: "log", rows: []row[conf.LogTarget]{
	{info: info{name: "format", typ: tWord, enum: conf.LogFormats, doc: "what stands before the message; where not given, local, or rfc3164 with log_send_hostname"},
		at: func(l *conf.LogTarget) any { return &l.Format }},
	{info: info{name: "facility", typ: tWord, enum: conf.LogFacilities, doc: "syslog facility"},
		at: func(l *conf.LogTarget) any { return &l.Facility }},
	{info: info{name: "level", typ: tWord, enum: conf.LogLevels, def: "debug", doc: "the least important level that is sent"},
		at: func(l *conf.LogTarget) any { return &l.Level }},
	{info: info{name: "minlevel", typ: tWord, enum: conf.LogLevels, doc: "more important levels are sent as this one"},
		at: func(l *conf.LogTarget) any { return &l.MinLevel }},
	{info: info{name: "len", typ: tSize, min: 80, max: 65535, doc: "bytes of a line at most; where not given, 1024 to a syslog server and no limit to stdout, stderr and fd@N"},
		at: func(l *conf.LogTarget) any { return &l.Len }},
	{info: info{name: "sample", typ: tString, doc: "RANGES:SIZE: of so many lines those with these numbers are sent, as in \"1,3-4:10\""},
		read: readLogSample, text: textLogSample},
}}

// log reads a log block.
func (d *decoder) log(b *block) *conf.LogTarget {
	l := &conf.LogTarget{Pos: b.pos, Target: b.label()}
	if l.Target != "stdout" && l.Target != "stderr" {
		addr, err := conf.ParseLogAddr(l.Target)
		if err != nil {
			d.add(conf.BadValue(b.labelPos[0], b.path, l.Target, "stdout", "stderr", "an address such as 127.0.0.1:514, tcp@HOST:514, /dev/log or fd@1"))
		}
		l.Addr = addr
	}
	read(d, &logGrammar, l, b.body, b.path, 0)
	return l
}

// global reads one global block; several add up.
func (d *decoder) global(hb *hclsyntax.Block) {
	b := d.block(hb, "")
	if !d.labelsOK(b, &nest[conf.Global]{}) {
		return
	}
	if d.cfg.Global.Pos.IsZero() {
		d.cfg.Global.Pos = b.pos
	}
	read(d, &globalGrammar, &d.cfg.Global, b.body, b.path, 0)
}
