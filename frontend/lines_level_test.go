package frontend

import (
	"fmt"
	"net"
	"strings"
	"testing"
)

// The level of a line may rise until it is written: what the line tells is kept although no target takes info.
func TestLineOfRaisedLevel(t *testing.T) {
	o := newTestOrigin(t)
	px := newCfgProxy(t, fmt.Sprintf(`global
  nbthread 1
defaults
  mode http
  timeout client 1m
  timeout server 1m
  timeout connect 1m
  log stdout format raw local0 err
  log stdout format raw local1 crit
frontend f
  bind 127.0.0.1:1
  option httplog
  option log-separate-errors
  capture request header X len 10
  capture response header Server len 9
  http-response set-log-level err if { status 201 }
  use_backend n if { path /none }
  default_backend b
frontend quiet
  bind 127.0.0.1:2
  log-format "%%HM %%HU %%ST"
  http-request set-log-level err if { path /loud }
  http-request return status 200
backend n
backend b
  server s %s
`, o.addr()))
	c := dialPeer(t, px.addr("f", 0))
	c.send("GET /none HTTP/1.1\r\nHost: x\r\nX: y\r\n\r\n")
	c.status(503)
	px.logLine(` {y} {} "GET /none HTTP/1.1"`)

	// A body that has had the room of the head.
	c.send("POST /post HTTP/1.1\r\nHost: x\r\nX: y\r\nContent-Length: 40000\r\n\r\n" + strings.Repeat("x", 40000))
	s := o.accept()
	s.head()
	s.expect(strings.Repeat("x", 40000))
	s.send("HTTP/1.1 201 Created\r\nServer: origin\r\nContent-Length: 0\r\n\r\n")
	c.status(201)
	px.logLine(` {y} {origin} "POST /post HTTP/1.1"`)

	// A tunnel that ends badly.
	c.send("GET /up HTTP/1.1\r\nHost: x\r\nX: y\r\nConnection: upgrade\r\nUpgrade: z\r\n\r\n")
	s.head()
	s.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: z\r\n\r\nhello")
	c.head()
	c.expect("hello")
	s.Conn.(*net.TCPConn).SetLinger(0)
	s.Close()
	px.logLine(` {y} {} "GET /up HTTP/1.1"`)

	q := dialPeer(t, px.addr("quiet", 0))
	q.send("GET /quiet HTTP/1.1\r\nHost: x\r\n\r\nGET /loud HTTP/1.1\r\nHost: x\r\n\r\n")
	q.status(200)
	q.status(200)
	px.logLine(`GET /loud 200`)
	if strings.Contains(px.out.String(), "/quiet") {
		t.Fatalf("a line of level info went to targets of err:\n%s", px.out.String())
	}
}
