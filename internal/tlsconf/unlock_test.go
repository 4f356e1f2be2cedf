package tlsconf

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"strings"
	"testing"
	"time"

	"weir/conf"
	"weir/internal/testpki"
)

// lockedKeys are keys that OpenSSL has encrypted with "secret": in every way that it has, by their file in testdata/keys.
func lockedKeys(t testing.TB) map[string]*pem.Block {
	t.Helper()
	entries, err := os.ReadDir("testdata/keys")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*pem.Block{}
	for _, e := range entries {
		b, err := os.ReadFile("testdata/keys/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if out[e.Name()], _ = pem.Decode(b); out[e.Name()] == nil {
			t.Fatal(e.Name())
		}
	}
	return out
}

// TestUnlock opens keys that OpenSSL has encrypted.
func TestUnlock(t *testing.T) {
	keys := lockedKeys(t)
	if len(keys) < 8 {
		t.Fatalf("%d keys", len(keys))
	}
	for name, block := range keys {
		b, err := unlockWith(block, "secret")
		if strings.HasPrefix(name, "no_") {
			if err == nil || !strings.Contains(err.Error(), "want ") {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		open, _ := pem.Decode(b)
		_, err = x509.ParsePKCS8PrivateKey(open.Bytes)
		if err != nil {
			_, err = x509.ParseECPrivateKey(open.Bytes)
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := unlockWith(block, "wrong"); err != errPassphrase {
			t.Errorf("%s: with a wrong passphrase %v", name, err)
		}
		for i := range block.Bytes { // at every truncation
			if _, err := unlockWith(&pem.Block{Type: block.Type, Headers: block.Headers, Bytes: block.Bytes[:i]}, "secret"); err == nil {
				t.Fatalf("%s: the first %d bytes are a key", name, i)
			}
		}
	}
}

// TestPassphraseCmd: a passphrase is asked for once, and what cannot be opened is an error.
func TestPassphraseCmd(t *testing.T) {
	l := newLab(t)
	asked := l.dir + "/asked"
	script := testpki.Write(t, l.dir, "pass.sh", []byte("#!/bin/sh\necho \"$2\" >>"+asked+"\necho $1\n"))
	if err := os.Chmod(script, 0o700); err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile("testdata/keys/pbes2_aes256")
	if err != nil {
		t.Fatal(err)
	}
	cert := l.selfSigned(key)
	for _, name := range []string{"a.pem", "b.pem"} {
		l.write(name, cert+string(key))
	}
	certs := conf.BindTLS{Certs: []string{"a.pem", "b.pem"}}
	_, err = l.bind(certs)
	want(t, err, "the private key is encrypted; want one without a passphrase, or ssl-passphrase-cmd")
	l.cfg.Global.TLS.PassphraseCmd = []string{script, "wrong"}
	_, err = l.bind(certs)
	want(t, err, "the passphrase is not that of the private key")
	os.Remove(asked)
	l.cfg.Global.TLS.PassphraseCmd = []string{script, "secret"}
	l.mustBind(certs)
	if b, err := os.ReadFile(asked); err != nil || string(b) != l.dir+"/a.pem\n" {
		t.Errorf("asked for %q, %v", b, err)
	}
	l.cfg.Global.TLS.PassphraseCmd = []string{"/bin/false"}
	_, err = l.bind(certs)
	want(t, err, "ssl-passphrase-cmd: /bin/false")
}

// selfSigned is a certificate of the key, which has the passphrase "secret".
func (l *lab) selfSigned(locked []byte) string {
	l.t.Helper()
	block, _ := pem.Decode(locked)
	b, err := unlockWith(block, "secret")
	if err != nil {
		l.t.Fatal(err)
	}
	block, _ = pem.Decode(b)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		l.t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "own"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.(crypto.Signer).Public(), key)
	if err != nil {
		l.t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}
