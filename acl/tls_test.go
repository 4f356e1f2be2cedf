package acl

import (
	"crypto/tls"
	"testing"
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
	c.ServerTLS, c.ClientTLS = &tls.ConnectionState{}, &tls.ConnectionState{}
	f("ssl_fc", "1")
	f("ssl_bc", "1")
	f("ssl_fc_has_sni", "0")
	f("ssl_fc_sni", "-")
	c.ClientTLS.ServerName = "www.example.org"
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
