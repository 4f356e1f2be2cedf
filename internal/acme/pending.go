package acme

import (
	"bytes"
	"crypto/tls"
	"maps"
	"sync"
	"sync/atomic"
)

// challengePath is where an authority looks (RFC 8555, 8.3).
const challengePath = "/.well-known/acme-challenge/"

// pending are the challenges that wait for an authority. Whoever answers reads maps that never change.
type pending struct {
	mu     sync.Mutex // of those who change
	tokens atomic.Pointer[map[string][]byte]
	certs  atomic.Pointer[map[string]*tls.Certificate]
}

// Answer is the body that proves that a name is ours (RFC 8555, 8.3), for a request with that path; nil = it is none of ours. A request
// that comes while nothing is pending costs one load.
func (k *Keeper) Answer(path []byte) []byte {
	if k == nil {
		return nil
	}
	m := k.pending.tokens.Load()
	if m == nil || len(*m) == 0 || !bytes.HasPrefix(path, []byte(challengePath)) {
		return nil
	}
	return (*m)[string(path[len(challengePath):])]
}

// cert is the certificate that proves that a name is ours (RFC 8737).
func (p *pending) cert(name string) *tls.Certificate {
	if m := p.certs.Load(); m != nil {
		return (*m)[name]
	}
	return nil
}

// swap changes a copy of the map, and puts it in its place.
func swap[V any](p *pending, at *atomic.Pointer[map[string]V], change func(map[string]V)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	next := map[string]V{}
	if m := at.Load(); m != nil {
		next = maps.Clone(*m)
	}
	change(next)
	at.Store(&next)
}
