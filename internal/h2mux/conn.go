package h2mux

import (
	"time"

	"weir/internal/http2"
	"weir/internal/loop"
)

// Options are what a connection is made with.
type Options struct {
	HTTP2 http2.Options
	// Stream is given the connection of each new stream of a client, whose request is there to be read. It is called on the loop.
	Stream func(c *loop.Conn)
	// Secure says that requests to a server are for https.
	Secure bool
	// Closed is told that the connection is over, once.
	Closed func()
	// Reason is told why a stream was ended or, with over, the connection, for counters and logs; nil = nobody.
	Reason func(reason string, over *http2.Error)
	// Idle is how long the connection may have no stream, Stall how long the peer may take nothing of what is to be sent; 0 = for ever.
	Idle, Stall time.Duration
	// Ping is how often a connection without streams is asked for a sign of life; one that gives none until the next time is closed. 0 = never.
	// With PingKeeps the answer ends a time of Idle, as a stream does.
	Ping      time.Duration
	PingKeeps bool
}

// Conn is one connection: a client's, or to a server. It belongs to the connection's loop.
type Conn struct {
	server bool // the peer is one

	l    *loop.Loop
	c    *loop.Conn
	h    *http2.Conn
	o    Options
	buf  *loop.Buf // received and not yet used: buf.B[at:end]; nil = nothing
	at   int
	end  int
	work int // what the last of it made, in http2's units

	timer   loop.Timer
	moved   int64  // Loop.Now of the last octet that left, or of the last stream's end
	got     int64  // Loop.Now of the last octet that came
	asked   int64  // Loop.Now of the last PING
	queued  bool   // Finish will come
	putOff  int    // turns in a row in which Finish waited for more
	leaving int64  // Loop.Now when the client was told that the end is near; 0 = it was not
	closing bool   // closed once Out has left and no stream is open
	failed  bool   // ... without waiting for streams
	parting bool   // the end has been said: see part.go
	left    int    // octets that may still come then
	unread  int    // octets that the client had not taken when that was looked at last
	resting bool   // others have their turn before more frames are taken
	more    bool   // goOn is to be posted
	posted  bool   // goOn will come
	wake    func() // goOn
	over    bool

	fresh   []*stream // a client's streams, to be told of
	began   bool      // ... some of them were, in this turn
	group   loop.Group
	cutting []*http2.Stream // of a connection that has ended, to be told so
	blocked []*stream       // wait for room
	free    []*stream
}

// maxFree bounds the stream objects that a connection keeps for the next ones.
const maxFree = 32

// New takes over a connection that has begun with the preface, of which received has been read already. The connection is served from
// its handler from here on.
func New(c *loop.Conn, received []byte, o Options) *Conn {
	m := &Conn{l: c.Loop(), c: c, o: o}
	m.h = http2.NewConn(o.HTTP2, m)
	if len(received) > 0 {
		m.buf = m.l.GetBuf()
		m.end = copy(m.buf.B, received)
	}
	m.begin()
	return m
}

func (m *Conn) begin() {
	m.h.Reasons = m.o.Reason
	m.moved = m.l.Now()
	m.timer.Fire, m.wake = m.expire, m.goOn
	m.group.Brief = !m.h.Proven()
	if m.c.SetHandler(m) != nil {
		m.abort()
		return
	}
	m.arm()
	m.Ready(m.c)
}

// Glitches is how often the client did what a well-made one does not do.
func (m *Conn) Glitches() int { return m.h.Glitches }

// Streams is how many streams are open.
func (m *Conn) Streams() int { return m.h.Open() }

// Limit is how many streams may be open at once.
func (m *Conn) Limit() int { return m.h.Limit() }

// StreamID is the number of the stream that a virtual connection is; 0 = it is none.
func StreamID(c *loop.Conn) uint32 {
	if c == nil {
		return 0
	}
	if st, ok := c.LayerOf().(*stream); ok && st.s != nil {
		return st.s.ID
	}
	return 0
}

// SchemeOf is the scheme that the request on a virtual connection of a client came with.
func SchemeOf(c *loop.Conn) string {
	if st := streamOf(c); st != nil && st.https {
		return "https"
	}
	return "http"
}

// Ready is the socket's event.
func (m *Conn) Ready(*loop.Conn) {
	defer func() {
		if v := recover(); v != nil {
			m.abort()
			panic(v)
		}
	}()
	if m.parting {
		m.hear()
		return
	}
	if len(m.h.Out()) > 0 {
		m.later()
	}
	m.receive()
}

