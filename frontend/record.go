package frontend

import (
	"bytes"
	"net/netip"

	"weir/backend"
	"weir/conf"
	"weir/internal/fault"
	"weir/internal/http1"
	"weir/internal/logfmt"
	"weir/internal/logsink"
	"weir/internal/loop"
	"weir/internal/tlsio"
	"weir/stats"
)

// record is what is known of a stream for the counters, and what the told of it is for its log line. Times are Loop.Now's; 0 = not
// reached. A tunnel keeps its record for as long as it lives, but a told only where a line will be written: see detach.
type record struct {
	t0       int64 // the wait for the request began: of the first one, the accept
	received int64 // its head was complete
	slot     int64 // a server was assigned
	conn     int64 // ... and connected
	resp     int64 // the response head was complete

	fault   *fault.Fault
	reason  *http1.Error // why a message was malformed
	status  int          // what the client was answered; 0 = nothing
	bytes   int64        // to the client; of a tunnel, when it is over
	up      int64
	retries int
	fe      *Frontend
	s       *session
	level   logsink.Level // by set-log-level, where leveled
	leveled bool
	logged  bool

	*told
}

// told is what only a log line and the rules want to know.
type told struct {
	began int64 // the accept, or the end of the stream before this one
	hands int64 // nanoseconds of handshakes: of the first request
	first int64 // the request's first byte
	date  int64 // unix milliseconds of began

	server       string // in place of a server's name: a service's
	redispatched bool
	nothingBack  bool // no byte of a response came on this attempt
	local        bool // answered by ourselves
	tarpitted    bool
	unread       bool // ended before anybody looked at the request: the log shows none
	tcp          bool
	shown        int // the status of the log where it is not that of the page: an errorfile and an errorloc may have another
	sq, bq       int64
	line         []byte // the request line, once the request's buffer is gone
	reqCap       [][]byte
	respCap      [][]byte
	head         int // octets of the request head as received
	route        *route
	srv          string
	srvConn      int64
	src          netip.AddrPort // by set-src and set-src-port
	seq          uint64         // the stream's number
	id           []byte         // unique-id-format's value, once it is made
	dst          netip.AddrPort // where the client connected to
	srvEnds      [2]netip.AddrPort
	srvInfo      loop.TCPInfo // of its connection, where srvKnown
	srvKnown     bool
	srvHTTP2     bool
	srvReused    bool
	cookie       [2]byte // the letters of the persistence cookies
	reqCookie    []byte  // "capture cookie"
	respCookie   []byte
	respHead     int           // octets of the response head as received
	srvStatus    int           // what the server answered
	lastRule     *conf.Pos     // the rule that ended its list
	waiting      *conf.Pos     // the rule that was waiting when the stream failed
	cost         loop.TaskCost // of the task, when the stream began
	values       *kept         // of a tunnel
}

// start notes when the request began.
func (r *record) start(st *stream) {
	s, w := st.s, st.w
	r.s, r.fe, r.cost = s, s.fe, st.taskCost()
	now := w.l.Now()
	r.t0, r.began = now, s.ended
	if s.requests == 0 {
		r.t0, r.began, r.hands = s.accepted, s.accepted, s.settled-s.accepted
	}
	if s.in.e > 0 {
		r.arrived(w)
	}
	r.date = w.l.Wall().UnixMilli() - (now-r.began)/1e6
}

// taskCost is what the task has cost before this stream.
func (st *stream) taskCost() loop.TaskCost {
	if st.task == nil {
		return loop.TaskCost{}
	}
	return st.task.Cost()
}

// arrived notes the request's first byte.
func (r *record) arrived(w *worker) {
	if r.first == 0 {
		r.first = w.l.Now()
		r.seq = w.number()
	}
}

// request notes that the head is complete and keeps what the log wants of it.
func (r *record) request(st *stream) {
	r.received, r.head = st.w.l.Now(), st.s.in.lo
	if cs := r.fe.captures; len(cs) > 0 {
		r.reqCap = collect(r.reqCap[:0], cs, st.req.Fields, &st.arena)
	}
	st.ctx.ReqCaptures = r.reqCap
}

func (r *record) assigned(st *stream) {
	st.last = st.lease.Server
	if st.route.cookie != nil {
		st.visit.markUnused(st.lease.Server)
	}
	if st.route.p.PreferLast {
		st.s.previous = st.lease.Server
	}
	r.queued(&st.lease, st.w.l.Now())
}

