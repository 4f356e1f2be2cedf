package acme

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	rfc "github.com/mholt/acmez/v3/acme"
	"go.uber.org/zap"

	"weir/conf"
)

// record is a TXT record that an authority will look for (RFC 8555, 8.4). Somebody else has to make it. Keeper.mu guards since.
type record struct {
	cert   string // for which it is
	domain string // without the wildcard
	name   string
	value  string
	said   chan struct{} // closed when somebody says that it is there
	since  time.Time     // when it was asked for, then when that was said
}

// unready is a record that was waited for in vain.
type unready struct{ text string }

func (e *unready) Error() string { return e.text }

// errand is what an order is for, on its way through the library.
type errandKey struct{}

func certOf(ctx context.Context) string {
	name, _ := ctx.Value(errandKey{}).(string)
	return name
}

// announce tells of a record that is to be made.
func (s *solver) announce(ctx context.Context, c rfc.Challenge) {
	k := s.ca.k
	r := &record{cert: certOf(ctx), domain: strings.ToLower(c.Identifier.Value), name: c.DNS01TXTRecordName(), value: c.DNS01KeyAuthorization(), said: make(chan struct{}), since: time.Now()}
	k.mu.Lock()
	k.records = append(k.records, r)
	k.mu.Unlock()
	f := []zap.Field{zap.String("certificate", r.cert), zap.String("record", r.name), zap.String("value", r.value)}
	text := "acme: a TXT record is to be made, which the authority will look for"
	if s.ca.a.Waits(conf.ReadyCLI) {
		text += "; then say so on a stats socket"
		f = append(f, zap.String("command", "acme challenge_ready "+r.cert+" domain "+r.domain))
	}
	k.log.Warn(text, f...) // somebody has something to do
	s.event("acme deploy", r)
}

// retract tells that a record is not looked for any more.
func (s *solver) retract(ctx context.Context, c rfc.Challenge) {
	k := s.ca.k
	value, cert := c.DNS01KeyAuthorization(), certOf(ctx)
	var gone *record
	k.mu.Lock()
	k.records = slices.DeleteFunc(k.records, func(r *record) bool {
		if gone != nil || r.cert != cert || r.value != value {
			return false
		}
		gone = r
		return true
	})
	k.mu.Unlock()
	if gone != nil {
		s.event("acme cleanup", gone)
	}
}

// event tells a program that makes records, which reads the events of a sink.
func (s *solver) event(what string, r *record) {
	if s.ca.k.opt.Event == nil {
		return
	}
	a := s.ca.a
	b, err := json.Marshal(map[string]string{"event": what, "certificate": r.cert, "acme": a.Name, "domain": r.domain, "record": r.name, "value": r.value, "provider": a.Provider, "vars": a.Vars})
	if err == nil { // strings always can be written
		s.ca.k.opt.Event(string(b))
	}
}

// Wait is acmez.Waiter's: until what challenge-ready asks for has come to pass, in HAProxy's order.
func (s *solver) Wait(ctx context.Context, c rfc.Challenge) error {
	if c.Type != conf.ACMEDNS {
		return nil
	}
	k, a := s.ca.k, s.ca.a
	r := k.find(certOf(ctx), c.DNS01KeyAuthorization())
	if r == nil {
		return errors.New("the record was never asked for")
	}
	if a.Waits(conf.ReadyCLI) {
		select {
		case <-r.said:
		case <-ctx.Done():
			return &unready{fmt.Sprintf("nobody has said within %s that the TXT record %q is there (acme challenge_ready %s domain %s)", patience(a), r.name, r.cert, r.domain)}
		}
	}
	k.mu.Lock()
	since := r.since
	k.mu.Unlock()
	if a.Waits(conf.ReadyDelay) && !pause(ctx, time.Until(since.Add(a.DNSDelay))) {
		return ctx.Err()
	}
	if a.Waits(conf.ReadyDNS) {
		return s.resolve(ctx, r)
	}
	return nil
}

// pause is false where ctx ended before.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// resolve looks for the record until it is there.
func (s *solver) resolve(ctx context.Context, r *record) error {
	a := s.ca.a
	until := time.Now().Add(a.DNSTimeout)
	for {
		timed, cancel := context.WithTimeout(ctx, requestTime)
		found, err := s.ca.k.lookup(timed, r.name+".")
		cancel()
		if err == nil && slices.Contains(found, r.value) {
			return nil
		}
		if time.Now().Add(a.DNSDelay).After(until) {
			what := fmt.Sprintf("got %q", found)
			if err != nil {
				what = err.Error()
			}
			return &unready{fmt.Sprintf("the TXT record %q was not found with the value %q within %s: %s", r.name, r.value, a.DNSTimeout, what)}
		}
		if !pause(ctx, a.DNSDelay) {
			return ctx.Err()
		}
	}
}

func (k *Keeper) find(cert, value string) *record {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, r := range k.records {
		if r.cert == cert && r.value == value {
			return r
		}
	}
	return nil
}

// Ready takes note that the records of a name are there. It returns how many it was said of and how many of the certificate are still waited for.
func (k *Keeper) Ready(cert, domain string) (said, left int) {
	if k == nil {
		return 0, 0
	}
	domain = strings.ToLower(strings.TrimPrefix(domain, "*."))
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, r := range k.records {
		if r.cert != cert {
			continue
		}
		select {
		case <-r.said:
			continue
		default:
		}
		if r.domain != domain {
			left++
			continue
		}
		said++
		r.since = time.Now()
		close(r.said)
	}
	return said, left
}

// patience is how long the records of one order may be waited for.
func patience(a *conf.ACME) time.Duration {
	d := time.Duration(0)
	if a.Challenge != conf.ACMEDNS {
		return d
	}
	if a.Waits(conf.ReadyCLI) {
		d += readyTime
	}
	if a.Waits(conf.ReadyDelay) {
		d += a.DNSDelay
	}
	if a.Waits(conf.ReadyDNS) {
		d += a.DNSTimeout * conf.MaxDomains // one name after the other, and all but the last may be slow
	}
	return d
}
