package message

// Arena holds the bytes that rules add to a message. It belongs to one stream: Reset between streams keeps its
// chunk, so that a stream in steady state allocates nothing. Slices it gave out stay valid until Reset, also when
// it grows: a full chunk is left to them and a new one is begun.
//
//	b := a.Open()
//	b = strconv.AppendInt(b, port, 10)
//	fields.Set(message.XForwardedPort, a.Seal(b))
type Arena struct {
	chunk []byte // the used part; the rest of its capacity is free
}

const (
	// arenaChunk is the first chunk's size: what a handful of added fields takes.
	arenaChunk = 512
	// arenaOpen is the room that Open promises: most values fit, so that append need not move them.
	arenaOpen = 128
	// arenaKeep is the largest chunk that Reset keeps, so that one stream with huge rewrites does not pin memory
	// on an idle connection.
	arenaKeep = 16 << 10
)

// Reset forgets every slice that was given out: they are overwritten from now on.
func (a *Arena) Reset() {
	if cap(a.chunk) > arenaKeep {
		a.chunk = nil
		return
	}
	a.chunk = a.chunk[:0]
}

// Open is an empty slice to append to; give the result to Seal before the arena is used again.
func (a *Arena) Open() []byte {
	a.reserve(arenaOpen)
	return a.chunk[len(a.chunk):]
}

// Seal keeps what was appended to the slice of Open and returns it, its capacity cut so that appending to it cannot
// reach its neighbour.
func (a *Arena) Seal(b []byte) []byte {
	n := len(a.chunk) + len(b)
	if len(b) == 0 {
		return emptyValue
	}
	if n <= cap(a.chunk) && &a.chunk[:n][len(a.chunk)] == &b[0] {
		a.chunk = a.chunk[:n]
		return b[:len(b):len(b)]
	}
	// append has moved it to an array of its own. A larger chunk now means none is moved for the next stream.
	a.chunk = make([]byte, 0, 2*max(cap(a.chunk), cap(b)))
	return b[:len(b):len(b)]
}

// Alloc is n octets to write to; what is in them is undefined.
func (a *Arena) Alloc(n int) []byte {
	a.reserve(n)
	from := len(a.chunk)
	a.chunk = a.chunk[:from+n]
	return a.chunk[from : from+n : from+n]
}

// reserve begins a new chunk when the current one has no room for n octets.
func (a *Arena) reserve(n int) {
	if cap(a.chunk)-len(a.chunk) < n {
		a.chunk = make([]byte, 0, max(n, 2*cap(a.chunk), arenaChunk))
	}
}

// Copy keeps a copy of b.
func (a *Arena) Copy(b []byte) []byte {
	c := a.Alloc(len(b))
	copy(c, b)
	return c
}

// CopyString keeps a copy of s.
func (a *Arena) CopyString(s string) []byte {
	c := a.Alloc(len(s))
	copy(c, s)
	return c
}
