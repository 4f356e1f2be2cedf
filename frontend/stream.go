package frontend

import (
	"weir/acl"
	"weir/backend"
	"weir/internal/fault"
	"weir/internal/http1"
	"weir/internal/loop"
	"weir/internal/message"
)

// stream is one request and its response. It is pooled: begin and finish bracket a use.
//
// Its phases are the fault package's: request, queue, connect, headers, data.
type stream struct {
	w    *worker
	s    *session
	task *loop.Task // that runs it; nil for the rules of a connection

	req     message.Request
	resp    message.Response
	parser  http1.Parser
	ctx     acl.Context
	arena   message.Arena
	text    []byte // a format being evaluated
	idText  []byte // the unique id's, which may stand in another
	hints   []byte // a 103 that gathers
	preface []byte // what is said to a server first
	list    []byte // a list or a URI being put together
	params  [][]byte
	body    []byte // of a chunked request, as far as rules have seen it
	peek    http1.ChunkReader
	decoded int            // octets of the window that peek has read
	made    message.Fields // of a page being made

	route *route // nil until a backend is chosen
	visit stay   // what its cookie says
	lease backend.Lease
	sub   backend.Subject

	out window // received from the server and not yet used

	up, down relay // request body, response body

	rec       record
	told      told            // rec's
	tries     int             // connection attempts after the first
	avoid     *backend.Server // failed just now
	last      *backend.Server // the last one assigned, for the log
	undone    bool            // the server said that it has done nothing with the request: any other connection may take it
	old1      bool            // ... and that it wants it over HTTP/1.1
	old       bool            // counted as an open stream of HTTP/1
	begun     bool            // begin was called: finish has something to finish
	tried     int64           // Loop.Now of the last attempt to connect
	headLen   int64           // octets of the request head as sent
	answered  bool            // a status went to the client
	closeSide bool            // close the client's connection after this response
	closeSrv  bool            // ... and do not use the server's again: a rule says so
	reuse     bool            // the server's connection may be pooled
	killed    bool            // by an administrator, or with its server
	active    active
	tcp       bool // of a session in TCP mode: there is no request
	set       overrides
	then      next             // what follows the stream that a rule ended
	room      int              // octets by which rules may still make the head grow
	asked     message.MethodID // what the client asked with, whatever rules made of it
	again     bool             // the server had the request before it is sent again
	lax       bool             // strict-mode is off
	bodyless  bool             // the response's body is not for the client, who asked with HEAD
	muted     bool             // http-after-response has failed and is not asked again
	released  bool             // the request's head is gone but for its line
	goesOn    bool             // the client was told to by a 100 of the server's
	inspected bool             // the frontend's content rules have been run
}

func newStream(w *worker) *stream {
	st := &stream{w: w}
	st.active.st, st.rec.told = st, &st.told
	st.ctx.Arena, st.ctx.KeepArena = &st.arena, true
	st.ctx.Loop, st.ctx.Env, st.ctx.Log, st.ctx.Captures, st.ctx.Result, st.ctx.Stream = w.id, env{w.px}, st, st, st, st
	st.set.retries = asConfigured
	return st
}

func (st *stream) fe() *Frontend { return st.s.fe }

// begin readies the stream for the request that receive has parsed.
func (st *stream) begin() {
	s, w := st.s, st.w
	st.begun = true
	s.requests++
	w.reqs++
	fl := &s.fe.local[w.id]
	fl.traffic.Requests++
	if s.trunk == nil {
		fl.traffic.HTTP1.Streams++
		fl.traffic.HTTP1.OpenStreams++
		st.old = true
	}
	fl.reqRate.Add(w.l.Wall())
	st.ctx.Begin(w.l.Wall())
	s.fill(&st.ctx)
	st.ctx.Req = &st.req
	st.ctx.FirstRequest = s.requests == 1
	st.room = w.l.BufSize() - s.in.lo
	st.asked = st.req.MethodID
	if st.req.Framing == message.Length { // what has come of it is to be seen without waiting
		st.seeBody()
	}
	st.rec.request(st)
	if !s.fe.tcp {
		s.fe.logConnect(s)
	}
}

