package e2e

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"weir/internal/peer"
	"weir/internal/testpki"
)

// acmePatience is enough for an order that fails on a busy machine and is tried again.
const acmePatience = 3 * time.Minute

// acmeLab is an authority, Debian's pebble, that validates names at Weir's ports, and a proxy that has certificates from it.
type acmeLab struct {
	dir       string
	http, tls int // Weir's ports
	at        int // the authority's
	pebble    string
	proc      *proc // the authority
	weir      *proc
	conf      string
	names     string // the DNS server that the authority asks; "" = one for which all is here
}

func newACMELab(t *testing.T, life int, eab bool) *acmeLab {
	t.Helper()
	l := &acmeLab{dir: shortDir(t), pebble: peer.Need(t, "pebble")}
	at := newPlaces(l.dir, "acme")
	l.http, l.tls, l.at = at.port("http"), at.port("tls"), at.port("pebble")
	ca := testpki.NewCA(t, "Root")
	testpki.Write(t, l.dir, "ca.pem", ca.PEM())
	cert, key := ca.Issue(t, testpki.Leaf{CN: "pebble", Names: []string{"localhost"}})
	settings := map[string]any{"listenAddress": fmt.Sprintf("127.0.0.1:%d", l.at), "httpPort": l.http, "tlsPort": l.tls,
		"certificate": testpki.Write(t, l.dir, "pebble.crt", cert), "privateKey": testpki.Write(t, l.dir, "pebble.key", key),
		"certificateValidityPeriod": life, "externalAccountBindingRequired": eab,
		"externalAccountMACKeys": map[string]string{"kid-1": "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"}}
	text, err := json.Marshal(map[string]any{"pebble": settings})
	if err != nil {
		t.Fatal(err)
	}
	testpki.Write(t, l.dir, "pebble.json", text)
	l.startCA(t)
	return l
}

// startCA starts the authority, which knows of no account and order from before.
func (l *acmeLab) startCA(t *testing.T) {
	t.Helper()
	if l.names == "" {
		l.names = localNames(t)
	}
	cmd := exec.Command(l.pebble, "-strict", "-config", filepath.Join(l.dir, "pebble.json"), "-dnsserver", l.names)
	p := &proc{kind: "pebble", cmd: cmd, done: make(chan struct{})}
	// It waits for seconds before it validates, and refuses good nonces at random, unless it is told not to: of the latter some stay.
	cmd.Env = append(os.Environ(), "PEBBLE_VA_NOSLEEP=1", "PEBBLE_WFE_NONCEREJECT=15")
	cmd.Stdout, cmd.Stderr = &p.stdout, &p.stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.err = cmd.Wait(); close(p.done) }()
	t.Cleanup(p.end)
	if err := p.ready([]int{l.at}, nil); err != nil {
		t.Fatal(err)
	}
	l.proc = p
}

// localNames is a DNS server for which every name is this host's. It ends with the test.
func localNames(t *testing.T) string {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { c.Close(); <-done })
	go func() {
		defer close(done)
		b := make([]byte, 1500)
		for {
			n, from, err := c.ReadFrom(b)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(b[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			m.Header = dnsmessage.Header{ID: m.ID, Response: true, Authoritative: true, RecursionAvailable: true}
			m.Additionals = nil
			if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
				m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 1}, Body: &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}}}}
			}
			if out, err := m.Pack(); err == nil {
				c.WriteTo(out, from)
			}
		}
	}()
	return c.LocalAddr().String()
}

