package cfgfile

import (
	"math"
	"strconv"
	"strings"

	"weir/conf"
)

// addProcess adds what the global section says of the process and of sockets as a whole.
func addProcess() {
	p := func(g *conf.Global) *conf.Process { return &g.Process }
	t := func(g *conf.Global) *conf.Tune { return &g.Tune }
	globalTable.rows = append(globalTable.rows,
		globalRow("ulimit-n", "<number>", "limit of open files", globalInt(func(g *conf.Global) *int { return &p(g).ULimitN }, 0, maxInt)),
		globalSwitch("strict-limits", "a limit that cannot be had is an error", func(g *conf.Global) *bool { return &p(g).StrictLimits }),
		globalRow("prealloc-fd", "", "the table of file descriptors has its full size from the beginning", globalFlag(func(g *conf.Global) *bool { return &p(g).PreallocFD })),
		globalSwitch("set-dumpable", "core files are written, also after a change of user", func(g *conf.Global) *bool { return &p(g).Dumpable }),
		globalRow("zero-warning", "", "a warning is an error", globalFlag(func(g *conf.Global) *bool { return &p(g).ZeroWarning })),
		globalRow("cpu-map", "[auto:]<threads> <cpus> ...", "the processors to run on: those of all lines, for all threads", readCPUMap),
		globalRow("cpu-set", "<reset|only-cpu|drop-cpu> [<cpus>] ...", "the processors to run on", readCPUSet),
		globalRow("thread-hard-limit", "<number>", "the most loops where nbthread is not set", globalInt(func(g *conf.Global) *int { return &p(g).ThreadLimit }, 1, 1024)),
		globalRow("server-state-base", "<directory>", "where files of server states are", globalText("<directory>", func(g *conf.Global) *string { return &p(g).StateBase })),
		globalRow("server-state-file", "<file>", "the states of servers at the start, as \"show servers state\" tells them", func(l *line) {
			l.name(&p(&l.d.cfg.Global).StateFile, &p(&l.d.cfg.Global).StatePos, "<file>")
		}),
		globalRow("profiling.tasks", "<auto|on|off>", "whether event loops measure what tasks cost", func(l *line) { l.oneOf(&p(&l.d.cfg.Global).Profiling, conf.ProfilingModes) }),
		globalRow("mworker-max-reloads", "<number>", "reloads that a configuration survives whose connections do not end", readMaxReloads),
		globalRow("anonkey", "<key>", "the key of \"set anon on\" where none is given", globalInt(func(g *conf.Global) *int { return &p(g).AnonKey }, 0, math.MaxUint32)),
		globalRow("tune.renice.startup", "<number>", "scheduling priority while starting", readNice(func(g *conf.Global) *conf.Niceness { return &p(g).NiceStart })),
		globalRow("tune.renice.runtime", "<number>", "scheduling priority from then on", readNice(func(g *conf.Global) *conf.Niceness { return &p(g).NiceRun })),
		globalRow("close-spread-time", "<time|infinite>", "over what time idle connections are closed by a stop", readSpread),
		globalRow("warn-blocked-traffic-after", "<time>", "how long a loop may be held up before it is said", func(l *line) { l.duration(&l.d.cfg.Global.Process.WarnBlocked) }),
		globalRow("harden.reject-privileged-ports.tcp", "<on|off>", "no connections from ports below 1024", readOnOff(func(g *conf.Global) *bool { return &p(g).RejectPrivileged })),
		globalRow("pp2-never-send-local", "", "health checks announce their own address in PROXY headers", globalFlag(func(g *conf.Global) *bool { return &p(g).PP2NeverLocal })),
		globalRow("maxpipes", "<number>", "pipes that splice uses at once", globalInt(func(g *conf.Global) *int { return &g.MaxPipes }, 0, maxInt)),
		globalRow("maxconnrate", "<number>", "connections a second over all frontends", globalInt(func(g *conf.Global) *int { return &g.MaxConnRate }, 0, maxInt)),
		globalRow("maxsessrate", "<number>", "sessions a second over all frontends", globalInt(func(g *conf.Global) *int { return &g.MaxSessRate }, 0, maxInt)),
		globalRow("dns-accept-family", "<auto|ipv4|ipv6>[,...]", "the addresses of names that are taken", readNameFamily),
		globalRow("unix-bind", "[prefix <text>] [mode <octal>] [user <user>|uid <number>] [group <group>|gid <number>]", "what the unix sockets of binds have", readUnixBind),
		globalRow("nosplice", "", "bytes are never moved by the kernel alone", globalFlag(func(g *conf.Global) *bool { return &t(g).NoSplice })),
		globalRow("noreuseport", "", "no other process may listen on the same addresses", globalFlag(func(g *conf.Global) *bool { return &t(g).NoReusePort })),
		globalRow("tune.sndbuf.client", "<bytes>", "the kernel's buffer of what is sent to a client", globalSize(func(g *conf.Global) *int { return &t(g).SndBufClient }, 0, maxInt)),
		globalRow("tune.rcvbuf.client", "<bytes>", "the kernel's buffer of what a client sends", globalSize(func(g *conf.Global) *int { return &t(g).RcvBufClient }, 0, maxInt)),
		globalRow("tune.notsent-lowat.client", "<bytes>", "how much may wait in the kernel that is not sent to a client yet", globalSize(func(g *conf.Global) *int { return &t(g).NotSentClient }, 0, maxInt)),
		globalRow("tune.sndbuf.server", "<bytes>", "the kernel's buffer of what is sent to a server", globalSize(func(g *conf.Global) *int { return &t(g).SndBufServer }, 0, maxInt)),
		globalRow("tune.rcvbuf.server", "<bytes>", "the kernel's buffer of what a server sends", globalSize(func(g *conf.Global) *int { return &t(g).RcvBufServer }, 0, maxInt)),
		globalRow("tune.notsent-lowat.server", "<bytes>", "how much may wait in the kernel that is not sent to a server yet", globalSize(func(g *conf.Global) *int { return &t(g).NotSentServer }, 0, maxInt)),
		globalRow("tune.http.cookielen", "<bytes>", "bytes of a captured cookie, at most", globalInt(func(g *conf.Global) *int { return &t(g).CookieLen }, 1, maxInt)),
		globalRow("tune.http.logurilen", "<bytes>", "bytes of a logged request line", readLogURILen),
		globalRow("tune.maxpollevents", "<number>", "events of one poll, up to 256", globalInt(func(g *conf.Global) *int { return &t(g).MaxPollEvents }, 0, maxInt)),
		globalRow("tune.runqueue-depth", "<number>", "tasks resumed in a row", globalInt(func(g *conf.Global) *int { return &t(g).RunQueue }, 0, maxInt)),
		globalRow("tune.pipesize", "<bytes>", "bytes of a pipe that splice uses", globalSize(func(g *conf.Global) *int { return &t(g).PipeSize }, 0, maxInt)),
	)
	proxyTable.rows = append(proxyTable.rows, row{name: "rate-limit sessions", in: forFrontends, args: "<number>", doc: "sessions a second",
		read: sectionInt(func(s *section) *int { return &s.SessionRate }, 0, maxInt)})
	for name, at := range map[string]func(*conf.VarSizes) *int{
		"global": func(v *conf.VarSizes) *int { return &v.Global }, "proc": func(v *conf.VarSizes) *int { return &v.Proc }, "sess": func(v *conf.VarSizes) *int { return &v.Sess },
		"txn": func(v *conf.VarSizes) *int { return &v.Txn }, "reqres": func(v *conf.VarSizes) *int { return &v.ReqRes }, "check": func(v *conf.VarSizes) *int { return &v.Check },
	} {
		globalTable.rows = append(globalTable.rows, globalRow("tune.vars."+name+"-max-size", "<bytes>", "memory of variables of this scope",
			globalSize(func(g *conf.Global) *int { return at(&g.Tune.Vars) }, 0, maxInt)))
	}
}

