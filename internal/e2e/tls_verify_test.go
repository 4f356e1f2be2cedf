package e2e

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"weir/internal/peer"
	"weir/internal/testpki"
)

// holder is a certificate with its key.
type holder struct {
	cert *x509.Certificate
	key  crypto.Signer
}

func (h *holder) pem() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: h.cert.Raw}))
}

// pki makes certificates and lists that are wrong in every way.
type pki struct {
	t      *testing.T
	serial int64
}

func (p *pki) number() *big.Int { p.serial++; return big.NewInt(p.serial) }

// issue makes a certificate; by nil = itself.
func (p *pki) issue(by *holder, name string, key crypto.Signer, change func(*x509.Certificate)) *holder {
	p.t.Helper()
	var err error
	if key == nil {
		if key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			p.t.Fatal(err)
		}
	}
	c := &x509.Certificate{SerialNumber: p.number(), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	if change != nil {
		change(c)
	}
	if by == nil {
		by = &holder{c, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, by.cert, key.Public(), by.key)
	if err != nil {
		p.t.Fatal(err)
	}
	if c, err = x509.ParseCertificate(der); err != nil {
		p.t.Fatal(err)
	}
	return &holder{c, key}
}

// authority makes one that may sign certificates and lists.
func (p *pki) authority(by *holder, name string, change func(*x509.Certificate)) *holder {
	return p.issue(by, name, nil, func(c *x509.Certificate) {
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage, c.ExtKeyUsage = true, true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign, nil
		if change != nil {
			change(c)
		}
	})
}

// list makes a revocation list, good from and to so many hours from now.
func (p *pki) list(by *holder, from, to int, more []pkix.Extension, revoked ...*holder) string {
	p.t.Helper()
	l := &x509.RevocationList{Number: p.number(), ThisUpdate: time.Now().Add(time.Duration(from) * time.Hour), NextUpdate: time.Now().Add(time.Duration(to) * time.Hour), ExtraExtensions: more}
	for _, h := range revoked {
		l.RevokedCertificateEntries = append(l.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: h.cert.SerialNumber, RevocationTime: time.Now().Add(-time.Hour)})
	}
	der, err := x509.CreateRevocationList(rand.Reader, l, by.cert, by.key)
	if err != nil {
		p.t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der}))
}

// verifyCase is a client with its certificates, those that are trusted, and lists.
type verifyCase struct {
	what  string
	shown []*holder
	ca    string
	crl   string // "" = none is asked for
	codes string // that it is about, as an ignore list
	// beyond is set where errors of the numbers 32 to 63 are in it, which HAProxy 2.6 never lets pass, whatever it is told.
	beyond bool
	// stricter is set where HAProxy finds nothing wrong and Weir does.
	stricter bool
}

