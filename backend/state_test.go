package backend

import (
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"weir/conf"
)

// TestHealth walks a server through good (+) and bad (-) checks.
func TestHealth(t *testing.T) {
	f := func(rise, fall int, checks, want string) {
		t.Helper()
		var st state
		st.init(&conf.Server{Check: true, Weight: 1, Checks: conf.ServerCheck{Rise: rise, Fall: fall}})
		got := []string{st.String()}
		for _, c := range checks {
			if c == '+' {
				st.pass()
			} else {
				st.miss()
			}
			got = append(got, st.String())
		}
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("rise %d fall %d %s: got %s; want %s", rise, fall, checks, s, want)
		}
	}
	f(2, 3, "+", "UP 1/3, UP")
	f(2, 3, "-", "UP 1/3, DOWN") // at its start one bad check is enough
	f(2, 3, "+---", "UP 1/3, UP, UP 2/3, UP 1/3, DOWN")
	f(2, 3, "+--+-", "UP 1/3, UP, UP 2/3, UP 1/3, UP, UP 2/3") // only bad ones in a row count
	f(2, 3, "-+-++", "UP 1/3, DOWN, DOWN 1/2, DOWN, DOWN 1/2, UP")
	f(1, 1, "-+", "UP, DOWN, UP")
	f(0, 0, "+", "UP 1/3, UP") // the defaults
}

func TestInitState(t *testing.T) {
	f := func(word, want string) {
		t.Helper()
		var st state
		st.init(&conf.Server{Check: true, Weight: 1, ServerState: conf.ServerState{InitState: word}, Checks: conf.ServerCheck{Rise: 2, Fall: 3}})
		if got := st.String(); got != want {
			t.Errorf("%s: got %s; want %s", word, got, want)
		}
	}
	f("", "UP 1/3")
	f("up", "UP 1/3")
	f("fully-up", "UP")
	f("down", "DOWN 1/2")
	f("fully-down", "DOWN")
}

func TestStatus(t *testing.T) {
	f := func(want string, edit func(st *state)) {
		t.Helper()
		var st state
		st.init(&conf.Server{Weight: 1})
		edit(&st)
		if got := st.String(); got != want {
			t.Errorf("got %s; want %s", got, want)
		}
	}
	f("no check", func(st *state) {})
	f("no check", func(st *state) { st.weight = 0 })
	f("MAINT", func(st *state) { st.maint, st.drain = true, true })
	f("DRAIN", func(st *state) { st.drain = true })
	f("NOLB", func(st *state) { st.stopping = true })
	f("DOWN", func(st *state) { st.health = 0 })
	f("DOWN (agent)", func(st *state) { st.agent = true })
	f("DRAIN (agent)", func(st *state) { st.drain, st.byAgent = true, true })
	f("MAINT (via b/s)", func(st *state) { st.via, st.viaMaint = "b/s", true })
	f("DRAIN", func(st *state) { st.via, st.viaDrain = "b/s", true })
	f("UP", func(st *state) { st.via, st.health = "b/s", st.full() })
	f("UP", func(st *state) { st.checked, st.health = true, st.full() })
}

// newLogged is a backend whose log lines the test reads.
func newLogged(t *testing.T, p *conf.Proxy) (*Backend, func() []string) {
	core, logs := observer.New(zapcore.DebugLevel)
	b, err := New(p, &conf.Global{}, nil, zap.New(core))
	if err != nil {
		t.Fatal(err)
	}
	lines := func() []string {
		eventually(t, "silence in the log", func() bool {
			b.events.mu.Lock()
			defer b.events.mu.Unlock()
			return !b.events.talking
		})
		var out []string
		for _, e := range logs.TakeAll() {
			out = append(out, e.Message)
		}
		return out
	}
	return b, lines
}

