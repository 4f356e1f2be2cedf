package frontend

import "weir/internal/loop"

// overlap lets a socket be bound beside those of this configuration that hold the same port of other addresses, as ":80" and "127.0.0.1:80" do: the
// kernel prefers the more specific one. It asks for SO_REUSEPORT on both sides, which HAProxy's sockets always have; Weir's have it only
// while they are bound, so that a second process that is started by mistake is told that the address is in use. It reports whether there are any.
func (px *Proxy) overlap(a *loop.Addr) bool {
	at := a.AddrPort()
	if at.Port() == 0 {
		return false
	}
	found := false
	for _, fe := range px.frontends {
		for _, ln := range fe.listeners {
			other := ln.ln.Addr.AddrPort()
			if other.Port() != at.Port() || other == at || !other.Addr().IsUnspecified() && !at.Addr().IsUnspecified() {
				continue
			}
			ln.ln.Share(true)
			px.overlaps, found = true, true
		}
	}
	return found
}

// settleOverlaps takes back what overlap has allowed.
func (px *Proxy) settleOverlaps() {
	if !px.overlaps || px.opt.ReusePort {
		return
	}
	px.overlaps = false
	for _, fe := range px.frontends {
		for _, ln := range fe.listeners {
			ln.ln.Share(false)
		}
	}
}
