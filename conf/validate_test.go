package conf

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// site returns a small configuration that is good.
func site() *Config {
	pos := Pos{File: "t", Line: 1, Col: 1}
	web := NewProxy(pos, Frontend, "web")
	web.Mode = ModeHTTP
	web.Timeouts.Client = time.Second
	web.Binds = []*Bind{{Pos: pos, Addr: Addr{Kind: AddrTCP, Port: 80, PortEnd: 80}}}
	web.DefaultBackend = &Ref{Pos: pos, Name: "app"}
	app := NewProxy(pos, Backend, "app")
	app.Mode = ModeHTTP
	app.Timeouts.Connect, app.Timeouts.Server = time.Second, time.Second
	for _, name := range []string{"s1", "s2"} {
		s := NewServer(pos, name)
		s.Addr = Addr{Kind: AddrTCP, Host: "127.0.0.1", Port: 8080, PortEnd: 8080}
		app.Servers = append(app.Servers, s)
	}
	return &Config{Proxies: []*Proxy{web, app}}
}

func TestDefaults(t *testing.T) {
	c := site()
	web, app := c.Proxies[0], c.Proxies[1]
	web.HTTPReqRules = []*Rule{{Action: &Deny{}}, {Action: &Tarpit{}}, {Action: &Redirect{}}, {Action: &Return{}}}
	app.Check = &Check{Kind: CheckHTTP}
	app.Servers[1].Weight, app.Servers[1].WeightSet = 0, true
	web.Options.ForwardFor = &ForwardFor{}
	c.Global.StatsSockets = []*StatsSocket{{Addr: Addr{Kind: AddrUnix, Path: "/x"}}}
	c.Global.Logs = []*LogTarget{{Target: "stdout"}, {Target: "127.0.0.1:514"}}
	d := Validate(c)
	if d.Err() != nil || len(d.Warnings) > 0 {
		t.Fatal(d.Err(), d.Warnings)
	}
	g := c.Global
	if g.NbThread < 1 || g.StatsTimeout != 10*time.Second || g.Tune.BufSize != 16384 || g.Tune.MaxHeaders != 101 || g.Maxconn != 0 {
		t.Errorf("global: %+v", g)
	}
	if s := g.StatsSockets[0]; s.Mode != 0o600 || s.Level != LevelOperator || s.Maxconn != 10 {
		t.Errorf("stats socket: %+v", s)
	}
	if l := g.Logs[0]; l.Level != "debug" || l.Format != "" || l.Len != 0 { // the last two depend on where it goes
		t.Errorf("logs: %+v %+v", g.Logs[0], g.Logs[1])
	}
	if web.ID != 2 || app.ID != 3 || web.Binds[0].ID != 1 || app.Servers[0].ID != 1 || app.Servers[1].ID != 2 {
		t.Error("numbers are not HAProxy's")
	}
	if s := app.Servers[0]; s.Weight != 1 || s.Checks.Inter != 2*time.Second || s.Checks.Rise != 2 || s.Checks.Fall != 3 || s.PoolMax != -1 {
		t.Errorf("server: %+v", s)
	}
	if app.Servers[1].Weight != 0 {
		t.Error("a weight of 0 was taken for none")
	}
	if app.Retries != 3 || app.HashType.Func != "sdbm" || web.Options.ForwardFor.Header != "X-Forwarded-For" {
		t.Errorf("backend: %+v", app)
	}
	r := web.HTTPReqRules
	if r[0].Action.(*Deny).Status != 403 || r[1].Action.(*Tarpit).Status != 500 || r[2].Action.(*Redirect).Code != 302 || r[3].Action.(*Return).Status != 200 {
		t.Error("statuses of the rules")
	}
}

