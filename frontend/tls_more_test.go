package frontend

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"weir/internal/testpki"
)

// TestTLSFacts is what rules, logs and servers are told of a client's TLS.
func TestTLSFacts(t *testing.T) {
	b := newTLSBench(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s|%s|%s", r.Header.Get("X-Forwarded-Proto"), r.Header.Get("X-Client"), r.Header.Get("X-Name"))
	})
	px := newTestProxy(t, fmt.Sprintf(`
listen "web" {
  option { httpslog = true }
  bind "127.0.0.1:1" {
    ssl     = true
    crt     = [%q]
    verify  = "optional"
    ca_file = %q
    alpn    = ["http/1.1"]
  }
  bind "127.0.0.1:2" {}
  http_request "redirect" {
    scheme = "https"
    when   = !ssl_fc()
  }
  http_request "set-header" {
    name  = "X-Forwarded-Proto"
    value = "https"
    when  = ssl_fc()
  }
  http_request "set-header" {
    name  = "X-Client"
    value = "${ssl_c_used()} ${ssl_c_verify()} ${ssl_c_s_dn("CN")}"
  }
  http_request "set-header" {
    name  = "X-Name"
    value = "${ssl_fc_sni()} ${ssl_fc_protocol()} ${ssl_fc_alpn()} ${ssl_fc_is_resumed()} ${ssl_f_s_dn("CN")}"
  }
  server "s1" { address = %q }
}`, b.dir+"/site.pem", b.dir+"/ca.pem", b.originAddr()))
	cert := b.ca.Pair(t, testpki.Leaf{CN: "client one"})
	cache := tls.NewLRUClientSessionCache(1)
	f := func(want string, extra func(*tls.Config)) {
		t.Helper()
		c := b.client(px.addr("web", 0), "www.example.com", func(c *tls.Config) {
			c.NextProtos = []string{"http/1.1"}
			c.ClientSessionCache = cache
			if extra != nil {
				extra(c)
			}
		})
		defer c.CloseIdleConnections()
		if _, body := fetchTLS(t, c, "/"); body != want {
			t.Errorf("got %q; want %q", body, want)
		}
	}
	f("https|0 0|www.example.com TLSv1.3 http/1.1 0 www.example.com", nil)
	f("https|0 0|www.example.com TLSv1.3 http/1.1 1 www.example.com", nil)
	px.logLine("0/0000000000000000/0/0/1 www.example.com/TLSv1.3/TLS_AES_")
	cache = tls.NewLRUClientSessionCache(1)
	f("https|1 0 client one|www.example.com TLSv1.2 http/1.1 0 www.example.com", func(c *tls.Config) {
		c.Certificates, c.MaxVersion = []tls.Certificate{cert}, tls.VersionTLS12
	})
	p := dialPeer(t, px.addr("web", 1))
	p.send("GET /x HTTP/1.1\r\nHost: www.example.com\r\n\r\n")
	if l := p.status(302).Header.Get("Location"); l != "https://www.example.com/x" {
		t.Errorf("got %q", l)
	}
}

// TestTLSPool: a server's connections are used again for the same server name and for no other, and a server that cannot be trusted
// gets no request.
func TestTLSPool(t *testing.T) {
	b := newTLSBench(t, nil)
	var mu sync.Mutex
	names := map[string]string{} // of the connections' ends, by who has been asked for
	var requests atomic.Int64
	secure := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		mu.Lock()
		defer mu.Unlock()
		if was := names[r.RemoteAddr]; was != "" && was != r.Host {
			t.Errorf("a connection for %q carries a request for %q", was, r.Host)
		}
		names[r.RemoteAddr] = r.Host
		fmt.Fprintf(w, "%s %s", r.TLS.ServerName, r.Host)
	}))
	pair := b.ca.Pair(t, testpki.Leaf{Names: []string{"a.example.com", "b.example.com"}})
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	secure.StartTLS()
	t.Cleanup(secure.Close)
	px := newTestProxy(t, fmt.Sprintf(`
listen "web" {
  retries = 0
  bind "127.0.0.1:1" {}
  server "s1" {
    address = %q
    ssl     = true
    ca_file = %q
    sni     = hdr("Host")
  }
}`, secure.Listener.Addr().String(), b.dir+"/ca.pem"))
	ask := func(host string) (int, string) {
		t.Helper()
		p := dialPeer(t, px.addr("web", 0))
		p.send("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
		resp, body := p.response("GET")
		return resp.StatusCode, body
	}
	for i := range 6 {
		host := []string{"a.example.com", "b.example.com"}[i%2]
		if status, body := ask(host); status != 200 || body != host+" "+host {
			t.Fatalf("%s: got %d, %q", host, status, body)
		}
	}
	if len(names) != 2 {
		t.Errorf("%d connections; want one for each name", len(names))
	}
	n := requests.Load()
	if status, _ := ask("c.example.com"); status != 503 {
		t.Errorf("got %d for a name that the server's certificate is not for; want 503", status)
	}
	if requests.Load() != n {
		t.Error("the server that is not trusted got the request")
	}
	px.logLine(" SC-- ")
}

