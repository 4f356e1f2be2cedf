package frontend

import (
	"fmt"
	"testing"
)

// A server's TLS can be switched off and on while it runs; a connection of the other kind is not used again.
func TestSetServerTLS(t *testing.T) {
	o := newTestOrigin(t)
	px := newCfgProxy(t, fmt.Sprintf(`
defaults
  mode http
  timeout client 1m
  timeout server 1m
  timeout connect 1m
frontend f
  bind 127.0.0.1:1
  default_backend b
backend b
  server plain 127.0.0.1:1 disabled
  server s %s ssl verify none
`, o.addr()))
	b := px.Backend("b")
	if err := b.Server("plain").SetTLS(true); err == nil {
		t.Error("a server without a word about TLS speaks it")
	}
	s := b.Server("s")
	if err := s.SetTLS(false); err != nil || s.TLS() {
		t.Fatalf("SetTLS(false): %v, TLS %v", err, s.TLS())
	}
	c := dialPeer(t, px.addr("f", 0))
	c.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	o.accept().send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	c.status(200)
	if err := s.SetTLS(true); err != nil || !s.TLS() {
		t.Fatalf("SetTLS(true): %v, TLS %v", err, s.TLS())
	}
	c.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	first := make([]byte, 1)
	if _, err := o.accept().Conn.Read(first); err != nil || first[0] != 22 { // a handshake record (RFC 8446, 5.1)
		t.Errorf("the server was sent %d, %v; want a handshake", first, err)
	}
}
