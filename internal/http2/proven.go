package http2

// Proven reports whether the peer has shown that it is here to be served: most of those who attack never let a request end, and each time
// that one is cut off it comes back as somebody new. Nobody is refused or delayed for being new, but the others' turns come sooner: a newcomer's
// shares of a turn are a third of what they are later. Servers are proven from the start.
func (c *Conn) Proven() bool { return c.client || c.good >= provenAfter }

// TurnWork is how much the connection may have done before others have their turn, in units of WorkUnit.
func (c *Conn) TurnWork() int {
	if c.Proven() {
		return TurnWork
	}
	return newcomerWork
}

// spoilt notes a request that was given up, or that was none.
func (c *Conn) spoilt() { c.good = max(c.good-spoiltCosts, 0) }
