package acme

import (
	"context"
	"crypto/x509"
	"hash/fnv"
	"math/rand/v2"
	"time"

	"weir/internal/tlsconf"
)

// leaf is a certificate that an authority has issued; nil = none has been.
type leaf = *x509.Certificate

// orderer is who issues a certificate: an authority.
type orderer interface {
	// order has a certificate issued in the place of old, which may be nil.
	order(ctx context.Context, is *tlsconf.Issued, old leaf) (*made, error)
	// renewal asks when it should be renewed.
	renewal(ctx context.Context, of leaf) (window, error)
}

// window is when an authority wants a certificate renewed (RFC 9773, 4.2).
type window struct {
	start, end time.Time
	again      time.Time // when to ask again; zero = it does not say
	why        string    // the URL of a page that says why; "" = there is none
}

// cert is one certificate being kept. Keeper.mu guards what changes.
type cert struct {
	is     *tlsconf.Issued
	ca     *authority
	orders orderer // ca, but for tests

	leaf    leaf      // what is shown; nil = the temporary one
	due     time.Time // the next order; zero = none is planned
	ask     time.Time // the next question about the renewal; zero = none
	window  window
	asked   bool // somebody wants it ordered now
	running bool
	began   time.Time // the last order

	fails       int // in a row
	lastError   string
	lastErrorAt time.Time
	issued      uint64 // issued by this process
	failed      uint64

	last      *made // issued by this process; nil = none was
	unsaved   *made // last, where it is not written yet
	saveAt    time.Time
	saveFails int
}

// when is the time at which something is to be done; zero = never.
func (c *cert) when() time.Time {
	if c.asked {
		return time.Unix(0, 1)
	}
	at := c.next()
	for _, t := range []time.Time{c.saveAt, c.ask} {
		if !t.IsZero() && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	return at
}

// next is the time of the next order, before which the authority is left alone; zero = none is planned.
func (c *cert) next() time.Time {
	if !c.due.IsZero() && c.due.Before(c.ca.until) {
		return c.ca.until
	}
	return c.due
}

func (c *cert) orderDue(now time.Time) bool {
	return c.asked || !c.due.IsZero() && !now.Before(c.next())
}

func (c *cert) askDue(now time.Time) bool { return !c.ask.IsZero() && !now.Before(c.ask) }

func (c *cert) saveDue(now time.Time) bool { return c.unsaved != nil && !now.Before(c.saveAt) }

// hold notes what is shown.
func (c *cert) hold(l leaf) { c.leaf, c.window = l, window{} }

// plan sets the next order: now where there is nothing, or not for all the names.
func (c *cert) plan(now time.Time, manual bool) {
	switch {
	case manual:
		c.due = time.Time{}
	case c.leaf == nil || missing(c.leaf, c.is.Domains) != "" || !now.Before(c.leaf.NotAfter):
		c.due = now
	default:
		c.due = c.renewAt()
	}
}

// renewAt is when two thirds of the life are over, or somewhat earlier: see renewSpread. An authority's own word goes before that.
func (c *cert) renewAt() time.Time {
	if w := &c.window; w.end.After(w.start) {
		return w.start.Add(c.jitter(w.end.Sub(w.start)))
	}
	life := c.leaf.NotAfter.Sub(c.leaf.NotBefore)
	return c.leaf.NotBefore.Add(life*2/3 - c.jitter(life/renewSpread))
}

// jitter is a part of d that is the same for a certificate at all times, and another one for another.
func (c *cert) jitter(d time.Duration) time.Duration {
	h := fnv.New64a()
	h.Write([]byte(c.is.Name))
	if c.leaf != nil {
		h.Write(c.leaf.Raw)
	}
	const parts = 1 << 16
	return d / parts * time.Duration(h.Sum64()%parts)
}

// succeed notes a certificate that was issued.
func (c *cert) succeed(now time.Time, l leaf, manual bool) {
	c.hold(l)
	c.issued++
	c.fails, c.lastError, c.lastErrorAt = 0, "", time.Time{}
	if c.ca.failedAt.Before(c.began) { // else what an order beside this one was told counts
		c.ca.until, c.ca.fails, c.ca.proven = time.Time{}, 0, true
	}
	c.plan(now, manual)
	if manual {
		c.ask = time.Time{}
		return
	}
	if least := now.Add(minPause); !c.due.IsZero() && c.due.Before(least) {
		c.due = least
	}
	c.ask = now.Add(askFirst + c.jitter(askFirst))
}

// fail plans the next try, after at least so long as the authority has said, and returns how long that is.
func (c *cert) fail(now time.Time, why string, after time.Duration) time.Duration {
	c.fails++
	c.failed++
	c.lastError, c.lastErrorAt = why, now
	wait := c.hurry(now, backoff(c.fails))
	wait = max(wait, min(after, maxRetryAfter))
	c.due = now.Add(wait)
	return wait
}

// hurry makes a wait shorter where the certificate comes near its end. Once that is past there is nothing left to be in time for.
func (c *cert) hurry(now time.Time, wait time.Duration) time.Duration {
	if c.leaf == nil || !now.Before(c.leaf.NotAfter) {
		return wait
	}
	return min(wait, max(hurryRetry, c.leaf.NotAfter.Sub(now)/4))
}

// backoff is how long to wait after so many failures in a row: each time twice as long, give or take a tenth.
func backoff(fails int) time.Duration {
	d := firstRetry
	for range fails - 1 {
		if d *= 2; d >= lastRetry {
			d = lastRetry
			break
		}
	}
	return d - d/10 + rand.N(d/5)
}

// learn takes over when the authority wants the certificate renewed. It reports whether that is another time than before.
func (c *cert) learn(now time.Time, w window, err error) bool {
	c.ask = now.Add(askAgain + c.jitter(askAgain/10))
	if err != nil || c.leaf == nil {
		return false // it is no failure: not all authorities know of it, and the plan stands without
	}
	if !w.again.IsZero() {
		c.ask = now.Add(min(max(w.again.Sub(now), askLeast), askMost))
	}
	if w.start.Equal(c.window.start) && w.end.Equal(c.window.end) {
		return false
	}
	c.window = w
	if !c.due.IsZero() && c.fails == 0 {
		c.due = c.renewAt()
	}
	return true
}

// missing is a name that the certificate is not for; "" = it is for all of them.
func missing(l leaf, domains []string) string {
	for _, d := range domains {
		if l.VerifyHostname(d) != nil {
			return d
		}
	}
	return ""
}