// fill tells a Context what is known of the connection.
func (s *session) fill(ctx *acl.Context) {
	ctx.Src = s.src()
	if s.to.IsValid() {
		ctx.Dst = s.to
	} else if s.ln.needsDst() {
		ctx.Dst = s.c.LocalAddr()
	} else {
		ctx.Dst = s.ln.dst
	}
	ctx.FrontendName, ctx.FrontendID = s.fe.p.Name, s.fe.p.ID
	ctx.ListenerName, ctx.ListenerID, ctx.Listener = s.ln.b.Name, s.ln.id, s.ln.name
	ctx.UseProxyHeader = s.fe.p.Options.UseProxyHeader
	ctx.Sess, ctx.State, ctx.ClientTLS = &s.root().vars, s.w.px.state, s.tls
}

// finish logs and counts the stream and lets go of everything it holds but the session's buffer.
func (st *stream) finish() {
	if st.lease.Server != nil || st.lease.Conn != nil {
		if st.w.px.state.LogsServer() {
			st.rec.keepServer(st)
		}
		st.letGo()
	}
	st.lease.Leave()
	switch {
	case st.tcp:
		st.rec.finishTCP(st)
	case st.begun || st.rec.fault != nil:
		st.rec.finish(st)
	}
	if st.old {
		st.old = false
		st.fe().traffic(st.w).HTTP1.OpenStreams--
	}
	l := st.w.l
	st.s.ended = l.Now()
	st.out.drop(l)
	st.up.reset(l)
	st.down.reset(l)
	st.arena.Reset()
	st.rec.reset()
	st.parser = http1.Parser{}
	if st.route != nil && st.route.cookie != nil {
		st.visit = stay{}
	}
	st.route, st.avoid, st.last, st.tries = nil, nil, nil, 0
	st.ctx.Req, st.ctx.Resp = nil, nil
	st.ctx.ReqCaptures, st.ctx.RespCaptures = nil, nil
	st.ctx.End()
	st.lease.Client = nil
	st.lease.Forget()
	st.headLen = 0
	st.undone, st.old1 = false, false
	st.begun, st.answered, st.closeSide, st.closeSrv, st.reuse = false, false, false, false, false
	st.tcp, st.inspected, st.killed = false, false, false
	st.lax, st.muted, st.released, st.again, st.bodyless, st.goesOn = false, false, false, false, false, false
	st.set = overrides{retries: asConfigured}
	st.decoded, st.hints = 0, st.hints[:0]
}

// letGo gives the server back, and its connection to whoever may use it next.
func (st *stream) letGo() {
	if s := st.lease.Server; s != nil {
		st.rec.srvConn = s.Streams() - 1 // the others: once it is given back, the slot may be somebody else's at once
	}
	if st.reuse && st.private() {
		st.route.b.Hold(&st.lease, &st.s.held, st.fe().p.SessionConns)
		return
	}
	if st.forsaken() {
		st.lease.Conn.Abandon()
	}
	st.route.b.Release(&st.lease, st.reuse)
}

// forsaken reports whether a client of HTTP/2 has given up a request that asks for nothing but an answer, so that the connection to the server, which can carry
// no other, is of no use to anybody. One client can do that twenty thousand times a second, and each connection that is closed in good order keeps its port for
// a minute: once most of them are taken, finding one costs the kernel milliseconds, in the loop's time.
func (st *stream) forsaken() bool {
	f := st.rec.fault
	return st.s.trunk != nil && !st.reuse && st.lease.Conn != nil && f != nil && f.Side == fault.Client && st.req.MethodID.Safe()
}

// crash is deferred around a stream's life: when a panic unwinds it, what it holds is given back before the loop contains the
// panic.
func (st *stream) crash(s *session) {
	v := recover()
	if v == nil {
		return
	}
	if st.s == s { // else the stream is over and in the pool again
		st.reuse = false
		st.rec.fail(fault.InternalError)
		if st.w.px.cutting.Load() {
			st.rec.fault = fault.ShutDown
		}
		st.w.px.guard(func() { st.finish() })
	}
	s.abandon()
	panic(v)
}

// guard runs fn and forgets its panic: it is called while another one unwinds.
func (px *Proxy) guard(fn func()) {
	defer func() { recover() }()
	fn()
}
