package tlsconf

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	mrand "math/rand/v2"
	"strings"
	"testing"
	"time"

	"weir/conf"
	"weir/internal/testpki"
)

// party is a certificate with its key.
type party struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// party makes a certificate of by, or of its own where that is nil.
func newParty(t *testing.T, by *party, name string, change func(*x509.Certificate)) *party {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, _ := rand.Int(rand.Reader, big.NewInt(1<<60))
	c := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	change(c)
	if by == nil {
		by = &party{c, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, by.cert, key.Public(), by.key)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return &party{c, key}
}

func asCA(c *x509.Certificate) {
	c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign|x509.KeyUsageDigitalSignature
}

// TestChainsRandom: chains as authorities make them, good and bad, with what is needed, what is not and what is missing, in any order: the verdict is
// that of crypto/x509.
func TestChainsRandom(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	r := mrand.New(mrand.NewPCG(seed, 1))
	one := func(n int) bool { return r.IntN(n) == 0 }
	spoil := func(c *x509.Certificate, ca bool) {
		switch {
		case one(14):
			c.NotBefore, c.NotAfter = time.Now().Add(-2*time.Hour), time.Now().Add(-time.Minute)
		case one(14):
			c.NotBefore = time.Now().Add(time.Minute)
		case one(10):
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		case ca && one(14):
			c.IsCA, c.KeyUsage = false, 0
		case ca && one(7):
			c.MaxPathLen, c.MaxPathLenZero = r.IntN(2), true
		case ca && one(7):
			c.PermittedDNSDomains = []string{"example.com"}
		}
	}
	good := 0
	const rounds = 400
	for range rounds {
		trusted, roots := anchors{}, x509.NewCertPool()
		var all []*party
		for i := range 1 + r.IntN(2) {
			p := newParty(t, nil, fmt.Sprintf("root %d", i), func(c *x509.Certificate) { asCA(c); spoil(c, one(3)) })
			all = append(all, p)
			if !one(8) {
				trusted.add(p.cert)
				roots.AddCert(p.cert)
			}
		}
		top := len(all)
		for i := range r.IntN(5) {
			all = append(all, newParty(t, all[r.IntN(len(all))], fmt.Sprintf("authority %d", i), func(c *x509.Certificate) { asCA(c); spoil(c, true) }))
		}
		leaf := newParty(t, all[r.IntN(len(all))], "leaf", func(c *x509.Certificate) {
			c.KeyUsage, c.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
			c.DNSNames = []string{[2]string{"www.example.com", "www.example.org"}[r.IntN(2)]}
			spoil(c, false)
		})
		shown, inter := []*x509.Certificate{leaf.cert}, x509.NewCertPool()
		for _, i := range r.Perm(len(all)) {
			if !one(8) && (i >= top || one(2)) {
				shown = append(shown, all[i].cert)
				inter.AddCert(all[i].cert)
			}
		}
		_, err := leaf.cert.Verify(x509.VerifyOptions{Roots: roots, Intermediates: inter, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
		v := (&authorities{trusted: trusted}).check(shown, x509.ExtKeyUsageClientAuth, time.Now(), noPass)
		if (err == nil) != (v.bad == nil) {
			t.Fatalf("seed %d: crypto/x509 says %v; got %v", seed, err, v.bad)
		}
		if err == nil {
			good++
			if v.root == nil || v.last+v.own+v.ca != 0 {
				t.Fatalf("seed %d: root %v, errors %d %d %d of a good chain", seed, v.root, v.last, v.own, v.ca)
			}
		} else if all := (&authorities{trusted: trusted}).check(shown, x509.ExtKeyUsageClientAuth, time.Now(), func(int, int) bool { return true }); all.bad != nil || all.last == 0 {
			t.Fatalf("seed %d: with everything let pass: %v, %d", seed, all.bad, all.last)
		}
	}
	if good < rounds/8 || good > rounds*7/8 {
		t.Errorf("seed %d: %d of %d chains were good: that tells little", seed, good, rounds)
	}
}

// TestChainLimits: a peer that sends a long chain, or a thousand certificates that all could be the issuer, keeps nobody busy, and does not get in.
func TestChainLimits(t *testing.T) {
	root := newParty(t, nil, "root", asCA)
	trusted := anchors{}
	trusted.add(root.cert)
	a := &authorities{trusted: trusted}
	p := root
	var shown []*x509.Certificate
	for i := range maxChain + 2 {
		p = newParty(t, p, fmt.Sprint(i), asCA)
		shown = append([]*x509.Certificate{p.cert}, shown...)
	}
	v := a.check(shown, x509.ExtKeyUsageClientAuth, time.Now(), noPass)
	if v.bad == nil || v.bad.Code != errTooLong || len(v.chain) != maxChain {
		t.Errorf("a chain of %d: %v, %d of it looked at", len(shown), v.bad, len(v.chain))
	}
	if v := a.check(shown[4:], x509.ExtKeyUsageClientAuth, time.Now(), noPass); v.bad != nil {
		t.Errorf("a chain of %d: %v", len(shown)-4, v.bad)
	}
	bare := func(c *x509.Certificate) { asCA(c); c.SubjectKeyId = []byte{} }
	leaf := newParty(t, newParty(t, nil, "twin", bare), "leaf", func(*x509.Certificate) {})
	shown = []*x509.Certificate{leaf.cert}
	for range 3 * maxSignatureChecks {
		twin := *newParty(t, root, "twin", bare).cert
		twin.SubjectKeyId = nil
		shown = append(shown, &twin)
	}
	b := &builder{trusted: trusted, told: shown[1:], now: time.Now(), checks: maxSignatureChecks}
	ch := b.build(leaf.cert)
	if b.checks != -1 {
		t.Errorf("%d checks are left of %d", b.checks, maxSignatureChecks)
	}
	if v := a.check(shown, x509.ExtKeyUsageClientAuth, time.Now(), noPass); v.bad == nil || v.bad.Code != errSignature {
		t.Errorf("got %v of %d", v.bad, len(ch.certs))
	}
	// A circle ends.
	x := newParty(t, nil, "x", asCA)
	y := newParty(t, x, "y", asCA)
	crossed := newParty(t, y, "x", asCA)
	shown = []*x509.Certificate{newParty(t, x, "leaf", func(*x509.Certificate) {}).cert, crossed.cert, y.cert, crossed.cert, y.cert}
	if v := a.check(shown, x509.ExtKeyUsageClientAuth, time.Now(), noPass); v.bad == nil {
		t.Error("a circle is trusted")
	}
}

// TestAnchors: only what is signed by itself ends a chain.
func TestAnchors(t *testing.T) {
	root := newParty(t, nil, "root", asCA)
	inter := newParty(t, root, "inter", asCA)
	leaf := newParty(t, inter, "leaf", func(*x509.Certificate) {})
	f := func(want int, trust ...*x509.Certificate) {
		t.Helper()
		trusted := anchors{}
		for _, c := range trust {
			trusted.add(c)
			trusted.add(c)
		}
		v := (&authorities{trusted: trusted}).check([]*x509.Certificate{leaf.cert}, x509.ExtKeyUsageServerAuth, time.Now(), noPass)
		if v.last != want || (v.bad == nil) != (want == 0) {
			t.Errorf("got %d, %v; want %d", v.last, v.bad, want)
		}
	}
	f(0, root.cert, inter.cert)
	f(errNoIssuerOfCA, inter.cert)
	f(errNoIssuer, leaf.cert)
	f(errNoIssuer, root.cert)
}

// TestAnchorsWarning: a file that nobody is trusted by is told of.
func TestAnchorsWarning(t *testing.T) {
	l := newLab(t)
	l.write("inter.pem", string(l.ca.Sub(t, "Inter").PEM()))
	l.file("a.pem", leafFor("a"))
	for _, x := range []struct {
		file, more string
		warned     bool
	}{{"ca.pem", "", false}, {"inter.pem", "", true}, {"inter.pem", "ca.pem", false}} {
		l.mustBind(conf.BindTLS{Certs: []string{"a.pem"}, TLS: conf.TLS{Verify: "required", CAFile: x.file}, CAVerifyFile: x.more})
		if got := strings.Contains(strings.Join(l.warnings, "\n"), "no certificate in it is signed by itself"); got != x.warned {
			t.Errorf("%s and %q: warned %v; want %v", x.file, x.more, got, x.warned)
		}
	}
}

// TestSystemCerts: the authorities of the system are those of the file or folder that the environment names.
func TestSystemCerts(t *testing.T) {
	l := newLab(t)
	for _, env := range [][2]string{{l.dir + "/ca.pem", ""}, {"", l.dir}, {l.dir + "/ca.pem", l.dir}} {
		t.Setenv("SSL_CERT_FILE", env[0])
		t.Setenv("SSL_CERT_DIR", env[1])
		list, err := systemCerts()
		if err != nil || len(list) != 1 || !list[0].Equal(l.ca.Cert) {
			t.Errorf("%q: %d certificates, %v", env, len(list), err)
		}
	}
	t.Setenv("SSL_CERT_FILE", l.dir+"/nothing")
	t.Setenv("SSL_CERT_DIR", l.dir+"/nothing")
	_, err := systemCerts()
	want(t, err, "the system has no authorities")
}

// FuzzScope: what a list says of what it is about is read to its end and not further.
func FuzzScope(f *testing.F) {
	f.Add([]byte{0x30, 3, 0x81, 1, 0xff})
	f.Add([]byte{0x30, 12, 0xa0, 10, 0xa0, 8, 0x86, 6, 'h', 't', 't', 'p', ':', 'x'})
	f.Add([]byte{0x30, 0})
	c := testpki.NewCA(f, "Root").Cert
	f.Fuzz(func(t *testing.T, der []byte) {
		if s, strange := parseScope(der, false); !strange && s.users && s.covers(c) {
			t.Fatal("a list of users is about an authority")
		}
		if _, strange := parseScope(der, true); !strange {
			t.Fatal("what was strange no longer is")
		}
	})
}
