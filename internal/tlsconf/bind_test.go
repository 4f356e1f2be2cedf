package tlsconf

import (
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"weir/conf"
	"weir/internal/testpki"
)

// TestNames is which certificate is shown for which name.
func TestNames(t *testing.T) {
	l := newLab(t)
	l.file("one.pem", testpki.Leaf{CN: "one", Names: []string{"one.example.com"}})
	l.file("two.pem", testpki.Leaf{CN: "two", Names: []string{"two.example.com", "*.example.com"}})
	l.file("three.pem", testpki.Leaf{CN: "three", Names: []string{"unused.example.org"}})
	l.write("list", "# a comment\n\nthree.pem [ssl-min-ver TLSv1.3] *.list.example.com !not.list.example.com exact.list.example.com\nthree.pem !x.example.org\n")
	b := conf.BindTLS{Certs: []string{"one.pem", "two.pem"}, Lists: []string{"list"}}
	none := "tls: no certificates configured"
	shown := func(b *Bind, name string) string {
		t.Helper()
		r, err := handshake(t, b.Config(), &tls.Config{InsecureSkipVerify: true, ServerName: name})
		if err != nil {
			if strings.Contains(err.Error(), none) {
				return none
			}
			return err.Error()
		}
		return r.client.PeerCertificates[0].Subject.CommonName
	}
	open := l.mustBind(b)
	b.StrictSNI = true
	strict := l.mustBind(b)
	b.DefaultCerts = []string{"three.pem"}
	b.StrictSNI = false
	def := l.mustBind(b)
	for _, x := range []struct{ name, open, strict, def string }{
		{"one.example.com", "one", "one", "one"},
		{"ONE.Example.COM", "one", "one", "one"},
		{"two.example.com", "two", "two", "two"},
		{"any.example.com", "two", "two", "two"},
		{"a.b.example.com", "one", none, "three"}, // a wildcard is for one label
		{"x.list.example.com", "three", "three", "three"},
		{"not.list.example.com", "one", none, "three"},
		{"exact.list.example.com", "three", "three", "three"},
		{"unused.example.org", "one", none, "three"}, // filters take the place of the certificate's own names
		{".example.com", "two", "two", "two"},        // the wildcard's, as HAProxy has it
		{"", "one", none, "three"},
	} {
		if x.name == "unused.example.org" {
			x.def = "three"
		}
		if got := shown(open, x.name); got != x.open {
			t.Errorf("%q: got %q; want %q", x.name, got, x.open)
		}
		if got := shown(strict, x.name); got != x.strict {
			t.Errorf("strict, %q: got %q; want %q", x.name, got, x.strict)
		}
		if got := shown(def, x.name); got != x.def {
			t.Errorf("default-crt, %q: got %q; want %q", x.name, got, x.def)
		}
	}
	// The options of a list's line are over the bind line's.
	_, err := handshake(t, open.Config(), &tls.Config{InsecureSkipVerify: true, ServerName: "x.list.example.com", MaxVersion: tls.VersionTLS12})
	want(t, err, "unsupported versions")
}

// TestBundle takes the kind of key that the client can check.
func TestBundle(t *testing.T) {
	l := newLab(t)
	l.file("site.pem.rsa", testpki.Leaf{Names: []string{"www.example.com"}, RSA: true})
	l.file("site.pem.ecdsa", testpki.Leaf{Names: []string{"www.example.com"}})
	b := l.mustBind(conf.BindTLS{Certs: []string{"site.pem"}})
	f := func(name string, suite uint16, want string) {
		t.Helper()
		r, err := handshake(t, b.Config(), &tls.Config{InsecureSkipVerify: true, ServerName: name, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{suite}})
		if err != nil {
			t.Fatal(err)
		}
		if got := r.client.PeerCertificates[0].PublicKeyAlgorithm.String(); got != want {
			t.Errorf("%q: got %s; want %s", name, got, want)
		}
	}
	for _, name := range []string{"www.example.com", "other.example.com"} {
		f(name, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, "RSA")
		f(name, tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, "ECDSA")
	}
}

