package tlsconf

import (
	"crypto/tls"
	"strings"
	"testing"
	"time"

	"weir/conf"
	"weir/internal/testpki"
)

// TestServer is which servers are trusted.
func TestServer(t *testing.T) {
	l := newLab(t)
	other := testpki.NewCA(t, "Other")
	good := l.ca.Pair(t, testpki.Leaf{Names: []string{"a.example.com"}})
	old := l.ca.Pair(t, testpki.Leaf{Names: []string{"a.example.com"}, From: -2 * time.Hour, To: -time.Hour})
	young := l.ca.Pair(t, testpki.Leaf{Names: []string{"a.example.com"}, From: 30 * time.Minute})
	strange := other.Pair(t, testpki.Leaf{Names: []string{"a.example.com"}})
	byIP := l.ca.Pair(t, testpki.Leaf{CN: "x", IPs: []string{"10.0.0.1"}})
	byCN := l.ca.Pair(t, testpki.Leaf{CN: "a.example.com"})
	revokedPEM, revokedKey := l.ca.Issue(t, testpki.Leaf{Names: []string{"a.example.com"}})
	revoked, err := tls.X509KeyPair(revokedPEM, revokedKey)
	if err != nil {
		t.Fatal(err)
	}
	l.write("crl.pem", string(l.ca.CRL(t, time.Hour, revokedPEM)))
	f := func(text string, sv conf.ServerTLS, sni string, cert tls.Certificate) {
		t.Helper()
		if sv.CAFile == "" && sv.Verify == "" {
			sv.CAFile = "ca.pem"
		}
		v, err := l.server(sv)
		if err != nil {
			t.Fatal(err)
		}
		_, err = handshake(t, &tls.Config{Certificates: []tls.Certificate{cert}}, v.Config(sni))
		want(t, err, text)
	}
	var any conf.ServerTLS
	host := conf.ServerTLS{VerifyHost: "a.example.com"}
	f("", any, "", good) // no name to check, as in HAProxy
	f("", any, "a.example.com", good)
	f("it is not for this name", any, "b.example.com", good)
	f("", host, "", good)
	f("it is not for this name", host, "b.example.com", good) // sni is over verifyhost
	f("", conf.ServerTLS{VerifyHost: "b.example.com"}, "a.example.com", good)
	f("it is not for this name", conf.ServerTLS{VerifyHost: "b.example.com"}, "", good)
	f("its issuer is not trusted", any, "", strange)
	f("it has expired", any, "", old)
	f("it is not valid yet", any, "", young)
	f("", any, "10.0.0.1", byIP)
	f("it is not for this name", any, "10.0.0.2", byIP) // no SNI is sent for an address, but it is checked
	f("", any, "a.example.com", byCN)
	f("it is not for this name", any, "c.example.com", byCN)
	crl := conf.ServerTLS{TLS: conf.TLS{CRLFile: "crl.pem"}}
	f("", crl, "", good)
	f("it is revoked", crl, "", revoked)
	l.write("oldcrl.pem", string(l.ca.CRL(t, -time.Minute)))
	f("the revocation list has expired", conf.ServerTLS{TLS: conf.TLS{CRLFile: "oldcrl.pem"}}, "", good)
	l.write("othercrl.pem", string(other.CRL(t, time.Hour)))
	f("there is no revocation list of its issuer", conf.ServerTLS{TLS: conf.TLS{CRLFile: "othercrl.pem"}}, "", good)
	f("", conf.ServerTLS{TLS: conf.TLS{Verify: "none"}}, "whatever", strange)
	l.write("other.pem", string(other.PEM()))
	for file, text := range map[string]string{"ca.pem": "", "other.pem": "its issuer is not trusted"} {
		t.Setenv("SSL_CERT_FILE", l.dir+"/"+file)
		f(text, conf.ServerTLS{TLS: conf.TLS{CAFile: "@system-ca"}}, "", good)
	}
}