// start runs Weir on a configuration whose {{...}} are filled in.
func (l *acmeLab) start(t *testing.T, ending, text string) {
	t.Helper()
	l.conf = filepath.Join(l.dir, "weir"+ending)
	text = strings.NewReplacer("{{dir}}", l.dir, "{{http}}", fmt.Sprint(l.http), "{{tls}}", fmt.Sprint(l.tls),
		"{{directory}}", fmt.Sprintf("https://localhost:%d/dir", l.at), "{{sock}}", l.sock()).Replace(text)
	if err := os.WriteFile(l.conf, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	check, err := proxyCommand("weir", l.conf, true)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(check[0], check[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, made := range []string{"st", "le.account.key"} { // a check writes nothing
		if _, err := os.Stat(filepath.Join(l.dir, made)); err == nil && l.weir == nil {
			t.Fatalf("the check has made %q", made)
		}
	}
	l.run(t)
}

func (l *acmeLab) run(t *testing.T) {
	t.Helper()
	p, err := startProc("weir", l.conf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.end)
	if err := p.ready([]int{l.http, l.tls}, []string{l.sock()}); err != nil {
		t.Fatal(err)
	}
	l.weir = p
}

func (l *acmeLab) sock() string { return filepath.Join(l.dir, "sock") }

func (l *acmeLab) ask(t *testing.T, command string) string {
	t.Helper()
	text, err := askSocket(l.sock(), command+"\n")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// dial shakes hands for a name.
func (l *acmeLab) dial(name string) (*tls.Conn, error) {
	d := &net.Dialer{Timeout: patience}
	return tls.DialWithDialer(d, "tcp", fmt.Sprintf("127.0.0.1:%d", l.tls), &tls.Config{ServerName: name, InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}})
}

// shown is the certificate that a handshake shows.
func (l *acmeLab) shown(name string) (*x509.Certificate, error) {
	c, err := l.dial(name)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return c.ConnectionState().PeerCertificates[0], nil
}

// issued waits until a certificate of the authority is shown that is not old.
func (l *acmeLab) issued(t *testing.T, name string, old *x509.Certificate) *x509.Certificate {
	t.Helper()
	var c *x509.Certificate
	err := eventually(acmePatience, func() (err error) {
		if c, err = l.shown(name); err != nil {
			return err
		}
		if !strings.HasPrefix(c.Issuer.CommonName, "Pebble") || old != nil && c.Equal(old) {
			return fmt.Errorf("shown is the certificate %d of %q", c.SerialNumber, c.Issuer)
		}
		return nil
	})
	if err != nil {
		t.Fatalf("%v\n%s\n%s\n%s", err, l.ask(t, "acme status"), l.weir.stderr.String(), l.proc.stdout.String())
	}
	return c
}

// status waits until "acme status" says what is wanted.
func (l *acmeLab) status(t *testing.T, want ...string) {
	t.Helper()
	err := eventually(acmePatience, func() error {
		text := l.ask(t, "acme status")
		for _, w := range want {
			if !strings.Contains(text, w) {
				return fmt.Errorf("acme status says no %q:\n%s", w, text)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, l.weir.stderr.String())
	}
}

const acmeHead = `global
  stats socket {{sock}} level admin
defaults
  mode http
  timeout client 5m
  timeout server 5m
  timeout connect 20s
`

// As in HAProxy's manual: rules answer the challenge out of a map.
const acmeByRule = acmeHead + `frontend in
  bind 127.0.0.1:{{http}}
  bind 127.0.0.1:{{tls}} ssl
  http-request return status 200 content-type text/plain lf-string "%[path,field(-1,/)].%[path,field(-1,/),map(virt@acme)]\n" if { path_beg '/.well-known/acme-challenge/' }
  http-request redirect scheme https unless { ssl_fc }
  http-request use-service prometheus-exporter if { path /metrics }
  http-request return status 200 content-type text/plain string hello
  ssl-f-use crt "{{dir}}/a.pem" acme le domains "a.example.com,b.example.com"
acme le
  directory {{directory}}
  ca-file {{dir}}/ca.pem
  account-key {{dir}}/le.account.key
  contact admin@example.com
  challenge HTTP-01
  keytype RSA
  bits 2048
  map virt@acme
`

// The challenge is answered before a client certificate is asked for and whatever names there are.
const acmeByALPN = acmeHead + `frontend in
  bind 127.0.0.1:{{http}}
  bind 127.0.0.1:{{tls}} ssl crt @st/a strict-sni ca-file {{dir}}/ca.pem verify optional
  http-request return status 200 content-type text/plain string hello
crt-store st
  crt-base {{dir}}
  key-base {{dir}}
  load crt a.pem key a.key alias a acme le domains a.example.com,b.example.com
acme le
  directory {{directory}}
  ca-file {{dir}}/ca.pem
  account-key {{dir}}/le.account.key
  challenge tls-alpn-01
  curves P-384
`

const acmeHCL = `
global { stats_socket "{{sock}}" { level = "admin" } }
acme "le" {
  directory = "{{directory}}"
  ca_file   = "{{dir}}/ca.pem"
  storage   = "{{dir}}/st"
  challenge = "CHALLENGE"
}
frontend "in" {
  mode = "http"
  timeout { client = "5m" } # a connection outlives a renewal
  bind "127.0.0.1:{{http}}" {}
  bind "127.0.0.1:{{tls}}" {
    ssl     = true
    acme    = "le"
    domains = ["a.example.com", "b.example.com"]
  }
  http_request "redirect" {
    scheme = "https"
    when   = !ssl_fc()
  }
  http_request "use-service" {
    service = "prometheus-exporter"
    when    = path() == "/metrics"
  }
  http_request "return" {
    status       = 200
    content_type = "text/plain"
    string       = "hello"
  }
}
`

// TestACME has a certificate issued, loads it after a restart while the authority is away, keeps it when a renewal fails, and swaps it
// under a connection when one succeeds: for both languages and both challenges.
func TestACME(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ name, ending, text, crt string }{
		{"rule", ".cfg", acmeByRule, "a.pem"},
		{"store", ".cfg", acmeByALPN, "a.pem"},
		{"http", ".hcl", strings.Replace(acmeHCL, "CHALLENGE", "http-01", 1), "st/a.example.com.pem"},
		{"alpn", ".hcl", strings.Replace(acmeHCL, "CHALLENGE", "tls-alpn-01", 1), "st/a.example.com.pem"},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			l := newACMELab(t, 90*86400, false)
			l.start(t, x.ending, x.text)
			first := l.issued(t, "a.example.com", nil)
			if err := errors.Join(first.VerifyHostname("a.example.com"), first.VerifyHostname("b.example.com")); err != nil {
				t.Error(err)
			}
			l.status(t, "\tle\tScheduled\t"+first.NotAfter.UTC().Format("2006-01-02T15:04:05Z")+"\t89d ", "\t-\n")
			l.private(t, x.crt)
			l.proc.end()

			l.weir.end()
			l.run(t)
			if c, err := l.shown("b.example.com"); err != nil || !c.Equal(first) {
				t.Fatalf("after a restart: %v, %v", c, err)
			}
			l.status(t, "\tle\tScheduled\t", "\t-\n") // nobody was asked: that would have failed

			name := strings.Fields(strings.Split(l.ask(t, "acme status"), "\n")[1])[0]
			l.ask(t, "acme renew "+name)
			l.status(t, "cannot be reached", "failure 1 in a row")
			if c, err := l.shown("a.example.com"); err != nil || !c.Equal(first) {
				t.Fatalf("after a failure: %v, %v", c, err)
			}

			open, err := l.dial("a.example.com")
			if err != nil {
				t.Fatal(err)
			}
			defer open.Close()
			l.hello(t, open)
			l.startCA(t)
			l.ask(t, "acme renew "+name)
			second := l.issued(t, "a.example.com", first)
			l.status(t, "\tScheduled\t", "\t-\n")
			l.hello(t, open) // on the connection from before
			l.reload(t, second)
			if x.name != "store" {
				l.metrics(t, second)
			}
		})
	}
}

// reload takes the configuration over once more: the certificate stays, and nothing is ordered.
func (l *acmeLab) reload(t *testing.T, want *x509.Certificate) {
	t.Helper()
	before := l.ask(t, "acme status")
	if answer := l.ask(t, "reload"); !strings.Contains(answer, "in force") {
		t.Fatal(answer)
	}
	if c, err := l.shown("b.example.com"); err != nil || !c.Equal(want) {
		t.Errorf("after a reload: %v, %v", c, err)
	}
	next := func(table string) string { return strings.Split(strings.Split(table, "\n")[1], "\t")[5] }
	if after := l.ask(t, "acme status"); next(after) != next(before) {
		t.Errorf("the plan was\n%s\nand is\n%s", before, after)
	}
}

// private finds the files that were written: nobody else may read them.
func (l *acmeLab) private(t *testing.T, crt string) {
	t.Helper()
	// What is shown is saved a moment later.
	if err := eventually(patience, func() error {
		if _, err := os.Stat(filepath.Join(l.dir, crt)); err != nil {
			return err
		}
		n := 0
		err := filepath.WalkDir(l.dir, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), "pebble") {
				return err
			}
			if text, err := os.ReadFile(path); err != nil || !strings.Contains(string(text), "PRIVATE KEY") {
				return nil
			}
			n++
			st, err := d.Info()
			if err == nil && st.Mode().Perm() != 0o600 {
				t.Errorf("%s has the mode %o", path, st.Mode().Perm())
			}
			return err
		})
		if err == nil && n != 2 {
			err = fmt.Errorf("%d files with keys; want those of the certificate and the account", n)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
}

// hello asks on a connection that is kept.
func (l *acmeLab) hello(t *testing.T, c net.Conn) {
	t.Helper()
	if text := l.get(t, c, "/"); text != "hello" {
		t.Fatalf("got %q", text)
	}
}

func (l *acmeLab) get(t *testing.T, c net.Conn, path string) string {
	t.Helper()
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: a.example.com\r\n\r\n", path)
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (l *acmeLab) metrics(t *testing.T, c *x509.Certificate) {
	t.Helper()
	conn, err := l.dial("a.example.com")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	text := l.get(t, conn, "/metrics")
	for _, want := range []string{"weir_acme_expiry_seconds{", "} " + strconv.FormatFloat(float64(c.NotAfter.Unix()), 'g', -1, 64) + "\n", "weir_acme_failures_total{", "weir_acme_issued_total{"} {
		if !strings.Contains(text, want) {
			t.Errorf("/metrics says no %q", want)
		}
	}
}

// TestACMERenewal: a certificate of a short life is renewed before that is over, without anybody asking.
func TestACMERenewal(t *testing.T) {
	t.Parallel()
	l := newACMELab(t, 20, true)
	testpki.Write(t, l.dir, "kid", []byte("kid-1\n"))
	testpki.Write(t, l.dir, "mac", []byte("zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W\n"))
	testpki.Write(t, l.dir, "list", []byte(l.dir+"/a.pem [acme le domains a.example.com,127.0.0.1] *.example.com\n"))
	l.start(t, ".cfg", acmeHead+`frontend in
  bind 127.0.0.1:{{http}}
  bind 127.0.0.1:{{tls}} ssl crt-list {{dir}}/list
  http-request return status 200
acme le
  directory {{directory}}
  ca-file {{dir}}/ca.pem
  account-key {{dir}}/le.account.key
  reuse-key on
  eab-key-id {{dir}}/kid
  eab-mac-key {{dir}}/mac
`)
	first := l.issued(t, "x.example.com", nil)
	second := l.issued(t, "x.example.com", first)
	if err := second.VerifyHostname("127.0.0.1"); err != nil {
		t.Error(err)
	}
	if k, ok := first.PublicKey.(interface{ Equal(any) bool }); ok && !k.Equal(second.PublicKey) {
		t.Error("the key is another one in spite of reuse-key")
	}
}