// queued notes the end of a wait for a slot, also of one in vain: %Tw tells of it too.
func (r *record) queued(ls *backend.Lease, now int64) {
	if ls.Server != nil || ls.Waited {
		r.slot = now
	}
	r.sq, r.bq = ls.ServerQueue, ls.BackendQueue
}

// served notes that a service of our own takes the request: it is a server to whom nobody has to connect.
func (r *record) served(w *worker) {
	r.slot = w.l.Now()
	r.conn = r.slot
}

func (r *record) connected(st *stream) {
	c := st.lease.Conn
	if c == nil {
		return
	}
	r.conn, r.srvHTTP2 = st.w.l.Now(), st.lease.Multiplexed()
	st.ctx.ServerTLS = tlsio.Of(c)
	if r.fe.lines.need&logfmt.NeedServer != 0 {
		r.srvEnds = [2]netip.AddrPort{c.LocalAddr(), c.RemoteAddr()}
	}
}

// unconnected keeps the addresses of a connection that could not be made.
func (r *record) unconnected(st *stream) {
	if y := st.lease.Shaken(); y != nil {
		st.ctx.ServerTLS = y
	}
	if r.fe.lines.need&logfmt.NeedServer != 0 && st.lease.Conn == nil {
		r.srvEnds[0], r.srvEnds[1] = st.lease.Failed()
	}
}

func (r *record) responded(st *stream) {
	r.resp, r.respHead, r.srvStatus = st.w.l.Now(), st.out.r, st.resp.Status
	if cs := r.fe.resCapts; len(cs) > 0 {
		r.respCap = collect(r.respCap[:0], cs, st.resp.Fields, &st.arena)
	}
	st.ctx.RespCaptures = r.respCap
}

// fail notes what ended the stream; the first word counts.
func (r *record) fail(f *fault.Fault) {
	if r.fault == nil {
		r.fault = f
	}
}

func (r *record) reset() {
	t := r.told
	*t = told{reqCap: t.reqCap[:0], respCap: t.respCap[:0], line: t.line[:0]}
	*r = record{told: t}
}

// finish counts the stream and writes its line.
func (r *record) finish(st *stream) {
	w := st.w
	r.route = st.route
	w.count(r)
	r.bytes, r.up = st.down.sent, st.up.sent
	fe := r.fe.traffic(w)
	ln := &st.s.ln.local[w.id]
	class := classOf(r.status)
	in, out := uint64(st.up.sent), uint64(st.down.sent)
	if in == 0 {
		in = uint64(r.head)
	}
	fe.BytesIn += in
	fe.BytesOut += out
	ln.BytesIn += in
	ln.BytesOut += out
	if st.s.trunk == nil && !st.tcp {
		fe.HTTP1.BytesIn += in
		fe.HTTP1.BytesOut += out
		fe.HTTP1.SplicedIn += uint64(st.up.piped)
		fe.HTTP1.SplicedOut += uint64(st.down.piped)
	}
	if st.begun || r.status > 0 { // none is "other", as in HAProxy
		fe.Responses[class]++
	}
	if !st.begun { // HAProxy counts a request that never was complete too
		fe.Requests++
	}
	if st.route != nil {
		r.backend(st, class, in, out)
	}
	if !r.logged {
		r.writeStream(st)
	}
}

// backend counts the stream in its backend and server.
func (r *record) backend(st *stream, class int, in, out uint64) {
	b, w := st.route.b, st.w
	be := b.Counters(w.l)
	be.Requests++
	be.BytesIn += in
	be.BytesOut += out
	be.Responses[class]++
	if !r.srvHTTP2 {
		be.HTTP1.BytesIn += out
		be.HTTP1.BytesOut += in
		be.HTTP1.SplicedIn += uint64(st.down.piped)
		be.HTTP1.SplicedOut += uint64(st.up.piped)
	}
	s := st.last
	if s != nil {
		tr := s.Counters(w.l)
		tr.BytesIn += in
		tr.BytesOut += out
		if r.status > 0 && !r.local { // HAProxy counts a server's requests by its responses
			tr.Requests++
			tr.Responses[class]++
		}
	}
	now := w.l.Now()
	b.Timed(w.l, s, span(r.received, r.slot), span(r.slot, r.conn), span(r.conn, r.resp), span(r.t0, now))
}

