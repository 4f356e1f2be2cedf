package loop

import (
	"io"

	"golang.org/x/sys/unix"
)

// Layer is a codec between a socket and whoever uses its Conn (TLS). With one, TryRecv gives what the codec makes of the bytes
// received, and TrySend takes what it is to make bytes of: all that is built on those works on it unchanged. Without one a Conn
// pays for the possibility with one comparison.
//
// None of its methods suspends. They are called on the loop.
type Layer interface {
	// Recv is TryRecv. ErrAgain says that RawRecv has said so.
	Recv(b []byte) (int, error)
	// Send is TrySend of a followed by b. ErrAgain says that RawSend has not taken all; the caller offers the same bytes again.
	Send(a, b []byte) (int, error)
	// CloseWrite tells the peer that nothing more will come.
	CloseWrite()
	// Closing is called before the socket is closed.
	Closing()
}

// SetLayer puts y between the socket and whoever uses the connection. It must be done once, with no task waiting.
func (c *Conn) SetLayer(y Layer) {
	c.l.mustOwn("SetLayer")
	c.layer = y
	// What the socket had may be in the codec by now: it must be asked.
	c.flags |= flagReadable
}

// Layered reports whether there is a codec: bytes cannot be moved past it by splice.
func (c *Conn) Layered() bool { return c.layer != nil }

// LayerOf is the codec, or nil.
func (c *Conn) LayerOf() Layer { return c.layer }

// layerRecv is TryRecv through the codec.
func (c *Conn) layerRecv(b []byte) (int, error) {
	n, err := c.layer.Recv(b)
	switch err {
	case nil:
	case ErrAgain:
		c.flags &^= flagReadable
	case io.EOF, io.ErrUnexpectedEOF:
		c.flags |= flagHangup
	default:
		c.flags |= flagError
	}
	return n, err
}

// layerSend is trySend through the codec.
func (c *Conn) layerSend(a, b []byte) (int, error) {
	n, err := c.layer.Send(a, b)
	if err != nil && err != ErrAgain {
		c.flags |= flagError
	}
	return n, err
}

// RawRecv is TryRecv of the socket, for the codec above it.
func (c *Conn) RawRecv(b []byte) (int, error) {
	if c.flags&flagRaw == 0 {
		return 0, ErrAgain
	}
	if c.fd < 0 {
		return 0, ErrClosed
	}
	n, e := rawRecv(int(c.fd), b, 0)
	switch {
	case e == unix.EAGAIN:
		c.flags &^= flagRaw
		return 0, ErrAgain
	case e != 0:
		c.flags |= flagError
		return 0, e
	case n == 0 && len(b) > 0:
		c.flags |= flagHangup
		return 0, io.EOF
	case n < len(b) && c.flags&(flagHangup|flagError|flagUrgent|flagLocal) == 0: // see TryRecv
		c.flags &^= flagRaw
	}
	return n, nil
}

// RawReadable reports whether RawRecv may find something.
func (c *Conn) RawReadable() bool { return c.flags&flagRaw != 0 }

// RawSend is TrySend of the socket, for the codec above it.
func (c *Conn) RawSend(b []byte) (int, error) { return c.rawTrySend(b, nil, false) }

// Gather is a buffer for what a codec puts together in one call; it must not be held across calls. Whoever makes it grow stores
// it back.
func (l *Loop) Gather() *[]byte { return &l.gather }

// LayerData is where the codecs of a loop's connections keep what they share on it.
func (l *Loop) LayerData() *any { return &l.layerData }
