package tlsconf

import (
	"crypto/tls"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"weir/conf"
	"weir/internal/testpki"
)

// TestBeside: what stands in files beside a certificate is sent with it, if it is good.
func TestBeside(t *testing.T) {
	l := newLab(t)
	cert, key := l.ca.Issue(t, testpki.Leaf{Names: []string{"a"}})
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	response := func(status int, until time.Duration) string {
		b, err := ocsp.CreateResponse(l.ca.Cert, l.ca.Cert, ocsp.Response{Status: status, SerialNumber: pair.Leaf.SerialNumber,
			ThisUpdate: time.Now().Add(-time.Hour), NextUpdate: time.Now().Add(until)}, l.ca.Key())
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	f := func(name string, beside map[string]string, stapled, scts, chain int, warning string) {
		t.Helper()
		l.write(name, string(cert))
		l.write(name+".key", string(key))
		for ending, text := range beside {
			l.write(name+ending, text)
		}
		b := l.mustBind(conf.BindTLS{Certs: []string{name}})
		if all := strings.Join(l.warnings, "\n"); warning == "" && all != "" || !strings.Contains(all, warning) {
			t.Errorf("%s: warnings %q; want %q", name, all, warning)
		}
		r, err := handshake(t, b.Config(), &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		if s := r.client; min(len(s.OCSPResponse), 1) != stapled || len(s.SignedCertificateTimestamps) != scts || len(s.PeerCertificates) != chain {
			t.Errorf("%s: %d octets of OCSP, %d timestamps, %d certificates", name, len(s.OCSPResponse), len(s.SignedCertificateTimestamps), len(s.PeerCertificates))
		}
	}
	issuer := string(l.ca.PEM())
	f("bare", nil, 0, 0, 1, "")
	f("issuer", map[string]string{".issuer": issuer}, 0, 0, 1, "")
	f("good", map[string]string{".issuer": issuer, ".ocsp": response(ocsp.Good, time.Hour)}, 1, 0, 1, "")
	f("revoked", map[string]string{".issuer": issuer, ".ocsp": response(ocsp.Revoked, time.Hour)}, 0, 0, 1, "does not say that the certificate is good")
	f("old", map[string]string{".issuer": issuer, ".ocsp": response(ocsp.Good, -time.Minute)}, 0, 0, 1, "it is out of date since")
	f("unknown", map[string]string{".ocsp": response(ocsp.Good, time.Hour)}, 0, 0, 1, "its issuer's certificate is not known")
	f("junk", map[string]string{".issuer": issuer, ".ocsp": "junk"}, 0, 0, 1, "its OCSP response is left out")
	f("scts", map[string]string{".sctl": "\x00\x07\x00\x01x\x00\x02yz"}, 0, 2, 1, "")

	l.write("bad", string(cert))
	l.write("bad.key", string(key))
	l.write("bad.sctl", "\x00\x01\x00")
	_, err = l.bind(conf.BindTLS{Certs: []string{"bad"}})
	want(t, err, "no list of signed certificate timestamps")
}

// TestFolder reads what a folder holds, in alphabetic order.
func TestFolder(t *testing.T) {
	l := newLab(t)
	sub := t.TempDir()
	l.ca.File(t, sub, "b.pem", testpki.Leaf{CN: "b", Names: []string{"b"}})
	l.ca.File(t, sub, "a.pem", testpki.Leaf{CN: "a", Names: []string{"a"}})
	for _, name := range []string{".hidden", "a.pem.ocsp", "x.issuer", "y.key", "z.sctl"} {
		testpki.Write(t, sub, name, nil)
	}
	b := l.mustBind(conf.BindTLS{Certs: []string{sub}})
	for name, shown := range map[string]string{"": "a", "a": "a", "b": "b", "c": "a"} {
		r, err := handshake(t, b.Config(), &tls.Config{InsecureSkipVerify: true, ServerName: name})
		if err != nil || r.client.PeerCertificates[0].Subject.CommonName != shown {
			t.Errorf("%q: %v", name, err)
		}
	}
	_, err := l.bind(conf.BindTLS{Certs: []string{t.TempDir()}})
	want(t, err, "no certificate in that folder")
}

// TestCiphers is OpenSSL's language of cipher lists, as far as crypto/tls goes.
func TestCiphers(t *testing.T) {
	f := func(text, want, warning string) {
		t.Helper()
		var said []string
		r := &report{bad: func(k, f string, _ ...any) { said = append(said, f) }, warn: func(k, f string, a ...any) { said = append(said, a[0].(string)) }}
		var got []string
		for _, id := range ciphers(text, r) {
			got = append(got, CipherName(id))
		}
		said = append(said, parseCiphers(text).unknown...)
		if strings.Join(got, " ") != want || strings.Join(said, " ") != warning {
			t.Errorf("%s: got %q, %q; want %q, %q", text, strings.Join(got, " "), said, want, warning)
		}
	}
	f("ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "")
	f("ECDHE+ECDSA+AESGCM:!AES256", "ECDHE-ECDSA-AES128-GCM-SHA256", "")
	f("CHACHA20:@STRENGTH:!aNULL:!MD5", "ECDHE-ECDSA-CHACHA20-POLY1305 ECDHE-RSA-CHACHA20-POLY1305", "")
	f("AES128-GCM-SHA256:-AES128", "", "crypto/tls has none of %q")
	f("ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "DHE-RSA-AES128-GCM-SHA256")
	f("TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES256-SHA", "ECDHE-RSA-AES256-SHA", "")
}
