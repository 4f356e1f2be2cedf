package frontend

import (
	"net/netip"
	"time"

	"weir/acl"
	"weir/backend"
	"weir/conf"
	"weir/internal/h2mux"
	"weir/internal/loop"
	"weir/internal/tlsio"
)

// session is a client connection's life.
//
//	accept ──► (headers, TLS) ──► resting ──► running (a task and a stream) ──► resting ... ──► closed
//	                           └──► tunnel ──► closed
//
// While it rests it holds no task and no buffer.
type session struct {
	previous *backend.Server // of the last request, for prefer-last-server
	drainer  *drainer        // of a body that nobody takes
	w        *worker
	fe       *Frontend
	ln       *listener
	c        *loop.Conn

	in   window       // received and not yet used
	vars acl.SessVars // of scope sess

	old     bool         // counted as a connection of HTTP/1
	private bool         // the server authenticated a connection: see authenticates
	held    backend.Held // "http-reuse never": the servers' connections that are this client's alone

	timer      loop.Timer
	deadline   int64 // of the rest
	accepted   int64 // Loop.Now of the accept
	ended      int64 // ... and of the last stream's end
	settled    int64 // ... of the end of what came before the session
	from       netip.AddrPort
	to         netip.AddrPort // set-dst on the connection; invalid = where the client connected to
	expects    conf.Headers   // by a rule
	hello      *greeting      // what they said; nil = nothing was to be said
	tls        *tlsio.Conn    // nil = the client speaks without TLS
	routed     *route         // the backend of the request that is coming: of a session that was in TCP mode
	http       bool           // it speaks HTTP: from the beginning, or since it was found out
	refused    string         // why it ended before it began: fc_err_name
	requests   uint32
	rested     uint32 // requests when the rest began
	counted    bool
	trunk      *session    // of a stream of HTTP/2: that of its connection; see http2.go
	mux        *h2mux.Conn // of a connection of HTTP/2
	next, prev *session    // in worker.resting
}

// Accept is called on the loop that will own the connection.
func (ln *listener) Accept(c *loop.Conn) {
	w := ln.fe.px.workers[c.Loop().ID()]
	s := &session{w: w, fe: ln.fe, ln: ln, c: c, accepted: w.l.Now(), settled: w.l.Now(), from: c.RemoteAddr(), counted: true, http: !ln.fe.tcp}
	s.timer.Fire = s.expire
	defer s.crashed()
	s.count()
	ln.countConn()
	if privileged(s.from) && w.px.cfg.Global.Process.RejectPrivileged {
		s.fe.traffic(w).DeniedConn++
		s.abandon()
		return
	}
	switch {
	case !s.admitted():
	case s.headers() != 0:
		if x := ln.explain; x != nil {
			x.Headers = s.headers()
		}
		s.greet()
	default:
		s.begin()
	}
}

// settle begins the session, when what comes before it is over.
func (s *session) settle() {
	w, c, ln := s.w, s.c, s.ln
	if !s.validated() {
		return
	}
	s.opened()
	if o := &ln.fe.p.Options; o.TCPKeepAliveClient {
		c.SetProbes(loop.Probes(o.ClientProbes))
	}
	if ln.fe.p.Options.NoLinger {
		c.SetNoLinger()
	}
	if ln.fe.tcp {
		ln.fe.logConnect(s)
		w.l.GoRun(s)
		return
	}
	if !ln.http2 && !s.agreed("h2") {
		s.old = true
		h1 := &ln.fe.traffic(w).HTTP1
		h1.Conns++
		h1.OpenConns++
	}
	// Most clients have sent their request by now: trying first saves the wait.
	s.deadline = s.firstDeadline()
	w.l.GoRun(s)
}

// privileged reports whether a client comes from a port that only its machine's system may use: for reflected traffic, a sign of it.
func privileged(from netip.AddrPort) bool { return from.IsValid() && from.Port() < 1024 }

// crashed is deferred around what runs for a session outside a stream: a panic ends it and gives its places back before the
// loop contains the panic.
func (s *session) crashed() {
	if v := recover(); v != nil {
		s.abandon()
		panic(v)
	}
}

func (s *session) abandon() {
	if s.c != nil {
		s.c.Reset()
	}
	s.leave()
}

// count notes the connection's beginning.
func (s *session) count() {
	w, fe := s.w, s.fe
	w.conns++
	raise(&fe.max, &fe.cur)
	raise(&s.ln.max, &s.ln.cur)
	fe.traffic(w).Connections++
	fe.local[w.id].connRate.Add(w.l.Wall())
	w.connRate.Add(w.l.Wall())
	s.ln.local[w.id].Connections++
}

// opened counts a session: a connection that the rules have let in.
func (s *session) opened() {
	w, fe := s.w, s.fe
	fe.traffic(w).Sessions++
	fe.local[w.id].sessRate.Add(w.l.Wall())
	s.ln.local[w.id].Sessions++
	s.ln.countSess()
}

// firstDeadline is when a connection that says nothing is given up.
func (s *session) firstDeadline() int64 {
	tm := &s.fe.p.Timeouts
	return after(s.settled, leastSet(tm.HTTPRequest, tm.Client))
}