func readLogURILen(l *line) {
	t := &l.d.cfg.Global.Tune
	if l.int(&t.LogURILen, 0, maxInt) && t.LogURILen == 0 {
		t.LogURILen = conf.NoRequestLine
	}
}

func readMaxReloads(l *line) {
	p := &l.d.cfg.Global.Process
	if l.int(&p.MaxReloads, 0, maxInt) && p.MaxReloads == 0 {
		p.MaxReloads = conf.NoReloads
	}
}

func globalRow(name, args, doc string, read func(*line)) row {
	return row{name: name, in: inGlobal, args: args, doc: doc, read: read}
}

// globalSwitch is a keyword that "no" may stand before.
func globalSwitch(name, doc string, at func(*conf.Global) *bool) row {
	return row{name: name, in: inGlobal, neg: true, doc: doc, read: globalFlag(at)}
}

func readOnOff(at func(*conf.Global) *bool) func(*line) {
	return func(l *line) {
		if i := l.word("on", "off"); i >= 0 {
			*at(&l.d.cfg.Global) = i == 0
		}
	}
}

func readNice(at func(*conf.Global) *conf.Niceness) func(*line) {
	return func(l *line) {
		n := at(&l.d.cfg.Global)
		n.Set = l.int(&n.Value, -20, 19)
	}
}