// TestBindErrors is what is wrong with a bind line, and where.
func TestBindErrors(t *testing.T) {
	l := newLab(t)
	l.file("good.pem", testpki.Leaf{Names: []string{"a"}})
	l.file("old.pem", testpki.Leaf{Names: []string{"a"}, From: -2 * time.Hour, To: -time.Hour})
	l.file("bare.pem", testpki.Leaf{Names: []string{"a"}, NoKey: true})
	cert, _ := l.ca.Issue(t, testpki.Leaf{Names: []string{"a"}})
	_, key := l.ca.Issue(t, testpki.Leaf{Names: []string{"b"}})
	l.write("mixed.pem", string(cert)+string(key))
	l.write("empty.pem", "")
	l.write("locked.pem", string(cert)+"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n")
	l.write("badlist", "good.pem [alpnn h2]\n")
	l.write("missing", "nothing.pem\n")
	l.write("mistakes", "good.pem\ngood.pem [alpn h2\nnothing.pem\n")
	l.write("nolines", "# none\n\n")
	l.write("keys", "c2hvcnQ=\n")
	f := func(text string, b conf.BindTLS) {
		t.Helper()
		_, err := l.bind(b)
		want(t, err, text)
		if err != nil && !strings.Contains(err.Error(), `x.cfg:3:8: frontend "f": bind: `) {
			t.Errorf("no place in %v", err)
		}
	}
	crt := func(name string) conf.BindTLS { return conf.BindTLS{Certs: []string{name}} }
	f("", crt("good.pem"))
	f(`crt: "nothing.pem": no such file or directory`, crt("nothing.pem"))
	f("no private key in it", crt("bare.pem"))
	for _, verify := range []string{"", "none"} { // what nothing is checked by must be there all the same
		b := crt("good.pem")
		b.Verify, b.CAFile = verify, "nothing.pem"
		f(`ca-file: "nothing.pem": no such file or directory`, b)
		b = crt("good.pem")
		b.Verify, b.CAVerifyFile = verify, "nothing.pem"
		f(`ca-verify-file: "nothing.pem": no such file or directory`, b)
		b = crt("good.pem")
		b.Verify, b.CRLFile = verify, "nothing.pem"
		f(`crl-file: "nothing.pem": no such file or directory`, b)
	}
	f("the private key is not that of the certificate", crt("mixed.pem"))
	f("no certificate in it", crt("empty.pem"))
	f("the private key is encrypted", crt("locked.pem"))
	f("ssl: no certificate; want crt, crt-list or acme", conf.BindTLS{})
	f(`line 1: unknown option "alpnn" (did you mean "alpn"?)`, conf.BindTLS{Lists: []string{"badlist"}})
	f(`"missing": line 1: "nothing.pem": no such file`, conf.BindTLS{Lists: []string{"missing"}})
	f("line 2: no ] at the end", conf.BindTLS{Lists: []string{"mistakes"}})
	f(`line 3: "nothing.pem": no such file`, conf.BindTLS{Lists: []string{"mistakes"}})
	f("ssl: no certificate; want crt, crt-list or acme", conf.BindTLS{Lists: []string{"nolines"}})
	f("", conf.BindTLS{Lists: []string{"nolines"}, StrictSNI: true})
	if _, err := l.bind(conf.BindTLS{Lists: []string{"mistakes"}}); strings.Contains(fmt.Sprint(err), "no certificate;") {
		t.Errorf("a list with mistakes is told to be empty: %v", err)
	}
	f("keys\": line 1: want 48 or 80 bytes in base64", conf.BindTLS{Certs: []string{"good.pem"}, TicketKeys: l.dir + "/keys"})
	l.write("mixed", strings.Repeat("A", 64)+"\n\n"+base64.StdEncoding.EncodeToString(make([]byte, 80))+"\n"+strings.Repeat("C", 64)+"\n")
	f("mixed\": line 3: a key of 80 bytes; want 48, as the ones before", conf.BindTLS{Certs: []string{"good.pem"}, TicketKeys: l.dir + "/mixed"})
	for _, x := range []struct {
		bad  string
		list []string
	}{{"999", []string{"10", "999"}}, {"95", []string{"95"}}, {"0", []string{"0"}}, {"all", []string{"all", "10"}}, {"all", []string{"10", "all"}}, {"X509_V_OK", []string{"X509_V_OK"}}} {
		b := crt("good.pem") // whether clients are asked or not
		b.CrtIgnore = x.list
		f(`crt-ignore-err: got "`+x.bad+`"; want "all" alone`, b)
		b.CrtIgnore, b.CAIgnore = nil, x.list
		f(`ca-ignore-err: got "`+x.bad+`"; want "all" alone`, b)
	}
	verify := func(file string) conf.BindTLS {
		b := crt("good.pem")
		b.Verify, b.CAFile = "required", file
		return b
	}
	f("verify: required: no authority to trust", verify(""))
	f(`ca-file: "nothing.pem": no such file`, verify("nothing.pem"))
	f(`ca-file: "empty.pem": no certificate in it, and without any nobody could be trusted`, verify("empty.pem"))
	f("", verify("ca.pem"))
	bad := crt("good.pem")
	bad.MinVer, bad.MaxVer = "TLSv1.3", "TLSv1.2"
	f("no version of TLS is left", bad)
	bad = crt("good.pem")
	bad.Ciphers = "DHE-RSA-AES128-SHA"
	f(`ciphers: crypto/tls has none of "DHE-RSA-AES128-SHA"`, bad)
	bad.Ciphers, bad.Curves = "", "brainpoolP256r1"
	f("curves", bad)

	l.mustBind(crt("old.pem"))
	if !slices.ContainsFunc(l.warnings, func(s string) bool { return strings.Contains(s, `old.pem": the certificate expired at`) }) {
		t.Errorf("got %q; want that old.pem has expired", l.warnings)
	}
	l.mustBind(conf.BindTLS{Certs: []string{"good.pem"}, TLS: conf.TLS{ALPN: []string{"h2", "http/1.1"}, SigAlgs: "RSA+SHA256", Ciphers: "DHE-RSA-AES128-SHA:ECDHE-ECDSA-AES128-GCM-SHA256:!aNULL",
		Curves: "X25519:brainpoolP256r1", CipherSuites: "TLS_AES_128_GCM_SHA256"}})
	all := strings.Join(l.warnings, "\n")
	for _, w := range []string{"sigalgs: crypto/tls chooses", "ciphers: crypto/tls has no DHE-RSA-AES128-SHA: left out", "curves: crypto/tls has no brainpoolP256r1", "TLS_AES_256_GCM_SHA384, TLS_CHACHA20_POLY1305_SHA256 cannot be left out"} {
		if !strings.Contains(all, w) {
			t.Errorf("no warning %q in\n%s", w, all)
		}
	}
}

