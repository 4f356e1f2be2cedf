package backend

import (
	"slices"
	"strings"
	"testing"
	"time"

	"weir/conf"
)

func TestObserve(t *testing.T) {
	f := func(onError string, rise, fall int, want string) { // the states after each time that the limit of 3 errors is reached
		t.Helper()
		p := proxy("roundrobin", "s1")
		s := p.Servers[0]
		s.Check, s.Observe, s.ErrorLimit, s.OnError = true, "layer7", 3, onError
		s.Checks = conf.ServerCheck{Rise: rise, Fall: fall}
		b := newTest(t, p)
		srv := b.Server("s1")
		srv.report(checkResult{status: checkL4OK}) // fully up
		if !srv.Observes("layer7") || srv.Observes("layer4") {
			t.Fatal("it observes the wrong layer")
		}
		var got []string
		for range 3 {
			srv.ObserveResponse(ObservedStatus)
			srv.ObserveConnect(false)
			srv.ObserveResponse("")   // they are in a row no more
			srv.ObserveConnect(false) // a server that cannot be reached is as bad as one that answers badly
			srv.ObserveConnect(true)  // that it can be reached says nothing of its responses
			srv.ObserveResponse(ObservedTimeout)
			srv.ObserveResponse(ObservedClose)
			got = append(got, srv.state.String())
		}
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("%s: got %s; want %s", onError, s, want)
		}
	}
	f("", 2, 3, "UP 2/3, UP 1/3, DOWN")
	f("fail-check", 2, 3, "UP 2/3, UP 1/3, DOWN")
	f("fastinter", 2, 3, "UP, UP, UP")
	f("sudden-death", 2, 5, "UP 1/5, DOWN, DOWN")
	f("mark-down", 2, 3, "DOWN, DOWN, DOWN")
}

// TestObserveConnect: "layer4" looks at connections alone, and a server that observes nothing counts nothing.
func TestObserveConnect(t *testing.T) {
	f := func(layer, want string) {
		t.Helper()
		p := proxy("roundrobin", "s1")
		s := p.Servers[0]
		s.Check, s.Observe, s.ErrorLimit, s.OnError = true, layer, 2, "mark-down"
		s.Checks = conf.ServerCheck{Rise: 1, Fall: 1}
		srv := newTest(t, p).Server("s1")
		srv.report(checkResult{status: checkL4OK})
		srv.ObserveConnect(false)
		srv.ObserveConnect(true)
		srv.ObserveConnect(false)
		got := srv.state.String()
		srv.ObserveConnect(false)
		if got += ", " + srv.state.String(); got != want {
			t.Errorf("%q: got %s; want %s", layer, got, want)
		}
	}
	f("layer4", "UP, DOWN")
	f("layer7", "DOWN, DOWN")
	f("", "UP, UP")
}

// TestObserveLines has HAProxy's lines about a server that traffic has marked down, and its word for a listen section.
func TestObserveLines(t *testing.T) {
	const info = `, reason: Health analyze, info: "Detected 1 consecutive errors, last one was: Close from server (http)"`
	const left = `. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.`
	f := func(logChecks bool, kind conf.Kind, want ...string) {
		t.Helper()
		p := proxy("roundrobin", "s1")
		p.Kind, p.Options.LogHealthChecks = kind, logChecks
		s := p.Servers[0]
		s.Check, s.Observe, s.ErrorLimit, s.OnError = true, "layer7", 1, "mark-down"
		s.Checks = conf.ServerCheck{Rise: 2, Fall: 3}
		b, lines := newLogged(t, p)
		b.Server("s1").report(checkResult{status: checkL4OK})
		lines()
		b.Server("s1").ObserveResponse(ObservedClose)
		if got := lines(); !slices.Equal(got, want) {
			t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	f(false, conf.Backend, "Server bk/s1 is DOWN"+info+left, "backend bk has no server available!")
	f(true, conf.Backend|conf.Frontend, "Health check for server bk/s1 failed"+info+", status: 0/2 DOWN.", "Server bk/s1 is DOWN"+left, "proxy bk has no server available!")
}

func TestGoodStatus(t *testing.T) {
	for status, want := range map[int]bool{200: true, 404: true, 499: true, 500: false, 501: true, 503: false, 505: true, 599: false} {
		if GoodStatus(status) != want {
			t.Errorf("status %d: got %v", status, !want)
		}
	}
}

// TestSlowStart: after it was down a server's share and limit grow; at start they do not.
func TestSlowStart(t *testing.T) {
	p := proxy("roundrobin", "s1 s2")
	p.Servers[0].SlowStart = time.Hour
	p.Servers[0].Maxconn = 40
	b := newTest(t, p)
	defer b.Stop()
	s := b.Server("s1")
	count := func() int { return strings.Count(picks(b, 3200), "s1") }
	if s.slots() != 40 || count() != 1600 {
		t.Errorf("at start: %d slots", s.slots())
	}
	s.SetHealth("down")
	s.SetHealth("up")
	if n := count(); s.slots() != 1 || n > 200 || n == 0 || s.throttle() != 1 {
		t.Errorf("when it comes back: %d slots, %d of 3200 streams, throttle %d", s.slots(), n, s.throttle())
	}
	s.warmer(time.Now().Add(-30 * time.Minute))
	if n := count(); s.slots() != 20 || n < 1000 || n > 1150 || b.Snapshot(nil)[0].Throttle != 50 {
		t.Errorf("half way: %d slots, %d of 3200 streams", s.slots(), n)
	}
	s.SetHealth("down")
	s.warmer(time.Now()) // a step that was on its way
	s.SetHealth("up")
	s.warmer(time.Now().Add(-time.Hour))
	if s.slots() != 40 || count() != 1600 || s.throttle() != 0 {
		t.Errorf("at the end: %d slots", s.slots())
	}
}

func TestTrack(t *testing.T) {
	a, c := proxy("roundrobin", "s1 s2"), proxy("roundrobin", "t1")
	a.Name, c.Name = "a", "c"
	a.Servers[0].Check = true
	a.Servers[1].Track = &conf.Ref{Name: "s1"}
	c.Servers[0].Track = &conf.Ref{Name: "a/s2"}
	ba, bc := newTest(t, a), newTest(t, c)
	if err := Link([]*Backend{ba, bc}); err != nil {
		t.Fatal(err)
	}
	s, chain := ba.Server("s1"), bc.Server("t1")
	f := func(what, want string) {
		t.Helper()
		r := bc.Snapshot(nil)[0]
		if got := ba.Server("s2").state.String() + ", " + r.Status; got != want || r.Tracked != "a/s2" {
			t.Errorf("%s: got %s (tracked %s); want %s", what, got, r.Tracked, want)
		}
	}
	f("at start", "UP, UP")
	s.SetHealth("down")
	f("down", "DOWN, DOWN")
	if chain.Usable() {
		t.Error("usable")
	}
	s.SetHealth("up")
	f("up", "UP, UP")
	s.SetState("drain")
	f("drain", "DRAIN, DRAIN")
	s.SetState("maint")
	f("maint", "MAINT (via a/s1), MAINT (via a/s2)")
	if r := chain.StateRow(); r.AdminState != 2|16 {
		t.Errorf("admin state %d", r.AdminState)
	}
	s.SetState("ready")
	f("ready", "UP, UP")
	bad := proxy("roundrobin", "x")
	bad.Servers[0].Track = &conf.Ref{Name: "nobody"}
	if err := Link([]*Backend{newTest(t, bad)}); err == nil || !strings.Contains(err.Error(), `no server "nobody"`) {
		t.Errorf("got %v", err)
	}
}
