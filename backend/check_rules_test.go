package backend

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"weir/conf"
	"weir/internal/loop"
)

// talker serves each connection with fn.
func talker(t *testing.T, fn func(c net.Conn)) (port int) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				fn(c)
			}()
		}
	}()
	return ln.Addr().(*net.TCPAddr).Port
}

// echo greets and then says everything three times in lower case.
func echo(c net.Conn) {
	fmt.Fprint(c, "HELLO\x01\xab\n")
	buf := make([]byte, 1000)
	for {
		n, err := c.Read(buf)
		if err != nil {
			return
		}
		for _, ch := range strings.ToLower(string(buf[:n])) {
			fmt.Fprint(c, strings.Repeat(string(ch), 3))
		}
	}
}

func tell(r checkResult) string { return fmt.Sprintf("%s %d %s", r.status, r.code, r.text) }

// TestTCPRules: what HAProxy 2.6 said to the same rules and the same server.
func TestTCPRules(t *testing.T) {
	l := newLoops(t, 1)[0]
	port := talker(t, echo)
	text := func(s string) *conf.Format { return conf.Text(conf.Pos{}, s) }
	send := func(s string) conf.Action { return &conf.CheckData{Data: text(s)} }
	expect := func(s string, more ...func(*conf.CheckExpect)) conf.Action {
		e := expectation(s)
		for _, m := range more {
			m(e)
		}
		return e
	}
	number := func(n int) *conf.Expr {
		return &conf.Expr{Fetch: conf.Call{Name: "int", Args: []string{fmt.Sprint(n)}}}
	}
	atOnce := func(e *conf.CheckExpect) { e.MinRecv = 0 }
	f := func(want string, rules ...conf.Action) {
		t.Helper()
		_, c := checked(t, l, port, &conf.Check{Kind: conf.CheckTCP}, rules...)
		if strings.Contains(want, "TOUT ") {
			c.server.b.conf.Timeouts.Check = shortCheck
		}
		if strings.Contains(want, "at step 3 ") { // the first two are to be over by then
			c.server.b.conf.Timeouts.Check = 10 * shortCheck
		}
		var r checkResult
		onLoop(l, func(task *loop.Task) { r = c.check(task) })
		if got := tell(r); got != want {
			t.Errorf("got %q; want %q", got, want)
		}
	}
	const passed = "L7OK 0 (tcp-check)"
	f("L4OK -1 ")
	f(passed, send("A"))
	f(passed, expect("string HELLO"))
	f(passed, expect("string HELLO"), expect("string ELLO"))
	f("L7TOUT -1  at step 3 of tcp-check (expect string 'HELLO')", expect("string HELLO"), send("A"), expect("string HELLO"))
	f(passed, expect("string HELLO"), send("Ab"), expect("string aaabbb"))
	f(passed, &conf.CheckData{Data: text("4142"), Binary: true}, expect("rstring aaab+$"))
	f(passed, expect("binary 01ab"))
	f(passed, expect("rbinary 01AB"))
	f("L7TOUT -1  at step 1 of tcp-check (expect binary regex)", expect("rbinary 01ab"))
	f("L7TOUT -1  at step 1 of tcp-check (expect string 'foo')", expect("!string foo")) // it might come yet
	f(passed, expect("!string foo", atOnce))
	f("L7RSP 0 TCPCHK did not match content 'foo' at step 1", expect("string foo", atOnce))
	f("L7RSP 0 TCPCHK matched unwanted content 'HELLO' at step 1 comment: the greeting", expect("!string HELLO", func(e *conf.CheckExpect) { e.Comment = "the greeting" }))
	f("L7TOUT -1  at step 2 of tcp-check (expect string 'foo') comment: 'bla'", &conf.CheckConnect{}, expect("string foo", func(e *conf.CheckExpect) { e.Comment = "bla" }))
	f("L6OK -1 ok", expect("string HELLO", func(e *conf.CheckExpect) { e.OKStatus, e.OnSuccess, e.StatusCode = "L6OK", text("ok"), number(77) }))
	f("L7STS 78 bad", expect("string foo", atOnce, func(e *conf.CheckExpect) { e.ErrStatus, e.OnError, e.StatusCode = "L7STS", text("bad"), number(78) }))
	f("L6TOUT -1  at step 1 of tcp-check (expect regex)", expect("rstring ^foo", func(e *conf.CheckExpect) { e.ToutStatus = "L6TOUT" }))
	f("L7OKC 0 (tcp-check)", expect("string HELLO", func(e *conf.CheckExpect) { e.OKStatus = "L7OKC" }))
	f("L4OK -1 (tcp-check)", &conf.CheckConnect{}, expect("string HELLO"), &conf.CheckConnect{Addr: "127.0.0.1", Port: number(port), Linger: true})
	for _, host := range []string{"localhost", "ipv4@localhost", "*", "0.0.0.0", "[::]"} { // any address is the one that is checked
		f("L4OK -1 (tcp-check)", &conf.CheckConnect{}, expect("string HELLO"), &conf.CheckConnect{Addr: host, Port: number(port), Linger: true})
	}
	f("SOCKERR -1 the port is no number from 1 to 65535 at step 1 of tcp-check (connect port)", &conf.CheckConnect{Port: &conf.Expr{Fetch: conf.Call{Name: "var"}}})
}