func TestALPN(t *testing.T) {
	l := newLab(t)
	l.file("a.pem", testpki.Leaf{Names: []string{"a"}})
	b := l.mustBind(conf.BindTLS{Certs: []string{"a.pem"}, TLS: conf.TLS{ALPN: []string{"h2", "http/1.1"}}})
	f := func(want string, offer ...string) {
		t.Helper()
		r, err := handshake(t, b.Config(), &tls.Config{InsecureSkipVerify: true, NextProtos: offer})
		if err != nil || r.server.NegotiatedProtocol != want {
			t.Errorf("%q: got %q, %v; want %q", offer, r.server.NegotiatedProtocol, err, want)
		}
	}
	f("h2", "h2", "http/1.1")
	f("http/1.1", "http/1.1")
	f("", "acme-tls/1") // as with OpenSSL
	f("")
}

// TestClientCerts is who gets in, by what is asked for and what is shown.
func TestClientCerts(t *testing.T) {
	l := newLab(t)
	other := testpki.NewCA(t, "Other")
	l.file("a.pem", testpki.Leaf{Names: []string{"a"}})
	good := l.ca.Pair(t, testpki.Leaf{CN: "good"})
	old := l.ca.Pair(t, testpki.Leaf{CN: "old", From: -2 * time.Hour, To: -time.Hour})
	young := l.ca.Pair(t, testpki.Leaf{CN: "young", From: 30 * time.Minute})
	strange := other.Pair(t, testpki.Leaf{CN: "strange"})
	revokedPEM, revokedKey := l.ca.Issue(t, testpki.Leaf{CN: "revoked"})
	revoked, err := tls.X509KeyPair(revokedPEM, revokedKey)
	if err != nil {
		t.Fatal(err)
	}
	l.write("crl.pem", string(l.ca.CRL(t, time.Hour, revokedPEM)))
	l.write("oldcrl.pem", string(l.ca.CRL(t, -time.Minute)))
	l.write("othercrl.pem", string(other.CRL(t, time.Hour)))
	base := func(verify string) conf.BindTLS {
		return conf.BindTLS{Certs: []string{"a.pem"}, TLS: conf.TLS{Verify: verify, CAFile: "ca.pem"}}
	}
	for _, v := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		f := func(text string, b conf.BindTLS, certs ...tls.Certificate) {
			t.Helper()
			cfg := &tls.Config{InsecureSkipVerify: true, ServerName: "a", MaxVersion: v}
			if len(certs) > 0 {
				cfg.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &certs[0], nil }
			}
			_, err := handshake(t, l.mustBind(b).Config(), cfg)
			want(t, err, text)
		}
		f("", base("required"), good)
		f("didn't provide a certificate", base("required"))
		f("its issuer is not trusted", base("required"), strange)
		f("it has expired", base("required"), old)
		f("it has expired", base("optional"), old)
		f("it is not valid yet", base("required"), young)
		f("", base("optional"), good)
		f("", base("optional"))
		f("its issuer is not trusted", base("optional"), strange)
		f("", base("none"), strange)
		crl := func(name string) conf.BindTLS {
			b := base("required")
			b.CRLFile = name
			return b
		}
		f("", crl("crl.pem"), good)
		f("it is revoked", crl("crl.pem"), revoked)
		f("the revocation list has expired", crl("oldcrl.pem"), good)
		f("there is no revocation list of its issuer", crl("othercrl.pem"), good)
		pass := func(errs ...string) conf.BindTLS {
			b := base("required")
			b.CrtIgnore = errs
			return b
		}
		f("", pass("all"), strange)
		f("", pass("10"), old)
		f("it is not valid yet", pass("10"), young)
		f("", pass("9"), young)
		f("", pass("X509_V_ERR_CERT_NOT_YET_VALID"), young)
		f("its issuer is not trusted", pass("10"), strange)
	}
}

