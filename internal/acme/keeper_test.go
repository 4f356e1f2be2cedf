package acme

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"weir/conf"
	"weir/internal/tlsconf"
)

// issuer is an authority that issues at once what it is asked for, or fails.
type issuer struct {
	mu     sync.Mutex
	life   time.Duration
	names  []string // instead of those asked for
	err    error
	win    window
	orders []time.Time
	asks   []time.Time
	olds   []leaf
}

func (i *issuer) order(_ context.Context, is *tlsconf.Issued, old leaf) (*made, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.orders, i.olds = append(i.orders, time.Now()), append(i.olds, old)
	if i.err != nil {
		return nil, i.err
	}
	names := is.Domains
	if i.names != nil {
		names = i.names
	}
	return sign(names, time.Now(), i.life), nil
}

func (i *issuer) renewal(context.Context, leaf) (window, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.asks = append(i.asks, time.Now())
	if i.win.start.IsZero() {
		return window{}, errors.New("not known")
	}
	return i.win, nil
}

func (i *issuer) set(f func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	f()
}

// sign makes a certificate with its key.
func sign(names []string, from time.Time, life time.Duration) *made {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(from.UnixNano()), Subject: pkix.Name{CommonName: names[0]}, DNSNames: names, NotBefore: from, NotAfter: from.Add(life)}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		panic(err)
	}
	text, err := keyPEM(key)
	if err != nil {
		panic(err)
	}
	return &made{chain: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), key: text}
}

// bench is a Keeper with one certificate of an issuer.
type bench struct {
	dir   string
	cfg   *conf.Config
	store *tlsconf.Store
	k     *Keeper
	by    *issuer
}

func newBench(t *testing.T, life time.Duration, change func(*conf.Config)) *bench {
	t.Helper()
	b := &bench{dir: t.TempDir(), by: &issuer{life: life}}
	b.cfg = &conf.Config{ACMEs: []*conf.ACME{{Name: "le", Directory: "https://ca.example.com/", Storage: filepath.Join(b.dir, "st"), Challenge: conf.ACMEHTTP, KeyType: "ECDSA", Curve: "P-256"}}}
	bind := &conf.Bind{TLS: conf.BindTLS{On: true, Issue: conf.Issue{ACME: "le", Domains: []string{"a.example.com"}}}}
	b.cfg.Proxies = []*conf.Proxy{{Name: "f", Kind: conf.Frontend, Mode: conf.ModeHTTP, Binds: []*conf.Bind{bind}}}
	if change != nil {
		change(b.cfg)
	}
	b.open(t)
	return b
}

// open makes the store and the Keeper anew, as a start does.
func (b *bench) open(t *testing.T) {
	t.Helper()
	b.store = tlsconf.New(b.cfg, nil)
	if _, err := b.store.Bind(b.cfg.Proxies[0], b.cfg.Proxies[0].Binds[0]); err != nil {
		t.Fatal(err)
	}
	var err error
	if b.k, err = New(b.cfg, b.store, Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.k.Close)
	for _, c := range b.k.certs {
		c.orders = b.by
	}
}

func (b *bench) start(t *testing.T) {
	t.Helper()
	if err := b.k.Start(); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
}

// after lets time pass.
func (b *bench) after(d time.Duration) {
	timer := time.NewTimer(d)
	<-timer.C
	synctest.Wait()
}

func (b *bench) status() Status { return b.k.Status()[0] }

func (b *bench) held(t *testing.T) (leaf, bool) {
	t.Helper()
	c, temporary, err := b.store.Held(b.k.certs[0].is.Name)
	if err != nil {
		t.Fatal(err)
	}
	return c.Leaf, temporary
}

const day = 24 * time.Hour

// TestIssue: what is missing is ordered at once, shown and saved; a restart finds it and orders nothing.
func TestIssue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, 90*day, nil)
		if _, temporary := b.held(t); !temporary {
			t.Error("there is a certificate before one was issued")
		}
		b.start(t)
		first, temporary := b.held(t)
		if temporary || len(b.by.orders) != 1 || b.by.olds[0] != nil {
			t.Errorf("temporary %t, %d orders", temporary, len(b.by.orders))
		}
		s := b.status()
		if s.State != "Scheduled" || !s.Expires.Equal(first.NotAfter) || s.Issued != 1 || s.Error != "" {
			t.Errorf("%+v", s)
		}
		if left := first.NotAfter.Sub(s.Next); left < 30*day || left > 34*day {
			t.Errorf("it will be renewed %s before its end", left)
		}
		file := filepath.Join(b.dir, "st", "a.example.com.pem")
		st, err := os.Stat(file)
		if err != nil || st.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", st.Mode(), err)
		}
		b.k.Stop()
		b.k.Stop() // once more is no harm

		b.open(t)
		b.start(t)
		defer b.k.Stop()
		if again, temporary := b.held(t); temporary || !again.Equal(first) || len(b.by.orders) != 1 {
			t.Errorf("after a restart: temporary %t, %d orders", temporary, len(b.by.orders))
		}
		if next := b.status().Next; !next.Equal(s.Next) {
			t.Errorf("the plan was %s, after a restart it is %s", s.Next, next)
		}
	})
}

