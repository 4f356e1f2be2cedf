package e2e

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"

	"weir/internal/peer"
	"weir/internal/testpki"
)

const h2ClientsConf = `defaults
  mode http
  timeout client 20s
  timeout server 20s
  timeout connect 20s
frontend f
  bind 127.0.0.1:{{port}} %s
  http-response set-header X-Via "%%[req.ver]"
  default_backend b
backend b
  server s %s
`

// TestHTTP2Clients has the clients of others speak HTTP/2 with Weir, over TLS and without.
func TestHTTP2Clients(t *testing.T) {
	t.Parallel()
	curl, nghttp, h2load := peer.Need(t, "curl"), peer.Need(t, "nghttp"), peer.Need(t, "h2load")
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		if err != nil {
			t.Errorf("%s: %v", r.URL, err)
		}
		w.Header().Set("Trailer", "X-End")
		fmt.Fprintf(w, "%s %s %d", r.Method, r.URL.Path, n)
		w.Header().Set("X-End", "yes")
	}))
	defer origin.Close()
	l := newTLSLab(t)
	body := testpki.Write(t, l.dir, "body", bytes.Repeat([]byte("x"), 1<<20))
	for _, x := range []struct{ scheme, bind, prior string }{{"https", "ssl crt {{dir}}/site.pem alpn h2,http/1.1", "--http2"}, {"http", "", "--http2-prior-knowledge"}} {
		addr, _ := l.start(t, "weir", fmt.Sprintf(h2ClientsConf, x.bind, origin.Listener.Addr()))
		url := x.scheme + "://" + addr
		f := func(want []string, bin string, args ...string) {
			t.Helper()
			out, err := exec.Command(bin, args...).CombinedOutput()
			if err != nil {
				t.Errorf("%s %s: %v\n%s", bin, strings.Join(args, " "), err, clipText(string(out)))
			}
			for _, w := range want {
				if !strings.Contains(string(out), w) {
					t.Errorf("%s %s: no %q in\n%s", bin, strings.Join(args, " "), w, clipText(string(out)))
				}
			}
		}
		f([]string{"HTTP/2 200", "x-via: 2.0", "GET /a 0"}, curl, "-sSik", x.prior, url+"/a")
		f([]string{"HTTP/2 200", "POST /b 1048576"}, curl, "-sSik", x.prior, "--data-binary", "@"+body, url+"/b")
		f([]string{"HTTP/1.1 200", "x-via: 1.1", "GET /c 0"}, curl, "-sSik", "--http1.1", url+"/c")
		f([]string{":status: 200", "x-via: 2.0", "x-end: yes", "POST /d 1048576"}, nghttp, "-v", "--no-verify-peer", "-d", body, url+"/d")
		f([]string{":status: 200", "GET /e 0", "GET /f 0"}, nghttp, "-v", "--no-verify-peer", url+"/e", url+"/f")
		f([]string{"requests: 2000 total, 2000 started, 2000 done, 2000 succeeded, 0 failed, 0 errored, 0 timeout", "status codes: 2000 2xx"}, h2load, "-n", "2000", "-c", "10", "-m", "20", url+"/f")
		f([]string{"200 succeeded, 0 failed"}, h2load, "-n", "200", "-c", "4", "-m", "10", "-d", body, url+"/g")
	}
}
