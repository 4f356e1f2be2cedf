package tlsconf

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"weir/conf"
	"weir/internal/testpki"
)

// responder is an OCSP responder of an authority. What it says can be changed.
type responder struct {
	ca    *testpki.CA
	asked atomic.Int64
	how   atomic.Value // "", "500", "text", "revoked", "junk", "stranger", "old", "future", "leaf", "signer"
	url   string
}

func newResponder(t *testing.T, ca *testpki.CA) *responder {
	r := &responder{ca: ca}
	r.how.Store("")
	srv := httptest.NewServer(r)
	t.Cleanup(srv.Close)
	r.url = srv.URL
	return r
}

func (r *responder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.asked.Add(1)
	raw, err := io.ReadAll(req.Body)
	if req.Method == http.MethodGet {
		var text string
		if text, err = url.QueryUnescape(strings.TrimPrefix(req.URL.EscapedPath(), "/")); err == nil {
			raw, err = base64.StdEncoding.DecodeString(text)
		}
	}
	q, parseErr := ocsp.ParseRequest(raw)
	if err != nil || parseErr != nil {
		http.Error(w, "no", http.StatusBadRequest)
		return
	}
	how := r.how.Load().(string)
	if how == "500" {
		http.Error(w, "later", http.StatusInternalServerError)
		return
	}
	if how != "text" {
		w.Header().Set("Content-Type", "application/ocsp-response")
	}
	w.Write(r.response(q.SerialNumber, how))
}

// response is what is said of a certificate.
func (r *responder) response(serial *big.Int, how string) []byte {
	now := time.Now()
	say := ocsp.Response{Status: ocsp.Good, SerialNumber: serial, ThisUpdate: now.Add(-time.Hour), NextUpdate: now.Add(time.Hour)}
	ca := r.ca
	switch how {
	case "junk":
		return []byte("junk")
	case "revoked":
		say.Status = ocsp.Revoked
	case "old":
		say.NextUpdate = now.Add(-time.Minute)
	case "future":
		say.ThisUpdate = now.Add(time.Hour)
	case "endless":
		say.NextUpdate = time.Time{}
	}
	signer, key := ca.Cert, ca.Key()
	if how == "leaf" || how == "signer" {
		usage := x509.ExtKeyUsageServerAuth
		if how == "signer" {
			usage = x509.ExtKeyUsageOCSPSigning
		}
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			panic(err)
		}
		tmpl := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: how}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{usage}}
		der, err := x509.CreateCertificate(rand.Reader, tmpl, ca.Cert, k.Public(), ca.Key())
		if err != nil {
			panic(err)
		}
		if signer, err = x509.ParseCertificate(der); err != nil {
			panic(err)
		}
		say.Certificate, key = signer, k
	}
	b, err := ocsp.CreateResponse(ca.Cert, signer, say, key)
	if err != nil {
		panic(err)
	}
	return b
}

// ocspLab is a bind line whose certificate names a responder.
func ocspLab(t *testing.T, o conf.OCSPUpdate, option string) (*lab, *Store, *Bind, *responder) {
	t.Helper()
	l := newLab(t)
	r := newResponder(t, l.ca)
	l.file("site.pem", testpki.Leaf{Names: []string{"www.example.com"}, OCSP: r.url})
	l.write("site.pem.issuer", string(l.ca.PEM()))
	l.write("list", "site.pem"+option+"\n")
	l.cfg.Global.TLS.OCSP = o
	s := l.store()
	b, err := s.Bind(&conf.Proxy{Name: "f", Kind: conf.Frontend, Mode: conf.ModeHTTP}, &conf.Bind{TLS: conf.BindTLS{On: true, Lists: []string{"list"}}})
	if err != nil {
		t.Fatal(err)
	}
	return l, s, b, r
}

