package tlsconf

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"strings"
	"testing"
	"time"

	"weir/conf"
	"weir/internal/testpki"
)

func TestSecLevel(t *testing.T) {
	for text, want := range map[string]level{
		"": 0, "DEFAULT": 0, "DEFAULT@SECLEVEL=1": 1, "HIGH:!aNULL:@SECLEVEL=3": 3, "ALL@SECLEVEL=0": conf.NoSecurity, "@SECLEVEL=1:DEFAULT:@SECLEVEL=5": 5, "ALL:@STRENGTH": 0,
	} {
		if c := parseCiphers(text); c.level != want || c.unknown != nil || text != "" && c.list == nil {
			t.Errorf("%q: level %d, %d suites, unknown %q; want level %d", text, c.level, len(c.list), c.unknown, want)
		}
	}
	for _, text := range []string{"DEFAULT@SECLEVEL=6", "DEFAULT@SECLEVEL=", "DEFAULT@SECLEVEL=12", "DEFAULT@FASTEST"} {
		if c := parseCiphers(text); len(c.unknown) != 1 {
			t.Errorf("%q: level %d, unknown %q", text, c.level, c.unknown)
		}
	}
}

// weakPair is a certificate with an RSA key of 1024 bits.
func (l *lab) weakPair() tls.Certificate {
	l.t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		l.t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(77), DNSNames: []string{"a"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, l.ca.Cert, key.Public(), l.ca.Key())
	if err != nil {
		l.t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// TestWeakPeers: the certificates of others must not be weaker than OpenSSL lets them be by itself, unless a level is asked for that lets them.
func TestWeakPeers(t *testing.T) {
	l := newLab(t)
	weak := l.weakPair()
	l.file("site.pem", testpki.Leaf{Names: []string{"a"}})
	site := l.ca.Pair(t, testpki.Leaf{Names: []string{"a"}})
	const small, none = "its key is too small for ssl-security-level", ""
	for _, x := range []struct {
		level   int
		ciphers string
		ignore  []string
		want    string
	}{
		{0, "", nil, small}, {1, "", nil, none}, {2, "", nil, small}, {conf.NoSecurity, "", nil, none}, {0, "DEFAULT@SECLEVEL=1", nil, none}, {0, "DEFAULT@SECLEVEL=0", nil, none},
		{1, "DEFAULT:@SECLEVEL=2", nil, small}, {0, "", []string{"66"}, none},
	} {
		l.cfg.Global.TLS.SecurityLevel = x.level
		b := l.mustBind(conf.BindTLS{TLS: conf.TLS{Ciphers: x.ciphers, Verify: "required", CAFile: "ca.pem"}, Certs: []string{"site.pem"}, CrtIgnore: x.ignore})
		_, err := handshake(t, b.Config(), &tls.Config{RootCAs: l.ca.Pool(), ServerName: "a", Certificates: []tls.Certificate{weak}})
		if x.want == small && err != nil && !strings.Contains(err.Error(), "has an RSA key of 1024 bits") {
			t.Errorf("level %d, %q: it is not said what is too small: %v", x.level, x.ciphers, err)
		}
		want(t, err, x.want)
		if x.ignore != nil {
			continue
		}
		v, err := l.server(conf.ServerTLS{TLS: conf.TLS{CAFile: "ca.pem", Ciphers: x.ciphers}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = handshake(t, &tls.Config{Certificates: []tls.Certificate{weak}}, v.Config("a"))
		want(t, err, x.want)
		_, err = handshake(t, &tls.Config{Certificates: []tls.Certificate{site}}, v.Config("a"))
		want(t, err, none)
	}
}
