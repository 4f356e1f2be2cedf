package backend

import "weir/internal/loop"

// Held is a connection to a server that belongs to one client connection ("http-reuse never", or a connection that the server has authenticated): it carries that
// client's next streams to the same server and nobody else's. The zero value holds nothing.
type Held struct {
	link *link
}

// Server is whose connection is held; nil = none.
func (h *Held) Server() *Server {
	if h.link == nil {
		return nil
	}
	return h.link.server
}

// Ready drops the connection: the server closed it, or sent what nobody asked for.
func (h *Held) Ready(c *loop.Conn) {
	if c.Layered() && !c.HungUp() && empty(c) {
		return
	}
	h.Close()
}

// Close closes what is held.
func (h *Held) Close() {
	if h.link != nil {
		h.link.conn.Close()
		h.link = nil
	}
}

// Hold is Release that keeps the connection for the same client.
func (b *Backend) Hold(ls *Lease, h *Held) {
	h.Close()
	if k := ls.link; k != nil && ls.Conn != nil {
		ls.Conn, ls.link = nil, nil
		ls.Server.local[ls.loop.ID()].used--
		if k.conn.SetHandler(h) != nil || k.conn.Readable() && !empty(k.conn) || k.conn.HungUp() {
			k.conn.Close()
		} else {
			h.link = k
		}
	}
	b.Release(ls, false)
}

// Resume gives the lease the connection that is held for its server. false: there is none, and what is held for another server is closed.
func (b *Backend) Resume(ls *Lease, h *Held) bool {
	k := h.link
	if k == nil {
		return false
	}
	if k.server != ls.Server || k.sni != ls.poolName() || k.conn.Dead() || k.owner != ls.owner() {
		h.Close()
		return false
	}
	h.link = nil
	k.conn.SetHandler(nil)
	k.uses++
	ls.Conn, ls.link, ls.Reused = k.conn, k, true
	sl := &ls.Server.local[ls.loop.ID()]
	sl.used++
	sl.traffic.Reuses++
	b.local[ls.loop.ID()].traffic.Reuses++
	return true
}
