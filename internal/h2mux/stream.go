package h2mux

import (
	"io"
	"time"

	"golang.org/x/sys/unix"

	"weir/internal/http1"
	"weir/internal/http2"
	"weir/internal/loop"
	"weir/internal/message"
)

// stream is the layer of a virtual connection: HTTP/1 towards who uses it, HTTP/2 towards the peer.
type stream struct {
	m    *Conn
	s    *http2.Stream
	conn loop.Conn

	// To be read: what the peer sends, as HTTP/1.
	in      []byte
	at      int
	owed    int  // octets of body in it, which the peer's window is given back for once they have been read
	ended   bool // nothing more will come
	chunked bool // the body is written in chunks: its length is not known
	raw     bool // a tunnel: what comes is no message any more
	cut     bool // the peer, or this side, has reset the stream
	closed  bool // by who uses it
	freed   bool // ... who has no use for the virtual connection any more
	waits   bool // in Conn.blocked
	started bool // who is to serve it knows of it
	https   bool // it asks for a URI with that scheme, of a client's

	out   outgoing
	why   Cause
	began int64 // Loop.Now, of one to a server
}

// Head is http2.Handler's: a new stream, or a response.
func (m *Conn) Head(s *http2.Stream, h *http2.Head, end bool) {
	if m.server {
		m.answered(s, h, end)
		return
	}
	st := m.get()
	s.User, st.s = st, s
	st.ended = end
	st.begin(h, end)
	m.l.InitVirtual(&st.conn, st, m.c)
	m.fresh = append(m.fresh, st)
}

// startShare is for how long the streams of one connection are begun before others have their turn. What a request costs depends on what
// is done with it: a rule or two, or a connection to its server. It is what others feel at most of a client that never rests.
const startShare = 25 * time.Microsecond

// newcomerShare is the same of a client that is not proven.
const newcomerShare = 8 * time.Microsecond

// maxFresh is how many streams may wait for their beginning before no more of what the client sends is looked at: more than may be open at
// once where nothing else is configured, so that one whose reset comes soon is seen to be reset before it is begun, and few enough to be bounded.
const maxFresh = 256

// startSome begins the streams whose requests have come. One that was reset in the same breath is never begun: whoever opens streams only
// to reset them (CVE-2023-44487) makes no work for anybody but this package.
func (m *Conn) startSome() { m.startBut(0) }

// startBut is startSome that leaves the last ones for later.
func (m *Conn) startBut(last int) {
	m.began = true
	ready := len(m.fresh) - last
	if ready <= 0 {
		return
	}
	was := m.l.Enter(&m.group)
	share := startShare
	if !m.h.Proven() {
		share = newcomerShare
	}
	began, n := time.Now(), 0
	for n < ready {
		st := m.fresh[n]
		n++
		if st.cut || m.over {
			st.conn.Close()
			Recycle(&st.conn)
		} else {
			st.started = true
			m.o.Stream(&st.conn)
		}
		if time.Since(began) >= share {
			break
		}
	}
	m.work += int(time.Since(began) / http2.WorkUnit)
	m.l.Enter(was)
	rest := copy(m.fresh, m.fresh[n:])
	clear(m.fresh[rest:])
	if m.fresh = m.fresh[:rest]; rest > 0 {
		m.again()
	}
}

func (m *Conn) get() *stream {
	if n := len(m.free); n > 0 {
		st := m.free[n-1]
		m.free = m.free[:n-1]
		return st
	}
	return &stream{m: m}
}

// Extended reports whether the request on a virtual connection of a client is an extended CONNECT (RFC 8441): any answer with 2xx says to the client
// that the protocol was changed.
func Extended(c *loop.Conn) bool {
	st := streamOf(c)
	return st != nil && !st.m.server && st.out.upgrade
}

// Recycle tells that a virtual connection, which was closed, is not known to anybody any more: the next stream may be it. Of any other
// connection it does nothing.
func Recycle(c *loop.Conn) {
	if st := streamOf(c); st != nil && !st.freed {
		st.freed = true
		st.m.put(st)
	}
}

// put keeps the object for the next stream once neither side has any use for it.
func (m *Conn) put(st *stream) {
	if !st.closed || !st.freed || st.s == nil || !st.s.Gone() || st.waits {
		return
	}
	m.h.Release(st.s)
	st.s = nil
	if len(m.free) >= maxFree || cap(st.in) > keepIn && !m.server || cap(st.in) > keepServer {
		return
	}
	conn, o := st.conn, &st.out
	*st = stream{m: m, conn: conn, in: st.in[:0], out: outgoing{
		head: o.head[:0], resp: message.Response{Fields: o.resp.Fields[:0]}, req: message.Request{Fields: o.req.Fields[:0]}, trailers: o.trailers[:0],
	}}
	m.free = append(m.free, st)
}

// keepIn is the largest buffer of what the peer sends that is kept for the next stream.
const keepIn = 4 << 10

// keepServer is the same of a server, whose responses are larger than requests, and whose connections are few: a frame fits.
const keepServer = 20 << 10

