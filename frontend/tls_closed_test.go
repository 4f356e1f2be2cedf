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

// trustCases are chains of an intermediate authority, by what is trusted and revoked: good is true where the last is to be let in.
func trustCases(t *testing.T, b *tlsBench) (leaf tls.Certificate, cases map[string]trustCase) {
	t.Helper()
	inter := b.ca.Sub(t, "Inter")
	leaf = inter.Pair(t, testpki.Leaf{Names: []string{"www.example.com"}})
	leafPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf.Certificate[0]})
	both := string(b.ca.PEM()) + string(inter.PEM())
	empty := string(inter.CRL(t, time.Hour))
	return leaf, map[string]trustCase{
		"all is good":                       {both, empty + string(b.ca.CRL(t, time.Hour)), true},
		"its issuer is revoked":             {both, empty + string(b.ca.CRL(t, time.Hour, inter.PEM())), false},
		"it is revoked in an expired list":  {both, string(inter.CRL(t, -time.Minute, leafPEM)) + string(b.ca.CRL(t, time.Hour)), false},
		"only its issuer is in ca-file":     {string(inter.PEM()), empty + string(b.ca.CRL(t, time.Hour)), false},
		"only itself is in ca-file":         {string(leafPEM), empty + string(b.ca.CRL(t, time.Hour)), false},
		"there is no list of the authority": {both, empty, false},
	}
}

type trustCase struct {
	ca, crl string
	good    bool
}

// TestTLSChainsFailClosed: on both sides a chain must end at an authority that is its own issuer, and none of its certificates may be revoked, wherever
// they come from.
func TestTLSChainsFailClosed(t *testing.T) {
	var requests atomic.Int64
	b := newTLSBench(t, func(w http.ResponseWriter, _ *http.Request) { requests.Add(1) })
	leaf, cases := trustCases(t, b)
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests.Add(1) }))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.TLS = &tls.Config{Certificates: []tls.Certificate{leaf}}
	srv.StartTLS()
	defer srv.Close()
	for what, c := range cases {
		ca, crl := testpki.Write(t, b.dir, "both.pem", []byte(c.ca)), testpki.Write(t, b.dir, "lists.pem", []byte(c.crl))
		px := newTestProxy(t, fmt.Sprintf(`
listen "clients" {
  bind "127.0.0.1:1" {
    ssl            = true
    crt            = [%q]
    verify         = "required"
    ca_file        = %q
    crl_file       = %q
    crt_ignore_err = ["12"]
    ca_ignore_err  = ["12"]
  }
  server "s1" { address = %q }
}
listen "servers" {
  retries = 0
  bind "127.0.0.1:2" {}
  server "s1" {
    address  = %q
    ssl      = true
    ca_file  = %q
    crl_file = %q
  }
}`, b.dir+"/site.pem", ca, crl, b.originAddr(), srv.Listener.Addr().String(), ca, crl))
		before := requests.Load()
		cl := b.client(px.addr("clients", 0), "www.example.com", func(cfg *tls.Config) {
			cfg.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &leaf, nil }
		})
		resp, err := cl.Get("https://www.example.com/")
		if err == nil {
			resp.Body.Close()
		}
		cl.CloseIdleConnections()
		if got := requests.Load() > before; got != c.good || (err == nil) != c.good {
			t.Errorf("a client, %s: let in: %v, %v", what, got, err)
		}
		before = requests.Load()
		p := dialPeer(t, px.addr("servers", 0))
		p.send("GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n")
		resp, _ = p.response("GET")
		if got := requests.Load() > before; got != c.good || (resp.StatusCode == 200) != c.good {
			t.Errorf("a server, %s: asked: %v, %s", what, got, resp.Status)
		}
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
