package loop

import (
	"net"
	"net/netip"
	"testing"
)

// A silenced listener refuses, keeps its address, and listens again.
func TestSilence(t *testing.T) {
	ln, err := Listen(TCPAddr(netip.MustParseAddrPort("127.0.0.1:0")), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	addr := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(ln.Port())).String()
	f := func(when string, want bool) {
		t.Helper()
		c, err := net.Dial("tcp", addr)
		if err == nil {
			c.Close()
		}
		if (err == nil) != want {
			t.Fatalf("%s: connect says %v", when, err)
		}
	}
	f("at first", true)
	ln.Silence()
	f("silenced", false)
	if err := ln.Speak(); err != nil {
		t.Fatal(err)
	}
	f("again", true)
}

// A listener whose socket the one before it has silenced can speak. Silencing one beside Dup is no race.
func TestSilenceDup(t *testing.T) {
	ln, err := Listen(TCPAddr(netip.MustParseAddrPort("127.0.0.1:0")), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	addr := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(ln.Port())).String()
	heir, err := ln.Dup()
	if err != nil {
		t.Fatal(err)
	}
	defer heir.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		ln.Silence()
	}()
	beside, err := ln.Dup()
	if err != nil {
		t.Fatal(err)
	}
	beside.Close()
	wait(t, done, "Silence has not returned")
	heir.Silence()
	if err := heir.Speak(); err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
}
