package loop

import (
	"net"
	"net/netip"
	"os"
	"time"
)

// NetConn is a Conn as a net.Conn, for libraries (crypto/tls, x/net's http2.Framer) that run inside the task t.
//
// Read suspends the task. Write never does: it queues what the socket does not take, so that a library which
// holds a lock across Write cannot block the loop. The task must call Flush before it writes much more; that is where back-pressure is.
type NetConn struct {
	c   *Conn
	t   *Task
	out []byte
	rd  int64 // read deadline
	wd  int64
	err error // of a Flush: bytes were lost, nothing may follow them
}

var _ net.Conn = (*NetConn)(nil)

// NetConn makes a net.Conn of c for use by t alone.
func (c *Conn) NetConn(t *Task) *NetConn { return &NetConn{c: c, t: t, rd: Never, wd: Never} }

// SetTask hands the connection to another task; the one before must be done with it.
func (n *NetConn) SetTask(t *Task) { n.t = t }

// Pending is the number of bytes queued by Write and not yet taken by the socket.
func (n *NetConn) Pending() int { return len(n.out) }

// Read reads what is there, suspending until there is something.
func (n *NetConn) Read(b []byte) (int, error) {
	if len(n.out) > 0 { // the peer may be waiting for this before it says anything
		if err := n.Flush(); err != nil {
			return 0, err
		}
	}
	m, err := n.c.Recv(n.t, b, n.rd)
	return m, netError(err)
}

// netError is err as the library knows it.
func netError(err error) error {
	switch err {
	case ErrTimeout:
		return os.ErrDeadlineExceeded
	case ErrClosed:
		return net.ErrClosed
	}
	return err
}

// Write sends b or queues it.
func (n *NetConn) Write(b []byte) (int, error) {
	if n.err != nil {
		return 0, n.err
	}
	m := 0
	if len(n.out) == 0 && len(b) > 0 {
		var err error
		if m, err = n.c.TrySend(b); err != nil && err != ErrAgain {
			return 0, netError(err)
		}
	}
	n.out = append(n.out, b[m:]...)
	return len(b), nil
}

// Flush sends what is queued, suspending while the socket is full.
func (n *NetConn) Flush() error {
	if len(n.out) == 0 {
		return n.err
	}
	n.err = netError(n.c.Send(n.t, n.out, n.wd))
	n.out = nil // an idle connection holds no buffer
	return n.err
}

// Close closes the socket. What is queued is tried once and then lost.
func (n *NetConn) Close() error {
	if len(n.out) > 0 {
		n.c.TrySend(n.out)
		n.out = nil
	}
	n.c.Close()
	return nil
}

// LocalAddr is the socket's own address.
func (n *NetConn) LocalAddr() net.Addr { return netAddr(n.c.LocalAddr()) }

// RemoteAddr is the peer's address.
func (n *NetConn) RemoteAddr() net.Addr { return netAddr(n.c.RemoteAddr()) }

func netAddr(ap netip.AddrPort) net.Addr {
	if !ap.IsValid() {
		return &net.UnixAddr{Net: "unix"}
	}
	return net.TCPAddrFromAddrPort(ap)
}

// SetDeadline sets both deadlines; the zero time means none.
func (n *NetConn) SetDeadline(t time.Time) error {
	n.rd = n.at(t)
	n.wd = n.rd
	return nil
}

// SetReadDeadline bounds Read.
func (n *NetConn) SetReadDeadline(t time.Time) error {
	n.rd = n.at(t)
	return nil
}

// SetWriteDeadline bounds Flush.
func (n *NetConn) SetWriteDeadline(t time.Time) error {
	n.wd = n.at(t)
	return nil
}

func (n *NetConn) at(t time.Time) int64 {
	if t.IsZero() {
		return Never
	}
	l := n.c.l
	return l.now + int64(t.Sub(l.Wall()))
}
