package http2

import (
	"golang.org/x/net/http2/hpack"

	"weir/internal/message"
)

// Options are what a connection grants its client. The zero value of a field means its default.
type Options struct {
	Streams   int  // open at once
	Window    int  // octets of a body that a client may send unasked
	TableSize int  // of the header compression, in octets; 0 = 4096
	HeadBytes int  // of a decoded head
	Fields    int  // of a head
	Total     int  // streams after which the client is asked to open another connection; 0 = no limit
	Glitches  int  // after which the connection is ended; 0 = no limit
	Frames    int  // that Feed takes at once; 0 = all there are
	Resets    int  // RST_STREAM that Feed takes at once; 0 = all there are
	MaxFrame  int  // octets of a frame that the peer may send
	Buffer    int  // octets of bodies that all streams may hold together; 0 = as many as their windows let
	Connect   bool // extended CONNECT is taken (RFC 8441)
	Counters  *Counters
}

func (o *Options) setDefaults() {
	set := func(to *int, value int) {
		if *to <= 0 {
			*to = value
		}
	}
	set(&o.Streams, defaultStreams)
	set(&o.Window, defaultWindow)
	set(&o.TableSize, 4096)
	o.MaxFrame = max(o.MaxFrame, minFrame)
	set(&o.HeadBytes, defaultHeadBytes)
	set(&o.Fields, defaultFields)
}

// Handler is told what the peer does, in the midst of Feed. It may write to any stream and reset any.
type Handler interface {
	// Head is, of a client, a new stream's request, and the handler sets s.User; of a server, a response, interim ones too. end: there
	// is no body. h is valid until the next call of Feed.
	Head(s *Stream, h *Head, end bool)
	// Data is a piece of a body, perhaps empty; b is valid during the call.
	Data(s *Stream, b []byte, end bool)
	// Trailers end a body.
	Trailers(s *Stream, h *Head)
	// Gone tells of a stream that either side has reset; nothing can be written to it any more. RefusedStream says of a request that
	// the server has done nothing with it, HTTP11Required that it wants it over HTTP/1.1.
	Gone(s *Stream, code ErrCode)
	// Window tells that a stream may be able to send more; nil = any may.
	Window(s *Stream)
}

// Stream is a request and its response.
type Stream struct {
	ID   uint32 // of a request that is not sent yet: 0
	User any

	send     int   // the peer's window for it
	recv     int   // what the peer may still send
	unread   int   // received, or about to be, and not taken by the user yet
	length   int64 // of the body that is still to come by Content-Length; -1 = not told
	ended    bool  // the peer has sent everything
	done     bool  // this side has
	gone     bool
	wrong    bool // it was reset for what the peer did on it
	head     bool // it asks with HEAD: the response has no body
	answered bool // the final response has begun: what follows are trailers
}

// Wrong reports whether the stream was reset for what the peer did on it.
func (s *Stream) Wrong() bool { return s.wrong }

// Whole reports whether all of the request's octets have come, though its end may still have to be said.
func (s *Stream) Whole() bool { return s.ended || s.length == 0 }

// Conn is one side of a connection. It belongs to one goroutine.
type Conn struct {
	o   Options
	h   Handler
	n   *Counters
	out []byte
	at  int // out[:at] has been sent

	streams map[uint32]*Stream
	free    []*Stream
	last    uint32 // the highest stream that was opened
	total   int

	// What Feed is at.
	phase phase
	f     header
	left  int    // octets of the payload that are still to come, padding apart
	pad   int    // octets of padding
	block *block // what has come of one that comes in pieces; nil = none does
	conts int
	of    *Stream // whose payload it is; nil = it is thrown away
	fresh bool    // HEADERS opens a stream
	over  *Error
	taken int // frames, by this call of Feed
	rsts  int // RST_STREAM among them
	work  int // what those cost: see TurnWork

	dec  *hpack.Decoder
	head Head

	// What only a client has.
	client   bool
	waiting  []*Stream // opened, their requests not sent yet
	limit    int       // what the server says to Options.Streams; -1 = nothing
	heard    bool      // the server's SETTINGS are here
	connects bool      // it takes extended CONNECT (RFC 8441)
	retired  bool      // it gets no more requests

	// The peer's settings.
	window   int // of a new stream
	maxFrame int
	send     int // the connection's window
	recv     int
	back     int // octets that may be given back to the connection's window

	announced bool
	asked     bool // a PING of Ping is not answered
	goingAway bool
	recent    [recentResets]uint32
	recentN   int
	late      int // octets of bodies that may still come on streams that were reset
	resets    int
	good      int // requests answered, less those spoilt: see Proven
	wrongs    int
	budget    int
	lastTick  int64                            // seconds
	Glitches  int                              // legal or not, what a well-made client does not do (HAProxy's fc_glitches)
	Reasons   func(reason string, over *Error) // over: it ends the connection
}

