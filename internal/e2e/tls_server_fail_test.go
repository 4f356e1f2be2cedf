package e2e

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"weir/internal/peer"
	"weir/internal/testpki"
)

// failServer is a server that a TLS handshake with fails, in its way.
type failServer struct {
	name   string
	line   string             // of its server line, behind "ssl"
	serve  func(net.Conn)     // nil = nobody listens
	tls    func() *tls.Config // of a server that speaks TLS
	silent bool               // it is not waited for long
}

// failFormat is what logs tell of such a server.
const failFormat = `%s %ts %ST %rc %[bc_err]/%[bc_err_str]/ %[ssl_bc_err,hex]/%[ssl_bc_err_str]/ ssl_bc %[ssl_bc] %[ssl_bc_protocol] %[ssl_bc_cipher] %[ssl_bc_alpn] %[ssl_bc_is_resumed] %[ssl_bc_use_keysize] back %b`

func failServers(t *testing.T, l *tlsLab) []failServer {
	stranger := testpki.NewCA(t, "Stranger")
	good := l.ca.Pair(t, testpki.Leaf{CN: "s", Names: []string{"s.example.com"}})
	strange := stranger.Pair(t, testpki.Leaf{CN: "s", Names: []string{"s.example.com"}})
	with := func(c tls.Certificate, change func(*tls.Config)) func() *tls.Config {
		return func() *tls.Config {
			cfg := &tls.Config{Certificates: []tls.Certificate{c}}
			if change != nil {
				change(cfg)
			}
			return cfg
		}
	}
	hello := func(c net.Conn) { io.ReadAtLeast(c, make([]byte, 4096), 100) }
	drop := func(c net.Conn) { c.(*net.TCPConn).SetLinger(0); c.Close() }
	checked := "verify required ca-file " + l.dir + "/ca.pem sni str(s.example.com)"
	wants := func(v uint16) func(*tls.Config) {
		return func(c *tls.Config) { c.ClientAuth, c.MaxVersion = tls.RequireAnyClientCert, v }
	}
	return []failServer{
		{name: "good", line: checked, tls: with(good, nil)},
		{name: "good12", line: checked, tls: with(good, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 })},
		{name: "refused", line: checked},
		{name: "plain-refused", line: "plain"},
		{name: "closed", line: checked, serve: func(net.Conn) {}},
		{name: "closed-after-hello", line: checked, serve: hello},
		{name: "reset", line: checked, serve: func(c net.Conn) { hello(c); drop(c) }},
		{name: "silent", line: checked, silent: true, serve: func(c net.Conn) { io.Copy(io.Discard, c) }},
		{name: "half-a-record", line: checked, silent: true, serve: func(c net.Conn) { hello(c); io.WriteString(c, "\x16\x03\x03\x00\x50\x02"); io.Copy(io.Discard, c) }},
		{name: "wrong-ca", line: checked, tls: with(strange, nil)},
		{name: "wrong-ca12", line: checked, tls: with(strange, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 })},
		{name: "wrong-name", line: "verify required ca-file " + l.dir + "/ca.pem sni str(other.example.com)", tls: with(good, nil)},
		{name: "wrong-host", line: "verify required ca-file " + l.dir + "/ca.pem verifyhost other.example.com", tls: with(good, nil)},
		{name: "wants-crt", line: checked, tls: with(good, wants(tls.VersionTLS13))},
		{name: "wants-crt12", line: checked, tls: with(good, wants(tls.VersionTLS12))},
		{name: "old-version", line: checked + " ssl-min-ver TLSv1.3", tls: with(good, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 })},
		{name: "new-version", line: checked + " ssl-max-ver TLSv1.2", tls: with(good, func(c *tls.Config) { c.MinVersion = tls.VersionTLS13 })},
		{name: "no-cipher", line: checked + " ssl-max-ver TLSv1.2 ciphers ECDHE-ECDSA-AES256-GCM-SHA384", tls: with(good, func(c *tls.Config) {
			c.CipherSuites = []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}
		})},
		{name: "no-alpn", line: checked + " alpn h2", tls: with(good, func(c *tls.Config) { c.NextProtos = []string{"http/1.1"} })},
		{name: "plain-http", line: checked, serve: func(c net.Conn) {
			hello(c)
			io.WriteString(c, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
			hello(c)
		}},
		// nginx CVE-2026-1642: what stands before the handshake must not be taken for a response.
		{name: "plain-first", line: checked, serve: func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison")
			hello(c)
			hello(c)
		}},
		{name: "garbage", line: checked, serve: func(c net.Conn) { hello(c); io.WriteString(c, strings.Repeat("x", 100)); hello(c) }},
	}
}