// receive takes what the socket has, up to a turn's share.
func (m *Conn) receive() {
	filled := false // the last read did not come to the end
	for taken, work := 0, 0; !m.over && !m.failed && !m.resting; {
		if !m.feed() || m.resting {
			return
		}
		if work += m.work; filled && (taken >= turnShare || work >= m.h.TurnWork()) { // the socket stays readable
			m.rest()
			return
		}
		if m.buf == nil {
			m.buf, m.at, m.end = m.l.GetBuf(), 0, 0
		}
		n, err := m.c.TryRecv(m.buf.B[m.end:])
		if n > 0 {
			m.got = m.l.Now()
		}
		m.end += n
		taken += n
		filled = m.end == len(m.buf.B)
		switch {
		case err == loop.ErrAgain:
			m.shrink()
			return
		case err != nil:
			m.abort()
			return
		}
	}
}

// rest lets others have their turn before more is taken.
func (m *Conn) rest() {
	m.resting = true
	m.again()
}

// again has goOn called in the next turn. What is posted now would be read in this one: Finish posts it.
func (m *Conn) again() {
	m.more = true
	if !m.queued {
		m.queued = true
		m.l.AtEnd(m)
	}
}

// goOn does what a turn had no time for.
func (m *Conn) goOn() {
	m.posted = false
	m.cutSome()
	if m.over {
		m.startSome() // they have gone
		return
	}
	// What has come is looked at before more is begun: it may be that a stream is reset.
	m.began = false
	if m.resting = len(m.fresh) >= maxFresh; !m.resting {
		m.Ready(m.c)
	}
	if !m.began && (!m.failed || m.cutting == nil) { // of a connection that has failed all are cut by then
		m.startSome()
	}
}

// turnShare is how much is received before other connections have their turn.
const turnShare = 128 << 10

// feed has the frames taken that are there; false: the connection is over, or about to be.
func (m *Conn) feed() bool {
	m.work = 0
	if m.buf == nil || m.at == m.end {
		return true
	}
	m.h.Tick(m.l.Now()/1e9 + 1)
	asked := m.h.Asked()
	n, err := m.h.Feed(m.buf.B[m.at:m.end])
	m.at += n
	if len(m.h.Out()) > 0 {
		m.later()
	}
	if err != nil {
		m.fail()
		return false
	}
	m.work = m.h.Worked()
	m.group.Brief = !m.h.Proven()
	m.ponged(asked)
	if m.h.Paused() {
		m.startBut(1) // its reset may be next
	} else {
		m.startSome()
	}
	if m.h.Paused() || len(m.fresh) >= maxFresh {
		m.rest()
	}
	switch {
	case m.closing:
	case m.server && !m.h.Usable(), m.h.GoingAway(): // it ends with its last stream
		m.closing = true
		m.later()
	default:
		m.depart()
	}
	if m.at > 0 {
		m.end = copy(m.buf.B, m.buf.B[m.at:m.end])
		m.at = 0
	}
	return true
}

// shrink gives the buffers back that an idle connection does not need.
func (m *Conn) shrink() {
	if m.buf != nil && m.at == m.end {
		m.l.PutBuf(m.buf)
		m.buf, m.at, m.end = nil, 0, 0
	}
	switch {
	case m.h.Open() > 0:
	case m.server:
		m.h.Drop(keepIdle)
	default:
		m.h.Drop(0)
	}
}

// keepIdle is how large the buffers are that a connection to a server keeps while it carries no stream. Those to servers are few, and
// the next request comes soon; an idle client may stay so for hours.
const keepIdle = 4 << 10

// fail ends the connection after what is queued, a GOAWAY at its end, has left.
func (m *Conn) fail() {
	m.failed, m.closing = true, true
	m.cutAll()
	m.later()
}

// abort ends the connection at once.
func (m *Conn) abort() {
	if m.over {
		return
	}
	m.over = true
	m.l.Disarm(&m.timer)
	m.cutAll()
	if m.buf != nil {
		m.l.PutBuf(m.buf)
		m.buf = nil
	}
	m.h.Close()
	m.c.Close()
	if m.o.Closed != nil {
		m.o.Closed()
	}
}

// Abort ends the connection at once, and all its streams.
func (m *Conn) Abort() { m.abort() }

// GoAway closes the connection when its last stream has ended. A client is told, and has time to hear it, before its new streams are left
// out: what it has sent by then is served (RFC 9113, 6.8).
func (m *Conn) GoAway() {
	switch {
	case m.over || m.closing:
	case m.server:
		m.leave()
	default:
		m.h.Announce()
		m.depart()
	}
}

// depart has the client's answer waited for where it has been told.
func (m *Conn) depart() {
	if m.leaving == 0 && m.h.Announced() {
		m.leaving = m.l.Now()
		m.arm()
		m.later()
	}
}

// leave takes no new stream.
func (m *Conn) leave() {
	m.h.GoAway(http2.NoError)
	m.closing = true
	m.later()
}

// farewellTime is how long a client has to answer the PING behind the first GOAWAY: longer than a round trip to anywhere takes, and short enough
// that one which never answers keeps no process from ending.
const farewellTime = 3 * time.Second