func TestServerErrors(t *testing.T) {
	l := newLab(t)
	l.write("empty.pem", "")
	f := func(text string, sv conf.ServerTLS) {
		t.Helper()
		_, err := l.server(sv)
		want(t, err, text)
	}
	f(`x.cfg:5:3: backend "b": server "s": verify: required: no authority to trust; want ca-file, or verify none`, conf.ServerTLS{})
	f(`ca-file: "nothing.pem": no such file or directory`, conf.ServerTLS{TLS: conf.TLS{CAFile: "nothing.pem"}})
	f(`no certificate in it, and without any nobody could be trusted`, conf.ServerTLS{TLS: conf.TLS{CAFile: "empty.pem"}})
	f(`crt: "nothing.pem": no such file or directory`, conf.ServerTLS{Cert: "nothing.pem", TLS: conf.TLS{Verify: "none"}})
	l.cfg.Global.TLS.ServerVerify = "none"
	f("", conf.ServerTLS{})
}

// TestServerResumes: sessions are resumed by name.
func TestServerResumes(t *testing.T) {
	l := newLab(t)
	srv := &tls.Config{Certificates: []tls.Certificate{l.ca.Pair(t, testpki.Leaf{Names: []string{"a.example.com", "b.example.com"}})}}
	for _, never := range []bool{false, true} {
		v, err := l.server(conf.ServerTLS{NoReuse: never, TLS: conf.TLS{CAFile: "ca.pem"}})
		if err != nil {
			t.Fatal(err)
		}
		f := func(name string, resumed bool) {
			t.Helper()
			r, err := handshake(t, srv, v.Config(name))
			if err != nil || r.client.DidResume != (resumed && !never) {
				t.Errorf("%s: resumed %v, %v; want %v", name, r.client.DidResume, err, resumed && !never)
			}
		}
		f("a.example.com", false)
		f("a.example.com", true)
		f("b.example.com", false)
		f("b.example.com", true)
	}
}

// TestServerShowsCert: a server that asks for a certificate gets the one of crt.
func TestServerShowsCert(t *testing.T) {
	l := newLab(t)
	l.file("me.pem", testpki.Leaf{CN: "me"})
	v, err := l.server(conf.ServerTLS{Cert: "me.pem", TLS: conf.TLS{Verify: "none"}})
	if err != nil {
		t.Fatal(err)
	}
	srv := &tls.Config{Certificates: []tls.Certificate{l.ca.Pair(t, testpki.Leaf{Names: []string{"a"}})}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: l.ca.Pool()}
	r, err := handshake(t, srv, v.Config(""))
	if err != nil || r.server.PeerCertificates[0].Subject.CommonName != "me" {
		t.Fatal(err)
	}
}

// TestServerAdmin: a server that was deleted is asked for no more, and one cannot be added with a certificate that is not there yet.
func TestServerAdmin(t *testing.T) {
	l := newLab(t)
	l.file("me.pem", leafFor("me"))
	s := l.store()
	add := func(crt string) (*Server, error) {
		return s.Server(&conf.Proxy{Name: "b", Kind: conf.Backend, Mode: conf.ModeHTTP}, &conf.Server{Name: "s", TLS: conf.ServerTLS{On: true, Cert: crt, TLS: conf.TLS{Verify: "none"}}})
	}
	path := l.dir + "/me.pem"
	v, err := add(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Command("del ssl cert", []string{path}, ""); !strings.Contains(got, "in use") {
		t.Errorf("got %q for a certificate that is in use", got)
	}
	v.Drop()
	if got := s.Command("del ssl cert", []string{path}, ""); !strings.HasSuffix(got, "deleted!") {
		t.Errorf("got %q once the server is gone", got)
	}
	s.Command("new ssl cert", []string{l.dir + "/x.pem"}, "")
	_, err = add(l.dir + "/x.pem")
	want(t, err, "it has been announced and not set yet")
}
