package frontend

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"weir/conf"
	"weir/internal/logsink"
)

// fetch is an expression without arguments or converters, or with one argument: "path", "req.hdr(a)".
func fetch(s string) *conf.Expr {
	name, arg, ok := strings.Cut(strings.TrimSuffix(s, ")"), "(")
	e := &conf.Expr{Fetch: conf.Call{Name: name}}
	if ok {
		e.Fetch.Args = []string{arg}
	}
	return e
}

// format is text with "<fetch>" between.
func format(s string) *conf.Format {
	f := &conf.Format{}
	for s != "" {
		text, rest, _ := strings.Cut(s, "<")
		if text != "" {
			f.Parts = append(f.Parts, conf.FormatPart{Text: text})
		}
		x, after, ok := strings.Cut(rest, ">")
		if ok {
			f.Parts = append(f.Parts, conf.FormatPart{Expr: fetch(x)})
		}
		s = after
	}
	return f
}

// actions are rules without a condition.
func actions(list ...conf.Action) []*conf.Rule {
	out := make([]*conf.Rule, len(list))
	for i, a := range list {
		out[i] = &conf.Rule{Action: a}
	}
	return out
}

// newModelProxy runs the simple configuration as change has made it.
func newModelProxy(t testing.TB, server string, change func(fe, be *conf.Proxy)) *testProxy {
	t.Helper()
	out := &syncBuffer{}
	cfg := parseTest(t, testHead+simple(server, "", ""))
	change(cfg.Frontend("f"), cfg.Backend("b"))
	access := logsink.New(logsink.Options{Producers: cfg.Global.NbThread, Stdout: out})
	px, err := New(cfg, Options{Access: access})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		px.Close()
		access.Close(waitTime)
	})
	if err := px.Start(); err != nil {
		t.Fatal(err)
	}
	return &testProxy{Proxy: px, t: t, out: out}
}

