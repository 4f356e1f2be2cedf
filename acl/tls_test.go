package acl

import (
	"crypto/tls"
	"crypto/x509"
	"testing"

	"weir/internal/testpki"
	"weir/internal/tlsio"
)

func TestTLS(t *testing.T) {
	c := newContext(t, "GET / HTTP/1.1\n")
	f := func(expr, want string) {
		t.Helper()
		b, ok := mustExpr(t, expr).AppendText(nil, c)
		if !ok {
			b = []byte("-")
		}
		if string(b) != want {
			t.Errorf("%s = %q; want %q", expr, b, want)
		}
	}
	sni := func(test string, want bool) {
		t.Helper()
		if got := mustCond(t, testCond(t, test)).Match(c); got != want {
			t.Errorf("%s: %v", test, got)
		}
	}
	f("ssl_fc", "0")
	f("ssl_bc", "0")
	f("ssl_fc_has_sni", "0")
	f("ssl_fc_sni", "-")
	sni("ssl_fc_sni_end .example.org", false)
	c.ServerTLS, c.ClientTLS = tlsio.Fixed(tls.ConnectionState{}, tlsio.Info{}), tlsio.Fixed(tls.ConnectionState{}, tlsio.Info{})
	f("ssl_fc", "1")
	f("ssl_bc", "1")
	f("ssl_fc_has_sni", "0")
	f("ssl_fc_sni", "-")
	c.ClientTLS = tlsio.Fixed(tls.ConnectionState{ServerName: "www.example.org"}, tlsio.Info{})
	f("ssl_fc_has_sni", "1")
	f("ssl_fc_sni", "www.example.org")
	sni("ssl_fc_sni www.example.org", true)
	sni("ssl_fc_sni_end .example.org", true)
	sni("ssl_fc_sni_reg ^w+[.]", true)
	sni("ssl_fc_sni_reg ^[.]", false)
}

// Versions are compared as they are written: TLS 1.0 is 3.1. All as observed from HAProxy 2.6.
func TestDotted(t *testing.T) {
	f := func(pattern string, want [3]bool) {
		t.Helper()
		m, _, err := buildDotted([]string{pattern}, false)
		if err != nil {
			t.Fatal(pattern, err)
		}
		for i, minor := range []int64{0, 1, 3} {
			if got := m.match(nil, &Sample{Type: Int, Int: 3<<16 | minor}); got != want[i] {
				t.Errorf("%q, 3.%d: %v", pattern, minor, got)
			}
		}
	}
	f("3", [3]bool{true, false, false})
	f("3.1", [3]bool{false, true, false})
	f("3:3.1", [3]bool{true, true, false})
	f("gt 3", [3]bool{false, true, true})
	f("ge 3.1", [3]bool{false, true, true})
	f("3:", [3]bool{true, true, true})
	f("3.1:", [3]bool{false, true, true})
	f(":3.1", [3]bool{true, true, false})
	f("196609", [3]bool{false, true, false}) // as -m int has it
	f("lt 3.1", [3]bool{true, false, false})
	for _, bad := range []string{"3.:3", "3.1.1", "a", "3.65536", "3:2.9", "", ":", "gt", "xx 3"} {
		if _, _, err := buildDotted([]string{bad}, false); err != errDotted {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// TestCertFetches tell of certificates as OpenSSL does; what they should say was observed from HAProxy 2.6.
func TestCertFetches(t *testing.T) {
	ca := testpki.NewCA(t, "Root")
	pair := ca.Pair(t, testpki.Leaf{CN: "one, two", Names: []string{"a.example.com"}, IPs: []string{"10.0.0.1"}})
	c := newContext(t, "GET / HTTP/1.1\n")
	f := func(expr, want string) {
		t.Helper()
		b, ok := mustExpr(t, expr).AppendText(nil, c)
		if !ok {
			b = []byte("-")
		}
		if string(b) != want {
			t.Errorf("%s = %q; want %q", expr, b, want)
		}
	}
	for _, expr := range []string{"ssl_c_used", "ssl_c_verify", "ssl_c_s_dn", "ssl_f_der", "ssl_s_serial", "ssl_fc_cipher", "ssl_fc_has_crt", "ssl_fc_cipherlist_bin"} {
		f(expr, "-") // without TLS
	}
	f("ssl_fc_is_resumed", "0")
	c.ClientTLS = tlsio.Fixed(tls.ConnectionState{Version: tls.VersionTLS13, CipherSuite: tls.TLS_AES_256_GCM_SHA384, PeerCertificates: []*x509.Certificate{pair.Leaf}},
		tlsio.Info{Own: ca.Cert, Result: 10, Verify: 10, CAErr: 2, Depth: 1})
	c.ServerTLS = tlsio.Fixed(tls.ConnectionState{PeerCertificates: []*x509.Certificate{ca.Cert}}, tlsio.Info{})
	f("ssl_c_used", "1")
	f("ssl_c_verify", "10")
	f("ssl_c_ca_err", "2")
	f("ssl_c_ca_err_depth", "1")
	f("ssl_c_s_dn", "/C=FR/O=Weir/CN=one, two")
	f("ssl_c_i_dn", "/O=Test/CN=Root")
	f("ssl_c_s_dn(CN)", "one, two")
	f("ssl_c_s_dn(cn)", "one, two")
	f("ssl_c_i_dn(o)", "Test")
	f("ssl_c_s_dn(O,0)", "-")
	f("ssl_c_s_dn(O,0,rfc2253)", "-")
	f("ssl_c_s_dn(o,1,rfc2253)", "Weir")
	f("ssl_c_s_dn(O,2)", "-")
	f("ssl_c_s_dn(O,-1)", "Weir")
	f("ssl_c_s_dn(,0,rfc2253)", `CN=one\, two,O=Weir,C=FR`)
	f("ssl_c_key_alg", "id-ecPublicKey")
	f("ssl_c_sig_alg", "ecdsa-with-SHA256")
	f("ssl_c_version", "3")
	f("ssl_c_san", "DNS:a.example.com, IP Address:10.0.0.1")
	f("ssl_c_notafter,length", "13")
	f("ssl_c_sha1,hex,length", "40")
	f("ssl_f_s_dn(CN)", "Root")
	f("ssl_s_s_dn(CN)", "Root")
	f("ssl_fc_cipher", "TLS_AES_256_GCM_SHA384")
	f("ssl_fc_alg_keysize", "256")
	f("ssl_fc_protocol", "TLSv1.3")
	f("ssl_fc_has_crt", "1")
}
