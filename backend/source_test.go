package backend

import (
	"net"
	"net/netip"
	"testing"

	"weir/conf"
	"weir/internal/loop"
)

// A server's connections come from its source, each from the next of its ports; one that is taken is passed over.
func TestSource(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	taken, err := net.Listen("tcp", "127.0.0.3:0") // its port is not free at that address
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	f := func(src conf.Addr, want func(netip.AddrPort) bool) {
		t.Helper()
		s := &Server{b: &Backend{conf: &conf.Proxy{}}, conf: &conf.Server{Source: &conf.SourceAddr{Addr: src}}}
		if err := s.dialing(); err != nil {
			t.Fatal(err)
		}
		to := loop.TCPAddr(netip.MustParseAddrPort(ln.Addr().String()))
		got := make(chan error, 1)
		l, err := loop.New(loop.Options{})
		if err != nil {
			t.Fatal(err)
		}
		go l.Run()
		defer func() { l.Stop(); <-l.Done() }()
		l.Post(func() {
			l.Go(func(task *loop.Task) {
				c, err := s.dialFrom(task, to, s.dial, loop.Never)
				if err == nil {
					defer c.Close()
				}
				got <- err
			})
		})
		if err := <-got; err != nil {
			t.Fatalf("from %v: %v", src, err)
		}
		c, err := ln.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if from := netip.MustParseAddrPort(c.RemoteAddr().String()); !want(from) {
			t.Errorf("a connection comes from %s; want it from %v", from, src)
		}
	}
	f(conf.Addr{Host: "127.0.0.2"}, func(a netip.AddrPort) bool { return a.Addr().String() == "127.0.0.2" })
	f(conf.Addr{Host: "127.0.0.3", Port: port - 1, PortEnd: port + 8}, func(a netip.AddrPort) bool {
		return a.Addr().String() == "127.0.0.3" && int(a.Port()) >= port-1 && int(a.Port()) <= port+8 && int(a.Port()) != port
	})
}

// Who ends streams is asked when a server goes down, or when the first comes back that backups stood in for.
func TestShutStreams(t *testing.T) {
	var told string
	b := &Backend{shut: func(s *Server) { told += s.Name() + " " }}
	s := &Server{b: b, conf: &conf.Server{Name: "s", ShutOnDown: true, ShutBackups: true}}
	b.list.Store(&serverList{all: []*Server{s, {b: b, conf: &conf.Server{Name: "b1", Backup: true}}, {b: b, conf: &conf.Server{Name: "b2", Backup: true}}}})
	f := func(before, now bool, want string) {
		t.Helper()
		told = ""
		if s.shutStreams(before, now); told != want {
			t.Errorf("%v to %v: told of %q; want %q", before, now, told, want)
		}
	}
	f(true, false, "s ")
	f(false, true, "b1 b2 ")
	f(true, true, "")
	s.conf = &conf.Server{Name: "s"}
	f(true, false, "")
	f(false, true, "")
}