// What request rules make of a head. The expectations are those of HAProxy 2.6, but for set-path "x", which it sends as it is, and
// path-strip-dotdot without full, which follows the manual (2.6 merges slashes instead).
func TestRequestRewrites(t *testing.T) {
	f := func(request, want string, list ...conf.Action) {
		t.Helper()
		o := newTestOrigin(t)
		px := newModelProxy(t, o.addr(), func(fe, _ *conf.Proxy) { fe.HTTPReqRules = actions(list...) })
		c := dialPeer(t, px.addr("f", 0))
		line, fields, _ := strings.Cut(request, "|")
		if fields != "" {
			fields = strings.ReplaceAll(fields, "|", "\r\n") + "\r\n"
		}
		c.send(line + " HTTP/1.1\r\nHost: h.org\r\n" + fields + "\r\n")
		if !strings.Contains(want, " ") { // refused
			resp, _ := c.response("GET")
			if got := fmt.Sprint(resp.StatusCode); got != want {
				t.Errorf("%q: got status %s; want %s", request, got, want)
			}
			return
		}
		s := o.accept()
		got := strings.TrimSuffix(strings.ReplaceAll(s.head(), "\r\n", "|"), "||")
		got = strings.Replace(strings.Replace(got, " HTTP/1.1", "", 1), "|host: h.org", "", 1)
		if got != want {
			t.Errorf("%q: got %q; want %q", request, got, want)
		}
	}
	part := func(p conf.Part, v string) conf.Action { return &conf.SetPart{Part: p, Value: format(v)} }
	swap := func(p conf.Part, re, with string) conf.Action {
		return &conf.ReplacePart{Part: p, Regex: re, With: format(with)}
	}
	f("GET /p?a", "GET /b//p?a", part(conf.PartPath, "/b/<path>"))
	f("GET /p?a", "GET /c?x=1", part(conf.PartPathQ, "/c?x=1"))
	f("GET /q?a", "GET /q?z=a", part(conf.PartQuery, "z=<query>"))
	f("GET /q", "GET /q", part(conf.PartQuery, ""))
	f("GET /q?a", "GET /q?", part(conf.PartQuery, ""))
	f("GET /u", "GET http://new.org/d?e|host: new.org", part(conf.PartURI, "http://new.org/d?e"))
	f("GET http://h.org/u?c", "GET /u2", part(conf.PartURI, "/u2"))
	f("GET http://h.org/u?c", "GET http://h.org/x?c", part(conf.PartPath, "/x"))
	f("GET /m", "PUT /m", part(conf.PartMethod, "PUT"))
	f("GET /m", "500", part(conf.PartMethod, "P T"))
	f("GET /m", "500", part(conf.PartMethod, "CONNECT"))
	f("GET /m", "500", part(conf.PartPath, "x"))
	f("GET /m", "GET /m", &conf.StrictMode{}, part(conf.PartPath, "x"))
	f("GET /rp/a?b", "GET /new/a?b", swap(conf.PartPath, "^/rp/(.*)", `/new/\1`))
	f("GET /rq/x?y", "GET /y/rq/x", swap(conf.PartPathQ, `(.*)\?(.*)`, `/\2\1`))
	f("GET /rq/x", "GET /rq/x", swap(conf.PartPathQ, `(.*)\?(.*)`, `/\2\1`))
	f("GET /ru/x", "GET http://h2.org//ruy|host: h2.org", swap(conf.PartURI, "(.*)/x", `http://h2.org/\1y`))
	header := func(re, with string, each bool) conf.Action {
		return &conf.ReplaceHeader{Name: "Foo", Regex: re, With: format(with), Each: each}
	}
	f("GET /|Foo: abaz, baz|Foo: baz|Foo: x", "GET /|foo: zabbazb%|foo: zabbazb%|foo: x", header("(b)(.)(z)", `\3\2\1\0\9\1%`, false))
	f("GET /|Foo: abaz, baz,bcz ,x|Foo: baz", "GET /|foo: [baz],[baz],[bcz],x|foo: [baz]", header("b.z", `[\0]`, true))
	f("GET /|A: 1|B: 2|A: 3", "GET /|b: 2|x: h.org", &conf.DelHeader{Name: "a"}, &conf.AddHeader{Name: "X", Value: format("<req.hdr(host)>")})
	f("GET /", "GET /|host: other.org", &conf.SetHeader{Name: "Host", Value: format("other.org")})
	f("GET http://h.org/", "GET http://other.org/|host: other.org", &conf.SetHeader{Name: "Host", Value: format("other.org")})
	f("GET /|B: "+strings.Repeat("x", 9000), "500", &conf.SetHeader{Name: "X", Value: format("<req.hdr(b)>")})
	f("GET /", "GET /|x: v/", &conf.SetVarFmt{Var: "txn.a", Value: format("v<path>")}, &conf.SetHeader{Name: "X", Value: format("<var(txn.a)>")})
	f("GET /", "GET /|x: ", &conf.SetVar{Var: "txn.a", Expr: fetch("path")}, &conf.UnsetVar{Var: "txn.a"}, &conf.SetHeader{Name: "X", Value: format("<var(txn.a)>")})
	f("GET /", "GET /", &conf.Allow{}, &conf.Deny{})
}