type phase uint8

const (
	inPreface phase = iota
	inFirst         // SETTINGS must come
	inFrame         // a frame's header
	inData
	inBlock
	inSkip // payload or padding that nobody wants
)

// NewConn begins a connection; the server's SETTINGS are the first of Out.
func NewConn(o Options, h Handler) *Conn {
	c := newConn(o, h)
	c.greet()
	return c
}

func newConn(o Options, h Handler) *Conn {
	o.setDefaults()
	if o.Counters == nil {
		o.Counters = new(Counters)
	}
	o.Counters.Conns++
	o.Counters.OpenConns++
	c := &Conn{
		n: o.Counters,
		o: o, h: h, streams: map[uint32]*Stream{}, window: defaultWindow, maxFrame: minFrame, send: defaultWindow,
		budget: budget, limit: -1,
	}
	c.recv = c.whole()
	c.dec = hpack.NewDecoder(uint32(o.TableSize), func(f hpack.HeaderField) {
		c.head.field(f, c.o.HeadBytes, c.fields())
	})
	c.dec.SetMaxStringLength(maxBlock)
	return c
}

func (c *Conn) fields() int {
	if c.head.trailers {
		return maxTrailers
	}
	return c.o.Fields
}

// greet sends SETTINGS and widens the connection's window.
func (c *Conn) greet() {
	settings := [][2]int{{setHeaderList, c.o.HeadBytes}}
	if c.client {
		settings = append(settings, [2]int{setPush, 0})
	} else {
		settings = append(settings, [2]int{setStreams, c.o.Streams})
	}
	if c.o.Window != defaultWindow {
		settings = append(settings, [2]int{setWindow, c.o.Window})
	}
	if c.o.TableSize != 4096 {
		settings = append(settings, [2]int{setTableSize, c.o.TableSize})
	}
	if c.o.MaxFrame != minFrame {
		settings = append(settings, [2]int{setFrameSize, c.o.MaxFrame})
	}
	if c.o.Connect {
		settings = append(settings, [2]int{setConnect, 1})
	}
	c.out = appendHeader(c.out, 6*len(settings), frameSettings, 0, 0)
	for _, s := range settings {
		c.out = appendSetting(c.out, uint16(s[0]), s[1])
	}
	if more := c.whole() - defaultWindow; more > 0 {
		c.out = appendWindow(c.out, 0, more)
	}
}

// Tick tells the time in seconds, for the limits that are rates.
func (c *Conn) Tick(seconds int64) {
	if n := seconds - c.lastTick; n > 0 && c.lastTick > 0 {
		c.earn(int(min(n, 10)) * budgetPerSecond)
	}
	c.lastTick = seconds
}

func (c *Conn) earn(n int) { c.budget = min(c.budget+n, budget) }

// spend counts a frame that asks for nothing.
func (c *Conn) spend() *Error {
	if c.budget--; c.budget < 0 {
		return errBudget
	}
	return nil
}

// glitch counts something that a well-made client does not do.
func (c *Conn) glitch(reason string) *Error {
	c.Glitches++
	if c.Reasons != nil {
		c.Reasons(reason, nil)
	}
	if c.o.Glitches > 0 && c.Glitches >= c.o.Glitches {
		return errGlitches
	}
	return nil
}

// Limit is how many streams may be open at once.
func (c *Conn) Limit() int {
	if c.limit >= 0 {
		return min(c.limit, c.o.Streams)
	}
	return c.o.Streams
}

// Open is how many streams are open.
func (c *Conn) Open() int { return len(c.streams) + len(c.waiting) }

// Out is what is to be sent. Sent takes n octets off it.
func (c *Conn) Out() []byte { return c.out[c.at:] }

// Sent notes that n octets of Out have left.
func (c *Conn) Sent(n int) {
	c.at += n
	switch {
	case c.at < len(c.out):
		if c.at > maxOut/2 {
			c.out = c.out[:copy(c.out, c.out[c.at:])]
			c.at = 0
		}
		return
	case cap(c.out) > fullOut+maxBlock: // an idle connection holds no buffer to speak of
		c.out = nil
	}
	c.out, c.at = c.out[:0], 0
}

