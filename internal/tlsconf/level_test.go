package tlsconf

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"weir/conf"
	"weir/internal/testpki"
)

func TestStrength(t *testing.T) {
	rsaOf := func(bits int) *rsa.PublicKey {
		return &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), uint(bits-1)), E: 65537}
	}
	for _, x := range []struct {
		key  any
		want int
	}{
		{rsaOf(512), 0}, {rsaOf(1024), 80}, {rsaOf(2047), 80}, {rsaOf(2048), 112}, {rsaOf(3072), 128}, {rsaOf(4096), 128}, {rsaOf(7680), 192}, {rsaOf(15360), 256},
		{&ecdsa.PublicKey{Curve: elliptic.P224()}, 112}, {&ecdsa.PublicKey{Curve: elliptic.P256()}, 128}, {&ecdsa.PublicKey{Curve: elliptic.P384()}, 192}, {&ecdsa.PublicKey{Curve: elliptic.P521()}, 256},
		{ed25519.PublicKey{}, 128}, {nil, 0},
	} {
		if got, what := strength(x.key); got != x.want {
			t.Errorf("%s: %d bits; want %d", what, got, x.want)
		}
	}
}

// TestLevelCertificates: what is too weak is not shown, and not taken from others.
func TestLevelCertificates(t *testing.T) {
	l := newLab(t)
	l.file("rsa.pem", testpki.Leaf{Names: []string{"a"}, RSA: true}) // of 2048 bits
	l.file("ec.pem", testpki.Leaf{Names: []string{"a"}})             // of 256 bits
	f := func(level int, file, text string) {
		t.Helper()
		l.cfg.Global.TLS.SecurityLevel = level
		_, err := l.bind(conf.BindTLS{Certs: []string{file}})
		want(t, err, text)
	}
	f(0, "rsa.pem", "")
	f(2, "rsa.pem", "")
	f(3, "rsa.pem", `rsa.pem": it has an RSA key of 2048 bits, of less than the 128 bits of security that ssl-security-level 3 wants`)
	f(3, "ec.pem", "")
	f(4, "ec.pem", "it has an ECDSA key of 256 bits")

	rsaPair, ecPair := l.ca.Pair(t, testpki.Leaf{Names: []string{"a"}, RSA: true}), l.ca.Pair(t, testpki.Leaf{Names: []string{"a"}})
	g := func(level int, pair tls.Certificate, text string) {
		t.Helper()
		l.cfg.Global.TLS.SecurityLevel = level
		v, err := l.server(conf.ServerTLS{TLS: conf.TLS{CAFile: "ca.pem"}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = handshake(t, &tls.Config{Certificates: []tls.Certificate{pair}, CurvePreferences: nil}, v.Config("a"))
		want(t, err, text)
	}
	g(2, rsaPair, "")
	g(3, rsaPair, "its key is too small for ssl-security-level")
	g(3, ecPair, "")
	g(4, ecPair, "its key is too small for ssl-security-level")
}

// TestLevelWarning: a certificate that HAProxy in Debian refuses to show is told, where nothing is said of levels.
func TestLevelWarning(t *testing.T) {
	l := newLab(t)
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"a"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	l.write("small.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))+string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})))
	l.file("good.pem", leafFor("a"))
	f := func(level int, file, warning string) {
		t.Helper()
		l.cfg.Global.TLS.SecurityLevel = level
		l.mustBind(conf.BindTLS{Certs: []string{file}})
		if got := strings.Join(l.warnings, "\n"); (warning == "") != (got == "") || !strings.Contains(got, warning) {
			t.Errorf("level %d, %s: got %q; want %q", level, file, got, warning)
		}
	}
	f(0, "good.pem", "")
	f(0, "small.pem", `small.pem": it has an RSA key of 1024 bits, of less than 112 bits of security: OpenSSL as Debian has it shows no such certificate, nor would ssl-security-level 2`)
	f(1, "small.pem", "") // that is what was asked for
}

// TestLevelParams: versions, suites and groups that are too weak are not offered.
func TestLevelParams(t *testing.T) {
	f := func(l level, p conf.TLS) (cfg *tls.Config, bad, warned string) {
		var b, w []string
		cfg = &tls.Config{}
		params(cfg, &p, l, &report{bad: func(k, _ string, _ ...any) { b = append(b, k) }, warn: func(k, _ string, _ ...any) { w = append(w, k) }})
		return cfg, strings.Join(b, " "), strings.Join(w, " ")
	}
	if cfg, bad, warned := f(1, conf.TLS{MinVer: "TLSv1.0"}); cfg.MinVersion != tls.VersionTLS12 || bad != "" || warned != "ssl-min-ver" {
		t.Errorf("level 1 begins at %x: %q, %q", cfg.MinVersion, bad, warned)
	}
	if cfg, bad, warned := f(0, conf.TLS{MinVer: "TLSv1.0"}); cfg.MinVersion != tls.VersionTLS10 || bad+warned != "" {
		t.Errorf("level 0 begins at %x: %q, %q", cfg.MinVersion, bad, warned)
	}
	if _, bad, _ := f(1, conf.TLS{MaxVer: "TLSv1.1"}); bad != "ssl-max-ver" {
		t.Errorf("TLS 1.1 alone at level 1: %q", bad)
	}
	if cfg, bad, warned := f(2, conf.TLS{}); cfg.CipherSuites != nil || cfg.CurvePreferences != nil || cfg.SessionTicketsDisabled || bad+warned != "" {
		t.Errorf("level 2 changes something: %+v, %q, %q", cfg, bad, warned)
	}
	if cfg, _, _ := f(3, conf.TLS{Ciphers: "AES128-SHA:ECDHE-RSA-AES128-SHA:DES-CBC3-SHA"}); !slices.Equal(cfg.CipherSuites, []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA}) || !cfg.SessionTicketsDisabled {
		t.Errorf("level 3: %x", cfg.CipherSuites)
	}
	if cfg, bad, _ := f(3, conf.TLS{Ciphers: "AES128-SHA"}); cfg.MinVersion != tls.VersionTLS13 || bad != "" {
		t.Errorf("level 3 without suites of TLS 1.2 begins at %x, %q", cfg.MinVersion, bad)
	}
	if _, bad, _ := f(3, conf.TLS{Ciphers: "AES128-SHA", MaxVer: "TLSv1.2"}); bad != "ciphers" {
		t.Errorf("level 3 without a suite: %q", bad)
	}
	cfg, bad, warned := f(4, conf.TLS{})
	if slices.ContainsFunc(cfg.CipherSuites, func(id uint16) bool { return CipherBits(id) < 192 || strings.HasSuffix(CipherName(id), "-SHA") }) || len(cfg.CipherSuites) != 4 {
		t.Errorf("level 4: %x", cfg.CipherSuites)
	}
	if !slices.Equal(cfg.CurvePreferences, []tls.CurveID{tls.SecP384r1MLKEM1024, tls.CurveP384, tls.CurveP521}) || bad != "" || warned != "ssl-security-level" {
		t.Errorf("level 4: %v, %q, %q", cfg.CurvePreferences, bad, warned)
	}
	if _, bad, _ := f(5, conf.TLS{Curves: "X25519:P-384"}); bad != "curves" {
		t.Errorf("level 5 with P-384: %q", bad)
	}
}
