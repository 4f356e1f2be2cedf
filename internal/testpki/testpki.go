// Package testpki makes authorities and certificates for tests.
//
//	ca := testpki.NewCA(t, "Root")
//	path := ca.File(t, dir, "site.pem", testpki.Leaf{Names: []string{"www.example.com"}})
//
// It is for tests only: its keys are small and its clock is the machine's.
package testpki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
)

// CA signs certificates.
type CA struct {
	Cert *x509.Certificate
	key  crypto.Signer
}

// Leaf is what a certificate is to say.
type Leaf struct {
	CN    string
	Names []string
	IPs   []string
	RSA   bool
	// From and To are its time, from now; zero = an hour to both sides.
	From, To time.Duration
	NoKey    bool // File writes the certificate alone
	// OCSP is where its responder is; "" = it names none.
	OCSP string
}

var serial atomic.Int64

func next() *big.Int { return big.NewInt(serial.Add(1) + 1000) }

// NewCA makes an authority.
func NewCA(t testing.TB, name string) *CA { return newCA(t, name, nil) }

// Sub makes an authority whose certificate is issued by this one.
func (ca *CA) Sub(t testing.TB, name string) *CA { return newCA(t, name, ca) }

func newCA(t testing.TB, name string, by *CA) *CA {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: next(), Subject: pkix.Name{CommonName: name, Organization: []string{"Test"}},
		NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign}
	if by == nil {
		by = &CA{tmpl, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, by.Cert, key.Public(), by.key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &CA{c, key}
}

// PEM is the authority's certificate.
func (ca *CA) PEM() []byte { return block("CERTIFICATE", ca.Cert.Raw) }

// Pool holds the authority.
func (ca *CA) Pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(ca.Cert)
	return p
}

// Issue makes a certificate: itself and its key as PEM.
func (ca *CA) Issue(t testing.TB, l Leaf) (cert, key []byte) {
	t.Helper()
	var signer crypto.Signer
	var err error
	if l.RSA {
		signer, err = rsa.GenerateKey(rand.Reader, 2048)
	} else {
		signer, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	if l.From == 0 {
		l.From = -time.Hour
	}
	if l.To == 0 {
		l.To = time.Hour
	}
	if l.CN == "" && len(l.Names) > 0 {
		l.CN = l.Names[0]
	}
	tmpl := &x509.Certificate{SerialNumber: next(), Subject: pkix.Name{CommonName: l.CN, Country: []string{"FR"}, Organization: []string{"Weir"}}, DNSNames: l.Names,
		NotBefore: time.Now().Add(l.From), NotAfter: time.Now().Add(l.To), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
	if l.OCSP != "" {
		tmpl.OCSPServer = []string{l.OCSP}
	}
	for _, ip := range l.IPs {
		tmpl.IPAddresses = append(tmpl.IPAddresses, net.ParseIP(ip))
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, ca.Cert, signer.Public(), ca.key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(signer)
	if err != nil {
		t.Fatal(err)
	}
	return block("CERTIFICATE", der), block("PRIVATE KEY", raw)
}

// Pair is Issue as crypto/tls wants it.
func (ca *CA) Pair(t testing.TB, l Leaf) tls.Certificate {
	t.Helper()
	cert, key := ca.Issue(t, l)
	p, err := tls.X509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// File writes a certificate with its key and returns the path.
func (ca *CA) File(t testing.TB, dir, name string, l Leaf) string {
	t.Helper()
	cert, key := ca.Issue(t, l)
	if !l.NoKey {
		cert = append(cert, key...)
	}
	return Write(t, dir, name, cert)
}

// CRL is a revocation list of the certificates whose PEM is given.
func (ca *CA) CRL(t testing.TB, to time.Duration, revoked ...[]byte) []byte {
	t.Helper()
	l := &x509.RevocationList{Number: next(), ThisUpdate: time.Now().Add(-2 * time.Hour), NextUpdate: time.Now().Add(to)}
	for _, p := range revoked {
		b, _ := pem.Decode(p)
		c, err := x509.ParseCertificate(b.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		l.RevokedCertificateEntries = append(l.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: c.SerialNumber, RevocationTime: time.Now().Add(-time.Hour)})
	}
	der, err := x509.CreateRevocationList(rand.Reader, l, ca.Cert, ca.key)
	if err != nil {
		t.Fatal(err)
	}
	return block("X509 CRL", der)
}

// Key is the authority's, to sign what this package does not make.
func (ca *CA) Key() crypto.Signer { return ca.key }

// Write writes a file and returns its path.
func Write(t testing.TB, dir, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func block(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}