func TestNormalizers(t *testing.T) {
	f := func(how, opt, path, want string) {
		t.Helper()
		d, err := newNormalizer(&conf.NormalizeURI{How: how, Strict: opt == "strict", Full: opt == "full"})
		if err != nil {
			t.Fatal(err)
		}
		out, ok := d.(*normalize).apply(&stream{}, nil, []byte(path))
		if got := string(out); ok && got != want || !ok && want != "400" {
			t.Errorf("%s %s %s: got %s, %v; want %s", how, opt, path, got, ok, want)
		}
	}
	f("fragment-encode", "", "/#foo", "/%23foo")
	f("fragment-strip", "", "/#foo", "/")
	f("path-merge-slashes", "", "/m//a///b?x//y", "/m/a/b?x//y")
	f("path-merge-slashes", "", "//", "/")
	f("path-strip-dot", "", "/d/./a/./b/.?/./", "/d/a/b/?/./")
	f("path-strip-dot", "", "/d/.wk/.", "/d/.wk/")
	f("path-strip-dot", "", "/.", "/")
	f("path-strip-dotdot", "", "/foo/../", "/")
	f("path-strip-dotdot", "", "/foo/../bar/", "/bar/")
	f("path-strip-dotdot", "", "/foo/bar/../", "/foo/")
	f("path-strip-dotdot", "", "/../bar/", "/../bar/")
	f("path-strip-dotdot", "", "/bar/../../", "/../")
	f("path-strip-dotdot", "", "/foo//../", "/foo/")
	f("path-strip-dotdot", "", "/foo/%2E%2E/", "/foo/%2E%2E/")
	f("path-strip-dotdot", "", "/..", "/..")
	f("path-strip-dotdot", "full", "/../bar/", "/bar/")
	f("path-strip-dotdot", "full", "/bar/../../", "/")
	f("path-strip-dotdot", "full", "/g/../../../x/../y", "/y")
	f("path-strip-dotdot", "full", "/g/..", "/")
	f("path-strip-dotdot", "full", "/a?/../b", "/a?/../b")
	f("percent-decode-unreserved", "", "/%61dmin", "/admin")
	f("percent-decode-unreserved", "", "/foo%3Fbar=baz", "/foo%3Fbar=baz")
	f("percent-decode-unreserved", "", "/%%36%36", "/%66")
	f("percent-decode-unreserved", "", "/%ZZ", "/%ZZ")
	f("percent-decode-unreserved", "strict", "/a%2E%66?%2e%66%20", "/a.f?.f%20")
	f("percent-decode-unreserved", "strict", "/%%36%36", "400")
	f("percent-decode-unreserved", "strict", "/%6", "400")
	f("percent-to-uppercase", "", "/%6f%zz", "/%6F%zz")
	f("percent-to-uppercase", "strict", "/nu%2e%c3?a%c3", "/nu%2E%C3?a%C3")
	f("percent-to-uppercase", "strict", "/%zz", "400")
	f("query-sort-by-name", "", "/q?c=3&a=1&b=2&aa&a=0&=", "/q?=&a=1&a=0&aa&b=2&c=3")
	f("query-sort-by-name", "", "/q?", "/q?")
	f("query-sort-by-name", "", "/q", "/q")
}

// answers are the status, some fields and the body of a response, as one line.
func answerLine(resp *http.Response, body string) string {
	got := fmt.Sprint(resp.StatusCode)
	for _, name := range []string{"Location", "Content-Type", "Www-Authenticate", "X-A", "X-After", "X-File", "X-E"} {
		if v := resp.Header.Get(name); v != "" && v != "text/html" {
			got += " " + strings.ToLower(name) + "=" + v
		}
	}
	if !strings.HasPrefix(body, "<!doctype") && body != "" {
		got += " " + body
	}
	return got
}