// later has what is queued sent at the end of the turn.
func (m *Conn) later() {
	if !m.queued && !m.over {
		m.queued = true
		m.l.AtEnd(m)
	}
}

// Finish sends what the turn has brought together. Where more is about to come of streams that had no turn yet, it waits for that: one
// system call sends it all.
func (m *Conn) Finish() {
	if m.more && !m.posted {
		m.more, m.posted = false, m.l.Post(m.wake)
	}
	if m.group.Busy() && m.putOff < maxPutOff && !m.over && !m.h.Full() {
		m.putOff++
		m.l.AtNextEnd(m)
		return
	}
	m.queued, m.putOff = false, 0
	if m.over || m.parting {
		return
	}
	full := m.h.Full()
	if !m.flush() {
		m.abort()
		return
	}
	if full && !m.h.Full() {
		m.unblock()
	}
	out := len(m.h.Out())
	switch {
	case m.failed && (out == 0 || m.c.HungUp()), m.closing && out == 0 && m.h.Open() == 0:
		m.bye()
	case m.c.Readable() && !m.failed:
		m.receive()
	}
	m.arm()
}

// maxPutOff is for how many turns what is to be sent may wait.
const maxPutOff = 8

// flush sends; false: the connection is lost.
func (m *Conn) flush() bool {
	for len(m.h.Out()) > 0 {
		n, err := m.c.TrySend(m.h.Out())
		m.h.Sent(n)
		if n > 0 {
			m.moved = m.l.Now()
		}
		switch {
		case err == loop.ErrAgain:
			return m.c.WatchWrite() == nil
		case err != nil:
			return false
		}
	}
	return true
}

// unblock lets streams that wait for room try again.
func (m *Conn) unblock() {
	for i, s := range m.blocked {
		m.blocked[i] = nil
		s.waits = false
		s.conn.Signal(false, true, false)
	}
	m.blocked = m.blocked[:0]
}

// block notes that a stream waits for room.
func (m *Conn) block(s *stream) {
	s.conn.Full()
	if !s.waits {
		s.waits = true
		m.blocked = append(m.blocked, s)
	}
}

// arm sets the timer for the next thing that may take too long.
func (m *Conn) arm() {
	at := m.due()
	if at == loop.Never || m.over {
		return
	}
	if !m.timer.Armed() || m.timer.At() > at {
		m.l.Arm(&m.timer, at)
	}
}

// due is when something will have taken too long.
func (m *Conn) due() int64 {
	at := loop.Never
	if m.parting {
		return m.l.Now() + int64(partTime)
	}
	if d := m.limit(); d > 0 {
		at = m.moved + int64(d)
	}
	if m.waved() {
		at = min(at, m.leaving+int64(farewellTime))
	}
	return min(at, m.nextPing())
}

// waved reports whether the client has been told of the end and has not answered yet.
func (m *Conn) waved() bool { return m.leaving != 0 && !m.closing }

// limit is what is being waited for now: the client's next stream, or that it takes what is queued. Streams have timeouts of their own.
func (m *Conn) limit() time.Duration {
	switch {
	case len(m.h.Out()) > 0:
		return m.o.Stall
	case m.h.Open() == 0 && !m.waved():
		return m.o.Idle
	}
	return 0
}

// expire is lazy: what has moved since only arms the timer again.
func (m *Conn) expire() {
	d, now := m.limit(), m.l.Now()
	late := d > 0 && now-m.moved >= int64(d)
	switch {
	case m.over:
	case m.parting:
		m.parts()
	case late && (len(m.h.Out()) > 0 || m.closing): // the client takes nothing
		m.abort()
	case late:
		m.GoAway()
	case m.waved() && now-m.leaving >= int64(farewellTime):
		m.leave()
	case now >= m.nextPing():
		m.ping()
	}
	m.arm()
}

// cutAll tells the streams that the connection has ended.
func (m *Conn) cutAll() {
	m.cutting = append(m.cutting, m.h.All()...)
	m.cutSome()
}

// cutSome tells some of them: each may have a connection to a server to close, and others are not to wait for all of those.
func (m *Conn) cutSome() {
	n := min(len(m.cutting), cutAtOnce)
	for _, s := range m.cutting[:n] {
		if st, ok := s.User.(*stream); ok && !st.cut { // else it has ended by itself
			st.cutOff()
		}
	}
	if m.cutting = m.cutting[n:]; len(m.cutting) > 0 {
		m.again()
	} else {
		m.cutting = nil
	}
}

// cutAtOnce is how many streams of a connection that has ended are told so in one turn.
const cutAtOnce = 16

var (
	_ loop.Handler  = (*Conn)(nil)
	_ loop.Finisher = (*Conn)(nil)
	_ http2.Handler = (*Conn)(nil)
)
