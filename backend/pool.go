package backend

import (
	"weir/internal/loop"
	"weir/stats"
)

// pool is one loop's idle connections to one server, last in first out: the ones at the far end get old and go.
//
// Every purge interval half of those that were not needed in it are closed (HAProxy's pool-purge-delay): the
// least number that stood idle at any time in the interval is what was not needed.
type pool struct {
	server     *Server
	busy       []*link // of HTTP/2, those with streams that others may share
	head, tail *link   // head is the most recent
	n          int
	low        int // the least n since the last purge
	timer      loop.Timer
}

// link is what is known about a connection to a server beside its socket. It is made once per connection
// and is the handler of an idle one.
type link struct {
	conn       *loop.Conn
	server     *Server
	addr       *loop.Addr
	sni        string // the server name that its TLS asked for, or what "pool-conn-name" calls it
	trust      uint32 // of its server, when its handshake began
	uses       int    // streams it has carried
	owner      uint64 // of Lease.owner; 0 = anybody's
	pool       *pool  // that it is in; nil = none
	held       *Held  // that it is in; nil = none
	prev, next *link  // in either
	muxed             // of HTTP/2
}

// Ready drops an idle connection: the server closed it, or sent what nobody asked for.
func (k *link) Ready(c *loop.Conn) {
	if c.Layered() && !c.HungUp() && empty(c) { // a session ticket, most likely
		return
	}
	k.pool.remove(k)
	k.close()
}

// old is what connections of HTTP/1 are counted in, on the link's loop.
func (k *link) old() *stats.HTTP1 { return &k.server.b.local[k.conn.Loop().ID()].traffic.HTTP1 }

// begin counts a stream on a connection of HTTP/1, and what is new the connection.
func (k *link) begin(fresh bool) {
	n := k.old()
	if fresh {
		n.Conns++
		n.OpenConns++
	}
	n.Streams++
	n.OpenStreams++
}

// get takes the most recent connection to addr that still lives, and that is for the lease's server name, of the HTTP that it asks for, and proved
// where it wants that; nil when there is none.
func (p *pool) get(addr *loop.Addr, ls *Lease) *link {
	sni := ls.poolName()
	for k := p.head; k != nil; {
		next := k.next
		if k.sni != sni || ls.HTTP1 && k.mux != nil || k == ls.refused || ls.Proved && k.mux == nil && k.uses == 0 {
			k = next
			continue
		}
		p.remove(k)
		if k.wake() && sameAddr(k.addr, addr) {
			return k
		}
		k.close()
		k = next
	}
	return nil
}

// wake ends the rest of a connection; false: it is not to be used any more.
func (k *link) wake() bool {
	if k.mux != nil {
		return k.mux.Room() > 0 && !k.stale()
	}
	k.conn.SetHandler(nil)
	return !k.conn.Dead() && !k.stale()
}

// close ends a connection that carries no stream.
func (k *link) close() {
	if k.mux != nil {
		k.mux.GoAway()
		return
	}
	k.old().OpenConns--
	k.conn.Close()
}

func sameAddr(a, b *loop.Addr) bool {
	return a == b || a.AddrPort().IsValid() && a.AddrPort() == b.AddrPort()
}

// put keeps k for later; false when it may not be kept.
func (p *pool) put(l *loop.Loop, k *link) bool {
	s := p.server
	if !s.mayKeep(p, k) || k.mux == nil && !k.rest() {
		return false
	}
	k.pool, k.prev, k.next = p, nil, p.head
	if p.head != nil {
		p.head.prev = k
	} else {
		p.tail = k
	}
	p.head = k
	p.n++
	s.idle.Add(1)
	p.watch(l)
	return true
}

// rest has the connection watched while it is idle; false: it cannot be.
func (k *link) rest() bool {
	c := k.conn
	if c.SetHandler(k) != nil {
		return false
	}
	if c.Readable() && !empty(c) {
		c.SetHandler(nil)
		return false
	}
	return true
}

// empty reports whether nothing waits on c. Reading is the only way to know where the flag still stands from before.
func empty(c *loop.Conn) bool {
	var b [1]byte
	_, err := c.TryRecv(b[:])
	return err == loop.ErrAgain
}

// mayKeep asks the limits.
func (s *Server) mayKeep(p *pool, k *link) bool {
	c := s.conf
	switch {
	case k.owner != 0, c.PoolPurge <= 0, p.n >= maxIdlePerLoop, !s.alive.Load(), !sameAddr(k.addr, s.addr.Load()) && !c.Addr.PortOffset && !s.follows():
		return false
	case s.b.crowded(s.b.fds.low), s.b.quiet.Load():
		return false
	case c.PoolMax >= 0 && s.idle.Load() >= int64(c.PoolMax):
		return false
	case c.MaxReuse >= 0 && k.uses >= c.MaxReuse, k.stale():
		return false
	}
	if k.mux != nil {
		return k.mux.Usable()
	}
	return !k.conn.Closed() && !k.conn.HungUp()
}

// follows reports whether the server is wherever its clients were going.
func (s *Server) follows() bool { return s.addr.Load().AddrPort().Addr().IsUnspecified() }

func (p *pool) remove(k *link) {
	if k.prev != nil {
		k.prev.next = k.next
	} else {
		p.head = k.next
	}
	if k.next != nil {
		k.next.prev = k.prev
	} else {
		p.tail = k.prev
	}
	k.pool, k.prev, k.next = nil, nil, nil
	p.n--
	p.low = min(p.low, p.n)
	p.server.idle.Add(-1)
}

// watch arms the purge timer while there is something to purge.
func (p *pool) watch(l *loop.Loop) {
	if p.timer.Armed() || p.n == 0 {
		return
	}
	if p.timer.Fire == nil {
		p.timer.Fire = func() { p.purge(l) }
	}
	p.low = p.n
	l.Arm(&p.timer, l.Now()+int64(p.server.conf.PoolPurge))
}

func (p *pool) purge(l *loop.Loop) {
	for n := (p.low + 1) / 2; n > 0; n-- {
		k := p.tail
		p.remove(k)
		k.close()
	}
	p.watch(l)
}

// clear closes all; those that carry streams, with the last of them.
func (p *pool) clear() {
	for k := p.head; k != nil; k = p.head {
		p.remove(k)
		k.close()
	}
	for _, k := range p.busy {
		k.shared = false
		k.mux.GoAway()
	}
	p.busy = nil
}

// closeIdle clears the pools of all loops, each on its own.
func (s *Server) closeIdle() {
	if s.idle.Load() == 0 && s.muxes.Load() == 0 {
		return
	}
	for _, l := range s.b.loops {
		p := &s.local[l.ID()].pool
		l.Post(p.clear)
	}
}

// Ready reports whether an idle connection to the server waits on this loop and another stream may use it.
func (s *Server) Ready(l *loop.Loop) bool {
	p := &s.local[l.ID()].pool
	return s.usable.Load() && s.free() && (p.n > 0 || len(p.busy) > 0)
}
