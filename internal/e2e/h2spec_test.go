package e2e

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/summerwind/h2spec"
	"github.com/summerwind/h2spec/config"

	"weir/internal/testpki"
)

const h2specConf = `defaults
  mode http
  timeout client 20s
  timeout server 20s
  timeout connect 5s
frontend f
  bind 127.0.0.1:${port.h2c} proto h2
  bind 127.0.0.1:${port.h2} ssl crt ${dir}/cert.pem alpn h2
  default_backend b
backend b
  server s 127.0.0.1:${port.s}
`

// TestH2Spec runs the conformance tests for HTTP/2 that the field uses, with TLS and without.
func TestH2Spec(t *testing.T) {
	t.Parallel()
	dir := shortDir(t)
	at := newPlaces(dir, "h2spec")
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", at.port("s")))
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: soakOrigin()}
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	testpki.NewCA(t, "Root").File(t, dir, "cert.pem", testpki.Leaf{Names: []string{"localhost"}})
	conf := filepath.Join(dir, "weir.cfg")
	if err := os.WriteFile(conf, []byte(at.expand(h2specConf)), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := startProc("weir", conf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.end)
	if err := p.ready([]int{at.port("h2c"), at.port("h2")}, nil); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"h2c", "h2"} {
		ok, err := h2spec.Run(&config.Config{Host: "127.0.0.1", Port: at.port(name), Path: "/", Timeout: patience, MaxHeaderLen: 4000, TLS: name == "h2", Insecure: true})
		if err != nil || !ok {
			t.Errorf("%s: not all of h2spec's tests pass: %v", name, err)
		}
	}
	if err := p.kill(); err != nil {
		t.Error(err)
	}
}