// TestRenewal: a certificate is renewed when two thirds of its life are over, again and again, and each order says what it replaces.
func TestRenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, 90*day, nil)
		b.start(t)
		defer b.k.Stop()
		begin := time.Now()
		b.after(200 * day)
		if n := len(b.by.orders); n != 4 {
			t.Fatalf("%d orders in 200 days", n)
		}
		for i, at := range b.by.orders[1:] {
			since := at.Sub(b.by.orders[i])
			if since < 56*day || since > 60*day {
				t.Errorf("order %d came %s after the one before it", i+2, since)
			}
			if b.by.olds[i+1] == nil {
				t.Errorf("order %d does not say what it replaces", i+2)
			}
		}
		now, _ := b.held(t)
		if !now.NotBefore.Equal(b.by.orders[3].Truncate(time.Second)) {
			t.Errorf("shown is one of %s; begun at %s", now.NotBefore, begin)
		}
	})
}

// TestFailure: the old certificate stays, tries become rarer, and success ends that.
func TestFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, 90*day, nil)
		b.start(t)
		defer b.k.Stop()
		first, _ := b.held(t)
		b.by.set(func() { b.by.err = errors.New("the moon is full"); b.by.orders = nil })
		b.after(75 * day)
		if now, temporary := b.held(t); temporary || !now.Equal(first) {
			t.Fatal("a failure has taken the certificate away")
		}
		s := b.status()
		if s.Error != "the moon is full" || s.Failures != len(b.by.orders) || s.Failed != uint64(s.Failures) || s.State != "Scheduled" {
			t.Errorf("%+v, %d orders", s, len(b.by.orders))
		}
		for i, at := range b.by.orders[1:] {
			if i > 12 {
				break
			}
			wait, want := at.Sub(b.by.orders[i]), min(firstRetry<<i, lastRetry)
			if wait < want*9/10 || wait > want*11/10 {
				t.Errorf("wait %d is %s; want about %s", i+1, wait, want)
			}
		}
		b.by.set(func() { b.by.err = nil })
		b.after(lastRetry * 11 / 10)
		if now, _ := b.held(t); now.Equal(first) {
			t.Error("no success ends it")
		}
		if s := b.status(); s.Failures != 0 || s.Error != "" {
			t.Errorf("%+v", s)
		}
	})
}

// TestTakeOver: the next configuration's Keeper goes on where the one before was, unless something about the certificate is another.
func TestTakeOver(t *testing.T) {
	for _, changed := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, 90*day, nil)
			b.by.err = errors.New("no")
			b.start(t)
			b.after(10 * time.Minute)
			old, n, s := b.k, len(b.by.orders), b.status()
			if changed {
				one := *b.cfg.ACMEs[0]
				one.Directory += "other"
				b.cfg.ACMEs[0] = &one
			} else { // a line before it is no change
				one := *b.cfg.ACMEs[0]
				one.Pos.Line++
				b.cfg.ACMEs[0] = &one
			}
			b.open(t)
			b.k.TakeOver(old)
			b.start(t)
			defer b.k.Stop()
			now := b.status()
			if changed {
				if len(b.by.orders) != n+1 || now.Failures != 1 {
					t.Errorf("%d orders after %d, %+v", len(b.by.orders), n, now)
				}
				return
			}
			if len(b.by.orders) != n || now != s {
				t.Errorf("%d orders after %d, %+v after %+v", len(b.by.orders), n, now, s)
			}
			b.by.set(func() { b.by.err = nil })
			b.after(lastRetry)
			if now := b.status(); now.Issued != 1 || now.Failures != 0 {
				t.Errorf("%+v", now)
			}
		})
	}
}

