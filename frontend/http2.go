package frontend

import (
	"weir/internal/fault"
	"weir/internal/h2mux"
	"weir/internal/http2"
	"weir/internal/loop"
)

// HTTP/2: a client whose first octets are its preface is not served by this session but by one of its own for each of its streams, over
// a virtual connection that speaks HTTP/1 (package h2mux). The session of the connection stays, for its place among the
// connections and what is known of the client, and rests until the connection ends.
//
//	session ── multiplex ──► h2mux.Conn ─┬── session (a branch) ── stream
//	                                     └── session (a branch) ── stream

// errHTTP2 says that the client speaks HTTP/2. It is not a fault.
var errHTTP2 = &fault.Fault{Name: "http2", Text: "the client speaks HTTP/2"}

// preface looks for the preface of HTTP/2 among the first octets: whole says that all of it is there, begun that it may yet come.
func (s *session) preface() (whole, begun bool) {
	if s.requests > 0 || s.trunk != nil || s.ln.http1 && !s.agreed("h2") {
		return false, false
	}
	b := s.in.b.B[:s.in.e]
	n := min(len(b), len(http2.Preface))
	if string(b[:n]) != http2.Preface[:n] {
		return s.ln.http2 || s.agreed("h2"), false // what is wrong with it is HTTP/2's to say
	}
	return n == len(http2.Preface), true
}

// agreed reports whether TLS has agreed on a protocol (ALPN, RFC 7301).
func (s *session) agreed(protocol string) bool {
	return s.tls != nil && s.tls.State().NegotiatedProtocol == protocol
}

// multiplex hands the connection over.
func (s *session) multiplex() {
	w := s.w
	w.l.Disarm(&s.timer)
	w.trunks[s] = nil
	s.oldEnd()
	t, tm := &w.px.cfg.Global.Tune.H2, &s.fe.p.Timeouts
	m := h2mux.New(s.c, s.in.b.B[:s.in.e], h2mux.Options{
		HTTP2: http2.Options{
			Streams: firstInt(t.FEStreams, t.Streams), Window: firstInt(t.FEWindow, t.Window), TableSize: t.HeaderTable,
			HeadBytes: s.fe.limits.HeadBytes, Fields: s.fe.limits.Fields, Total: t.FETotal, Glitches: t.FEGlitches, Frames: t.FEFrames, Connect: !t.NoConnect,
			Buffer: t.FERxBuf, Resets: t.FEResets, MaxFrame: min(t.MaxFrame, w.l.BufSize()), Counters: (*http2.Counters)(&s.fe.traffic(w).HTTP2),
		},
		Stream: s.branch, Closed: s.felled, Reason: s.odd,
		Idle: firstSet(tm.HTTPKeepAlive, tm.HTTPRequest, tm.Client), Stall: tm.Client,
		Ping: s.ln.b.IdlePing, PingKeeps: tm.HTTPKeepAlive == 0 && tm.HTTPRequest == 0, // as in HAProxy it is timeout client that goes on
	})
	s.dropBuf()
	if _, open := w.trunks[s]; open {
		w.trunks[s], s.mux = m, m
	}
	if w.px.stopping.Load() {
		m.GoAway()
	}
}

// odd counts what a client did wrong in HTTP/2, and logs it where tune.h2.log-errors wants that.
func (s *session) odd(reason string, over *http2.Error) {
	s.w.note(reason)
	switch logged := s.w.px.cfg.Global.Tune.H2.LogErrors; {
	case over != nil && (logged == "connection" || logged == "stream"):
		s.logRefused(reason, "HTTP/2 error: "+over.Error())
	case over == nil && logged == "stream":
		s.logRefused(reason, "HTTP/2 stream error: "+reason)
	}
}

// felled is the end of the connection.
func (s *session) felled() {
	delete(s.w.trunks, s)
	s.leave()
}

// branch begins the session of one stream.
func (s *session) branch(c *loop.Conn) {
	w := s.w
	b := w.getBranch()
	now := w.l.Now()
	b.w, b.fe, b.ln, b.c, b.trunk = w, s.fe, s.ln, c, s
	b.accepted, b.settled, b.from, b.to, b.hello, b.tls, b.http = now, now, s.from, s.to, s.hello, s.tls, true
	b.deadline = b.firstDeadline()
	w.l.GoRun(b)
}

func (w *worker) getBranch() *session {
	if n := len(w.branches); n > 0 {
		b := w.branches[n-1]
		w.branches = w.branches[:n-1]
		return b
	}
	b := &session{}
	b.timer.Fire = b.expire
	return b
}

// putBranch keeps the session of a stream that is over for the next one.
func (w *worker) putBranch(b *session) {
	if len(w.branches) >= maxFreeStreams {
		return
	}
	fire := b.timer.Fire
	*b = session{}
	b.timer.Fire = fire
	w.branches = append(w.branches, b)
}

// goAway has every HTTP/2 connection end with its last stream: the process stops.
func (w *worker) goAway() {
	for _, m := range w.trunks {
		if m != nil {
			m.GoAway()
		}
	}
}

// root is the session of the client's connection.
func (s *session) root() *session {
	if s.trunk != nil {
		return s.trunk
	}
	return s
}
