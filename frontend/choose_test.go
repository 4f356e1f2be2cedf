package frontend

import (
	"fmt"
	"strings"
	"testing"

	"weir/conf"
)

// chooseConf is a frontend with two backends and a third in the other mode.
const chooseConf = `frontend "f" {
  mode = %[1]q
  bind "127.0.0.1:1" {}
  default_backend = "d"
}
backend "d" {
  mode = %[1]q
  server "s" { address = %[2]q }
}
backend "b1" {
  mode = %[1]q
  server "a" { address = %[3]q }
  server "b" { address = %[4]q }
}
`

// A name that is made for each stream leads to that backend, and one that no backend has to the default one, as in HAProxy. A
// frontend's name is no backend's.
func TestUseBackendDynamic(t *testing.T) {
	d, a, b := echo(t, "d"), echo(t, "a"), echo(t, "b")
	f := func(name, want string) {
		t.Helper()
		px := editedProxy(t, tcpDefaults+fmt.Sprintf(chooseConf, "tcp", d, a, b), func(c *conf.Config) {
			c.Proxies[0].UseBackends = []*conf.UseBackend{{Dynamic: template("str(" + name + ")")}}
		})
		c := dialPeer(t, px.addr("f", 0))
		c.send("x")
		c.expect(want + ":x")
	}
	f("b1", "a")
	f("nobody", "d")
	f("f", "d")
}

// use-server: the server that the rule asks for, while it is up; then the next rule; a name that no server has ends the list.
func TestUseServer(t *testing.T) {
	d, a, b := echo(t, "d"), echo(t, "a"), echo(t, "b")
	always := &conf.Cond{Op: conf.OpTrue}
	f := func(what, want string, edit func(p *conf.Proxy)) {
		t.Helper()
		px := editedProxy(t, tcpDefaults+fmt.Sprintf(chooseConf, "tcp", d, a, b), func(c *conf.Config) {
			c.Proxies[0].DefaultBackend.Name = "b1"
			edit(c.Proxies[2])
		})
		for range 2 { // balancing would take turns
			c := dialPeer(t, px.addr("f", 0))
			c.send("x")
			c.expect(want + ":x")
			c.Close()
		}
	}
	use := func(name string) *conf.UseServer { return &conf.UseServer{Server: conf.Ref{Name: name}, Cond: always} }
	made := func(name string) *conf.UseServer {
		return &conf.UseServer{Dynamic: template("str(" + name + ")"), Cond: always}
	}
	f("static", "b", func(p *conf.Proxy) { p.UseServers = []*conf.UseServer{use("b"), use("a")} })
	f("dynamic", "b", func(p *conf.Proxy) { p.UseServers = []*conf.UseServer{made("b"), use("a")} })
	f("down", "a", func(p *conf.Proxy) {
		p.Servers[1].Disabled = true
		p.UseServers = []*conf.UseServer{use("b"), use("a")}
	})
	f("weight 0", "b", func(p *conf.Proxy) {
		p.Servers[1].Weight, p.Servers[1].WeightSet = 0, true
		p.UseServers = []*conf.UseServer{use("b")}
	})
	f("unknown", "a", func(p *conf.Proxy) {
		p.Servers[1].Weight, p.Servers[1].WeightSet = 0, true // what balancing would choose is then known
		p.UseServers = []*conf.UseServer{made("nobody"), use("b")}
	})
}

// A frontend in TCP mode hands an HTTP request to a backend in HTTP mode, by switch-mode or by the backend's mode alone; the bytes
// that it has read by then are the request's. The line is tcplog's, one for each request, as HAProxy's.
func TestSwitchMode(t *testing.T) {
	f := func(what string, edit func(fe *conf.Proxy)) {
		t.Run(what, func(t *testing.T) {
			o := newTestOrigin(t)
			px := editedProxy(t, tcpDefaults+fmt.Sprintf(chooseConf, "tcp", "127.0.0.1:1", o.addr(), "127.0.0.1:1"), func(c *conf.Config) {
				c.Proxies[2].Mode, c.Proxies[2].Servers = conf.ModeHTTP, c.Proxies[2].Servers[:1]
				c.Proxies[0].DefaultBackend.Name = "b1"
				edit(c.Proxies[0])
			})
			c := dialPeer(t, px.addr("f", 0))
			c.send(get)
			s := o.accept()
			s.head()
			s.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
			c.status(200)
			c.send(get)
			s.head()
			s.send("HTTP/1.1 204 No Content\r\n\r\n")
			c.status(204)
			px.logLine(" f b1/a ")
			bad := dialPeer(t, px.addr("f", 0))
			bad.send("junk\r\n\r\n")
			bad.status(400)
			bad.Close()
			c.Close()
			px.balanced()
		})
	}
	f("implicit", func(fe *conf.Proxy) {})
	f("switch-mode", func(fe *conf.Proxy) { fe.TCPReqRules = always(&conf.SwitchMode{Mode: conf.ModeHTTP}) })
}

// HTTP cannot be handed to a backend in TCP mode (HAProxy: IR).
func TestSwitchModeToTCP(t *testing.T) {
	px := tcpProxy(t, "127.0.0.1:1", func(p *conf.Proxy) { p.TCPReqRules = always(&conf.SwitchMode{Mode: conf.ModeHTTP}) })
	c := dialPeer(t, px.addr("t", 0))
	c.send(get)
	c.status(500)
	c.Close()
	px.logLine(" IR ")
	px.balanced()
}

// The addresses that rules have set are those of the log, of X-Forwarded-For and of a server that has none of its own.
func TestSetAddresses(t *testing.T) {
	s := echo(t, "s")
	host, port, _ := strings.Cut(s, ":")
	px := tcpProxy(t, "0.0.0.0:0", func(p *conf.Proxy) {
		p.TCPConnRules = always(&conf.SetAddr{Name: "set-src", Value: call("str(2001:db8::7)")})
		p.TCPSessRules = always(&conf.SetAddr{Name: "set-src-port", Value: call("int(77)")})
		p.TCPReqRules = always(&conf.SetAddr{Name: "set-dst", Value: call("str(" + host + ")")}, &conf.SetAddr{Name: "set-dst-port", Value: call("int(" + port + ")")})
	})
	c := dialPeer(t, px.addr("t", 0))
	c.send("x")
	c.expect("s:x")
	c.Close()
	if line := px.logLine(" t t/s "); !strings.HasPrefix(line, "2001:db8::7:77 ") {
		t.Errorf("the log has %q", line)
	}
}
