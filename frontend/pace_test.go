package frontend

import (
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"
)

// As many as a second has come at once; the next ones come one after another.
func TestPace(t *testing.T) {
	var p pace
	if p.limited() || p.wait(0) != 0 {
		t.Error("no limit is a limit")
	}
	p.limit(4)
	now := int64(10 * time.Second)
	for i := range 4 {
		if d := p.wait(now); d != 0 {
			t.Fatalf("number %d has to wait %v", i, d)
		}
		p.took(now)
	}
	if d := p.wait(now); d != 250*time.Millisecond {
		t.Errorf("the fifth waits %v; want a quarter of a second", d)
	}
	now += int64(250 * time.Millisecond)
	if d := p.wait(now); d != 0 {
		t.Errorf("after a quarter of a second it waits %v more", d)
	}
	p.took(now)
	if d := p.wait(now); d != 250*time.Millisecond {
		t.Errorf("the sixth waits %v", d)
	}
	now += int64(time.Minute) // a pause does not save up more than a second's worth
	for range 4 {
		p.took(now)
	}
	if d := p.wait(now); d != 250*time.Millisecond {
		t.Errorf("after a pause the fifth waits %v", d)
	}
}

// A rate holds connections back in the kernel's queue; all of them are served in the end, and no sooner than the rate says.
func TestConnectionRates(t *testing.T) {
	for _, where := range []string{"maxconnrate = 20", "maxsessrate = 20", ""} {
		fe := ""
		if where == "" {
			fe = "rate_limit_sessions = 20"
		}
		px := buildTestProxy(t, fmt.Sprintf(limitConf, where, "", fe))
		if err := px.Start(); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		for range 25 {
			c := dialPeer(t, px.addr("f", 0))
			c.send(askUp)
			c.status(200)
			c.Close()
		}
		if d := time.Since(began); d < 200*time.Millisecond {
			t.Errorf("%s%s: 25 connections in %v", where, fe, d)
		}
		px.balanced()
	}
}

// "harden.reject-privileged-ports.tcp".
func TestRejectPrivileged(t *testing.T) {
	px := buildTestProxy(t, fmt.Sprintf(limitConf, "reject_privileged_ports = true", "", ""))
	if err := px.Start(); err != nil {
		t.Fatal(err)
	}
	c := dialPeer(t, px.addr("f", 0))
	c.send(askUp)
	c.status(200)
	for port := 1023; port > 900; port-- {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}}
		conn, err := d.Dial("tcp", px.addr("f", 0))
		if err != nil {
			continue // taken, or not for us
		}
		newPeer(t, conn).closed()
		return
	}
	for port, want := range map[uint16]bool{1: true, 1023: true, 1024: false} {
		if got := privileged(netip.AddrPortFrom(netip.IPv6Loopback(), port)); got != want {
			t.Errorf("port %d: %v", port, got)
		}
	}
}
