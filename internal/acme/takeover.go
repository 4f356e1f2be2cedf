package acme

import (
	"slices"
	"time"

	"weir/conf"
	"weir/internal/tlsconf"
)

// TakeOver stops the Keeper of the configuration before this one, and goes on where that was: what has failed there is not tried again at
// once, and what could not be saved yet is not lost. It comes between Open, whose failure leaves old alone, and
// Start; old may be nil.
func (k *Keeper) TakeOver(old *Keeper) {
	old.Stop()
	if k == nil || old == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, c := range k.certs {
		for _, o := range old.certs {
			if o.is.Name == c.is.Name && o.is.ACME == c.is.ACME && slices.Equal(o.is.Domains, c.is.Domains) && sameSection(o.ca.a, c.ca.a) {
				k.inherit(c, o, old.store)
			}
		}
	}
}

// sameSection compares what they say, wherever they stand.
func sameSection(a, b *conf.ACME) bool {
	one, two := *a, *b
	one.Pos, two.Pos = conf.Pos{}, conf.Pos{}
	return one == two
}

// inherit takes one certificate over.
func (k *Keeper) inherit(c, o *cert, old *tlsconf.Store) {
	c.issued, c.failed = o.issued, o.failed
	k.refresh(c, o, old)
	if o.fails == 0 || k.manual {
		return
	}
	c.leaf, c.window, c.due, c.ask = o.leaf, o.window, o.due, o.ask
	c.fails, c.lastError, c.lastErrorAt = o.fails, o.lastError, o.lastErrorAt
	if c.ca.until.Before(o.ca.until) {
		c.ca.until, c.ca.fails = o.ca.until, o.ca.fails
	}
}

// refresh shows what was issued after the files of this configuration had been read, or could not be saved.
func (k *Keeper) refresh(c, o *cert, old *tlsconf.Store) {
	if o.last == nil {
		if c.is.Broken != nil { // its files were good when they were read before
			k.store.Adopt(c.is.Name, old)
		}
		return
	}
	held, temporary, err := k.store.Held(c.is.Name)
	if err == nil && !temporary && !held.Leaf.NotBefore.Before(o.last.leaf.NotBefore) {
		return
	}
	if k.store.Install(c.is.Name, o.last.crtFile(c.is), o.last.keyFile(c.is)) == nil {
		c.last, c.unsaved, c.saveAt, c.saveFails = o.last, o.unsaved, o.saveAt, o.saveFails
		if c.is.Broken != nil { // its files may have been read while they were written: the good one is written again, and no other ordered
			c.is.Broken, c.unsaved, c.saveAt = nil, o.last, time.Now()
		}
	}
}
