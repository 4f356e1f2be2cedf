package frontend

import (
	"time"

	"weir/backend"
	"weir/conf"
	"weir/internal/fault"
	"weir/internal/h2mux"
	"weir/internal/http1"
	"weir/internal/loop"
	"weir/internal/message"
)

// send gives the request head, and what is there of its body, to the server.
func (st *stream) send(t *loop.Task) *fault.Fault {
	st.rec.nothingBack = true
	st.keepForRetry()
	st.nameServer()
	h := st.toServer(http1.AppendRequest(st.w.scratch[:0], &st.req, st.requestOptions()))
	s := st.s
	st.headLen = int64(len(h))
	st.up.bare = st.route.p.Options.DropReqTrailers
	switch st.up.begin(st.w, h, s.c, st.lease.Conn, &s.in, st.req.Framing, st.req.ContentLength, st.req.Framing == message.Chunked) {
	case relayDstEnd:
		return st.lost()
	case relaySrcBad:
		return fault.BadRequestData
	}
	return nil
}

// requestOptions are what the request head says of the connection.
func (st *stream) requestOptions() http1.RequestOptions {
	be := &st.route.p.Options
	ends := be.ConnMode != conf.KeepAlive || st.fe().p.Options.ConnMode != conf.KeepAlive
	o := http1.RequestOptions{Close: ends && !be.PretendKeepAlive || st.closeSrv, Upgrade: true}
	if o.Whole = st.lease.Multiplexed(); o.Whole {
		o.Scheme = st.scheme()
	}
	return o
}

// scheme is that of a request whose target does not say it (RFC 9112, 3.3); "" = that of the connection to the server.
func (st *stream) scheme() string {
	switch {
	case st.s.trunk != nil:
		return h2mux.SchemeOf(st.s.c)
	case st.s.tls != nil:
		return "https"
	}
	return ""
}

// await reads the response head while the request's body goes on. nil: it is in st.resp.
func (st *stream) await(t *loop.Task) *fault.Fault {
	c := st.lease.Conn
	st.out.clear()
	st.parser = http1.Parser{}
	interim := 0
	for {
		up, f := st.pumpUp()
		if f != nil {
			return f
		}
		n, f := st.responseHead(c) // also in the midst of a long body: the server may refuse it
		if f != nil {
			return f
		}
		if n == 0 && up == relayMore {
			t.Yield()
			continue
		}
		if n == 0 {
			if f := st.waitHead(t, up); f != nil {
				return f
			}
			continue
		}
		st.out.r, st.out.lo = n, 0
		if st.resp.Status >= 200 || st.resp.Status == 101 {
			if st.repeatsAfter(fault.UnwantedStatus) {
				return fault.UnwantedStatus
			}
			st.room = st.w.l.BufSize() - n
			st.rec.responded(st)
			return nil
		}
		if interim++; interim > maxInterim {
			return fault.BadResponse
		}
		if f := st.interim(t); f != nil {
			return f
		}
	}
}

// observe tells the server's health how the wait for a response ended. What was the client's doing says nothing.
func (st *stream) observe(f *fault.Fault) {
	srv := st.lease.Server
	if f != nil {
		st.lease.TellAlert()
	}
	if !srv.Observes("layer7") {
		return
	}
	switch {
	case f == nil || f == fault.UnwantedStatus:
		if backend.GoodStatus(st.resp.Status) {
			srv.ObserveResponse("")
		} else {
			srv.ObserveResponse(backend.ObservedStatus)
		}
	case f == fault.BadResponse:
		srv.ObserveResponse(backend.ObservedBadReply)
	case f.Side == fault.STimeout:
		srv.ObserveResponse(backend.ObservedTimeout)
	case f.Side == fault.Server:
		srv.ObserveResponse(backend.ObservedClose)
	}
}

// pumpUp moves the request's body on. A server that stops taking it may still answer: that is not the stream's end. Once it has, the rest is
// read and forgotten (see drain.go); over HTTP/2 the end of the stream tells the client to stop.
func (st *stream) pumpUp() (status, *fault.Fault) {
	if !st.up.on || st.up.dry && (!st.answered || st.s.trunk != nil) {
		return relayDone, nil
	}
	s := st.up.step(st.w)
	for s == relayFull {
		st.release()
		s = st.up.step(st.w)
	}
	switch s {
	case relaySrcEnd:
		return s, fault.ClientAbortData
	case relaySrcBad:
		return s, fault.BadRequestData
	case relayDstEnd:
		st.up.discard(st.w.l)
		return relayDone, nil
	default:
		return s, nil
	}
}

