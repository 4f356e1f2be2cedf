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
		h.link.held = nil
		h.link.close()
		h.link = nil
	}
}

// Hold is Release that keeps the connection for the same client.
func (b *Backend) Hold(ls *Lease, h *Held) {
	h.Close()
	if k := ls.link; k != nil && ls.Conn != nil {
		c := ls.Conn
		ls.Conn, ls.link = nil, nil
		if k.mux != nil {
			k.alone = k.alone || k.open == 1 // else others are on it already
			ls.part(c, k, h)
			b.Release(ls, false)
			return
		}
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
	if k.server != ls.Server || k.sni != ls.poolName() || k.owner != ls.owner() || ls.HTTP1 && k.mux != nil || !k.wake() {
		h.Close()
		return false
	}
	h.link, k.held = nil, nil
	return ls.reuse(k)
}
