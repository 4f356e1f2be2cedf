package frontend

import (
	"context"

	"weir/conf"
	"weir/internal/fault"
	"weir/internal/http1"
	"weir/internal/loop"
	"weir/internal/message"
	"weir/stats"
)

// refuse ends a stream that failed: it answers where an answer can still be given.
func (st *stream) refuse(t *loop.Task, f *fault.Fault) next {
	switch f {
	case errIdle:
		return nextIdle
	case errGone:
		return nextClose
	case errHTTP2:
		return nextMultiplex
	}
	st.rec.fail(f)
	st.countFault(f)
	if f.Status == 0 || st.answered {
		return nextClose
	}
	status := f.Status
	switch f {
	case fault.BadRequest, fault.ClientAbortRequest, fault.ClientTimeoutRequest:
		if st.rec.reason != nil && st.rec.reason.Status != 0 {
			status = st.rec.reason.Status
		}
		st.closeSide = true
		if f == fault.ClientAbortRequest && st.s.c.Failed() {
			st.rec.status = status
			return nextClose // nobody is there to read it: else it has ended its own side only
		}
	case fault.ClientAbortHeaders:
		if st.s.c.Failed() {
			return nextClose
		}
		st.closeSide = true // it has ended its own side only, and may still read
	case fault.ServerAbortHeaders:
		if st.lease.Reused && st.rec.nothingBack && st.s.requests > 1 && !st.repeatable() {
			// The server closed an idle connection just as we sent a request that must not be sent twice. The client knows
			// this case from its own keep-alive connections and knows whether to repeat (RFC 9112, 9.3.1): close without a word.
			st.rec.status = 502
			return nextClose
		}
	}
	return st.page(t, status)
}

// countFault puts the failure where "show stat" has it.
func (st *stream) countFault(f *fault.Fault) {
	fe := st.fe().traffic(st.w)
	ln := &st.s.ln.local[st.w.id]
	switch f {
	case fault.BadRequest, fault.ClientAbortRequest, fault.ClientTimeoutRequest, fault.BadRequestData:
		fe.ReqErrors++
		ln.ReqErrors++
		return
	case fault.ClientAbortBody: // which is both to HAProxy
		fe.ReqErrors++
		ln.ReqErrors++
	case fault.InternalError:
		fe.InternalErrors++
	}
	if st.route == nil {
		return
	}
	be := st.route.b.Counters(st.w.l)
	srv := be
	if s := st.lease.Server; s != nil {
		srv = s.Counters(st.w.l)
	}
	count := func(of func(*stats.Traffic) *uint64) {
		*of(be)++
		if srv != be {
			*of(srv)++
		}
	}
	switch {
	case f.Side != fault.Client && (f.Phase == fault.PhaseConnect || f.Phase == fault.PhaseQueue):
		count(func(c *stats.Traffic) *uint64 { return &c.ConnErrors })
	case f.Side == fault.Client:
		count(func(c *stats.Traffic) *uint64 { return &c.ClientAbort })
		fe.ClientAbort++
	case f == fault.ServerAbortData || f == fault.ServerTimeoutData:
		count(func(c *stats.Traffic) *uint64 { return &c.ServerAbort })
		fe.ServerAbort++
		if f == fault.ServerAbortData {
			count(func(c *stats.Traffic) *uint64 { return &c.RespErrors })
		}
	case f.Phase == fault.PhaseHeaders, f == fault.BadResponseData:
		count(func(c *stats.Traffic) *uint64 { return &c.RespErrors })
	}
}

// monitored reports whether the request is a health check of ourselves. A URI that begins with a slash is compared with the path.
func (st *stream) monitored() bool {
	uri := st.fe().p.MonitorURI
	switch {
	case uri == "":
		return false
	case uri[0] == '/':
		return string(st.req.Path) == uri
	}
	return string(st.req.Target) == uri
}

// monitor answers it. It is never logged (HAProxy manual, "monitor-uri").
func (st *stream) monitor(t *loop.Task) next {
	st.rec.logged = true
	st.rec.fail(fault.Intercepted)
	st.fe().traffic(st.w).Intercepted++
	for _, fails := range st.fe().monitorFail {
		if st.holds(t, fails) {
			return st.page(t, 503)
		}
	}
	return st.page(t, 200)
}

// reply sends st.resp with body, which is not kept, and decides what becomes of the connection.
func (st *stream) reply(t *loop.Task, body []byte) next {
	s := st.s
	if !st.begun { // there is no request, and what the Context knows is of the stream's last use
		st.ctx.Begin(st.w.l.Wall())
		s.fill(&st.ctx)
	}
	if st.resp.Status == 204 || st.resp.Status == 304 { // whatever the rule says: RFC 9110, 15.3.5 and 15.4.5
		body, st.resp.Framing = nil, message.NoBody
	}
	st.ctx.Resp, st.ctx.RespBody, st.ctx.RespBodySize = &st.resp, body, int64(len(body))
	st.room = st.w.l.BufSize() - len(body)
	made := st.resp.Status
	if st.afterRules(t) {
		return st.then
	}
	last := st.fit() // a rule may have changed the status again
	keep := !last && !st.closeSide && st.begun && st.req.KeepAlive && st.fe().p.Options.ConnMode != conf.HTTPClose && !st.w.leaving() && st.skipBody()
	minor := uint8(1)
	if st.begun {
		minor = st.req.Minor
	}
	h := st.toClient(http1.AppendResponse(st.w.scratch[:0], &st.resp, http1.ResponseOptions{Close: !keep, KeepAlive: keep && minor == 0}))
	if st.wantsBody() {
		h = append(h, body...)
	}
	st.answered, st.rec.status = true, st.resp.Status
	if st.rec.shown != 0 && made == st.resp.Status { // else a rule has changed it, and that is told
		st.rec.status = st.rec.shown
	}
	st.rec.local = true
	f := st.sendAll(t, h)
	st.down.sent += int64(len(h))
	switch {
	case f != nil:
		st.rec.fail(f)
		return nextClose
	case !keep:
		return st.dismiss()
	}
	return s.nextOrIdle()
}

