package backend

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"weir/conf"
	"weir/internal/loop"
)

// origin is a server that answers each connection's first request with a text, closing after it; requests go to got.
func origin(t *testing.T, answer func(n int) string) (port int, got chan string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	got = make(chan string, 1000)
	go func() {
		for n := 0; ; n++ {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				r := bufio.NewReader(c)
				req := ""
				for !strings.HasSuffix(req, "\r\n\r\n") {
					line, err := r.ReadString('\n')
					if err != nil {
						return
					}
					req += line
				}
				select {
				case got <- req:
				default:
				}
				text := answer(n)
				if text == "hang" {
					io.Copy(io.Discard, c)
					return
				}
				io.WriteString(c, text)
			}()
		}
	}()
	return ln.Addr().(*net.TCPAddr).Port, got
}

// checked is a backend with one server at port and its checker, ready to run by hand.
func checked(t *testing.T, l *loop.Loop, port int, check *conf.HTTPCheck) (*Backend, *checker) {
	t.Helper()
	p := proxy("roundrobin", "s1")
	p.Check = check
	s := p.Servers[0]
	s.Check, s.Addr.Port = true, port
	s.Checks = conf.ServerCheck{Inter: 200 * time.Millisecond, Rise: 2, Fall: 3}
	b := newTest(t, p, l)
	c := b.Server("s1").checker
	c.loop = l
	return b, c
}

func TestHTTPCheck(t *testing.T) {
	l := newLoops(t, 1)[0]
	f := func(answer, expect, want string) { // expect: [!] kind pattern
		t.Helper()
		check := &conf.HTTPCheck{Method: "GET", URI: "/"}
		if expect != "" {
			e := &conf.CheckExpect{}
			expect, e.Not = strings.CutPrefix(expect, "!")
			e.Kind, e.Pattern, _ = strings.Cut(expect, " ")
			check.Expect = e
		}
		port, _ := origin(t, func(int) string { return answer })
		_, c := checked(t, l, port, check)
		var r checkResult
		onLoop(l, func(task *loop.Task) { r = c.check(task) })
		if got := fmt.Sprintf("%s %d %s", r.status, r.code, r.text); got != want {
			t.Errorf("%q expect %q: got %s; want %s", answer, expect, got, want)
		}
	}
	const ok = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
	f(ok, "", "L7OK 200 ")
	f("HTTP/1.0 302 Found\r\n\r\n", "", "L7OK 302 ")
	f("HTTP/1.0 404 Not Found\r\n\r\n", "", "L7STS 404 Not Found")
	f("HTTP/1.1 103 Early Hints\r\n\r\n"+ok, "", "L7OK 200 ")
	f("HTTP/1.0 404 Not Found\r\n\r\n", "status 200,400-404", "L7OK 404 ")
	f(ok, "!status 200", "L7STS 200 OK")
	f(ok, "rstatus ^2..$", "L7OK 200 ")
	f(ok, "rstatus ^3", "L7STS 200 OK")
	f(ok, "string ell", "L7OK 200 ")
	f(ok, "string world", "L7RSP -1 HTTP content check did not match")
	f(ok, "!string ell", "L7RSP -1 HTTP check matched unwanted content")
	f(ok, "!string world", "L7OK 200 ")
	f(ok, "rstring h.*o", "L7OK 200 ")
	f("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", "string hello", "L7OK 200 ")
	f("HTTP/1.0 200 OK\r\n\r\nto the end", "string the end", "L7OK 200 ")
	f("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", "string world", "L7RSP -1 ") // it closed too early
	f("garbage garbage\r\n\r\n", "", "L7RSP -1 The version is not HTTP/1.0 or HTTP/1.1 (RFC 9112, 2.3)")
	f("", "", "L7RSP -1 ")
	f("hang", "", "L7TOUT -1 ")
	f("HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n"+strings.Repeat("x", 99999), "!string y", "L7OK 200 ") // bounded
}

