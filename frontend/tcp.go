package frontend

import (
	"weir/conf"
	"weir/internal/fault"
	"weir/internal/logsink"
	"weir/internal/loop"
)

// relay is the beginning of a session in TCP mode: content rules, a backend, a server, and both connections handed to a tunnel.
//
//	inspect ──► choose ──► inspect ──► reach ──► inspectServer ──► tunnel
//	(frontend's rules)     (backend's)           (tcp-response)
//
// nextRequest: the session is one of HTTP from here on.
func (st *stream) relay(t *loop.Task) next {
	st.beginTCP()
	if over, n := st.inspect(t, st.fe().tcpReq); over {
		return n
	}
	st.inspected = true
	if st.s.http {
		return nextRequest
	}
	if st.route = st.choose(t); st.route == nil {
		return st.lose(fault.NoBackend)
	}
	if st.route.p.Mode == conf.ModeHTTP {
		st.s.routed, st.route = st.route, nil
		st.toHTTP()
		return nextRequest
	}
	return st.serveTCP(t)
}

// serveTCP brings the session to a server of its backend.
func (st *stream) serveTCP(t *loop.Task) next {
	r := st.route
	st.ctx.BackendName, st.ctx.BackendID = r.p.Name, r.p.ID
	r.b.Enter(&st.lease, st.w.l)
	if r.p != st.fe().p { // a listen section's rules have been run
		if over, n := st.inspect(t, r.tcpReq); over {
			return n
		}
	}
	if f := st.reach(t); f != nil {
		return st.lose(f)
	}
	if over, n := st.inspectServer(t); over {
		return n
	}
	st.hand()
	return nextTunnel
}

// beginTCP readies the stream for a session in TCP mode.
func (st *stream) beginTCP() {
	s, w, rec := st.s, st.w, &st.rec
	st.tcp = true
	st.ctx.Begin(w.l.Wall())
	s.fill(&st.ctx)
	st.ctx.Final = true
	rec.s, rec.fe, rec.tcp, rec.cost = s, s.fe, true, st.taskCost()
	rec.hands = s.settled - s.accepted
	rec.t0, rec.began, rec.first, rec.received = s.accepted, s.accepted, s.accepted, s.accepted
	rec.seq = w.number()
	rec.date = w.l.Wall().UnixMilli() - (w.l.Now()-s.accepted)/1e6
}

// reach finds and connects a server, with retries as for HTTP.
func (st *stream) reach(t *loop.Task) *fault.Fault {
	for {
		f := st.connect(t)
		if f == nil || !st.mayRetry(f) {
			return f
		}
		st.retry()
	}
}

// hand makes a tunnel of the two connections. It outlives the stream, which keeps nothing.
func (st *stream) hand() {
	s, w := st.s, st.w
	tn, own := &tunnel{s: s, route: st.route}, st.tunnelOptions(false)
	st.rec.detachTCP(st, &tn.rec)
	tn.place = st.lease.Move()
	tn.Client, tn.Server = s.c, tn.place.Conn
	if s.in.len() > 0 {
		tn.Unsent(w.l, true, s.in.bytes())
	}
	if st.out.len() > 0 {
		tn.Unsent(w.l, false, st.out.bytes())
	}
	s.dropBuf()
	w.l.Disarm(&s.timer)
	if s.fe.p.Options.LogASAP && tn.rec.logs(w) {
		tn.rec.srvConn = tn.place.Server.Streams()
		tn.rec.emit(w, nil)
		tn.rec.logged = true
	}
	tn.begin(w.l, own)
}

// lose ends a TCP session that reached no server. The client may have sent: closing at once would be a reset.
func (st *stream) lose(f *fault.Fault) next {
	st.rec.fail(f)
	tr := st.fe().traffic(st.w)
	switch {
	case f.Side == fault.Client && f.Phase != fault.PhaseRequest:
		tr.ClientAbort++
		st.route.b.Counters(st.w.l).ClientAbort++
		if srv := st.lease.Server; srv != nil {
			srv.Counters(st.w.l).ClientAbort++
		}
		return nextClose
	case st.route != nil && f.Phase != fault.PhaseRequest:
		st.route.b.Counters(st.w.l).ConnErrors++
		if srv := st.lease.Server; srv != nil {
			srv.Counters(st.w.l).ConnErrors++
		}
	case f.Phase == fault.PhaseRequest:
		tr.ReqErrors++
		st.s.ln.local[st.w.id].ReqErrors++
		return nextClose
	}
	return nextLinger
}

// finishTCP counts and logs a session in TCP mode that did not become a tunnel.
func (r *record) finishTCP(st *stream) {
	w := st.w
	r.route = st.route
	w.count(r)
	n := uint64(st.s.in.len()) + uint64(r.up)
	r.fe.traffic(w).BytesIn += n
	st.s.ln.local[w.id].BytesIn += n
	if st.route != nil {
		st.route.b.Counters(w.l).BytesIn += n
	}
	if r.logs(w) {
		r.logged = true
		r.srv = r.serverName(st)
		r.emit(w, st)
	}
}

// detachTCP is detach for a session in TCP mode, which has no response to count.
func (r *record) detachTCP(st *stream, c *record) {
	r.part(st, c)
	st.tcp, r.fault = false, nil // the tunnel's end counts and logs it
}

// logConnect writes the line of a proxy without httplog or tcplog, where that is wanted: of a connection in TCP, of each request in HTTP.
func (fe *Frontend) logConnect(s *session) {
	w := s.w
	if !fe.logsConnect || !fe.log.Wants(logsink.Info) {
		return
	}
	lr := &w.line
	lr.Client, lr.Dest, lr.UnixID = s.src(), s.c.LocalAddr(), s.ln.id
	lr.Start = w.l.Wall().UnixMilli()
	lr.Frontend, lr.HTTP = fe.p.Name, !fe.tcp
	w.access.End(w.format.AppendConnect(w.access.Begin(), lr), fe.log, logsink.Info)
}