// Drop gives up the buffers of a connection that is idle, those that are no larger than keep apart.
func (c *Conn) Drop(keep int) {
	if c.at == len(c.out) && cap(c.out) > keep {
		c.out, c.at = nil, 0
	}
}

// Full reports whether so much is queued that bodies have to wait for the socket.
func (c *Conn) Full() bool { return len(c.out)-c.at >= fullOut }

// farewell is what the PING carries that follows the first GOAWAY.
var farewell = []byte("farewell")

// Announce tells a client that the connection is about to end, and goes on taking its streams: some may be on their way. Once it has answered a
// PING it knows, and GoAway follows by itself (RFC 9113, 6.8). The caller calls that where the client does not answer.
func (c *Conn) Announce() {
	if c.client || c.announced || c.goingAway {
		return
	}
	c.announced = true
	c.n.GoAwaysSent++
	c.out = appendGoAway(c.out, lastStream, NoError)
	c.out = append(appendHeader(c.out, len(farewell), framePing, 0, 0), farewell...)
}

// liveness is what the PING of Ping carries.
var liveness = []byte("liveness")

// Ping asks the peer for a sign of life (RFC 9113, 6.7); Asked reports whether it has not answered yet.
func (c *Conn) Ping() {
	c.asked = true
	c.out = append(appendHeader(c.out, len(liveness), framePing, 0, 0), liveness...)
}

func (c *Conn) Asked() bool { return c.asked }

// Announced reports whether Announce was called, or the connection has had as many streams as it may.
func (c *Conn) Announced() bool { return c.announced }

// GoAway tells the peer that no new stream will be taken; a client opens none from then on.
func (c *Conn) GoAway(code ErrCode) {
	if !c.goingAway {
		c.goingAway = true
		c.sendGoAway(code)
	}
}

// lastTaken is the last of the peer's streams that were looked at: a server has none.
func (c *Conn) lastTaken() uint32 {
	if c.client {
		return 0
	}
	return c.last
}

// GoingAway reports whether no new stream is taken any more.
func (c *Conn) GoingAway() bool { return c.goingAway }

// fail ends the connection.
func (c *Conn) fail(e *Error) *Error {
	if c.over == nil {
		c.over = e
		c.Glitches++
		if c.Reasons != nil {
			c.Reasons(e.Reason, e)
		}
		c.goingAway = true
		c.n.ConnErrors++
		c.sendGoAway(e.Code)
	}
	return c.over
}

// Reset ends a stream from this side.
func (c *Conn) Reset(s *Stream, code ErrCode) {
	if s.gone {
		return
	}
	if s.ID != 0 {
		c.sendReset(s.ID, code)
		c.remember(s.ID, s.recv)
	}
	c.drop(s)
}

// remember notes a stream that was reset, and how much of its body may be under way, which its window says.
func (c *Conn) remember(id uint32, window int) {
	c.recent[c.recentN%recentResets] = id
	c.recentN++
	c.late += max(window, 0)
}

func (c *Conn) wasReset(id uint32) bool {
	for _, r := range c.recent {
		if r == id {
			return true
		}
	}
	return false
}

// drop forgets a stream that is over.
func (c *Conn) drop(s *Stream) {
	if !s.gone {
		c.n.OpenStreams--
		c.giveBack(s.unread)
	}
	s.gone = true
	if s.ID == 0 {
		c.forget(s)
	}
	delete(c.streams, s.ID)
	if c.of == s {
		c.of = nil
	}
}

// Release gives a stream's memory back once its user has no use for it any more.
func (c *Conn) Release(s *Stream) {
	if s.gone && len(c.free) < c.o.Streams {
		*s = Stream{}
		c.free = append(c.free, s)
	}
}

// violation resets a stream for what the client did on it. Its user is told.
func (c *Conn) violation(s *Stream, code ErrCode, reason string) *Error {
	if e := c.glitch(reason); e != nil {
		return e
	}
	c.spoilt()
	if c.wrongs++; c.wrongs > maxViolations {
		return errViolations
	}
	c.n.StreamErrors++
	c.sendReset(s.ID, code)
	c.remember(s.ID, s.recv)
	c.drop(s)
	s.wrong = true
	c.retired = c.client // such a server gets no more requests on this connection
	c.h.Gone(s, code)
	return nil
}