// sendAll sends b, which may be the worker's scratch: it is copied before the task suspends.
func (st *stream) sendAll(t *loop.Task, b []byte) *fault.Fault {
	n, err := st.s.c.TrySend(b)
	if err != nil && err != loop.ErrAgain {
		return fault.ClientAbortData
	}
	if n == len(b) {
		return nil
	}
	rest := append([]byte(nil), b[n:]...)
	switch err := st.s.c.Send(t, rest, after(st.w.l.Now(), st.fe().p.Timeouts.Client)); err {
	case nil:
		return nil
	case loop.ErrTimeout:
		return fault.ClientTimeoutData
	}
	return fault.ClientAbortData
}

// skipBody drops the request's body if all of it is here; false: it is not, and the connection cannot be kept.
// Whoever asked for 100-continue may send its body or not (RFC 9110, 10.1.1): what follows cannot be told apart.
func (st *stream) skipBody() bool {
	in := &st.s.in
	if st.up.src != nil { // sent on, wholly or not at all
		return st.up.ended
	}
	switch st.req.Framing {
	case message.NoBody:
		return true
	case message.Length:
		if int64(in.len()) < st.req.ContentLength {
			return false
		}
		in.r += int(st.req.ContentLength)
		return true
	case message.Chunked:
		var c http1.ChunkReader
		used := 0
		for err := error(nil); err == nil; { // nothing is moved: what is not all here is read on from its beginning
			var n int
			_, n, err = c.Next(in.bytes()[used:])
			used += n
		}
		if !c.Done() {
			return false
		}
		in.r += used
		return true
	}
	return false
}

// Service answers requests inside the process. It runs on a goroutine of its own and may block.
type Service func(ctx context.Context, r *ServiceRequest) *ServiceResponse

// ServiceRequest is what a Service is told. Header reads the request itself: it must not be called after the Service returned.
type ServiceRequest struct {
	Method, Path, Query string
	Header              func(name string) string
	Frontend            string
	Stats               *StatsRequest // of a request for a section's stats page
}

// ServiceResponse is what a Service answers. Header holds name, value pairs.
type ServiceResponse struct {
	Status      int
	ContentType string
	Header      []string
	Body        []byte
}

// serviceNames are what the log calls the services that HAProxy has too.
var serviceNames = map[string]string{"stats": "<STATS>", "prometheus-exporter": "<PROMEX>"}

// service lets a Service answer; asked is what is asked of the stats page, where that is the service.
func (st *stream) service(t *loop.Task, name string, asked *StatsRequest) next {
	st.fe().traffic(st.w).Intercepted++
	st.rec.fail(fault.Intercepted)
	fn := st.w.px.opt.Services[name]
	if fn == nil {
		return st.page(t, 503)
	}
	st.rec.server = serviceNames[name]
	if st.rec.server == "" {
		st.rec.server = "<" + name + ">"
	}
	st.rec.served(st.w)
	fields := append(message.Fields(nil), st.req.Fields...)
	r := &ServiceRequest{
		Method: string(st.req.Method), Path: string(st.req.PathOnly()), Query: string(st.req.Query()), Frontend: st.fe().p.Name,
		Header: func(name string) string { return string(fields.GetName(name)) },
		Stats:  asked,
	}
	resp, _ := loop.Await(t, func() (*ServiceResponse, error) {
		ctx, cancel := context.WithTimeout(context.Background(), serviceTime)
		defer cancel()
		return fn(ctx, r), nil
	})
	st.rec.resp = st.w.l.Now()
	if resp == nil {
		return st.page(t, 500)
	}
	st.resp.Reset()
	st.resp.Status, st.resp.Minor = orStatus(resp.Status, 200), 1
	st.resp.Reason = []byte(http1.Reason(st.resp.Status))
	if resp.ContentType != "" {
		st.resp.Fields.Add(message.ContentType, []byte(resp.ContentType))
	}
	for i := 0; i+1 < len(resp.Header); i += 2 {
		st.resp.Fields.AddName(resp.Header[i], []byte(resp.Header[i+1]))
	}
	st.resp.Framing, st.resp.ContentLength = message.Length, int64(len(resp.Body))
	return st.reply(t, resp.Body)
}

func (st *stream) deniedResp() {
	st.fe().traffic(st.w).DeniedResp++
	st.route.b.Counters(st.w.l).DeniedResp++
	if s := st.lease.Server; s != nil {
		s.Counters(st.w.l).DeniedResp++
	}
}
