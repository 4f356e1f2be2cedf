package acme

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"go.uber.org/zap"

	"weir/conf"
	"weir/internal/tlsconf"
)

// Options are what a Keeper is given beside its configuration.
type Options struct {
	Log     *zap.Logger // nil = none
	Version string
	// SetMap puts a value into a map, which rules look into; "" takes the key out again.
	SetMap func(file, key, value string)
}

// Keeper keeps the certificates of a configuration. Its methods may be called from any goroutine.
type Keeper struct {
	opt         Options
	log         *zap.Logger
	store       *tlsconf.Store
	manual      bool
	disk        *disk
	authorities map[string]*authority
	pending     pending

	wake chan struct{} // something was asked for

	life sync.Mutex         // of starting and stopping
	stop context.CancelFunc // nil = it does not run
	done chan struct{}      // closed when the goroutine has ended

	mu    sync.Mutex
	certs []*cert // the list is immutable; what they hold is guarded by mu
}

// New makes the Keeper of what bind lines, stores and lists have issued, once store knows all of them; nil where that is nothing. Nothing
// is asked and written yet. Errors are conf.Errors.
func New(cfg *conf.Config, store *tlsconf.Store, opt Options) (*Keeper, error) {
	issued := store.Issued()
	if len(issued) == 0 {
		return nil, nil
	}
	k := &Keeper{opt: opt, log: opt.Log, store: store, manual: cfg.Global.ACMEManual, disk: newDisk(&cfg.Global), authorities: map[string]*authority{}, wake: make(chan struct{}, 1)}
	if k.log == nil {
		k.log = zap.NewNop()
	}
	var errs conf.Errors
	for _, is := range issued {
		a := k.authorities[is.ACME]
		if a == nil {
			var err error
			if a, err = newAuthority(k, cfg, cfg.FindACME(is.ACME)); err != nil {
				errs = append(errs, placed(cfg.FindACME(is.ACME), err))
			}
			k.authorities[is.ACME] = a
		}
		k.certs = append(k.certs, &cert{is: is, ca: a, orders: a})
	}
	if len(errs) > 0 {
		return nil, errs
	}
	store.AnswerChallenges(k.pending.cert)
	return k, nil
}

func placed(a *conf.ACME, err error) *conf.Error {
	var e *conf.Error
	if errors.As(err, &e) {
		return e
	}
	return conf.Bad(a.Pos, `acme "`+a.Name+`"`, "%s", err)
}

// Start opens the directories that will be written to, so that they are at hand whatever the process gives up later, and begins. It may
// begin again after a Stop.
func (k *Keeper) Start() error {
	k.life.Lock()
	defer k.life.Unlock()
	if k.stop != nil {
		return nil
	}
	for _, c := range k.certs {
		storage := c.ca.storage
		for _, path := range []string{c.is.Crt, c.is.Key, c.ca.keyFile} {
			if err := k.disk.open(path, storage); err != nil {
				k.disk.close()
				return err
			}
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	k.stop, k.done = cancel, make(chan struct{})
	go k.run(ctx)
	return nil
}

// Stop ends the work and waits for its end. An order under way is given up.
func (k *Keeper) Stop() {
	if k == nil {
		return
	}
	k.life.Lock()
	defer k.life.Unlock()
	if k.stop == nil {
		return
	}
	k.stop()
	<-k.done
	k.stop = nil
	k.disk.close()
	for _, a := range k.authorities {
		a.wire.base.CloseIdleConnections()
	}
}

// run is the Keeper's goroutine: one thing after the other, so that an authority never sees two orders of ours at once.
func (k *Keeper) run(ctx context.Context) {
	defer close(k.done)
	k.survey()
	for {
		c, at := k.next()
		if !k.sleep(ctx, c, at) {
			if ctx.Err() != nil {
				return
			}
			continue
		}
		k.tend(ctx, c)
	}
}

// sleep waits until then. It is false when it was cut short: there may be something else to do first.
func (k *Keeper) sleep(ctx context.Context, c *cert, until time.Time) bool {
	wait := maxSleep
	if c != nil {
		wait = min(wait, time.Until(until))
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-k.wake:
		return false
	case <-t.C:
		return ctx.Err() == nil && c != nil && !time.Now().Before(until)
	}
}

// next is the certificate that is due first, and when; nil = none is.
func (k *Keeper) next() (first *cert, at time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, c := range k.certs {
		if t := c.when(); !t.IsZero() && (first == nil || t.Before(at)) {
			first, at = c, t
		}
	}
	return first, at
}

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
		k.mu.Unlock()
		k.tellPlan(c)
	}
}

func (k *Keeper) tellPlan(c *cert) {
	k.mu.Lock()
	f := []zap.Field{zap.String("certificate", c.is.Name), zap.String("acme", c.is.ACME), zap.Strings("domains", c.is.Domains)}
	none := c.leaf == nil
	if !none {
		f = append(f, moment("expires", c.leaf.NotAfter))
	}
	if !c.due.IsZero() {
		f = append(f, moment("next_order", c.due))
	}
	k.mu.Unlock()
	if none {
		k.log.Info("acme: no certificate has been issued yet: a temporary one is shown until then", f...)
		return
	}
	k.log.Info("acme: a certificate is kept", f...)
}

// tend does what is due for a certificate.
func (k *Keeper) tend(ctx context.Context, c *cert) {
	now := time.Now()
	k.mu.Lock()
	order, save := c.orderDue(now), c.saveDue(now)
	k.mu.Unlock()
	switch {
	case order:
		k.order(ctx, c)
	case save:
		k.save(c)
	default:
		k.askRenewal(ctx, c)
	}
}

// order has the certificate issued, and puts it in place.
func (k *Keeper) order(ctx context.Context, c *cert) {
	k.mu.Lock()
	c.running, c.asked = true, false
	old := c.leaf
	k.mu.Unlock()
	timed, cancel := context.WithTimeout(ctx, orderTime)
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
	k.save(c)
}

// failed notes a failure and tells of it. It is called with mu held, which it gives back.
func (k *Keeper) failed(c *cert, now time.Time, err error) {
	why, after, all := explain(err)
	wait := c.fail(now, why, after)
	if all {
		c.ca.fails++
		c.ca.until = now.Add(max(wait, c.hurry(now, backoff(c.ca.fails))))
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
func (k *Keeper) save(c *cert) {
	k.mu.Lock()
	made := c.unsaved
	k.mu.Unlock()
	err := k.disk.save(c.is, made)
	k.mu.Lock()
	if err == nil {
		c.unsaved, c.saveAt, c.saveFails = nil, time.Time{}, 0
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

// Renew orders a certificate now, whatever is planned. It is false where none of that name is kept.
func (k *Keeper) Renew(name string) bool {
	if k == nil {
		return false
	}
	k.mu.Lock()
	found := false
	for _, c := range k.certs {
		if c.is.Name == name {
			c.asked, found = !c.running, true
		}
	}
	k.mu.Unlock()
	if found {
		select {
		case k.wake <- struct{}{}:
		default:
		}
	}
	return found
}
