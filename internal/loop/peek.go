package loop

import (
	"io"

	"golang.org/x/sys/unix"
)

// Peek reads what is there and leaves it there, so that whoever comes next finds the stream as it was. Errors are TryRecv's. The
// connection is not Readable afterwards unless b was filled: the next edge tells of more, or of the end.
func (c *Conn) Peek(b []byte) (int, error) {
	c.l.mustOwn("Peek")
	if c.flags&flagReadable == 0 {
		return 0, ErrAgain
	}
	if c.fd < 0 {
		return 0, ErrClosed
	}
	n, e := rawRecv(int(c.fd), b, unix.MSG_PEEK)
	switch {
	case e == unix.EAGAIN:
		c.flags &^= flagReadable
		return 0, ErrAgain
	case e != 0:
		c.flags |= flagError
		return 0, e
	case n == 0 && len(b) > 0:
		c.flags |= flagHangup
		return 0, io.EOF
	case n < len(b) && c.flags&(flagHangup|flagError) == 0:
		c.flags &^= flagReadable
	}
	return n, nil
}

// Waiting reports whether octets wait to be read. It asks the kernel, which may know of some whose event the loop has not seen yet.
func (c *Conn) Waiting() bool {
	if c.fd < 0 {
		return false
	}
	var b [1]byte
	n, e := rawRecv(int(c.fd), b[:], unix.MSG_PEEK)
	return e == 0 && n > 0
}

// Discard takes len(b) octets that Peek has seen out of the stream; b is written over. What is behind them has had its edge, so the
// connection is Readable again.
func (c *Conn) Discard(b []byte) error {
	c.l.mustOwn("Discard")
	for len(b) > 0 {
		if c.fd < 0 {
			return ErrClosed
		}
		n, e := rawRecv(int(c.fd), b, 0)
		if e != 0 {
			c.flags |= flagError
			return e
		}
		if n == 0 {
			return io.EOF
		}
		b = b[n:]
	}
	c.flags |= flagReadable
	return nil
}
