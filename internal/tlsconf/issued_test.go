package tlsconf

import (
	"crypto/tls"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weir/conf"
	"weir/internal/testpki"
)

// issuing is a frontend whose certificates acme sections keep.
func issuing(l *lab, bind conf.BindTLS, uses ...*conf.CrtUse) (*Store, *Bind, error) {
	l.t.Helper()
	l.cfg.ACMEs = []*conf.ACME{{Name: "le", Storage: l.dir}, {Name: "other", Storage: l.dir}}
	bind.On = true
	b := &conf.Bind{Pos: conf.Pos{File: "x.cfg", Line: 3, Col: 8}, TLS: bind}
	p := &conf.Proxy{Name: "f", Kind: conf.Frontend, Binds: []*conf.Bind{b}, CrtUses: uses}
	l.cfg.Proxies = []*conf.Proxy{p}
	s := l.store()
	made, err := s.Bind(p, b)
	return s, made, err
}

func of(section string, names ...string) conf.Issue { return conf.Issue{ACME: section, Domains: names} }

func use(crt string, is conf.Issue, options ...string) *conf.CrtUse {
	return &conf.CrtUse{CrtLoad: conf.CrtLoad{Pos: conf.Pos{File: "x.cfg", Line: 5, Col: 1}, Crt: crt, Issue: is}, Options: options}
}

func askFor(name string) *tls.Config { return &tls.Config{ServerName: name, InsecureSkipVerify: true} }

// TestIssued: a certificate that is not there yet is a temporary one, by every way that names one, until another is installed.
func TestIssued(t *testing.T) {
	for _, x := range []struct {
		name string
		bind conf.BindTLS
		uses []*conf.CrtUse
		list string
		want Issued
	}{
		{"bind", conf.BindTLS{Issue: of("le", "A.example.com", "b.example.com")}, nil, "", Issued{Name: "{{dir}}/a.example.com.pem", Crt: "{{dir}}/a.example.com.pem"}},
		{"use", conf.BindTLS{}, []*conf.CrtUse{use("u.pem", of("le", "a.example.com", "b.example.com"))}, "", Issued{Name: "{{dir}}/u.pem", Crt: "{{dir}}/u.pem"}},
		{"store", conf.BindTLS{Certs: []string{"@st/a"}}, nil, "", Issued{Name: "@st/a", Crt: "{{dir}}/s.pem", Key: "{{dir}}/s.key"}},
		{"list", conf.BindTLS{Lists: []string{"list"}}, nil, "l.pem [acme le domains a.example.com,b.example.com] a.example.com b.example.com", Issued{Name: "{{dir}}/l.pem", Crt: "{{dir}}/l.pem"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			l := newLab(t)
			l.write("list", x.list+"\n")
			if x.name == "store" {
				l.cfg.CrtStores = []*conf.CrtStore{{Name: "st", CrtBase: l.dir, KeyBase: l.dir, Loads: []*conf.CrtLoad{{Crt: "s.pem", Key: "s.key", Alias: "a", Issue: of("le", "a.example.com", "b.example.com")}}}}
			}
			s, b, err := issuing(l, x.bind, x.uses...)
			if err != nil {
				t.Fatal(err)
			}
			list := s.Issued()
			if len(list) != 1 {
				t.Fatalf("%d are issued", len(list))
			}
			is := list[0]
			in := func(s string) string { return strings.ReplaceAll(s, "{{dir}}", l.dir) }
			if is.Name != in(x.want.Name) || is.Crt != in(x.want.Crt) || is.Key != in(x.want.Key) || is.ACME != "le" || len(is.Domains) != 2 {
				t.Errorf("%+v", is)
			}
			if _, temporary, err := s.Held(is.Name); err != nil || !temporary {
				t.Errorf("temporary %t, %v", temporary, err)
			}
			r, err := handshake(t, b.Config(), askFor("b.example.com"))
			if err != nil || r.client.PeerCertificates[0].Subject.CommonName != "temporary" {
				t.Fatal(err)
			}
			crt, key := l.ca.Issue(t, testpki.Leaf{Names: []string{"a.example.com", "b.example.com"}})
			if err := s.Install(is.Name, crt, []byte("no key")); err == nil {
				t.Error("installed without a key")
			}
			if _, temporary, _ := s.Held(is.Name); !temporary {
				t.Error("a failure has changed it")
			}
			if err := s.Install(is.Name, append(crt, key...), nil); err != nil {
				t.Fatal(err)
			}
			r, err = handshake(t, b.Config(), askFor("b.example.com"))
			if err != nil || r.client.PeerCertificates[0].VerifyHostname("a.example.com") != nil {
				t.Fatal(err)
			}
			if _, temporary, err := s.Held(is.Name); err != nil || temporary {
				t.Errorf("temporary %t, %v", temporary, err)
			}

			// What is there at the next start is taken.
			testpki.Write(t, filepath.Dir(is.Crt), filepath.Base(is.Crt), append(crt, key...))
			if is.Key != "" {
				testpki.Write(t, filepath.Dir(is.Key), filepath.Base(is.Key), key)
			}
			if s, _, err = issuing(l, x.bind, x.uses...); err != nil {
				t.Fatal(err)
			}
			if _, temporary, err := s.Held(is.Name); err != nil || temporary {
				t.Errorf("at the next start: temporary %t, %v", temporary, err)
			}
		})
	}
}

