package e2e

import (
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"weir/internal/peer"
	"weir/internal/testpki"
)

// tlsLab is a folder of certificates that both proxies read.
type tlsLab struct {
	dir    string
	ca     *testpki.CA
	client tls.Certificate
	fresh  string // another certificate for the name, with its key
	mixed  string // one with the key of another
}

func newTLSLab(t *testing.T) *tlsLab {
	t.Helper()
	var keys []byte
	l := &tlsLab{dir: shortDir(t), ca: testpki.NewCA(t, "Root")}
	testpki.Write(t, l.dir, "ca.pem", l.ca.PEM())
	l.ca.File(t, l.dir, "site.pem", testpki.Leaf{CN: "site", Names: []string{"www.example.com", "*.wild.example.com"}})
	l.ca.File(t, l.dir, "other.pem", testpki.Leaf{CN: "other", Names: []string{"other.example.com"}, RSA: true})
	testpki.Write(t, l.dir, "list", []byte(l.dir+"/other.pem [verify none] *.list.example.com !not.list.example.com\n"))
	testpki.Write(t, l.dir, "deflist", []byte(l.dir+"/site.pem\n"+l.dir+"/other.pem x.example.com\n"))
	for i := range 3 {
		keys = append(base64.StdEncoding.AppendEncode(keys, []byte(strings.Repeat(string(rune('a'+i)), 48))), '\n')
	}
	testpki.Write(t, l.dir, "keys", keys)
	l.client = l.ca.Pair(t, testpki.Leaf{CN: "client, one"})
	cert, key := l.ca.Issue(t, testpki.Leaf{CN: "fresh", Names: []string{"www.example.com"}})
	_, wrong := l.ca.Issue(t, testpki.Leaf{CN: "wrong"})
	l.mixed = strings.TrimSpace(string(cert) + string(wrong))
	folder := filepath.Join(l.dir, "folder")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	l.ca.File(t, folder, "one.pem", testpki.Leaf{CN: "one", Names: []string{"one.example.com"}})
	l.ca.File(t, folder, "two.pem", testpki.Leaf{CN: "two", Names: []string{"two.example.com"}})
	testpki.Write(t, l.dir, "crl.pem", l.ca.CRL(t, time.Hour, cert))
	testpki.Write(t, l.dir, "nocrl.pem", l.ca.CRL(t, time.Hour))
	l.fresh = strings.TrimSpace(string(cert) + string(key))
	return l
}

// start runs one of the proxies; the configuration's {{dir}}, {{port}} and {{sock}} are filled in.
func (l *tlsLab) start(t *testing.T, kind, text string) (addr, sock string) {
	t.Helper()
	addr, sock, _ = l.startProc(t, kind, text)
	return addr, sock
}

func (l *tlsLab) startProc(t *testing.T, kind, text string) (addr, sock string, p *proc) {
	t.Helper()
	dir := shortDir(t)
	port := newPlaces(dir, kind).port("f")
	sock = filepath.Join(dir, "sock")
	conf := filepath.Join(dir, "proxy.cfg")
	text = strings.NewReplacer("{{dir}}", l.dir, "{{port}}", fmt.Sprint(port), "{{sock}}", sock).Replace(text)
	if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := startProc(kind, conf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.end)
	if err := p.ready([]int{port}, nil); err != nil {
		t.Fatalf("%s: %v\n%s", kind, err, p.stderr.String())
	}
	return fmt.Sprintf("127.0.0.1:%d", port), sock, p
}