func TestCheckConnect(t *testing.T) {
	l := newLoops(t, 1)[0]
	port, _ := origin(t, func(int) string { return "" })
	_, c := checked(t, l, port, nil)
	var r checkResult
	run := func() string {
		onLoop(l, func(task *loop.Task) { r = c.check(task) })
		return fmt.Sprintf("%s %d %s", r.status, r.code, r.text)
	}
	if got := run(); got != "L4OK -1 " {
		t.Errorf("got %s", got)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close() // nobody listens there now
	c.server.conf.Checks.Port = ln.Addr().(*net.TCPAddr).Port
	if got := run(); got != "L4CON -1 Connection refused" {
		t.Errorf("port of its own: got %s", got)
	}
}

func TestCheckRequest(t *testing.T) {
	f := func(c conf.HTTPCheck, want string) {
		t.Helper()
		h, err := newHTTPCheck(&c)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(h.request); got != want {
			t.Errorf("got %q; want %q", got, want)
		}
	}
	f(conf.HTTPCheck{}, "OPTIONS / HTTP/1.0\r\n\r\n")
	f(conf.HTTPCheck{Method: "GET", URI: "/h", Version: "HTTP/1.1", Headers: []conf.CheckHeader{{Name: "Host", Value: "w"}}},
		"GET /h HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n")
	f(conf.HTTPCheck{Method: "POST", Version: "HTTP/1.1", Body: "abc", Headers: []conf.CheckHeader{{Name: "Connection", Value: "keep-alive"}, {Name: "Content-Length", Value: "9"}}},
		"POST / HTTP/1.1\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc")
}

func TestCheckErrors(t *testing.T) {
	f := func(kind, pattern, want string) {
		t.Helper()
		_, err := newExpect(&conf.CheckExpect{Pos: conf.Pos{File: "lb.cfg", Line: 2}, Kind: kind, Pattern: pattern})
		if err == nil || err.Error() != want {
			t.Errorf("%s %s: got %v; want %s", kind, pattern, err, want)
		}
	}
	f("stattus", "200", `lb.cfg:2: http-check expect: got "stattus"; want status, rstatus, string or rstring (did you mean "status"?)`)
	f("status", "9", `lb.cfg:2: http-check expect status: "9": want statuses such as 200,204,300-399`)
	f("rstring", "(", "lb.cfg:2: http-check expect rstring: \"(\": error parsing regexp: missing closing ): `(`")
}

// TestChecksRun: a server that fails goes down and comes back, by its checks alone, and stops being checked at Stop.
func TestChecksRun(t *testing.T) {
	l := newLoops(t, 2)
	port, got := origin(t, func(n int) string {
		if n >= 2 && n < 6 {
			return "HTTP/1.0 500 Oops\r\n\r\n"
		}
		return "HTTP/1.0 200 OK\r\n\r\n"
	})
	p := proxy("roundrobin", "s1 s2")
	p.Check = &conf.HTTPCheck{URI: "/health"}
	s := p.Servers[0]
	s.Check, s.Addr.Port = true, port
	s.Checks = conf.ServerCheck{Inter: 200 * time.Millisecond, Rise: 2, Fall: 2}
	p.Timeouts.Check = 10 * time.Second // an answer that is late on a busy machine is not a failed check
	b := newTest(t, p, l...)
	b.Start()
	defer b.Stop()
	s1 := b.Server("s1")
	eventually(t, "s1 down", func() bool { return !s1.Usable() })
	if got := picks(b, 2); got != "s2 s2" {
		t.Errorf("got %s; want s2 s2", got)
	}
	eventually(t, "s1 up", s1.Usable)
	rows := b.Snapshot(nil)
	if r := rows[0]; r.CheckFails != 2 || r.DownTransitions != 1 || r.CheckCode != 200 || strings.TrimPrefix(r.CheckStatus, "* ") != "L7OK" || r.Downtime <= 0 {
		t.Errorf("row %+v", r)
	}
	if req := <-got; req != "OPTIONS /health HTTP/1.0\r\n\r\n" {
		t.Errorf("request %q", req)
	}
	b.Stop()
	for _, x := range l {
		onLoop(x, func(*loop.Task) {})
	}
	eventually(t, "the last check's end", func() bool { return !s1.checker.running() })
	onLoop(s1.checker.loop, func(*loop.Task) {
		if s1.checker.timer.Armed() {
			t.Error("the next check is armed after Stop")
		}
	})
}

// TestCheckIntervals is the manual's table of inter, fastinter and downinter.
func TestCheckIntervals(t *testing.T) {
	p := proxy("roundrobin", "s1")
	s := p.Servers[0]
	s.Check = true
	s.Checks = conf.ServerCheck{Inter: 3 * time.Second, FastInter: time.Second, DownInter: 7 * time.Second, Rise: 2, Fall: 3}
	b := newTest(t, p)
	c := b.servers[0].checker
	f := func(health int, want time.Duration) {
		t.Helper()
		b.servers[0].state.health = health
		if got := c.next(); got != want {
			t.Errorf("health %d: %v; want %v", health, got, want)
		}
	}
	f(4, 3*time.Second)
	f(3, time.Second)
	f(2, time.Second)
	f(1, time.Second)
	f(0, 7*time.Second)
	s.Checks.FastInter, s.Checks.DownInter = 0, 0
	f(3, 3*time.Second)
	f(0, 3*time.Second)
	b.global.SpreadChecks = 50
	for range 100 {
		if d := c.spread(time.Second); d < time.Second/2 || d > time.Second*3/2 {
			t.Fatalf("spread to %v", d)
		}
	}
}
