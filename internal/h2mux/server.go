package h2mux

import (
	"time"

	"weir/internal/http2"
	"weir/internal/loop"
)

// NewServer begins HTTP/2 on a connection to a server, which is served from its handler from here on.
func NewServer(c *loop.Conn, o Options) *Conn {
	m := &Conn{l: c.Loop(), c: c, o: o, server: true}
	m.h = http2.NewClient(o.HTTP2, m)
	m.later()
	m.begin()
	return m
}

// Room is how many more streams may be opened on a connection to a server now.
func (m *Conn) Room() int {
	if m.over || m.failed || m.closing {
		return 0
	}
	return m.h.Slots()
}

// Usable reports whether a connection to a server takes more streams, perhaps not just now.
func (m *Conn) Usable() bool { return !m.over && !m.failed && !m.closing && m.h.Usable() }

// Open opens a stream on a connection to a server: a virtual connection that a request is written to and a response read from, as on
// a connection of its own. nil: there is no Room.
func (m *Conn) Open() *loop.Conn {
	if m.Room() == 0 {
		return nil
	}
	st := m.get()
	st.s = m.h.Start()
	st.s.User, st.began = st, m.l.Now()
	m.l.InitVirtual(&st.conn, st, m.c)
	return &st.conn
}

// silentAfter is for how long a server may say nothing at all, to any of its streams, before one that is given up without an answer
// takes the connection with it: it may lead nowhere any more, and every request on it would have to wait for the end of its timeout.
const silentAfter = time.Second

// suspect looks at the connection of a stream that is given up.
func (st *stream) suspect() {
	if m := st.m; !st.ended && m.got < st.began && m.l.Now()-st.began >= int64(silentAfter) {
		m.GoAway()
	}
}

// Cause is why a stream to a server has failed.
type Cause uint8

const (
	Lost       Cause = iota // the server has reset it, or its connection has ended
	Refused                 // the server has done nothing with the request, which may be sent again (RFC 9113, 8.7)
	Malformed               // what the server sent is no response
	NoUpgrade               // the server takes no extended CONNECT (RFC 8441)
	NotAllowed              // the request cannot be said in HTTP/2
	WantsHTTP1              // the server wants this request over HTTP/1.1 (RFC 9113, 7: HTTP_1_1_REQUIRED)
)

// CauseOf is why the stream has failed that a virtual connection to a server is.
func CauseOf(c *loop.Conn) Cause {
	if st := streamOf(c); st != nil {
		return st.why
	}
	return Lost
}

func streamOf(c *loop.Conn) *stream {
	if c == nil {
		return nil
	}
	st, _ := c.LayerOf().(*stream)
	return st
}
