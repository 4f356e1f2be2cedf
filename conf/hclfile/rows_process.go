package hclfile

import (
	"cmp"
	"errors"
	"math"
	"strconv"
	"strings"

	"weir/conf"
)

// processRows are what the global section says of the process and of sockets as a whole.
var processRows = []row[conf.Global]{
	{info: info{name: "ulimit_n", typ: tInt, doc: "limit of open files; where not given, as many as the system lets it, or fd_hard_limit"},
		at: func(g *conf.Global) any { return &g.Process.ULimitN }},
	{info: info{name: "strict_limits", typ: tBool, doc: "a limit that cannot be had is an error"}, at: func(g *conf.Global) any { return &g.Process.StrictLimits }},
	{info: info{name: "prealloc_fd", typ: tBool, doc: "the table of file descriptors has its full size from the beginning"}, at: func(g *conf.Global) any { return &g.Process.PreallocFD }},
	{info: info{name: "set_dumpable", typ: tBool, doc: "core files are written, also after a change of user"}, at: func(g *conf.Global) any { return &g.Process.Dumpable }},
	{info: info{name: "zero_warning", typ: tBool, doc: "a warning is an error"}, at: func(g *conf.Global) any { return &g.Process.ZeroWarning }},
	cpuRow("only_cpu", "all", "the processors to run on, as in \"0-3,6\"", func(g *conf.Global) *[]int { return &g.Process.CPUs }),
	cpuRow("drop_cpu", "none", "processors not to run on", func(g *conf.Global) *[]int { return &g.Process.DropCPUs }),
	{info: info{name: "thread_hard_limit", typ: tInt, min: 1, max: 1024, doc: "the most loops where nbthread is not given"}, at: func(g *conf.Global) any { return &g.Process.ThreadLimit }},
	{info: info{name: "server_state_base", typ: tString, doc: "folder of the files of server states"}, at: func(g *conf.Global) any { return &g.Process.StateBase }},
	{info: info{name: "server_state_file", typ: tString, doc: "file with the states of servers at the start, as \"show servers state\" tells them"}, at: func(g *conf.Global) any { return &g.Process.StateFile },
		pos: func(g *conf.Global) *conf.Pos { return &g.Process.StatePos }},
	{info: info{name: "profiling_tasks", typ: tWord, enum: conf.ProfilingModes, def: conf.ProfilingAuto, doc: "whether event loops measure what tasks cost; auto: where an expression asks for it"}, at: func(g *conf.Global) any { return &g.Process.Profiling }},
	{info: info{name: "mworker_max_reloads", typ: tInt, doc: "reloads that a configuration survives whose connections do not end; where not given, any number"}, read: readMaxReloads,
		text: func(g *conf.Global) string { return textUnset(g.Process.MaxReloads) }},
	{info: info{name: "anonkey", typ: tInt, max: math.MaxUint32, doc: "the key of \"set anon on\" where none is given; 0: each makes its own"}, at: func(g *conf.Global) any { return &g.Process.AnonKey }},
	niceRow("renice_startup", "scheduling priority while starting", func(g *conf.Global) *conf.Niceness { return &g.Process.NiceStart }),
	niceRow("renice_runtime", "scheduling priority from then on", func(g *conf.Global) *conf.Niceness { return &g.Process.NiceRun }),
	{info: info{name: "close_spread_time", typ: tOther, doc: "over what time idle connections are closed by a stop; \"infinite\" leaves them to their timeouts"}, read: readSpread, text: textSpread},
	{info: info{name: "warn_blocked_traffic_after", typ: tDuration, doc: "how long a loop may be held up before it is said"}, at: func(g *conf.Global) any { return &g.Process.WarnBlocked }},
	{info: info{name: "reject_privileged_ports", typ: tBool, doc: "no connections from ports below 1024"}, at: func(g *conf.Global) any { return &g.Process.RejectPrivileged }},
	{info: info{name: "pp2_never_send_local", typ: tBool, doc: "health checks announce their own address in PROXY headers"}, at: func(g *conf.Global) any { return &g.Process.PP2NeverLocal }},
	{info: info{name: "h1_case_adjust", typ: tList, doc: "names of fields as some clients and servers need them written, as in [\"Content-Length\"]"}, read: readCases,
		text: func(g *conf.Global) string { return textList(g.Cases) }},
	{info: info{name: "h1_accept_payload_with_any_method", typ: tBool, doc: "GET, HEAD and DELETE of HTTP/1.0 may have a body"}, at: func(g *conf.Global) any { return &g.AnyPayload }},
	{info: info{name: "h1_case_adjust_file", typ: tString, doc: "a file of more of them, two names a line"}, at: func(g *conf.Global) any { return &g.CaseFile }},
	{info: info{name: "maxpipes", typ: tInt, doc: "pipes at once, by which the kernel moves much without copying; each is two file descriptors. Where not given, or 0, two for each connection of maxconn, if the fd limit lets"},
		at: func(g *conf.Global) any { return &g.MaxPipes }},
	{info: info{name: "maxconnrate", typ: tInt, doc: "connections a second over all frontends"}, at: func(g *conf.Global) any { return &g.MaxConnRate }},
	{info: info{name: "maxsessrate", typ: tInt, doc: "sessions a second over all frontends"}, at: func(g *conf.Global) any { return &g.MaxSessRate }},
	{info: info{name: "dns_accept_family", typ: tWord, enum: []string{"ipv4", "ipv6"}, doc: "the addresses of names that are taken; where not given, both"}, at: func(g *conf.Global) any { return &g.NameFamily }},
}

