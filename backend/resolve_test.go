package backend

import (
	"strings"
	"testing"

	"weir/conf"
)

func TestResolve(t *testing.T) {
	f := func(addr conf.Addr, want string) {
		t.Helper()
		p := proxy("roundrobin", "s1")
		p.Servers[0].Addr = addr
		b, err := New(p, &conf.Global{}, nil, nil)
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = b.Servers()[0].Addr().String()
		}
		if !strings.HasPrefix(got, want) {
			t.Errorf("%+v: got %s; want %s", addr, got, want)
		}
	}
	f(conf.Addr{Kind: conf.AddrTCP, Host: "127.0.0.1", Port: 80}, "127.0.0.1:80")
	f(conf.Addr{Kind: conf.AddrTCP, Host: "::1", Port: 80}, "[::1]:80")
	f(conf.Addr{Kind: conf.AddrTCP, Host: "::ffff:127.0.0.1", Port: 80}, "127.0.0.1:80")
	f(conf.Addr{Kind: conf.AddrTCP, Host: "localhost", Port: 7070}, "127.0.0.1:7070")
	f(conf.Addr{Kind: conf.AddrTCP, Host: "127.0.0.1", Port: 5, PortOffset: true}, "127.0.0.1:0")
	f(conf.Addr{Kind: conf.AddrUnix, Path: "/run/s"}, "unix@/run/s")
	f(conf.Addr{Kind: conf.AddrAbstract, Path: "s"}, "abns@s")
	f(conf.Addr{Kind: conf.AddrTCP, Host: "no such host"}, `backend "bk": server "s1": address "no such host": `)
}

// TestCheckTarget: "addr" and "port" stand in for the server's own.
func TestCheckTarget(t *testing.T) {
	f := func(addr string, port int, want string) {
		t.Helper()
		p := proxy("roundrobin", "s1")
		s := p.Servers[0]
		s.Check, s.Addr.Port = true, 80
		s.Checks.Addr, s.Checks.Port = addr, port
		b := newTest(t, p)
		if got := b.Servers()[0].checker.target().String(); got != want {
			t.Errorf("addr %q port %d: got %s; want %s", addr, port, got, want)
		}
	}
	f("", 0, "127.0.0.1:80")
	f("", 81, "127.0.0.1:81")
	f("::1", 0, "[::1]:80")
	f("127.0.0.2", 81, "127.0.0.2:81")
}