// responseHead reads and parses. 0 = more bytes are needed and none are there.
func (st *stream) responseHead(c *loop.Conn) (int, *fault.Fault) {
	for {
		if st.out.len() > 0 {
			n, err := st.parser.Response(st.out.bytes(), &st.resp, st.req.MethodID, st.route.respLimits)
			if err == nil {
				st.w.forgiven(st.parser.Forgiven)
				return st.out.r + n, nil
			}
			if err != http1.ErrIncomplete {
				if st.rec.reason, _ = err.(*http1.Error); st.rec.reason != nil {
					st.route.badResponse.keep(st, st.rec.reason, st.out.bytes(), true)
				}
				return 0, fault.BadResponse
			}
		}
		if !c.Readable() {
			return 0, nil
		}
		st.out.ready(st.w.l)
		if st.out.full() {
			return 0, fault.BadResponse
		}
		_, err := st.out.recv(c)
		switch {
		case err == nil:
			st.rec.nothingBack = false
		case err == loop.ErrAgain:
			return 0, nil
		default:
			return 0, st.lost()
		}
	}
}

// waitHead suspends until the server or, while its body is awaited, the client has something.
func (st *stream) waitHead(t *loop.Task, up status) *fault.Fault {
	client, server := st.s.c, st.lease.Conn
	now := st.w.l.Now()
	deadline, f := after(now, firstSet(st.set.server, st.route.p.Timeouts.Server)), fault.ServerTimeoutHeaders
	if st.out.len() == 0 && st.out.b != nil {
		st.out.drop(st.w.l) // waiting holds no buffer
	}
	if d := st.clientTimeout(); up == relayNeedSrc && d > 0 {
		deadline, f = after(now, d), fault.ClientTimeoutData
	}
	abort := st.route.p.Options.AbortOnClose && up != relayNeedSrc
	defer client.Release()
	defer server.Release()
	for watch := up == relayNeedSrc || abort || client.Watched(); ; watch = true {
		if err := server.Await(t, true, up == relayNeedDst); err != nil {
			return fault.InternalError
		}
		until := deadline
		if watch {
			if err := client.Await(t, up == relayNeedSrc || abort, false); err != nil {
				return fault.ClientAbortHeaders
			}
			if f := clientGone(client, up, abort); f != nil {
				return f
			}
		} else {
			// Most servers answer before watching the client would have paid for its system call.
			until = min(deadline, st.w.l.Now()+int64(watchAfter))
		}
		if t.Park(until) {
			break
		}
		if until == deadline {
			return f
		}
	}
	return clientGone(client, up, abort)
}

// clientGone is the fault of a client that failed, or, where abort asks for it, that closed.
func clientGone(client *loop.Conn, up status, abort bool) *fault.Fault {
	switch {
	case client.Failed() && up == relayNeedSrc:
		return fault.ClientAbortData
	case client.Failed(), abort && client.HungUp():
		return fault.ClientAbortHeaders
	}
	return nil
}

// interim forwards a 1xx response. A client of HTTP/1.0 knows none.
func (st *stream) interim(t *loop.Task) *fault.Fault {
	st.parser = http1.Parser{}
	st.goesOn = st.goesOn || st.resp.Status == 100
	if st.req.Minor == 0 {
		return nil
	}
	h := st.toClient(http1.AppendResponse(st.w.scratch[:0], &st.resp, http1.ResponseOptions{}))
	tm := st.fe().p.Timeouts.Client
	n := int64(len(h))
	if err := st.s.c.Send(t, append([]byte(nil), h...), after(st.w.l.Now(), tm)); err != nil {
		return fault.ClientAbortHeaders
	}
	st.down.sent += n
	return nil
}

// exchange brings the response to the client, and what is left of the request to the server.
func (st *stream) exchange(t *loop.Task) next {
	if st.resp.Status == 101 || st.req.MethodID == message.MethodConnect && st.resp.Status/100 == 2 {
		return st.tunnel(t)
	}
	if st.resp.Status/100 == 2 && st.s.trunk != nil && h2mux.Extended(st.s.c) { // to its client that would open what the server has not agreed to
		st.rec.resp = 0
		return st.refuse(t, fault.ServerNoUpgrade)
	}
	st.ctx.Resp = &st.resp
	st.authenticates() // before the rules, which may take the field away
	if st.responseRules(t) {
		return st.then
	}
	return st.respond(t)
}

