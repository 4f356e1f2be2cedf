package backend

import (
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"weir/conf"
	"weir/internal/loop"
	"weir/internal/proxyproto"
)

// "hash-key": a server keeps its keys when its id changes, if it is known by its address.
func TestHashKey(t *testing.T) {
	keys := func(hashKey string, first int) map[string]string {
		p := proxy("url_param id", "a b c")
		p.HashType.Consistent = true
		for i, s := range p.Servers {
			s.ID, s.HashKey = first+i, hashKey
			s.Addr.Port = 1000 + i
		}
		return ringMap(newTest(t, p), 500)
	}
	moved := func(hashKey string) (n int) {
		after := keys(hashKey, 100)
		for key, was := range keys(hashKey, 1) {
			if after[key] != was {
				n++
			}
		}
		return n
	}
	if n := moved("addr-port"); n != 0 {
		t.Errorf("addr-port: %d keys moved with the ids", n)
	}
	if n := moved("id"); n == 0 {
		t.Error("id: no key moved with the ids")
	}
	used := map[string]bool{}
	for _, s := range keys("addr-port", 1) {
		used[s] = true
	}
	if len(used) != 3 {
		t.Errorf("the keys are on %d servers", len(used))
	}
}

// "hash-preserve-affinity": until when a key's own server is waited for.
func TestHashAffinity(t *testing.T) {
	f := func(affinity string, maxqueue int, streams, queued int64, want bool) {
		t.Helper()
		p := proxy("url_param id", "a b")
		p.HashAffinity = affinity
		p.Servers[0].Maxconn, p.Servers[0].Maxqueue = 2, maxqueue
		s := newTest(t, p).Server("a")
		s.cur.Store(streams)
		s.queued.Store(queued)
		if got := s.keepsKeys(); got != want {
			t.Errorf("%q, maxqueue %d, %d streams and %d in the queue: %v", affinity, maxqueue, streams, queued, got)
		}
	}
	f("", 0, 2, 5, true)
	f("always", 0, 2, 5, true)
	f("maxconn", 0, 1, 0, true)
	f("maxconn", 0, 2, 0, false)
	f("maxconn", 0, 1, 1, false)
	f("maxqueue", 3, 2, 2, true)
	f("maxqueue", 3, 2, 3, false)
	f("maxqueue", 0, 2, 9, true)
}

// "init-addr": the first method that gives an address counts; with none the server waits in maintenance for somebody to give it one.
func TestInitAddr(t *testing.T) {
	core, said := observer.New(zap.WarnLevel)
	make := func(methods ...string) (*Backend, error) {
		p := proxy("roundrobin", "a")
		p.Servers[0].Addr.Host, p.Servers[0].InitAddr = "nowhere.invalid", methods
		return New(p, &conf.Global{}, nil, zap.New(core))
	}
	for _, methods := range [][]string{nil, {"libc"}, {"last"}, {"last", "libc"}} {
		if _, err := make(methods...); err == nil {
			t.Errorf("%v: no error", methods)
		}
	}
	b, err := make("last", "libc", "192.0.2.7", "none")
	if err != nil {
		t.Fatal(err)
	}
	if s := b.Server("a"); s.Addr().AddrPort() != netip.MustParseAddrPort("192.0.2.7:1") || !s.Usable() {
		t.Errorf("with an address: %v, usable %v", s.Addr(), s.Usable())
	}
	if b, err = make("libc", "none"); err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, e := range said.All() {
		texts = append(texts, e.Message)
	}
	if all := strings.Join(texts, "\n"); len(texts) != 2 || !strings.HasSuffix(texts[0], ": the server has the address 192.0.2.7") ||
		!strings.HasSuffix(texts[1], ": the server is in maintenance") || strings.Count(all, "nowhere.invalid") != 2 {
		t.Errorf("said %q", texts)
	}
	status := func(want string) {
		t.Helper()
		for _, r := range b.Snapshot(nil) {
			if r.Name == "a" && r.Status != want {
				t.Errorf("status %q; want %q", r.Status, want)
			}
		}
	}
	status("MAINT (resolution)")
	s := b.Server("a")
	if s.Usable() || s.Persists() || pickName(b, &Subject{}, nil) != "" {
		t.Error("a server without an address is used")
	}
	if err := s.SetAddr("127.0.0.1", 0); err != nil {
		t.Fatal(err)
	}
	if !s.Usable() || s.Addr().AddrPort() != netip.MustParseAddrPort("127.0.0.1:1") {
		t.Errorf("with an address at last: %v, usable %v", s.Addr(), s.Usable())
	}
	status("no check")
}

// Above tune.pool-low-fd-ratio nothing is kept idle.
func TestPoolRatios(t *testing.T) {
	loops := newLoops(t, 1)
	b := newTest(t, proxy("roundrobin", "a"), loops...)
	if b.crowded(0) || b.crowded(1) {
		t.Error("an empty process is crowded")
	}
	loops[0].Stats.Conns.Add(5)
	defer loops[0].Stats.Conns.Add(-5)
	if !b.crowded(5) || b.crowded(6) || b.crowded(0) {
		t.Error("5 connections are not 5")
	}
	g := &conf.Global{}
	g.Tune.PoolLowFDs, g.Tune.PoolHighFDs = 10, 20
	b, err := New(proxy("roundrobin", "a"), g, loops, nil)
	if err != nil {
		t.Fatal(err)
	}
	if b.fds.low == 0 || b.fds.high < 2*b.fds.low-1 {
		t.Errorf("limits %+v", b.fds)
	}
}