func readSpread(l *line) {
	p := &l.d.cfg.Global.Process
	if l.took("infinite") {
		p.SpreadForever, p.CloseSpread = true, 0
		return
	}
	p.SpreadForever = false
	l.duration(&p.CloseSpread)
}

// readCPUMap takes the processors of a line for the whole process: what threads do is Weir's loops' own.
func readCPUMap(l *line) {
	w, ok := l.arg("<threads>")
	if !ok {
		return
	}
	group, threads, both := strings.Cut(strings.TrimPrefix(w.Text, "auto:"), "/")
	if !isThreads(group) || both && !isThreads(threads) {
		l.wrong(w, "all, odd, even, or a number or range, of threads behind a slash, as in 1/all or auto:1/1-4")
		return
	}
	l.addCPUs(&l.d.cfg.Global.Process.CPUs)
}

// isThreads reports whether a word is a set of threads or of their groups.
func isThreads(s string) bool {
	if s == "all" || s == "odd" || s == "even" {
		return true
	}
	cpus, err := conf.ParseCPUs(s)
	return err == nil && len(cpus) > 0 && !strings.Contains(s, ",") && cpus[0] > 0
}

// addCPUs takes one set of processors or more.
func (l *line) addCPUs(to *[]int) {
	text := conf.CPUsText(*to)
	for first := true; first || l.more(); first = false {
		w, ok := l.arg("<cpus>")
		if !ok {
			return
		}
		if _, err := conf.ParseCPUs(w.Text); err != nil {
			l.add(conf.Misread(w.Pos, l.path, w.Text, err))
			return
		}
		text = strings.TrimPrefix(text+","+w.Text, ",")
	}
	*to, _ = conf.ParseCPUs(text)
}

func readCPUSet(l *line) {
	p := &l.d.cfg.Global.Process
	switch l.word("reset", "only-cpu", "drop-cpu") {
	case 0:
		p.CPUs, p.DropCPUs = nil, nil
	case 1:
		l.addCPUs(&p.CPUs)
	case 2:
		l.addCPUs(&p.DropCPUs)
	}
}

func readNameFamily(l *line) {
	w, ok := l.arg("<family>")
	if !ok {
		return
	}
	var v4, v6 bool
	for _, name := range splitList(w.Text) {
		switch name {
		case "auto":
			v4, v6 = true, true
		case "ipv4":
			v4 = true
		case "ipv6":
			v6 = true
		default:
			l.wrong(w, "auto", "ipv4", "ipv6")
			return
		}
	}
	g := &l.d.cfg.Global
	switch {
	case v4 && v6:
		g.NameFamily = ""
	case v4:
		g.NameFamily = "ipv4"
	default:
		g.NameFamily = "ipv6"
	}
}

// unixBind is what the unix sockets of the lines that follow have.
type unixBind struct {
	prefix, user, group string
	mode                uint32
}

func readUnixBind(l *line) {
	u := &l.d.unix
	for first := true; first || l.more(); first = false {
		i := l.word("prefix", "mode", "user", "uid", "group", "gid")
		switch i {
		case 0:
			l.text(&u.prefix, "<text>")
		case 1:
			if m, ok := l.octal(); ok {
				u.mode = m
			}
		case 2:
			l.text(&u.user, "<user>")
		case 3:
			l.id(&u.user)
		case 4:
			l.text(&u.group, "<group>")
		case 5:
			l.id(&u.group)
		}
		if i < 0 || l.fail {
			return
		}
	}
}

// id takes the number of a user or a group.
func (l *line) id(to *string) {
	n := 0
	if l.int(&n, 0, maxInt) {
		*to = strconv.Itoa(n)
	}
}

// apply gives a unix socket what unix-bind says and its own line does not.
func (u *unixBind) apply(a *conf.Addr, mode *uint32, user, group *string) {
	if a.Kind != conf.AddrUnix {
		return
	}
	a.Path = u.prefix + a.Path
	if *mode == 0 {
		*mode = u.mode
	}
	if *user == "" {
		*user = u.user
	}
	if *group == "" {
		*group = u.group
	}
}