// TestTLSWebSocket: an upgrade through TLS on both sides becomes a tunnel.
func TestTLSWebSocket(t *testing.T) {
	b := newTLSBench(t, func(w http.ResponseWriter, r *http.Request) {
		c, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n")
		io.Copy(c, rw)
	})
	px := b.site(t)
	c, err := tls.Dial("tcp", px.addr("web", 0), &tls.Config{RootCAs: b.ca.Pool(), ServerName: "www.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(waitTime))
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: www.example.com\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n")
	r := bufio.NewReader(c)
	resp, err := http.ReadResponse(r, nil)
	if err != nil || resp.StatusCode != 101 {
		t.Fatal(resp, err)
	}
	for i := range 5 {
		msg := strings.Repeat(fmt.Sprint(i), 20_000*i+1)
		go io.WriteString(c, msg)
		got := make([]byte, len(msg))
		if _, err := io.ReadFull(r, got); err != nil || string(got) != msg {
			t.Fatal(i, err)
		}
	}
	c.Close()
	px.balanced()
}

// TestTLSCut: the end of a response without a length must come with an alert, or somebody may have cut it (RFC 9112, 9.8).
func TestTLSCut(t *testing.T) {
	b := newTLSBench(t, nil)
	pair := b.ca.Pair(t, testpki.Leaf{Names: []string{"a"}})
	ln := newTestOrigin(t)
	go func() {
		for i := 0; ; i++ {
			raw, err := ln.Accept()
			if err != nil {
				return
			}
			c := tls.Server(raw, &tls.Config{Certificates: []tls.Certificate{pair}})
			http.ReadRequest(bufio.NewReader(c))
			io.WriteString(c, "HTTP/1.0 200 OK\r\n\r\nbody")
			if i == 0 {
				c.Close() // with the alert
			} else {
				raw.Close()
			}
		}
	}()
	px := newTestProxy(t, fmt.Sprintf(`
listen "web" {
  retries = 0
  bind "127.0.0.1:1" {}
  server "s1" {
    address = %q
    ssl     = true
    verify  = "none"
  }
}`, ln.addr()))
	for _, state := range []string{" ---- ", " SD-- "} {
		p := dialPeer(t, px.addr("web", 0))
		p.send("GET / HTTP/1.0\r\n\r\n")
		body, err := io.ReadAll(p.r)
		if !strings.Contains(string(body), "body") && err == nil {
			t.Errorf("got %q", body)
		}
		px.logLine(state)
	}
}

// TestTLSSlow: a handshake that does not come to its end is given up, and so is one that never begins.
func TestTLSSlow(t *testing.T) {
	b := newTLSBench(t, nil)
	px := newTestProxy(t, fmt.Sprintf(`
listen "web" {
  timeout { client_hs = "50ms" }
  bind "127.0.0.1:1" {
    ssl = true
    crt = [%q]
  }
  server "s1" { address = %q }
}`, b.dir+"/site.pem", b.originAddr()))
	for _, text := range []string{"", "\x16\x03\x01\x02\x00\x01"} {
		p := dialPeer(t, px.addr("web", 0))
		p.send(text)
		p.closed()
	}
	px.logLine("Timeout during SSL handshake")
	px.balanced()
}

// TestTLSSwap: a certificate that is swapped is shown to the next client, and whoever is connected stays.
func TestTLSSwap(t *testing.T) {
	b := newTLSBench(t, nil)
	px := b.site(t)
	cfg := &tls.Config{RootCAs: b.ca.Pool(), ServerName: "www.example.com"}
	dial := func() (*tls.Conn, *bufio.Reader) {
		c, err := tls.Dial("tcp", px.addr("web", 0), cfg)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		c.SetDeadline(time.Now().Add(waitTime))
		return c, bufio.NewReader(c)
	}
	use := func(c *tls.Conn, r *bufio.Reader) {
		t.Helper()
		io.WriteString(c, "GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n")
		resp, err := http.ReadResponse(r, nil)
		if err != nil || resp.StatusCode != 200 {
			t.Fatal(resp, err)
		}
		io.Copy(io.Discard, resp.Body)
	}
	old, oldReader := dial()
	use(old, oldReader)
	cert, key := b.ca.Issue(t, testpki.Leaf{CN: "fresh", Names: []string{"www.example.com"}})
	store := px.Certificates()
	path := []string{b.dir + "/site.pem"}
	store.Command("set ssl cert", path, string(cert)+string(key))
	if got := store.Command("commit ssl cert", path, ""); !strings.HasSuffix(got, "\nSuccess!") {
		t.Fatal(got)
	}
	c, r := dial()
	use(c, r)
	if got := c.ConnectionState().PeerCertificates[0].Subject.CommonName; got != "fresh" {
		t.Errorf("got %q", got)
	}
	use(old, oldReader)
}
