package frontend

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"weir/internal/testpki"
)

// TestTLSDistrust: once the authority of servers is another one, no request goes over a connection that was made before, neither an idle one nor one that
// was in use at that moment, and a change of something else closes none.
func TestTLSDistrust(t *testing.T) {
	for _, alpn := range []string{"http/1.1", "h2"} {
		for _, reuse := range []string{"always", "never"} {
			t.Run(alpn+" "+reuse, func(t *testing.T) { testDistrust(t, alpn, reuse) })
		}
	}
}

func testDistrust(t *testing.T, alpn, reuse string) {
	b := newTLSBench(t, nil)
	begun, goOn := make(chan bool, 1), make(chan bool)
	secure := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			begun <- true
			<-goOn
		}
		io.WriteString(w, r.RemoteAddr)
	}))
	secure.EnableHTTP2 = alpn == "h2"
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.TLS = &tls.Config{Certificates: []tls.Certificate{b.ca.Pair(t, testpki.Leaf{Names: []string{"a.example.com"}})}}
	secure.StartTLS()
	t.Cleanup(secure.Close)
	px := newTestProxy(t, fmt.Sprintf(`
listen "web" {
  retries    = 0
  http_reuse = %q
  bind "127.0.0.1:1" {
    ssl = true
    crt = [%q]
  }
  server "s1" {
    address = %q
    ssl     = true
    ca_file = %q
    alpn    = [%q]
  }
}`, reuse, b.dir+"/site.pem", secure.Listener.Addr().String(), b.dir+"/ca.pem", alpn))
	store := px.Certificates()
	change := func(kind, file, payload string) {
		t.Helper()
		store.Command("set ssl "+kind, []string{b.dir + file}, payload)
		if got := store.Command("commit ssl "+kind, []string{b.dir + file}, ""); !strings.HasSuffix(got, "\nSuccess!") {
			t.Fatal(got)
		}
	}
	c := b.client(px.addr("web", 0), "www.example.com", nil)
	ask := func(path string) (int, string) {
		resp, err := c.Get("https://www.example.com" + path)
		if err != nil {
			t.Error(err)
			return 0, ""
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(body)
	}
	_, one := ask("/")
	cert, key := b.ca.Issue(t, testpki.Leaf{Names: []string{"www.example.com"}})
	change("cert", "/site.pem", string(cert)+string(key))
	if status, two := ask("/"); status != 200 || two != one {
		t.Errorf("got %d over %s after another certificate of the frontend; want 200 over %s", status, two, one)
	}

	done := make(chan int)
	go func() {
		status, _ := ask("/slow")
		done <- status
	}()
	<-begun
	change("ca-file", "/ca.pem", string(testpki.NewCA(t, "Other").PEM()))
	close(goOn)
	if status := <-done; status != 200 {
		t.Errorf("got %d for the request that was under way; want 200", status)
	}
	if status, addr := ask("/"); status != 503 {
		t.Errorf("got %d over %s from a server that is not trusted any more; want 503", status, addr)
	}
	change("ca-file", "/ca.pem", string(b.ca.PEM()))
	if status, three := ask("/"); status != 200 || three == one {
		t.Errorf("got %d over %s once it is trusted again; want 200 over another connection", status, three)
	}
}