func classOf(status int) int {
	if c := status / 100; c >= 1 && c <= 5 {
		return c
	}
	return 0
}

// span is the milliseconds from a to b; 0 when either was not reached.
func span(a, b int64) int64 {
	if a == 0 || b == 0 {
		return 0
	}
	return (b - a) / 1e6
}

// timer is span for the log: -1 when b was not reached.
func timer(a, b int64) int64 {
	if b == 0 {
		return logfmt.NotReached
	}
	return (b - a) / 1e6
}

// writeStream writes the line of a stream whose request is still in its buffer.
func (r *record) writeStream(st *stream) {
	if !r.logs(st.w) && !r.logsFailed(st) || r.unwanted(st) {
		return
	}
	r.logged = true
	r.requestLine(st)
	r.srv = r.serverName(st)
	r.emit(st.w, st)
}

// unwanted applies dontlognull and dontlog-normal.
func (r *record) unwanted(st *stream) bool {
	o := &r.fe.p.Options
	if o.DontLogNull && !st.begun && st.s.requests == 0 && st.s.in.e == 0 {
		return true
	}
	return o.DontLogNormal && !r.wentBadly()
}

// wentBadly is what HAProxy's dontlog-normal and log-separate-errors call an error.
func (r *record) wentBadly() bool {
	answered := r.fault == fault.Intercepted || r.fault == fault.InterceptedResponse
	return r.fault != nil && !answered || r.retries > 0 || r.status >= 500
}

// keepLine copies the request line out of the request's buffer, once, where anything may still have it logged.
func (r *record) keepLine(st *stream) {
	if st.w.access != nil && r.fe.log.Wants(st.w.px.loudest(&r.fe.p.Options)) {
		r.requestLine(st)
	}
}

func (r *record) requestLine(st *stream) {
	if st.begun && !r.unread && len(r.line) == 0 {
		r.writeLine(st)
	}
}

// writeLine puts the request line together.
func (r *record) writeLine(st *stream) {
	version := "HTTP/1.1"
	switch {
	case st.s.trunk != nil: // the target has scheme and host then
		version = "HTTP/2.0"
	case st.req.Minor == 0:
		version = "HTTP/1.0"
	}
	r.line = logfmt.AppendRequest(r.line[:0], st.req.FirstMethod(), st.req.Target, version, st.w.px.cfg.Global.Tune.LogURILen)
}

func (r *record) serverName(st *stream) string {
	if r.server != "" {
		return r.server
	}
	if s := st.last; s != nil {
		return s.Name()
	}
	return ""
}

// asap writes the line when the response head has left ("option logasap").
func (r *record) asap(st *stream) {
	r.bytes = st.down.sent
	r.route = st.route
	if st.last != nil {
		r.srvConn = st.last.Streams()
	}
	if r.logs(st.w) {
		r.requestLine(st)
		r.srv = r.serverName(st)
		r.emit(st.w, st)
	}
	r.logged = true
}

// detach fills in what the record is for a tunnel, which outlives the stream.
func (r *record) detach(st *stream, c *record) {
	r.part(st, c)
	st.begun, r.fault = false, nil // the tunnel's end counts and logs it
	r.fe.traffic(st.w).Responses[classOf(r.status)]++
	if b := st.route.b; true {
		b.Counters(st.w.l).Responses[classOf(r.status)]++
		b.Counters(st.w.l).Requests++
		if s := st.lease.Server; s != nil {
			s.Counters(st.w.l).Responses[classOf(r.status)]++
			s.Counters(st.w.l).Requests++
		}
	}
	r.status = 0
	c.up = st.up.sent
}

// part makes of c the stream's record without the stream; without what is told, too, where nobody will be told.
func (r *record) part(st *stream, c *record) {
	r.route = st.route
	*c = *r
	if c.logged = !r.logsTunnel(st.w); c.logged {
		c.told = nil
		return
	}
	r.requestLine(st)
	c.told = new(told)
	*c.told = *r.told
	c.outlive(st)
	c.line = bytes.Clone(r.line)
	c.srv = r.serverName(st)
}

