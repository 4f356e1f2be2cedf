package loop

// What is begun is ended before more is begun: the events of connections that rest, each of which brings work that nobody has heard of yet,
// wait until those of all others have had their turn, and beginShare of them follow. So few streams are at work at once where many clients
// ask at once, what they use is in the processor's cache still when their servers answer, and those servers need fewer connections.

// Rest is SetHandler for a connection between two requests: what comes next is new work.
func (c *Conn) Rest(h Handler) error {
	if err := c.SetHandler(h); err != nil {
		return err
	}
	if h != nil {
		c.flags |= flagRests
	}
	return nil
}

const (
	// beginShare is how many resting connections are told of their events before the loop polls again. With 8 or 32 a request
	// costs as much.
	beginShare = 16
	// othersPerBegin is for how many events of others, where those are many, one more is: hundreds of busy tunnels are not to
	// keep requests waiting. A request makes less than four events, so that the number of those at work does not grow by this.
	othersPerBegin = 4
)

// begun is a connection with an event that waits; the generation tells whether it is still the same one.
type begun struct {
	c   *Conn
	gen uint32
}

// Begun reports whether something has come for a connection at rest that its handler is about to be told of.
func (c *Conn) Begun() bool { return c.flags&flagBegun != 0 }

// begin has c told of its event when those before it have been.
func (l *Loop) begin(c *Conn) {
	if c.flags&flagBegun == 0 {
		c.flags |= flagBegun
		l.begun.push(begun{c, c.gen})
	}
}

// runBegun tells up to most resting connections of their events.
func (l *Loop) runBegun(most int) {
	for n := 0; n < most && l.begun.len() > 0; n++ {
		b := l.begun.pop()
		if b.c.fd < 0 || b.c.gen != b.gen {
			continue // closed meanwhile
		}
		b.c.flags &^= flagBegun
		b.c.ready()
	}
}
