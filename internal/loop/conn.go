package loop

import (
	"errors"
	"io"
	"net/netip"

	"golang.org/x/sys/unix"
)

// Errors of the socket calls beside syscall.Errno and io.EOF.
var (
	ErrAgain   = errors.New("nothing to do now: the socket is not ready")
	ErrTimeout = errors.New("timed out")
	ErrClosed  = errors.New("connection is closed")
)

// Flags of a connection. The readiness ones remember edges: a flag stays until a call has found the socket not ready.
const (
	flagReadable uint16 = 1 << iota
	flagWritable
	flagHangup // the peer has sent its FIN, or both directions are down
	flagError
	flagRegistered // with the poller
	flagWatchWrite // ... for writing too
	flagWroteEOF
	flagUrgent // the peer has sent urgent data: short reads prove nothing
	flagLocal  // not TCP: nor do they there
	flagRaw    // as flagReadable, of the socket below a layer
	flagSignalled
	flagRests // see Rest
	flagBegun // in Loop.begun
	flagNoLinger
)

// Handler is what an idle connection calls when it is readable, hung up or failed.
type Handler interface{ Ready(c *Conn) }

// Conn is a socket owned by one loop. It is registered with the poller on the first wait, not before: a
// connection that is served and closed without one costs no epoll call.
type Conn struct {
	l     *Loop
	fd    int32
	gen   uint32
	flags uint16
	want  uint16 // which flags wake task
	task  *Task
	h     Handler
	layer Layer // nil = none: the bytes are the socket's
	below *Conn // of a virtual connection: see virtual.go
	peer  netip.AddrPort
}

// NewConn makes a Conn of a non-blocking stream socket; the loop owns the fd from here on. peer is valid for TCP only.
func (l *Loop) NewConn(fd int, peer netip.AddrPort) *Conn {
	l.mustOwn("NewConn")
	l.gen++
	c := &Conn{l: l, fd: int32(fd), gen: l.gen, flags: flagReadable | flagRaw | flagWritable, peer: peer}
	if !peer.IsValid() {
		c.flags |= flagLocal
	}
	l.slot(fd, c)
	l.Stats.Conns.Add(1)
	return c
}

func (l *Loop) slot(fd int, c *Conn) {
	if fd >= len(l.slots) {
		l.slots = append(l.slots, make([]*Conn, fd+64-len(l.slots))...)
	}
	l.slots[fd] = c
}

// Loop is the owner.
func (c *Conn) Loop() *Loop { return c.l }

// FD is the file descriptor, or -1 once closed; of a virtual connection, that of the one below.
func (c *Conn) FD() int {
	if c.below != nil && c.fd >= 0 {
		return c.below.FD()
	}
	return int(c.fd)
}

// RemoteAddr is the peer's address; invalid for a unix socket.
func (c *Conn) RemoteAddr() netip.AddrPort { return c.peer }

// LocalAddr asks the kernel for the socket's own address; invalid for a unix socket.
func (c *Conn) LocalAddr() netip.AddrPort { return localAddr(c.FD()) }

// Watched reports whether the poller watches the socket, or there is none of its own: Await is then free.
func (c *Conn) Watched() bool { return c.flags&flagRegistered != 0 || c.below != nil }

// Closed reports whether Close or Reset was called.
func (c *Conn) Closed() bool { return c.fd < 0 }

// Readable reports whether TryRecv may find something: bytes, the end or an error.
func (c *Conn) Readable() bool { return c.flags&flagReadable != 0 }

// HungUp reports whether the peer's FIN or a failure has been seen. Bytes may still be there before it.
func (c *Conn) HungUp() bool { return c.flags&(flagHangup|flagError) != 0 }

// Failed reports whether the socket has failed (a reset, usually).
func (c *Conn) Failed() bool { return c.flags&flagError != 0 }

// Dead reports whether an idle connection may not be used any more: the peer closed, or sent what nobody asked for.
func (c *Conn) Dead() bool {
	return c.fd < 0 || c.flags&(flagHangup|flagError) != 0 || c.flags&(flagReadable|flagRegistered) == flagReadable|flagRegistered
}

// SetHandler makes h the one to call; no task may wait on c meanwhile. nil: nobody is called and readiness is only remembered.
// h is told of what comes from now on: a connection that is Readable before must be tried first. The error is the
// kernel's when it cannot watch one more (or ErrClosed); h is never called then.
func (c *Conn) SetHandler(h Handler) error {
	c.l.mustOwn("SetHandler")
	c.h, c.task, c.want = h, nil, 0
	c.flags &^= flagRests
	switch {
	case h == nil:
		return nil
	case c.fd < 0:
		return ErrClosed
	}
	return c.register(0)
}

// ready is called by the poller after it has set flags.
func (c *Conn) ready() {
	if t := c.task; t != nil {
		if c.flags&c.want != 0 && t.parked && !t.queued {
			if t.group != nil { // it has its turn with those of its group
				c.l.enqueue(t)
			} else {
				t.resume()
			}
		}
		return
	}
	if c.h != nil {
		c.l.handle(c)
	}
}

