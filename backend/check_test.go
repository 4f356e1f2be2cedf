package backend

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"sync/atomic"
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

// shortCheck is the timeout of checks that run into it.
const shortCheck = 200 * time.Millisecond

// checked is a backend with one server at port and its checker, ready to run by hand.
func checked(t *testing.T, l *loop.Loop, port int, check *conf.Check, rules ...conf.Action) (*Backend, *checker) {
	t.Helper()
	p := proxy("roundrobin", "s1")
	p.Check = check
	for _, a := range rules {
		r := &conf.Rule{Action: a}
		if check.Kind == conf.CheckTCP {
			p.TCPCheckRules = append(p.TCPCheckRules, r)
		} else {
			p.HTTPCheckRules = append(p.HTTPCheckRules, r)
		}
	}
	s := p.Servers[0]
	s.Check, s.Addr.Port = true, port
	s.Checks = conf.ServerCheck{Inter: waitTime, Rise: 2, Fall: 3}
	p.Timeouts.Check = waitTime // an answer that is late on a busy machine is not a failed check
	b := newTest(t, p, l)
	if err := b.CompileChecks(testExprs{}); err != nil {
		t.Fatal(err)
	}
	c := b.Server("s1").checker
	c.loop = l
	return b, c
}

// expectation reads "[!]MATCH PATTERN".
func expectation(text string) *conf.CheckExpect {
	e := &conf.CheckExpect{MinRecv: -1}
	text, e.Not = strings.CutPrefix(text, "!")
	match, pattern, _ := strings.Cut(text, " ")
	e.Match, e.Pattern = match, conf.Text(conf.Pos{}, pattern)
	return e
}

// testExprs writes a format's parts as they are, and knows Go's regular expressions.
type testExprs struct{}

func (testExprs) Format(f *conf.Format) (CheckText, error) {
	return func(_ *CheckView, dst []byte) []byte {
		for _, p := range f.Parts {
			dst = append(append(dst, p.Text...), p.Alias...)
		}
		return dst
	}, nil
}

func (testExprs) Expr(e *conf.Expr) (CheckText, error) { return constText(e.Fetch.Name), nil }

func (testExprs) Regex(pos conf.Pos, text string) (Matcher, error) {
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, conf.BadValue(pos, "expect", text, "a regular expression")
	}
	return re, nil
}

func (testExprs) Variable(*conf.Rule) (func(*CheckView), error) { return func(*CheckView) {}, nil }

func TestHTTPCheck(t *testing.T) {
	l := newLoops(t, 1)[0]
	f := func(answer, expect, want string) { // expect: [!] kind pattern
		t.Helper()
		check := &conf.Check{Kind: conf.CheckHTTP, Request: conf.CheckSend{Method: "GET", URI: conf.Text(conf.Pos{}, "/")}}
		var rules []conf.Action
		if expect != "" {
			rules = append(rules, expectation(expect))
		}
		port, _ := origin(t, func(int) string { return answer })
		_, c := checked(t, l, port, check, rules...)
		if strings.HasPrefix(want, "L7TOUT") {
			c.server.b.conf.Timeouts.Check = shortCheck
		}
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
	c.port.Store(int32(ln.Addr().(*net.TCPAddr).Port))
	if got := run(); got != "L4CON -1 Connection refused" {
		t.Errorf("port of its own: got %s", got)
	}
}

func TestCheckRequest(t *testing.T) {
	header := func(name, value string) conf.SetHeader {
		return conf.SetHeader{Name: name, Value: conf.Text(conf.Pos{}, value)}
	}
	f := func(c conf.CheckSend, want string) {
		t.Helper()
		s := newRequestStep(&texts{Exprs: testExprs{}}, &c, false, ruleAt{})
		if got := string(s.append(&CheckView{}, nil)); got != want {
			t.Errorf("got %q; want %q", got, want)
		}
	}
	f(conf.CheckSend{}, "OPTIONS / HTTP/1.0\r\n\r\n")
	f(conf.CheckSend{Method: "GET", URI: conf.Text(conf.Pos{}, "/h"), Version: "HTTP/1.1", Headers: []conf.SetHeader{header("Host", "w")}},
		"GET /h HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n")
	f(conf.CheckSend{Method: "POST", Version: "HTTP/1.1", Body: conf.Text(conf.Pos{}, "abc"), Headers: []conf.SetHeader{header("Connection", "keep-alive"), header("Content-Length", "9")}},
		"POST / HTTP/1.1\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc")
	f(conf.CheckSend{URI: &conf.Format{Parts: []conf.FormatPart{{Text: "/a\r\nX: "}, {Alias: "b"}}}}, "OPTIONS /a  X: b HTTP/1.0\r\n\r\n") // no line of its own
}

func TestSendState(t *testing.T) {
	b := newTest(t, proxy("roundrobin", "s1 s2"))
	s := b.Server("s2")
	if got, want := string(s.appendState(nil)), "no check; address=127.0.0.1; port="+fmt.Sprint(s.addr.Load().AddrPort().Port())+
		"; name="+b.Name()+"/s2; node="+b.global.Node+"; weight=1/2; scur=0/0; qcur=0"; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
}

// TestChecksRun: a server that fails goes down and comes back, by its checks alone, and stops being checked at Stop.
func TestChecksRun(t *testing.T) {
	l := newLoops(t, 2)
	var well atomic.Bool
	port, got := origin(t, func(n int) string {
		if n >= 2 && !well.Load() {
			return "HTTP/1.0 500 Oops\r\n\r\n"
		}
		return "HTTP/1.0 200 OK\r\n\r\n"
	})
	p := proxy("roundrobin", "s1 s2")
	p.Check = &conf.Check{Kind: conf.CheckHTTP, Request: conf.CheckSend{URI: conf.Text(conf.Pos{}, "/health")}}
	s := p.Servers[0]
	s.Check, s.Addr.Port = true, port
	s.Checks = conf.ServerCheck{Inter: 200 * time.Millisecond, Rise: 2, Fall: 2}
	p.Timeouts.Check = waitTime // an answer that is late on a busy machine is not a failed check
	b := newTest(t, p, l...)
	b.Start()
	defer b.Stop()
	s1 := b.Server("s1")
	eventually(t, "s1 down", func() bool { return !s1.Usable() })
	if got := picks(b, 2); got != "s2 s2" {
		t.Errorf("got %s; want s2 s2", got)
	}
	well.Store(true)
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
	c := b.Servers()[0].checker
	f := func(health int, want time.Duration) {
		t.Helper()
		b.Servers()[0].state.health = health
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
