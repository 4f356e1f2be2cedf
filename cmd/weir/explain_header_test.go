package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const expecting = `
defaults
    mode http
    timeout client 5s
    timeout connect 5s
    timeout server 5s
frontend rule
    bind 127.0.0.1:8080
    tcp-request connection expect-proxy layer4 if { src 10.0.0.0/8 }
    http-request set-header X-From %[src]
    default_backend b
frontend both
    bind 127.0.0.1:8081 accept-proxy accept-netscaler-cip 7
    http-request set-header X-From %[src]
    default_backend b
frontend cip
    bind 127.0.0.1:8082 accept-netscaler-cip 9
    tcp-request connection expect-netscaler-cip layer4
    http-request set-header X-From %[src]
    default_backend b
backend b
    server s 127.0.0.1:1
`

// A connection that must begin with a header which says who the client is begins with one.
func TestExplainHeaders(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.cfg")
	if err := os.WriteFile(path, []byte(expecting), 0o600); err != nil {
		t.Fatal(err)
	}
	f := func(args string, want ...string) {
		t.Helper()
		code, out, said := weir(append([]string{"explain", "-c", path}, strings.Fields(args)...)...)
		if code != exitOK {
			t.Fatalf("%s: code %d, %s", args, code, said)
		}
		for _, w := range want {
			if !strings.Contains(out, w) {
				t.Errorf("%s: no %q in\n%s", args, w, out)
			}
		}
	}
	f("--src 192.0.2.7 --via 10.1.2.3 http://127.0.0.1:8080/", "x-from: 192.0.2.7",
		"note: the connection comes from 10.1.2.3:54321 and must begin with a PROXY header; the one it began with says that the client is 192.0.2.7:54321")
	f("--src 10.0.0.9 http://127.0.0.1:8080/", "x-from: 10.0.0.9", "note: the connection comes from the same address and must begin with a PROXY header")
	f("--src 192.0.2.7 --via 11.1.2.3 http://127.0.0.1:8080/", "x-from: 11.1.2.3",
		"note: nothing has the connection begin with a header that says who the client is: it is who it comes from, 11.1.2.3:54321 (--via)")
	f("--src 192.0.2.7 --via 11.1.2.3 http://127.0.0.1:8081/", "x-from: 192.0.2.7", "begin with a PROXY header", "begin with the header that a NetScaler inserts")
	f("--src 2001:db8::7 --via 11.1.2.3 http://127.0.0.1:8082/", "x-from: 2001:db8::7", "begin with the header that a NetScaler inserts")
}
