package frontend

import (
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"weir/internal/testpki"
)

// closedCerts are certificates that nobody may trust, by what is wrong with them, and one that is good.
func closedCerts(t *testing.T, b *tlsBench) (bad map[string]tls.Certificate, good tls.Certificate) {
	t.Helper()
	name := testpki.Leaf{Names: []string{"www.example.com"}}
	old, young := name, name
	old.From, old.To = -2*time.Hour, -time.Minute
	young.From = 30 * time.Minute
	revoked := b.ca.Pair(t, name)
	pemOf := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: revoked.Certificate[0]})
	testpki.Write(t, b.dir, "crl.pem", b.ca.CRL(t, time.Hour, pemOf))
	return map[string]tls.Certificate{
		"expired": b.ca.Pair(t, old), "not valid yet": b.ca.Pair(t, young), "of a stranger": testpki.NewCA(t, "Root").Pair(t, name), "revoked": revoked,
	}, b.ca.Pair(t, name)
}

// TestTLSServersFailClosed: a server whose certificate is not good gets no request, and its client is told that there is no server.
func TestTLSServersFailClosed(t *testing.T) {
	b := newTLSBench(t, nil)
	bad, good := closedCerts(t, b)
	bad["for another name"] = b.ca.Pair(t, testpki.Leaf{Names: []string{"other.example.com"}})
	f := func(what string, cert tls.Certificate, want int) {
		t.Helper()
		var requests atomic.Int64
		srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			requests.Add(1)
			io.WriteString(w, "ok")
		}))
		srv.Config.ErrorLog = log.New(io.Discard, "", 0)
		srv.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
		srv.StartTLS()
		defer srv.Close()
		px := newTestProxy(t, fmt.Sprintf(`
listen "web" {
  retries = 0
  bind "127.0.0.1:1" {}
  server "s1" {
    address    = %q
    ssl        = true
    ca_file    = %q
    crl_file   = %q
    verifyhost = "www.example.com"
  }
}`, srv.Listener.Addr().String(), b.dir+"/ca.pem", b.dir+"/crl.pem"))
		p := dialPeer(t, px.addr("web", 0))
		p.send("POST / HTTP/1.1\r\nHost: www.example.com\r\nContent-Length: 6\r\n\r\nsecret")
		if resp, _ := p.response("POST"); resp.StatusCode != want {
			t.Errorf("%s: status %d; want %d", what, resp.StatusCode, want)
		}
		if n := requests.Load(); (n > 0) != (want == 200) {
			t.Errorf("%s: the server got %d requests", what, n)
		}
	}
	f("good", good, 200)
	for what, cert := range bad {
		f(what, cert, 503)
	}
}

// TestTLSClientsFailClosed: a client whose certificate is not good gets no answer, and no request of its gets through, in every version and whether
// a certificate is demanded or not.
func TestTLSClientsFailClosed(t *testing.T) {
	var requests atomic.Int64
	b := newTLSBench(t, func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		io.WriteString(w, "ok")
	})
	bad, good := closedCerts(t, b)
	for _, verify := range []string{"required", "optional"} {
		px := newTestProxy(t, fmt.Sprintf(`
listen "web" {
  bind "127.0.0.1:1" {
    ssl      = true
    crt      = [%q]
    verify   = %q
    ca_file  = %q
    crl_file = %q
  }
  server "s1" { address = %q }
}`, b.dir+"/site.pem", verify, b.dir+"/ca.pem", b.dir+"/crl.pem", b.originAddr()))
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			f := func(what string, cert *tls.Certificate, ok bool) {
				t.Helper()
				before := requests.Load()
				c := b.client(px.addr("web", 0), "www.example.com", func(c *tls.Config) {
					c.MinVersion, c.MaxVersion = version, version
					if cert != nil {
						c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return cert, nil }
					}
				})
				defer c.CloseIdleConnections()
				resp, err := c.Post("https://www.example.com/", "text/plain", strings.NewReader("secret"))
				if err == nil {
					resp.Body.Close()
				}
				if (err == nil) != ok || (requests.Load() > before) != ok {
					t.Errorf("verify %s, TLS %x, %s: %v, %d requests got through", verify, version, what, err, requests.Load()-before)
				}
			}
			f("good", &good, true)
			f("none", nil, verify == "optional")
			for what, cert := range bad {
				f(what, &cert, false)
			}
		}
	}
}
