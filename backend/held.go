package backend

import "weir/internal/loop"

// Held are the connections to servers that belong to one client connection ("http-reuse never", or one that the server has
// authenticated): they carry that client's next streams to the same servers and nobody else's. The zero value holds nothing.
type Held struct {
	head *link // the one that was used last; the links are one list
}

// Server is the server of that backend to which a connection is held; nil = none.
func (h *Held) Server(b *Backend) *Server {
	for k := h.head; k != nil; k = k.next {
		if k.server.b == b {
			return k.server
		}
	}
	return nil
}

// Close closes what is held.
func (h *Held) Close() {
	for h.head != nil {
		k := h.head
		h.remove(k)
		k.close()
	}
}

func (h *Held) add(k *link) {
	k.held, k.prev, k.next = h, nil, h.head
	if h.head != nil {
		h.head.prev = k
	}
	h.head = k
}

func (h *Held) remove(k *link) {
	if k.prev != nil {
		k.prev.next = k.next
	} else {
		h.head = k.next
	}
	if k.next != nil {
		k.next.prev = k.prev
	}
	k.held, k.prev, k.next = nil, nil, nil
}

// full reports whether so many are held.
func (h *Held) full(most int) bool {
	n := 0
	for k := h.head; k != nil && n < most; k = k.next {
		n++
	}
	return n >= most
}

// resting is a link of HTTP/1 that is held, to what its connection tells.
type resting link

// Ready drops the connection: the server closed it, or sent what nobody asked for.
func (r *resting) Ready(c *loop.Conn) {
	if c.Layered() && !c.HungUp() && empty(c) {
		return
	}
	k := (*link)(r)
	k.held.remove(k)
	k.close()
}

// Hold is Release that keeps the connection for the same client, unless most are held already.
func (b *Backend) Hold(ls *Lease, h *Held, most int) {
	if k := ls.link; k != nil && ls.Conn != nil && !h.full(most) {
		c := ls.Conn
		ls.Conn, ls.link = nil, nil
		if k.mux != nil {
			k.alone = k.alone || k.open == 1 // else others are on it already
			ls.part(c, k, h)
			b.Release(ls, false)
			return
		}
		ls.Server.local[ls.loop.ID()].used--
		k.old().OpenStreams--
		if k.conn.SetHandler((*resting)(k)) != nil || k.conn.Readable() && !empty(k.conn) || k.conn.HungUp() {
			k.close()
		} else {
			h.add(k)
		}
	}
	b.Release(ls, false)
}

// Resume gives the lease the connection that is held for its server; one that does not fit is closed. false: there is none.
func (b *Backend) Resume(ls *Lease, h *Held) bool {
	for k := h.head; k != nil; {
		next := k.next
		if k.server == ls.Server {
			h.remove(k)
			if k.sni == ls.poolName() && k.owner == ls.owner() && (!ls.HTTP1 || k.mux == nil) && k.wake() {
				return ls.reuse(k)
			}
			k.close()
		}
		k = next
	}
	return false
}