// TestTakeOverIssued: what was issued while the next configuration was being read is shown by that, whether it could be saved or not.
func TestTakeOverIssued(t *testing.T) {
	for _, saved := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, 90*day, nil)
			b.start(t)
			old := b.k
			b.open(t) // the files are read
			c := old.certs[0]
			if !saved { // nothing can be renamed to it
				if err := errors.Join(os.Remove(c.is.Crt), os.MkdirAll(filepath.Join(c.is.Crt, "in"), 0o700)); err != nil {
					t.Fatal(err)
				}
			}
			b.after(time.Minute)
			old.Renew(c.is.Name)
			b.after(time.Second)
			newest := c.last
			b.k.TakeOver(old)
			if now, temporary := b.held(t); temporary || !now.Equal(newest.leaf) || now.NotBefore.Equal(b.by.olds[1].NotBefore) {
				t.Errorf("saved %t: shown is one of %s", saved, now.NotBefore)
			}
			if got := b.k.certs[0].unsaved == nil; got != saved {
				t.Errorf("saved %t: the next one thinks %t", saved, got)
			}
			if !saved {
				if err := os.RemoveAll(c.is.Crt); err != nil {
					t.Fatal(err)
				}
			}
			b.start(t)
			defer b.k.Stop()
			b.after(time.Hour)
			text, err := os.ReadFile(c.is.Crt)
			if err != nil || !slices.Equal(text, newest.crtFile(c.is)) {
				t.Errorf("saved %t: %v, another certificate is in the file", saved, err)
			}
			if len(b.by.orders) != 2 {
				t.Errorf("saved %t: %d orders", saved, len(b.by.orders))
			}
		})
	}
}

// TestTakeOverHalfWritten: files that were read while a certificate was being saved cost no order.
func TestTakeOverHalfWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, 90*day, nil)
		b.start(t)
		old := b.k
		c := old.certs[0]
		b.after(time.Minute)
		old.Renew(c.is.Name)
		b.after(time.Second)
		whole := c.last.crtFile(c.is)
		if err := os.WriteFile(c.is.Crt, whole[:len(whole)/2], 0o600); err != nil {
			t.Fatal(err)
		}
		b.open(t) // the files are read
		if b.k.certs[0].is.Broken == nil {
			t.Fatal("half a file is taken")
		}
		b.k.TakeOver(old)
		b.start(t)
		defer b.k.Stop()
		b.after(time.Hour)
		if text, err := os.ReadFile(c.is.Crt); err != nil || !slices.Equal(text, whole) {
			t.Errorf("%v, and the file has %d bytes; want %d", err, len(text), len(whole))
		}
		if shown, temporary := b.held(t); temporary || !shown.Equal(c.last.leaf) || len(b.by.orders) != 2 {
			t.Errorf("temporary %t after %d orders", temporary, len(b.by.orders))
		}
	})
}

// TestStartAgain: a Keeper may go on after a stop, as where the next configuration could not start.
func TestStartAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, 90*day, nil)
		b.start(t)
		first, _ := b.held(t)
		b.k.Stop()
		if err := os.Rename(b.dir, b.dir+".gone"); err != nil { // as after a chroot: the names mean nothing any more
			t.Fatal(err)
		}
		b.after(80 * day)
		b.start(t)
		defer b.k.Stop()
		if now, _ := b.held(t); now.Equal(first) || len(b.by.orders) != 2 {
			t.Errorf("%d orders", len(b.by.orders))
		}
	})
}

// TestPanic: what an authority sends must not end the process.
func TestPanic(t *testing.T) {
	_, err := contained(func() (int, error) { panic("odd") })
	if err == nil || !strings.Contains(err.Error(), "odd") {
		t.Error(err)
	}
	if n, err := contained(func() (int, error) { return 7, nil }); n != 7 || err != nil {
		t.Error(n, err)
	}
}

