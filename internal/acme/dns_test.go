package acme

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	rfc "github.com/mholt/acmez/v3/acme"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"weir/conf"
)

// dnsBench is a solver whose authority looks for TXT records.
type dnsBench struct {
	k      *Keeper
	s      *solver
	logs   *observer.ObservedLogs
	events []map[string]string
	found  []string  // by lookups
	from   time.Time // when they begin to find something
	err    error
	looks  int
}

func newDNSBench(ready string) *dnsBench {
	core, logs := observer.New(zap.InfoLevel)
	b := &dnsBench{logs: logs}
	b.k = &Keeper{log: zap.New(core), opt: Options{Event: func(line string) {
		m := map[string]string{}
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			panic(err)
		}
		b.events = append(b.events, m)
	}}, lookup: func(context.Context, string) ([]string, error) {
		if b.looks++; time.Now().Before(b.from) {
			return nil, errors.New("no such host")
		}
		return b.found, b.err
	}}
	b.s = &solver{&authority{k: b.k, a: &conf.ACME{Name: "le", Challenge: conf.ACMEDNS, Ready: ready, DNSDelay: 30 * time.Second, DNSTimeout: 5 * time.Minute, Provider: "p", Vars: "v=1"}}}
	return b
}

func dnsChallenge(domain, token string) rfc.Challenge {
	return rfc.Challenge{Type: conf.ACMEDNS, Token: token, KeyAuthorization: token + ".thumb", Identifier: rfc.Identifier{Type: "dns", Value: domain}}
}

// wait has Wait run beside the test.
func (b *dnsBench) wait(ctx context.Context, c rfc.Challenge) (over func() (error, bool)) {
	done := make(chan error, 1)
	go func() { done <- b.s.Wait(ctx, c) }()
	return func() (error, bool) {
		synctest.Wait()
		select {
		case err := <-done:
			return err, true
		default:
			return nil, false
		}
	}
}

// TestReadyByCommand: the order waits until somebody says that the records are there, of each domain; one and its wildcard are one domain.
func TestReadyByCommand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newDNSBench("cli")
		ctx := context.WithValue(t.Context(), errandKey{}, "x.pem")
		one, wild, other := dnsChallenge("Example.com", "a"), dnsChallenge("example.com", "b"), dnsChallenge("b.example.com", "c")
		for _, c := range []rfc.Challenge{one, wild, other} {
			if err := b.s.Present(ctx, c); err != nil {
				t.Fatal(err)
			}
		}
		e := b.events[0]
		if e["event"] != "acme deploy" || e["certificate"] != "x.pem" || e["acme"] != "le" || e["domain"] != "example.com" || !strings.EqualFold(e["record"], "_acme-challenge.example.com") ||
			e["value"] != one.DNS01KeyAuthorization() || e["provider"] != "p" || e["vars"] != "v=1" {
			t.Errorf("%v", e)
		}
		if l := b.logs.All()[0]; l.ContextMap()["command"] != "acme challenge_ready x.pem domain example.com" || l.ContextMap()["value"] != e["value"] {
			t.Errorf("%v", l)
		}
		over := b.wait(ctx, one)
		if _, ok := over(); ok {
			t.Error("it does not wait")
		}
		f := func(cert, domain string, wantSaid, wantLeft int) {
			t.Helper()
			if said, left := b.k.Ready(cert, domain); said != wantSaid || left != wantLeft {
				t.Errorf("%s: said of %d, %d left; want %d, %d", domain, said, left, wantSaid, wantLeft)
			}
		}
		f("y.pem", "example.com", 0, 0)
		f("x.pem", "c.example.com", 0, 3)
		f("x.pem", "*.EXAMPLE.com", 2, 1)
		if err, ok := over(); !ok || err != nil {
			t.Error("it waits still", err)
		}
		f("x.pem", "example.com", 0, 1)
		f("x.pem", "b.example.com", 1, 0)
		if err, ok := b.wait(ctx, other)(); !ok || err != nil {
			t.Error("it waits still", err)
		}
		for _, c := range []rfc.Challenge{one, wild, other} {
			if err := b.s.CleanUp(ctx, c); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(b.events); n != 6 || b.events[5]["event"] != "acme cleanup" || len(b.k.records) != 0 {
			t.Errorf("%d events, %d records", n, len(b.k.records))
		}
	})
}

// TestReadyByDNS: the record is looked for at once and again, not longer than dns-timeout; delay comes before.
func TestReadyByDNS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, ready := range []string{"dns", "dns,delay", "none", "delay"} {
			b := newDNSBench(ready)
			ctx := context.WithValue(t.Context(), errandKey{}, "x.pem")
			c := dnsChallenge("example.com", "a")
			b.s.Present(ctx, c)
			begin := time.Now()
			b.found, b.from = []string{"other", c.DNS01KeyAuthorization()}, begin.Add(70*time.Second)
			if err := b.s.Wait(ctx, c); err != nil {
				t.Errorf("%s: %v", ready, err)
			}
			want := map[string]time.Duration{"dns": 90 * time.Second, "dns,delay": 90 * time.Second, "none": 0, "delay": 30 * time.Second}[ready]
			looks := map[string]int{"dns": 4, "dns,delay": 3}[ready]
			if took := time.Since(begin); took != want || b.looks != looks {
				t.Errorf("%s: it took %s and %d looks; want %s and %d", ready, took, b.looks, want, looks)
			}
		}
	})
}

// TestNeverReady: what is waited for in vain is said to people, and is nobody's fault but theirs.
func TestNeverReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, x := range []struct {
			ready string
			err   error
			want  string
		}{
			{"cli", nil, `nobody has said within 24h0m0s that the TXT record "_acme-challenge.example.com" is there (acme challenge_ready x.pem domain example.com)`},
			{"dns", nil, `the TXT record "_acme-challenge.example.com" was not found with the value "` + dnsChallenge("", "a").DNS01KeyAuthorization() + `" within 5m0s: got ["old"]`},
			{"dns", errors.New("no such host"), "within 5m0s: no such host"},
		} {
			b := newDNSBench(x.ready)
			b.found, b.err = []string{"old"}, x.err
			ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), errandKey{}, "x.pem"), orderTime+patience(b.s.ca.a))
			c := dnsChallenge("example.com", "a")
			b.s.Present(ctx, c)
			err := b.s.Wait(ctx, c)
			cancel()
			why, _, all := explain(&failure{err: err, timed: ctx.Err() != nil})
			if !strings.HasSuffix(why, x.want) || all {
				t.Errorf("%s: %q, %t; want %q", x.ready, why, all, x.want)
			}
		}
	})
}