// TestValidate changes the good configuration and expects one error, or one warning where the text says so.
func TestValidate(t *testing.T) {
	f := func(want string, change func(web, app *Proxy, c *Config)) {
		t.Helper()
		c := site()
		change(c.Proxies[0], c.Proxies[1], c)
		d := Validate(c)
		lines := []string{}
		for _, e := range d.Errors {
			lines = append(lines, strings.TrimPrefix(e.Error(), "t:1:1: "))
		}
		for _, e := range d.Warnings {
			lines = append(lines, "warning: "+strings.TrimPrefix(e.Error(), "t:1:1: "))
		}
		if got := strings.Join(lines, "\n"); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	f(``, func(web, app *Proxy, c *Config) {})
	f(`backend "app": "cookie" is understood but not done yet`, func(web, app *Proxy, c *Config) {
		app.Unsupported = []Unsupported{{Pos: app.Pos, Keyword: "cookie"}}
	})
	f(`global: nbthread: got "-1"; want a number from 1 to 1024`, func(web, app *Proxy, c *Config) { c.Global.Pos, c.Global.NbThread = web.Pos, -1 })
	f(`backend "app": server "s1": weight: got "257"; want a number from 0 to 256`, func(web, app *Proxy, c *Config) {
		app.Servers[0].Weight, app.Servers[0].WeightSet = 257, true
	})
	f(`backend "app": server "s1": rise: got "-1"; want a number from 1 to 1048576`, func(web, app *Proxy, c *Config) { app.Servers[0].Checks.Rise = -1 })
	f(`backend "app": server "s1": minconn: 5 is more than maxconn, 2`, func(web, app *Proxy, c *Config) { app.Servers[0].Minconn, app.Servers[0].Maxconn = 5, 2 })
	f(`backend "app": server "s1" is already defined at t:1:1`, func(web, app *Proxy, c *Config) { app.Servers[1].Name = "s1" })
	f(`backend "app": server "s2": id: 4 is already the id of server "s1" at t:1:1`, func(web, app *Proxy, c *Config) { app.Servers[0].ID, app.Servers[1].ID = 4, 4 })
	f(`frontend "web": default_backend: unknown backend: got "ap"; want app (did you mean "app"?)`, func(web, app *Proxy, c *Config) { web.DefaultBackend.Name = "ap" })
	f(`frontend "web": default_backend: backend "app" is in tcp mode and cannot serve an http frontend; set its mode`, func(web, app *Proxy, c *Config) { app.Mode = 0 })
	f(`frontend "web": use_backend: "web" is a frontend (at t:1:1); want a backend or a listen section`, func(web, app *Proxy, c *Config) {
		web.UseBackends = []*UseBackend{{Pos: web.Pos, Backend: Ref{web.Pos, "web"}}}
	})
	f(``, func(web, app *Proxy, c *Config) { web.Mode, web.DefaultBackend.Name = ModeTCP, "app" })
	f(`warning: frontend "web": timeout: client not set: a peer that falls silent holds its connection for ever`, func(web, app *Proxy, c *Config) { web.Timeouts.Client = 0 })
	f(`warning: backend "app": timeout: connect and server not set: a peer that falls silent holds its connection for ever`, func(web, app *Proxy, c *Config) { app.Timeouts = Timeouts{} })
	f(`warning: backend "app": no server: every request gets 503`, func(web, app *Proxy, c *Config) { app.Servers = nil })
	f(`warning: frontend "web": no default_backend and no use_backend: nothing can be served`, func(web, app *Proxy, c *Config) { web.DefaultBackend = nil })
	f(``, func(web, app *Proxy, c *Config) { web.Disabled, web.Binds, web.Timeouts.Client = true, nil, 0 })
	f(`warning: backend "app": balance: uri needs http mode; in tcp mode it balances as roundrobin`, func(web, app *Proxy, c *Config) {
		web.Mode, app.Mode, app.Balance = ModeTCP, ModeTCP, Balance{Pos: app.Pos, Algo: URI}
	})
	f(`warning: backend "app": http-request: has no effect in tcp mode; set mode to http`, func(web, app *Proxy, c *Config) {
		web.Mode, app.Mode = ModeTCP, ModeTCP
		app.Pos.Col = 0
		app.HTTPReqRules = []*Rule{{Pos: web.Pos, Action: &Deny{}}}
	})
	f(`frontend "web": http-request deny: unknown acl: got "wbs"; want ws (did you mean "ws"?)`, func(web, app *Proxy, c *Config) {
		web.ACLs = []*ACL{{web.Pos, "ws", &Cond{Op: OpTrue}}}
		web.HTTPReqRules = []*Rule{{Action: &Deny{}, Cond: &Cond{Op: OpNot, Kids: []*Cond{{Pos: web.Pos, Op: OpACL, ACL: "wbs"}}}}}
	})
	f(``, func(web, app *Proxy, c *Config) {
		web.HTTPReqRules = []*Rule{{Action: &Deny{}, Cond: &Cond{Op: OpACL, ACL: "METH_TRACE"}}}
	})
	f(`frontend "web": http-request deny: got "418"; want 200, 400, 401, 403, 404, 405, 407, 408, 410, 413, 421, 422, 425, 429, 500, 501, 502, 503 or 504`, func(web, app *Proxy, c *Config) {
		web.HTTPReqRules = []*Rule{{Pos: web.Pos, Action: &Deny{Reply: Reply{Status: 418}}}}
	})
	f(`frontend "web": http-request del-header: got "("; want a regular expression (missing closing ): `+"`(`)", func(web, app *Proxy, c *Config) {
		web.HTTPReqRules = []*Rule{{Pos: web.Pos, Action: &DelHeader{Name: "(", Match: "reg"}}}
	})
	f(`frontend "web": bind: ":80" is already defined at t:1:1`, func(web, app *Proxy, c *Config) {
		web.Binds = append(web.Binds, &Bind{Pos: web.Pos, Addr: Addr{Kind: AddrTCP, Port: 80, PortEnd: 80}})
	})
	f(`backend "app": httpchk: got "/a b"; want a URI without blanks`, func(web, app *Proxy, c *Config) {
		app.Check = &Check{Pos: app.Pos, Kind: CheckHTTP, Request: CheckSend{URI: Text(app.Pos, "/a b")}}
	})
	f(`backend "app": httpchk: got "a\r\nb"; want a field value without line ends`, func(web, app *Proxy, c *Config) {
		app.Check = &Check{Pos: app.Pos, Kind: CheckHTTP, Request: CheckSend{Headers: []SetHeader{{"X", Text(app.Pos, "a\r\nb")}}}}
	})
}

// TestCheckToo has a check from outside told with the others, but for what is told already.
func TestCheckToo(t *testing.T) {
	c := site()
	pos := Pos{File: "t", Line: 5, Col: 3}
	later := Pos{File: "t", Line: 6, Col: 1}
	web := c.Proxies[0]
	web.HTTPReqRules = []*Rule{{Pos: pos, Action: &Allow{}, Cond: &Cond{Op: OpTest, Test: &Test{Pos: pos, Match: "odd"}}}}
	d := Validate(c, Underscores(), CheckToo(func(got *Config) (d Diagnostics) {
		if got != c || got.Global.Tune.BufSize == 0 {
			t.Error("the check does not see the configuration with its defaults")
		}
		d.Add(Bad(pos, "", "again"), Bad(later, "", "more"))
		d.Warn(Bad(pos, "", "doubtful"))
		return d
	}))
	want := `t:5:3: frontend "web": http_request "allow": got "odd"; want str, beg, end, sub, dir, dom, reg, int, ip, len, bool, found or bin
t:6:1: more`
	if got := d.Err().Error(); got != want || len(d.Warnings) != 1 {
		t.Errorf("got\n%s\nwant\n%s\nwarnings %v", got, want, d.Warnings)
	}
}

func TestErrorFiles(t *testing.T) {
	dir := t.TempDir()
	f := func(data, want string) {
		t.Helper()
		name := filepath.Join(dir, "page.http")
		if err := os.WriteFile(name, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		c := site()
		c.Proxies[0].ErrorFiles[503] = &ErrorFile{Pos: Pos{File: filepath.Join(dir, "t.cfg"), Line: 1}, Path: "page.http"}
		c.Global.DefaultPath = "config"
		d := Validate(c)
		got := msg(d.Err())
		if _, after, ok := strings.Cut(got, "errorfile: "); ok {
			got = after
		}
		if got != want {
			t.Errorf("%.40q: got %q; want %q", data, got, want)
		}
		if want == "" && string(c.Proxies[0].ErrorFiles[503].Data) != data {
			t.Errorf("%.40q: not kept", data)
		}
	}
	f("HTTP/1.0 503 No\r\nA: b\r\n\r\nbody", "")
	f("HTTP/1.1 503 No\n\n", "")
	f("", "") // nothing is sent then
	f("<html>", `"page.http" is not a raw HTTP response: want "HTTP/1.0 503 ..." on its first line`)
	f("HTTP/1.0 503 No\r\nA: b\r\n", `"page.http" has no empty line after its header fields`)
	f("HTTP/1.0 503 No\r\nContent-Length:  4 \r\n\r\nbody", "")
	f("HTTP/1.0 503 No\ncontent-length: 4\n\nbody\n", `"page.http" says content-length "4", and 5 bytes follow its header fields`)
	f("HTTP/1.0 503 No\r\nContent-Length: x\r\n\r\nbody", `"page.http" says content-length "x", and 4 bytes follow its header fields`)
	f("HTTP/1.0 503 No\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", `"page.http" says transfer-encoding "chunked": its body stands there as it is`)
	f("HTTP/1.0 503 No\r\n\r\n"+strings.Repeat("x", 16384), `"page.http" is larger than a buffer holds (15360 bytes)`)
}