// stapledTo is what a client is given.
func stapledTo(t *testing.T, b *Bind) []byte {
	t.Helper()
	r, err := handshake(t, b.Config(), &tls.Config{InsecureSkipVerify: true, ServerName: "www.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	return r.client.OCSPResponse
}

// TestOCSPAnswers: only a response that proves something is taken; with any other the certificate is shown as it is.
func TestOCSPAnswers(t *testing.T) {
	l, s, b, r := ocspLab(t, conf.OCSPUpdate{}, "")
	path := l.dir + "/site.pem"
	for _, x := range []struct{ how, want string }{
		{"500", "500 Internal Server Error"}, {"text", "want application/ocsp-response"}, {"junk", "is left out"}, {"revoked", "does not say that the certificate is good"},
		{"old", "out of date since"}, {"future", "not valid before"}, {"leaf", "signed with a certificate that is not for OCSP"},
	} {
		r.how.Store(x.how)
		if got := s.Command("update ssl ocsp-response", []string{path}, ""); !strings.Contains(got, x.want) || !strings.HasPrefix(got, "Can't update") {
			t.Errorf("%s: %q; want %q", x.how, got, x.want)
		}
		if stapledTo(t, b) != nil {
			t.Errorf("%s: it is stapled", x.how)
		}
	}
	for _, how := range []string{"", "signer", "endless"} {
		r.how.Store(how)
		if got := s.Command("update ssl ocsp-response", []string{path}, ""); !strings.Contains(got, "Cert Status: good\n") {
			t.Errorf("%q: %s", how, got)
		}
		if stapledTo(t, b) == nil {
			t.Errorf("%q: nothing is stapled", how)
		}
	}
	other := testpki.NewCA(t, "Other")
	st, err := parseStaple(s.pairs[path].pair, (&responder{ca: other}).response(s.pairs[path].pair.Leaf.SerialNumber, ""), time.Now())
	if err == nil {
		t.Errorf("a stranger's response is taken: %v", st)
	}
}

// TestOCSPExpires: a response is not sent longer than it is good for.
func TestOCSPExpires(t *testing.T) {
	l, s, _, r := ocspLab(t, conf.OCSPUpdate{}, "")
	p := s.pairs[l.dir+"/site.pem"].pair
	st, err := parseStaple(p, r.response(p.Leaf.SerialNumber, ""), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	p.staple.Store(st)
	if now := time.Now(); p.certificate(now).OCSPStaple == nil || p.certificate(now.Add(2*time.Hour)).OCSPStaple != nil {
		t.Error("it is not sent, or sent too long")
	}
}

// TestOCSPUpdate: a response is fetched at the start without anybody asking, and again when the certificate is another.
func TestOCSPUpdate(t *testing.T) {
	for _, x := range []struct {
		o      conf.OCSPUpdate
		option string
		on     bool
	}{
		{conf.OCSPUpdate{}, " [ocsp-update on]", true}, {conf.OCSPUpdate{Mode: "on"}, "", true}, {conf.OCSPUpdate{Mode: "on"}, " [ocsp-update off]", false},
		{conf.OCSPUpdate{}, "", false}, {conf.OCSPUpdate{Mode: "on", Disable: true}, " [ocsp-update on]", false},
	} {
		l, s, b, r := ocspLab(t, x.o, x.option)
		ctx, cancel := context.WithCancel(context.Background())
		events, ended := make(chan OCSPEvent, 100), make(chan struct{})
		go func() {
			defer close(ended)
			s.UpdateOCSP(ctx, func(e OCSPEvent) { events <- e })
		}()
		if x.on {
			if e := <-events; e.Err != nil || e.Path != l.dir+"/site.pem" {
				t.Errorf("%+v", e)
			}
			if stapledTo(t, b) == nil {
				t.Error("nothing is stapled")
			}
			if got := s.Command("show ssl ocsp-updates", nil, ""); !strings.Contains(got, " | 1 | 0 | 1 | Update successful") {
				t.Error(got)
			}
			r.how.Store("500")
			l.swap(s, r)
			if e := <-events; e.Err == nil || time.Until(e.Next) < 4*time.Minute {
				t.Errorf("%+v; want a failure and a pause", e)
			}
			if got := s.Command("show ssl ocsp-updates", nil, ""); !strings.Contains(got, " | 1 | 1 | 2 | HTTP error") {
				t.Error(got)
			}
		} else if r.asked.Load() != 0 || s.pairs[l.dir+"/site.pem"].ocsp.on {
			t.Errorf("%+v %q: it is asked for", x.o, x.option)
		}
		cancel()
		<-ended
	}
}

// TestTakeOCSP: after a reload the response that was fetched is sent at once, and is not asked for again before its time.
func TestTakeOCSP(t *testing.T) {
	l, old, _, r := ocspLab(t, conf.OCSPUpdate{Mode: "on"}, "")
	path := l.dir + "/site.pem"
	if got := old.Command("update ssl ocsp-response", []string{path}, ""); !strings.Contains(got, "good") {
		t.Fatal(got)
	}
	next := func() (*Store, *Bind) {
		s := l.store()
		b, err := s.Bind(&conf.Proxy{Name: "f", Kind: conf.Frontend, Mode: conf.ModeHTTP}, &conf.Bind{TLS: conf.BindTLS{On: true, Lists: []string{"list"}}})
		if err != nil {
			t.Fatal(err)
		}
		s.TakeOCSP(old)
		return s, b
	}
	s, b := next()
	if stapledTo(t, b) == nil {
		t.Error("nothing is stapled")
	}
	if due, wait := s.dueOCSP(time.Now()); due != nil || wait < time.Minute || s.pairs[path].ocsp.good != 1 {
		t.Errorf("%d are due, in %v", len(due), wait)
	}
	l.file("site.pem", testpki.Leaf{Names: []string{"www.example.com"}, OCSP: r.url}) // another one
	s, b = next()
	if stapledTo(t, b) != nil {
		t.Error("the response of another certificate is stapled")
	}
	if due, _ := s.dueOCSP(time.Now()); len(due) != 1 {
		t.Error("it is not asked for")
	}
}

// swap puts another certificate in the place of the lab's.
func (l *lab) swap(s *Store, r *responder) {
	l.t.Helper()
	cert, key := l.ca.Issue(l.t, testpki.Leaf{Names: []string{"www.example.com"}, OCSP: r.url})
	path := l.dir + "/site.pem"
	s.Command("set ssl cert", []string{path}, string(cert)+string(key))
	if got := s.Command("commit ssl cert", []string{path}, ""); !strings.HasSuffix(got, "Success!") {
		l.t.Fatal(got)
	}
}

// TestOCSPPause: the time of the next update lies within the bounds, and further away with every failure.
func TestOCSPPause(t *testing.T) {
	now := time.Now()
	f := func(o conf.OCSPUpdate, next time.Duration, failed int, want time.Duration) {
		t.Helper()
		s := New(&conf.Config{Global: conf.Global{TLS: conf.GlobalTLS{OCSP: o}}}, nil)
		st := &staple{resp: &ocsp.Response{}}
		if next != 0 {
			st.resp.NextUpdate = now.Add(next)
		}
		if got := s.ocspPause(st, failed, now); got != want {
			t.Errorf("%v in %v after %d failures: %v; want %v", o, next, failed, got, want)
		}
	}
	f(conf.OCSPUpdate{}, 30*time.Minute, 0, 30*time.Minute)
	f(conf.OCSPUpdate{}, time.Second, 0, 5*time.Minute)
	f(conf.OCSPUpdate{}, 24*time.Hour, 0, time.Hour)
	f(conf.OCSPUpdate{}, 0, 0, time.Hour)
	f(conf.OCSPUpdate{}, 0, 1, 5*time.Minute)
	f(conf.OCSPUpdate{}, 0, 3, 20*time.Minute)
	f(conf.OCSPUpdate{}, 0, 90, time.Hour)
	f(conf.OCSPUpdate{Min: time.Second, Max: 2 * time.Second}, time.Hour, 0, 2*time.Second)
	f(conf.OCSPUpdate{Min: 2 * time.Hour}, time.Minute, 0, 2*time.Hour)
	f(conf.OCSPUpdate{Max: time.Minute}, time.Second, 0, time.Minute)
}

// TestOCSPSaid: what lines say of one certificate must agree, and what cannot be is told.
func TestOCSPSaid(t *testing.T) {
	l := newLab(t)
	l.file("bare.pem", leafFor("a"))
	l.write("both", "bare.pem [ocsp-update on]\nbare.pem [ocsp-update off]\n")
	l.write("on", "bare.pem [ocsp-update on]\n")
	_, err := l.bind(conf.BindTLS{Lists: []string{"both"}})
	want(t, err, "it is both on and off")
	l.mustBind(conf.BindTLS{Lists: []string{"on"}})
	if all := strings.Join(l.warnings, "\n"); !strings.Contains(all, "it names no OCSP responder") {
		t.Error(all)
	}
	l.cfg.Global.TLS.OCSP.Mode = "on"
	l.mustBind(conf.BindTLS{Certs: []string{"bare.pem"}})
	if l.warnings != nil {
		t.Error(l.warnings)
	}
}

// TestOCSPText: a response is described as OpenSSL does.
func TestOCSPText(t *testing.T) {
	l, s, _, r := ocspLab(t, conf.OCSPUpdate{}, "")
	p := s.pairs[l.dir+"/site.pem"].pair
	raw := r.response(p.Leaf.SerialNumber, "")
	if got := s.Command("set ssl ocsp-response", nil, base64.StdEncoding.EncodeToString(raw)); got != "OCSP Response updated!" {
		t.Fatal(got)
	}
	got := s.Command("show ssl ocsp-response", []string{p.idText()}, "")
	if byPath := s.Command("show ssl cert", []string{l.dir + "/site.pem.ocsp"}, ""); byPath != got {
		t.Error(byPath)
	}
	if b := s.Command("show ssl ocsp-response", []string{"base64", l.dir + "/site.pem"}, ""); b != base64.StdEncoding.EncodeToString(raw) {
		t.Error(b)
	}
	if list := s.Command("show ssl ocsp-response", nil, ""); !strings.Contains(list, "Certificate ID key : "+p.idText()+"\nCertificate path : "+l.dir+"/site.pem\n") {
		t.Error(list)
	}
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Log("no openssl to compare with")
		return
	}
	testpki.Write(t, l.dir, "r", raw)
	out, err := exec.Command(openssl, "ocsp", "-respin", l.dir+"/r", "-text", "-noverify").Output()
	if err != nil {
		t.Fatal(err)
	}
	clean := func(s string) (lines []string) {
		for line := range strings.SplitSeq(s, "\n") {
			if line = strings.TrimSpace(line); line != "" {
				lines = append(lines, line)
			}
		}
		return lines
	}
	if g, w := strings.Join(clean(got), "\n"), strings.Join(clean(string(out)), "\n"); g != w {
		t.Errorf("got\n%s\nopenssl says\n%s", g, w)
	}
}

// TestOCSPBusy: a command that updates a response takes no hold away from an update that runs, and gives its own back.
func TestOCSPBusy(t *testing.T) {
	l, s, _, r := ocspLab(t, conf.OCSPUpdate{}, " [ocsp-update on]")
	path := l.dir + "/site.pem"
	update := func() {
		t.Helper()
		if got := s.Command("update ssl ocsp-response", []string{path}, ""); !strings.Contains(got, "Cert Status: good\n") {
			t.Fatal(got)
		}
	}
	due, _ := s.dueOCSP(time.Now())
	if len(due) != 1 {
		t.Fatalf("%d are due", len(due))
	}
	update()
	if again, _ := s.dueOCSP(time.Now().Add(48 * time.Hour)); again != nil {
		t.Error("it is due while its update runs")
	}
	if ev := s.updateOCSP(t.Context(), due[0], true); ev.Err != nil {
		t.Fatal(ev.Err)
	}
	update()
	if again, _ := s.dueOCSP(time.Now().Add(48 * time.Hour)); len(again) != 1 {
		t.Error("it is never due again")
	}
	if n := r.asked.Load(); n != 3 {
		t.Errorf("asked %d times", n)
	}
}

// TestOCSPVouched: the certificate in a response may be the issuer's own, whoever has signed that, and must not be a stranger's.
func TestOCSPVouched(t *testing.T) {
	root, stranger := testpki.NewCA(t, "Root"), testpki.NewCA(t, "Stranger")
	sub := root.Sub(t, "Inter")
	leaf := sub.Pair(t, testpki.Leaf{CN: "a"})
	c, err := x509.ParseCertificate(leaf.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	f := func(by *testpki.CA, with *x509.Certificate, want string) {
		t.Helper()
		now := time.Now()
		raw, err := ocsp.CreateResponse(sub.Cert, by.Cert, ocsp.Response{Status: ocsp.Good, SerialNumber: c.SerialNumber, ThisUpdate: now.Add(-time.Hour), NextUpdate: now.Add(time.Hour), Certificate: with}, by.Key())
		if err != nil {
			t.Fatal(err)
		}
		switch _, err := parseStaple(&Pair{Leaf: c, issuer: sub.Cert}, raw, now); {
		case err == nil && want != "", err != nil && (want == "" || !strings.Contains(err.Error(), want)):
			t.Errorf("got %v; want %q", err, want)
		}
	}
	f(sub, nil, "")
	f(sub, sub.Cert, "")
	f(root, nil, "signature")
	f(stranger, stranger.Cert, "signature")
	f(stranger, nil, "signature")
	f(stranger, sub.Cert, "signature")
}

// TestOCSPExtensions: extensions are told as OpenSSL does.
func TestOCSPExtensions(t *testing.T) {
	got := strings.Join(extensions("    ", "Response Extensions:", []pkix.Extension{
		{Id: oidNonce, Value: []byte{4, 2, 0xab, 0xcd}}, {Id: asn1.ObjectIdentifier{1, 2, 3}, Critical: true, Value: []byte("a\x00b")},
		{Id: oidCutoff, Value: []byte("junk")},
	}), "\n")
	want := `    Response Extensions:
        OCSP Nonce: 
            0402ABCD
        1.2.3: critical
            a.b
        OCSP Archive Cutoff: 
            junk`
	if got != want {
		t.Errorf("got\n%s", got)
	}
	if extensions("", "x", nil) != nil {
		t.Error("a title without anything under it")
	}
}
