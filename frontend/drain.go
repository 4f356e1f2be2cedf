package frontend

import (
	"time"

	"weir/internal/fault"
	"weir/internal/http1"
	"weir/internal/loop"
	"weir/internal/message"
)

// A request may be answered before its body has come: by its server, or by us. Most clients send it to its end before they read what they are
// told, and a connection that is closed meanwhile takes the answer with it.
//
//	response complete ──► the server takes the body ──► rest: forwarded to its end ──► the next request
//	                  └─► it does not, or we answered ─► drainer: read and forgotten ─► the next request, or the close

// rest goes on with the body of a request whose response has left. over: it cannot be brought to the server, and n is what follows.
func (st *stream) rest(t *loop.Task) (over bool, n next) {
	if st.unasked() {
		return true, st.drain(false)
	}
	if !st.down.chunked && st.down.framing == message.UntilClose {
		st.s.c.CloseWrite() // only so is the response complete
	}
	f := st.upload(t)
	switch f {
	case nil:
		st.listen()
		return false, 0
	case fault.ServerAbortData:
		if st.lease.Multiplexed() { // it has ended the stream as it may (RFC 9113, 8.1)
			return true, st.drain(!st.closeSide)
		}
	case fault.ServerTimeoutData:
	case fault.BadRequestData:
		st.rec.fail(f)
		st.countFault(f)
		return true, nextLinger
	default:
		st.rec.fail(f)
		st.countFault(f)
		return true, nextClose
	}
	st.rec.fail(f)
	st.countFault(f)
	return true, st.drain(!st.closeSide)
}

// listen asks whether the server has said more than its response. A notice of the poller's may be about what has been read since, and would have
// the pool take the connection for dead.
func (st *stream) listen() {
	if c := st.lease.Conn; c.Readable() && st.out.len() == 0 {
		st.out.ready(st.w.l)
		st.out.recv(c)
	}
}

// unasked reports whether the client waits for a 100 that never came before it sends its body, if it does at all: what follows cannot
// be told apart (RFC 9110, 10.1.1).
func (st *stream) unasked() bool {
	return st.up.on && st.req.Expect100 && !st.goesOn && st.up.moved == 0
}

// upload relays until the request is complete or its server takes no more of it.
func (st *stream) upload(t *loop.Task) *fault.Fault {
	for st.up.on {
		if st.up.dry {
			return fault.ServerAbortData
		}
		up, f := st.pumpUp()
		switch {
		case f != nil:
			return f
		case up == relayMore:
			t.Yield()
		case up == relayNeedSrc, up == relayNeedDst:
			if f := st.waitUpload(t, up); f != nil {
				return f
			}
		}
	}
	return nil
}

// waitUpload suspends until the relay can go on.
func (st *stream) waitUpload(t *loop.Task, up status) *fault.Fault {
	client, server := st.s.c, st.lease.Conn
	now := st.w.l.Now()
	deadline, f := after(now, st.clientTimeout()), fault.ClientTimeoutData
	if up == relayNeedDst {
		deadline, f = after(now, firstSet(st.set.server, st.route.p.Timeouts.Server)), fault.ServerTimeoutData
	}
	if st.up.idle() && st.s.in.b != nil { // a slow upload holds no buffer
		st.release()
		st.s.dropBuf()
	}
	defer client.Release()
	defer server.Release()
	if client.Await(t, up == relayNeedSrc, false) != nil || client.Failed() {
		return fault.ClientAbortData
	}
	if server.Await(t, false, up == relayNeedDst) != nil {
		return fault.ServerAbortData
	}
	switch {
	case !t.Park(deadline):
		return f
	case client.Failed():
		return fault.ClientAbortData
	}
	return nil
}