// The PROXY header of a check: in version 2 as the sender's own, in version 1 with its ends; where the check goes elsewhere, none
// unless check-send-proxy asks for it. And through the SOCKS proxy only where checks go there too.
func TestCheckDial(t *testing.T) {
	loops := newLoops(t, 1)
	f := func(name string, change func(*conf.Server, *conf.Global), a *conf.CheckConnect, want string) {
		t.Helper()
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		got := make(chan string, 1)
		go func() {
			c, err := ln.Accept()
			if err != nil {
				got <- err.Error()
				return
			}
			defer c.Close()
			if strings.HasPrefix(want, "\x04") { // the listener is the SOCKS proxy
				ask := make([]byte, 9)
				io.ReadFull(c, ask)
				io.WriteString(c, "\x00\x5a\x00\x00\x00\x00\x00\x00")
				rest, _ := io.ReadAll(c)
				got <- string(ask) + string(rest)
				return
			}
			all, _ := io.ReadAll(c)
			got <- strings.ReplaceAll(string(all), c.RemoteAddr().String(), "US")
		}()
		here := netip.MustParseAddrPort(ln.Addr().String())
		p, g := proxy("roundrobin", "a"), &conf.Global{}
		p.Servers[0].Addr.Port = int(here.Port())
		change(p.Servers[0], g)
		if p.Servers[0].Socks != nil {
			p.Servers[0].Socks.Port = int(here.Port())
		}
		b, err := New(p, g, loops, nil)
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		loops[0].Post(func() {
			loops[0].Go(loop.TaskFunc(func(task *loop.Task) {
				to := loop.TCPAddr(here)
				if a == nil && p.Servers[0].CheckSocks || a != nil && a.ViaSOCKS {
					to = loop.TCPAddr(netip.MustParseAddrPort("192.0.2.1:80"))
				}
				c, err := b.Server("a").checkDial(task, to, loop.Never, a)
				if err == nil {
					c.Close()
				}
				done <- err
			}))
		})
		if err := <-done; err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		text := <-got
		if info, n, err := proxyproto.Parse([]byte(text)); text != "" && want != "" && want[0] != '\x04' {
			switch {
			case err != nil || n != len(text):
				t.Errorf("%s: %q: %v", name, text, err)
			case info.Local != (want == "local") || info.Local == (info.Dst == here):
				t.Errorf("%s: got %+v; want %s", name, info, want)
			}
			return
		}
		if text != want {
			t.Errorf("%s: got %q; want %q", name, text, want)
		}
	}
	f("nothing", func(*conf.Server, *conf.Global) {}, nil, "")
	f("v1", func(s *conf.Server, _ *conf.Global) { s.SendProxy = true }, nil, "ends")
	f("v2", func(s *conf.Server, _ *conf.Global) { s.SendProxyV2 = true }, nil, "local")
	f("v2, never local", func(s *conf.Server, g *conf.Global) { s.SendProxyV2, g.Process.PP2NeverLocal = true, true }, nil, "ends")
	f("another port", func(s *conf.Server, _ *conf.Global) { s.SendProxy, s.Checks.Port = true, 9 }, nil, "")
	f("another port, asked for", func(s *conf.Server, _ *conf.Global) { s.CheckProxy, s.Checks.Port = true, 9 }, nil, "ends")
	f("a rule without", func(s *conf.Server, _ *conf.Global) { s.SendProxy, s.CheckProxy = true, true }, &conf.CheckConnect{}, "")
	f("a rule's default", func(s *conf.Server, _ *conf.Global) { s.SendProxy = true }, &conf.CheckConnect{Default: true}, "ends")
	f("a rule's own", func(s *conf.Server, _ *conf.Global) {}, &conf.CheckConnect{SendProxy: true}, "ends")
	f("a rule's own, v2", func(s *conf.Server, _ *conf.Global) { s.SendProxyV2 = true }, &conf.CheckConnect{SendProxy: true}, "local")
	socks := func(s *conf.Server, _ *conf.Global) {
		s.Socks = &conf.Addr{Kind: conf.AddrTCP, Host: "127.0.0.1", Port: 1}
	}
	f("not through SOCKS", socks, nil, "")
	f("through SOCKS", func(s *conf.Server, g *conf.Global) { socks(s, g); s.CheckSocks = true }, nil, "\x04\x01\x00\x50\xc0\x00\x02\x01\x00")
	f("a rule not through SOCKS", func(s *conf.Server, g *conf.Global) { socks(s, g); s.CheckSocks = true }, &conf.CheckConnect{}, "")
	f("a rule through SOCKS", socks, &conf.CheckConnect{ViaSOCKS: true}, "\x04\x01\x00\x50\xc0\x00\x02\x01\x00")
}
