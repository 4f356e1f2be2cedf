package acme

import (
	"context"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	rfc "github.com/mholt/acmez/v3/acme"

	"weir/conf"
	"weir/internal/tlsconf"
)

func TestRetryAfter(t *testing.T) {
	now := time.Unix(1e9, 0)
	f := func(text string, want time.Duration) {
		t.Helper()
		w := &rest{}
		w.note(text, now)
		if got := w.after; want < 0 && !got.IsZero() || want >= 0 && !got.Equal(now.Add(want)) {
			t.Errorf("%q: %s; want %s later", text, got, want)
		}
	}
	f("120", 2*time.Minute)
	f(now.Add(time.Hour).UTC().Format(http.TimeFormat), time.Hour)
	f("0", 0)
	const none = -1
	f("", none)
	f("-5", none)
	f("99999999999999999999", none)
	f("soon", none)
	w := &rest{}
	w.note("120", now)
	w.note("60", now) // the longest counts
	if !w.after.Equal(now.Add(2 * time.Minute)) {
		t.Error(w.after)
	}
	if w.left() != 0 {
		t.Error("it is not over")
	}
}

// fake is an authority's front, over TLS, that a section's CA file trusts.
func fake(t *testing.T, h http.HandlerFunc) (cfg *conf.Config, a *conf.ACME) {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	dir := t.TempDir()
	file := filepath.Join(dir, "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	a = &conf.ACME{Name: "le", Directory: s.URL + "/dir", CAFile: file, Storage: dir, Challenge: conf.ACMEHTTP, KeyType: "ECDSA", Curve: "P-256"}
	return &conf.Config{ACMEs: []*conf.ACME{a}}, a
}

func TestWire(t *testing.T) {
	cfg, a := fake(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/big":
			io.Copy(w, strings.NewReader(strings.Repeat("x", maxAnswer+100)))
		case "/busy":
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	store := tlsconf.New(cfg, nil)
	w, err := newWire(cfg, a, store)
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Transport: w}
	base := strings.TrimSuffix(a.Directory, "/dir")
	resp, err := c.Get(base + "/big")
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := io.ReadAll(resp.Body); len(b) != maxAnswer {
		t.Errorf("read %d octets", len(b))
	}
	resp.Body.Close()
	var r, other rest
	req, err := http.NewRequestWithContext(r.within(other.within(t.Context())), http.MethodGet, base+"/busy", nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err = c.Do(req); err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if other.left() != 0 {
		t.Error("another order hears of it")
	}
	if d := r.left(); d < 50*time.Minute || d > time.Hour {
		t.Errorf("left alone for %s", d)
	}

	// Without its CA file the authority is a stranger; httpclient's settings are those of who has none of his own.
	file := a.CAFile
	a.CAFile = ""
	for _, x := range []struct {
		h  conf.HTTPClient
		ok bool
	}{{conf.HTTPClient{}, false}, {conf.HTTPClient{CAFile: "@system-ca"}, false}, {conf.HTTPClient{CAFile: file, Prefer: "ipv6"}, true}, {conf.HTTPClient{VerifyNone: true, Prefer: "ipv4"}, true}} {
		cfg.Global.HTTPClient = x.h
		w, err := newWire(cfg, a, store)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := (&http.Client{Transport: w}).Get(base + "/")
		if err == nil {
			resp.Body.Close()
		}
		if (err == nil) != x.ok {
			t.Errorf("%+v: %v", x.h, err)
		}
	}
}

// TestExplain: what a person reads of a failure, how long the authority is left alone, and whether its other certificates wait too.
func TestExplain(t *testing.T) {
	f := func(err error, want string, all bool) {
		t.Helper()
		why, _, a := explain(err)
		if why != want || a != all {
			t.Errorf("got %q, %t; want %q, %t", why, a, want, all)
		}
	}
	wrap := func(p rfc.Problem) error {
		return &failure{err: errors.Join(errors.New("x"), p), at: "https://ca.example.com/dir"}
	}
	const ns = rfc.ProblemTypeNamespace
	f(errors.New("plain"), "plain", false)
	f(wrap(rfc.Problem{Type: ns + "rateLimited", Status: 429, Detail: "too many"}), `the authority says "too many" (rateLimited)`, false)
	f(wrap(rfc.Problem{Type: ns + "serverInternal", Status: 500}), "the authority gives no detail (serverInternal)", true)
	f(wrap(rfc.Problem{Type: ns + "externalAccountRequired", Status: 403, Detail: "bind"}), `the authority says "bind" (externalAccountRequired)`, true)
	f(wrap(rfc.Problem{Type: ns + "connection", Detail: "refused", Resource: rfc.Authorization{Identifier: rfc.Identifier{Value: "a.example.com"}}}),
		`the authority could not validate "a.example.com": it says "refused" (connection)`, false)
	f(wrap(rfc.Problem{Type: ns + "rejectedIdentifier", Detail: "no", Subproblems: []rfc.Subproblem{{Problem: rfc.Problem{Detail: "a policy"}, Identifier: rfc.Identifier{Value: "b.example.com"}}}}),
		`the authority says "no"; of "b.example.com": "a policy" (rejectedIdentifier)`, false)
	f(&failure{err: context.DeadlineExceeded, at: "https://ca.example.com/dir", timed: true}, "the authority ca.example.com has not come to an end within 5m0s", true)
	_, err := http.Get("https://127.0.0.1:1/dir")
	f(&failure{err: err, at: "https://127.0.0.1:1/dir"}, "the authority 127.0.0.1:1 cannot be reached: connect: connection refused", true)
	if _, after, all := explain(&failure{err: errors.New("busy"), retryAfter: time.Hour}); after != time.Hour || !all {
		t.Error(after, all)
	}
}

// TestBusy: an authority that is busy is left alone as long as it says, over the whole way of an order.
func TestBusy(t *testing.T) {
	cfg, a := fake(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "7200")
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusServiceUnavailable)
		io.WriteString(w, `{"type":"urn:ietf:params:acme:error:serverInternal","detail":"we rest","status":503}`)
	})
	bind := &conf.Bind{TLS: conf.BindTLS{On: true, Issue: conf.Issue{ACME: a.Name, Domains: []string{"a.example.com"}}}}
	cfg.Proxies = []*conf.Proxy{{Name: "f", Kind: conf.Frontend, Binds: []*conf.Bind{bind}}}
	k, err := New(cfg, tlsconf.New(cfg, nil), Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := k.certs[0]
	if err := k.disk.open(c.ca.keyFile, c.ca.storage); err != nil {
		t.Fatal(err)
	}
	defer k.disk.close()
	_, err = c.ca.order(t.Context(), c.is, nil)
	why, after, all := explain(err)
	if why != `the authority says "we rest" (serverInternal)` || after < 100*time.Minute || !all {
		t.Errorf("%q, %s, %t", why, after, all)
	}
	if _, err := c.ca.renewal(t.Context(), nil); err == nil {
		t.Error("the renewal of nothing")
	}
}

