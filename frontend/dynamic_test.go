package frontend

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"weir/backend"
	"weir/conf"
	"weir/conf/cfgfile"
)

// addServer is "add server f/NAME ADDRESS ...".
func addServer(px *testProxy, name string, words ...string) error {
	c, up, err := cfgfile.ParseServer(name, words)
	if err != nil {
		return err
	}
	conf.ValidateServer(px.Config(), px.Backend("f").Conf(), c) // fills in the defaults
	return px.AddServer(px.Backend("f"), c, up)
}

// namedOrigin answers with its name.
func namedOrigin(t *testing.T, name string) string {
	o := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, name) }))
	t.Cleanup(o.Close)
	return o.Listener.Addr().String()
}

func dynamicConf(balance string, lines ...string) string {
	return "defaults\n  mode http\n  timeout client 30s\n  timeout server 30s\n  timeout connect 30s\nlisten f\n  bind 127.0.0.1:1\n  balance " + balance + "\n  " +
		strings.Join(lines, "\n  ") + "\n"
}

// A server that is added serves once it is enabled, by every algorithm that takes it, and none when it is deleted.
func TestDynamicServers(t *testing.T) {
	one, two := namedOrigin(t, "one"), namedOrigin(t, "two")
	for _, balance := range []string{"roundrobin", "leastconn", "first", "random", "uri\n  hash-type consistent"} {
		px := newCfgProxy(t, dynamicConf(balance, "server one "+one+" maxconn 1000"))
		b := px.Backend("f")
		c := dialPeer(t, px.addr("f", 0))
		get := func(path string) string {
			t.Helper()
			c.send("GET /" + path + " HTTP/1.1\r\nHost: a\r\n\r\n")
			_, body := c.response("GET")
			return body
		}
		seen := func(want string) {
			t.Helper()
			for i := range 200 { // "first" and hashes may take some to find it
				if get(fmt.Sprint(i)) == want {
					return
				}
			}
			t.Errorf("%s: nothing goes to %s", balance, want)
		}
		if err := addServer(px, "two", two, "weight", "5"); err != nil {
			t.Fatal(err)
		}
		for range 20 {
			if got := get("x"); got != "one" {
				t.Fatalf("%s: got %q before the server is enabled", balance, got)
			}
		}
		s := b.Server("two")
		s.Enable()
		if balance == "first" {
			b.Server("one").Disable()
		}
		seen("two")
		if err := px.DeleteServer(s); err != backend.ErrNotMaint {
			t.Errorf("%s: got %v", balance, err)
		}
		b.Server("one").Enable()
		s.Disable()
		// The answer may be here before the server has been given back.
		eventually(t, balance, func() error { return px.DeleteServer(s) })
		if b.Server("two") != nil || len(b.Servers()) != 1 {
			t.Errorf("%s: it is still there", balance)
		}
		if err := addServer(px, "two", two, "enabled"); err != nil {
			t.Errorf("%s: it cannot be added again: %v", balance, err)
		}
		for range 20 {
			get("y")
		}
		rows := b.Snapshot(nil)
		if n := len(rows); n != 3 || rows[1].Name != "two" || rows[1].SID != 2 {
			t.Errorf("%s: got %d rows; want one, two and BACKEND", balance, n)
		}
		c.Close()
	}
}

// Servers come and go beside traffic: no request is lost, and the race detector finds nothing.
func TestDynamicServersUnderLoad(t *testing.T) {
	one, two := namedOrigin(t, "one"), namedOrigin(t, "two")
	for _, balance := range []string{"roundrobin", "leastconn"} {
		px := newCfgProxy(t, dynamicConf(balance, "server one "+one, "cookie S insert dynamic", "dynamic-cookie-key k"))
		stop := make(chan struct{})
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				client := &http.Client{Transport: &http.Transport{}}
				defer client.CloseIdleConnections()
				for {
					select {
					case <-stop:
						return
					default:
					}
					resp, err := client.Get("http://" + px.addr("f", 0) + "/")
					if err != nil {
						t.Error(err)
						return
					}
					resp.Body.Close()
					if resp.StatusCode != 200 {
						t.Errorf("got %d", resp.StatusCode)
					}
				}
			})
		}
		for i := range 60 {
			name := fmt.Sprint("s", i)
			if err := addServer(px, name, two, "check", "enabled"); err != nil {
				t.Error(err)
			}
			s := px.Backend("f").Server(name)
			s.Disable()
			eventually(t, "a server without connections", func() error { return px.DeleteServer(s) })
			px.Backend("f").Snapshot(nil)
		}
		close(stop)
		wg.Wait()
		if n := len(px.Backend("f").Servers()); n != 1 {
			t.Errorf("%s: got %d servers; want 1", balance, n)
		}
	}
}

// What refers to a server keeps it.
func TestDeleteServerReferenced(t *testing.T) {
	px := newCfgProxy(t, dynamicConf("roundrobin", "server a 127.0.0.1:1 disabled check", "server b 127.0.0.1:2 disabled", "server c 127.0.0.1:3 disabled", "use-server b if { path /b }"))
	b := px.Backend("f")
	if err := addServer(px, "d", "127.0.0.1:4", "track", "a"); err != nil {
		t.Fatal(err)
	}
	f := func(name string, want error) {
		t.Helper()
		if err := px.DeleteServer(b.Server(name)); err != want {
			t.Errorf("%s: got %v; want %v", name, err, want)
		}
	}
	f("a", backend.ErrReferenced)
	f("b", backend.ErrReferenced)
	f("c", nil)
	f("d", nil)
	f("a", nil)
}

// The health checks of an added server begin when they are enabled.
func TestDynamicServerChecks(t *testing.T) {
	o := newTestOrigin(t)
	px := newCfgProxy(t, dynamicConf("roundrobin", "server a 127.0.0.1:1"))
	if err := addServer(px, "b", o.addr(), "check", "inter", "10ms", "rise", "2", "enabled"); err != nil {
		t.Fatal(err)
	}
	s := px.Backend("f").Server("b")
	s.SetChecks(true)
	o.accept().Close()
	eventually(t, "a check that passed", func() error {
		if r := px.Backend("f").Snapshot(nil)[1]; r.CheckStatus != "L4OK" {
			return fmt.Errorf("got %q", r.CheckStatus)
		}
		return nil
	})
}