func verifyCases(t *testing.T) []verifyCase {
	p := &pki{t: t}
	hours := func(from, to int) func(*x509.Certificate) {
		return func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = time.Now().Add(time.Duration(from)*time.Hour), time.Now().Add(time.Duration(to)*time.Hour)
		}
	}
	key := func(size int) crypto.Signer {
		k, err := rsa.GenerateKey(rand.Reader, size)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	root := p.authority(nil, "Root", nil)
	inter := p.authority(root, "Inter", nil)
	oldInter := p.authority(root, "Old inter", hours(-48, -24))
	oldRoot := p.authority(nil, "Old root", hours(-48, -24))
	other := p.authority(nil, "Other", nil)
	leaf := p.issue(inter, "leaf", nil, nil)
	direct := p.issue(root, "direct", nil, nil)
	expired, young := p.issue(inter, "expired", nil, hours(-20, -2)), p.issue(inter, "young", nil, hours(2, 20))
	ancient := p.issue(inter, "ancient", nil, hours(-400, -300))
	underOld := p.issue(oldInter, "under old", nil, nil)
	self := p.issue(nil, "self", nil, nil)
	server := p.issue(inter, "server", nil, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} })
	anything := p.issue(inter, "anything", nil, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageAny} })
	signer := p.issue(inter, "signer", nil, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageContentCommitment })
	strangeExt := p.issue(inter, "strange", nil, func(c *x509.Certificate) {
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3, 4, 5}, Critical: true, Value: []byte{5, 0}}}
	})
	noCA := p.issue(leaf, "under a leaf", nil, nil)
	plain := p.authority(root, "No CA", func(c *x509.Certificate) { c.IsCA = false })
	short := p.authority(root, "Short", func(c *x509.Certificate) { c.MaxPathLen, c.MaxPathLenZero = 0, true })
	below := p.authority(short, "Below", nil)
	serversOnly := p.authority(root, "Servers only", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} })
	narrow := p.authority(root, "Narrow", func(c *x509.Certificate) {
		c.PermittedDNSDomains, c.PermittedDNSDomainsCritical = []string{"example.com"}, true
	})
	named := func(c *x509.Certificate) { c.DNSNames = []string{"www.example.org"} }
	rsaRoot := p.issue(nil, "RSA root", key(2048), func(c *x509.Certificate) {
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage, c.ExtKeyUsage = true, true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign, nil
	})
	sha1 := p.issue(rsaRoot, "sha1", nil, func(c *x509.Certificate) { c.SignatureAlgorithm = x509.SHA1WithRSA })
	small := p.issue(rsaRoot, "small", key(1024), nil)
	impostor := p.authority(nil, "Root", func(c *x509.Certificate) { c.SubjectKeyId = root.cert.SubjectKeyId })
	forged := p.issue(impostor, "forged", nil, nil)
	noCRLSign := p.authority(nil, "No lists", func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageCertSign })
	mute := p.issue(noCRLSign, "mute", nil, nil)
	noCRLSigner := *noCRLSign
	copied := *noCRLSign.cert
	copied.KeyUsage |= x509.KeyUsageCRLSign
	noCRLSigner.cert = &copied

	both := func(leafList string) string { return leafList + p.list(root, -2, 2, nil) }
	empty := p.list(inter, -2, 2, nil)
	scope := func(der ...byte) []pkix.Extension {
		return []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 28}, Critical: true, Value: append([]byte{0x30, byte(len(der))}, der...)}}
	}
	pointed := scope(append([]byte{0xa0, 10, 0xa0, 8, 0x86, 6}, "http:x"...)...)
	delta := []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 27}, Critical: true, Value: []byte{2, 1, 1}}}
	chain := func(h ...*holder) []*holder { return h }
	return []verifyCase{
		{"good", chain(leaf, inter), root.pem(), "", "10", false, false},
		{"good, intermediate in ca-file", chain(leaf), root.pem() + inter.pem(), both(empty), "10", false, false},
		{"good, the root is sent too", chain(leaf, inter, root), root.pem(), both(empty), "10", false, false},
		{"expired", chain(expired, inter), root.pem(), "", "10", false, false},
		{"expired, with lists", chain(expired, inter), root.pem(), both(empty), "10", false, false},
		{"expired and revoked", chain(expired, inter), root.pem(), both(p.list(inter, -2, 2, nil, expired)), "10", false, false},
		{"not yet valid", chain(young, inter), root.pem(), "", "9", false, false},
		{"not yet valid, with lists", chain(young, inter), root.pem(), both(empty), "9,10", false, false},
		{"older than its issuer", chain(ancient, inter), root.pem(), "", "10", false, false},
		{"expired issuer", chain(underOld, oldInter), root.pem(), "", "10", false, false},
		{"expired issuer in ca-file", chain(underOld), root.pem() + oldInter.pem(), "", "10", false, false},
		{"expired root", chain(p.issue(oldRoot, "a", nil, nil)), oldRoot.pem(), "", "10", false, false},
		{"everything expired", chain(p.issue(oldInter, "a", nil, hours(-20, -2)), oldInter), root.pem(), "", "10", false, false},
		{"revoked", chain(leaf, inter), root.pem(), both(p.list(inter, -2, 2, nil, leaf)), "23", false, false},
		{"revoked issuer", chain(leaf, inter), root.pem(), empty + p.list(root, -2, 2, nil, inter), "23", false, false},
		{"revoked issuer in ca-file", chain(leaf), root.pem() + inter.pem(), empty + p.list(root, -2, 2, nil, inter), "23", false, false},
		{"no list of the issuer", chain(leaf, inter), root.pem(), p.list(root, -2, 2, nil), "3", false, false},
		{"no list of the root", chain(leaf, inter), root.pem(), empty, "3", false, false},
		{"expired list", chain(leaf, inter), root.pem(), both(p.list(inter, -4, -2, nil)), "12", false, false},
		{"expired list that has it", chain(leaf, inter), root.pem(), both(p.list(inter, -4, -2, nil, leaf)), "12", false, false},
		{"expired list of the root that has the issuer", chain(leaf, inter), root.pem(), empty + p.list(root, -4, -2, nil, inter), "12", false, false},
		{"list not yet valid that has it", chain(leaf, inter), root.pem(), both(p.list(inter, 2, 4, nil, leaf)), "11", false, false},
		{"an old and a new list", chain(leaf, inter), root.pem(), both(p.list(inter, -4, -2, nil) + p.list(inter, -2, 2, nil, leaf)), "23", false, false},
		{"a good and a future list that has it", chain(leaf, inter), root.pem(), both(empty + p.list(inter, 1, 4, nil, leaf)), "23", false, false},
		{"list with a stranger's signature", chain(direct), root.pem(), p.list(impostor, -2, 2, nil), "8", false, false},
		{"issuer that may not sign lists", chain(mute), noCRLSign.pem(), p.list(&noCRLSigner, -2, 2, nil), "35", true, false},
		{"list of changes only", chain(direct), root.pem(), p.list(root, -2, 2, delta) + p.list(other, -2, 2, nil), "3", false, true},
		{"list of changes that has it", chain(direct), root.pem(), p.list(root, -3, 2, nil) + p.list(root, -2, 2, delta, direct), "23", false, false},
		{"list of authorities only", chain(direct), root.pem(), p.list(root, -2, 2, scope(0x82, 1, 0xff)), "44", true, false},
		{"list of users only", chain(direct), root.pem(), p.list(root, -2, 2, scope(0x81, 1, 0xff)), "44", true, false},
		{"list of another place", chain(direct), root.pem(), p.list(root, -2, 2, pointed), "44", true, false},
		{"list with something critical", chain(direct), root.pem(), p.list(root, -2, 2, []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3}, Critical: true, Value: []byte{5, 0}}}), "36", true, false},
		{"unknown authority", chain(leaf), other.pem(), "", "20,21", false, false},
		{"unknown authority, with a list that has it", chain(leaf), other.pem(), p.list(inter, -2, 2, nil, leaf), "20,21,33", true, false},
		{"unknown authority, with its chain", chain(leaf, inter), other.pem(), "", "20", false, false},
		{"unknown authority, with its root", chain(leaf, inter, root), other.pem(), "", "19", false, false},
		{"unknown authority and expired", chain(expired), other.pem(), "", "20,21", false, false},
		{"intermediate alone in ca-file", chain(leaf), inter.pem(), "", "2", false, false},
		{"intermediate alone in ca-file, with the chain", chain(leaf, inter, root), inter.pem(), "", "2", false, false},
		{"leaf alone in ca-file", chain(leaf), leaf.pem(), "", "20", false, false},
		{"self-signed", chain(self), root.pem(), "", "18", false, false},
		{"self-signed and trusted", chain(self), self.pem(), "", "18", false, false},
		{"for servers", chain(server, inter), root.pem(), "", "26", false, false},
		{"for anything", chain(anything, inter), root.pem(), "", "26", false, false},
		{"for other signatures", chain(signer, inter), root.pem(), "", "26", false, false},
		{"issuer for servers", chain(p.issue(serversOnly, "a", nil, nil), serversOnly), root.pem(), "", "26", false, false},
		{"critical extension", chain(strangeExt, inter), root.pem(), "", "34", true, false},
		{"issuer is a leaf", chain(noCA, leaf, inter), root.pem(), "", "79", true, false},
		{"issuer is no authority", chain(p.issue(plain, "a", nil, nil), plain), root.pem(), "", "79", true, false},
		{"too far below", chain(p.issue(below, "a", nil, nil), below, short), root.pem(), "", "25", false, false},
		{"a name that its issuer may not sign for", chain(p.issue(narrow, "a", nil, named), narrow), root.pem(), "", "47", true, false},
		{"such a name, expired", chain(p.issue(narrow, "a", nil, func(c *x509.Certificate) { named(c); hours(-20, -2)(c) }), narrow), root.pem(), "", "10", true, false},
		{"SHA-1", chain(sha1), rsaRoot.pem(), "", "68", false, false},
		{"small key", chain(small), rsaRoot.pem(), "", "66", false, false},
		{"forged", chain(forged), root.pem(), "", "7", false, false},
	}
}

