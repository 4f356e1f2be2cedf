package frontend

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"weir/internal/logsink"
	"weir/internal/testpki"
)

// failing is a proxy with bind lines at which handshakes fail: with strict-sni, with client certificates, and with one suite of TLS 1.2 alone.
func (b *tlsBench) failing(t *testing.T, format string) *testProxy {
	t.Helper()
	if format != "" {
		format = "\n    error-log-format \"" + format + "\""
	}
	port := 0
	front := func(name, bind string) string {
		port++
		return "\nfrontend " + name + format + fmt.Sprintf("\n    bind 127.0.0.1:%d", port) + " ssl crt " + b.dir + "/site.pem " + bind + "\n    http-request return status 200"
	}
	return newCfgProxy(t, `
global
    nbthread 1
    log stdout format raw local0
defaults
    mode http
    log global
    timeout client 1m`+front("strict", "strict-sni")+front("mtls", "verify required ca-file "+b.dir+"/ca.pem")+
		front("weak", "ssl-max-ver TLSv1.2 ciphers ECDHE-ECDSA-AES256-GCM-SHA384")+"\n")
}

// failures are what a client can do wrong, what people read of it, and what HAProxy's numbers and names say.
func (b *tlsBench) failures(t *testing.T) []tlsFailure {
	other := testpki.NewCA(t, "Other")
	with := func(pair tls.Certificate) func(*tls.Config) {
		return func(c *tls.Config) { // whatever authorities the server names
			c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil }
		}
	}
	old := b.ca.Pair(t, testpki.Leaf{CN: "late", From: -2 * time.Hour, To: -time.Hour})
	say := func(text string) func(net.Conn) { return func(c net.Conn) { io.WriteString(c, text) } }
	shake := func(name string, extra func(*tls.Config)) func(net.Conn) {
		return func(c net.Conn) {
			cfg := &tls.Config{InsecureSkipVerify: true, ServerName: name}
			if extra != nil {
				extra(cfg)
			}
			y := tls.Client(c, cfg)
			if y.Handshake() == nil { // of TLS 1.3, which may end before the server has looked at our certificate
				io.ReadAll(y)
			}
		}
	}
	const www = "www.example.com"
	return []tlsFailure{
		{"strict", shake("other.example.com", nil), `SSL handshake failure (there is no certificate for the name that it asks for: "other.example.com")`,
			"34 SSL_HANDSHAKE a0000ea callback failed 0 0 0 other.example.com"},
		{"strict", shake("", nil), "SSL handshake failure (it asks for no name, and strict-sni has no certificate then)", "34 SSL_HANDSHAKE a0000ea callback failed 0 0 0 -"},
		{"strict", shake(www, func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }),
			"SSL handshake failure (it speaks no version of TLS that is taken here: only TLSv1.1, TLSv1)", "34 SSL_HANDSHAKE a000102 unsupported protocol 0 0 0 " + www},
		{"weak", shake(www, func(c *tls.Config) { c.MinVersion = tls.VersionTLS13 }),
			"SSL handshake failure (it speaks no version of TLS that is taken here: only TLSv1.3)", "34 SSL_HANDSHAKE a000102 unsupported protocol 0 0 0 " + www},
		{"weak", shake(www, func(c *tls.Config) {
			c.CipherSuites = []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA}
			c.MaxVersion = tls.VersionTLS12
		}),
			"SSL handshake failure (it offers no cipher suite that is taken here: ECDHE-RSA-AES128-SHA)", "34 SSL_HANDSHAKE a0000c1 no shared cipher 0 0 0 " + www},
		{"mtls", shake(www, nil), "SSL handshake failure (it has shown no certificate)", "34 SSL_HANDSHAKE a0000c7 peer did not return a certificate 0 0 0 " + www},
		{"mtls", shake(www, with(old)), `SSL client certificate not trusted (its certificate was not accepted: it has expired: "CN=late,O=Weir,C=FR" was good until 20`,
			"31 SSL_CRT_FAIL a000086 certificate verify failed 10 0 1 " + www},
		{"mtls", shake(www, with(other.Pair(t, testpki.Leaf{CN: "strange"}))),
			`SSL client certificate not trusted (its certificate was not accepted: its issuer is not trusted: "CN=strange,O=Weir,C=FR" of "CN=Other,O=Test")`,
			"31 SSL_CRT_FAIL a000086 certificate verify failed 20 0 1 " + www},
		{"strict", shake(www, func(c *tls.Config) { c.InsecureSkipVerify, c.RootCAs = false, other.Pool() }),
			fmt.Sprintf("SSL handshake failure (it does not accept our certificate %q: bad certificate)", b.dir+"/site.pem"), "34 SSL_HANDSHAKE a000412 sslv3 alert bad certificate 0 0 0 " + www},
		{"strict", say("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "SSL handshake failure (it speaks HTTP without TLS)", "34 SSL_HANDSHAKE a00009c http request 0 0 0 -"},
		{"strict", say("hello there\r\n"), `SSL handshake failure (what it says is not TLS: it begins with "hello")`, "34 SSL_HANDSHAKE a00010b wrong version number 0 0 0 -"},
		{"strict", say(""), "Connection closed during SSL handshake\n", "24 SSL_EMPTY 0 - 0 0 0 -"},
		{"strict", say("\x16\x03\x01\x02\x00\x01"), "Connection closed during SSL handshake\n", "24 SSL_EMPTY 0 - 0 0 0 -"},
	}
}

