package tlsio

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"

	"weir/internal/loop"
)

// Conn is the TLS of one connection. It belongs to the connection's loop.
type Conn struct {
	c    *loop.Conn
	tls  *tls.Conn
	lean *buffers // the record buffer is attached; nil = none is

	out  []byte // encrypted and not taken by the socket
	owed int    // plain text of out that its sender has not been told of
	err  error  // nothing can be sent any more
	end  error  // nothing more will come: it was found behind the last bytes
	cut  bool   // the socket has ended

	// While a record is written by Send:
	sending bool
	alone   bool // it is the only one: it need not be gathered

	record int    // the most plain text in one record
	count  *Count // of which this one has a place; nil = none has

	shake *shake // the handshake; nil once it is over
	info  Info
	fixed *tls.ConnectionState // of Fixed
}

// errAgain is what crypto/tls is told where the socket has nothing now. It may go on reading after such an error, as after
// any that a deadline makes.
var errAgain = os.ErrDeadlineExceeded

var _ loop.Layer = (*Conn)(nil)

// Of is the TLS of c; nil = there is none.
func Of(c *loop.Conn) *Conn {
	if c != nil && c.Below() != nil {
		c = c.Below()
	}
	y, _ := c.LayerOf().(*Conn)
	return y
}

// Recv is loop.Layer's. The end of the stream is io.EOF only where the peer has said so, else io.ErrUnexpectedEOF: somebody on
// the way may have cut it (RFC 8446, 6.1).
func (c *Conn) Recv(b []byte) (int, error) {
	if c.end != nil {
		return 0, c.end
	}
	if c.dry() {
		return 0, loop.ErrAgain
	}
	c.attach()
	n, err := c.tls.Read(b)
	c.detach()
	switch {
	case n > 0: // an alert may have stood behind it, which crypto/tls reads at once, and the socket may never become readable again
		if err != nil && err != errAgain {
			c.heardAlert(err)
			c.end = err
		}
		return n, nil
	case err == errAgain:
		return 0, loop.ErrAgain
	case err == io.EOF && c.cut:
		return 0, io.ErrUnexpectedEOF
	}
	c.heardAlert(err)
	return n, err
}

// heardAlert keeps an alert, after which nothing more can be said; in TLS 1.3 it may be the handshake's.
func (c *Conn) heardAlert(err error) {
	if op := (*net.OpError)(nil); errors.As(err, &op) && op.Op == "remote error" {
		c.err = err
	}
}

// Send is loop.Layer's.
func (c *Conn) Send(a, b []byte) (int, error) {
	if err := c.flush(); err != nil {
		return 0, err
	}
	all := len(a) + len(b)
	if c.owed > 0 { // these bytes have left
		n := min(c.owed, all)
		c.owed -= n
		return n, nil
	}
	n := min(all, maxSend)
	a = a[:min(len(a), n)]
	b = b[:n-len(a)]
	if err := c.seal(a, b); err != nil {
		c.err = err
		return 0, err
	}
	if len(c.out) == 0 {
		return n, nil
	}
	c.owed = n
	return 0, loop.ErrAgain
}

// seal encrypts a and b and sends what the socket takes: all records in one call.
func (c *Conn) seal(a, b []byte) error {
	l := c.c.Loop()
	if len(a) > 0 && len(b) > 0 && len(a)+len(b) <= min(maxJoin, c.record) {
		// One record costs less than two and a copy. Where it is alone nothing is gathered: what gathers is free.
		g := l.Gather()
		*g = append(append((*g)[:0], a...), b...)
		a, b = *g, nil
		*g = (*g)[:0]
	}
	c.sending, c.alone = true, len(a)+len(b) <= c.record && (len(a) == 0 || len(b) == 0)
	for _, p := range [2][]byte{a, b} {
		for len(p) > 0 {
			n := min(len(p), c.record)
			if _, err := c.tls.Write(p[:n]); err != nil {
				c.sending = false
				return err
			}
			p = p[n:]
		}
	}
	c.sending = false
	g := l.Gather()
	if len(*g) == 0 {
		return nil
	}
	err := c.push(*g)
	if *g = (*g)[:0]; cap(*g) > maxGather {
		*g = nil
	}
	return err
}

// push sends b and queues what the socket does not take.
func (c *Conn) push(b []byte) error {
	n := 0
	if len(c.out) == 0 {
		var err error
		if n, err = c.c.RawSend(b); err != nil && err != loop.ErrAgain {
			return err
		}
	}
	if n < len(b) {
		c.out = append(c.out, b[n:]...)
	}
	return nil
}

// flush sends what is queued. ErrAgain: the socket has not taken it all.
func (c *Conn) flush() error {
	if c.err != nil {
		return c.err
	}
	at := 0
	for at < len(c.out) {
		n, err := c.c.RawSend(c.out[at:])
		if err != nil {
			c.out = c.out[:copy(c.out, c.out[at:])]
			if err != loop.ErrAgain {
				c.err = err
			}
			return err
		}
		at += n
	}
	c.out = nil // whoever is idle holds none
	return nil
}

// CloseWrite is loop.Layer's.
func (c *Conn) CloseWrite() {
	if c.err == nil && c.shake == nil {
		c.tls.CloseWrite()
	}
}

// Closing is loop.Layer's: it says farewell where the socket takes that, and waits for nothing.
func (c *Conn) Closing() {
	if len(c.out) == 0 && !c.c.Failed() {
		c.CloseWrite()
	}
	if c.err == nil { // else logs still ask why
		c.err = loop.ErrClosed
	}
	c.drop()
	c.release()
}
