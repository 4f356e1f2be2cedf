package e2e

import (
	"crypto/tls"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"weir/internal/peer"
)

// badFormat is what logs tell of a client's TLS.
const badFormat = `%r %ts %ST %sslv %sslc %[ssl_fc] %[ssl_fc_sni] %[ssl_fc_protocol] %[ssl_fc_cipher] %[ssl_f_s_dn(CN)] %[ssl_c_s_dn(CN)] %[ssl_c_used] %[ssl_fc_is_resumed] %[ssl_fc_alpn] %[fc_err]/%[fc_err_str]/ %[ssl_fc_err]/%[ssl_fc_err_str]/ %[src] %[so_name] %[fe_name] %[fc_http_major] %[http_first_req]`

const badConf = `global
  log {{log}} len 8192 format raw local0
  ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256
defaults
  mode http
  log global
  timeout client 15s
  timeout http-request 8s
  timeout http-keep-alive 15s
  timeout server 5s
  timeout connect 5s
frontend plain
  bind 127.0.0.1:{{port}} name one ssl crt {{dir}}/site.pem ca-file {{dir}}/ca.pem verify optional alpn http/1.1
  http-request return status 204
  log-format {{format}}
frontend errors
  bind 127.0.0.1:{{port2}} name two ssl crt {{dir}}/site.pem ca-file {{dir}}/ca.pem verify optional alpn http/1.1
  http-request return status 204
  log-format "other"
  error-log-format {{format}}
frontend https
  bind 127.0.0.1:{{port3}} name three ssl crt {{dir}}/site.pem ca-file {{dir}}/ca.pem verify optional alpn http/1.1
  http-request return status 204
  option httpslog
`

// TestBadRequestTLSOracle: the lines of what is no request, sent over TLS, tell of the handshake what HAProxy's do.
func TestBadRequestTLSOracle(t *testing.T) {
	t.Parallel()
	peer.Need(t, "haproxy")
	l := newTLSLab(t)
	var all [2][]string
	for i, kind := range []string{"haproxy", "weir"} {
		ear, err := listenLog(newPlaces("", kind).port("log"))
		if err != nil {
			t.Fatal(err)
		}
		defer ear.c.Close()
		more := newPlaces("", kind+"more")
		ports := []string{"", fmt.Sprint(more.port("2")), fmt.Sprint(more.port("3"))}
		addr, _, p := l.startProc(t, kind, strings.NewReplacer("{{log}}", ear.c.LocalAddr().String(), "{{port2}}", ports[1], "{{port3}}", ports[2], "{{format}}", fmt.Sprintf("%q", badFormat)).Replace(badConf))
		var clients sync.WaitGroup
		for _, to := range []string{addr, "127.0.0.1:" + ports[1], "127.0.0.1:" + ports[2]} {
			for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
				for _, text := range []string{"BAD\r\n\r\n", "GET / HT", "", "GET /quit", "GET /first HTTP/1.1\r\nHost: x\r\n\r\nBAD\r\n\r\n"} {
					clients.Go(func() { l.sayBad(t, to, version, text) })
				}
			}
		}
		clients.Wait()
		for _, line := range drained(t, p, ear) {
			all[i] = append(all[i], feConns.ReplaceAllString(noBytes.ReplaceAllString(masked(line), "$1 BYTES"), " N/N/"))
		}
		slices.Sort(all[i]) // connections end side by side
	}
	if want, got := strings.Join(all[0], "\n"), strings.Join(all[1], "\n"); want != got {
		t.Errorf("- haproxy, + weir:\n%s", lineDiff(want, got))
	}
}

// noBytes is what HAProxy counts of the answer to what is no request: nothing (docs/differences.md).
var noBytes = regexp.MustCompile(`(/T 40[08]) (?:0|BYTES)`)

// feConns are the connections at the time, of which there are others.
var feConns = regexp.MustCompile(` (?:N|\d+)/\d+/`)

// sayBad shakes hands, says text, and waits for the end.
func (l *tlsLab) sayBad(t *testing.T, addr string, version uint16, text string) {
	t.Helper()
	c, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true, ServerName: "www.example.com", NextProtos: []string{"http/1.1"}, MinVersion: version, MaxVersion: version,
		CipherSuites:         []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &l.client, nil }})
	if err != nil {
		t.Error(err)
		return
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	io.WriteString(c, text)
	if strings.HasSuffix(text, "quit") {
		c.CloseWrite()
	}
	io.Copy(io.Discard, c)
}