// outlive copies what points into the stream's memory.
func (r *record) outlive(st *stream) {
	r.reqCap, r.respCap = cloneAll(r.reqCap), cloneAll(r.respCap)
	r.reqCookie, r.respCookie = bytes.Clone(r.reqCookie), bytes.Clone(r.respCookie)
	r.id = bytes.Clone(st.uniqueID())
	r.values = r.fe.lines.keep(&st.ctx)
	r.dst = st.ctx.Dst
}

func cloneAll(list [][]byte) [][]byte {
	if len(list) == 0 {
		return nil
	}
	out := make([][]byte, len(list))
	for i, b := range list {
		if b != nil {
			out[i] = append([]byte{}, b...)
		}
	}
	return out
}

// countHTTP1 counts the bytes of a tunnel that a request has opened, on the sides where that was HTTP/1.
func (tn *tunnel) countHTTP1(in, out uint64, fe, be *stats.HTTP1) {
	up, down := tn.Spliced()
	if tn.s.trunk == nil {
		fe.BytesIn += in
		fe.BytesOut += out
		fe.SplicedIn += up
		fe.SplicedOut += down
	}
	if !tn.place.Multiplexed() { // what is told of the server may be gone
		be.BytesIn += out
		be.BytesOut += in
		be.SplicedIn += down
		be.SplicedOut += up
	}
}

// tunnelEnd counts a finished tunnel.
func (r *record) tunnelEnd(tn *tunnel, end loop.End) {
	w, s := tn.s.w, tn.s
	r.s = s
	defer w.count(r)
	r.bytes = tn.head + int64(tn.Down)
	in, out := uint64(r.up)+tn.Up, uint64(r.bytes)
	r.up = int64(in)
	if srv := tn.place.Server; srv != nil && r.told != nil {
		r.srvConn = srv.Streams() - 1
	}
	fe, ln := r.fe.traffic(w), &s.ln.local[w.id]
	be := tn.route.b.Counters(w.l)
	fe.BytesIn += in
	fe.BytesOut += out
	ln.BytesIn += in
	ln.BytesOut += out
	be.BytesIn += in
	be.BytesOut += out
	if !s.fe.tcp {
		tn.countHTTP1(in, out, &fe.HTTP1, &be.HTTP1)
	}
	srv := tn.place.Server
	if srv != nil {
		tr := srv.Counters(w.l)
		tr.BytesIn += in
		tr.BytesOut += out
	}
	tn.route.b.Timed(w.l, srv, span(r.received, r.slot), span(r.slot, r.conn), span(r.conn, r.resp), span(r.t0, w.l.Now()))
	f := tunnelFaults[end]
	if f == nil {
		return
	}
	r.fail(f)
	switch end {
	case loop.EndClientError, loop.EndClientTimeout:
		fe.ClientAbort++
		be.ClientAbort++
		if srv != nil {
			srv.Counters(w.l).ClientAbort++
		}
	case loop.EndServerError, loop.EndServerTimeout:
		fe.ServerAbort++
		be.ServerAbort++
		if srv != nil {
			srv.Counters(w.l).ServerAbort++
		}
		if end == loop.EndServerTimeout {
			return
		}
		be.RespErrors++
		if srv != nil {
			srv.Counters(w.l).RespErrors++
		}
	}
}

// client is the client's address for the log.
func (r *record) client() netip.AddrPort {
	if r.src.IsValid() {
		return r.src
	}
	return r.s.src()
}

// reached is the phase that the stream was in when it was ended from outside.
func (r *record) reached() fault.Phase {
	switch {
	case r.tcp: // as HAProxy
		return fault.PhaseNone
	case r.resp != 0:
		return fault.PhaseData
	case r.conn != 0:
		return fault.PhaseHeaders
	}
	return fault.PhaseNone
}

// state is the termination state (HAProxy manual, 8.5).
func (r *record) state() [4]byte {
	s := [4]byte{'-', '-', '-', '-'}
	if r.cookie[0] != 0 {
		s[2], s[3] = r.cookie[0], r.cookie[1]
	}
	f := r.fault
	if f == nil {
		return s
	}
	s[0], s[1] = byte(f.Side), byte(f.Phase)
	if f.Side == fault.Killed || f.Side == fault.Down { // whenever it happened
		s[1] = byte(r.reached())
	}
	if f == fault.Intercepted {
		s[0], s[1] = 'L', 'R'
	}
	return s
}