// Ready is called when a resting connection is readable, hung up or failed.
func (s *session) Ready(*loop.Conn) {
	s.wake()
	s.w.l.GoRun(s)
}

func (s *session) wake() {
	s.w.resting.remove(s)
	s.c.SetHandler(nil)
}

// nextOrIdle is what follows a complete response on a connection that stays. What came while the stream was at work has
// had its event: it must be looked for.
func (s *session) nextOrIdle() next {
	if s.trunk != nil {
		return nextClose
	}
	if s.in.len() > 0 || s.c.Readable() || s.c.HungUp() {
		return nextRequest
	}
	return nextIdle
}

// rest waits for the next request without task and buffers.
func (s *session) rest() {
	w := s.w
	if w.px.stopping.Load() && w.spread.until <= w.l.Now() && !w.px.cfg.Global.Process.SpreadForever && !s.waitsOut() {
		s.close()
		return
	}
	if s.requests == 0 {
		s.park()
		return
	}
	if s.rested == s.requests { // woken by less than a request: a part of a TLS record, or one that is not data. The time runs on
		s.park()
		return
	}
	s.rested = s.requests
	tm := &s.fe.p.Timeouts
	s.deadline = after(w.l.Now(), leastSet(firstSet(tm.HTTPKeepAlive, tm.HTTPRequest), tm.Client))
	s.park()
}

// park is the rest itself, until deadline.
func (s *session) park() {
	s.dropBuf()
	s.w.resting.add(s)
	if s.deadline != loop.Never && (!s.timer.Armed() || s.timer.At() > s.deadline) {
		s.w.l.Arm(&s.timer, s.deadline)
	}
	if s.c.Rest(s) != nil { // nobody would ever hear of it again
		s.close()
	}
}

// expire is the rest's end by time. The timer is lazy: deadlines that moved on only arm it again.
func (s *session) expire() {
	switch {
	case s.c == nil || s.next == nil: // closed, or at work
	case s.w.l.Now() < s.deadline:
		s.w.l.Arm(&s.timer, s.deadline)
	case s.requests == 0:
		s.wake()
		s.w.l.GoRun(s) // receive finds the deadline over and says so
	case s.c.Begun(): // the request came in time
	default:
		s.close()
	}
}

// close ends the session and its connection.
func (s *session) close() {
	if s.c == nil {
		return
	}
	s.c.Close()
	s.leave()
}

// leave ends the session; the connection is somebody else's or closed.
func (s *session) leave() {
	if s.next != nil {
		s.w.resting.remove(s)
	}
	if s.trunk != nil {
		h2mux.Recycle(s.c)
	}
	s.c = nil
	s.oldEnd()
	s.held.Close()
	s.dropBuf()
	s.w.l.Disarm(&s.timer)
	s.end()
	if s.trunk != nil {
		s.w.putBranch(s)
	}
}

// oldEnd counts the end of a connection of HTTP/1.
func (s *session) oldEnd() {
	if s.old {
		s.old = false
		s.fe.traffic(s.w).HTTP1.OpenConns--
	}
}

// end gives back the session's place among the connections.
func (s *session) end() {
	if !s.counted {
		return
	}
	s.counted = false
	s.vars.Reset(s.w.px.state)
	s.ln.Leave()
}

// linger closes a connection whose client may still be sending, so that the response is not destroyed.
func (s *session) linger() {
	c := s.c
	switch {
	case c == nil:
		return
	case s.trunk != nil: // the stream's end says what is to be said
		s.close()
		return
	}
	c.CloseWrite()
	l := &lingerer{c: c, left: lingerBytes, s: s}
	s.dropBuf()
	s.w.l.Disarm(&s.timer)
	s.timer.Fire = l.end
	s.w.l.Arm(&s.timer, s.w.l.Now()+int64(lingerTime))
	if c.SetHandler(l) != nil {
		s.close()
		return
	}
	l.Ready(c)
}

// lingerer reads and forgets until the client is done, has sent too much or took too long.
type lingerer struct {
	s    *session
	c    *loop.Conn
	left int
}

func (g *lingerer) Ready(c *loop.Conn) {
	n, over := c.Forget(g.left)
	if g.left -= n; over {
		g.end()
	}
}

func (g *lingerer) end() { g.s.close() }

func (s *session) dropBuf() {
	s.in.drop(s.w.l)
}

// src is the client's address; invalid over a unix socket.
func (s *session) src() netip.AddrPort { return s.from }

// after is the time d after now; no d is no deadline.
func after(now int64, d time.Duration) int64 {
	if d <= 0 {
		return loop.Never
	}
	return now + int64(d)
}

// leastSet is the smaller of the two that are set.
func leastSet(a, b time.Duration) time.Duration {
	if a <= 0 || b > 0 && b < a {
		return b
	}
	return a
}

func firstSet(ds ...time.Duration) time.Duration {
	for _, d := range ds {
		if d > 0 {
			return d
		}
	}
	return 0
}

var _ loop.Handler = (*session)(nil)
