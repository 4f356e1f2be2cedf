package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weir/frontend"
	"weir/internal/testpki"
	"weir/internal/testport"
)

// secretOrigin answers over TLS with its name.
func secretOrigin(t *testing.T, name string) string {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, name) }))
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// Where a hello's server name and protocols route, live traffic goes.
func TestExplainSNIIsWhatHappens(t *testing.T) {
	addr := testport.Addr()
	path := filepath.Join(t.TempDir(), "sni.cfg")
	text := fmt.Sprintf(`
defaults
	timeout client 10s
	timeout server 10s
	timeout connect 10s
frontend f
	mode tcp
	bind %s
	tcp-request inspect-delay 5s
	tcp-request content accept if { req_ssl_hello_type 1 }
	use_backend b if { req_ssl_sni b.example.com }
	use_backend b if { req.ssl_sni -m end .b.example.org } !{ req.ssl_alpn h2 }
	use_backend old if { req.ssl_alpn http/1.1 }
	default_backend a
backend a
	server a %s
backend b
	server b %s
backend old
	server old %s
`, addr, secretOrigin(t, "a"), secretOrigin(t, "b"), secretOrigin(t, "old"))
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, diags := load([]string{path})
	if diags.Err() != nil {
		t.Fatal(diags.Err())
	}
	px, err := frontend.New(cfg, frontend.Options{Loops: 1, Services: noServices()})
	if err != nil {
		t.Fatal(err)
	}
	defer px.Close()
	if err := px.Start(); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, sni := range []string{"b.example.com", "B.example.com", "a.example.com", "x.b.example.org", "b.example.org"} {
		for _, http1 := range []bool{false, true} {
			for _, most := range []uint16{0, tls.VersionTLS12} {
				cfg, diags := load([]string{path})
				if diags.Err() != nil {
					t.Fatal(diags.Err())
				}
				x, err := explainRequest(cfg, &explainFlags{src: "127.0.0.1", url: "https://" + addr + "/", tls: tlsFlags{sni: sni, http1: http1, max: most}})
				if err != nil || x.Server == nil {
					t.Fatalf("%s: %v, %+v", sni, err, x)
				}
				want := answeredOver(t, addr, sni, http1, most)
				if seen[want] = true; x.Server.Name != want {
					t.Errorf("%s, HTTP/1.1 only %v, TLS up to %#x: explained %q; live %q", sni, http1, most, x.Server.Name, want)
				}
			}
		}
	}
	if len(seen) != 3 {
		t.Fatalf("only %v: the test does not test much", seen)
	}
}

// answeredOver is what a client of that hello is answered.
func answeredOver(t *testing.T, addr, sni string, http1 bool, most uint16) string {
	t.Helper()
	tr := &http.Transport{TLSClientConfig: &tls.Config{ServerName: sni, InsecureSkipVerify: true, MaxVersion: most}, ForceAttemptHTTP2: !http1}
	if http1 {
		tr.TLSClientConfig.NextProtos = []string{"http/1.1"}
	}
	defer tr.CloseIdleConnections()
	res, err := (&http.Client{Transport: tr}).Get("https://" + addr + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestExplainTLSSays(t *testing.T) {
	ca, dir := testpki.NewCA(t, "authority"), t.TempDir()
	www := ca.File(t, dir, "www.pem", testpki.Leaf{CN: "www.example.com", Names: []string{"www.example.com"}})
	b := ca.File(t, dir, "b.pem", testpki.Leaf{CN: "b.example.com", Names: []string{"b.example.com"}})
	me := ca.File(t, dir, "me.pem", testpki.Leaf{CN: "me"})
	path := write(t, fmt.Sprintf(`
defaults {
  mode = "http"
  timeout { client = "5s"  connect = "5s"  server = "5s" }
}
frontend "ft" {
  bind "127.0.0.1:8443" {
    ssl  = true
    crt  = [%q, %q]
    alpn = ["h2", "http/1.1"]
  }
  bind "127.0.0.1:8080" { accept_proxy = true }
  http_request "deny" { when = path() == "/deny" }
  http_request "set-header" {
    name  = "X-V"
    value = "${req_ver()} ${ssl_fc_sni()} ${ssl_fc_alpn()}"
  }
  default_backend = "web"
}
frontend "strict" {
  bind "127.0.0.1:8444" {
    ssl     = true
    crt     = [%q]
    ca_file = %q
    verify  = "required"
  }
  default_backend = "web"
}
backend "web" {
  server "w1" { address = "127.0.0.1:1" }
}
`, www, b, b, testpki.Write(t, dir, "ca.pem", ca.PEM())))
	f := func(url string, want ...string) {
		t.Helper()
		code, out, err := weir(append([]string{"explain", "-c", path}, strings.Fields(url)...)...)
		if code != exitOK {
			t.Fatalf("%s: code %d, %s", url, code, err)
		}
		for _, w := range want {
			if !strings.Contains(out, w) {
				t.Errorf("%s: no %q in\n%s", url, w, out)
			}
		}
	}
	f("https://b.example.com:8443/", "TLS, asking for b.example.com: TLSv1.3, h2\n", b+" (CN=b.example.com,O=Weir,C=FR): it is for b.example.com\n", "+ x-v: 2.0 b.example.com h2\n", "server w1")
	f("--http1.1 --tls-max 1.2 https://x.example.com:8443/", ": TLSv1.2, http/1.1\n", www+" (CN=www.example.com,O=Weir,C=FR): none is for x.example.com: it is the bind's first\n", "+ x-v: 1.1 x.example.com http/1.1\n")
	f("https://127.0.0.1:8443/deny", "asking for no name", "the client asks for no name: it is the bind's first\n", "HTTP/2.0 403 Forbidden")
	f("-H Upgrade:websocket b.example.com:8443/", "GET https://b.example.com:8443/\n", ", http/1.1\n")
	f("http://b.example.com:8443/", "note: the bind speaks TLS (ssl) and an http URL does not", "Weir closes the connection without a word.")
	f("http://b.example.com:8080/", "+ x-v: 1.1  \n", "server w1")
	f("https://b.example.com:8080/", "note: the bind speaks no TLS (it has no ssl)", "HTTP/1.1 400 Bad Request")
	f("https://b.example.com:8444/", "the handshake fails: remote error: tls: certificate required", "without a word")
	f("--cert "+me+" https://b.example.com:8444/", "server w1")
}