// drain has what is left of the request's body read and forgotten, so that the client comes to read the response. Then the connection
// serves the next request, or is closed.
func (st *stream) drain(keep bool) next {
	s := st.s
	if s.trunk != nil { // the end of its stream tells the client to stop, and its other streams go on
		return nextClose
	}
	d := &drainer{s: s, keep: keep, silence: st.clientTimeout()}
	d.body.receive(s.c, &s.in, st.req.Framing, st.req.ContentLength)
	if st.up.src != nil {
		d.body.left, d.body.chunks = st.up.left, st.up.chunks
		d.body.chunks.Trailers = nil
	}
	s.drainer = d
	return nextDrain
}

// dismiss is how the client of an answer of our own leaves whose connection is not kept.
func (st *stream) dismiss() next {
	switch st.rec.fault {
	case fault.BadRequest, fault.BadRequestData, fault.ClientTimeoutRequest, fault.ClientTimeoutData:
		return nextLinger // it sends no body that could be followed, or nothing at all
	}
	if !st.begun || st.req.Framing == message.NoBody || st.up.src != nil && st.up.ended {
		return nextLinger
	}
	return st.drain(false)
}

// drainer reads a body that nobody takes.
type drainer struct {
	s       *session
	body    relay
	keep    bool          // the connection serves another request then
	silence time.Duration // how long the client may be silent
	seen    int64         // of body.moved
	heard   int64         // Loop.Now of what came last
	until   int64         // ... of the end, whatever comes
	parked  bool
}

// drainLimits are drainTime and drainBytes; tests make them smaller.
type drainLimits struct {
	time  time.Duration
	bytes int64
}

// drain begins it.
func (s *session) drain() {
	d, now := s.drainer, s.w.l.Now()
	s.in.lo, s.in.keep = 0, false
	d.heard, d.until = now, now+int64(s.w.drain.time)
	if !d.keep {
		s.c.CloseWrite()
	}
	s.w.l.Disarm(&s.timer)
	s.timer.Fire = d.tick
	s.w.l.GoRun(d)
}

// Run takes what is there.
func (d *drainer) Run(t *loop.Task) {
	s := d.s
	defer s.crashed()
	for {
		st := d.body.step(s.w)
		now := s.w.l.Now()
		if d.body.moved != d.seen {
			d.seen, d.heard = d.body.moved, now
		}
		switch {
		case st == relayDone:
			d.end()
		case st == relayNeedSrc && d.body.moved < s.w.drain.bytes && d.wait(now):
		case st == relayMore && d.body.moved < s.w.drain.bytes && now < d.until:
			t.Yield()
			continue
		default:
			s.close()
		}
		return
	}
}

// wait rests without a buffer, if there is time left.
func (d *drainer) wait(now int64) bool {
	s := d.s
	if s.in.len() == 0 {
		s.dropBuf()
	}
	at := min(d.until, after(d.heard, d.silence))
	if at <= now || s.c.SetHandler(d) != nil {
		return false
	}
	d.parked = true
	s.w.l.Arm(&s.timer, at)
	return true
}

// Ready is loop.Handler's.
func (d *drainer) Ready(c *loop.Conn) {
	d.parked = false
	c.SetHandler(nil)
	d.s.w.l.GoRun(d)
}

func (d *drainer) tick() {
	if d.parked {
		d.s.close()
	}
}

// end is that of the body.
func (d *drainer) end() {
	s := d.s
	s.drainer = nil
	s.w.l.Disarm(&s.timer)
	if !d.keep {
		s.linger()
		return
	}
	s.timer.Fire = s.expire
	s.w.l.GoRun(s)
}

var _ loop.Handler = (*drainer)(nil)

// receive readies the relay to read a body that goes nowhere.
func (r *relay) receive(src *loop.Conn, win *window, framing message.Framing, length int64) {
	r.src, r.win, r.framing, r.left = src, win, framing, length
	r.chunks = http1.ChunkReader{}
	r.ended = framing == message.Length && length == 0
	r.on, r.dry = true, true
}

// discard has what is left of the body go nowhere: its destination takes no more.
func (r *relay) discard(l *loop.Loop) {
	r.dry = true
	r.pend, r.off = r.pend[:0], 0
	r.flow.Close(l)
}
