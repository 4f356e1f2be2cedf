package frontend

import (
	"errors"
	"net"
	"strings"
	"testing"
)

// Without httplog and tcplog there is a line for each request, and none for who has sent no request.
func TestLogConnect(t *testing.T) {
	px := newCfgProxy(t, "global\n  nbthread 1\ndefaults\n  mode http\n  timeout client 9s\nfrontend f\n  bind 127.0.0.1:1\n  log stdout format raw local0\n"+
		"  http-request return status 204\n")
	for _, text := range []string{"nonsense\r\n\r\n", "GET / HT"} {
		p := dialPeer(t, px.addr("f", 0))
		p.send(text)
		p.Conn.(*net.TCPConn).CloseWrite()
		p.status(400)
		p.closed()
	}
	p := dialPeer(t, px.addr("f", 0))
	for range 2 {
		p.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
		p.status(204)
	}
	p.Close()
	px.balanced()
	line := "Connect from " + p.LocalAddr().String() + " to " + px.addr("f", 0) + " (f/HTTP)\n"
	px.Close() // which has every line written
	eventually(t, "the lines", func() error {
		if got := px.out.String(); got != strings.Repeat(line, 2) {
			return errors.New(got)
		}
		return nil
	})
}

// The numbers of streams begin at 0, and no two loops give the same.
func TestStreamNumbers(t *testing.T) {
	px, err := New(parseCfg(t, "global\n  nbthread 3\ndefaults\n  mode http\n  timeout client 9s\nfrontend f\n  bind 127.0.0.1:1\n"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(px.Close)
	seen := map[uint64]bool{}
	for range 3 {
		for _, w := range px.workers {
			seen[w.number()] = true
		}
	}
	for n := range uint64(9) {
		if !seen[n] {
			t.Errorf("%d is not among %v", n, seen)
		}
	}
}

// At a unix socket where nobody listens the retries are not spread over time.
func TestRetryUnix(t *testing.T) {
	px := newCfgProxy(t, "defaults\n  mode http\n  timeout client 99s\n  timeout connect 99s\n  timeout server 99s\n  retries 1000\nlisten l\n  bind 127.0.0.1:1\n  server s unix@"+t.TempDir()+"/none\n")
	p := dialPeer(t, px.addr("l", 0))
	p.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	p.status(503) // and not after a thousand seconds
}