func TestTransitions(t *testing.T) {
	p := proxy("roundrobin", "s1 s2 ~s3")
	for _, s := range p.Servers {
		s.Check = true
	}
	b, lines := newLogged(t, p)
	f := func(want ...string) {
		t.Helper()
		got := strings.Join(lines(), "\n")
		if w := strings.Join(want, "\n"); got != w {
			t.Errorf("got:\n%s\nwant:\n%s", got, w)
		}
	}
	refused := checkResult{status: checkL4CON, code: -1, text: "Connection refused"}
	s1, s2, s3 := b.Server("s1"), b.Server("s2"), b.Server("s3")
	s1.report(refused)
	f(`Server bk/s1 is DOWN, reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms. 1 active and 1 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.`)
	s2.Disable()
	f(`Server bk/s2 is going DOWN for maintenance. 0 active and 1 backup servers left. Running on backup. 0 sessions active, 0 requeued, 0 remaining in queue.`)
	s3.SetState("drain")
	f(`Backup Server bk/s3 enters drain state. 0 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.`,
		`backend bk has no server available!`)
	if got := picks(b, 1); got != "" {
		t.Errorf("%q was picked", got)
	}
	s3.SetState("ready")
	s2.Enable()
	s1.report(checkResult{status: checkL4OK, code: -1})
	// A step on the way up is no news.
	f(`Backup Server bk/s3 is UP (leaving forced drain).`, `Server bk/s2 is UP/READY (leaving forced maintenance).`)
	s1.report(checkResult{status: checkL4OK, code: -1, took: 3 * time.Millisecond})
	f(`Server bk/s1 is UP, reason: Layer4 check passed, check duration: 3ms. 2 active and 1 backup servers online. 0 sessions requeued, 0 total in queue.`)
	if st := &s1.state; st.downs != 1 || st.fails != 1 {
		t.Errorf("chkdown %d, chkfail %d; want 1, 1", st.downs, st.fails)
	}
	s1.report(unable("no socket"))
	if got := s1.state.String(); got != "UP" {
		t.Errorf("%s after we had no socket to check with; want UP", got)
	}
	if b.downs != 1 || s1.state.downtime <= 0 {
		t.Errorf("backend downs %d, downtime %v", b.downs, s1.state.downtime)
	}
}

func TestSetWeight(t *testing.T) {
	f := func(balance, text, want string) {
		t.Helper()
		b := newTest(t, proxy(balance, "a:10 b:10"))
		got := ""
		if err := b.Server("a").SetWeight(text); err != nil {
			got = err.Error()
		} else {
			got = picks(b, 6)
		}
		if got != want {
			t.Errorf("%s %q: got %s; want %s", balance, text, got, want)
		}
	}
	const bad = `; want 0 to 256, or a percentage of the configured weight`
	f("roundrobin", "0", "b b b b b b")
	f("roundrobin", "20", "a b a a b a")
	f("roundrobin", "200%", "a b a a b a")
	f("roundrobin", "0%", "b b b b b b")
	f("roundrobin", "257", `weight: got "257"`+bad)
	f("roundrobin", "2561%", `weight: got "2561%"`+bad)
	f("roundrobin", "-1", `weight: got "-1"`+bad)
	f("roundrobin", "x", `weight: got "x"`+bad)
	f("roundrobin", "", `weight: got ""`+bad)
	f("static-rr", "0%", "b b b b b b")
	f("static-rr", "100%", "a b a b a b")
	f("static-rr", "5", `weight: got "5"; the balancing of backend "bk" is static: want 0% or 100%`)
}

