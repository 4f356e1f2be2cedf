package frontend

import (
	"context"
	"net"
	"runtime"
	"testing"
)

// What an administrator asks of a generation that has been taken over from already is not lost, in either direction.
func TestCatchUp(t *testing.T) {
	addr, _ := freeAddr()
	open := func() bool {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			c.Close()
		}
		return err == nil
	}
	over := func(one, two *Proxy) {
		t.Helper()
		two.CatchUp(one)
		if err := one.Shutdown(context.Background()); err != nil {
			t.Fatal(err)
		}
		two.Poke()
	}
	start := func(before *Proxy, name string) *Proxy {
		t.Helper()
		px := generation(t, before, addr, name, "")
		if err := px.Start(); err != nil {
			t.Fatal(err)
		}
		return px
	}
	one := start(nil, "one")
	two := start(one, "two")
	one.Frontends()[0].Disable()
	over(one, two)
	if open() || !two.Frontends()[0].disabled.Load() {
		t.Fatal("a frontend that was disabled in between accepts")
	}
	three := start(two, "three")
	two.Frontends()[0].Enable()
	over(two, three)
	says(t, "tcp", addr, "three")
	four := start(three, "four")
	four.Frontends()[0].Disable() // the new one's administrator has the last word
	over(three, four)
	if open() {
		t.Fatal("a frontend that was disabled accepts")
	}
	four.Frontends()[0].Enable()
	says(t, "tcp", addr, "four")
}

// The loops of two generations run beside each other, however many each has.
func TestProcessorsOfTwo(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	cfg := parseCfg(t, "frontend f\n  bind 127.0.0.1:1\n")
	one, err := New(cfg, Options{Loops: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	if got := runtime.GOMAXPROCS(0); got != 3 {
		t.Fatalf("got %d; want 3", got)
	}
	two, err := New(cfg, Options{Loops: 5, Before: one})
	if err != nil {
		t.Fatal(err)
	}
	defer two.Close()
	if got := runtime.GOMAXPROCS(0); got != 9 {
		t.Fatalf("got %d; want 9", got)
	}
}