// TestResumption: a session is resumed for the name and the rules that it was made for, and for nothing else (RFC 6066, 3).
func TestResumption(t *testing.T) {
	l := newLab(t)
	other := testpki.NewCA(t, "Other")
	l.write("other.pem", string(other.PEM()))
	l.file("a.pem", testpki.Leaf{Names: []string{"open.example.com"}})
	l.file("b.pem", testpki.Leaf{Names: []string{"mine.example.com"}})
	l.file("c.pem", testpki.Leaf{Names: []string{"theirs.example.com"}})
	l.write("list", "a.pem\nb.pem [verify required ca-file ca.pem]\nc.pem [verify required ca-file other.pem]\n")
	b := l.mustBind(conf.BindTLS{Lists: []string{"list"}})
	mine := l.ca.Pair(t, testpki.Leaf{CN: "me"})
	for _, v := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		// The cache gives its one session for every name, as a client would that wants to break in.
		cache := &oneSession{}
		dial := func(name string, cert bool) (shaken, error) {
			cfg := &tls.Config{InsecureSkipVerify: true, ServerName: name, ClientSessionCache: cache, MaxVersion: v}
			if cert {
				cfg.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &mine, nil }
			}
			return handshake(t, b.Config(), cfg)
		}
		f := func(name string, cert, resumed bool, text string) {
			t.Helper()
			cache.freeze = true
			r, err := dial(name, cert)
			want(t, err, text)
			if err == nil && r.server.DidResume != resumed {
				t.Errorf("TLS %x, %s: resumed %v; want %v", v, name, r.server.DidResume, resumed)
			}
		}
		start := func(name string, cert bool) {
			t.Helper()
			cache.freeze, cache.s = false, nil
			if _, err := dial(name, cert); err != nil {
				t.Fatal(err)
			}
		}
		start("open.example.com", false)
		f("open.example.com", false, true, "")
		f("mine.example.com", false, false, "didn't provide a certificate")
		f("theirs.example.com", false, false, "didn't provide a certificate")
		start("mine.example.com", true)
		f("mine.example.com", false, true, "")
		f("open.example.com", false, false, "")
		f("theirs.example.com", false, false, "didn't provide a certificate")
		f("theirs.example.com", true, false, "its issuer is not trusted")
	}
}