const tlsOracle = `global
  stats socket {{sock}} level admin
  tune.ssl.capture-buffer-size 400
  tune.ssl.keylog on
defaults
  mode http
  timeout client 1m
  timeout server 1m
  timeout connect 20s
frontend fe
  bind 127.0.0.1:{{port}} ssl crt {{dir}}/site.pem crt-list {{dir}}/list ca-file {{dir}}/ca.pem verify optional alpn http/1.1 tls-ticket-keys {{dir}}/keys
  http-after-response set-header X-Fc "%[ssl_fc] %[ssl_fc_sni] %[ssl_fc_alpn] %[ssl_fc_protocol] %[ssl_fc_is_resumed] %[ssl_fc_has_crt] %[ssl_fc_has_sni] %[ssl_fc_err]"
  http-after-response set-header X-C "%[ssl_c_used] %[ssl_c_verify] %[ssl_c_err] %[ssl_c_ca_err] %[ssl_c_ca_err_depth] %[ssl_c_version] %[ssl_c_key_alg] %[ssl_c_sig_alg] %[ssl_c_serial,hex] %[ssl_c_sha1,hex] %[ssl_c_notbefore] %[ssl_c_notafter]"
  http-after-response set-header X-Dn "%[ssl_c_s_dn] | %[ssl_c_i_dn] | %[ssl_c_s_dn(CN)] | %[ssl_c_s_dn(O,-1)] | %[ssl_c_s_dn(,0,rfc2253)] | %[ssl_c_s_dn(cn)] | %[ssl_c_i_dn(o,-1)] | %[ssl_f_s_dn(Cn,1,rfc2253)] | %[ssl_c_s_dn(O,0)] | %[ssl_c_s_dn(O,0,rfc2253)]"
  http-after-response set-header X-F "%[ssl_f_version] %[ssl_f_key_alg] %[ssl_f_sig_alg] %[ssl_f_serial,hex] %[ssl_f_s_dn] %[ssl_f_der,hex]"
  http-after-response set-header X-Hello "%[ssl_fc_protocol_hello_id] %[ssl_fc_cipherlist_hex] %[ssl_fc_cipherlist_str] %[ssl_fc_cipherlist_xxh] %[ssl_fc_extlist_bin(1),be2dec(-,2)] %[ssl_fc_eclist_bin(1),be2dec(-,2)] %[ssl_fc_ecformats_bin,be2dec(-,1)]"
  http-after-response set-header X-Key "%[ssl_fc_client_random,hex] %[ssl_fc_session_key,hex] %[ssl_fc_client_handshake_traffic_secret] %[ssl_fc_server_handshake_traffic_secret] %[ssl_fc_client_traffic_secret_0] %[ssl_fc_server_traffic_secret_0] %[ssl_fc_server_random,hex,length] %[ssl_fc_client_early_traffic_secret]."
  http-request return status 200
  bind {{sock}}.def ssl crt-list {{dir}}/deflist ca-file {{dir}}/ca.pem crl-file {{dir}}/crl.pem verify optional
  bind {{sock}}.dir ssl crt {{dir}}/folder ca-file {{dir}}/ca.pem crl-file {{dir}}/nocrl.pem verify optional
`

