package e2e

import (
	"crypto/tls"
	"net/http"
	"testing"

	"weir/internal/peer"
)

const ticketNodes = `defaults
  mode http
  timeout client 1m
  timeout server 1m
  timeout connect 20s
frontend fe
  bind 127.0.0.1:{{port}} ssl crt {{dir}}/site.pem ca-file {{dir}}/ca.pem verify required tls-ticket-keys {{dir}}/keys
  http-after-response set-header X-Resumed "%[ssl_fc_is_resumed]"
  http-request return status 200
`

// TestTicketNodesOracle: processes that have a file of ticket keys in common, at addresses of their own, resume each other's sessions in both directions,
// and so does one that is started later: a client that shows no certificate any more is let in by its session, as with HAProxy.
func TestTicketNodesOracle(t *testing.T) {
	t.Parallel()
	peer.Need(t, "haproxy")
	l := newTLSLab(t)
	for _, kind := range []string{"haproxy", "weir"} {
		one, _, _ := l.startProc(t, kind, ticketNodes)
		two, _, gone := l.startProc(t, kind, ticketNodes)
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			f := func(cache tls.ClientSessionCache, addr string, show bool, want string) {
				t.Helper()
				cfg := &tls.Config{InsecureSkipVerify: true, ServerName: "www.example.com", MaxVersion: version, ClientSessionCache: cache}
				if show {
					cfg.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &l.client, nil }
				}
				c := &http.Client{Timeout: patience, Transport: &http.Transport{TLSClientConfig: cfg, DisableKeepAlives: true}}
				resp, err := c.Get("https://" + addr + "/")
				if err != nil {
					t.Errorf("%s, TLS %x: %v", kind, version, err)
					return
				}
				resp.Body.Close()
				if got := resp.Header.Get("X-Resumed"); got != want {
					t.Errorf("%s, TLS %x: resumed %q; want %q", kind, version, got, want)
				}
			}
			cache := tls.NewLRUClientSessionCache(1)
			f(cache, one, true, "0")
			f(cache, two, false, "1")
			cache = tls.NewLRUClientSessionCache(1)
			f(cache, two, true, "0")
			f(cache, one, false, "1")
			if version == tls.VersionTLS13 {
				gone.cmd.Process.Kill()
				<-gone.done
				again, _, _ := l.startProc(t, kind, ticketNodes)
				f(cache, again, false, "1")
			}
		}
	}
}
