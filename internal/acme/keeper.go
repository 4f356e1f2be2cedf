package acme

import (
	"context"
	"errors"
	"net"
	"slices"
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
	// Event is told, as JSON, of TXT records that somebody has to make or may remove; nil = nobody is.
	Event func(line string)
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

	wake chan struct{}  // something was asked for, or has ended
	work sync.WaitGroup // what was begun

	life sync.Mutex         // of starting and stopping
	stop context.CancelFunc // nil = it does not run
	done chan struct{}      // closed when the goroutine has ended

	lookup func(ctx context.Context, name string) ([]string, error) // of TXT records

	mu      sync.Mutex
	certs   []*cert   // the list is immutable; what they hold is guarded by mu
	records []*record // those that orders under way wait for
}

// New makes the Keeper of what bind lines, stores and lists have issued, once store knows all of them; nil where that is nothing. Nothing
// is asked and written yet. Errors are conf.Errors.
func New(cfg *conf.Config, store *tlsconf.Store, opt Options) (*Keeper, error) {
	issued := store.Issued()
	if len(issued) == 0 {
		return nil, nil
	}
	k := &Keeper{opt: opt, log: opt.Log, store: store, manual: cfg.Global.ACMEManual, authorities: map[string]*authority{}, wake: make(chan struct{}, 1), lookup: net.DefaultResolver.LookupTXT}
	if k.log == nil {
		k.log = zap.NewNop()
	}
	k.disk = newDisk(&cfg.Global, k.tellDoubt)
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

// Open opens the directories that will be written to, so that they are at hand whatever the process gives up later. Close closes them.
func (k *Keeper) Open() error {
	k.life.Lock()
	defer k.life.Unlock()
	return k.open()
}

// tellDoubt tells of a directory of private keys that others have power over.
func (k *Keeper) tellDoubt(dir, why string) {
	k.log.Warn("acme: a directory of private keys is not safe: "+why, zap.String("directory", dir))
}

func (k *Keeper) open() error {
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
	return nil
}

// Start begins, after Open where nobody has called it. It may begin again after a Stop.
func (k *Keeper) Start() error {
	k.life.Lock()
	defer k.life.Unlock()
	if k.stop != nil {
		return nil
	}
	if err := k.open(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	k.stop, k.done = cancel, make(chan struct{})
	go k.run(ctx)
	return nil
}

// Stop ends the work and waits for its end. An order under way is given up. The directories stay open for another Start: by then the process
// may have no right to open them.
func (k *Keeper) Stop() {
	if k == nil {
		return
	}
	k.life.Lock()
	defer k.life.Unlock()
	k.halt()
}

// Close is Stop for good.
func (k *Keeper) Close() {
	if k == nil {
		return
	}
	k.life.Lock()
	defer k.life.Unlock()
	k.halt()
	k.disk.close()
}

func (k *Keeper) halt() {
	if k.stop == nil {
		return
	}
	k.stop()
	<-k.done
	k.stop = nil
	for _, a := range k.authorities {
		a.wire.base.CloseIdleConnections()
	}
}

// run is the Keeper's goroutine: it has one thing after the other begun.
func (k *Keeper) run(ctx context.Context) {
	defer close(k.done)
	defer k.work.Wait()
	k.survey()
	for {
		c, at := k.next()
		if k.sleep(ctx, c, at) {
			k.begin(ctx, c)
		} else if ctx.Err() != nil {
			return
		}
	}
}

// begin has done what is due for a certificate.
func (k *Keeper) begin(ctx context.Context, c *cert) {
	k.mu.Lock()
	todo := k.todo(c, time.Now())
	if todo != nil {
		c.ca.busy = append(c.ca.busy, c)
	}
	k.mu.Unlock()
	if todo == nil { // the authority is left alone since we looked
		return
	}
	k.work.Go(func() {
		todo(ctx, c)
		k.mu.Lock()
		c.ca.busy = slices.DeleteFunc(c.ca.busy, func(o *cert) bool { return o == c })
		k.mu.Unlock()
		k.wakeUp()
	})
}

// free reports whether something may be begun for the certificate: its authority takes more, and none of its names is being validated for
// another one, whose proof would take the place of this one's. Until an order has gone well an authority sees one at a time: what is wrong
// with it or with our account is wrong once.
func (k *Keeper) free(c *cert) bool {
	most := 1
	if c.ca.proven {
		most = maxAtOnce
	}
	if len(c.ca.busy) >= most {
		return false
	}
	for _, a := range k.authorities {
		for _, o := range a.busy {
			if o == c || slices.ContainsFunc(o.is.Domains, func(d string) bool { return slices.Contains(c.is.Domains, d) }) {
				return false
			}
		}
	}
	return true
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

// next is the certificate that is due first of those for which something may be begun, and when; nil = none is.
func (k *Keeper) next() (first *cert, at time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, c := range k.certs {
		if t := c.when(); !t.IsZero() && (first == nil || t.Before(at)) && k.free(c) {
			first, at = c, t
		}
	}
	return first, at
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
		k.wakeUp()
	}
	return found
}

// wakeUp has run look again.
func (k *Keeper) wakeUp() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}
