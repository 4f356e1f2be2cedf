package frontend

import (
	"fmt"
	"net/netip"
	"testing"
)

func TestRoutingToken(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		got := ""
		if a, ok := routingToken([]byte(text)); ok {
			got = a.String()
		}
		if got != want {
			t.Errorf("%q: got %q; want %q", text, got, want)
		}
	}
	f("3640205228.15629.0000", "172.31.249.216:3389")
	f("16777343.36437.", "127.0.0.1:21902")
	f("0.0.0", "0.0.0.0:0")
	f("", "")
	f("16777343", "")
	f("16777343.36437", "")
	f("4294967296.1.0", "")
	f("1.65536.0", "")
	f("+1.1.0", "")
	f("-1.1.0", "")
	f(" 1.1.0", "")
	f("a.b.c", "")
}

// token is what a terminal server puts into the cookie that names it.
func token(a netip.AddrPort) string {
	ip, p := a.Addr().As4(), a.Port()
	return fmt.Sprintf("%d.%d.0000", uint32(ip[0])|uint32(ip[1])<<8|uint32(ip[2])<<16|uint32(ip[3])<<24, p>>8|p<<8)
}

// "persist rdp-cookie": the client goes to the server that its cookie tells, unless that is down and "option persist" is not set.
func TestPersistRDP(t *testing.T) {
	one, two := newTestOrigin(t), newTestOrigin(t)
	ask := func(option, cookie string, want *testOrigin) {
		t.Helper()
		px := newCfgProxy(t, fmt.Sprintf(`defaults
  mode tcp
  timeout client 30s
  timeout server 30s
  timeout connect 30s
listen f
  bind 127.0.0.1:1
  tcp-request inspect-delay 30s
  tcp-request content accept if RDP_COOKIE
  persist rdp-cookie
  balance first
  %s
  server one %s
  server two %s disabled
  server off 127.0.0.1:1 disabled
`, option, one.addr(), two.addr()))
		c := dialPeer(t, px.addr("f", 0))
		head := "\x03\x00\x00\x2c\x27\xe0\x00\x00\x00\x00\x00Cookie: " + cookie + "\r\n"
		c.send(head)
		s := want.accept()
		s.expect(head)
		s.Close()
		c.Close()
	}
	to := func(o *testOrigin) string { return token(netip.MustParseAddrPort(o.addr())) }
	ask("", "msts="+to(one), one)
	ask("", "msts="+to(two), one)
	ask("option persist", "msts="+to(two), two)
	ask("option persist", "mstshash="+to(two), one)
	ask("option persist", "msts=1.2.3", one)
}

// FuzzRoutingToken: no bytes of a stranger's make it panic, and what is read is what was written.
func FuzzRoutingToken(f *testing.F) {
	for _, s := range []string{"3640205228.15629.0000", "..", "1.2", "4294967295.65535.x"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if a, ok := routingToken(b); ok {
			if again, ok := routingToken([]byte(token(a))); !ok || again != a {
				t.Errorf("%q: %v becomes %v", b, a, again)
			}
		}
	})
}
