package frontend

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"weir/backend"
	"weir/conf/cfgfile"
	"weir/internal/testport"
)

const heritageConf = `global
  nbthread 2
defaults
  mode http
  timeout client 20s
  timeout connect 20s
  timeout server 1m
frontend f
  bind %s
  http-request return status 200 content-type text/plain string %s
%s`

// generation builds the configuration; before is the generation that it takes over from.
func generation(t *testing.T, before *Proxy, bind, name, more string) *Proxy {
	t.Helper()
	cfg, diags := cfgfile.Parse("test.cfg", fmt.Appendf(nil, heritageConf, bind, name, more))
	if len(diags.Errors) > 0 {
		t.Fatal(diags.Errors)
	}
	px, err := New(cfg, Options{Before: before})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(px.Close)
	return px
}

// change starts next and ends px.
func change(t *testing.T, px, next *Proxy) {
	t.Helper()
	if err := next.Start(); err != nil {
		t.Fatal(err)
	}
	if err := px.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	next.Poke()
}

// says asks the address for its name.
func says(t *testing.T, network, addr, want string) {
	t.Helper()
	c, err := net.Dial(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	p := newPeer(t, c)
	p.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
	if _, body := p.response("GET"); body != want {
		t.Errorf("%s answers %q; want %q", addr, body, want)
	}
}

func freeAddr() (addr, port string) {
	port = strconv.Itoa(testport.Free())
	return "127.0.0.1:" + port, port
}

// A socket goes from one generation to the next, whatever options change, with the file of a unix socket.
func TestHeritage(t *testing.T) {
	addr, _ := freeAddr()
	file := filepath.Join(t.TempDir(), "s")
	one := generation(t, nil, addr+",unix@"+file, "one", "")
	if err := one.Start(); err != nil {
		t.Fatal(err)
	}
	made, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	two := generation(t, one, addr+",unix@"+file+" mode 600 backlog 77 tfo defer-accept mss 900", "two", "")
	change(t, one, two)
	says(t, "tcp", addr, "two")
	says(t, "unix", file, "two")
	if now, err := os.Stat(file); err != nil || !os.SameFile(made, now) || now.Mode().Perm() != 0o600 {
		t.Errorf("the socket's file is another: %v, %v", now, err)
	}
	three := generation(t, two, addr, "three", "")
	change(t, two, three)
	says(t, "tcp", addr, "three")
	if _, err := os.Stat(file); err == nil {
		t.Error("the file of a socket that nobody has any more is there")
	}
}

// An address that overlaps one of the generation before can be had; one that cannot leaves all as it is.
func TestHeritageOverlap(t *testing.T) {
	addr, port := freeAddr()
	one := generation(t, nil, "*:"+port, "one", "")
	if err := one.Start(); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	wrong := generation(t, one, addr+","+l.Addr().String(), "wrong", "")
	if err := wrong.Start(); err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Fatalf("got %v", err)
	}
	wrong.Close()
	says(t, "tcp", addr, "one")
	two := generation(t, one, addr, "two", "")
	change(t, one, two)
	says(t, "tcp", addr, "two")
	// What was shared for the change is not shared any more.
	if err := generation(t, nil, addr, "stranger", "").Start(); err == nil {
		t.Error("somebody else may bind the address")
	}
}

