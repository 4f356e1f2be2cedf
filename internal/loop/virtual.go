package loop

// A virtual connection has no socket: it is one of several that share the connection below it, as HTTP/2's streams do. Its layer is
// all that it reads from and writes to, and says with Signal what has come. Everything else works on it as on any connection:
// waiting, handlers, tunnels.

// virtualFD is no descriptor that there could be: a system call that is made with it all the same fails and does no harm.
const virtualFD = 1 << 30

// Resetter is a Layer that wants to know of a Reset before Closing.
type Resetter interface{ Resetting() }

// InitVirtual makes c a new virtual connection. It may be one that was closed before.
func (l *Loop) InitVirtual(c *Conn, y Layer, below *Conn) {
	l.mustOwn("InitVirtual")
	l.gen++
	*c = Conn{l: l, fd: virtualFD, gen: l.gen, layer: y, below: below, peer: below.peer, flags: flagReadable | flagWritable | c.flags&flagSignalled}
}

// Below is the connection that a virtual one shares; nil = c has a socket of its own.
func (c *Conn) Below() *Conn { return c.below }

// Signal tells that a virtual connection may be readable or writable, or has failed. Who waits for that hears of it later in
// this turn, or in the next one.
func (c *Conn) Signal(read, write, failed bool) {
	if c.fd < 0 {
		return
	}
	if read {
		c.flags |= flagReadable
	}
	if write {
		c.flags |= flagWritable
	}
	if failed {
		c.flags |= flagReadable | flagWritable | flagHangup | flagError
	}
	if c.flags&flagSignalled == 0 {
		c.flags |= flagSignalled
		c.l.signals = append(c.l.signals, c)
	}
}

// Full takes back that a virtual connection is writable: its layer has no room.
func (c *Conn) Full() { c.flags &^= flagWritable }

// runSignals tells of what was signalled up to now.
func (l *Loop) runSignals() {
	n := len(l.signals)
	for i := range n {
		c := l.signals[i]
		c.flags &^= flagSignalled
		if c.fd >= 0 {
			c.ready()
		}
	}
	rest := copy(l.signals, l.signals[n:])
	clear(l.signals[rest:])
	l.signals = l.signals[:rest]
}

// Finisher does once, at the end of a turn, what many have asked for during it.
type Finisher interface{ Finish() }

// AtEnd has f called at the end of this turn. The caller sees to it that it does not ask twice.
func (l *Loop) AtEnd(f Finisher) {
	l.mustOwn("AtEnd")
	l.finishers = append(l.finishers, f)
}

// AtNextEnd is AtEnd for the end of the turn after this one, for a Finisher that would have more to finish then.
func (l *Loop) AtNextEnd(f Finisher) {
	l.mustOwn("AtNextEnd")
	l.deferred = append(l.deferred, f)
}

func (l *Loop) runFinishers() {
	for i := 0; i < len(l.finishers); i++ { // one may ask for another
		l.finish(l.finishers[i])
		l.finishers[i] = nil
	}
	l.finishers, l.deferred = l.deferred, l.finishers[:0]
}

// finish contains a panic of f.
func (l *Loop) finish(f Finisher) {
	defer func() {
		if v := recover(); v != nil {
			l.contain(v)
		}
	}()
	f.Finish()
}

// WatchWrite has the handler told when the socket, which took no more, takes bytes again.
func (c *Conn) WatchWrite() error { return c.register(flagWatchWrite) }
