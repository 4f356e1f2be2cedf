package tlsio

import (
	"errors"
	"io"
	"net"
	"time"

	"weir/internal/loop"
)

// wire is a Conn from below: the socket as crypto/tls sees it.
type wire Conn

var _ net.Conn = (*wire)(nil)

var errFlood = errors.New("the peer asks for answers and does not read them")

// Read gives what the socket has. In a handshake it suspends until there is something.
func (w *wire) Read(b []byte) (int, error) {
	c := (*Conn)(w)
	if s := c.shake; s != nil {
		return s.read(c, b)
	}
	if len(b) > fullRecord {
		b = b[:fullRecord]
	}
	n, err := c.c.RawRecv(b)
	switch err {
	case loop.ErrAgain:
		return n, errAgain
	case io.EOF:
		c.cut = true
	}
	return n, err
}

// Write sends or queues b. It never suspends.
func (w *wire) Write(b []byte) (int, error) {
	c := (*Conn)(w)
	if s := c.shake; s != nil {
		s.own.hear(b, &c.info)
	}
	if c.sending && !c.alone {
		g := c.c.Loop().Gather()
		*g = append(*g, b...)
		return len(b), nil
	}
	if len(c.out) > maxQueue {
		return 0, errFlood
	}
	if err := c.push(b); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Close does nothing: the connection's owner closes it.
func (w *wire) Close() error { return nil }

func (w *wire) LocalAddr() net.Addr  { return addr(w.c.LocalAddr().String()) }
func (w *wire) RemoteAddr() net.Addr { return addr(w.c.RemoteAddr().String()) }

// Deadlines are the owner's too.
func (w *wire) SetDeadline(time.Time) error      { return nil }
func (w *wire) SetReadDeadline(time.Time) error  { return nil }
func (w *wire) SetWriteDeadline(time.Time) error { return nil }

type addr string

func (a addr) Network() string { return "tcp" }
func (a addr) String() string  { return string(a) }
