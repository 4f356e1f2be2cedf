package tlsconf

import (
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"weir/conf"
	"weir/internal/testpki"
)

// signFile writes the lab's authority with its key.
func (l *lab) signFile(name string) {
	l.t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(l.ca.Key())
	if err != nil {
		l.t.Fatal(err)
	}
	l.write(name, string(l.ca.PEM())+string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})))
}

// TestGenerate: a name that no certificate is for gets one that the authority signs, the same again and again; what is no name gets the default.
func TestGenerate(t *testing.T) {
	l := newLab(t)
	l.signFile("sign.pem")
	l.file("site.pem", testpki.Leaf{CN: "site", Names: []string{"www.example.com", "*.wild.example.com"}})
	l.cfg.Global.TLS.Generated = 3
	b := l.mustBind(conf.BindTLS{Certs: []string{"site.pem"}, Generate: true, CASignFile: "sign.pem"})
	shown := func(name string) *x509.Certificate {
		t.Helper()
		r, err := handshake(t, b.Config(), &tls.Config{InsecureSkipVerify: true, ServerName: name})
		if err != nil {
			t.Fatal(err)
		}
		return r.client.PeerCertificates[0]
	}
	for name, want := range map[string]string{"www.example.com": "site", "a.wild.example.com": "site", "": "site", "-bad.example.com": "site", "a b": "site", "*.example.com": "site",
		strings.Repeat("x", 64) + ".example.com": "site", "Other.example.com": "other.example.com"} {
		if got := shown(name).Subject.CommonName; got != want {
			t.Errorf("%q is shown %q; want %q", name, got, want)
		}
	}
	long := strings.Repeat("x", 40) + "." + strings.Repeat("y", 40) + ".example.com"
	for _, name := range []string{"other.example.com", long} {
		c := shown(name)
		if _, err := c.Verify(x509.VerifyOptions{DNSName: name, Roots: l.ca.Pool()}); err != nil {
			t.Error(err)
		}
		if again := shown(name); !again.Equal(c) {
			t.Errorf("%s: another certificate the second time", name)
		}
	}
	for i := range 50 {
		shown(fmt.Sprintf("n%d.example.com", i))
	}
	if n, m := b.gen.recent.Len(), len(b.gen.byName); n != 3 || m != 3 {
		t.Errorf("%d and %d are kept; want 3", n, m)
	}
	b.t.StrictSNI = true
	if c := shown("strict.example.com"); c.Subject.CommonName != "strict.example.com" {
		t.Error(c.Subject)
	}
}

// TestGenerateLocked: the authority's key may have a passphrase; a certificate whose time is half over is made anew.
func TestGenerateLocked(t *testing.T) {
	l := newLab(t)
	key, err := os.ReadFile("testdata/keys/pbes2_aes256")
	if err != nil {
		t.Fatal(err)
	}
	l.write("sign.pem", l.selfSigned(key)+string(key))
	b := l.mustBind(conf.BindTLS{Generate: true, CASignFile: "sign.pem", CASignPass: "secret"})
	r, err := handshake(t, b.Config(), &tls.Config{InsecureSkipVerify: true, ServerName: "x.example"})
	if err != nil {
		t.Fatal(err)
	}
	first := r.client.PeerCertificates[0]
	if b.gen.find("x.example", b.names.Load(), time.Now()) == nil || b.gen.find("x.example", b.names.Load(), time.Now().Add(time.Hour)) != nil {
		t.Errorf("kept until %v", first.NotAfter)
	}
	if _, err := handshake(t, b.Config(), &tls.Config{InsecureSkipVerify: true}); err == nil {
		t.Error("there is a certificate for no name")
	}
}

// TestKeyLike: whoever can only check RSA can check all of a chain.
func TestKeyLike(t *testing.T) {
	k, err := keyLike(&rsa.PrivateKey{})
	if _, ok := k.(*rsa.PrivateKey); !ok || err != nil {
		t.Errorf("%T, %v", k, err)
	}
}

// TestGenerateClientCerts: clients of a certificate that was made are checked as others are, with the authorities of now.
func TestGenerateClientCerts(t *testing.T) {
	l := newLab(t)
	l.signFile("sign.pem")
	s := l.store()
	b, err := s.Bind(&conf.Proxy{Name: "f", Kind: conf.Frontend, Mode: conf.ModeHTTP}, &conf.Bind{TLS: conf.BindTLS{On: true, Generate: true, CASignFile: "sign.pem",
		TLS: conf.TLS{Verify: "required", CAFile: "ca.pem"}}})
	if err != nil {
		t.Fatal(err)
	}
	try := func(ca *testpki.CA) error {
		pair := ca.Pair(t, leafFor("client"))
		_, err := handshake(t, b.Config(), &tls.Config{InsecureSkipVerify: true, ServerName: "x.example",
			GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil }})
		return err
	}
	other := testpki.NewCA(t, "Other")
	want(t, try(l.ca), "")
	want(t, try(other), "its issuer is not trusted")
	s.Command("set ssl ca-file", []string{l.dir + "/ca.pem"}, string(other.PEM()))
	if got := s.Command("commit ssl ca-file", []string{l.dir + "/ca.pem"}, ""); !strings.HasSuffix(got, "Success!") {
		t.Fatal(got)
	}
	want(t, try(l.ca), "its issuer is not trusted")
	want(t, try(other), "")
}

func TestGenerateErrors(t *testing.T) {
	l := newLab(t)
	l.file("site.pem", leafFor("a"))
	l.signFile("sign.pem")
	_, err := l.bind(conf.BindTLS{Certs: []string{"site.pem"}, Generate: true})
	want(t, err, "want ca-sign-file")
	_, err = l.bind(conf.BindTLS{Certs: []string{"site.pem"}, Generate: true, CASignFile: "site.pem"})
	want(t, err, "it may not sign certificates")
	_, err = l.bind(conf.BindTLS{Certs: []string{"site.pem"}, Generate: true, CASignFile: "ca.pem"})
	want(t, err, "no private key in it")
	l.mustBind(conf.BindTLS{Certs: []string{"site.pem"}, CASignFile: "sign.pem"})
	if all := strings.Join(l.warnings, "\n"); !strings.Contains(all, "does nothing without generate-certificates") {
		t.Error(all)
	}
}

// TestIssuersChain: a certificate without a chain gets the one that its issuer is the first of.
func TestIssuersChain(t *testing.T) {
	l := newLab(t)
	chains := t.TempDir()
	testpki.Write(t, chains, "a.pem", testpki.NewCA(t, "Other").PEM())
	testpki.Write(t, chains, "b.pem", append(l.ca.PEM(), testpki.NewCA(t, "Above").PEM()...))
	l.file("site.pem", leafFor("a"))
	f := func(certs int) {
		t.Helper()
		b := l.mustBind(conf.BindTLS{Certs: []string{"site.pem"}})
		r, err := handshake(t, b.Config(), &tls.Config{InsecureSkipVerify: true, ServerName: "a"})
		if err != nil || len(r.client.PeerCertificates) != certs {
			t.Errorf("%d certificates, %v; want %d", len(r.client.PeerCertificates), err, certs)
		}
	}
	f(1)
	l.cfg.Global.TLS.IssuersChain = chains
	f(3)
	l.write("site.pem.issuer", string(l.ca.PEM()))
	f(3) // it is for OCSP
	os.Remove(l.dir + "/site.pem.issuer")
	testpki.Write(t, chains, "c.pem", []byte("junk"))
	_, err := l.bind(conf.BindTLS{Certs: []string{"site.pem"}})
	want(t, err, "issuers-chain-path")
}