// TestTLSFetchesOracle: what rules are told of a connection's TLS is what HAProxy tells them.
func TestTLSFetchesOracle(t *testing.T) {
	t.Parallel()
	peer.Need(t, "haproxy")
	l := newTLSLab(t)
	addrs := map[string]string{}
	for _, kind := range []string{"haproxy", "weir"} {
		addrs[kind], _ = l.start(t, kind, tlsOracle)
	}
	ask := func(kind, name string, change func(*tls.Config)) string {
		t.Helper()
		// One suite, one group and no random extension: both get the same hello.
		cfg := &tls.Config{InsecureSkipVerify: true, ServerName: name, MaxVersion: tls.VersionTLS12, CurvePreferences: []tls.CurveID{tls.CurveP256},
			CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}, NextProtos: []string{"http/1.1"}}
		change(cfg)
		var keys bytes.Buffer
		cfg.KeyLogWriter = &keys
		c := &http.Client{Timeout: patience, Transport: &http.Transport{TLSClientConfig: cfg, DisableKeepAlives: true}}
		resp, err := c.Get("https://" + addrs[kind] + "/")
		if err != nil {
			return "error"
		}
		resp.Body.Close()
		if err := keysAre(keys.String(), resp.Header.Get("X-Key")); err != nil {
			t.Errorf("%s, %q: %v", kind, name, err)
		}
		return strings.Join([]string{resp.Header.Get("X-Fc"), resp.Header.Get("X-C"), resp.Header.Get("X-Dn"), resp.Header.Get("X-F"), resp.Header.Get("X-Hello")}, "\n")
	}
	with := func(c *tls.Config) {
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &l.client, nil }
	}
	stranger := testpki.NewCA(t, "Other").Pair(t, testpki.Leaf{CN: "stranger"})
	for _, x := range []struct {
		what, name string
		change     func(*tls.Config)
		refused    bool
	}{
		{"plain", "www.example.com", func(*tls.Config) {}, false},
		{"a certificate", "www.example.com", with, false},
		{"a stranger's certificate", "www.example.com", func(c *tls.Config) {
			c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &stranger, nil }
		}, true},
		{"a wildcard", "a.wild.example.com", with, false},
		{"two labels for a wildcard", "a.b.wild.example.com", with, false},
		{"a crt-list's name", "x.list.example.com", with, false},
		{"a name that a crt-list takes out", "not.list.example.com", with, false},
		{"a certificate's own name where there are filters", "other.example.com", with, false},
		{"no name", "", with, false},
		{"TLS 1.3", "www.example.com", func(c *tls.Config) { with(c); c.MaxVersion = tls.VersionTLS13 }, false},
		{"TLS 1.1", "www.example.com", func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }, true},
		{"RSA only", "x.list.example.com", func(c *tls.Config) { c.CipherSuites = c.CipherSuites[1:] }, false},
	} {
		h, w := ask("haproxy", x.name, x.change), ask("weir", x.name, x.change)
		if h != w {
			t.Errorf("%s: haproxy\n%s\nweir\n%s", x.what, h, w)
		}
		if refused := h == "error"; refused != x.refused {
			t.Errorf("%s: refused: %v", x.what, refused)
		}
	}
}

// keysAre compares the secrets that a proxy tells with those that the client has logged.
func keysAre(log, told string) error {
	known := map[string]string{}
	random := ""
	for line := range strings.Lines(log) {
		if w := strings.Fields(line); len(w) == 3 {
			known[w[0]], random = w[2], w[1]
		}
	}
	got := strings.Split(strings.ToLower(told), " ")
	want := []string{random, known["CLIENT_RANDOM"], known["CLIENT_HANDSHAKE_TRAFFIC_SECRET"], known["SERVER_HANDSHAKE_TRAFFIC_SECRET"], known["CLIENT_TRAFFIC_SECRET_0"],
		known["SERVER_TRAFFIC_SECRET_0"], "64", "."}
	if len(got) != len(want) {
		return fmt.Errorf("told %q", told)
	}
	if want[1] == "" { // TLS 1.3 has no master secret: HAProxy tells that of resumption
		got[1] = ""
	}
	if got[2] == "" && want[2] == "" {
		got[4], got[5] = want[4], want[5]
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("told %q; the client says %q", got, want)
	}
	return nil
}

var systemCAs = regexp.MustCompile(`(?m)^@system-ca .*\n`)

