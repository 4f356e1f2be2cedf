package e2e

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"weir/internal/testpki"
)

const (
	tlsIdleConns = 2000
	// What an idle connection may cost, in bytes of the process's resident memory.
	tlsIdleMost   = 12 << 10
	tlsIdleWSMost = 16 << 10
)

const tlsIdleConf = `defaults
  mode http
  timeout client 600s
  timeout server 600s
  timeout connect 20s
frontend fe
  bind 127.0.0.1:{{port}} ssl crt {{dir}}/site.pem
  http-request return status 200 if !{ path /ws }
  default_backend b
backend b
  server s {{origin}}
`

// TestAllocTLSIdle measures what idle TLS connections cost in memory, once it has been quiet for some seconds: the collector has given back what the
// handshakes left. make allocs runs it without the race detector, whose memory is many times that.
func TestAllocTLSIdle(t *testing.T) {
	n, factor := int64(tlsIdleConns), int64(1)
	if raceEnabled { // its memory is not Weir's
		n, factor = n/100, 1000
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	go tunnelOrigin(ln)
	for _, x := range []struct {
		what, path string
		status     int
		most       int64
	}{{"keep-alive connection", "/", 200, tlsIdleMost}, {"WebSocket", "/ws", 101, tlsIdleWSMost}} {
		l := &tlsLab{dir: shortDir(t), ca: testpki.NewCA(t, "Root")}
		l.ca.File(t, l.dir, "site.pem", testpki.Leaf{Names: []string{"www.example.com"}})
		addr, _, p := l.startProc(t, "weir", strings.ReplaceAll(tlsIdleConf, "{{origin}}", ln.Addr().String()))
		open := func() *tls.Conn {
			c, err := openIdle(addr, x.path, x.status)
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		for range 50 { // what the first ones need for good
			open().Close()
		}
		before := p.rss()
		conns := make([]*tls.Conn, n)
		for i := range conns {
			conns[i] = open()
		}
		busy := p.rss()
		if err := eventually(4*patience, func() error {
			if each := (p.rss() - before) / n; each > x.most*factor {
				return fmt.Errorf("got %d bytes; want at most %d", each, x.most*factor)
			}
			return nil
		}); err != nil {
			t.Errorf("an idle TLS %s: %v", x.what, err)
		}
		t.Logf("an idle TLS %s: %.1f KiB; %.1f when the last one had opened", x.what, float64(p.rss()-before)/1024/float64(n), float64(busy-before)/1024/float64(n))
		for _, c := range conns {
			c.Close()
		}
		p.cmd.Process.Kill()
	}
}

// openIdle opens a connection and reads the answer to one request.
func openIdle(addr, path string, status int) (*tls.Conn, error) {
	c, err := tls.DialWithDialer(&net.Dialer{Timeout: patience}, "tcp", addr, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", path)
	resp, err := http.ReadResponse(bufio.NewReaderSize(c, 512), nil)
	if err == nil && resp.StatusCode != status {
		err = fmt.Errorf("status %d", resp.StatusCode)
	}
	return c, err
}

// tunnelOrigin answers every request by a WebSocket on which nothing is said.
func tunnelOrigin(ln net.Listener) {
	for {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			if _, err := http.ReadRequest(bufio.NewReaderSize(c, 512)); err != nil {
				return
			}
			fmt.Fprint(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
			io.Copy(io.Discard, c)
		}()
	}
}
