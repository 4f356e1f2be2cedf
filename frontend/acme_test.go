package frontend

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weir/conf"
	"weir/internal/testpki"
)

// acmeBench is a proxy with a certificate that is issued by an authority that cannot be reached.
func acmeBench(t *testing.T) *testProxy {
	t.Helper()
	return newTestProxy(t, fmt.Sprintf(`
acme "le" {
  directory = "https://127.0.0.1:1/dir"
  storage   = %q
}
frontend "web" {
  bind "127.0.0.1:1" {}
  bind "127.0.0.1:2" {
    ssl     = true
    acme    = "le"
    domains = ["www.example.com"]
  }
  http_request "redirect" {
    scheme = "https"
    when   = !ssl_fc()
  }
  http_request "return" { status = 204 }
}`, t.TempDir()))
}

// TestChallengePath: requests for challenges that are not pending are requests as any others, and the failure of an authority disturbs
// nobody.
func TestChallengePath(t *testing.T) {
	px := acmeBench(t)
	c := &http.Client{Timeout: waitTime, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := c.Get("http://" + px.addr("web", 0) + "/.well-known/acme-challenge/x")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 302 {
		t.Errorf("got %s", resp.Status)
	}
	eventually(t, "the order fails", func() error {
		if s := px.ACME().Status()[0]; s.Failures == 0 {
			return fmt.Errorf("%+v", s)
		}
		return nil
	})
	conn, err := tls.DialWithDialer(&net.Dialer{Timeout: waitTime}, "tcp", px.addr("web", 1), &tls.Config{ServerName: "www.example.com", InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if cn := conn.ConnectionState().PeerCertificates[0].Subject.CommonName; cn != "temporary" {
		t.Errorf("shown is %q", cn)
	}
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n")
	if resp, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil || resp.StatusCode != 204 {
		t.Errorf("%v, %v", resp, err)
	}
}

// TestChallengeHandshake: a connection that has agreed on the authority's protocol ends there (RFC 8737, 3): no request gets past what the
// bind line wants of clients.
func TestChallengeHandshake(t *testing.T) {
	b := newTLSBench(t, nil)
	px := newTestProxy(t, fmt.Sprintf(`
listen "web" {
  bind "127.0.0.1:1" {
    ssl     = true
    crt     = [%q]
    ca_file = %q
    verify  = "required"
  }
  server "s1" { address = %q }
}`, b.dir+"/site.pem", b.dir+"/ca.pem", b.originAddr()))
	proof := b.ca.Pair(t, testpki.Leaf{Names: []string{"new.example.com"}})
	px.Certificates().AnswerChallenges(func(string) *tls.Certificate { return &proof })
	conn, err := tls.DialWithDialer(&net.Dialer{Timeout: waitTime}, "tcp", px.addr("web", 0), &tls.Config{ServerName: "new.example.com", RootCAs: b.ca.Pool(), NextProtos: []string{"acme-tls/1"}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(waitTime))
	if p := conn.ConnectionState().NegotiatedProtocol; p != "acme-tls/1" {
		t.Errorf("agreed on %q", p)
	}
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n")
	text, _ := io.ReadAll(conn)
	if strings.Contains(string(text), "HTTP") {
		t.Errorf("answered %q", text)
	}
}

// TestKeeperReload: the next generation does not order at once what has failed in the one before, which keeps nothing any more.
func TestKeeperReload(t *testing.T) {
	px := acmeBench(t)
	eventually(t, "the order fails", func() error {
		if s := px.ACME().Status()[0]; s.Failures == 0 {
			return fmt.Errorf("%+v", s)
		}
		return nil
	})
	was := px.ACME().Status()[0]
	next, err := New(px.Config(), Options{Before: px.Proxy})
	if err != nil {
		t.Fatal(err)
	}
	defer next.Close()
	if err := next.Start(); err != nil {
		t.Fatal(err)
	}
	if now := next.ACME().Status()[0]; now != was {
		t.Errorf("it was %+v and is %+v", was, now)
	}
}

// TestKeeperRefused: a generation whose directory cannot be opened leaves the one before at work, although that could not open its own anew.
func TestKeeperRefused(t *testing.T) {
	px := acmeBench(t)
	storage := px.Config().ACMEs[0].Storage
	if err := os.Rename(storage, storage+".gone"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", storage); err != nil { // which is neither there nor can be made
		t.Fatal(err)
	}
	next, err := New(px.Config(), Options{Before: px.Proxy})
	if err != nil {
		t.Fatal(err)
	}
	defer next.Close()
	if err := next.Start(); err == nil || !strings.Contains(err.Error(), "acme: ") {
		t.Fatalf("started: %v", err)
	}
	was := px.ACME().Status()[0]
	eventually(t, "the one before orders", func() error {
		px.ACME().Renew(filepath.Join(storage, "www.example.com.pem"))
		if s := px.ACME().Status()[0]; s.Failures <= was.Failures+1 {
			return fmt.Errorf("%+v", s)
		}
		return nil
	})
}

// TestKeeperGone: a generation that keeps nothing does not hold the one before in memory either.
func TestKeeperGone(t *testing.T) {
	px := acmeBench(t)
	cfg := *px.Config()
	cfg.ACMEs = nil
	web := *cfg.Proxies[0]
	web.Binds = web.Binds[:1]
	cfg.Proxies = []*conf.Proxy{&web}
	next, err := New(&cfg, Options{Before: px.Proxy})
	if err != nil {
		t.Fatal(err)
	}
	defer next.Close()
	if err := next.Start(); err != nil {
		t.Fatal(err)
	}
	if next.ACME() != nil || next.elder != nil {
		t.Errorf("it keeps %v, and holds %v", next.ACME(), next.elder)
	}
}