// TestTLSCommandsOracle: the life of a certificate at run time, word for word.
func TestTLSCommandsOracle(t *testing.T) {
	t.Parallel()
	peer.Need(t, "haproxy")
	l := newTLSLab(t)
	ask := func(sock, command string) string {
		c, err := net.Dial("unix", sock)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(patience))
		io.WriteString(c, command+"\n")
		c.(*net.UnixConn).CloseWrite()
		b, err := io.ReadAll(c)
		if err != nil {
			t.Fatal(err)
		}
		return systemCAs.ReplaceAllString(string(b), "") // HAProxy's own client has read them
	}
	var cas string
	for _, name := range []string{"Dd", "Bbb", "Aaaa", "C", "Aaaa"} {
		cas += string(testpki.NewCA(t, name).PEM())
	}
	cas += cas
	answers := map[string][]string{}
	var commands []string
	for _, c := range []string{
		"show ssl cert", "show ssl cert nope", "new ssl cert {{dir}}/site.pem", "new ssl cert {{dir}}/fresh.pem", "show ssl cert {{dir}}/fresh.pem",
		"set ssl cert {{dir}}/site.pem <<\n{{fresh}}\n", "show ssl cert", "commit ssl cert {{dir}}/other.pem", "commit ssl cert {{dir}}/site.pem", "commit ssl cert {{dir}}/site.pem",
		"abort ssl cert {{dir}}/site.pem", "set ssl cert {{dir}}/site.pem <<\nJUNK\n", "set ssl cert {{dir}}/nope.pem <<\n{{fresh}}\n", "set ssl cert {{dir}}/site.pem",
		"set ssl cert {{dir}}/site.pem <<\n{{fresh}}\n", "abort ssl cert {{dir}}/site.pem", "set ssl cert {{dir}}/fresh.pem <<\n{{fresh}}\n", "commit ssl cert {{dir}}/fresh.pem",
		"add ssl crt-list {{dir}}/list {{dir}}/fresh.pem", "add ssl crt-list {{dir}}/list <<\n{{dir}}/fresh.pem x.example.com\n", "add ssl crt-list {{dir}}/list /tmp/none.pem",
		"add ssl crt-list {{dir}}/nolist {{dir}}/fresh.pem", "show ssl crt-list", "show ssl crt-list {{dir}}/list", "show ssl crt-list -n {{dir}}/list", "show ssl crt-list nope",
		"del ssl cert {{dir}}/fresh.pem", "del ssl crt-list {{dir}}/list {{dir}}/fresh.pem", "del ssl crt-list {{dir}}/list {{dir}}/fresh.pem:3", "del ssl crt-list {{dir}}/list /tmp/none.pem",
		"del ssl crt-list {{dir}}/list {{dir}}/fresh.pem", "del ssl cert {{dir}}/fresh.pem", "del ssl cert {{dir}}/fresh.pem", "del ssl cert {{dir}}/site.pem",
		"show ssl ca-file nope", "new ssl ca-file x.pem", "commit ssl ca-file x.pem", "set ssl ca-file {{dir}}/ca.pem <<\nJ\n", "del ssl ca-file x.pem", "del ssl ca-file {{dir}}/ca.pem",
		"abort ssl ca-file x.pem", "show ssl crl-file", "new ssl crl-file c.pem", "show ssl crl-file", "del ssl crl-file c.pem", "del ssl crl-file nope", "new ssl cert", "commit ssl cert",
		"show ssl ca-file {{dir}}/ca.pem", "show ssl ca-file {{dir}}/ca.pem:1", "show ssl ca-file {{dir}}/ca.pem:2", "show ssl ca-file {{dir}}/ca.pem:x",
		"show tls-keys", "show tls-keys #0", "show tls-keys *", "show tls-keys {{dir}}/keys", "show tls-keys nope", "show tls-keys 0", "set ssl tls-key", "set ssl tls-key #0",
		"set ssl tls-key nope {{key}}", "set ssl tls-key #0 abc", "set ssl tls-key #0 QUJDRA==", "set ssl tls-key #0 {{key}}", "show tls-keys #0",
		"set ssl tls-key {{dir}}/keys {{key}}", "show tls-keys *", "show ssl ocsp-response", "show ssl ocsp-response nope", "set ssl ocsp-response",
		"del ssl crt-list {{dir}}/deflist {{dir}}/site.pem", "del ssl crt-list {{dir}}/deflist {{dir}}/other.pem", "show ssl crt-list -n {{dir}}/deflist",
		"set ssl cert {{dir}}/site.pem <<\n{{mixed}}\n", "commit ssl cert {{dir}}/site.pem", "abort ssl cert {{dir}}/site.pem", "new ssl cert {{dir}}/blank.pem", "show ssl cert {{dir}}/blank.pem",
		"add ssl crt-list {{dir}}/list {{dir}}/blank.pem", "add ssl crt-list {{dir}}/list <<\n{{dir}}/site.pem [foo bar] x.y\n", "add ssl crt-list {{dir}}/list <<\n{{dir}}/site.pem [verify] x.y\n",
		"add ssl crt-list {{dir}}/list <<\n{{dir}}/site.pem [ssl-min-ver foo]\n", "add ssl crt-list {{dir}}/list <<\n{{dir}}/site.pem [verify foo]\n",
		"add ssl crt-list {{dir}}/list <<\n{{dir}}/site.pem [ca-file {{dir}}/nope]\n", "add ssl crt-list {{dir}}/list <<\n{{dir}}/site.pem [alpn h2] [x]\n",
		"add ssl crt-list {{dir}}/list <<\n{{dir}}/site.pem [crl-file {{dir}}/nope]\n", "add ssl crt-list {{dir}}/list <<\n{{dir}}/site.pem [verify required ca-file {{dir}}/nope]\n",
		"add ssl crt-list {{dir}}/folder {{dir}}/site.pem", "show ssl crt-list -n {{dir}}/folder", "add ssl crt-list", "del ssl crt-list", "set ssl ca-file", "set ssl ca-file nope", "set ssl crl-file",
		"del ssl ca-file", "del ssl crl-file", "commit ssl ca-file", "commit ssl crl-file", "show ssl crl-file {{dir}}/crl.pem", "show ssl crl-file {{dir}}/nocrl.pem",
		"set ssl ca-file {{dir}}/ca.pem <<\n{{ca}}\n", "abort ssl ca-file {{dir}}/ca.pem", "set ssl ocsp-response AAAA", "set ssl cert {{dir}}/site.pem.issuer <<\njunk\n",
		"set ssl ocsp-response zz!", "show ssl cert {{dir}}/site.pem.ocsp",
		"del ssl crt-list {{dir}}/list {{dir}}/site.pem", "del ssl crt-list {{dir}}/list {{dir}}/site.pem:2", "del ssl crt-list {{dir}}/list {{dir}}/other.pem:x", "del ssl crt-list {{dir}}/list {{dir}}/other.pem:9",
		"del ssl crt-list {{dir}}/list :3", "del ssl crt-list {{dir}}/folder/ {{dir}}/folder/one.pem:1", "show ssl crt-list {{dir}}/folder/", "show ssl crt-list -n", "show ssl crl-file {{dir}}/crl.pem:2",
		"add ssl crt-list {{dir}}/list <<\n[verify none] x\n", "add ssl crt-list {{dir}}/folder {{dir}}/folder/two.pem", "set ssl ca-file {{dir}}/ca.pem <<\n{{cas}}\n", "show ssl ca-file",
		"show ssl ca-file *{{dir}}/ca.pem", "commit ssl ca-file {{dir}}/ca.pem", "show ssl ca-file {{dir}}/ca.pem", "show ssl ca-file {{dir}}/ca.pem:3",
		"set ssl cert {{dir}}/other.pem.ocsp <<\nAAAA\n", "commit ssl cert {{dir}}/other.pem", "abort ssl cert {{dir}}/other.pem",
		"new ssl cert n.pem", "set ssl cert n.pem <<\n{{fresh}}\n", "del ssl cert n.pem", "set ssl cert {{dir}}/nope.pem <<\nJUNK\n", "set ssl cert {{dir}}/site.pem.key <<\nJUNK\n", "commit ssl cert n.pem",
		"del ssl cert n.pem", "new ssl ca-file n.ca", "set ssl ca-file n.ca <<\n{{ca}}\n", "del ssl ca-file n.ca", "commit ssl ca-file n.ca", "del ssl ca-file n.ca", "del ssl ca-file n.ca",
	} {
		commands = append(commands, strings.NewReplacer("{{dir}}", l.dir, "{{fresh}}", l.fresh, "{{mixed}}", l.mixed, "{{ca}}", strings.TrimSpace(string(l.ca.PEM())), "{{cas}}", strings.TrimSpace(cas), "{{key}}", base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 48)))).Replace(c))
	}
	for _, kind := range []string{"haproxy", "weir"} {
		_, sock := l.start(t, kind, tlsOracle)
		for _, c := range commands {
			answers[kind] = append(answers[kind], strings.ReplaceAll(ask(sock, c), filepath.Dir(sock), "DIR"))
		}
	}
	for i, c := range commands {
		h := answers["haproxy"][i]
		w := answers["weir"][i]
		if strings.HasPrefix(h, "wrong ") { // HAProxy leaves the line open
			w = strings.Replace(w, "\n\n", "\n", 1)
		}
		if h != w {
			t.Errorf("%.80q: haproxy\n%s\nweir\n%s", c, h, w)
		}
	}
}
