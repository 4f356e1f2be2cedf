package e2e

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"math/big"
	mrand "math/rand/v2"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cryptobyteasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"weir/internal/peer"
	"weir/internal/testpki"
)

// attr is an attribute of a name: its identifier, and its value with the tag of its kind of string.
type attr struct {
	oid   string
	tag   cryptobyteasn1.Tag
	value string
}

const (
	tagNumeric = cryptobyteasn1.Tag(18)
	tagBMP     = cryptobyteasn1.Tag(30)
)

// dn writes a name; each list is one relative name.
func dn(t *testing.T, rdns ...[]attr) []byte {
	t.Helper()
	var b cryptobyte.Builder
	b.AddASN1(cryptobyteasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, rdn := range rdns {
			b.AddASN1(cryptobyteasn1.SET, func(b *cryptobyte.Builder) {
				for _, a := range rdn {
					b.AddASN1(cryptobyteasn1.SEQUENCE, func(b *cryptobyte.Builder) {
						var id asn1.ObjectIdentifier
						for part := range strings.SplitSeq(a.oid, ".") {
							n := 0
							fmt.Sscan(part, &n)
							id = append(id, n)
						}
						b.AddASN1ObjectIdentifier(id)
						b.AddASN1(a.tag, func(b *cryptobyte.Builder) { b.AddBytes([]byte(a.value)) })
					})
				}
			})
		}
	})
	return b.BytesOrPanic()
}

// oddNames are names that are seldom seen.
func oddNames(t *testing.T) (names [][]byte) {
	const cn, o, ou, c = "2.5.4.3", "2.5.4.10", "2.5.4.11", "2.5.4.6"
	utf8, printable, ia5, t61 := cryptobyteasn1.UTF8String, cryptobyteasn1.PrintableString, cryptobyteasn1.IA5String, cryptobyteasn1.T61String
	one := func(a ...attr) []attr { return a }
	for _, rdns := range [][][]attr{
		{},
		{one(attr{c, printable, "FR"}), one(attr{o, utf8, "no common name"})},
		{one(attr{cn, utf8, "Žofie Müller"}), one(attr{o, utf8, "日本"})},
		{one(attr{cn, utf8, "first"}), one(attr{cn, utf8, "second"}), one(attr{ou, utf8, "a"}), one(attr{ou, utf8, "b"}), one(attr{ou, utf8, "c"})},
		{one(attr{cn, utf8, "multi"}, attr{o, utf8, "valued"}, attr{ou, utf8, "relative"}), one(attr{c, printable, "DE"})},
		{one(attr{cn, utf8, `a,b+c"d\e<f>g;h=i#j/k`}), one(attr{o, utf8, "#hash"}), one(attr{ou, utf8, " blanks "}), one(attr{ou, utf8, " "})},
		{one(attr{cn, utf8, "line\nfeed\r\tand\x01more\x7f"}), one(attr{o, utf8, ""})},
		{one(attr{cn, utf8, "nul\x00.example.com"})},
		{one(attr{cn, tagBMP, "\x00B\x00M\x00P\x20\xac"})},
		{one(attr{cn, t61, "T61 \xe9"}), one(attr{o, ia5, "IA5@x_y"}), one(attr{ou, tagNumeric, "12 34"})},
		{one(attr{"1.2.840.113549.1.9.1", ia5, "me@example.com"}), one(attr{"0.9.2342.19200300.100.1.1", utf8, "uid"}), one(attr{"0.9.2342.19200300.100.1.25", ia5, "com"})},
		{one(attr{"1.2.3.4.5", utf8, "private"}), one(attr{"2.5.4.97", utf8, "VATDE-1"}), one(attr{"2.5.4.9", utf8, "street"}), one(attr{"2.5.4.17", utf8, "12345"})},
		{one(attr{"2.5.4.4", utf8, "surname"}), one(attr{"2.5.4.42", utf8, "given"}), one(attr{"2.5.4.12", utf8, "title"}), one(attr{"2.5.4.5", printable, "007"}), one(attr{"2.5.4.46", printable, "q"}), one(attr{"2.5.4.13", utf8, "d"})},
		{one(attr{"2.5.4.20", printable, "555"}), one(attr{"2.5.4.16", utf8, "postal"}), one(attr{"2.5.4.44", utf8, "jr"}), one(attr{"2.5.4.65", utf8, "nym"}), one(attr{"2.5.4.41", utf8, "name"}), one(attr{"2.5.4.43", utf8, "i"})},
		{one(attr{"1.3.6.1.4.1.311.60.2.1.3", printable, "US"}), one(attr{"2.5.4.15", utf8, "Private Organization"}), one(attr{"1.2.840.113549.1.9.2", utf8, "unstructured"}), one(attr{"1.2.840.113549.1.9.8", utf8, "address"})},
		{one(attr{"0.9.2342.19200300.100.1.3", ia5, "m@example.com"}), one(attr{"1.3.6.1.4.1.311.20.2.3", utf8, "upn"}), one(attr{"2.5.4.100", utf8, "dns"}), one(attr{"1.3.6.1.4.1.99999.1", t61, "\xfc"})},
		{one(attr{cn, utf8, strings.Repeat("long", 60)}), one(attr{o, utf8, strings.Repeat("x", 300)})},
	} {
		names = append(names, dn(t, rdns...))
	}
	return names
}