// TestHTTPSteps: connections, requests and answers one after another.
func TestHTTPSteps(t *testing.T) {
	l := newLoops(t, 1)[0]
	port, got := origin(t, func(n int) string {
		return fmt.Sprintf("HTTP/1.1 20%d Fine\r\nX-List: a, bc\r\nContent-Length: 5\r\n\r\nhello", n)
	})
	uri := func(s string) *conf.CheckSend { return &conf.CheckSend{URI: conf.Text(conf.Pos{}, s)} }
	field := func(match, name, value, how string) *conf.CheckExpect {
		e := &conf.CheckExpect{Match: match, Name: &conf.CheckText{Text: conf.Text(conf.Pos{}, name)}}
		if value != "" {
			e.Value = &conf.CheckText{Match: how, Text: conf.Text(conf.Pos{}, value)}
		}
		return e
	}
	check := &conf.Check{Kind: conf.CheckHTTP, Request: conf.CheckSend{Method: "GET", Version: "HTTP/1.1"}}
	_, c := checked(t, l, port, check, &conf.CheckConnect{}, uri("/1"), expectation("status 200"), field("hdr", "x-LIST", "bc", ""),
		field("fhdr", "x-list", "a, b", "beg"), field("hdr", "x-list", "^b.$", "reg"), expectation("string hell"), &conf.CheckConnect{}, uri("/2"))
	var r checkResult
	onLoop(l, func(task *loop.Task) { r = c.check(task) })
	if got := tell(r); got != "L7OK 201 " {
		t.Errorf("got %s", got)
	}
	if first := <-got; first != "GET /1 HTTP/1.1\r\nConnection: close\r\n\r\n" {
		t.Errorf("first request %q", first)
	}
	if second := <-got; second != "OPTIONS /2 HTTP/1.0\r\n\r\n" { // the option's line is of the first only
		t.Errorf("second request %q", second)
	}
	_, c = checked(t, l, port, check, field("fhdr", "x-list", "bc", ""))
	onLoop(l, func(task *loop.Task) { r = c.check(task) })
	if r.status != checkL7RSP || !strings.HasPrefix(r.text, "HTTP content check did not match") {
		t.Errorf("got %s", tell(r))
	}
}

// TestDisableOn404: it is the last word, and no failure.
func TestDisableOn404(t *testing.T) {
	l := newLoops(t, 1)[0]
	port, _ := origin(t, func(int) string { return "HTTP/1.0 404 Gone\r\n\r\n" })
	b, c := checked(t, l, port, &conf.Check{Kind: conf.CheckHTTP}, expectation("status 200"))
	b.conf.DisableOn404 = true
	if err := b.CompileChecks(testExprs{}); err != nil {
		t.Fatal(err)
	}
	var r checkResult
	onLoop(l, func(task *loop.Task) { r = c.check(task) })
	if got := tell(r); got != "L7OKC 404 Gone" {
		t.Errorf("got %s", got)
	}
	s := c.server
	s.report(r)
	if s.Usable() || !s.Persists() || s.state.String() != "NOLB" {
		t.Errorf("usable %v, persists %v, %s", s.Usable(), s.Persists(), s.state.String())
	}
	s.report(checkResult{status: checkL7OK, code: 200})
	if !s.Usable() {
		t.Error("a good check does not bring it back")
	}
}

// A name that nobody knows is told at its rule, and only where names are looked up.
func TestCheckUnknownHost(t *testing.T) {
	p := proxy("roundrobin", "s1")
	p.Servers[0].Check = true
	p.Check = &conf.Check{Kind: conf.CheckTCP}
	p.TCPCheckRules = []*conf.Rule{{Pos: conf.Pos{File: "x.cfg", Line: 3, Col: 2}, Action: &conf.CheckConnect{Addr: "nohost.invalid"}}}
	if err := CheckRules(p, testExprs{}); err != nil {
		t.Errorf("without a look-up: %v", err)
	}
	err := newTest(t, p).CompileChecks(testExprs{})
	if err == nil || !strings.HasPrefix(err.Error(), `x.cfg:3:2: backend "`) || !strings.Contains(err.Error(), `: check: address "nohost.invalid": `) {
		t.Errorf("got %v", err)
	}
}
