package backend

import (
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
			srv.Observe(false)
			srv.Observe(false)
			srv.Observe(true) // they are in a row no more
			srv.Observe(false)
			srv.Observe(false)
			srv.Observe(false)
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