// TestARI asks a fake for RFC 9773's answer.
func TestARI(t *testing.T) {
	start, end := time.Now().Add(time.Hour).UTC().Truncate(time.Second), time.Now().Add(2*time.Hour).UTC().Truncate(time.Second)
	cfg, a := fake(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/dir" {
			at := "https://" + r.Host
			io.WriteString(w, `{"newNonce":"`+at+`/n","newAccount":"`+at+`/a","newOrder":"`+at+`/o","renewalInfo":"`+at+`/ari"}`)
			return
		}
		w.Header().Set("Retry-After", "600")
		io.WriteString(w, `{"suggestedWindow":{"start":"`+start.Format(time.RFC3339)+`","end":"`+end.Format(time.RFC3339)+`"},"explanationURL":"https://ca.example.com/why"}`)
	})
	k := &Keeper{store: tlsconf.New(cfg, nil), disk: newDisk(&cfg.Global, func(string, string) {})}
	ca, err := newAuthority(k, cfg, a)
	if err != nil {
		t.Fatal(err)
	}
	m := sign([]string{"a.example.com"}, time.Now(), day)
	if err := m.check(&tlsconf.Issued{Issue: conf.Issue{Domains: []string{"a.example.com"}}}, time.Now()); err != nil {
		t.Fatal(err)
	}
	m.leaf.AuthorityKeyId = []byte{1, 2, 3}
	w, err := ca.renewal(t.Context(), m.leaf)
	if err != nil || !w.start.Equal(start) || !w.end.Equal(end) || time.Until(w.again) < 5*time.Minute || w.why != "https://ca.example.com/why" {
		t.Errorf("%+v, %v", w, err)
	}
}