// handle calls the handler.
func (l *Loop) handle(c *Conn) {
	defer l.recovered()
	l.handling = c
	c.h.Ready(c)
}

// recovered is deferred where handlers are called. If one has panicked, its connection is lost with it, a tunnel's both, but nothing else. (A
// listener's place in the table is not a connection: its socket serves the other loops too.)
func (l *Loop) recovered() {
	c := l.handling
	l.handling = nil
	v := recover()
	if v == nil {
		return
	}
	l.contain(v)
	if c == nil {
		return
	}
	switch h := c.h.(type) {
	case *ear:
	case *Tunnel:
		h.crashed()
	default:
		c.Reset()
	}
}

// register makes sure that the poller watches the socket for reading, and for what more says.
func (c *Conn) register(more uint16) error {
	if c.flags&flagRegistered != 0 && more&^c.flags == 0 {
		return nil
	}
	if c.below != nil {
		c.flags |= flagRegistered | more
		return nil
	}
	ev, op := uint32(unix.EPOLLIN|unix.EPOLLPRI|unix.EPOLLRDHUP|unix.EPOLLET), unix.EPOLL_CTL_ADD
	if c.flags&flagRegistered != 0 {
		op = unix.EPOLL_CTL_MOD
	}
	if (c.flags|more)&flagWatchWrite != 0 {
		ev |= unix.EPOLLOUT
	}
	if err := c.l.poll.ctl(op, int(c.fd), ev, c.gen); err != nil {
		return err
	}
	c.flags |= flagRegistered | more
	return nil
}

// Await marks that t waits for c to be readable and, if write is set, writable; the next Park is ended by either.
// Release undoes it. A task may await several connections at once, a connection has one task. Only what
// comes from now on ends the Park: whoever finds c Readable (or HungUp) already must not wait for that.
func (c *Conn) Await(t *Task, read, write bool) error {
	c.l.mustOwn("Await")
	if c.fd < 0 {
		return ErrClosed
	}
	if debugBuild && c.task != nil && c.task != t && c.want != 0 && c.task.parked {
		panic("BUG: two tasks wait on one connection")
	}
	c.task, c.want = t, flagError // a failure is always news
	var more uint16
	if read {
		c.want |= flagReadable | flagHangup
	}
	if write {
		c.want |= flagWritable
		more = flagWatchWrite
	}
	return c.register(more)
}

// Release ends what Await began. Readiness is remembered from now on.
func (c *Conn) Release() { c.want = 0 }

// WaitRead suspends until c may be readable. ErrTimeout when the deadline came first.
func (c *Conn) WaitRead(t *Task, deadline int64) error { return c.wait(t, flagReadable, deadline) }

// WaitWrite suspends until c may be writable.
func (c *Conn) WaitWrite(t *Task, deadline int64) error { return c.wait(t, flagWritable, deadline) }

func (c *Conn) wait(t *Task, flag uint16, deadline int64) error {
	for c.flags&flag == 0 {
		if err := c.Await(t, flag == flagReadable, flag == flagWritable); err != nil {
			return err
		}
		ok := t.Park(deadline)
		c.want = 0
		if c.fd < 0 {
			return ErrClosed
		}
		if !ok {
			return ErrTimeout
		}
	}
	return nil
}

// TryRecv reads what is there. io.EOF at the end of the stream, ErrAgain when nothing is there, else a syscall.Errno.
func (c *Conn) TryRecv(b []byte) (int, error) {
	c.l.mustOwn("TryRecv")
	if c.flags&flagReadable == 0 {
		return 0, ErrAgain
	}
	if c.fd < 0 {
		return 0, ErrClosed
	}
	if c.layer != nil {
		return c.layerRecv(b)
	}
	n, e := rawRecv(int(c.fd), b, 0)
	return c.received(n, e, len(b))
}

// Forget reads what comes and forgets it. It returns how much that was, and true when nothing more can come, or more than most has come.
func (c *Conn) Forget(most int) (n int, over bool) {
	b := c.l.GetBuf()
	defer c.l.PutBuf(b)
	for n < most {
		k, err := c.TryRecv(b.B)
		if err == ErrAgain {
			return n, false
		}
		if err != nil {
			break
		}
		n += k
	}
	return n, true
}

// received is what recv(2) for up to most bytes has to tell.
func (c *Conn) received(n int, e unix.Errno, most int) (int, error) {
	switch {
	case e == unix.EAGAIN:
		c.flags &^= flagReadable
		return 0, ErrAgain
	case e != 0:
		c.flags |= flagError
		return 0, e
	case n == 0 && most > 0:
		c.flags |= flagHangup
		return 0, io.EOF
	case n < most && c.flags&(flagHangup|flagError|flagUrgent|flagLocal) == 0:
		// A short read of a TCP socket has emptied it (epoll(7)): the next edge, or the registration, tells of more. Not so
		// where a read stops early: before urgent data, and in a unix socket behind a message with descriptors.
		c.flags &^= flagReadable
	}
	return n, nil
}