// Ready responses in every form, on requests: what HAProxy 2.6 answered to the same rules.
func TestReplies(t *testing.T) {
	file := &conf.ErrorFile{Path: "x", Data: []byte("HTTP/1.0 503 Svc\r\nX-File: 1\r\nContent-Type: text/plain\r\n\r\nfile503")}
	hdr := []conf.SetHeader{{Name: "X-A", Value: format("b <method>")}, {Name: "Content-Length", Value: format("7")}}
	f := func(want, state string, a conf.Action) {
		t.Helper()
		px := newModelProxy(t, "127.0.0.1:1", func(fe, be *conf.Proxy) {
			be.HTTPReqRules = actions(a)
			be.HTTPAfterRules = actions(&conf.SetHeader{Name: "X-After", Value: format("1")})
			fe.PutErrorFile(503, file)
			be.PutErrorReply(503, &conf.ErrorReply{Reply: conf.Reply{Status: 503, ContentType: "text/plain", Format: format("E <path>"),
				Headers: []conf.SetHeader{{Name: "X-E", Value: format("<method>")}}}})
			be.PutErrorReply(400, &conf.ErrorReply{Reply: conf.Reply{Status: 302}, Location: "http://x/y"})
			be.PutErrorReply(410, &conf.ErrorReply{Reply: conf.Reply{Status: 303}, Location: "/z"})
			be.PutErrorReply(500, &conf.ErrorReply{Reply: conf.Reply{Status: 500, Default: true}})
		})
		px.cfg.HTTPErrors = nil
		c := dialPeer(t, px.addr("f", 0))
		c.send("GET /p HTTP/1.1\r\nHost: h\r\n\r\n")
		resp, body := c.response("GET")
		if got := answerLine(resp, body); got != want {
			t.Errorf("got %s; want %s", got, want)
		}
		px.logLine(" " + state + " ")
	}
	ret := func(y conf.Reply) conf.Action { return &conf.Return{Reply: y} }
	f("200 x-after=1", "LR--", ret(conf.Reply{}))
	f("204 x-a=b GET x-after=1", "LR--", ret(conf.Reply{Status: 204, Headers: hdr}))
	f("200 content-type=text/x x-a=b GET x-after=1 hi /p", "LR--", ret(conf.Reply{ContentType: "text/x", Format: format("hi <path>"), Headers: hdr}))
	f("404 x-after=1", "LR--", ret(conf.Reply{Status: 404, Default: true}))
	f("503 content-type=text/plain x-after=1 x-file=1 file503", "LR--", ret(conf.Reply{Status: 404, ErrorFile: file}))
	f("503 content-type=text/plain x-after=1 x-e=GET E /p", "LR--", ret(conf.Reply{Status: 503, Default: true}))
	f("302 location=http://x/y x-after=1", "LR--", ret(conf.Reply{Status: 400, Default: true}))
	f("303 location=/z x-after=1", "LR--", ret(conf.Reply{Status: 410, Default: true}))
	f("500 x-after=1", "LR--", ret(conf.Reply{Status: 500, Default: true}))
	f("403 x-after=1", "PR--", &conf.Deny{})
	f("429 content-type=text/plain x-after=1 no", "PR--", &conf.Deny{Reply: conf.Reply{Status: 429, ContentType: "text/plain", Body: []byte("no"), HasBody: true}})
	f("418 x-after=1", "PR--", &conf.Deny{Reply: conf.Reply{Status: 418}})
	f(`401 www-authenticate=Basic realm="my realm" x-after=1`, "LR--", &conf.Auth{Realm: "my realm"})
	f(`401 www-authenticate=Basic realm="b" x-after=1`, "LR--", &conf.Auth{})
	f("302 location=/x/p x-after=1", "LR--", &conf.Redirect{Text: format("/x<path>")})
}

// Rules on responses: the server's response goes, what the rule says comes, and the log says who answered.
func TestResponseRules(t *testing.T) {
	f := func(want, state string, list ...conf.Action) {
		t.Helper()
		o := newTestOrigin(t)
		px := newModelProxy(t, o.addr(), func(fe, be *conf.Proxy) {
			be.HTTPRespRules = actions(list...)
			fe.HTTPAfterRules = actions(&conf.SetHeader{Name: "X-After", Value: format("1")}, &conf.Allow{}, &conf.SetHeader{Name: "X-A", Value: format("never")})
		})
		c := dialPeer(t, px.addr("f", 0))
		c.send(get)
		s := o.accept()
		s.head()
		s.send("HTTP/1.1 200 OK\r\nX-A: a, b\r\nContent-Length: 5\r\n\r\nhe")
		s.send("llo")
		resp, body := c.response("GET")
		if got := answerLine(resp, body); got != want {
			t.Errorf("got %s; want %s", got, want)
		}
		px.logLine(" " + state + " ")
		c.Close()
		px.balanced()
	}
	f("200 x-a=a, b x-after=1 hello", "----")
	f("502 x-after=1", "PH--", &conf.Deny{})
	f("201 content-type=text/plain x-after=1 was 200", "LH--", &conf.Return{Reply: conf.Reply{Status: 201, ContentType: "text/plain", Format: format("was <status>")}})
	f("302 location=/res x-after=1", "LH--", &conf.Redirect{Text: format("/res")})
	f("404 x-a=a, b x-after=1 hello", "----", &conf.SetStatus{Status: 404})
	f("200 x-a=<a>,<b> x-after=1 hello", "----", &conf.ReplaceHeader{Name: "x-a", Regex: "^(.)$", With: &conf.Format{Parts: []conf.FormatPart{{Text: `<\1>`}}}, Each: true})
	f("200 x-a=5 x-after=1 hello", "----", &conf.WaitForBody{Time: waitTime}, &conf.SetHeader{Name: "X-A", Value: format("<res.body_len>")})
	f("500 x-after=1", "PH--", &conf.SetHeader{Name: "X", Value: format(strings.Repeat("x", 20000))})
	f("200 x-a=a, b x-after=1 hello", "----", &conf.StrictMode{}, &conf.SetHeader{Name: "X", Value: format(strings.Repeat("x", 20000))})
	f("200 x-a=a, b x-after=1 hello", "----", &conf.Pause{Const: time.Millisecond}, &conf.SetTimeout{Name: "client", Const: waitTime})
}

