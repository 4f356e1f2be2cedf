package frontend

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"weir/conf"
)

// Ready answers: what each rule makes of a request that no server ever sees.
func TestAnswers(t *testing.T) {
	rules := ""
	rule := func(path, action, args string) {
		rules += fmt.Sprintf("http_request %q {\n%s\nwhen = starts_with(path(), %q)\n}\n", action, args, path)
	}
	rule("/deny", "deny", "")
	rule("/429", "deny", "status = 429")
	rule("/loc", "redirect", `location = "https://x.org/y"`)
	rule("/301", "redirect", "location = \"/y\"\ncode = 301")
	rule("/pre", "redirect", `prefix = "https://x.org"`)
	rule("/noq", "redirect", "prefix = \"\"\ndrop_query = true\nset_cookie = \"A=1\"")
	rule("/sch", "redirect", `scheme = "https"`)
	rule("/sla", "redirect", "prefix = \"/p\"\nappend_slash = true")
	rule("/clr", "redirect", "location = \"/\"\nclear_cookie = \"A\"")
	rule("/ret", "return", "status = 202\ncontent_type = \"text/x\"\nstring = \"hello\"")
	px := newTestProxy(t, simple("127.0.0.1:1", "monitor_uri = \"/up\"\n"+rules, ""))
	c := dialPeer(t, px.addr("f", 0))
	f := func(target, want string) {
		t.Helper()
		c.send("GET " + target + " HTTP/1.1\r\nHost: a.org\r\n\r\n")
		resp, body := c.response("GET")
		got := fmt.Sprint(resp.StatusCode)
		for _, name := range []string{"Location", "Set-Cookie", "Content-Type"} {
			if v := resp.Header.Get(name); v != "" && v != "text/html" {
				got += " " + name + "=" + v
			}
		}
		if resp.Header.Get("Cache-Control") == "no-cache" {
			got += " no-cache"
		}
		if !strings.HasPrefix(body, "<!doctype") {
			got += " " + body
		}
		if got = strings.TrimSpace(got); got != want {
			t.Errorf("%s: got %s; want %s", target, got, want)
		}
	}
	f("/up", "200 no-cache")
	f("/deny", "403 no-cache")
	f("/429", "429 no-cache")
	f("/loc?a", "302 Location=https://x.org/y no-cache")
	f("/301", "301 Location=/y")
	f("/pre/a?b", "302 Location=https://x.org/pre/a?b no-cache")
	f("/noq?b", "302 Location=/noq Set-Cookie=A=1; path=/; no-cache")
	f("/sch?b", "302 Location=https://a.org/sch?b no-cache")
	f("/sla?b", "302 Location=/p/sla/?b no-cache")
	f("/sla/?b", "302 Location=/p/sla/?b no-cache")
	f("/clr", "302 Location=/ Set-Cookie=A; path=/; Max-Age=0; no-cache")
	f("/ret", "202 Content-Type=text/x hello")
	c.Close()
	px.balanced()
	if log := px.out.String(); strings.Contains(log, "/up") {
		t.Errorf("a monitor request is logged: %s", log)
	}
}

// The header fields of a ready response are formats.
func TestReturnFields(t *testing.T) {
	cfg := parseTest(t, testHead+simple("127.0.0.1:1", `http_request "return" {
    string = "hello"
  }`, ""))
	for _, p := range cfg.Proxies {
		for _, r := range p.HTTPReqRules {
			if a, ok := r.Action.(*conf.Return); ok {
				a.Headers = []conf.SetHeader{{Name: "X-A", Value: &conf.Format{Parts: []conf.FormatPart{{Text: "b"}}}}, {Name: "Server", Value: &conf.Format{Parts: []conf.FormatPart{{Text: "me"}}}}}
			}
		}
	}
	p, err := New(cfg, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	px := &testProxy{Proxy: p, t: t}
	c := dialPeer(t, px.addr("f", 0))
	c.send(get)
	if h := c.status(200).Header; h.Get("X-A") != "b" || h.Get("Server") != "me" {
		t.Errorf("got %v", h)
	}
}

// A rule's value that no field may carry as it is is percent-encoded, as HAProxy does it: the message is not split.
func TestControlsAreEncoded(t *testing.T) {
	o := newTestOrigin(t)
	px := newTestProxy(t, simple(o.addr(), `http_request "set-header" {
    name  = "X-A"
    value = "${url_dec(path())}"
  }`, ""))
	c := dialPeer(t, px.addr("f", 0))
	c.send("GET /a%0d%0aX-Evil:1 HTTP/1.1\r\nHost: a\r\n\r\n")
	s := o.accept()
	if head := s.head(); !strings.Contains(head, "x-a: /a%0D%0AX-Evil:1\r\n") {
		t.Errorf("got %q", head)
	}
	s.send("HTTP/1.1 204 No Content\r\n\r\n")
	c.status(204)
}

// A server whose body is malformed from the start is a 502 while nothing has left; later the connection is cut.
func TestBadBody(t *testing.T) {
	f := func(early bool) {
		t.Helper()
		o := newTestOrigin(t)
		px := newTestProxy(t, simple(o.addr(), "", ""))
		c := dialPeer(t, px.addr("f", 0))
		c.send(get)
		s := o.accept()
		s.head()
		head := "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		if early {
			s.send(head + "zz\r\n")
			c.status(502)
			px.logLine(" 502 ")
			px.logLine(" PH-- ")
		} else {
			s.send(head + "1\r\na\r\n")
			c.head()
			c.expect("1\r\na\r\n")
			s.send("zz\r\n")
			if b, _ := io.ReadAll(c.r); len(b) > 0 {
				t.Errorf("got %q after the broken chunk", b)
			}
			px.logLine(" SD-- ")
		}
		c.Close()
		px.balanced()
	}
	f(true)
	f(false)
}
