package backend

import "weir/internal/loop"

// pool is one loop's idle connections to one server, last in first out: the ones at the far end get old and go.
//
// Every purge interval half of those that were not needed in it are closed (HAProxy's pool-purge-delay): the
// least number that stood idle at any time in the interval is what was not needed.
type pool struct {
	server     *Server
	head, tail *link // head is the most recent
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
	uses       int    // streams it has carried
	owner      uint64 // of Lease.owner; 0 = anybody's
	pool       *pool
	prev, next *link // in pool
}

// Ready drops an idle connection: the server closed it, or sent what nobody asked for.
func (k *link) Ready(c *loop.Conn) {
	if c.Layered() && !c.HungUp() && empty(c) { // a session ticket, most likely
		return
	}
	k.pool.remove(k)
	c.Close()
}

// get takes the most recent connection to addr, and for that server name, that still lives; nil when there is none.
func (p *pool) get(addr *loop.Addr, sni string) *link {
	for k := p.head; k != nil; {
		next := k.next
		if k.sni != sni {
			k = next
			continue
		}
		p.remove(k)
		k.conn.SetHandler(nil)
		if !k.conn.Dead() && sameAddr(k.addr, addr) {
			return k
		}
		k.conn.Close()
		k = next
	}
	return nil
}

func sameAddr(a, b *loop.Addr) bool {
	return a == b || a.AddrPort().IsValid() && a.AddrPort() == b.AddrPort()
}

// put keeps k for later; false when it may not be kept.
func (p *pool) put(l *loop.Loop, k *link) bool {
	s, c := p.server, k.conn
	if !s.mayKeep(p, k) {
		return false
	}
	if c.SetHandler(k) != nil {
		return false
	}
	if c.Readable() && !empty(c) {
		c.SetHandler(nil)
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
	case s.b.crowded(s.b.fds.low):
		return false
	case c.PoolMax >= 0 && s.idle.Load() >= int64(c.PoolMax):
		return false
	case c.MaxReuse >= 0 && k.uses >= c.MaxReuse:
		return false
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
	k.prev, k.next = nil, nil
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
		k.conn.Close()
	}
	p.watch(l)
}

// clear closes all.
func (p *pool) clear() {
	for k := p.head; k != nil; k = p.head {
		p.remove(k)
		k.conn.Close()
	}
}

// closeIdle clears the pools of all loops, each on its own.
func (s *Server) closeIdle() {
	if s.idle.Load() == 0 {
		return
	}
	for _, l := range s.b.loops {
		p := &s.local[l.ID()].pool
		l.Post(p.clear)
	}
}

// Ready reports whether an idle connection to the server waits on this loop and another stream may use it.
func (s *Server) Ready(l *loop.Loop) bool {
	return s.usable.Load() && s.free() && s.local[l.ID()].pool.n > 0
}