// respond is exchange once the rules have made of the response what they wanted.
func (st *stream) respond(t *loop.Task) next {
	f := st.relayResponse(t)
	if f == fault.BadResponse { // found out in time
		st.rec.resp = 0
		return st.refuse(t, f)
	}
	if f != nil {
		st.rec.fail(f)
		st.countFault(f)
		if !st.down.chunked && st.down.framing != message.Length {
			st.s.c.Reset() // a FIN would say that this close-delimited body is complete
		}
		return nextClose
	}
	if st.up.on {
		if over, n := st.rest(t); over {
			return n
		}
	}
	st.reuse = st.resp.KeepAlive && !st.closeSrv && st.resp.Framing != message.UntilClose && !st.bodyless && !st.up.on && st.up.ended && st.out.len() == 0 &&
		st.route.p.Options.ConnMode == conf.KeepAlive && st.fe().p.Options.ConnMode == conf.KeepAlive
	return st.after()
}

// clientTimeout is for how long the client may be silent.
func (st *stream) clientTimeout() time.Duration {
	return firstSet(st.set.client, st.fe().p.Timeouts.Client)
}

// release gives up the request's head: a body needs its room, or a long response needs no buffer of the request. The line, which
// logs and rules may ask for to the end, is copied; of the fields nothing is left, so that nobody can read what has been overwritten.
func (st *stream) release() {
	st.s.in.lo, st.s.in.keep = 0, false
	if st.released || !st.begun {
		return
	}
	st.released = true
	st.rec.keepLine(st)
	st.s.private = st.s.private || st.asksPrivate()
	q, a := &st.req, &st.arena
	for _, p := range []*[]byte{&q.Method, &q.Asked, &q.Target, &q.Scheme, &q.Authority, &q.Path} {
		if len(*p) > 0 {
			*p = a.Copy(*p)
		}
	}
	q.Fields = q.Fields[:0]
	st.ctx.ReqBody = nil
}

// headSent gives up the response's head, which what follows in the window overwrites. Its status is still known.
func (st *stream) headSent() {
	st.resp.Fields, st.resp.Reason = st.resp.Fields[:0], nil
	st.ctx.RespBody = nil
	st.out.lo = 0
}

// after is what becomes of the client's connection once the response has left.
func (st *stream) after() next {
	s := st.s
	if st.closeSide {
		if st.req.Framing != message.NoBody || s.in.len() > 0 || s.c.Readable() {
			return nextLinger
		}
		return nextClose
	}
	return s.nextOrIdle()
}

// responseRules runs the backend's rules, then the frontend's: responses go the other way round. over: st.then follows.
func (st *stream) responseRules(t *loop.Task) (over bool) {
	fe, r := st.fe(), st.route
	st.out.lo = st.out.r // a rule may wait for more
	if st.resp.Framing == message.Length && len(r.resRules)+len(fe.resRules)+len(r.aftRules)+len(fe.aftRules) > 0 {
		st.seeResponse() // as much of the body as there is; chunks are taken apart for those only who wait for them
	}
	if len(r.resRules) > 0 && st.run(t, r.resRules, onResponse) {
		return true
	}
	if r.p != fe.p && len(fe.resRules) > 0 && st.run(t, fe.resRules, onResponse) {
		return true
	}
	if fe.cookie != nil { // as the rules have left it
		st.rec.respCookie = fe.cookie.response(st)
	}
	if r.p.CheckCache && st.leaks() {
		st.deniedResp()
		st.rec.fail(fault.DeniedResponse)
		st.then = st.page(t, fault.DeniedResponse.Status)
		return true
	}
	if r.cookie != nil {
		st.keepServer()
	}
	return st.afterRules(t)
}

// afterRules runs http-after-response on whatever response goes out.
func (st *stream) afterRules(t *loop.Task) (over bool) {
	fe, r := st.fe(), st.route
	if st.muted || !st.begun { // what answers no request has only what its page says
		return false
	}
	if r != nil && len(r.aftRules) > 0 && st.run(t, r.aftRules, onAfter) {
		return true
	}
	return (r == nil || r.p != fe.p) && len(fe.aftRules) > 0 && st.run(t, fe.aftRules, onAfter)
}

