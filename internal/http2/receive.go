package http2

// The windows that the peer has for bodies (RFC 9113, 5.2). What a stream may hold is bounded by its own window, what all may hold
// together by Options.Buffer: then the connection's window is given back only as bodies are taken, and a stream that is alone has all of
// it, so that a client far away is not held back by a window for many.

// whole is the connection's window.
func (c *Conn) whole() int {
	if c.o.Buffer > 0 {
		return min(max(c.o.Buffer, defaultWindow), maxWindow)
	}
	return connWindow
}

// share is the window that a stream has now.
func (c *Conn) share() int {
	return max(c.o.Window, min(c.o.Buffer/max(c.Open(), 1), maxWindow))
}

// received takes a DATA frame off the connection's window; held of its octets are a stream's, the others are given back at once.
func (c *Conn) received(f header, held int) *Error {
	if c.recv -= f.length; c.recv < 0 {
		return errWindow
	}
	c.giveBack(f.length - held)
	if c.o.Buffer == 0 && c.recv < connWindow/2 {
		c.out = appendWindow(c.out, 0, connWindow-c.recv)
		c.recv = connWindow
	}
	return nil
}

// giveBack lets the peer send n more octets on the connection, some time soon.
func (c *Conn) giveBack(n int) {
	if c.o.Buffer == 0 {
		return // they are given back as they come
	}
	if c.back += n; c.back >= c.whole()/4 {
		c.out = appendWindow(c.out, 0, c.back)
		c.recv += c.back
		c.back = 0
	}
}

// Taken tells that n octets of a body are held no more: the peer may send others in their place.
func (c *Conn) Taken(s *Stream, n int) {
	if s.gone {
		return
	}
	s.unread -= n
	c.giveBack(n)
	whole := c.share()
	more := whole - s.recv - s.unread
	if s.ended || more <= 0 || more < whole/4 && s.recv > whole/2 {
		return
	}
	c.out = appendWindow(c.out, s.ID, more)
	s.recv += more
}
