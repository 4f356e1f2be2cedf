package frontend

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
)

const get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"

func TestKeepAlive(t *testing.T) {
	o := newTestOrigin(t)
	px := newTestProxy(t, simple(o.addr(), "", ""))
	c := dialPeer(t, px.addr("f", 0))
	c.send(get)
	s := o.accept()
	for range 3 {
		s.head()
		s.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		c.status(200)
		c.send(get)
	}
	s.head()
	s.send("HTTP/1.1 204 No Content\r\n\r\n")
	c.status(204)
	c.Close()
	px.balanced()
}

// A response that ends with its connection is not cut where splice takes over.
func TestUntilCloseLong(t *testing.T) {
	for _, size := range []int{0, 1, spliceMin - 1, spliceMin, spliceMin + 1, 1 << 20, 3<<20 + 7} {
		o := newTestOrigin(t)
		px := newTestProxy(t, simple(o.addr(), "", ""))
		c := dialPeer(t, px.addr("f", 0))
		c.send(get)
		s := o.accept()
		s.head()
		body := strings.Repeat("0123456789abcdef", size/16+1)[:size]
		go func() {
			s.Write([]byte("HTTP/1.1 200 OK\r\n\r\n" + body))
			s.Close()
		}()
		if resp, got := c.response("GET"); resp.StatusCode != 200 || got != body {
			t.Fatalf("status %d, %d bytes; want 200, %d", resp.StatusCode, len(got), size)
		}
		px.balanced()
	}
}

// What the client sends while the proxy itself is busy with the answer is the next request: no event will tell of it again.
func TestRequestDuringService(t *testing.T) {
	entered, leave := make(chan bool), make(chan bool)
	cfg := parseTest(t, testHead+`frontend "f" {
  bind "127.0.0.1:1" {}
  http_request "use-service" {
    service = "prometheus-exporter"
  }
}
`)
	p, err := New(cfg, Options{Services: map[string]Service{"prometheus-exporter": func(context.Context, *ServiceRequest) *ServiceResponse {
		entered <- true
		<-leave
		return &ServiceResponse{Body: []byte("ok")}
	}}})
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
	<-entered
	c.send(get)
	// The loop has heard of it when it has been through a turn that began after the bytes came.
	eventually(t, "the loop has seen the second request", func() error { px.onLoop(func(*worker) {}); return nil })
	leave <- true
	c.status(200)
	<-entered
	leave <- true
	c.status(200)
	c.Close()
	px.balanced()
}

// A server that refuses a long body is heard while the client goes on sending, however fast.
func TestEarlyResponse(t *testing.T) {
	o := newTestOrigin(t)
	px := newTestProxy(t, simple(o.addr(), "", ""))
	c := dialPeer(t, px.addr("f", 0))
	c.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000000\r\n\r\n")
	done := make(chan struct{})
	go func() { // an endless upload, which the server reads as fast as it comes
		defer close(done)
		for b := make([]byte, 1<<20); ; {
			if _, err := c.Write(b); err != nil {
				return
			}
		}
	}()
	s := o.accept()
	s.head()
	go io.Copy(io.Discard, s.r)
	s.send("HTTP/1.1 413 Too Much\r\nContent-Length: 3\r\n\r\nno\n")
	c.status(413)
	c.Close()
	<-done
	px.balanced()
}

// The page and the line of a request that could not be read are made with nothing of the stream's last use.
func TestPoolForgets(t *testing.T) {
	o := newTestOrigin(t)
	px := newTestProxy(t, simple(o.addr(), `
  capture_request_header "X-Secret" {
    len = 20
  }
  error_log_format = "E ${log.ST} ${log.ts} ${log.cp} {${capture_req_hdr(0)}} ${log.r}"
  http_after_response "set-header" {
    name  = "X-Port"
    value = "${src_port()},${capture_req_hdr(0)}"
  }`, ""))
	a := dialPeer(t, px.addr("f", 0))
	a.send("GET /a HTTP/1.1\r\nHost: a\r\nX-Secret: s3cr3t\r\n\r\n")
	s := o.accept()
	s.head()
	s.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	port := func(c *peer) string { _, p, _ := net.SplitHostPort(c.LocalAddr().String()); return p }
	if got, want := a.status(200).Header.Get("X-Port"), port(a)+",s3cr3t"; got != want {
		t.Fatalf("X-Port is %q; want %q", got, want)
	}
	b := dialPeer(t, px.addr("f", 0))
	b.send("nonsense\r\n\r\n")
	if got := b.status(400).Header; got["X-Port"] != nil { // HAProxy has no rules for what answers no request either
		t.Errorf("X-Port is %q", got["X-Port"])
	}
	px.logLine("E 400 PR " + port(b) + " {-} <BADREQ>")
}

// Requests that we answer ourselves do not keep the loop to themselves.
func TestPipelinedAnswersAreFair(t *testing.T) {
	px := newTestProxy(t, simple("127.0.0.1:1", `monitor_uri = "/up"`, ""))
	c := dialPeer(t, px.addr("f", 0))
	stop := make(chan struct{})
	go io.Copy(io.Discard, c.r)
	go func() {
		reqs := strings.Repeat("GET /up HTTP/1.1\r\nHost: a\r\n\r\n", 2000)
		for {
			select {
			case <-stop:
				c.Close()
				return
			default:
				if _, err := io.WriteString(c, reqs); err != nil {
					return
				}
			}
		}
	}()
	for range 20 {
		d := dialPeer(t, px.addr("f", 0))
		d.send("GET /up HTTP/1.1\r\nHost: a\r\n\r\n")
		d.status(200)
		d.Close()
	}
	close(stop)
	px.balanced()
}

// A reused connection that turns out to be dead: what may not be repeated is not, and its body is never read from the middle.
func TestDeadReusedConnection(t *testing.T) {
	f := func(request string, wantRetry bool) {
		t.Helper()
		o := newTestOrigin(t)
		px := newTestProxy(t, simple(o.addr(), "", `http_reuse = "always"`))
		c := dialPeer(t, px.addr("f", 0))
		c.send(get)
		s := o.accept()
		s.head()
		s.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		c.status(200)
		c.send(request)
		s.head()
		s.Conn.(*net.TCPConn).SetLinger(0)
		s.Close()
		if !wantRetry {
			c.closed() // without a word: the client knows whether to repeat
			px.balanced()
			return
		}
		s = o.accept()
		s.head()
		s.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		c.status(200)
		c.Close()
		px.balanced()
	}
	f(get, true)
	f("DELETE /a HTTP/1.1\r\nHost: a\r\n\r\n", true)
	f("POST /a HTTP/1.1\r\nHost: a\r\n\r\n", false)
	f("PATCH /a HTTP/1.1\r\nHost: a\r\n\r\n", false)
	f("PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok", false)
	f("PUT /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n", false)
	f("PUT /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", false)
}
