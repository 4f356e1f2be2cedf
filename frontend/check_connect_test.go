package frontend

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"weir/internal/testpki"
)

// What a check's connection speaks is what its rule says, and with "default" what the server's line says (HAProxy's guide,
// http-check connect).
func TestCheckConnectRules(t *testing.T) {
	b := newTLSBench(t, nil)
	cert := b.ca.Pair(t, testpki.Leaf{Names: []string{"a.example.com", "b.example.com"}})
	var text strings.Builder
	text.WriteString(testHead)
	type one struct {
		rule, want string
		got        *atomic.Pointer[string]
	}
	all := map[string]*one{}
	add := func(server, rule, want string) {
		o := &one{rule: server + " / " + rule, want: want, got: new(atomic.Pointer[string])}
		hello := new(atomic.Pointer[string])
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			said := r.Method + " " + r.Proto
			if h := hello.Load(); h != nil {
				said += *h
			}
			o.got.Store(&said)
		}))
		s.EnableHTTP2 = true
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, GetConfigForClient: func(h *tls.ClientHelloInfo) (*tls.Config, error) {
			text := " " + h.ServerName + " " + strings.Join(h.SupportedProtos, ",")
			hello.Store(&text)
			return nil, nil
		}}
		if strings.Contains(want, "example") {
			s.StartTLS()
		} else {
			s.Start()
		}
		t.Cleanup(s.Close)
		name := fmt.Sprintf("b%d", len(all))
		all[name] = o
		fmt.Fprintf(&text, "backend %q {\n option { httpchk = true }\n http_check \"connect\" {\n %s }\n server \"s\" {\n address = %q\n ca_file = %q\n rise = 1\n fall = 1\n inter = \"100ms\"\n check = true\n %s }\n}\n",
			name, rule, s.Listener.Addr(), b.dir+"/ca.pem", server)
	}
	const secure = "ssl = true\n check_sni = \"a.example.com\"\n check_alpn = [\"http/1.1\"]\n"
	add("", "ssl = true\n sni = \"b.example.com\"\n", "OPTIONS HTTP/1.0 b.example.com ")
	add("", "ssl = true\n sni = \"b.example.com\"\n alpn = [\"h2\", \"http/1.1\"]\n", "OPTIONS HTTP/2.0 b.example.com h2,http/1.1")
	add(secure, "", "OPTIONS HTTP/1.0")
	add(secure, "linger = true\n", "OPTIONS HTTP/1.0")
	add(secure, "default = true\n", "OPTIONS HTTP/1.0 a.example.com http/1.1")
	add(secure, "default = true\n sni = \"b.example.com\"\n", "OPTIONS HTTP/1.0 b.example.com http/1.1")
	add(secure, "ssl = true\n sni = \"b.example.com\"\n", "OPTIONS HTTP/1.0 b.example.com ")
	add(secure+"no_check_ssl = true\n", "default = true\n", "OPTIONS HTTP/1.0")
	px := newTestProxy(t, text.String())
	eventually(t, "every check has said what it should, and found the server up", func() error {
		for name, o := range all {
			got := o.got.Load()
			if got == nil || *got != o.want {
				return fmt.Errorf("%s: got %v; want %q", o.rule, got, o.want)
			}
			if s := px.Backend(name).Server("s"); !s.Usable() {
				return fmt.Errorf("%s: the server is down", o.rule)
			}
		}
		return nil
	})
}
