package tlsconf

import (
	"crypto/tls"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"weir/conf"
	"weir/internal/testpki"
)

// resumer is a client that shows the session it has to whomever it speaks to, and its certificate only if told to.
type resumer struct {
	t     *testing.T
	cache oneSession
	cert  tls.Certificate
	v     uint16
}

// first begins a session.
func (c *resumer) first(b *Bind) {
	c.t.Helper()
	c.cache = oneSession{}
	if _, err := c.dial(b, true); err != nil {
		c.t.Fatal(err)
	}
	if c.cache.s == nil {
		c.t.Fatal("there is no session")
	}
	c.cache.freeze = true
}

func (c *resumer) dial(b *Bind, show bool) (resumed bool, err error) {
	c.t.Helper()
	cfg := &tls.Config{InsecureSkipVerify: true, ServerName: "a.example.com", ClientSessionCache: &c.cache, MaxVersion: c.v}
	if show {
		cfg.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &c.cert, nil }
	}
	r, err := handshake(c.t, b.Config(), cfg)
	return r.server.DidResume, err
}

// TestResumptionContexts: bind lines that share a file of ticket keys take each other's tickets, wherever they listen, but never with other
// authorities, other rules or a certificate for other names. A session of before a change of authorities or of a revocation is refused after it.
func TestResumptionContexts(t *testing.T) {
	for _, v := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		l := newLab(t)
		other := testpki.NewCA(t, "Other")
		l.file("a.pem", leafFor("a.example.com"))
		l.write("both.pem", string(l.ca.PEM())+string(other.PEM()))
		l.write("crl.pem", string(l.ca.CRL(t, time.Hour)))
		var keys []string
		for i := range 3 {
			keys = append(keys, base64.StdEncoding.EncodeToString([]byte(strings.Repeat(string(rune('a'+i)), 48))))
		}
		l.write("keys", strings.Join(keys, "\n"))
		s := l.store()
		bind := func(port int, change func(*conf.BindTLS)) *Bind {
			t.Helper()
			x := conf.BindTLS{On: true, Certs: []string{"a.pem"}, TicketKeys: l.dir + "/keys", TLS: conf.TLS{Verify: "required", CAFile: "ca.pem"}}
			if change != nil {
				change(&x)
			}
			b, err := s.Bind(&conf.Proxy{Name: "f", Kind: conf.Frontend, Mode: conf.ModeHTTP}, &conf.Bind{Addr: conf.Addr{Host: "127.0.0.1", Port: port}, TLS: x})
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		home := bind(1, nil)
		certPEM, key := l.ca.Issue(t, testpki.Leaf{CN: "me"})
		cert, err := tls.X509KeyPair(certPEM, key)
		if err != nil {
			t.Fatal(err)
		}
		c := &resumer{t: t, cert: cert, v: v}
		c.first(home)
		if ok, err := c.dial(home, false); !ok || err != nil {
			t.Errorf("TLS %x: it is not resumed where it began: %v", v, err)
		}
		l.write("same.pem", string(l.ca.PEM())+string(l.ca.PEM()))
		l.file("renewed.pem", leafFor("a.example.com"))
		l.file("b.pem", testpki.Leaf{Names: []string{"a.example.com", "b.example.com"}})
		for what, b := range map[string]*Bind{
			"another address":               bind(2, nil),
			"the same authorities":          bind(1, func(x *conf.BindTLS) { x.CAFile = "same.pem" }),
			"another certificate for these": bind(1, func(x *conf.BindTLS) { x.Certs = []string{"renewed.pem"} }),
		} {
			if ok, err := c.dial(b, false); !ok || err != nil {
				t.Errorf("TLS %x: a session does not go over to %s: %v", v, what, err)
			}
		}
		for what, b := range map[string]*Bind{
			"other names":        bind(1, func(x *conf.BindTLS) { x.Certs = []string{"b.pem"} }),
			"other authorities":  bind(1, func(x *conf.BindTLS) { x.CAFile = "both.pem" }),
			"a revocation list":  bind(1, func(x *conf.BindTLS) { x.CRLFile = "crl.pem" }),
			"no certificates":    bind(1, func(x *conf.BindTLS) { x.Verify, x.CAFile = "none", "" }),
			"optional ones":      bind(1, func(x *conf.BindTLS) { x.Verify = "optional" }),
			"more of them":       bind(1, func(x *conf.BindTLS) { x.CAVerifyFile = "both.pem" }),
			"a bind without any": bind(1, func(x *conf.BindTLS) { x.TicketKeys = "" }),
		} {
			if ok, _ := c.dial(b, false); ok {
				t.Errorf("TLS %x: a session goes over to %s", v, what)
			}
		}
		strict := bind(3, func(x *conf.BindTLS) { x.CRLFile = "crl.pem" })
		c.first(strict)
		commit := func(kind, file, text string) {
			t.Helper()
			s.Command("set ssl "+kind, []string{l.dir + "/" + file}, text)
			if got := s.Command("commit ssl "+kind, []string{l.dir + "/" + file}, ""); !strings.HasSuffix(got, "Success!") {
				t.Fatal(got)
			}
		}
		commit("crl-file", "crl.pem", string(l.ca.CRL(t, time.Hour, certPEM)))
		_, err = c.dial(strict, false)
		want(t, err, "it is revoked")
		c.first(home)
		commit("ca-file", "ca.pem", string(other.PEM()))
		_, err = c.dial(home, false) // it is of other authorities now
		want(t, err, "didn't provide a certificate")
		_, err = c.dial(home, true)
		want(t, err, "its issuer is not trusted")
	}
}

// TestLifetime: a session is resumed no longer than tune.ssl.lifetime lets.
func TestLifetime(t *testing.T) {
	l := newLab(t)
	l.file("a.pem", leafFor("a.example.com"))
	f := func(life time.Duration, want bool) {
		t.Helper()
		l.cfg.Global.TLS.Lifetime = life
		c := &resumer{t: t}
		b := l.mustBind(conf.BindTLS{Certs: []string{"a.pem"}})
		c.first(b)
		if ok, err := c.dial(b, false); ok != want || err != nil {
			t.Errorf("%v: resumed %v, %v; want %v", life, ok, err, want)
		}
	}
	f(0, true)
	f(time.Hour, true)
	f(time.Nanosecond, false)
}

// TestServerSessions: a session with one server is not shown to another, whatever name both are asked for.
func TestServerSessions(t *testing.T) {
	l := newLab(t)
	srv := &tls.Config{Certificates: []tls.Certificate{l.ca.Pair(t, leafFor("a.example.com"))}}
	s := l.store()
	for i := range 2 {
		v, err := s.Server(&conf.Proxy{Name: "b", Kind: conf.Backend}, &conf.Server{Name: "s" + string(rune('1'+i)), TLS: conf.ServerTLS{On: true, TLS: conf.TLS{CAFile: "ca.pem"}}})
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []bool{false, true} {
			r, err := handshake(t, srv, v.Config("a.example.com"))
			if err != nil || r.client.DidResume != want {
				t.Errorf("server %d: resumed %v, %v; want %v", i+1, r.client.DidResume, err, want)
			}
		}
	}
}