// What an administrator has done at run time is kept where the configuration says of it what it said before, and so is what checks have found.
func TestHeritageState(t *testing.T) {
	addr, _ := freeAddr()
	servers := func(list ...string) string { return "backend b\n  server " + strings.Join(list, "\n  server ") + "\n" }
	one := generation(t, nil, addr, "one", servers("maint 127.0.0.1:1", "drain 127.0.0.1:1", "down 127.0.0.1:1 check inter 1h", "weight 127.0.0.1:1 weight 10",
		"reweighed 127.0.0.1:1 weight 10", "moved 127.0.0.1:1", "disabled 127.0.0.1:1 disabled", "allowed 127.0.0.1:1 disabled", "limit 127.0.0.1:1 maxconn 5"))
	if err := one.Start(); err != nil {
		t.Fatal(err)
	}
	do := func(name string, f func(s *backend.Server) error) {
		t.Helper()
		if err := f(one.Backend("b").Server(name)); err != nil {
			t.Fatal(name, err)
		}
	}
	do("maint", func(s *backend.Server) error { return s.SetState("maint") })
	do("drain", func(s *backend.Server) error { return s.SetState("drain") })
	do("down", func(s *backend.Server) error { return s.SetHealth("down") })
	do("weight", func(s *backend.Server) error { return s.SetWeight("3") })
	do("reweighed", func(s *backend.Server) error { return s.SetWeight("3") })
	do("moved", func(s *backend.Server) error { return s.SetState("maint") })
	do("disabled", func(s *backend.Server) error { return s.SetState("ready") })
	do("allowed", func(s *backend.Server) error { return s.SetWeight("0") })
	do("limit", func(s *backend.Server) error { return s.SetMaxconn(9) })
	for _, fe := range one.Frontends() {
		fe.Disable()
	}
	two := generation(t, one, addr, "two", servers("new 127.0.0.1:1", "maint 127.0.0.1:1", "drain 127.0.0.1:1", "down 127.0.0.1:1 check inter 1h", "weight 127.0.0.1:1 weight 10",
		"reweighed 127.0.0.1:1 weight 20", "moved 127.0.0.1:2", "disabled 127.0.0.1:1 disabled", "allowed 127.0.0.1:1", "limit 127.0.0.1:1 maxconn 5"))
	change(t, one, two)
	f := func(name, status string, weight int) {
		t.Helper()
		for _, row := range two.Backend("b").Snapshot(nil) {
			if row.Name == name && (row.Status != status || row.UserWeight != int64(weight)) {
				t.Errorf("%s: %s, weight %d; want %s, %d", name, row.Status, row.UserWeight, status, weight)
			}
		}
	}
	f("new", "no check", 1)
	f("maint", "MAINT", 1)
	f("drain", "DRAIN", 1)
	f("down", "DOWN", 1)
	f("weight", "no check", 3)
	f("reweighed", "no check", 20) // the file has the last word
	f("moved", "no check", 1)      // another machine
	f("disabled", "no check", 1)   // made ready by hand
	f("allowed", "no check", 0)    // "disabled" has gone
	if two.Backend("b").Server("down").Usable() || two.Backend("b").Server("maint").Usable() || !two.Backend("b").Server("weight").Usable() {
		t.Error("balancing does not follow the states")
	}
	if c, err := net.Dial("tcp", addr); err == nil {
		c.Close()
		t.Error("a frontend that was disabled accepts after a reload")
	}
	two.Frontends()[0].Enable()
	says(t, "tcp", addr, "two")
}

// maxconn is the process's: who is left of the generation before has a place, and gives it to who waits at the next one.
func TestHeritageMaxconn(t *testing.T) {
	addr, _ := freeAddr()
	build := func(before *Proxy, name string) *Proxy {
		px := generation(t, before, addr, name, "")
		px.SetMaxconn(2)
		return px
	}
	one := build(nil, "one")
	if err := one.Start(); err != nil {
		t.Fatal(err)
	}
	var old []*peer
	for range 2 {
		c := dialPeer(t, addr)
		c.send("GET / HTTP/1.1\r\n")
		old = append(old, c)
	}
	eventually(t, "both are in", func() error {
		if n := one.Conns(); n != 2 {
			return fmt.Errorf("%d are", n)
		}
		return nil
	})
	two := build(one, "two")
	if err := two.Start(); err != nil {
		t.Fatal(err)
	}
	one.Retire(context.Background())
	two.Poke()
	late := dialPeer(t, addr)
	late.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
	eventually(t, "the listener is full", func() error {
		if got := two.Frontends()[0].listeners[0].status(); got != "FULL" {
			return fmt.Errorf("it is %s", got)
		}
		return nil
	})
	old[0].send("Host: a\r\n\r\n")
	if resp, body := old[0].response("GET"); body != "one" || !resp.Close {
		t.Errorf("got %q", body)
	}
	old[0].Close()
	if _, body := late.response("GET"); body != "two" {
		t.Errorf("who waited is answered %q", body)
	}
}

// A TLS session goes on with the next generation.
func TestHeritageTickets(t *testing.T) {
	b := newTLSBench(t, nil)
	addr, _ := freeAddr()
	bind := addr + " ssl crt " + b.dir + "/site.pem"
	one := generation(t, nil, bind, "one", "")
	if err := one.Start(); err != nil {
		t.Fatal(err)
	}
	cache := tls.NewLRUClientSessionCache(4)
	resumed := func() bool {
		t.Helper()
		c := b.client(addr, "www.example.com", func(cfg *tls.Config) { cfg.ClientSessionCache = cache })
		resp, _ := fetchTLS(t, c, "/")
		c.CloseIdleConnections()
		return resp.TLS.DidResume
	}
	if resumed() || !resumed() {
		t.Fatal("sessions are not resumed as they should be")
	}
	two := generation(t, one, bind, "two", "")
	change(t, one, two)
	if !resumed() {
		t.Error("a session is forgotten by a reload")
	}
}