type tlsFailure struct {
	frontend string
	do       func(net.Conn)
	text     string // of the line of a frontend that says nothing of its own
	numbers  string // by error-log-format
}

func (f *tlsFailure) run(t *testing.T, px *testProxy) {
	t.Helper()
	c, err := net.Dial("tcp", px.addr(f.frontend, 0))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(waitTime))
	f.do(c)
	c.(*net.TCPConn).CloseWrite()
	io.ReadAll(c)
}

// TestTLSFailures: the line of a handshake that failed says why, to people.
func TestTLSFailures(t *testing.T) {
	b := newTLSBench(t, nil)
	for _, f := range b.failures(t) {
		px := b.failing(t, "")
		f.run(t, px)
		if line := px.logLine(f.frontend + "/1: "); !strings.Contains(line, "/1: "+f.text) {
			t.Errorf("got %q; want %q", line, f.text)
		}
	}
}

// TestTLSFailureNumbers: error-log-format has OpenSSL's numbers and HAProxy's names, as HAProxy 2.6 has been seen to write them, and what is known of
// the handshake.
func TestTLSFailureNumbers(t *testing.T) {
	b := newTLSBench(t, nil)
	const format = "%[fc_err] %[fc_err_name] %[ssl_fc_err,hex] %[ssl_fc_err_str] %[ssl_c_err] %[ssl_c_ca_err] %[ssl_c_used] %[ssl_fc_sni] %[ssl_fc] %ft"
	for _, f := range b.failures(t) {
		px := b.failing(t, format)
		f.run(t, px)
		want := f.numbers
		if i := strings.Index(want, " a0"); i > 0 { // the number comes in 16 digits and stands in the text too
			code := strings.ToUpper(want[i+1 : i+8])
			want = want[:i] + " 000000000" + code + " error:0" + code + ":SSL routines::" + want[i+9:]
		} else {
			want = strings.Replace(want, "EMPTY 0 ", "EMPTY 0000000000000000 ", 1)
		}
		if got := px.logLine("SSL_"); got != want+" 1 "+f.frontend+"~\n" {
			t.Errorf("%s:\n got %q\nwant %q", f.text, got, want+" 1 "+f.frontend+"~\n")
		}
	}
}