// oneSession gives the session that it has, whatever it is asked for.
type oneSession struct {
	s      *tls.ClientSessionState
	freeze bool
}

func (c *oneSession) Get(string) (*tls.ClientSessionState, bool) { return c.s, c.s != nil }
func (c *oneSession) Put(_ string, s *tls.ClientSessionState) {
	if !c.freeze {
		c.s = s
	}
}

func TestNoTickets(t *testing.T) {
	l := newLab(t)
	l.file("a.pem", testpki.Leaf{Names: []string{"a"}})
	b := l.mustBind(conf.BindTLS{Certs: []string{"a.pem"}, TLS: conf.TLS{NoTickets: true}})
	cfg := &tls.Config{InsecureSkipVerify: true, ServerName: "a", ClientSessionCache: tls.NewLRUClientSessionCache(1)}
	for range 2 {
		r, err := handshake(t, b.Config(), cfg)
		if err != nil || r.server.DidResume {
			t.Fatal(r.server.DidResume, err)
		}
	}
}

// TestTicketKeys: two binds with the same file resume each other's sessions, as two machines would.
func TestTicketKeys(t *testing.T) {
	l := newLab(t)
	l.file("a.pem", testpki.Leaf{Names: []string{"a"}})
	l.write("keys", strings.Repeat("A", 64)+"\n"+strings.Repeat("B", 64)+"\n"+strings.Repeat("C", 64)+"\n")
	cfg := &tls.Config{InsecureSkipVerify: true, ServerName: "a", ClientSessionCache: tls.NewLRUClientSessionCache(1)}
	for i := range 2 {
		b := l.mustBind(conf.BindTLS{Certs: []string{"a.pem"}, TicketKeys: l.dir + "/keys"})
		r, err := handshake(t, b.Config(), cfg)
		if err != nil || r.server.DidResume != (i == 1) {
			t.Fatal(i, r.server.DidResume, err)
		}
	}
}

// TestCrtStore finds certificates by the names that a crt-store gives them.
func TestCrtStore(t *testing.T) {
	l := newLab(t)
	cert, key := l.ca.Issue(t, testpki.Leaf{Names: []string{"a.example.com"}})
	l.write("stored.crt", string(cert))
	l.write("elsewhere.key", string(key))
	l.cfg.CrtStores = []*conf.CrtStore{{Name: "web", CrtBase: l.dir, KeyBase: l.dir, Loads: []*conf.CrtLoad{{Crt: "stored.crt", Alias: "a", Key: "elsewhere.key"}}}}
	b := l.mustBind(conf.BindTLS{Certs: []string{"@web/a"}})
	if r, err := handshake(t, b.Config(), &tls.Config{InsecureSkipVerify: true}); err != nil || r.client.PeerCertificates[0].DNSNames[0] != "a.example.com" {
		t.Fatal(err)
	}
	_, err := l.bind(conf.BindTLS{Certs: []string{"@web/b"}})
	want(t, err, `"@web/b": no crt-store section has it`)
}