// relayResponse sends the head and then both bodies until the response is complete.
func (st *stream) relayResponse(t *loop.Task) *fault.Fault {
	framing, chunked := st.resp.Framing, st.resp.Framing == message.Chunked
	if chunked && st.req.Minor == 0 { // RFC 9112, 7.1: such a client knows no chunks
		chunked = false
		st.resp.Framing = message.UntilClose
	}
	before := st.closeSide
	st.closeSide = before || st.mustClose()
	st.closeSide = st.fit() || st.closeSide
	h := st.toClient(http1.AppendResponse(st.w.scratch[:0], &st.resp, http1.ResponseOptions{Close: st.closeSide, KeepAlive: st.req.Minor == 0 && !st.closeSide}))
	st.resp.Framing = framing
	if st.bodyless = framing != message.NoBody && !st.wantsBody(); st.bodyless {
		// A rule has made it another method or status: what the server sends is not for this client.
		framing, chunked = message.NoBody, false
	}
	st.headSent()
	st.answered = true
	st.rec.status = st.resp.Status
	st.down.bare = st.fe().p.Options.DropRespTrailers
	switch st.down.begin(st.w, h, st.lease.Conn, st.s.c, &st.out, framing, st.resp.ContentLength, chunked) {
	case relayDstEnd:
		return fault.ClientAbortData
	case relaySrcBad: // what came with the head is malformed: nothing has left yet
		st.answered, st.closeSide, st.rec.status = false, before || !st.req.KeepAlive || st.up.on, 0
		return fault.BadResponse
	}
	if st.fe().p.Options.LogASAP {
		st.rec.asap(st)
	}
	return st.bodies(t)
}

// mustClose decides whether the client's connection ends with this response. That the request has not come to its end is no reason: it is
// read to there in any case.
func (st *stream) mustClose() bool {
	return !st.req.KeepAlive || st.resp.Framing == message.UntilClose || st.unasked() ||
		st.fe().p.Options.ConnMode == conf.HTTPClose || st.w.leaving()
}

// bodies relays until the response's body is complete.
func (st *stream) bodies(t *loop.Task) *fault.Fault {
	for {
		down := st.down.step(st.w)
		switch down {
		case relayDone:
			return nil
		case relayDstEnd:
			return fault.ClientAbortData
		case relaySrcEnd:
			if st.lost() == fault.BadResponse {
				return fault.BadResponseData
			}
			return fault.ServerAbortData
		case relaySrcBad:
			return fault.BadResponseData
		}
		up, f := st.pumpUp()
		if f != nil { // the client stopped sending: the response may still reach it
			st.up.on, st.closeSide = false, true
			up = relayDone
		}
		if down == relayMore || up == relayMore {
			t.Yield()
			continue
		}
		if f := st.waitBodies(t, up, down); f != nil {
			return f
		}
	}
}

// waitBodies suspends until one of the two relays can go on.
func (st *stream) waitBodies(t *loop.Task, up, down status) *fault.Fault {
	client, server := st.s.c, st.lease.Conn
	now := st.w.l.Now()
	ct, stm := st.clientTimeout(), firstSet(st.set.server, st.route.p.Timeouts.Server)
	deadline, f := after(now, stm), fault.ServerTimeoutData
	if down == relayNeedDst {
		deadline, f = after(now, ct), fault.ClientTimeoutData
	}
	if st.down.idle() {
		st.out.drop(st.w.l)
	}
	if !st.up.on && st.s.in.len() == 0 && st.s.in.b != nil {
		// A response may go on for hours (a log, server-sent events). Of the request only its line is still wanted.
		st.release()
		st.s.dropBuf()
	}
	defer client.Release()
	defer server.Release()
	if client.Await(t, up == relayNeedSrc, down == relayNeedDst) != nil || client.Failed() {
		return fault.ClientAbortData
	}
	if err := server.Await(t, down == relayNeedSrc, up == relayNeedDst); err != nil {
		return fault.ServerAbortData
	}
	if !t.Park(deadline) {
		return f
	}
	if client.Failed() {
		return fault.ClientAbortData
	}
	return nil
}