// wait-for-body shows rules the whole body, however it comes; the server gets it once, and complete.
func TestWaitForBody(t *testing.T) {
	o := newTestOrigin(t)
	px := newModelProxy(t, o.addr(), func(fe, _ *conf.Proxy) {
		fe.HTTPReqRules = actions(&conf.WaitForBody{Time: waitTime}, &conf.SetHeader{Name: "X", Value: format("<req.body>,<req.body_len>")})
	})
	c := dialPeer(t, px.addr("f", 0))
	f := func(head string, pieces ...string) {
		t.Helper()
		c.send("POST / HTTP/1.1\r\nHost: a\r\n" + head + "\r\n")
		if strings.Contains(head, "Expect") {
			if h := c.head(); !strings.HasPrefix(h, "HTTP/1.1 100 ") {
				t.Fatalf("got %q", h)
			}
		}
		for _, p := range pieces {
			c.send(p)
		}
		s := o.accept()
		if h := s.head(); !strings.Contains(h, "x: hello,5\r\n") || strings.Contains(h, "expect") {
			t.Errorf("got %q", h)
		}
		if strings.Contains(head, "chunked") {
			s.expect("5\r\nhello\r\n0\r\n\r\n")
		} else {
			s.expect("hello")
		}
		s.send("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
		c.status(204)
	}
	f("Content-Length: 5\r\n", "he", "llo")
	f("Transfer-Encoding: chunked\r\n", "2\r\nhe\r", "\n3\r\nllo\r\n0\r\n", "\r\n")
	f("Content-Length: 5\r\nExpect: 100-continue\r\n", "hello")
}

// A body that does not come in time is a 408 (state cR, as HAProxy 2.6 logs it).
func TestWaitForBodyTimeout(t *testing.T) {
	px := newModelProxy(t, "127.0.0.1:1", func(fe, _ *conf.Proxy) {
		fe.HTTPReqRules = actions(&conf.WaitForBody{Time: 20 * time.Millisecond})
	})
	c := dialPeer(t, px.addr("f", 0))
	c.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabc")
	if resp := c.status(408); !resp.Close {
		t.Error("the connection stays open")
	}
	px.logLine(" cR-- ")
}

// retry-on: the request goes to the server again, with its body, until an answer is taken or the retries are used up.
func TestRetryOn(t *testing.T) {
	f := func(want int, on string, answers ...string) {
		t.Helper()
		o := newTestOrigin(t)
		px := newModelProxy(t, o.addr(), func(_, be *conf.Proxy) {
			be.RetryOn = &conf.RetryOn{On: strings.Fields(on)}
			be.Retries = 2
		})
		c := dialPeer(t, px.addr("f", 0))
		c.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
		for _, a := range answers {
			s := o.accept()
			s.head()
			s.expect("5\r\nhello\r\n0\r\n\r\n")
			if a != "" {
				s.send(a)
			}
			s.Close()
		}
		c.status(want)
		c.Close()
		px.balanced()
	}
	const ok, bad = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", "HTTP/1.1 503 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
	f(200, "503", bad, ok)
	f(503, "503", bad, bad, bad)
	f(503, "500", bad)
	f(200, "all-retryable-errors", "", "junk\r\n\r\n", ok)
	f(200, "empty-response", "", ok)
	f(502, "junk-response", "")
	f(200, "junk-response", "HTTP/1.1 2", ok)
	f(502, "conn-failure", "")
}

// A chunked upload whose head nearly fills the buffer has room for its trailers: the head goes once it has been sent.
func TestTrailersBehindLargeHead(t *testing.T) {
	o := newTestOrigin(t)
	px := newModelProxy(t, o.addr(), func(fe, _ *conf.Proxy) {})
	c := dialPeer(t, px.addr("f", 0))
	trailer := "X-T: " + strings.Repeat("t", 4000) + "\r\n"
	c.send("POST /up HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nX-Big: " + strings.Repeat("b", 14500) + "\r\n\r\n")
	s := o.accept()
	s.head()
	c.send("5\r\nhello\r\n")
	s.expect("5\r\nhello\r\n")
	c.send("0\r\n" + trailer)
	c.send("\r\n")
	s.expect("0\r\nx-t: " + strings.Repeat("t", 4000) + "\r\n\r\n")
	s.send("HTTP/1.1 204 No Content\r\n\r\n")
	c.status(204)
	px.logLine(`"POST /up HTTP/1.1"`)
}

func TestForwardedHeader(t *testing.T) {
	f := func(want string, o *conf.Forwarded) {
		t.Helper()
		s := newTestOrigin(t)
		px := newModelProxy(t, s.addr(), func(_, be *conf.Proxy) { be.Options.Forwarded = o })
		c := dialPeer(t, px.addr("f", 0))
		c.send(get)
		head := s.accept().head()
		_, port, _ := strings.Cut(c.LocalAddr().String(), ":")
		if w := "forwarded: " + strings.ReplaceAll(want, "PORT", port) + "\r\n"; !strings.Contains(head, w) {
			t.Errorf("got %q; want %q", head, w)
		}
	}
	f("proto=http;for=127.0.0.1", &conf.Forwarded{})
	f(`host="a";for="127.0.0.1:PORT"`, &conf.Forwarded{Host: true, For: true, ForPort: true})
	f(`for=_GET`, &conf.Forwarded{ForExpr: fetch("method")})
	f(`host="host.com";by=_haproxy;for="127.0.0.1:10"`, &conf.Forwarded{HostExpr: fetch("str(host.com)"), ByExpr: fetch("str(_haproxy)"), For: true, ForPortExpr: fetch("int(10)")})
	f(`by="[2001:db8::1]"`, &conf.Forwarded{ByExpr: fetch("ipv6(2001:db8::1)")})
	f("by=192.0.2.1", &conf.Forwarded{ByExpr: fetch("ipv4(192.0.2.1)")})
	f("by=unknown", &conf.Forwarded{ByExpr: fetch("str(no name)")})
	f("by=unknown", &conf.Forwarded{ByExpr: fetch("str(_)")})
	f("by=unknown", &conf.Forwarded{ByExpr: fetch("hdr(x-none)")})
	f("proto=http", &conf.Forwarded{Proto: true, ByPort: true, ForPortExpr: fetch("int(1)")}) // ports of nobody
	f("for=127.0.0.1", &conf.Forwarded{For: true, ForPortExpr: fetch("hdr(x-none)")})
	f("for=127.0.0.1", &conf.Forwarded{For: true, ForPortExpr: fetch("int(70000)")})
	f(`for="127.0.0.1:_p"`, &conf.Forwarded{For: true, ForPortExpr: fetch("str(p)")})
}

// Names that some servers confuse with others are refused, or taken out.
func TestRestrictNames(t *testing.T) {
	f := func(how string, want int) {
		t.Helper()
		o := newTestOrigin(t)
		px := newModelProxy(t, o.addr(), func(_, be *conf.Proxy) { be.Options.RestrictReqNames = how })
		c := dialPeer(t, px.addr("f", 0))
		c.send("GET / HTTP/1.1\r\nHost: a\r\nX_Y: 1\r\n\r\n")
		if want == 200 {
			s := o.accept()
			if has := strings.Contains(s.head(), "x_y"); has != (how == "preserve") {
				t.Errorf("%s: the field is there: %v", how, has)
			}
			s.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		}
		c.status(want)
	}
	f("preserve", 200)
	f("delete", 200)
	f("reject", 403)
}

// Early hints, a pause, captures and the log's level; a monitor that fails.
func TestOtherActions(t *testing.T) {
	o := newTestOrigin(t)
	px := newModelProxy(t, o.addr(), func(fe, be *conf.Proxy) {
		fe.Captures = []*conf.Capture{{Header: "Host", Len: 20}, {Len: 3}}
		fe.MonitorURI, fe.MonitorFail = "/up", []*conf.Cond{{Op: conf.OpTrue}}
		fe.HTTPReqRules = actions(&conf.EarlyHint{Name: "Link", Value: format("</a>")}, &conf.Pause{Const: time.Millisecond},
			&conf.CaptureSample{Expr: fetch("path"), Slot: -1, Len: 2}, &conf.SetRetries{Value: fetch("int(1)")}, &conf.DisableL7Retry{},
			&conf.WaitForHandshake{})
		fe.HTTPReqRules[0].Action.(*conf.EarlyHint).Value = &conf.Format{Parts: []conf.FormatPart{{Text: "</a>"}}}
		be.HTTPReqRules = actions(&conf.CaptureSample{Expr: fetch("method"), Slot: 1})
	})
	c := dialPeer(t, px.addr("f", 0))
	c.send("GET /path HTTP/1.1\r\nHost: h\r\n\r\n")
	if h := c.head(); h != "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" {
		t.Errorf("got %q", h)
	}
	s := o.accept()
	s.head()
	s.send("HTTP/1.1 204 No Content\r\n\r\n")
	c.status(204)
	px.logLine("{h|GET|/p}")
	c.send("GET /up HTTP/1.1\r\nHost: h\r\n\r\n")
	c.status(503)
}

// A client that goes away ends the pause of its request.
func TestPauseEnds(t *testing.T) {
	px := newModelProxy(t, "127.0.0.1:1", func(fe, _ *conf.Proxy) {
		fe.HTTPReqRules = actions(&conf.Pause{Const: time.Hour})
	})
	c := dialPeer(t, px.addr("f", 0))
	c.send(get)
	eventually(t, "the request is there", func() error {
		if n := px.frontend("f").cur.Load(); n != 1 {
			return fmt.Errorf("%d connections", n)
		}
		return nil
	})
	c.Conn.(interface{ SetLinger(int) error }).SetLinger(0)
	c.Close()
	px.balanced()
}

// A tarpit without any timeout refuses at once, and one whose client leaves lets go of it at once.
func TestTarpitEnds(t *testing.T) {
	f := func(timeouts string, answered bool) {
		t.Helper()
		o := newTestOrigin(t)
		cfg := strings.Replace(testHead, "connect = \"2s\"\n", "", 1) + simple(o.addr(), "http_request \"tarpit\" {}\n"+timeouts, "timeout {\n connect = \"2s\"\n}")
		px := buildTestProxy(t, cfg)
		if err := px.Start(); err != nil {
			t.Fatal(err)
		}
		c := dialPeer(t, px.addr("f", 0))
		c.send(get)
		if answered {
			c.status(500)
		} else {
			eventually(t, "the request is held", func() error {
				if px.workersActive() == 0 {
					return errors.New("not yet")
				}
				return nil
			})
		}
		c.Close()
		px.balanced()
	}
	f("", true)
	f("timeout {\n tarpit = \"1h\"\n}", false)
}

// workersActive is how many streams are at work on the first loop.
func (px *testProxy) workersActive() (n int) {
	px.onLoop(func(w *worker) {
		for a := w.active.root.next; a != &w.active.root; a = a.next {
			n++
		}
	})
	return n
}
