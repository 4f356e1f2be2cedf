package backend

import (
	"net/netip"
	"syscall"

	"weir/conf"
	"weir/internal/fault"
	"weir/internal/h2mux"
	"weir/internal/loop"
)

// Connect gives the lease a connection to its server: where allowReuse is set the most recently used idle one
// of this loop, else, or if there is none, a new one until deadline.
//
// Errors are rows of package fault: ConnectRefused, ConnectTimeout, ConnectResource. The slot stays taken:
// the caller connects again (a connection that the lease still has is closed) or Releases. It counts Connects and Reuses; a failure is counted by who gives up (ConnErrors, Retries).
func (b *Backend) Connect(t *loop.Task, ls *Lease, allowReuse bool, deadline int64) error {
	b.Disconnect(ls)
	ls.failed, ls.shaken = nil, nil
	s, l := ls.Server, ls.loop
	sl, bl := &s.local[l.ID()], &b.local[l.ID()]
	addr := s.target(ls.dst)
	owner := ls.owner()
	if allowReuse && !ls.Socket.Any() && owner == 0 && (ls.share(addr) || ls.reuse(sl.pool.get(addr, ls))) {
		return nil
	}
	if b.crowded(b.fds.high) {
		b.thinOut(l.ID())
	}
	sl.traffic.Connects++
	bl.traffic.Connects++
	c, err := s.open(t, ls, addr, deadline)
	if err != nil {
		ls.failed, ls.failedFrom = addr, l.FailedFrom()
		ls.shaken = s.unshaken()
		return connectFault(err)
	}
	two, trust := s.conf.Proto == "h2" && !ls.HTTP1, s.tls.trust.Load() // before the handshake looks what it goes by
	if s.tls.streams.Load() {
		agreed, err := s.secure(t, c, ls, deadline)
		if err != nil {
			return err
		}
		two = two || s.conf.Proto == "" && agreed == "h2"
	}
	if two && b.conf.Mode == conf.ModeHTTP {
		return ls.multiplex(&link{conn: c, server: s, addr: addr, sni: ls.poolName(), owner: owner, trust: trust})
	}
	sl.used++
	ls.Conn = c
	// In TCP mode nothing is pooled, and tunnels are many: they need no link.
	if b.conf.Mode != conf.ModeTCP && !ls.Socket.Any() {
		ls.link = &link{conn: c, server: s, addr: addr, sni: ls.poolName(), owner: owner, trust: trust}
		ls.link.begin(true)
	}
	return nil
}

// reuse gives the lease a connection that carries no stream; false: there is none, or it has ended meanwhile.
func (ls *Lease) reuse(k *link) bool {
	switch {
	case k == nil:
		return false
	case k.mux != nil:
		return ls.join(k)
	}
	k.uses++
	k.begin(false)
	ls.Conn, ls.link, ls.Reused = k.conn, k, true
	ls.Server.local[ls.loop.ID()].used++
	ls.countReuse()
	return true
}

func (ls *Lease) countReuse() {
	ls.Server.local[ls.loop.ID()].traffic.Reuses++
	ls.b.local[ls.loop.ID()].traffic.Reuses++
}

// dialOptions are the server's, with what this stream alone asks for.
func (ls *Lease) dialOptions(o *loop.DialOptions) *loop.DialOptions {
	fast := ls.Server.conf.TFO && ls.b.conf.Mode == conf.ModeHTTP
	if ls.Client == nil && !ls.Socket.Any() && !ls.From.IsValid() && !fast {
		return o
	}
	if o != nil {
		ls.dialing = *o
	} else {
		ls.dialing = loop.DialOptions{}
	}
	ls.dialing.Watch, ls.dialing.Socket, ls.dialing.FastOpen = ls.Client, ls.Socket, fast
	if ls.From.IsValid() {
		ls.dialing.Source, ls.dialing.Transparent = loop.TCPAddr(ls.From), true
	}
	return &ls.dialing
}

// putConn pools the lease's connection or closes it.
func (p *Place) putConn(keep bool) {
	c, k := p.Conn, p.link
	p.Conn, p.link = nil, nil
	if k != nil && k.mux != nil {
		p.part(c, k, nil)
		return
	}
	sl := &p.Server.local[p.loop.ID()]
	sl.used--
	if k == nil {
		c.Close()
		return
	}
	k.old().OpenStreams--
	if !keep || !sl.pool.put(p.loop, k) {
		k.close()
	}
}

// target is the address to connect to. A server whose port is relative follows the port that the client used, one without an
// address (0.0.0.0, ::, *) the address, and one with port 0 too its port.
func (s *Server) target(dst netip.AddrPort) *loop.Addr {
	a := s.addr.Load()
	to := a.AddrPort()
	follows := to.Addr().IsUnspecified() && dst.IsValid()
	if !to.IsValid() || !s.conf.Addr.PortOffset && !follows {
		return a
	}
	ip, port := to.Addr(), to.Port()
	if s.conf.Addr.PortOffset {
		port = uint16(int(dst.Port()) + s.conf.Addr.Port)
	}
	if follows {
		ip = dst.Addr().Unmap()
		if port == 0 {
			port = dst.Port()
		}
	}
	return loop.TCPAddr(netip.AddrPortFrom(ip, port))
}

// connectFault is the row for what connect(2) said.
func connectFault(err error) *fault.Fault {
	switch err {
	case loop.ErrTimeout:
		return fault.ConnectTimeout
	case loop.ErrAborted:
		return fault.ClientAbortConnect
	}
	errno, _ := err.(syscall.Errno)
	switch errno {
	case syscall.ETIMEDOUT:
		return fault.ConnectTimeout
	case syscall.EADDRNOTAVAIL, syscall.EADDRINUSE, syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.ENOBUFS, syscall.EAGAIN:
		return fault.ConnectResource
	}
	return fault.ConnectRefused
}

// Disconnect closes the lease's connection and keeps its slot, to Connect to the same server again.
func (b *Backend) Disconnect(ls *Lease) {
	if ls.Conn != nil {
		if k := ls.link; k != nil && k.mux != nil && h2mux.CauseOf(ls.Conn) == h2mux.Refused {
			ls.refused = k
		}
		ls.putConn(false)
	}
	ls.Reused = false
}