// Recv is TryRecv that suspends until there is something.
func (c *Conn) Recv(t *Task, b []byte, deadline int64) (int, error) {
	for {
		n, err := c.TryRecv(b)
		if err != ErrAgain {
			return n, err
		}
		if err := c.WaitRead(t, deadline); err != nil {
			return 0, err
		}
	}
}

// TrySend writes as much of b as the socket takes now; ErrAgain when it takes none.
func (c *Conn) TrySend(b []byte) (int, error) { return c.trySend(b, nil, false) }

// TrySendMore is TrySend that tells the kernel that more follows at once (MSG_MORE).
func (c *Conn) TrySendMore(b []byte) (int, error) { return c.trySend(b, nil, true) }

// TrySend2 writes as much of a followed by b as the socket takes now, in one call.
func (c *Conn) TrySend2(a, b []byte) (int, error) { return c.trySend(a, b, false) }

func (c *Conn) trySend(a, b []byte, more bool) (n int, err error) {
	c.l.mustOwn("TrySend")
	if c.layer != nil && c.fd >= 0 {
		return c.layerSend(a, b)
	}
	return c.rawTrySend(a, b, more)
}

func (c *Conn) rawTrySend(a, b []byte, more bool) (n int, err error) {
	if c.flags&flagWritable == 0 {
		return 0, ErrAgain
	}
	if c.fd < 0 {
		return 0, ErrClosed
	}
	var e unix.Errno
	flags := 0
	if more {
		flags = unix.MSG_MORE
	}
	if len(b) == 0 {
		n, e = rawSend(int(c.fd), a, flags)
	} else {
		n, e = rawSend2(int(c.fd), a, b, flags)
	}
	return c.took(n, e, len(a)+len(b))
}

// took is what send(2) of size bytes has to tell.
func (c *Conn) took(n int, e unix.Errno, size int) (int, error) {
	switch {
	case e == unix.EAGAIN:
		c.flags &^= flagWritable
		return 0, ErrAgain
	case e != 0:
		c.flags |= flagError
		return 0, e
	case n < size && c.flags&(flagHangup|flagError) == 0:
		// A short write has filled it: the next edge, or the registration, tells of room.
		c.flags &^= flagWritable
	}
	c.l.sent.add(n, c.l.now)
	return n, nil
}

// Send writes all of b, suspending while the socket is full. The deadline is for each step, not for the whole.
func (c *Conn) Send(t *Task, b []byte, deadline int64) error {
	for {
		n, err := c.TrySend(b)
		if err != nil && err != ErrAgain {
			return err
		}
		if b = b[n:]; len(b) == 0 {
			return nil
		}
		if n > 0 {
			continue
		}
		if err := c.WaitWrite(t, deadline); err != nil {
			return err
		}
	}
}

// CloseWrite sends a FIN: the peer reads the end; reading goes on.
func (c *Conn) CloseWrite() {
	if c.fd >= 0 && c.flags&flagWroteEOF == 0 {
		if c.layer != nil {
			c.layer.CloseWrite()
		}
		c.flags |= flagWroteEOF
		if c.below != nil {
			return
		}
		unix.RawSyscall(unix.SYS_SHUTDOWN, uintptr(c.fd), unix.SHUT_WR, 0)
	}
}

// Close closes the socket; calling it again is harmless.
func (c *Conn) Close() {
	if c.fd < 0 {
		return
	}
	c.l.mustOwn("Close")
	if c.layer != nil {
		c.layer.Closing()
	}
	if c.below == nil {
		c.l.slots[c.fd] = nil
		if c.flags&(flagNoLinger|flagWroteEOF) == flagNoLinger {
			unix.RawSyscall(unix.SYS_SHUTDOWN, uintptr(c.fd), unix.SHUT_WR, 0)
		}
		rawClose(int(c.fd)) // the poller forgets it by this
		c.l.Stats.Conns.Add(-1)
	}
	c.fd = -1
	c.flags |= flagReadable | flagRaw | flagWritable // whoever tries finds ErrClosed instead of waiting
	c.h = nil
	if t := c.task; t != nil {
		c.task = nil
		if c.want != 0 {
			t.Wake()
		}
	}
}

// Reset closes with a RST: bytes not yet sent are dropped and the peer sees an error.
func (c *Conn) Reset() {
	if c.fd < 0 {
		return
	}
	if r, ok := c.layer.(Resetter); ok {
		r.Resetting()
	}
	if c.below == nil {
		lingerZero(int(c.fd))
	}
	c.flags &^= flagNoLinger // no FIN before it
	c.Close()
}

// Abandon has Close send a RST, so that neither the peer nor the kernel does anything more for the connection, and its port is free at once. Of a virtual
// connection it does nothing.
func (c *Conn) Abandon() {
	if c.fd >= 0 && c.below == nil {
		lingerZero(int(c.fd))
	}
}

// SetKeepAlive turns on TCP keep-alive probes.
func (c *Conn) SetKeepAlive() { rawSetInt(int(c.fd), unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1) }

// SetQuickAck asks for an ACK at once.
func (c *Conn) SetQuickAck(on bool) {
	v := 0
	if on {
		v = 1
	}
	rawSetInt(int(c.fd), unix.IPPROTO_TCP, unix.TCP_QUICKACK, v)
}