// socketTunes are the sizes of the kernel's buffers, of pipes and of a loop's turn.
var socketTunes = []row[conf.Tune]{
	tuneSize("sndbuf_client", "the kernel's buffer of what is sent to a client", func(t *conf.Tune) *int { return &t.SndBufClient }),
	tuneSize("rcvbuf_client", "the kernel's buffer of what a client sends", func(t *conf.Tune) *int { return &t.RcvBufClient }),
	tuneSize("notsent_lowat_client", "how much may wait in the kernel that is not sent to a client yet", func(t *conf.Tune) *int { return &t.NotSentClient }),
	tuneSize("sndbuf_server", "the kernel's buffer of what is sent to a server", func(t *conf.Tune) *int { return &t.SndBufServer }),
	tuneSize("rcvbuf_server", "the kernel's buffer of what a server sends", func(t *conf.Tune) *int { return &t.RcvBufServer }),
	tuneSize("notsent_lowat_server", "how much may wait in the kernel that is not sent to a server yet", func(t *conf.Tune) *int { return &t.NotSentServer }),
	{info: info{name: "http_cookielen", typ: tInt, min: 1, doc: "bytes of a captured cookie, at most; where not given, 63"}, at: func(t *conf.Tune) any { return &t.CookieLen }},
	{info: info{name: "http_logurilen", typ: tInt, doc: "bytes of a logged request line; where not given, 1023"}, read: readLogURILen, text: func(t *conf.Tune) string { return textUnset(t.LogURILen) }},
	{info: info{name: "maxpollevents", typ: tInt, doc: "events of one poll, up to 256"}, at: func(t *conf.Tune) any { return &t.MaxPollEvents }},
	{info: info{name: "runqueue_depth", typ: tInt, doc: "tasks resumed in a row"}, at: func(t *conf.Tune) any { return &t.RunQueue }},
	{info: info{name: "pool_low_fd_ratio", typ: tInt, max: 100, doc: "percent of the limit of open files from which no connection to a server is kept idle; 0 is never"}, at: func(t *conf.Tune) any { return &t.PoolLowFDs }},
	{info: info{name: "pool_high_fd_ratio", typ: tInt, max: 100, doc: "percent from which a new connection to a server ends an idle one; 0 is never"}, at: func(t *conf.Tune) any { return &t.PoolHighFDs }},
	tuneSize("cli_max_payload_size", "bytes of a payload on a stats socket; where not given, 65536", func(t *conf.Tune) *int { return &t.MaxPayload }),
	tuneSize("sndbuf_backend", "the kernel's buffer of datagrams to log servers", func(t *conf.Tune) *int { return &t.SndBufLog }),
	tuneSize("pipesize", "bytes of a pipe that splice uses", func(t *conf.Tune) *int { return &t.PipeSize }),
	{info: info{name: "nosplice", typ: tBool, doc: "bytes are never moved by the kernel alone"}, at: func(t *conf.Tune) any { return &t.NoSplice }},
	{info: info{name: "noreuseport", typ: tBool, doc: "no other process may listen on the same addresses, which \"weir haproxy\" allows"}, at: func(t *conf.Tune) any { return &t.NoReusePort }},
	tuneSize("vars_global_max_size", "memory of all variables; 0 is no limit", func(t *conf.Tune) *int { return &t.Vars.Global }),
	tuneSize("vars_proc_max_size", "... of those of the process", func(t *conf.Tune) *int { return &t.Vars.Proc }),
	tuneSize("vars_sess_max_size", "... of a session, its streams' too", func(t *conf.Tune) *int { return &t.Vars.Sess }),
	tuneSize("vars_txn_max_size", "... of a request and its response", func(t *conf.Tune) *int { return &t.Vars.Txn }),
	tuneSize("vars_reqres_max_size", "... of a request or of a response", func(t *conf.Tune) *int { return &t.Vars.ReqRes }),
	tuneSize("vars_check_max_size", "... of a health check", func(t *conf.Tune) *int { return &t.Vars.Check }),
}

