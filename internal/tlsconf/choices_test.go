package tlsconf

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"weir/conf"
	"weir/internal/testpki"
)

// Mozilla's lists ("intermediate"), as its generator writes them for HAProxy.
const (
	mozillaCiphers = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:" +
		"ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-CHACHA20-POLY1305"
	mozillaSuites = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
	mozillaCurves = "X25519:prime256v1:secp384r1"
)

// TestUnmet: what a bind line asks for and crypto/tls does not do is told, all of a line in one warning.
func TestUnmet(t *testing.T) {
	f := func(b conf.BindTLS, parts ...string) {
		t.Helper()
		l := newLab(t)
		l.file("ec.pem", testpki.Leaf{Names: []string{"a"}})
		l.file("rsa.pem", testpki.Leaf{Names: []string{"a"}, RSA: true})
		if b.Certs == nil {
			b.Certs = []string{"ec.pem"}
		}
		l.mustBind(b)
		if len(parts) == 0 && len(l.warnings) > 0 || len(parts) > 0 && len(l.warnings) != 1 {
			t.Fatalf("got %q", l.warnings)
		}
		for _, p := range parts {
			if !strings.Contains(l.warnings[0], p) {
				t.Errorf("got %q; want %q in it", l.warnings[0], p)
			}
		}
	}
	ciphers := func(s string) conf.BindTLS { return conf.BindTLS{TLS: conf.TLS{Ciphers: s}} }
	f(conf.BindTLS{})
	f(ciphers("ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE+AES256")) // the kind of certificate decides between the first two
	f(ciphers("HIGH:!aNULL"))
	f(ciphers(mozillaCiphers), "ciphers: crypto/tls has no DHE-RSA-AES128-GCM-SHA256, DHE-RSA-AES256-GCM-SHA384, DHE-RSA-CHACHA20-POLY1305: left out")
	f(ciphers("ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256"), "ciphers: crypto/tls chooses in an order of its own: ECDHE-ECDSA-AES128-GCM-SHA256 before ECDHE-ECDSA-AES256-GCM-SHA384")
	f(ciphers("ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:+AES128"), "an order of its own")
	f(ciphers("ECDHE-ECDSA-AES128-GCM-SHA256:AES128-GCM-SHA256"), "ciphers: AES128-GCM-SHA256: there is no RSA certificate")
	f(conf.BindTLS{Certs: []string{"ec.pem", "rsa.pem"}, TLS: conf.TLS{Ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256:AES128-GCM-SHA256"}})
	f(ciphers("ECDHE+AESGCM:RSA+AESGCM")) // not named one by one
	suites := func(s string) conf.BindTLS { return conf.BindTLS{TLS: conf.TLS{CipherSuites: s}} }
	f(suites(mozillaSuites))
	f(suites("TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256"), "ciphersuites: crypto/tls chooses by itself: its order is TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384, TLS_CHACHA20_POLY1305_SHA256")
	f(suites("TLS_AES_128_CCM_SHA256:TLS_AES_128_GCM_SHA256"), "it has no TLS_AES_128_CCM_SHA256: left out", "TLS_AES_256_GCM_SHA384, TLS_CHACHA20_POLY1305_SHA256 cannot be left out")
	curves := func(s string) conf.BindTLS { return conf.BindTLS{TLS: conf.TLS{Curves: s}} }
	f(curves(mozillaCurves))
	f(curves("P-384:X25519"), "curves: crypto/tls chooses in an order of its own: ")
	f(curves("P-384:X448:X25519"), "curves: crypto/tls has no X448: left out; and it chooses in an order of its own")
	f(conf.BindTLS{PreferClient: true}, "prefer-client-ciphers: crypto/tls chooses by itself")
	f(conf.BindTLS{PreferClient: true, TLS: conf.TLS{NPN: "h2", Curves: "P-384:X25519"}}, "bind: curves: ", `; npn: NPN was given up for ALPN: "h2"`, "; prefer-client-ciphers: ")
}

// TestUnmetDefaults: those of all lines are told once, whatever lines there are.
func TestUnmetDefaults(t *testing.T) {
	l := newLab(t)
	l.file("ec.pem", testpki.Leaf{Names: []string{"a"}})
	l.write("dh.pem", "-----BEGIN DH PARAMETERS-----\nAAAA\n-----END DH PARAMETERS-----\n")
	l.write("dh.txt", "nothing")
	g := &l.cfg.Global.TLS
	g.Bind.Ciphers, g.Bind.CipherSuites, g.Bind.Curves, g.Bind.PreferClient = mozillaCiphers, mozillaSuites, mozillaCurves, true
	g.Server.Ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256:DHE-RSA-AES128-GCM-SHA256"
	for file, why := range map[string]string{"dh.pem": " does nothing: ", "dh.txt": " does nothing, and holds no DH parameters: ", "none": " does nothing, and cannot be read (no such file or directory): "} {
		g.DHParam = filepath.Join(l.dir, file)
		s := l.store()
		for i := range 3 {
			pos := conf.Pos{File: "x.cfg", Line: 3 + i, Col: 3}
			if _, err := s.Bind(&conf.Proxy{Name: "f", Kind: conf.Frontend}, &conf.Bind{Pos: pos, TLS: conf.BindTLS{On: true, Certs: []string{"ec.pem"}}}); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Server(&conf.Proxy{Name: "b", Kind: conf.Backend}, &conf.Server{Name: "s", Pos: pos, TLS: conf.ServerTLS{On: true, TLS: conf.TLS{Verify: "none"}}}); err != nil {
				t.Fatal(err)
			}
		}
		if len(l.warnings) != 2 {
			t.Fatalf("got %q; want one of bind lines and one of servers", l.warnings)
		}
		slices.Sort(l.warnings)
		for _, want := range []string{"global: ssl-default-bind-ciphers: crypto/tls has no DHE-RSA-AES128-GCM-SHA256, ", "; ssl-default-bind-options: prefer-client-ciphers does nothing", `; ssl-dh-param-file: "` + g.DHParam + `"` + why} {
			if !strings.Contains(l.warnings[0], want) {
				t.Errorf("got %q; want %q in it", l.warnings[0], want)
			}
		}
		if !strings.Contains(l.warnings[1], "global: ssl-default-server-ciphers: crypto/tls has no DHE-RSA-AES128-GCM-SHA256: left out") {
			t.Errorf("got %q", l.warnings[1])
		}
	}
}
