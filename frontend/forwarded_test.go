package frontend

import (
	"fmt"
	"io"
	"net/http"
	"testing"
)

// The server is told https of a client that speaks TLS with us.
func TestForwardedOfTLS(t *testing.T) {
	b := newTLSBench(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Header.Get("Forwarded")) })
	px := newTestProxy(t, fmt.Sprintf(`
listen "web" {
  bind "127.0.0.1:1" {
    ssl = true
    crt = [%q]
  }
  option { forwarded = true }
  server "s1" { address = %q }
}`, b.dir+"/site.pem", b.originAddr()))
	c := b.client(px.addr("web", 0), "www.example.com", nil)
	defer c.CloseIdleConnections()
	if _, body := fetchTLS(t, c, "/"); body != "proto=https;for=127.0.0.1" {
		t.Errorf("got %q", body)
	}
}
