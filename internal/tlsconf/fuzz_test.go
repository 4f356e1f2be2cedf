package tlsconf

import (
	"strings"
	"testing"
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
	f.Fuzz(func(_ *testing.T, der []byte, name string, n int) {
		AppendDN(nil, der)
		AppendDN2253(nil, der)
		DNEntry(der, name, n)
	})
}

// FuzzPEM: a file is a certificate or an error.
func FuzzPEM(f *testing.F) {
	l := newLab(f)
	cert, key := l.ca.Issue(f, leafFor("a"))
	f.Add(append(cert, key...), []byte(nil), []byte(nil))
	f.Add(cert, key, []byte("\x00\x03\x00\x01x"))
	f.Fuzz(func(t *testing.T, pem, key, sctl []byte) {
		p, err := parsePair("x", files{pem: pem, key: key, sctl: sctl})
		if (p == nil) == (err == nil) {
			t.Fatal(p, err)
		}
		certsOf(pem)
		parseCRLs(pem)
		parseTicketKeys(sctl)
	})
}
