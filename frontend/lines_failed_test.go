package frontend

import (
	"fmt"
	"net"
	"testing"
)

// error-log-format is for whatever ends before there is a request, in HAProxy's words; and who has ended its own side only is still
// told why nothing comes.
func TestErrorLogFormatOfRequests(t *testing.T) {
	o := newTestOrigin(t)
	px := newCfgProxy(t, fmt.Sprintf(`global
  nbthread 1
defaults
  mode http
  timeout client 1m
  timeout server 1m
  timeout connect 1m
  log stdout format raw local0
frontend f
  bind 127.0.0.1:1
  option httplog
  unique-id-format %%ci
  error-log-format "E %%ci %%ST %%ts %%[fc_err] %%[fc_err_str] %%ID %%[unique-id] %%r"
  http-request deny if { path /deny }
  default_backend b
frontend late
  bind 127.0.0.1:2
  timeout http-request 1ms
  error-log-format "L %%ST %%tsc %%r"
  option httplog
  default_backend b
frontend plain
  bind 127.0.0.1:4
  error-log-format "N %%ST %%r"
  default_backend b
frontend p
  bind 127.0.0.1:3 accept-proxy
  error-log-format "P %%ST %%ts"
  default_backend b
backend b
  server s %s
`, o.addr()))
	c := dialPeer(t, px.addr("f", 0))
	c.send("GET /deny HTTP/1.1\r\nHost: x\r\n\r\n" + "GET\r\n\r\n")
	c.status(403)
	c.status(400)
	px.logLine(`PR-- `)
	px.logLine(`"GET /deny HTTP/1.1"`)
	px.logLine("E 127.0.0.1 400 PR 0 Success - - <BADREQ>\n")

	c = dialPeer(t, px.addr("f", 0))
	c.send("GET / HT")
	c.Conn.(*net.TCPConn).CloseWrite()
	c.status(400)
	c.closed()
	px.logLine("E 127.0.0.1 400 CR 0 Success - - <BADREQ>\n")

	c = dialPeer(t, px.addr("late", 0))
	c.send("GET / HT")
	c.status(408)
	px.logLine("L 408 cR-- <BADREQ>\n")

	c = dialPeer(t, px.addr("plain", 0)) // which has no line of its own for requests
	c.send("GET\r\n\r\n")
	c.status(400)
	px.logLine("N 400 <BADREQ>\n")

	c = dialPeer(t, px.addr("p", 0))
	c.send("nonsense\r\n\r\n")
	c.closed()
	px.logLine("P 0 PR\n")
}

// TestLeftBody has clients that leave in a body that is waited for: they are told nothing, and the log has no status, as in HAProxy.
func TestLeftBody(t *testing.T) {
	o := newTestOrigin(t)
	px := newCfgProxy(t, fmt.Sprintf(`
defaults
  mode http
  log stdout local0
  timeout client 60s
  log-format "%%b/%%s %%ST %%B %%tsc %%HP ."
frontend f
  bind 127.0.0.1:1
  default_backend b
frontend g
  bind 127.0.0.1:2
  option http-buffer-request
  default_backend b
backend b
  http-request wait-for-body time 60s
  server s %s
`, o.addr()))
	leave := func(ft, path, body string) {
		t.Helper()
		c := dialPeer(t, px.addr(ft, 0))
		c.send("POST " + path + " HTTP/1.1\r\nHost: x\r\n" + body)
		c.Conn.(*net.TCPConn).CloseWrite()
		c.closed()
	}
	for i, body := range []string{"Content-Length: 10\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"} {
		leave("f", fmt.Sprint("/f", i), body)
		px.logLine(fmt.Sprintf("b/<NOSRV> -1 0 CR-- /f%d ", i))
		leave("g", fmt.Sprint("/g", i), body)
		px.logLine(fmt.Sprintf("g/<NOSRV> -1 0 CR-- /g%d ", i))
	}
}

// TestDroppedResponse has a response that is dropped silently: its status is in the log, as in HAProxy, and no time of it.
func TestDroppedResponse(t *testing.T) {
	o := newTestOrigin(t)
	px := newCfgProxy(t, fmt.Sprintf(`
defaults
  mode http
  log stdout local0
  log-format "%%b/%%s %%TR %%Tr %%ST %%B %%tsc %%HP ."
frontend f
  bind 127.0.0.1:1
  default_backend b
backend b
  tcp-request content silent-drop if { path /request }
  http-response silent-drop
  server s %s
`, o.addr()))
	for _, path := range []string{"/request", "/response"} {
		dialPeer(t, px.addr("f", 0)).send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n")
	}
	o.accept().send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	px.logLine("b/<NOSRV> -1 -1 -1 0 PR-- /request .")
	px.logLine(" -1 200 0 PR-- /response .")
}

// To the log of what a tcp-response rule drops there has been no response, though it has come: no status, no captures.
func TestDroppedResponseLine(t *testing.T) {
	o := newTestOrigin(t)
	px := newCfgProxy(t, `global
  nbthread 1
  log stdout format raw local0
defaults
  mode http
  timeout client 1m
  timeout connect 20s
  timeout server 1m
frontend f
  log global
  log-format "%ST %Tr %ts %hr %hs"
  bind 127.0.0.1:80
  capture request header Host len 10
  capture response header Server len 10
  default_backend b
backend b
  tcp-response inspect-delay 20s
  tcp-response content reject if { res.hdr_cnt(server) ge 0 }
  server s1 `+o.addr()+"\n")
	c := dialPeer(t, px.addr("f", 0))
	c.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	s := o.accept()
	s.head()
	s.send("HTTP/1.1 200 OK\r\nServer: origin\r\nContent-Length: 0\r\n\r\n")
	c.closed()
	px.logLine("-1 -1 PD {h} {}")
}
