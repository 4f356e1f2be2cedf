package acme

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"go.uber.org/zap"
)

// survey looks at what there is, and plans.
func (k *Keeper) survey() {
	now := time.Now()
	for _, c := range k.certs {
		held, temporary, err := k.store.Held(c.is.Name)
		k.mu.Lock()
		switch {
		case c.fails > 0: // before a stop, or of the Keeper before this one: the plan stands
		case err != nil:
			c.fail(now, err.Error(), 0)
		case temporary:
			c.hold(nil)
			c.plan(now, k.manual)
		default:
			c.hold(held.Leaf)
			c.plan(now, k.manual)
			if !k.manual {
				c.ask = now.Add(askFirst + c.jitter(askFirst))
			}
		}
		if c.is.Broken != nil && !k.manual && c.fails == 0 { // also where the one of before a reload is shown meanwhile
			c.due = now
		}
		k.mu.Unlock()
		k.tellPlan(c)
	}
}

func (k *Keeper) tellPlan(c *cert) {
	k.mu.Lock()
	f := []zap.Field{zap.String("certificate", c.is.Name), zap.String("acme", c.is.ACME), zap.Strings("domains", c.is.Domains)}
	none, over := c.leaf == nil, false
	if !none {
		over = time.Now().After(c.leaf.NotAfter)
		f = append(f, moment("expires", c.leaf.NotAfter))
	}
	if !c.due.IsZero() {
		f = append(f, moment("next_order", c.due))
	}
	k.mu.Unlock()
	if c.is.Broken != nil {
		k.log.Error("acme: the files of a certificate are broken: "+c.is.Broken.Error()+"; they will be kept aside when another is issued",
			append(f, zap.String("file", c.is.Crt))...)
		return
	}
	if over {
		k.log.Warn("acme: the certificate that is kept has expired", f...)
		return
	}
	if none {
		k.log.Info("acme: no certificate has been issued yet: a temporary one is shown until then", f...)
		return
	}
	k.log.Info("acme: a certificate is kept", f...)
}

// todo is what is due for a certificate; nil = nothing is any more.
func (k *Keeper) todo(c *cert, now time.Time) func(context.Context, *cert) {
	switch {
	case c.orderDue(now):
		return k.order
	case c.saveDue(now):
		return k.save
	case c.askDue(now):
		return k.askRenewal
	}
	return nil
}

// order has the certificate issued, and puts it in place.
func (k *Keeper) order(ctx context.Context, c *cert) {
	k.mu.Lock()
	c.running, c.asked, c.began = true, false, time.Now()
	old := c.leaf
	k.mu.Unlock()
	timed, cancel := context.WithTimeout(ctx, orderTime+patience(c.ca.a))
	made, err := contained(func() (*made, error) { return c.orders.order(timed, c.is, old) })
	cancel()
	if err == nil {
		err = made.check(c.is, time.Now())
	}
	if err == nil {
		err = k.store.Install(c.is.Name, made.crtFile(c.is), made.keyFile(c.is))
	}
	now := time.Now()
	k.mu.Lock()
	c.running = false
	switch {
	case ctx.Err() != nil && err != nil: // we are stopping, which is nobody's fault
		k.mu.Unlock()
		return
	case err != nil:
		k.failed(c, now, err)
		return
	}
	c.succeed(now, made.leaf, k.manual)
	c.last, c.unsaved = made, made
	fields := []zap.Field{zap.String("certificate", c.is.Name), zap.String("acme", c.is.ACME), zap.Strings("domains", c.is.Domains), moment("expires", made.leaf.NotAfter), moment("next_order", c.due)}
	k.mu.Unlock()
	k.log.Info("acme: a certificate was issued and is shown from now on", fields...)
	k.save(ctx, c)
}

// failed notes a failure and tells of it. It is called with mu held, which it gives back.
func (k *Keeper) failed(c *cert, now time.Time, err error) {
	why, after, all := explain(err)
	wait := c.fail(now, why, after)
	if c.ca.proven = c.ca.proven && !all; all {
		c.ca.failedAt = now
		if !now.Before(c.ca.until) { // else an order that ran beside this one has told
			c.ca.fails++
		}
		if until := now.Add(max(wait, c.hurry(now, backoff(c.ca.fails)))); until.After(c.ca.until) {
			c.ca.until = until
		}
	}
	if k.manual {
		c.due = time.Time{}
	}
	f := []zap.Field{zap.String("certificate", c.is.Name), zap.String("acme", c.is.ACME), zap.String("reason", why), zap.Int("failures", c.fails)}
	if !c.due.IsZero() {
		f = append(f, moment("next_order", c.next()))
	}
	text := "acme: a certificate could not be issued: the temporary one is shown still"
	if c.leaf != nil {
		f = append(f, moment("expires", c.leaf.NotAfter))
		text = "acme: a certificate could not be renewed: the old one is shown still"
	}
	k.mu.Unlock()
	k.log.Error(text, f...)
}

// save writes what was issued. What cannot be written is shown nevertheless, and written later.
func (k *Keeper) save(_ context.Context, c *cert) {
	k.mu.Lock()
	made := c.unsaved
	k.mu.Unlock()
	err := k.disk.save(c.is, made)
	k.mu.Lock()
	if err == nil {
		c.unsaved, c.saveAt, c.saveFails = nil, time.Time{}, 0
		c.is.Broken = nil
		k.mu.Unlock()
		return
	}
	c.saveFails++
	c.saveAt = time.Now().Add(backoff(c.saveFails))
	c.lastError, c.lastErrorAt = "it cannot be saved: "+err.Error(), time.Now()
	at := c.saveAt
	k.mu.Unlock()
	k.log.Error("acme: a certificate is shown and cannot be saved: a restart would lose it", zap.String("certificate", c.is.Name), zap.String("file", c.is.Crt), zap.Error(err), moment("next_try", at))
}

// askRenewal asks the authority when it wants the certificate renewed (RFC 9773).
func (k *Keeper) askRenewal(ctx context.Context, c *cert) {
	timed, cancel := context.WithTimeout(ctx, requestTime)
	w, err := contained(func() (window, error) { return c.orders.renewal(timed, c.leafNow(k)) })
	cancel()
	now := time.Now()
	k.mu.Lock()
	other := c.learn(now, w, err)
	f := []zap.Field{zap.String("certificate", c.is.Name), zap.String("acme", c.is.ACME), moment("from", w.start), moment("to", w.end), moment("next_order", c.next())}
	k.mu.Unlock()
	if !other {
		return
	}
	if w.why != "" { // RFC 9773, 4.2: the operator should be told
		f = append(f, zap.String("because", w.why))
	}
	k.log.Info("acme: the authority says when it wants a certificate renewed", f...)
}

// contained makes an error of a panic: what an authority sends must not end the process.
func contained[T any](f func() (T, error)) (v T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a panic was contained: this is a bug in Weir: %v\n%s", p, debug.Stack())
		}
	}()
	return f()
}

func (c *cert) leafNow(k *Keeper) leaf {
	k.mu.Lock()
	defer k.mu.Unlock()
	return c.leaf
}
