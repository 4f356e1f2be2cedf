package frontend

import (
	"weir/internal/logfmt"
)

// write puts a tunnel's line in the log.
func (r *record) write(w *worker) {
	if r.logs(w) {
		r.logged = true
		r.emit(w, nil)
	}
}

// fill tells the worker's log record what is known of the stream by now, as far as need asks for it.
func (r *record) fill(w *worker, st *stream, need logfmt.Need) *logfmt.Record {
	lr := &w.line
	if need&logfmt.NeedID != 0 && st != nil && (st.begun || r.tcp) {
		st.uniqueID() // it may be made of log variables itself
	}
	if st != nil && (st.route != nil && st.route.cookie != nil || r.fe.p.Cookie != nil) {
		r.cookie[0], r.cookie[1] = st.cookieLetters()
	}
	// Field by field: a literal would be put together elsewhere and copied.
	*lr = logfmt.Record{}
	lr.Client, lr.UnixID, lr.Frontend, lr.Server, lr.HTTP = r.client(), r.s.ln.id, r.fe.p.Name, r.srv, !r.tcp
	lr.Status, lr.Bytes, lr.Uploaded, lr.State = r.status, r.bytes, r.up, r.state()
	lr.Retries, lr.Redispatched, lr.SrvQueue, lr.BackendQueue = int64(r.retries), r.redispatched, r.sq, r.bq
	lr.ReqHeaders, lr.RespHeaders, lr.Request = r.reqCap, r.respCap, r.line
	lr.ReqCookie, lr.RespCookie = r.reqCookie, r.respCookie
	lr.UniqueID, lr.Local, lr.Source, lr.Target, lr.Streams = r.id, r.dst, r.srvEnds[0], r.srvEnds[1], r.seq
	if st != nil {
		lr.Local = st.ctx.Dst
	}
	if r.status == 0 {
		lr.Status = -1
	}
	if r.fault != nil {
		lr.Reason = r.fault.Text
	}
	r.times(lr, w.l.Now())
	if r.s.tls != nil {
		r.s.fillTLS(lr)
	}
	if r.route != nil {
		lr.Backend = r.route.p.Name
	}
	if need&logfmt.NeedCounts != 0 {
		lr.ActConn, lr.FeConn, lr.SrvConn = w.px.gate.conns.Load(), r.fe.cur.Load(), r.srvConn
		if r.route != nil {
			lr.BeConn = r.route.b.Streams()
		}
	}
	if need&logfmt.NeedLines != 0 {
		lr.Lines = r.fe.written.Load()
	}
	r.captures(lr)
	return lr
}

// times fills in the dates and the timers (HAProxy manual, 8.4).
func (r *record) times(lr *logfmt.Record, now int64) {
	lr.Start, lr.Date = r.date, r.date
	lr.Ti, lr.TR = logfmt.NotReached, logfmt.NotReached
	lr.Th = r.hands / 1e6
	lr.Tt = (now - r.began) / 1e6
	lr.Ta = lr.Tt
	if r.first != 0 {
		lr.Ti = max((r.first-r.began)/1e6-lr.Th, 0)
		lr.TR = timer(r.first, r.received)
		lr.Ta = (now - r.first) / 1e6
		lr.Date += lr.Th + lr.Ti
	}
	lr.Tw, lr.Tc, lr.Tr = timer(r.received, r.slot), timer(r.slot, r.conn), timer(r.conn, r.resp)
	switch {
	case r.tcp:
		lr.Tw = timer(r.began+r.hands, r.slot)
	case r.tarpitted: // the time in the pit is one of waiting, and the request counts as never read
		lr.TR = logfmt.NotReached
	}
}

// captures leaves out a list in which there is nothing to be. Of a response that never came, each is missing.
func (r *record) captures(lr *logfmt.Record) {
	if len(r.reqCap) == 0 {
		lr.ReqHeaders = nil
	}
	if len(r.respCap) == 0 && (len(r.line) > 0 || r.unread) {
		for range r.fe.resCapts {
			r.respCap = append(r.respCap, nil)
		}
	}
	if lr.RespHeaders = r.respCap; len(r.respCap) == 0 {
		lr.RespHeaders = nil
	}
}

// LogRecord is acl.Log's: log variables in rules. Of the totals it tells what they are by now.
func (st *stream) LogRecord(need logfmt.Need) (*logfmt.Formatter, *logfmt.Record) {
	r := &st.rec
	if need&logfmt.NeedRequest != 0 {
		r.requestLine(st)
	}
	r.srv, r.route = r.serverName(st), st.route
	lr := r.fill(st.w, st, need)
	lr.Bytes, lr.Uploaded, lr.Local = st.down.sent, st.up.sent, st.ctx.Dst
	if need&logfmt.NeedServer != 0 && st.lease.Conn != nil {
		lr.Source, lr.Target = st.lease.Conn.LocalAddr(), st.lease.Conn.RemoteAddr()
	}
	return &st.w.format, lr
}

// uniqueID is the stream's by unique-id-format; nil where none is configured. It is made once.
func (st *stream) uniqueID() []byte {
	f, r := st.fe().lines.id, &st.rec
	if f == nil || r.id != nil {
		return r.id
	}
	r.id = []byte{} // the format may ask for itself
	// It may be asked for while another format is being put together in st.text.
	st.idText = escapeControls(f.Append(st.idText[:0], &st.ctx), 0)
	if len(st.idText) > 0 {
		r.id = st.arena.Copy(st.idText[:min(len(st.idText), maxUniqueID)])
	}
	return r.id
}
