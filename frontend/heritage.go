package frontend

import (
	"errors"
	"fmt"

	"go.uber.org/zap"

	"weir/conf"
	"weir/internal/loop"
	"weir/internal/tlsio"
)

// heritage are the listening sockets of the generation before, for the one that takes over. Nothing of it changes what the old one does,
// until the new one starts: where an address cannot be had, all stays as it is.
//
//	Bind:     a socket whose address stays is duplicated: one queue, two owners
//	Start:    it is given the new options, and both generations accept
//	Shutdown: (of the old) its side is closed; who waits in the queue is the new one's
type heritage struct {
	before *Proxy
	byKey  map[string][]*listener
	shared []*listener // made to tolerate another socket that overlaps
}

func inherit(before *Proxy) *heritage {
	if before == nil {
		return nil
	}
	h := &heritage{before: before, byKey: map[string][]*listener{}}
	for _, fe := range before.frontends {
		for _, ln := range fe.listeners {
			if !ln.ln.Closed() { // "shutdown frontend"
				h.byKey[ln.key] = append(h.byKey[ln.key], ln)
			}
		}
	}
	return h
}

// socketKey is what makes two bind lines mean the same socket: the address and what cannot change once it is bound.
func socketKey(b *conf.Bind, a *loop.Addr) string {
	if b.Addr.Kind == conf.AddrFD || b.Addr.Kind == conf.AddrPair {
		return b.Addr.String()
	}
	return fmt.Sprintf("%s|%s|%s|%t", a, b.Interface, b.Namespace, b.Addr.V6Alone)
}

// take gives the socket of that key away, rather one of the frontend of that name; nil = there is none.
func (h *heritage) take(key, name string) *listener {
	if h == nil {
		return nil
	}
	list := h.byKey[key]
	for i, ln := range list {
		if ln.fe.p.Name == name || i == len(list)-1 {
			h.byKey[key] = append(list[:i:i], list[i+1:]...)
			return ln
		}
	}
	return nil
}

// inherit is another listener over the socket of ln, which can be given the options.
func (ln *listener) inherit(o *loop.ListenOptions) (*loop.Listener, error) {
	if err := ln.ln.CanRetune(o); err != nil {
		return nil, err
	}
	return ln.ln.Dup()
}

// share has the sockets at the port of a tolerate another: where "*:80" becomes "192.0.2.1:80" both are open for a moment. It reports
// whether there are any.
func (h *heritage) share(a *loop.Addr) bool {
	port := a.AddrPort().Port()
	if h == nil || port == 0 {
		return false
	}
	found := false
	for _, fe := range h.before.frontends {
		for _, ln := range fe.listeners {
			if ln.ln.Addr.AddrPort().Port() != port || ln.ln.Closed() {
				continue
			}
			found = true
			if !h.before.opt.ReusePort {
				ln.ln.Share(true)
				h.shared = append(h.shared, ln)
			}
		}
	}
	return found
}

// unshare undoes share, where nothing was taken over.
func (h *heritage) unshare() {
	if h == nil {
		return
	}
	for _, ln := range h.shared {
		ln.ln.Share(false)
	}
}

// tlsCount is the count of the TLS connections of the generation before; nil = there is none.
func (h *heritage) tlsCount() *tlsio.Count {
	if h == nil {
		return nil
	}
	return h.before.tlsOptions.Count
}

// states brings over what is known of the servers, and of certificates.
func (h *heritage) states(px *Proxy) {
	if h == nil {
		return
	}
	px.tls.TakeOCSP(h.before.tls)
	for _, b := range px.backends {
		if old := h.before.Backend(b.Name()); old != nil {
			b.Inherit(old)
		}
	}
	for _, b := range px.backends {
		b.FollowTracked()
	}
}

// succeed makes the sockets that were taken over what the configuration says now. An option that the kernel refuses after all is told and
// costs nothing else.
func (px *Proxy) succeed() {
	h := px.heritage
	px.heritage = nil
	if h == nil {
		return
	}
	for _, fe := range px.frontends {
		h.pause(fe)
		for _, ln := range fe.listeners {
			if ln.from != nil {
				ln.succeed()
			}
		}
	}
}

func (ln *listener) succeed() {
	err := ln.ln.Retune(ln.opt)
	ln.from.ln.Bequeath(ln.ln)
	ln.from.heir.Store(true)
	if ln.from.off.Load() && !ln.off.Load() {
		err = errors.Join(err, ln.ln.Speak())
	}
	if err != nil {
		ln.fe.px.log.Error("an option of a listening socket cannot be changed", zap.String("frontend", ln.fe.p.Name), zap.String("listener", ln.name), zap.Error(err))
	}
	ln.from, ln.opt = nil, nil
}

// pause leaves a frontend disabled that an administrator has disabled.
func (h *heritage) pause(fe *Frontend) {
	if old := h.before.frontendNamed(fe.p.Name); old != nil && old.disabled.Load() {
		fe.wasDisabled = true
		fe.Disable()
	}
}

// CatchUp does what was asked of the generation before since this one has taken over from it: until then an administrator's commands go
// there. Whoever gives commands to this one calls it once, when none goes to the old one any more.
func (px *Proxy) CatchUp(before *Proxy) {
	if m := before.profiling.Load(); m != nil && px.cfg.Global.Process.Profiling == before.cfg.Global.Process.Profiling {
		px.SetProfiling(*m)
	}
	for _, fe := range px.frontends {
		old := before.frontendNamed(fe.p.Name)
		if old == nil {
			continue
		}
		switch now := old.disabled.Load(); {
		case now == fe.wasDisabled:
		case now:
			fe.Disable()
		default:
			fe.Enable()
		}
	}
}

func (px *Proxy) frontendNamed(name string) *Frontend {
	for _, fe := range px.frontends {
		if fe.p.Name == name {
			return fe
		}
	}
	return nil
}

// Poke looks for connections that wait at the listening sockets: see loop's. The successor of a generation calls it when that one's side
// is closed.
func (px *Proxy) Poke() {
	for _, fe := range px.frontends {
		for _, ln := range fe.listeners {
			ln.ln.Poke()
			if !px.opt.ReusePort {
				ln.ln.Share(false) // where a socket of the old one overlapped
			}
		}
	}
}
