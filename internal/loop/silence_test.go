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