// WriteHead sends a response's head. Of fields, those that belong to one hop are left out (RFC 9113, 8.2.2). It reports false
// where the stream is gone.
func (c *Conn) WriteHead(s *Stream, status int, fields message.Fields, end bool) bool {
	if s.gone || s.done {
		return false
	}
	start := c.beginBlock()
	c.out = appendStatus(c.out, status)
	c.endBlock(s, start, fields, end)
	return true
}

// WriteTrailers ends a response with trailer fields.
func (c *Conn) WriteTrailers(s *Stream, fields message.Fields) {
	if s.gone || s.done {
		return
	}
	start := c.beginBlock()
	c.endBlock(s, start, fields, true)
}

// beginBlock leaves room for a HEADERS frame's header and returns where it is.
func (c *Conn) beginBlock() int {
	start := len(c.out)
	c.out = append(c.out, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	return start
}

// endBlock writes the fields and makes frames of the block, which is one unless it is very large.
func (c *Conn) endBlock(s *Stream, start int, fields message.Fields, end bool) {
	for i := range fields {
		if f := &fields[i]; !hopByHop(f, c.client) {
			c.out = appendField(c.out, f)
		}
	}
	n := len(c.out) - start - headerLen
	flags := uint8(flagEndHeaders)
	if n > c.maxFrame {
		c.split(s.ID, start, n, end)
	} else {
		if end {
			flags |= flagEndStream
		}
		appendHeader(c.out[:start], n, frameHeaders, flags, s.ID)
	}
	if end {
		c.finish(s)
	}
}

// split cuts a block that does not fit one frame.
func (c *Conn) split(id uint32, start, n int, end bool) {
	block := append([]byte(nil), c.out[start+headerLen:]...)
	c.out = c.out[:start]
	typ, flags := frameHeaders, uint8(0)
	if end {
		flags = flagEndStream
	}
	for len(block) > 0 {
		k := min(len(block), c.maxFrame)
		if k == len(block) {
			flags |= flagEndHeaders
		}
		c.out = appendHeader(c.out, k, typ, flags, id)
		c.out = append(c.out, block[:k]...)
		block, typ, flags = block[k:], frameContinuation, 0
	}
}

// hopByHop reports whether a field is left out. In a request Host is the authority, and "te: trailers" may be said (RFC 9113, 8.2.2).
func hopByHop(f *message.Field, request bool) bool {
	switch f.ID {
	case message.Connection, message.ProxyConnection, message.KeepAlive, message.TransferEncoding, message.Upgrade, message.HTTP2Settings:
		return true
	case message.TE:
		return !request || string(f.Value) != "trailers"
	case message.Host:
		return request
	}
	return f.Hop
}

// Room is how much of a body could be sent now.
func (c *Conn) Room(s *Stream) int {
	if s.gone || s.done || c.Full() {
		return 0
	}
	return max(min(s.send, c.send), 0)
}

// WriteData sends what the windows and the queue let of a body, and its end with the last of it. It returns how much was taken.
func (c *Conn) WriteData(s *Stream, b []byte, end bool) int {
	n := min(c.Room(s), len(b))
	if s.gone || s.done || n == 0 && !(end && len(b) == 0) {
		return 0
	}
	s.send -= n
	c.send -= n
	for rest := b[:n]; ; {
		k := min(len(rest), c.maxFrame)
		last := k == len(rest)
		flags := uint8(0)
		if last && end && n == len(b) {
			flags = flagEndStream
		}
		c.out = append(appendHeader(c.out, k, frameData, flags, s.ID), rest[:k]...)
		if rest = rest[k:]; last {
			break
		}
	}
	if end && n == len(b) {
		c.finish(s)
	}
	return n
}

// finish notes that this side has sent everything.
func (c *Conn) finish(s *Stream) {
	s.done = true
	c.resets = max(c.resets-1, 0)
	c.good = min(c.good+1, mostProven)
	if s.ended {
		c.drop(s)
	}
}

// Gone reports whether the stream is over: both sides have ended it, or one has reset it.
func (s *Stream) Gone() bool { return s.gone }

// All are the open streams, to be told that the connection ends.
func (c *Conn) All() []*Stream {
	list := append(make([]*Stream, 0, c.Open()), c.waiting...)
	for _, s := range c.streams {
		list = append(list, s)
	}
	return list
}
