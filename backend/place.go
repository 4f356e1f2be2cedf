package backend

import "weir/internal/loop"

// Place is what a stream has of a server: one of its slots and a connection to it. A Lease is a Place and all that getting one takes, several
// times its size; a tunnel, which may idle for hours, keeps the Place alone (Lease.Move). It belongs to one loop.
type Place struct {
	Server *Server
	Conn   *loop.Conn

	b       *Backend
	loop    *loop.Loop
	link    *link // what the pool knows about Conn
	entered bool  // counted in the backend
	slot    bool  // holds one of Server's slots
}

// Move takes the place out of the lease, which holds nothing afterwards.
func (ls *Lease) Move() Place {
	p, w := ls.Place, ls.w // the waiter's wake-up refers to this very lease
	*ls = Lease{w: w}
	return p
}

// Release gives back the slot and pools the connection (keep) or closes it. A lease that holds nothing is left as it is.
func (b *Backend) Release(ls *Lease, keep bool) {
	ls.Reused, ls.shaken = false, nil
	ls.Place.release(keep)
}

// Release gives back the slot and closes the connection.
func (p *Place) Release() { p.release(false) }

func (p *Place) release(keep bool) {
	if p.Conn != nil {
		p.putConn(keep)
	}
	s := p.Server
	p.leave()
	p.Server = nil
	if !p.slot {
		return
	}
	p.slot = false
	s.cur.Add(-1)
	if tb := p.b.table.Load(); tb.loads != nil {
		tb.loads.touch(s)
	}
	if s.queued.Load() > 0 || p.b.queue.any.Load() > 0 {
		p.b.queue.serve(s, p.loop)
	}
}

// leave takes the stream out of the backend's count.
func (p *Place) leave() {
	if p.entered {
		p.entered = false
		p.b.cur.Add(-1)
	}
}