// Data is http2.Handler's: a piece of the body.
func (m *Conn) Data(s *http2.Stream, b []byte, end bool) {
	st := s.User.(*stream)
	if st.closed { // nobody reads it
		m.h.Taken(s, len(b))
		m.put(st)
		return
	}
	st.owed += len(b)
	if st.chunked && !st.raw {
		st.in = http1.AppendChunk(st.in, b)
	} else {
		st.in = append(st.in, b...)
	}
	if end {
		st.end(nil)
	}
	st.conn.Signal(true, false, false)
}

// Trailers is http2.Handler's: the end of a body.
func (m *Conn) Trailers(s *http2.Stream, h *http2.Head) {
	st := s.User.(*stream)
	if st.closed {
		m.put(st)
		return
	}
	var fields message.Fields
	for _, f := range h.Fields {
		fields.AddName(f.Name, []byte(f.Value))
	}
	st.end(fields)
	st.conn.Signal(true, false, false)
}

// end completes the message.
func (st *stream) end(trailers message.Fields) {
	st.ended = true
	if st.chunked && !st.raw {
		st.in = http1.AppendLastChunk(st.in, trailers)
	}
}

// Gone is http2.Handler's: the stream was reset.
func (m *Conn) Gone(s *http2.Stream, code http2.ErrCode) {
	st := s.User.(*stream)
	switch {
	case !m.server:
	case s.Wrong():
		st.why = Malformed
	case code == http2.RefusedStream:
		st.why = Refused
	case code == http2.HTTP11Required:
		st.why = WantsHTTP1
	}
	if st.started {
		m.h.Busy(resetWork)
	}
	st.cutOff()
	m.moved = m.l.Now()
	m.put(st)
}

// resetWork is what it makes of work, in http2's units, to end a stream that is being served: there may be a connection to a server to close.
const resetWork = 100

// cutOff lets who uses the stream find that the peer has gone. A response that is complete is still read: its server may well stop the
// request, of which it needs no more (RFC 9113, 8.1).
func (st *stream) cutOff() {
	st.cut = true
	st.conn.Signal(true, true, !st.m.server || !st.ended)
}

// Window is http2.Handler's: there may be room.
func (m *Conn) Window(s *http2.Stream) {
	if s == nil {
		m.unblock()
		return
	}
	s.User.(*stream).conn.Signal(false, true, false)
}

// Recv is loop.Layer's.
func (st *stream) Recv(b []byte) (int, error) {
	if st.cut && !st.m.server {
		return 0, unix.ECONNRESET
	}
	n := copy(b, st.in[st.at:])
	st.at += n
	if st.at < len(st.in) {
		return n, nil
	}
	st.in, st.at = st.in[:0], 0
	if st.cut && !st.ended && n == 0 {
		return 0, unix.ECONNRESET
	}
	if st.owed > 0 && !st.cut {
		st.m.h.Taken(st.s, st.owed)
		st.owed = 0
		st.m.later()
	}
	switch {
	case n > 0:
		return n, nil
	case st.ended:
		return 0, io.EOF
	}
	return 0, loop.ErrAgain
}

// Send is loop.Layer's.
func (st *stream) Send(a, b []byte) (int, error) {
	if st.cut || st.s.Gone() && !st.out.over() {
		return 0, unix.EPIPE
	}
	st.m.later()
	n, err := st.write(a)
	if err == nil && n == len(a) && len(b) > 0 {
		var k int
		k, err = st.write(b)
		n += k
	}
	if err != nil {
		if st.m.server { // what is written is no request, or none that this server takes: there will be no response
			st.cutOff()
		}
		return n, err
	}
	if n < len(a)+len(b) {
		st.m.block(st)
		if n == 0 {
			return 0, loop.ErrAgain
		}
	}
	return n, nil
}

// CloseWrite is loop.Layer's: of a body that ends with its connection, the end.
func (st *stream) CloseWrite() {
	if st.out.open() && !st.cut {
		st.m.h.WriteData(st.s, nil, true)
		st.out.state = outDone
		st.m.later()
	}
}

// Resetting is loop.Resetter's.
func (st *stream) Resetting() {
	if !st.cut && !st.s.Gone() {
		st.m.h.Reset(st.s, st.m.farewell())
		st.m.later()
	}
}

// farewell is what a stream is reset with that was not completed: a request is given up, a response has failed.
func (m *Conn) farewell() http2.ErrCode {
	if m.server {
		return http2.Cancel
	}
	return http2.InternalError
}

// Closing is loop.Layer's: who uses the stream is done with it. A message that is not complete is not made to look so, and a
// peer that still sends is told to stop (RFC 9113, 8.1).
func (st *stream) Closing() {
	m := st.m
	st.closed = true
	if m.server && !st.cut {
		st.suspect()
	}
	if !st.cut && !st.s.Gone() {
		st.CloseWrite()
		switch {
		case !st.out.over():
			m.h.Reset(st.s, m.farewell())
		case m.server && !st.s.Gone():
			m.h.Reset(st.s, http2.Cancel)
		case !st.s.Gone() && !st.s.Whole():
			m.h.Reset(st.s, http2.NoError)
		}
		m.later()
	}
	if m.h.Open() == 0 {
		m.moved = m.l.Now()
		m.later()
	}
	m.put(st)
}

var (
	_ loop.Layer    = (*stream)(nil)
	_ loop.Resetter = (*stream)(nil)
)
