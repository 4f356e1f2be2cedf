package tlsconf

import (
	"crypto/tls"
	"strings"
	"testing"

	"weir/conf"
	"weir/internal/testpki"
)

// TestCommands goes through the life of a certificate at run time. The answers were compared with those of HAProxy 2.6.
func TestCommands(t *testing.T) {
	l := newLab(t)
	l.file("site.pem", testpki.Leaf{CN: "old", Names: []string{"www.example.com"}})
	l.write("list", "site.pem\n")
	s := l.store()
	p := &conf.Proxy{Name: "f", Kind: conf.Frontend, Mode: conf.ModeHTTP}
	b, err := s.Bind(p, &conf.Bind{TLS: conf.BindTLS{On: true, Lists: []string{"list"}}})
	if err != nil {
		t.Fatal(err)
	}
	shown := func(name string) string {
		t.Helper()
		r, err := handshake(t, b.Config(), &tls.Config{InsecureSkipVerify: true, ServerName: name})
		if err != nil {
			t.Fatal(err)
		}
		return r.client.PeerCertificates[0].Subject.CommonName
	}
	pair := func(leaf testpki.Leaf) string {
		cert, key := l.ca.Issue(t, leaf)
		return string(cert) + string(key)
	}
	f := func(want, line, payload string) {
		t.Helper()
		at := func(s string) string { return strings.ReplaceAll(s, "@", l.dir+"/") }
		line, want, payload = at(line), at(want), at(payload)
		words := strings.Fields(line)
		if got := strings.TrimRight(s.Command(strings.Join(words[:3], " "), words[3:], payload), "\n"); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", line, got, want)
		}
	}
	fresh := pair(testpki.Leaf{CN: "new", Names: []string{"www.example.com"}})
	f("# filename\n@site.pem", "show ssl cert", "")
	f("Transaction created for certificate @site.pem!", "set ssl cert @site.pem", fresh)
	f("# transaction\n*@site.pem\n# filename\n@site.pem", "show ssl cert", "")
	if got := shown("www.example.com"); got != "old" {
		t.Errorf("got %s before the commit", got)
	}
	f("Committing @site.pem.\nSuccess!", "commit ssl cert @site.pem", "")
	if got := shown("www.example.com"); got != "new" {
		t.Errorf("got %s after the commit", got)
	}
	f("No ongoing transaction! !\nCan't commit @site.pem!", "commit ssl cert @site.pem", "")

	// A key that is not the certificate's does no harm.
	_, stranger := l.ca.Issue(t, testpki.Leaf{Names: []string{"x"}})
	f("Transaction created for certificate @site.pem!", "set ssl cert @site.pem.key", string(stranger))
	f("inconsistencies between private key and certificate loaded '@site.pem'.\nCan't commit @site.pem!", "commit ssl cert @site.pem", "")
	f("Transaction aborted for certificate '@site.pem'!", "abort ssl cert @site.pem", "")
	if got := shown("www.example.com"); got != "new" {
		t.Errorf("got %s after a commit that failed", got)
	}

	f("Can't load the payload\nCan't update @site.pem.sctl!", "set ssl cert @site.pem.sctl", "AAAA\n")
	f("Can't edit the crt-list: only one line of payload is supported!", "add ssl crt-list @list", "@site.pem a\n@site.pem b\n")
	f("Can't edit the crt-list: parsing [CLI:1]: missing '['", "add ssl crt-list @list", "@site.pem verify none] a\n")
	f("New empty certificate store '@two.pem'!", "new ssl cert @two.pem", "")
	f("Filename: @two.pem\nStatus: Empty\nOCSP Response Key: ", "show ssl cert @two.pem", "")
	f("Can't edit the crt-list: certificate '@two.pem' is empty!", "add ssl crt-list @list @two.pem", "")
	f("Transaction created for certificate @two.pem!", "set ssl cert @two.pem", pair(testpki.Leaf{CN: "two", Names: []string{"two.example.com"}}))
	f("Committing @two.pem\nSuccess!", "commit ssl cert @two.pem", "")
	f("Inserting certificate '@two.pem' in crt-list '@list'.\nSuccess!", "add ssl crt-list @list", "@two.pem [ssl-min-ver TLSv1.3] two.example.com other.example.com\n")
	f("# @list\n@site.pem:1\n@two.pem:2 [ssl-min-ver TLSv1.3] two.example.com other.example.com", "show ssl crt-list -n @list", "")
	if got := shown("other.example.com"); got != "two" {
		t.Errorf("got %s for a name that was added", got)
	}
	f("Can't remove the certificate: certificate '@two.pem' in use, can't be deleted!", "del ssl cert @two.pem", "")
	f("Entry '@two.pem' deleted in crtlist '@list'!", "del ssl crt-list @list @two.pem", "")
	f("Certificate '@two.pem' deleted!", "del ssl cert @two.pem", "")
	if got := shown("two.example.com"); got != "new" {
		t.Errorf("got %s for a name that was deleted", got)
	}
}

// TestCACommands changes whom clients' certificates must be of.
func TestCACommands(t *testing.T) {
	l := newLab(t)
	other := testpki.NewCA(t, "Other")
	l.file("site.pem", testpki.Leaf{Names: []string{"a"}})
	s := l.store()
	b, err := s.Bind(&conf.Proxy{Name: "f", Kind: conf.Frontend}, &conf.Bind{TLS: conf.BindTLS{On: true, Certs: []string{"site.pem"}, TLS: conf.TLS{Verify: "required", CAFile: "ca.pem"}}})
	if err != nil {
		t.Fatal(err)
	}
	mine := l.ca.Pair(t, testpki.Leaf{CN: "me"})
	cache := &oneSession{}
	dial := func(text string) {
		t.Helper()
		_, err := handshake(t, b.Config(), &tls.Config{InsecureSkipVerify: true, ServerName: "a", ClientSessionCache: cache, GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &mine, nil }})
		want(t, err, text)
	}
	dial("")
	path := l.dir + "/ca.pem"
	f := func(want, name, payload string) {
		t.Helper()
		if got := strings.TrimRight(s.Command(name, []string{path}, payload), "\n"); got != strings.ReplaceAll(want, "@", path) {
			t.Errorf("%s: got %q; want %q", name, got, want)
		}
	}
	f("Invalid payload\nCan't update @!", "set ssl ca-file", "junk")
	f("transaction created for CA @!", "set ssl ca-file", string(other.PEM()))
	dial("")
	f("Committing @.\nSuccess!", "commit ssl ca-file", "")
	dial("its issuer is not trusted") // nor is the session that was made before
	f("Can't remove the CA file: CA file '@' in use, can't be deleted!", "del ssl ca-file", "")
}