// start has it listen, where it does.
func (s *failServer) start(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	if s.serve == nil && s.tls == nil {
		l.Close()
		return fmt.Sprintf("127.0.0.1:%d", newPlaces("", s.name).port("nobody"))
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				if s.tls == nil {
					s.serve(c)
					return
				}
				serveTLS(tls.Server(c, s.tls()))
			}()
		}
	}()
	return addr
}

// serveTLS answers one request.
func serveTLS(c *tls.Conn) {
	c.SetDeadline(time.Now().Add(patience))
	if c.Handshake() != nil {
		io.Copy(io.Discard, c.NetConn()) // the alert is to be read before the end
		return
	}
	var got []byte
	for b := make([]byte, 4096); !strings.Contains(string(got), "\r\n\r\n"); {
		n, err := c.Read(b)
		if got = append(got, b[:n]...); err != nil {
			return
		}
	}
	io.WriteString(c, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
}

// TestServerHandshakeOracle: what a failed handshake with a server is called in logs and answered with is what HAProxy makes of it.
func TestServerHandshakeOracle(t *testing.T) {
	t.Parallel()
	peer.Need(t, "haproxy")
	l := newTLSLab(t)
	servers := failServers(t, l)
	var b strings.Builder
	b.WriteString("global\n  log {{log}} len 8192 format raw local0\ndefaults\n  mode http\n  timeout client 15s\n  timeout server 5s\n  timeout connect 15s\n  retries 0\nfrontend f\n  bind 127.0.0.1:{{port}}\n  log global\n")
	fmt.Fprintf(&b, "  log-format %q\n  use_backend %%[path,field(2,/)]\n", failFormat)
	for i := range servers {
		s := &servers[i]
		line := "ssl " + s.line
		if s.line == "plain" {
			line = ""
		}
		fmt.Fprintf(&b, "backend %s\n", s.name)
		if s.silent {
			b.WriteString("  timeout connect 500ms\n")
		}
		fmt.Fprintf(&b, "  server %s %s %s\n", s.name, s.start(t), line)
	}
	all := map[string]map[string]string{}
	for _, kind := range []string{"haproxy", "weir"} {
		all[kind] = runFailServers(t, l, kind, b.String(), servers)
	}
	for _, s := range servers {
		want, got := all["haproxy"][s.name], all["weir"][s.name]
		got = strings.ReplaceAll(got, "46/ECONNREFUSED returned by OS/", "-/-/") // as newer releases say: docs/differences.md
		if s.name == "wants-crt" {                                               // HAProxy may find the alert before it sends the request, or after
			want = strings.Replace(want, "502 | SH 502", "503 | SC 503", 1)
		}
		if want != got {
			t.Errorf("%s:\n- haproxy %s\n+ weir    %s", s.name, want, got)
		}
	}
}

// runFailServers asks each server through one proxy and returns what was answered and logged, by their names.
func runFailServers(t *testing.T, l *tlsLab, kind, text string, servers []failServer) map[string]string {
	t.Helper()
	ear, err := listenLog(newPlaces("", kind).port("log"))
	if err != nil {
		t.Fatal(err)
	}
	defer ear.c.Close()
	addr, _, p := l.startProc(t, kind, strings.ReplaceAll(text, "{{log}}", ear.c.LocalAddr().String()))
	out := map[string]string{}
	for _, s := range servers {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		c.SetDeadline(time.Now().Add(patience))
		fmt.Fprintf(c, "GET /%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", s.name)
		answer, err := io.ReadAll(c)
		if err != nil && !errors.Is(err, net.ErrClosed) {
			t.Fatalf("%s: %s: %v", kind, s.name, err)
		}
		c.Close()
		status, _, _ := strings.Cut(string(answer), "\r\n")
		out[s.name] = strings.Join(strings.Fields(status)[1:2], "")
	}
	for _, line := range drained(t, p, ear) {
		if name, rest, _ := strings.Cut(line, " "); slices.ContainsFunc(servers, func(s failServer) bool { return s.name == name }) {
			out[name] += " | " + sslTexts.ReplaceAllString(rest, "error:$1")
		}
	}
	return out
}

// sslTexts are OpenSSL's, of which the library's and the function's names differ among its releases.
var sslTexts = regexp.MustCompile(`error:([0-9A-F]{8}):[^/ ]*(?: [^/]*)?`)

// drained ends a proxy once it has finished what it is at, and returns what it has logged.
func drained(t *testing.T, p *proc, ear *logEar) []string {
	t.Helper()
	if err := p.drain(); err != nil {
		t.Fatal(err)
	}
	lines, err := ear.lines()
	if err != nil {
		t.Fatal(err)
	}
	return lines
}
