package frontend

import (
	"regexp"
	"strings"
	"testing"
)

// A line by each way of saying what it holds.
func TestLogLines(t *testing.T) {
	f := func(fe, request, want string) {
		t.Helper()
		o := newTestOrigin(t)
		px := newTestProxy(t, simple(o.addr(), fe, ""))
		c := dialPeer(t, px.addr("f", 0))
		c.send(request)
		s := o.accept()
		s.head()
		s.send("HTTP/1.1 200 OK\r\nSet-Cookie: id=server; Path=/\r\nContent-Length: 2\r\n\r\nok")
		c.head()
		c.Close()
		px.balanced()
		if got := px.logLine("200"); !regexp.MustCompile("^" + want + "\n$").MatchString(got) {
			t.Errorf("%s: logged %q; want %s", fe, got, want)
		}
	}
	const req = "GET /a?b=1 HTTP/1.1\r\nHost: h\r\nCookie: x=1; id=client\r\nX-N: 42\r\n\r\n"
	f(`log_format = "${log.HM} ${log.HP} ${log.ST} ${log.B} ${log.U} ${log.tsc} ${log.f}/${log.b}/${log.s} ${log.rc} ${log.Ti}/${log.TR}/${log.Tw}/${log.Tc}/${log.Tr}/${log.Ta}/${log.Tt}"`, req,
		`GET /a 200 \d+ \d+ ---- f/b/s 0 \d+/\d+/\d+/\d+/\d+/\d+/\d+`)
	f(`log_format = "${log.ST} ${var("txn.none")}"`, req, "200 -")
	f("option {\n httplog = \"json\"\n}", req, `{"time": "[^"]+", "client": "127.0.0.1", .*"status": 200, .*"method": "GET", "target": "/a\?b=1", "version": "HTTP/1.1"}`)
	f("option {\n httpslog = true\n}", req, `127.0.0.1:\d+ .* 200 .* "GET /a\?b=1 HTTP/1.1" 0/-/-/-/0 -/-/-`)
	f("option {\n httplog = \"clf\"\n}", req, `127.0.0.1 - - \[[^]]+\] "GET /a\?b=1 HTTP/1.1" 200 .*`)
	f("unique_id_format = \"${hdr(\"x-n\")}-${log.HM}\"\nlog_format = \"${log.ID} ${log.ST}\"", req, "42-GET 200")
	f("capture_cookie \"id=\" {\n len = 7\n}\nlog_format = \"${log.CC} ${log.CS} ${log.ST}\"", req, "id=clie id=serv 200")
	f(`log_format = "${log.lc} ${log.rt} ${log.si}:${log.sp} ${log.ST}"`, req, `0 0 127.0.0.1:\d+ 200`)
}

// A connection that fails before there is a session has a line of its own.
func TestErrorLogFormat(t *testing.T) {
	f := func(send, want string) {
		t.Helper()
		o := newTestOrigin(t)
		cfg := strings.Replace(simple(o.addr(), `error_log_format = "failed ${log.ci} ${log.f} ${fc_err_name()} ${fc_err_str()} ${log.ft}"`, ""), `bind "127.0.0.1:1" {}`, "bind \"127.0.0.1:1\" {\n accept_proxy = true\n}", 1)
		px := newTestProxy(t, cfg)
		c := dialPeer(t, px.addr("f", 0))
		c.send(send)
		if send == "PROXY" { // the client gives up in the midst of it
			c.Close()
		} else {
			c.closed()
		}
		if got := px.logLine("failed"); got != want+"\n" {
			t.Errorf("%q: logged %q; want %q", send, got, want)
		}
	}
	f("GET / HTTP/1.1\r\n\r\n", "failed 127.0.0.1 f PRX_NOT_HDR Received something which does not look like a PROXY protocol header f")
	f("PROXY", "failed 127.0.0.1 f PRX_TRUNCATED Truncated PROXY protocol header received f")
}