// TestNearEnd: the nearer the end, the less is waited, but never so little that an authority that counts failures shuts us out.
func TestNearEnd(t *testing.T) {
	c := &cert{is: &tlsconf.Issued{}, ca: &authority{}, fails: 20, leaf: &x509.Certificate{NotAfter: time.Unix(1e9, 0)}}
	f := func(left, low, high time.Duration) {
		t.Helper()
		if d := c.fail(time.Unix(1e9, 0).Add(-left), "", 0); d < low || d > high {
			t.Errorf("%s before the end: %s; want %s to %s", left, d, low, high)
		}
	}
	f(30*day, lastRetry*9/10, lastRetry*11/10)
	f(4*time.Hour, time.Hour, time.Hour)
	f(time.Minute, hurryRetry, hurryRetry)
	f(0, lastRetry*9/10, lastRetry*11/10)
	f(-day, lastRetry*9/10, lastRetry*11/10)
	if d := c.hurry(time.Unix(1e9-60, 0), firstRetry); d != firstRetry {
		t.Errorf("the first wait is made %s", d)
	}
	if d := c.fail(time.Unix(1e9, 0), "", 3*day); d != 3*day {
		t.Errorf("the authority's word counts for %s", d)
	}
	if d := c.fail(time.Unix(1e9, 0), "", 300*day); d != maxRetryAfter {
		t.Errorf("the authority's word counts for %s", d)
	}
}

// TestWrongCertificate: what does not fit is no success.
func TestWrongCertificate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, 90*day, nil)
		b.by.names = []string{"b.example.com"}
		b.start(t)
		defer b.k.Stop()
		if _, temporary := b.held(t); !temporary {
			t.Error("it is shown")
		}
		if s := b.status(); !strings.Contains(s.Error, `not for "a.example.com"`) {
			t.Errorf("%+v", s)
		}
		b.by.set(func() { b.by.names, b.by.life = nil, -time.Hour })
		b.k.Renew(b.k.certs[0].is.Name)
		synctest.Wait()
		if s := b.status(); !strings.Contains(s.Error, "expired") {
			t.Errorf("%+v", s)
		}
	})
}

// TestNames: one that was added is a reason to order, one that was taken away is not.
func TestNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, 90*day, nil)
		issue := &b.cfg.Proxies[0].Binds[0].TLS.Issue
		for i, x := range []struct {
			domains []string
			orders  int
		}{{[]string{"a.example.com", "b.example.com"}, 1}, {[]string{"a.example.com"}, 1}, {[]string{"a.example.com", "c.example.com"}, 2}, {[]string{"A.example.com", "c.example.com"}, 2}} {
			issue.Domains = x.domains
			b.open(t)
			b.start(t)
			b.k.Stop()
			if len(b.by.orders) != x.orders {
				t.Errorf("step %d: %d orders; want %d", i+1, len(b.by.orders), x.orders)
			}
		}
	})
}

// TestManual: nothing is ordered unless somebody asks, and a failure is not tried again.
func TestManual(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, 90*day, func(c *conf.Config) { c.Global.ACMEManual = true })
		b.start(t)
		defer b.k.Stop()
		b.after(10 * day)
		if len(b.by.asks) != 0 {
			t.Errorf("the authority was asked %d times", len(b.by.asks))
		}
		if len(b.by.orders) != 0 || b.status().State != "Stopped" {
			t.Errorf("%d orders, %+v", len(b.by.orders), b.status())
		}
		if b.k.Renew("other") {
			t.Error("it keeps what it does not know")
		}
		b.by.set(func() { b.by.err = errors.New("no") })
		for i := range 2 {
			if !b.k.Renew(b.k.certs[0].is.Name) {
				t.Fatal("not known")
			}
			b.after(10 * day)
			if len(b.by.asks) != 0 {
				t.Errorf("the authority was asked %d times", len(b.by.asks))
			}
			if len(b.by.orders) != i+1 {
				t.Errorf("%d orders; want %d", len(b.by.orders), i+1)
			}
			b.by.set(func() { b.by.err = nil })
		}
		if _, temporary := b.held(t); temporary || b.status().State != "Stopped" {
			t.Errorf("temporary %t, %+v", temporary, b.status())
		}
	})
}

// TestShared: where the authority itself fails, its other certificates wait too; where one name fails, they do not.
func TestShared(t *testing.T) {
	for _, all := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, 90*day, func(c *conf.Config) {
				c.Proxies[0].Binds = append(c.Proxies[0].Binds, &conf.Bind{TLS: conf.BindTLS{On: true, Issue: conf.Issue{ACME: "le", Domains: []string{"z.example.com"}}}})
			})
			b.by.err = errors.New("no")
			if all {
				b.by.err = &failure{err: errors.New("slow"), timed: true, retryAfter: 10 * time.Minute}
			}
			b.start(t)
			defer b.k.Stop()
			if want := map[bool]int{true: 1, false: 2}[all]; len(b.by.orders) != want {
				t.Errorf("all %t: %d orders; want %d", all, len(b.by.orders), want)
			}
			for _, s := range b.k.Status() {
				if wait := time.Until(s.Next); all && wait < 9*time.Minute {
					t.Errorf("%s is ordered in %s", s.Name, wait)
				}
			}
			if b.after(30 * day); all && (len(b.by.orders) < 100 || len(b.by.orders) > 150) {
				t.Errorf("%d orders in a month", len(b.by.orders)) // not as many more as there are certificates
			}
			b.by.set(func() { b.by.err = nil })
			b.after(lastRetry * 11 / 10)
			for _, s := range b.k.Status() {
				if s.Issued != 1 {
					t.Errorf("%+v", s)
				}
			}
		})
	}
}