// TestIssuedErrors: what cannot be meant is an error.
func TestIssuedErrors(t *testing.T) {
	f := func(list, file, wanted string, bind conf.BindTLS, uses ...*conf.CrtUse) {
		t.Helper()
		l := newLab(t)
		l.write("list", list+"\n")
		if file != "" {
			l.write(file, "broken")
		}
		_, _, err := issuing(l, bind, uses...)
		want(t, err, wanted)
	}
	listed := conf.BindTLS{Lists: []string{"list"}}
	f("a.pem [acme le domains a.example.com,A.example.com]", "", `"a.example.com" is given twice`, listed)
	f("a.pem [acme le domains bad_name.example.com]", "", "want a name such as", listed)
	f("", "", "is issued for other names", conf.BindTLS{Issue: of("le", "a.example.com")}, use("a.example.com.pem", of("le", "b.example.com")))
	f("", "", "is issued for other names", conf.BindTLS{Issue: of("le", "a.example.com")}, use("a.example.com.pem", of("other", "a.example.com")))
	f("", "", "", conf.BindTLS{Issue: of("le", "a.example.com")}, use("a.example.com.pem", of("le", "a.example.com")))
	f("", "", `unknown option "x"`, conf.BindTLS{}, use("a.pem", of("le", "a.example.com"), "x"))
	f("", "", "no such file", conf.BindTLS{}, use("a.pem", conf.Issue{}))
	f("a.pem [acme la domains a.example.com]", "", `no acme section is called "la"`, listed)
	f("a.pem [acme le]", "", "0 domains", listed)
	f("a.pem [domains a.example.com]", "", "domains do nothing without acme", listed)
	f("a.pem [acme]", "", `no value of "acme"`, listed)
	f("@st/a [acme le domains a.example.com]", "", "a name of a crt-store", listed)
	f("a.pem [acme le domains *.example.com]", "", "want a name without a wildcard", listed)
	f("", "", "want crt, crt-list or acme", conf.BindTLS{})
}

// TestIssuedExpired: one that has expired while nothing ran is no doubt about the configuration: it will be renewed.
func TestIssuedExpired(t *testing.T) {
	l := newLab(t)
	l.file("a.example.com.pem", testpki.Leaf{Names: []string{"a.example.com"}, From: -2 * time.Hour, To: -time.Hour})
	for _, x := range []struct {
		bind     conf.BindTLS
		warnings int
	}{{conf.BindTLS{Certs: []string{"a.example.com.pem"}}, 1}, {conf.BindTLS{Issue: of("le", "a.example.com")}, 0}} {
		if _, _, err := issuing(l, x.bind); err != nil || len(l.warnings) != x.warnings {
			t.Errorf("%v, %q; want %d warnings", err, l.warnings, x.warnings)
		}
	}
}

