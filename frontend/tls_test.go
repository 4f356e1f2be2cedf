package frontend

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"weir/internal/testpki"
)

// tlsBench is a CA, a directory with its files, and an origin.
type tlsBench struct {
	ca     *testpki.CA
	dir    string
	origin *httptest.Server
}

func newTLSBench(t *testing.T, h http.HandlerFunc) *tlsBench {
	t.Helper()
	b := &tlsBench{ca: testpki.NewCA(t, "Root"), dir: t.TempDir()}
	testpki.Write(t, b.dir, "ca.pem", b.ca.PEM())
	b.ca.File(t, b.dir, "site.pem", testpki.Leaf{Names: []string{"www.example.com", "*.wild.example.com"}})
	if h == nil {
		h = func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "%s %s", r.Method, r.URL.Path) }
	}
	b.origin = httptest.NewServer(h)
	t.Cleanup(b.origin.Close)
	return b
}

func (b *tlsBench) originAddr() string { return strings.TrimPrefix(b.origin.URL, "http://") }

// client speaks TLS to addr for a name; extra changes its configuration.
func (b *tlsBench) client(addr, name string, extra func(*tls.Config)) *http.Client {
	cfg := &tls.Config{RootCAs: b.ca.Pool(), ServerName: name}
	if extra != nil {
		extra(cfg)
	}
	return &http.Client{Timeout: waitTime, Transport: &http.Transport{TLSClientConfig: cfg, DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, addr)
	}, MaxIdleConnsPerHost: 4}}
}

func fetchTLS(t *testing.T, c *http.Client, path string) (*http.Response, string) {
	t.Helper()
	resp, err := c.Get("https://www.example.com" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

// site is a proxy that serves the bench's certificate before its origin.
func (b *tlsBench) site(t *testing.T) *testProxy {
	t.Helper()
	return newTestProxy(t, fmt.Sprintf(`
listen "web" {
  bind "127.0.0.1:1" {
    ssl = true
    crt = [%q]
  }
  server "s1" { address = %q }
}`, b.dir+"/site.pem", b.originAddr()))
}

func TestTLSFront(t *testing.T) {
	b := newTLSBench(t, nil)
	px := b.site(t)
	for _, v := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		c := b.client(px.addr("web", 0), "www.example.com", func(c *tls.Config) { c.MinVersion, c.MaxVersion = v, v })
		for i := range 5 { // on one connection
			if _, body := fetchTLS(t, c, fmt.Sprintf("/p%d", i)); body != fmt.Sprintf("GET /p%d", i) {
				t.Fatalf("got %q", body)
			}
		}
		c.CloseIdleConnections()
	}
}

// TestTLSBig moves bodies that fill sockets in both directions, through TLS on both sides.
func TestTLSBig(t *testing.T) {
	echo := func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > 0 {
			w.Header().Set("Content-Length", fmt.Sprint(r.ContentLength))
		}
		http.NewResponseController(w).EnableFullDuplex()
		io.Copy(w, r.Body)
	}
	b := newTLSBench(t, echo)
	secure := httptest.NewUnstartedServer(http.HandlerFunc(echo))
	secure.TLS = &tls.Config{Certificates: []tls.Certificate{b.ca.Pair(t, testpki.Leaf{Names: []string{"origin.example.com"}})}}
	secure.StartTLS()
	t.Cleanup(secure.Close)
	px := newTestProxy(t, fmt.Sprintf(`
listen "web" {
  bind "127.0.0.1:1" {
    ssl = true
    crt = [%q]
  }
  server "s1" {
    address = %q
    ssl     = true
    ca_file = %q
    verifyhost = "origin.example.com"
  }
}`, b.dir+"/site.pem", secure.Listener.Addr().String(), b.dir+"/ca.pem"))
	payload := make([]byte, 8<<20)
	rand.Read(payload)
	for _, size := range []int64{int64(len(payload)), -1} { // with a length, and in chunks
		req, _ := http.NewRequest("POST", "https://www.example.com/", bytes.NewReader(payload))
		req.ContentLength = size
		resp, err := b.client(px.addr("web", 0), "www.example.com", nil).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		if err != nil || !bytes.Equal(got, payload) {
			t.Fatalf("size %d: got %d octets, %v, status %d", size, len(got), err, resp.StatusCode)
		}
	}
}

// TestTLSTunnel is TCP mode: both ends speak TLS with Weir.
func TestTLSTunnel(t *testing.T) {
	b := newTLSBench(t, nil)
	ln, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{b.ca.Pair(t, testpki.Leaf{Names: []string{"origin.example.com"}})}})
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				io.Copy(c, c)
				c.(*tls.Conn).CloseWrite()
			}()
		}
	}()
	px := newTestProxy(t, fmt.Sprintf(`
listen "raw" {
  mode = "tcp"
  bind "127.0.0.1:1" {
    ssl = true
    crt = [%q]
  }
  server "s1" {
    address = %q
    ssl     = true
    verify  = "none"
  }
}`, b.dir+"/site.pem", ln.Addr().String()))
	c, err := tls.Dial("tcp", px.addr("raw", 0), &tls.Config{RootCAs: b.ca.Pool(), ServerName: "www.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	payload := make([]byte, 4<<20)
	rand.Read(payload)
	go func() {
		c.Write(payload)
		c.CloseWrite()
	}()
	c.SetReadDeadline(time.Now().Add(waitTime))
	got, err := io.ReadAll(c)
	if err != nil || !bytes.Equal(got, payload) {
		t.Fatalf("got %d octets, %v", len(got), err)
	}
}