// TestRenewalInfo: the authority's own word goes before the plan (RFC 9773).
func TestRenewalInfo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, 90*day, nil)
		b.start(t)
		defer b.k.Stop()
		now := time.Now()
		b.by.set(func() { b.by.win = window{start: now.Add(10 * day), end: now.Add(11 * day), again: now.Add(365 * day)} })
		b.after(3 * time.Hour)
		if len(b.by.asks) != 1 {
			t.Fatalf("asked %d times", len(b.by.asks))
		}
		if next := b.status().Next; next.Before(b.by.win.start) || next.After(b.by.win.end) {
			t.Errorf("next is %s", next)
		}
		b.after(2 * day)
		if n := len(b.by.asks); n < 2 || n > 4 {
			t.Errorf("asked %d times in two days", n)
		}
		b.by.set(func() { b.by.win = window{start: now.Add(-day), end: now.Add(-time.Hour)} }) // it was revoked
		b.after(2 * day)
		if n := len(b.by.orders); n < 2 {
			t.Errorf("%d orders", n)
		}
	})
}

// TestUnsaved: what cannot be saved is shown, and saved later.
func TestUnsaved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, 90*day, nil)
		is := b.k.certs[0].is
		in := filepath.Join(is.Crt, "in")
		if err := os.MkdirAll(in, 0o700); err != nil { // nothing can be renamed to it
			t.Fatal(err)
		}
		b.k.certs[0].leaf = nil
		if err := b.k.disk.open(is.Crt, b.k.certs[0].ca.storage); err != nil {
			t.Fatal(err)
		}
		made := sign(is.Domains, time.Now(), day)
		b.k.certs[0].unsaved = made
		b.k.save(t.Context(), b.k.certs[0])
		if c := b.k.certs[0]; c.unsaved == nil || c.saveAt.IsZero() || !strings.Contains(c.lastError, "cannot be saved") {
			t.Fatalf("%+v", c)
		}
		if err := os.RemoveAll(is.Crt); err != nil {
			t.Fatal(err)
		}
		b.k.save(t.Context(), b.k.certs[0])
		text, err := os.ReadFile(is.Crt)
		if err != nil || !slices.Equal(text, made.crtFile(is)) || b.k.certs[0].unsaved != nil {
			t.Errorf("%v, %q", err, text)
		}
	})
}

// TestBroken: files that were cut short are kept aside, and another certificate is ordered; beside a reload the one that was read before is shown
// meanwhile.
func TestBroken(t *testing.T) {
	for _, reload := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, 90*day, nil)
			b.start(t)
			b.k.Stop()
			b.open(t) // read from its file, as at a start
			b.start(t)
			old := b.k
			first, _ := b.held(t)
			file := filepath.Join(b.dir, "st", "a.example.com.pem")
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			broken := text[:len(text)/2]
			if err := os.WriteFile(file, broken, 0o600); err != nil {
				t.Fatal(err)
			}
			b.open(t)
			if reload {
				b.k.TakeOver(old)
			} else {
				old.Stop()
			}
			if shown, temporary := b.held(t); temporary == reload || reload && !shown.Equal(first) {
				t.Errorf("reload %t: temporary %t", reload, temporary)
			}
			b.start(t)
			defer b.k.Stop()
			if shown, temporary := b.held(t); temporary || shown.Equal(first) || len(b.by.orders) != 2 {
				t.Errorf("reload %t: temporary %t after %d orders", reload, temporary, len(b.by.orders))
			}
			aside, err := os.ReadFile(filepath.Join(b.dir, "st", ".a.example.com.pem.broken"))
			if err != nil || string(aside) != string(broken) {
				t.Errorf("set aside: %q, %v", aside, err)
			}
			if now, err := os.ReadFile(file); err != nil || len(now) <= len(broken) {
				t.Errorf("%d bytes were saved, %v", len(now), err)
			}
		})
	}
}
