package tlsconf

import (
	"bytes"
	"crypto/x509"
	"strings"
	"testing"
	"time"

	"weir/conf"
)

// FuzzList: whatever a crt-list holds, reading it ends, and what it means can be written and read again.
func FuzzList(f *testing.F) {
	f.Add("cert1.pem !*\n# comment\ncert2.pem [alpn h2,http/1.1]\ncertW.pem                   *.domain.tld !secure.domain.tld\n")
	f.Add("certS.pem [curves X25519:P-256 ciphers ECDHE-ECDSA-AES256-GCM-SHA384] secure.domain.tld\r\n")
	f.Add("a[verify required ca-file x]b\n[")
	f.Fuzz(func(t *testing.T, text string) {
		lines, err := parseList("list", []byte(text))
		if err != nil {
			return
		}
		for _, l := range lines {
			again, err := parseListLine(l.text())
			if err != nil || again == nil {
				t.Fatalf("%q: %v", l.text(), err)
			}
			if again.path != l.path || again.options != l.options || strings.Join(again.filters, " ") != strings.Join(l.filters, " ") {
				t.Fatalf("%q is read as %+v; was %+v", l.text(), again, l)
			}
		}
	})
}

// FuzzDN: names are walked to their end and not further.
func FuzzDN(f *testing.F) {
	f.Add([]byte("0\x0b1\t0\a\x06\x03U\x04\x03\f\x00"), "CN", 1)
	f.Add([]byte("0\x81\x801\x12"), "O", -1)
	f.Fuzz(func(t *testing.T, der []byte, name string, n int) {
		AppendDN(nil, der)
		AppendDN2253(nil, der)
		DNEntry(der, name, n)
		once := canonicalName(der)
		if again := canonicalName(appendTLV(nil, tagSequence, once)); !bytes.Equal(once, again) {
			t.Fatalf("%x, and again %x", once, again)
		}
	})
}

// FuzzPEM: a file is a certificate or an error.
func FuzzPEM(f *testing.F) {
	l := newLab(f)
	x := extrasOf(&conf.GlobalTLS{})
	cert, key := l.ca.Issue(f, leafFor("a"))
	f.Add(append(cert, key...), []byte(nil), []byte(nil))
	f.Add(cert, key, []byte("\x00\x03\x00\x01x"))
	f.Fuzz(func(t *testing.T, pem, key, sctl []byte) {
		p, err := x.parsePair("x", files{pem: pem, key: key, sctl: sctl})
		if (p == nil) == (err == nil) {
			t.Fatal(p, err)
		}
		certsOf(pem)
		parseCRLs(pem)
		parseTicketKeys(sctl)
	})
}

// FuzzPKCS8: a key with a passphrase is opened or an error, and soon.
func FuzzPKCS8(f *testing.F) {
	for _, b := range lockedKeys(f) {
		f.Add(b.Bytes, "secret")
	}
	f.Fuzz(func(t *testing.T, der []byte, pass string) {
		var k encryptedKey
		var p pbes2Params
		var kdf pbkdf2Params
		if whole(der, &k) && whole(k.Algorithm.Parameters.FullBytes, &p) && whole(p.KDF.Parameters.FullBytes, &kdf) && kdf.Rounds > 10_000 && kdf.Rounds <= maxRounds {
			return // it is let take its time
		}
		if out, err := decryptPKCS8(der, []byte(pass)); err == nil {
			if _, err := x509.ParsePKCS8PrivateKey(out); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// FuzzOCSP: a response is refused, or can be described.
func FuzzOCSP(f *testing.F) {
	l := newLab(f)
	cert, key := l.ca.Issue(f, leafFor("a"))
	x := extrasOf(&conf.GlobalTLS{})
	p, err := x.parsePair("x", files{pem: cert, key: key, issuer: l.ca.PEM()})
	if err != nil {
		f.Fatal(err)
	}
	r := &responder{ca: l.ca}
	for _, how := range []string{"", "old", "revoked", "signer"} {
		f.Add(r.response(p.Leaf.SerialNumber, how))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if st, err := parseStaple(p, raw, time.Now()); err == nil {
			describeOCSP(st)
		}
	})
}

// FuzzHostName: a name that a certificate may be made for is one that DNS could have.
func FuzzHostName(f *testing.F) {
	for _, name := range []string{"a.example", "-a.b", "a..b", "x_y.z", "a\x00b", strings.Repeat("a.", 130)} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if hostName(name) == nil && (strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.") != "" || len(name) > 253 || name == "") {
			t.Fatalf("%q", name)
		}
	})
}