// TestCrtUse: certificates of a frontend are shown by its bind lines, each with its options.
func TestCrtUse(t *testing.T) {
	l := newLab(t)
	l.file("a.pem", leafFor("a.example.com"))
	l.file("b.pem", leafFor("b.example.com"))
	_, b, err := issuing(l, conf.BindTLS{}, use("a.pem", conf.Issue{}), use("b.pem", conf.Issue{}, "verify required", "ca-file ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.example.com", ""} {
		if r, err := handshake(t, b.Config(), askFor(name)); err != nil || r.client.PeerCertificates[0].VerifyHostname("a.example.com") != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	if _, err := handshake(t, b.Config(), askFor("b.example.com")); err == nil {
		t.Error("let in without a certificate")
	}
}

// TestChallenge: an authority that validates a name is shown what it looks for, whatever the bind line wants of clients; who asks for
// anything else besides is a client.
func TestChallenge(t *testing.T) {
	l := newLab(t)
	l.file("a.pem", leafFor("a.example.com"))
	_, b, err := issuing(l, conf.BindTLS{TLS: conf.TLS{Verify: "required", CAFile: "ca.pem"}, Certs: []string{"a.pem"}, StrictSNI: true})
	if err != nil {
		t.Fatal(err)
	}
	proof := l.ca.Pair(t, testpki.Leaf{CN: "proof", Names: []string{"new.example.com"}})
	f := func(name string, ok bool, protos ...string) {
		t.Helper()
		cfg := askFor(name)
		cfg.NextProtos = protos
		r, err := handshake(t, b.Config(), cfg)
		shown := err == nil && r.client.PeerCertificates[0].Subject.CommonName == "proof" && r.client.NegotiatedProtocol == ChallengeProto
		if shown != ok {
			t.Errorf("%s, %s: shown %t, %v", name, protos, shown, err)
		}
	}
	f("new.example.com", false, ChallengeProto) // nothing is pending
	b.s.AnswerChallenges(func(name string) *tls.Certificate {
		if name == "new.example.com" {
			return &proof
		}
		return nil
	})
	f("new.example.com", true, ChallengeProto)
	f("NEW.example.com", true, ChallengeProto)
	f("new.example.com", false, ChallengeProto, "http/1.1")
	f("new.example.com", false, "http/1.1")
	f("new.example.com", false)
	f("a.example.com", false, ChallengeProto)
}

// TestIssuedTorn: a crash between the two files leaves a certificate with another one's key, which must not keep the process from starting.
func TestIssuedTorn(t *testing.T) {
	l := newLab(t)
	crt, _ := l.ca.Issue(t, testpki.Leaf{Names: []string{"a.example.com"}})
	_, key := l.ca.Issue(t, testpki.Leaf{Names: []string{"a.example.com"}})
	testpki.Write(t, l.dir, "s.pem", crt)
	testpki.Write(t, l.dir, "s.key", key)
	load := &conf.CrtLoad{Crt: "s.pem", Key: "s.key", Alias: "a", Issue: of("le", "a.example.com")}
	l.cfg.CrtStores = []*conf.CrtStore{{Name: "st", CrtBase: l.dir, KeyBase: l.dir, Loads: []*conf.CrtLoad{load}}}
	s, _, err := issuing(l, conf.BindTLS{Certs: []string{"@st/a"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, temporary, err := s.Held("@st/a"); err != nil || !temporary || s.Issued()[0].Broken == nil {
		t.Errorf("temporary %t, %v, broken: %v", temporary, err, s.Issued()[0].Broken)
	}
	load.Issue = conf.Issue{} // one that people look after is theirs to mend
	_, _, err = issuing(l, conf.BindTLS{Certs: []string{"@st/a"}})
	want(t, err, "not that of the certificate")
}

// TestIssuedBroken: a file that was cut short is told to the Keeper and stops nobody; one that cannot be read is an error.
func TestIssuedBroken(t *testing.T) {
	crt, key := newLab(t).ca.Issue(t, testpki.Leaf{Names: []string{"a.example.com"}})
	whole := string(crt) + string(key)
	for _, cut := range []int{0, 1, len(crt) / 2, len(crt), len(crt) + len(key)/2, len(whole) - 10} {
		l := newLab(t)
		l.write("a.example.com.pem", whole[:cut])
		s, _, err := issuing(l, conf.BindTLS{Issue: of("le", "a.example.com")})
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		is := s.Issued()[0]
		if _, temporary, err := s.Held(is.Name); err != nil || !temporary || is.Broken == nil || len(l.warnings) > 0 {
			t.Errorf("cut at %d: temporary %t, %v, broken: %v, warnings %q", cut, temporary, err, is.Broken, l.warnings)
		}
	}
	l := newLab(t)
	l.write("file", "")
	l.dir = filepath.Join(l.dir, "file")
	_, _, err := issuing(l, conf.BindTLS{Issue: of("le", "a.example.com")})
	want(t, err, `file" is no directory`)
}