// oddFetches is everything that is told of a certificate, in hexadecimal: nothing of it may break a field.
func oddFetches(prefix string) string {
	var b strings.Builder
	for _, part := range []string{"s_dn", "i_dn"} {
		for _, args := range []string{"", "(CN)", "(CN,-1)", "(CN,2)", "(OU,2)", "(OU,-2)", "(O)", "(C)", "(emailAddress)", "(UID)", "(SN)", "(serialNumber)", "(,0,rfc2253)", "(CN,1,rfc2253)", "(1.2.3.4.5)"} {
			fmt.Fprintf(&b, "%s%s=%%[%s_%s%s,hex] ", part, args, prefix, part, args)
		}
	}
	for _, part := range []string{"serial", "sha1", "notbefore", "notafter", "version", "key_alg", "sig_alg", "der"} {
		fmt.Fprintf(&b, "%s=%%[%s_%s,hex] ", part, prefix, part)
	}
	return b.String()
}

// TestOddNamesOracle: names, numbers and keys that are seldom seen are told as HAProxy tells them, of clients' certificates and of our own.
func TestOddNamesOracle(t *testing.T) {
	t.Parallel()
	peer.Need(t, "haproxy")
	l := newTLSLab(t)
	p := &pki{t: t}
	root := p.authority(nil, "Root", func(c *x509.Certificate) {
		c.RawSubject = dn(t, []attr{{"2.5.4.3", cryptobyteasn1.UTF8String, "Wurzel ß"}, {"2.5.4.10", cryptobyteasn1.UTF8String, "a, b"}}, []attr{{"2.5.4.6", cryptobyteasn1.PrintableString, "CH"}})
	})
	testpki.Write(t, l.dir, "odd.pem", []byte(root.pem()))
	rnd := mrand.New(mrand.NewPCG(1, 2))
	text := "defaults\n  mode http\n  timeout client 5s\n  timeout server 5s\n  timeout connect 5s\nfrontend fe\n  bind 127.0.0.1:{{port}}\n"
	var clients []*holder
	number := func(i int) *big.Int {
		return [...]*big.Int{big.NewInt(0x80), big.NewInt(1), new(big.Int).Lsh(big.NewInt(0xff), 150), big.NewInt(0x7fff), new(big.Int).SetBytes([]byte("\x00\xfe\x01"))}[i%5]
	}
	for i, name := range oddNames(t) {
		var key crypto.Signer
		switch i % 5 {
		case 1:
			key, _ = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
		case 2:
			_, key, _ = ed25519.GenerateKey(rand.Reader)
		case 3:
			key, _ = rsa.GenerateKey(rand.Reader, 2048)
		case 4:
			key, _ = ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
		}
		h := p.issue(root, "", key, func(c *x509.Certificate) {
			c.RawSubject, c.SerialNumber = name, number(i)
			c.SignatureAlgorithm = []x509.SignatureAlgorithm{x509.ECDSAWithSHA256, x509.ECDSAWithSHA384, x509.ECDSAWithSHA512}[rnd.IntN(3)]
			c.NotAfter = time.Date(2049+i%3, 12, 31, 23, 59, 59, 0, time.UTC)
			c.ExtKeyUsage = append(c.ExtKeyUsage, x509.ExtKeyUsageServerAuth)
		})
		clients = append(clients, h)
		raw, err := x509.MarshalPKCS8PrivateKey(h.key)
		if err != nil {
			t.Fatal(err)
		}
		testpki.Write(t, l.dir, fmt.Sprintf("odd%d.pem", i), []byte(h.pem()+pemOf("PRIVATE KEY", raw)))
		text += fmt.Sprintf("  bind unix@{{sock}}.%d ssl crt {{dir}}/odd%d.pem verify optional ca-file {{dir}}/odd.pem\n", i, i)
	}
	text += "  http-after-response set-header X-C \"" + oddFetches("ssl_c") + "\"\n  http-after-response set-header X-F \"" + oddFetches("ssl_f") + "\"\n  http-request return status 200\n"
	var socks [2]string
	for i, kind := range []string{"haproxy", "weir"} {
		_, socks[i] = l.start(t, kind, "global\n  tune.bufsize 65536\n  tune.maxrewrite 32768\n"+text)
	}
	for i, h := range clients {
		var got [2]string
		for k, sock := range socks {
			got[k] = oddAsk(fmt.Sprintf("%s.%d", sock, i), h)
		}
		if got[0] != got[1] || !strings.Contains(got[0], "s_dn=") {
			t.Errorf("name %d: - haproxy, + weir:\n%s", i, lineDiff(strings.ReplaceAll(got[0], " ", "\n"), strings.ReplaceAll(got[1], " ", "\n")))
		}
	}
}

// oddAsk is what a proxy tells a client of its certificate, and of the proxy's own.
func oddAsk(sock string, h *holder) string {
	cert := tls.Certificate{Certificate: [][]byte{h.cert.Raw}, PrivateKey: h.key}
	cfg := &tls.Config{InsecureSkipVerify: true, GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &cert, nil }}
	c := &http.Client{Timeout: patience, Transport: &http.Transport{TLSClientConfig: cfg, DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", sock)
	}}}
	resp, err := c.Get("https://www.example.com/")
	if err != nil {
		return "refused: " + err.Error()
	}
	resp.Body.Close()
	return resp.Header.Get("X-C") + "\n" + resp.Header.Get("X-F")
}

func pemOf(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}