// The time of the last change is that of a drain too, and what a server was down for is not lost by one.
func TestLastChange(t *testing.T) {
	b := newTest(t, proxy("roundrobin", "a b"))
	a := b.Server("a")
	past := time.Now().Add(-time.Hour)
	f := func(what string, do func() error, isNew bool) {
		t.Helper()
		b.mu.Lock()
		a.state.changed = past
		b.mu.Unlock()
		if err := do(); err != nil {
			t.Fatal(err)
		}
		if changed := time.Since(a.state.changed) < 30*time.Minute; changed != isNew {
			t.Errorf("%s: changed %v; want %v", what, changed, isNew)
		}
	}
	set := func(state string) func() error { return func() error { return a.SetState(state) } }
	f("drain", set("drain"), true)
	f("drain again", set("drain"), false)
	f("ready", set("ready"), true)
	f("down", func() error { return a.SetHealth("down") }, true)
	f("drain while it is down", set("drain"), false) // it is DOWN as before
	if down := a.state.down(time.Now()).Round(time.Minute); down != time.Hour {
		t.Errorf("down for %v", down)
	}
}

func TestAdmin(t *testing.T) {
	b := newTest(t, proxy("roundrobin", "a b"))
	a := b.Server("a")
	f := func(what string, err error, wantErr, wantState string) {
		t.Helper()
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != wantErr || a.state.String() != wantState {
			t.Errorf("%s: got %q, %s; want %q, %s", what, got, a.state.String(), wantErr, wantState)
		}
	}
	f("bad state", a.SetState("up"), `state: got "up"; want ready, drain or maint`, "no check")
	f("maint", a.SetState("maint"), "", "MAINT")
	f("drain", a.SetState("drain"), "", "DRAIN")
	f("ready", a.SetState("ready"), "", "no check")
	f("health", a.SetHealth("bad"), `health: got "bad"; want up, stopping or down`, "no check")
	f("down", a.SetHealth("down"), "", "DOWN")
	f("stopping", a.SetHealth("stopping"), "", "NOLB")
	f("up", a.SetHealth("up"), "", "no check")
	f("addr", a.SetAddr("10.0.0.1", 80), "", "no check")
	if got := a.Addr().String(); got != "10.0.0.1:80" {
		t.Errorf("address %s", got)
	}
	f("addr", a.SetAddr("10.0.0.2", 0), "", "no check")
	if got := a.Addr().String(); got != "10.0.0.2:80" {
		t.Errorf("address %s: the port was to stay", got)
	}
	f("bad addr", a.SetAddr("x", 0), `addr: got "x"; want an IPv4 or IPv6 address`, "no check")
	f("bad port", a.SetAddr("::1", 70000), `port: got 70000; want 1 to 65535`, "no check")
	f("maxconn", a.SetMaxconn(-1), `maxconn: got -1; want 0 or more`, "no check")
	f("maxconn", a.SetMaxconn(5), "", "no check")
	if a.slots() != 5 {
		t.Errorf("%d slots; want 5", a.slots())
	}
}

// TestLargeTable: the table of a large farm is made beside the loops, and what went down is skipped at once.
func TestLargeTable(t *testing.T) {
	b := newTest(t, proxy("source", farm(300)))
	before := b.table.Load()
	b.Servers()[0].Disable()
	for i := range 600 {
		if got := pickName(b, &Subject{Source: addrPort(i)}, nil); got == "s1" {
			t.Fatal("a server in maintenance was picked")
		}
	}
	eventually(t, "a new table", func() bool { return b.table.Load() != before && len(b.table.Load().servers) == 299 })
	b.Servers()[0].Enable()
	eventually(t, "the server's return", func() bool { return len(b.table.Load().servers) == 300 })
}

func TestNewErrors(t *testing.T) {
	p := proxy("roundrobin", "a a c")
	p.Servers[2].Addr = conf.Addr{Kind: conf.AddrFD}
	p.Servers[2].Pos = conf.Pos{File: "lb.cfg", Line: 3, Col: 2}
	_, err := New(p, &conf.Global{}, nil, nil)
	want := "backend \"bk\": server \"a\" stands there twice\nlb.cfg:3:2: backend \"bk\": server \"c\": address \"\": want an IP address, a name or a unix socket"
	if err == nil || err.Error() != want {
		t.Errorf("got:\n%v\nwant:\n%s", err, want)
	}
}