func readCases(d *decoder, g *conf.Global, a *attr) {
	for _, name := range d.strings(a, nil) {
		if err := conf.CheckCase(strings.ToLower(name), name); err != nil {
			d.add(conf.Misread(a.pos, a.path, name, errors.New("want the name of a header field")))
			continue
		}
		g.Cases = append(g.Cases, name)
	}
}

func tuneSize(name, doc string, at func(*conf.Tune) *int) row[conf.Tune] {
	return row[conf.Tune]{info: info{name: name, typ: tSize, doc: doc}, at: func(t *conf.Tune) any { return at(t) }}
}

func cpuRow(name, def, doc string, at func(*conf.Global) *[]int) row[conf.Global] {
	return row[conf.Global]{info: info{name: name, typ: tString, def: def, doc: doc},
		read: func(d *decoder, g *conf.Global, a *attr) {
			text := ""
			if d.assign(&text, &info{typ: tString}, a); text == "" {
				return
			}
			if text == def {
				*at(g) = nil
				return
			}
			cpus, err := conf.ParseCPUs(text)
			if err != nil {
				d.add(conf.Misread(a.pos, a.path, text, err))
				return
			}
			*at(g) = cpus
		},
		text: func(g *conf.Global) string { return quoted(conf.CPUsText(*at(g))) }}
}

func niceRow(name, doc string, at func(*conf.Global) *conf.Niceness) row[conf.Global] {
	i := info{name: name, typ: tInt, min: -20, max: 19, doc: doc}
	return row[conf.Global]{info: i,
		read: func(d *decoder, g *conf.Global, a *attr) {
			before := d.failures
			d.assign(&at(g).Value, &i, a)
			at(g).Set = d.failures == before
		},
		text: func(g *conf.Global) string {
			if n := at(g); n.Set {
				return strconv.Itoa(n.Value)
			}
			return ""
		}}
}

func readSpread(d *decoder, g *conf.Global, a *attr) {
	p := &g.Process
	if v, ok := d.constant(a.expr, a.path); ok && v.s == "infinite" {
		p.SpreadForever, p.CloseSpread = true, 0
		return
	}
	p.SpreadForever = false
	d.assign(&p.CloseSpread, &info{typ: tDuration}, a)
}

func textSpread(g *conf.Global) string {
	if g.Process.SpreadForever {
		return quote("infinite")
	}
	return textDuration(g.Process.CloseSpread)
}

// unixBind is what all unix sockets of binds have that their own blocks do not say.
type unixBind struct {
	Prefix, User, Group string
	Mode                uint32
}

var unixBindGrammar = grammar[unixBind]{context: "unix_bind", rows: []row[unixBind]{
	{info: info{name: "prefix", typ: tString, doc: "what stands before their paths"}, at: func(u *unixBind) any { return &u.Prefix }},
	{info: info{name: "mode", typ: tOctal, doc: "of their files"}, at: func(u *unixBind) any { return &u.Mode }},
	{info: info{name: "user", typ: tString, doc: "owner of their files"}, at: func(u *unixBind) any { return &u.User }},
	{info: info{name: "group", typ: tString, doc: "group of their files"}, at: func(u *unixBind) any { return &u.Group }},
}}

// apply gives the unix sockets of binds what unix_bind says and they do not.
func (u *unixBind) apply(cfg *conf.Config) {
	for _, p := range cfg.Proxies {
		for _, b := range p.Binds {
			u.to(&b.Addr, &b.Mode, &b.User, &b.Group)
		}
	}
}

func (u *unixBind) to(a *conf.Addr, mode *uint32, user, group *string) {
	if a.Kind != conf.AddrUnix {
		return
	}
	a.Path = u.Prefix + a.Path
	if *mode == 0 {
		*mode = u.Mode
	}
	*user, *group = cmp.Or(*user, u.User), cmp.Or(*group, u.Group)
}

func readMaxReloads(d *decoder, g *conf.Global, a *attr) {
	before := d.failures
	if d.assign(&g.Process.MaxReloads, &info{typ: tInt}, a); d.failures == before && g.Process.MaxReloads == 0 {
		g.Process.MaxReloads = conf.NoReloads
	}
}

func readLogURILen(d *decoder, t *conf.Tune, a *attr) {
	before := d.failures
	if d.assign(&t.LogURILen, &info{typ: tInt}, a); d.failures == before && t.LogURILen == 0 {
		t.LogURILen = conf.NoRequestLine
	}
}

// textUnset is the text of a number whose 0 stands for none and whose -1 is 0.
func textUnset(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(max(n, 0))
}