// TestTLSServerFailures: a handshake with a server that fails is told with the server's name, the name that was expected and what was shown, in the
// log, by rules, and by health checks.
func TestTLSServerFailures(t *testing.T) {
	b := newTLSBench(t, nil)
	start := func(cfg *tls.Config) string {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		s.TLS, s.Config.ErrorLog = cfg, log.New(io.Discard, "", 0)
		s.StartTLS()
		t.Cleanup(s.Close)
		return s.Listener.Addr().String()
	}
	pair := func(ca *testpki.CA, l testpki.Leaf) *tls.Config {
		return &tls.Config{Certificates: []tls.Certificate{ca.Pair(t, l)}}
	}
	right := testpki.Leaf{Names: []string{"a.example.com"}}
	mutual, old := pair(b.ca, right), pair(b.ca, right)
	mutual.ClientAuth = tls.RequireAnyClientCert
	old.MaxVersion, old.MinVersion = tls.VersionTLS11, tls.VersionTLS10
	for _, x := range []struct{ name, addr, text, err string }{
		{"wrong-host", start(pair(b.ca, testpki.Leaf{Names: []string{"b.example.com", "c.example.com"}})),
			`its certificate was not accepted: it is not for this name: want "a.example.com", got one for "b.example.com", "c.example.com"`, "33 error:0A000086:SSL routines::certificate verify failed"},
		{"no-name", start(pair(b.ca, testpki.Leaf{CN: "me"})), `want "a.example.com", got one for no name; its subject is "CN=me,O=Weir,C=FR"`, "33 error:0A000086:SSL routines::certificate verify failed"},
		{"expired", start(pair(b.ca, testpki.Leaf{Names: right.Names, From: -2 * time.Hour, To: -time.Hour})), `it has expired: "CN=a.example.com,O=Weir,C=FR" was good until 20`, "34 error:0A000086:SSL routines::certificate verify failed"},
		{"wrong-ca", start(pair(testpki.NewCA(t, "Other"), right)), `its issuer is not trusted: "CN=a.example.com,O=Weir,C=FR" of "CN=Other,O=Test"`, "34 error:0A000086:SSL routines::certificate verify failed"},
		{"plain", b.originAddr(), `what it says is not TLS: it begins with "HTTP/"`, "34 error:0A00010B:SSL routines::wrong version number"},
		{"too-old", start(old), "it gave up: protocol version not supported", "34 error:0A00042E:SSL routines::tlsv1 alert protocol version"},
		{"mutual", start(mutual), "it wants to be shown a certificate", ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			out := &syncBuffer{}
			cfg := parseCfg(t, fmt.Sprintf(`
global
    nbthread 1
    log stdout format raw local0
defaults
    mode http
    timeout client 1m
    timeout connect 20s
    timeout server 1m
    timeout check 1m
    retries 0
frontend f
    bind 127.0.0.1:1
    log global
    log-format "bc %%[bc_err] %%[ssl_bc_err_str] %%[ssl_bc] %%ts"
    default_backend app
backend app
    option httpchk
    server s1 %s ssl verify required ca-file %s sni str(a.example.com)
    server checked %s ssl verify required ca-file %s verifyhost a.example.com check inter 100ms fall 1 weight 0
`, x.addr, b.dir+"/ca.pem", x.addr, b.dir+"/ca.pem"))
			core, logged := observer.New(zap.InfoLevel)
			access := logsink.New(logsink.Options{Producers: 1, Stdout: out})
			proxy, err := New(cfg, Options{Access: access, Log: zap.New(core)})
			if err != nil {
				t.Fatal(err)
			}
			defer access.Close(waitTime)
			defer proxy.Close()
			if err := proxy.Start(); err != nil {
				t.Fatal(err)
			}
			px := &testProxy{Proxy: proxy, t: t, out: out}
			resp, err := http.Get("http://" + px.addr("f", 0))
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if x.err != "" {
				px.logLine("bc " + x.err + " 1 SC\n")
			}
			eventually(t, "the log says why", func() error {
				for _, e := range logged.All() {
					if strings.HasPrefix(e.Message, "TLS handshake with server app/s1 failed: ") && strings.Contains(e.Message, x.text) && e.ContextMap()["sni"] == "a.example.com" {
						return nil
					}
				}
				return fmt.Errorf("%v", logged.All())
			})
			eventually(t, "the check says why", func() error {
				for _, be := range px.Backends() {
					for _, row := range be.Snapshot(nil) {
						if row.Name == "checked" && strings.Contains(row.LastCheck, x.text) {
							return nil
						} else if row.Name == "checked" {
							err = fmt.Errorf("%s %q", row.CheckStatus, row.LastCheck)
						}
					}
				}
				return err
			})
			eventually(t, "the change is told with why", func() error {
				for _, e := range logged.All() {
					if strings.Contains(e.Message, "app/checked is DOWN") && strings.Contains(e.Message, strings.ReplaceAll(x.text, `"`, `\"`)) || strings.Contains(e.Message, "app/checked is DOWN") && strings.Contains(e.Message, x.text) {
						return nil
					}
				}
				return fmt.Errorf("%v", logged.All())
			})
		})
	}
}

// TestServerErrNumbers: bc_err of a name that is configured, and of requests that never had a server, is what HAProxy 2.6 was seen to log.
func TestServerErrNumbers(t *testing.T) {
	b := newTLSBench(t, nil)
	out := &syncBuffer{}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.TLS, s.Config.ErrorLog = &tls.Config{Certificates: []tls.Certificate{b.ca.Pair(t, testpki.Leaf{Names: []string{"b.example.com"}})}}, log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	access := logsink.New(logsink.Options{Producers: 1, Stdout: out})
	proxy, err := New(parseCfg(t, fmt.Sprintf(`
global
    nbthread 1
    log stdout format raw local0
defaults
    mode http
    timeout client 1m
    timeout connect 20s
    timeout server 1m
    timeout check 1m
    retries 0
frontend f
    bind 127.0.0.1:1
    log global
    log-format "bc %%HP %%[bc_err]/%%[bc_err_str] %%[ssl_bc]"
    http-request deny if { path /denied }
    default_backend app
backend app
    server s1 %s ssl verify required ca-file %s verifyhost c.example.com
`, s.Listener.Addr(), b.dir+"/ca.pem")), Options{Access: access})
	if err != nil {
		t.Fatal(err)
	}
	defer access.Close(waitTime)
	defer proxy.Close()
	if err := proxy.Start(); err != nil {
		t.Fatal(err)
	}
	px := &testProxy{Proxy: proxy, t: t, out: out}
	for path, want := range map[string]string{
		"/":       "bc / 32/Server presented an SSL certificate different from the configured one 1\n",
		"/denied": "bc /denied -/- 0\n",
	} {
		resp, err := http.Get("http://" + px.addr("f", 0) + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		px.logLine(want)
	}
}
