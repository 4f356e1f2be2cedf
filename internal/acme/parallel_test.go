package acme

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"weir/conf"
	"weir/internal/tlsconf"
)

// slow is an authority that keeps every order waiting until it is let go.
type slow struct {
	mu      sync.Mutex
	waiting map[string]chan error // by the order's first name
}

func (s *slow) order(ctx context.Context, is *tlsconf.Issued, _ leaf) (*made, error) {
	gate := make(chan error)
	s.mu.Lock()
	s.waiting[is.Domains[0]] = gate
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.waiting, is.Domains[0])
	}()
	select {
	case err := <-gate:
		if err != nil {
			return nil, err
		}
		return sign(is.Domains, time.Now(), 90*day), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *slow) renewal(context.Context, leaf) (window, error) {
	return window{}, errors.New("not known")
}

// names are those of the orders that wait, in order.
func (s *slow) names() []string {
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []string
	for name := range s.waiting {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// letGo ends an order.
func (s *slow) letGo(name string, err error) {
	s.mu.Lock()
	gate := s.waiting[name]
	s.mu.Unlock()
	gate <- err
}

// slowBench is a Keeper with certificates of a slow authority.
func slowBench(t *testing.T, domains ...[]string) (*bench, *slow) {
	t.Helper()
	b := newBench(t, 90*day, func(c *conf.Config) {
		c.Proxies[0].Binds = nil
		for _, d := range domains {
			c.Proxies[0].Binds = append(c.Proxies[0].Binds, &conf.Bind{TLS: conf.BindTLS{On: true, Issue: conf.Issue{ACME: "le", Domains: d}}})
		}
	})
	s := &slow{waiting: map[string]chan error{}}
	for _, c := range b.k.certs {
		c.orders = s
	}
	b.start(t)
	return b, s
}

// TestAtOnce: an authority sees one order until one has gone well, then a few at once; names that two certificates share are validated for one
// after the other.
func TestAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var domains [][]string
		for i := range maxAtOnce + 3 {
			domains = append(domains, []string{fmt.Sprintf("n%d.example.com", i)})
		}
		domains[2] = append(domains[2], "n1.example.com")
		b, s := slowBench(t, domains...)
		defer b.k.Stop()
		want := func(list ...int) {
			t.Helper()
			var names []string
			for _, i := range list {
				names = append(names, domains[i][0])
			}
			if got := s.names(); !slices.Equal(got, names) {
				t.Errorf("%s wait; want %s", got, names)
			}
		}
		want(0)
		s.letGo(domains[0][0], errors.New("this name is not good"))
		want(1)
		s.letGo(domains[1][0], nil)
		want(2, 3, 4, 5)
		s.letGo(domains[3][0], nil)
		want(2, 4, 5, 6)
		b.k.Renew(b.k.certs[1].is.Name) // has a name that is being validated
		s.letGo(domains[4][0], nil)
		want(2, 5, 6)
		s.letGo(domains[2][0], nil)
		want(1, 5, 6)
	})
}

// TestAtOnceFails: where the authority itself fails in several orders at once it has failed once, and a success beside them does not have it asked
// before its time.
func TestAtOnceFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, s := slowBench(t, []string{"a"}, []string{"b"}, []string{"c"}, []string{"d"}, []string{"e"}, []string{"f"})
		defer b.k.Stop()
		s.names()
		s.letGo("a", nil)
		if got := s.names(); len(got) != maxAtOnce {
			t.Fatal(got)
		}
		busy := &failure{err: errors.New("busy"), retryAfter: time.Hour}
		for _, name := range []string{"b", "c"} {
			s.letGo(name, busy)
			synctest.Wait()
		}
		s.letGo("d", nil)
		if got := s.names(); !slices.Equal(got, []string{"e"}) {
			t.Errorf("%s wait; want what was under way", got)
		}
		ca := b.k.certs[0].ca
		b.k.mu.Lock()
		if ca.fails != 1 || ca.proven || time.Until(ca.until) < 59*time.Minute {
			t.Errorf("%d failures, proven %t, left alone for %s", ca.fails, ca.proven, time.Until(ca.until))
		}
		b.k.mu.Unlock()
		s.letGo("e", nil)
		b.after(59 * time.Minute)
		if got := s.names(); len(got) != 0 {
			t.Errorf("%s are ordered before the time", got)
		}
		b.after(10 * time.Minute)
		if got := s.names(); len(got) != 1 {
			t.Errorf("%s are ordered; want one", got)
		}
	})
}