// TestVerifyOracle: what is wrong with a client's certificate is found, told and let pass as HAProxy and OpenSSL do: every case with every list
// of errors that are let pass.
func TestVerifyOracle(t *testing.T) {
	t.Parallel()
	peer.Need(t, "haproxy")
	l := newTLSLab(t)
	cases := verifyCases(t)
	ignores := []struct{ what, words string }{{"nothing", ""}, {"all of its own", "crt-ignore-err all"}, {"all of its issuers'", "ca-ignore-err all"}, {"all", "crt-ignore-err all ca-ignore-err all"}, {"the one", ""}}
	var b strings.Builder
	b.WriteString("defaults\n  mode http\n  timeout client 5s\n  timeout server 5s\n  timeout connect 5s\nfrontend fe\n  bind 127.0.0.1:{{port}}\n")
	n := 0
	for i, c := range cases {
		testpki.Write(t, l.dir, fmt.Sprintf("ca%d.pem", i), []byte(c.ca))
		testpki.Write(t, l.dir, fmt.Sprintf("crl%d.pem", i), []byte(c.crl))
		for j, ig := range ignores {
			words := ig.words
			if j == len(ignores)-1 {
				words = "crt-ignore-err " + c.codes + " ca-ignore-err " + c.codes
			}
			fmt.Fprintf(&b, "  bind unix@{{sock}}.%d ssl crt {{dir}}/site.pem verify %s ca-file {{dir}}/ca%d.pem %s", n, [2]string{"required", "optional"}[(i+j)%2], i, words)
			if c.crl != "" {
				fmt.Fprintf(&b, " crl-file {{dir}}/crl%d.pem", i)
			}
			b.WriteString("\n")
			n++
		}
	}
	b.WriteString("  http-after-response set-header X-C \"verify %[ssl_c_verify] err %[ssl_c_err] ca %[ssl_c_ca_err] depth %[ssl_c_ca_err_depth] used %[ssl_c_used]\"\n  http-request return status 200\n")
	socks := map[string]string{}
	for kind, head := range map[string]string{"haproxy": "", "weir": "global\n  ssl-security-level 2\n"} { // Debian's OpenSSL has that
		_, socks[kind] = l.start(t, kind, head+b.String())
	}
	n = 0
	refused, passed := 0, 0
	for _, c := range cases {
		for _, ig := range ignores {
			h, w := c.ask(fmt.Sprintf("%s.%d", socks["haproxy"], n)), c.ask(fmt.Sprintf("%s.%d", socks["weir"], n))
			switch {
			case c.stricter && strings.HasPrefix(h, "verify 0 ") && h != w:
			case c.beyond && h == "refused" && w != h && ig.what != "nothing":
			case h != w || c.stricter:
				t.Errorf("%s, %s is let pass: haproxy says %q, weir %q", c.what, ig.what, h, w)
			}
			if h == "refused" {
				refused++
			} else {
				passed++
			}
			n++
		}
	}
	if refused < n/4 || passed < n/4 {
		t.Errorf("%d cases were refused, %d let in", refused, passed)
	}
}

// ask is what a proxy tells of the client.
func (c *verifyCase) ask(sock string) string {
	cert := tls.Certificate{PrivateKey: c.shown[0].key}
	for _, h := range c.shown {
		cert.Certificate = append(cert.Certificate, h.cert.Raw)
	}
	cfg := &tls.Config{InsecureSkipVerify: true, GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &cert, nil }}
	cl := &http.Client{Timeout: patience, Transport: &http.Transport{TLSClientConfig: cfg, DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", sock)
	}}}
	resp, err := cl.Get("https://www.example.com/")
	if err != nil {
		return "refused"
	}
	resp.Body.Close()
	return resp.Header.Get("X-C")
}
