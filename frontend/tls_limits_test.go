package frontend

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"

	"weir/internal/testpki"
)

// TestMaxSSLConn: no more TLS connections than maxsslconn, on both sides together; a place is free again when one ends, however it does.
func TestMaxSSLConn(t *testing.T) {
	b := newTLSBench(t, nil)
	px := newTestProxy(t, fmt.Sprintf(`
global { maxsslconn = 2 }
listen "web" {
  bind "127.0.0.1:1" {
    ssl = true
    crt = [%q]
  }
  bind "127.0.0.1:2" {}
  server "s1" { address = %q }
}`, b.dir+"/site.pem", b.originAddr()))
	dial := func() (*tls.Conn, error) {
		return tls.DialWithDialer(&net.Dialer{Timeout: waitTime}, "tcp", px.addr("web", 0), &tls.Config{RootCAs: b.ca.Pool(), ServerName: "www.example.com"})
	}
	var open []*tls.Conn
	for range 2 {
		c, err := dial()
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, c)
	}
	if c, err := dial(); err == nil {
		c.Close()
		t.Fatal("there are three connections")
	}
	px.logLine("Too many SSL connections (there are as many TLS connections as maxsslconn lets)")
	p := dialPeer(t, px.addr("web", 1)) // others are served
	p.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
	p.status(200)
	open[0].Close()
	open[1].NetConn().(*net.TCPConn).SetLinger(0)
	open[1].NetConn().Close()
	for range 2 { // failed handshakes hold no place
		c, err := net.Dial("tcp", px.addr("web", 0))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(c, "GET / HTTP/1.1\r\n\r\n")
		c.Close()
	}
	for range 2 {
		eventually(t, "there is a free place", func() error {
			c, err := dial()
			if err == nil {
				t.Cleanup(func() { c.Close() })
			}
			return err
		})
	}
}

// TestMaxSSLRate: connections to a bind line with TLS come no faster than maxsslrate; those to others do.
func TestMaxSSLRate(t *testing.T) {
	b := newTLSBench(t, nil)
	px := newTestProxy(t, fmt.Sprintf(`
global { maxsslrate = 4 }
listen "web" {
  bind "127.0.0.1:1" {
    ssl = true
    crt = [%q]
  }
  bind "127.0.0.1:2" {}
  server "s1" { address = %q }
}`, b.dir+"/site.pem", b.originAddr()))
	began := time.Now()
	for range 7 { // four at once, then one every 250 ms
		c := b.client(px.addr("web", 0), "www.example.com", nil)
		fetchTLS(t, c, "/")
		c.CloseIdleConnections()
	}
	if d := time.Since(began); d < 400*time.Millisecond {
		t.Errorf("seven connections in %v", d)
	}
	for range 20 {
		p := dialPeer(t, px.addr("web", 1))
		p.send("GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
		p.status(200)
	}
}

// TestTLSGenerate: certificates are made in the middle of handshakes of many clients at once.
func TestTLSGenerate(t *testing.T) {
	b := newTLSBench(t, nil)
	key, err := x509.MarshalPKCS8PrivateKey(b.ca.Key())
	if err != nil {
		t.Fatal(err)
	}
	sign := testpki.Write(t, b.dir, "sign.pem", slices.Concat(b.ca.PEM(), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})))
	px := newTestProxy(t, fmt.Sprintf(`
global { tune_ssl_ssl_ctx_cache_size = 5 }
listen "web" {
  bind "127.0.0.1:1" {
    ssl                   = true
    crt                   = [%q]
    generate_certificates = true
    ca_sign_file          = %q
  }
  server "s1" { address = %q }
}`, b.dir+"/site.pem", sign, b.originAddr()))
	errs := make(chan error, 40)
	for i := range cap(errs) {
		go func() {
			name := fmt.Sprintf("n%d.example.org", i%10)
			c := b.client(px.addr("web", 0), name, func(c *tls.Config) { c.RootCAs = b.ca.Pool() })
			defer c.CloseIdleConnections()
			resp, err := c.Get("https://" + name + "/x")
			if err == nil {
				resp.Body.Close()
				if resp.StatusCode != http.StatusOK {
					err = fmt.Errorf("status %d", resp.StatusCode)
				}
			}
			errs <- err
		}()
	}
	for range cap(errs) {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	resp, _ := fetchTLS(t, b.client(px.addr("web", 0), "www.example.com", nil), "/")
	if cn := resp.TLS.PeerCertificates[0].Subject.CommonName; cn != "www.example.com" {
		t.Errorf("%q is shown where there is a certificate", cn)
	}
}

// TestTLSInfo: "show info" tells of TLS connections on both sides, of what they cost and of the limits.
func TestTLSInfo(t *testing.T) {
	b := newTLSBench(t, nil)
	back := newTestProxy(t, fmt.Sprintf(`
listen "back" {
  bind "127.0.0.1:1" {
    ssl = true
    crt = [%q]
  }
  server "s1" { address = %q }
}`, b.dir+"/site.pem", b.originAddr()))
	px := newTestProxy(t, fmt.Sprintf(`
global {
  maxsslconn = 100
  maxsslrate = 1000
}
listen "web" {
  bind "127.0.0.1:1" {
    ssl = true
    crt = [%q]
  }
  server "s1" {
    address    = %q
    ssl        = true
    ca_file    = %q
    verifyhost = "www.example.com"
  }
}`, b.dir+"/site.pem", back.addr("back", 0), b.dir+"/ca.pem"))
	cache := tls.NewLRUClientSessionCache(1)
	for range 3 {
		c := b.client(px.addr("web", 0), "www.example.com", func(c *tls.Config) { c.ClientSessionCache = cache })
		fetchTLS(t, c, "/")
		c.CloseIdleConnections()
	}
	i := px.Info()
	if i.MaxSSLConns != 100 || i.SSLRateLimit != 1000 || i.CumSSLConns < 4 || i.SSLRateMax < 1 || i.SSLFrontKeysMax != 1 || i.SSLBackKeysMax != 1 {
		t.Errorf("got %+v", i)
	}
	eventually(t, "the client's connections are gone, and one to the server is left", func() error {
		if n := px.Info().CurrSSLConns; n != 1 {
			return fmt.Errorf("%d", n)
		}
		return nil
	})
	if !px.SetRateLimit("ssl-sessions", 7) || px.Info().SSLRateLimit != 7 || px.SetRateLimit("whatever", 1) {
		t.Error("the limit is not what was set")
	}
}
