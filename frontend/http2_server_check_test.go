package frontend

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"weir/internal/testpki"
)

// Health checks speak what the streams do, or what check-proto says.
func TestHTTP2ServerChecks(t *testing.T) {
	var mu sync.Mutex
	asked := map[string]bool{}
	note := func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked[r.Host+" "+r.Proto] = true
	}
	b := newTLSBench(t, nil)
	two, one := h2cOrigin(t, note), httpOrigin(t, note)
	secure := httptest.NewUnstartedServer(http.HandlerFunc(note))
	secure.EnableHTTP2 = true
	secure.TLS = &tls.Config{NextProtos: []string{"h2", "http/1.1"}, Certificates: []tls.Certificate{b.ca.Pair(t, testpki.Leaf{Names: []string{"a.example.com"}})}}
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	backend := func(name, addr, more string) string {
		return fmt.Sprintf(`backend %[1]q {
  option { httpchk = true }
  http_check "send" {
    headers = { host = %[1]q }
  }
  server "s" {
    address = %[2]q
    inter   = "100ms"
    rise    = 1
    fall    = 1
    check   = true
    %[3]s
  }
}
`, name, addr, more)
	}
	tls := fmt.Sprintf("ssl = true\nca_file = %q\nverifyhost = \"a.example.com\"\n", b.dir+"/ca.pem")
	sec := secure.Listener.Addr().String()
	px := newTestProxy(t, backend("h2", two, `proto = "h2"`)+backend("old", two, "proto = \"h2\"\ncheck_proto = \"h1\"")+backend("new", two, `check_proto = "h2"`)+
		backend("plain", one, "")+backend("wrong", one, `proto = "h2"`)+
		backend("alpn", sec, tls+`alpn = ["h2", "http/1.1"]`)+backend("check", sec, tls+"alpn = [\"h2\"]\ncheck_alpn = [\"http/1.1\"]"))
	want := map[string]string{
		"h2": "UP L7OK HTTP/2.0", "old": "DOWN", "new": "UP L7OK HTTP/2.0", "plain": "UP L7OK HTTP/1.0", "wrong": "DOWN",
		"alpn": "UP L7OK HTTP/2.0", "check": "UP L7OK HTTP/1.0",
	}
	eventually(t, "every server is what its checks say", func() error {
		for _, be := range px.Backends() {
			row := be.Snapshot(nil)[0]
			status, proto, _ := strings.Cut(want[row.Proxy], " L7OK ")
			got := row.Status
			mu.Lock()
			seen := proto == "" || asked[row.Proxy+" "+proto]
			mu.Unlock()
			if row.Name == "s" && (got != status || proto != "" && strings.TrimPrefix(row.CheckStatus, "* ") != "L7OK" || !seen) {
				return fmt.Errorf("%s is %q, %q; want %q", row.Proxy, got, row.CheckStatus, want[row.Proxy])
			}
		}
		return nil
	})
}
