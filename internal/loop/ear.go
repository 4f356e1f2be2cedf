package loop

import (
	"net/netip"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// ear is a listener's registration with one loop.
type ear struct {
	ln    *Listener
	l     *Loop
	conn  *Conn
	timer Timer
	on    bool        // registered; guarded by ln.mu
	over  atomic.Bool // the loop is done with the fd
}

func (e *ear) begin() {
	if e.ln.closed.Load() {
		return
	}
	// The Conn is a place in the loop's table for events to find; it never reads and never closes the shared fd.
	e.l.gen++
	e.conn = &Conn{l: e.l, fd: int32(e.ln.fd), gen: e.l.gen, h: e}
	e.l.slot(e.ln.fd, e.conn)
	e.sync()
}

// sync makes the registration what the listener's state says.
func (e *ear) sync() {
	ln := e.ln
	ln.mu.Lock()
	defer ln.mu.Unlock()
	if e.conn == nil || ln.closed.Load() {
		return
	}
	want := !ln.paused.Load() && !ln.full.Load() && !e.timer.Armed()
	switch {
	case want && !e.on:
		e.on = e.l.poll.addListener(ln.fd, e.conn.gen) == nil
		if !e.on { // no memory, or too many watches
			e.l.Arm(&e.timer, e.l.now+int64(acceptBackoff))
		}
	case !want && e.on:
		e.l.poll.remove(ln.fd)
		e.on = false
	}
}

// end lets the closed listener go.
func (e *ear) end() {
	e.l.Disarm(&e.timer)
	if e.conn != nil && e.l.slots[e.ln.fd] == e.conn {
		e.l.slots[e.ln.fd] = nil
	}
	e.conn = nil
	e.leave()
}

// leave counts the loop out. One that ends leaves its listeners without closing them.
func (e *ear) leave() {
	if e.over.CompareAndSwap(false, true) {
		e.ln.drop()
	}
}

// Ready takes up to max connections.
func (e *ear) Ready(*Conn) {
	ln := e.ln
	for range ln.max {
		if !ln.to.Admit() {
			ln.hold(&ln.full)
			// Somebody may have left between the question and the pause; without this second look nobody would resume.
			if !ln.to.Admit() {
				return
			}
			ln.release(&ln.full)
		}
		fd, peer, errno := ln.take()
		if errno == 0 {
			ln.give(e.l, fd, peer)
			continue
		}
		ln.to.Leave()
		switch errno {
		case unix.EMFILE, unix.ENFILE, unix.ENOBUFS, unix.ENOMEM:
			e.rest(errno)
			return
		case unix.EAGAIN, unix.EINVAL, unix.ENOTSOCK: // there is none; or the listener was closed
			return
		case errNoMore: // it would be readable for ever
			ln.hold(&ln.paused)
			return
		}
		// The rest are troubles of the one connection that was to be accepted (accept(2)).
	}
}

// take takes a connection from the socket; unix.EAGAIN when there is none.
func (ln *Listener) take() (int, netip.AddrPort, unix.Errno) {
	if ln.Addr.pair {
		return takeFD(ln.fd)
	}
	return rawAccept(ln.fd)
}

// rest backs off from a listener that cannot accept: it is level-triggered and would wake the loop at once again.
func (e *ear) rest(errno unix.Errno) {
	e.l.Stats.AcceptErrors.Add(1)
	e.l.Arm(&e.timer, e.l.now+int64(acceptBackoff))
	e.sync()
	e.ln.to.Failed(errno)
}

// give hands the connection to this loop, or to the least loaded one if that has much less to do.
func (ln *Listener) give(l *Loop, fd int, peer netip.AddrPort) {
	best, least := l, l.Stats.Conns.Load()-handoffSlack
	for _, o := range ln.loops {
		if n := o.Stats.Conns.Load(); o != l && n < least {
			best, least = o, n
		}
	}
	if best == l {
		ln.deliver(l, fd, peer)
		return
	}
	best.Stats.Conns.Add(1) // so that a burst is not all handed to one
	sent := best.Post(func() {
		best.Stats.Conns.Add(-1)
		ln.deliver(best, fd, peer)
	})
	if !sent {
		ln.deliver(l, fd, peer)
	}
}

// deliver makes the connection l's and gives it away. A panic on the way costs the connection alone.
func (ln *Listener) deliver(l *Loop, fd int, peer netip.AddrPort) {
	c := l.NewConn(fd, peer)
	defer func() {
		if v := recover(); v != nil {
			l.contain(v)
			c.Reset()
		}
	}()
	ln.to.Accept(c)
}
