package frontend

import (
	"errors"
	"time"

	"weir/backend"
	"weir/conf"
	"weir/internal/fault"
	"weir/internal/http1"
	"weir/internal/loop"
	"weir/internal/message"
)

// connect takes a server's slot and a connection to it.
func (st *stream) connect(t *loop.Task) *fault.Fault {
	r := st.route
	tm := &r.p.Timeouts
	if f := st.pause(t); f != nil {
		return f
	}
	if st.lease.Server == nil {
		st.subject(t)
		if r.p.Options.AbortOnClose || st.s.trunk != nil { // a stream of HTTP/2 hangs up only by its reset
			st.lease.Client = st.s.c
		}
		f := st.assign(t)
		st.rec.assigned(st)
		if f != nil {
			return f
		}
	}
	if st.redirected() {
		return fault.ServerRedirect
	}
	st.ctx.ServerName, st.ctx.ServerID = st.lease.Server.Name(), st.lease.Server.Conf().ID
	if x := st.s.ln.explain; x != nil {
		return x.arrived(st)
	}
	st.announce()
	st.lease.SNI = st.sni()
	if x := sideOf(st.lease.Server).poolName; x != nil {
		st.text, _ = x.AppendText(st.text[:0], &st.ctx)
		st.lease.Name = st.w.intern(st.text)
	}
	st.lease.HTTP1, st.lease.Private = st.oldHTTP(), st.private()
	st.lease.Proved = r.p.Reuse == conf.ReuseAggressive && !st.safe()
	if st.lease.Private && st.tries == 0 && r.b.Resume(&st.lease, &st.s.held) {
		st.rec.connected(st)
		return nil
	}
	st.tried = st.w.l.Now()
	err := r.b.Connect(t, &st.lease, st.mayReuse(), after(st.w.l.Now(), firstSet(st.set.connect, tm.Connect)))
	st.rec.connected(st)
	if err == nil {
		st.lease.Server.ObserveConnect(true)
	} else if f := asFault(err); f != fault.ClientAbortConnect && f != fault.ConnectResource {
		st.lease.Server.ObserveConnect(false)
	}
	if err != nil {
		st.rec.unconnected(st)
		return asFault(err)
	}
	if st.killed {
		return fault.KilledByAdmin
	}
	return nil
}

// subject is what balancing looks at.
func (st *stream) subject(t *loop.Task) {
	st.sub = backend.Subject{Source: st.ctx.Src, Dst: st.ctx.Dst}
	if st.route.key != nil {
		st.balanceKey(t)
	}
	if st.tcp {
		return
	}
	st.sub.Req = &st.req
	if st.route.p.Balance.CheckPost > 0 {
		st.sub.Body = st.bodySoFar()
	}
}

// bodySoFar is what is there of the request's body: of a chunked one, the data of the first chunk.
func (st *stream) bodySoFar() []byte {
	if st.req.Framing != message.Chunked {
		b := st.s.in.bytes() // the next request may stand behind it
		return b[:min(int64(len(b)), st.req.ContentLength)]
	}
	var c http1.ChunkReader
	data, _, _ := c.Next(st.s.in.bytes())
	return data
}

// mayReuse decides by "http-reuse" whether an idle connection may carry this request.
//
// The risk of an idle connection is that the server closes it just then. HAProxy's "safe" leaves a session's first request to a new
// connection, because only a later one is sent again by the browser. Weir sends an idempotent request without
// a body again itself (RFC 9110, 9.2.2), so under "safe" such a one may take an idle connection at once. A stream of HTTP/2 is nobody's
// first: HAProxy does not hold it back either.
func (st *stream) mayReuse() bool {
	if st.tcp || st.tries > 0 && !st.undone { // the second try is not for gambling; a refusal is none
		return false
	}
	switch st.route.p.Reuse {
	case conf.ReuseNever:
		return false
	case conf.ReuseAlways, conf.ReuseAggressive:
		return true
	}
	return st.safe()
}

// safe reports whether "safe" lets the request go over an idle connection. Under "aggressive" another one may go over a connection that has been
// reused before: its server does not close it behind each response.
func (st *stream) safe() bool { return st.s.requests > 1 || st.s.trunk != nil || st.repeatable() }

// repeatable reports whether sending the request twice does what sending it once does, and it is all there to be sent.
func (st *stream) repeatable() bool {
	if st.req.Framing != message.NoBody {
		return false
	}
	switch st.req.MethodID {
	case message.MethodGet, message.MethodHead, message.MethodOptions, message.MethodTrace, message.MethodPut, message.MethodDelete:
		return !st.req.Upgrade
	}
	return false
}

// mayRetry decides whether a failed attempt is worth another one.
func (st *stream) mayRetry(f *fault.Fault) bool {
	if st.killed {
		return false
	}
	switch f.Retry {
	case fault.RetryYes:
		return st.lease.Server != nil && st.route.retry.connect && st.tries < st.retries()
	case fault.RetryUndone:
		if f == fault.ServerWantsHTTP1 && !st.speaksOld() {
			return false
		}
		if st.route.retry.connect && st.tries < st.retries() && (st.up.moved == 0 || st.s.in.keep) {
			st.undone, st.old1 = true, f == fault.ServerWantsHTTP1
			return true
		}
	case fault.RetryIfReused:
		if st.lease.Reused && st.rec.nothingBack && (st.up.sent < st.headLen || st.repeatable()) && st.up.moved == 0 {
			return true
		}
	}
	if st.again = st.repeatsAfter(f); st.again {
		st.countRepeated(f)
	}
	return st.again
}

// retry prepares the next attempt: on the same server after a pause, or, where redispatch allows it, on another.
func (st *stream) retry() {
	r := st.route
	reused := st.lease.Reused
	r.b.Disconnect(&st.lease)
	st.tries++
	st.parser = http1.Parser{}
	st.out.clear()
	st.up.reset(st.w.l)
	st.rewind()
	if reused && !st.again {
		return // the server is well: only an idle connection was not
	}
	srv := st.lease.Server
	st.rec.retries++
	elsewhere := st.redispatch()
	if st.again || !elsewhere { // else it is a redispatch and no retry
		r.b.Counters(st.w.l).Retries++
		srv.Counters(st.w.l).Retries++
	}
	if elsewhere {
		st.visit.missed(srv)
		st.avoid = srv
		st.rec.redispatched = true
		r.b.Counters(st.w.l).Redispatch++
		srv.Counters(st.w.l).Redispatch++
		r.b.Release(&st.lease, false)
	} else {
		st.lease.Tried()
	}
}

// redispatch applies "option redispatch".
func (st *stream) redispatch() bool {
	if st.lease.Server.Outside() { // there is no other
		return false
	}
	if st.visit.forced && st.visit.server != nil && !st.route.p.Persist { // force-persist: that server and no other
		return false
	}
	return redispatches(st.route.p, st.tries, st.visit.server != nil)
}

// redispatches reports whether attempt number tries goes to another server: -1 means on the last retry, n on every nth. Where no
// key binds the request to its server, any other will do at once, as in HAProxy.
func redispatches(p *conf.Proxy, tries int, bound bool) bool {
	switch n := p.Redispatch; {
	case n == 0:
		return false
	case !bound && !p.Balance.Algo.Keyed():
		return true
	case n < 0:
		return tries >= p.Retries+1+n
	default:
		return tries%n == 0
	}
}

// pause waits before the same server is tried again; not for a client that has gone, where abortonclose asks for that.
func (st *stream) pause(t *loop.Task) *fault.Fault {
	if st.tries == 0 || st.lease.Server == nil || st.rec.retries == 0 || st.again || st.old1 || !st.lease.Server.Addr().AddrPort().IsValid() {
		return nil // at a unix socket it is known at once whether somebody listens: HAProxy does not wait there either
	}
	until := st.w.l.Now() + int64(retryPause(st.route.p, st.w.l.Now()-st.tried))
	c := st.lease.Client
	if c == nil {
		t.Sleep(time.Duration(until - st.w.l.Now()))
		return nil
	}
	defer c.Release()
	for st.w.l.Now() < until {
		if c.HungUp() || c.Await(t, true, false) != nil {
			return fault.ClientAbortConnect
		}
		t.Park(until)
	}
	return nil
}

// retryPause is what is left of min(timeout connect, one second) since the attempt that failed began, as HAProxy's: after a
// timeout nothing.
func retryPause(p *conf.Proxy, since int64) time.Duration {
	d := turnAround
	if c := p.Timeouts.Connect; c > 0 && c < d {
		d = c
	}
	return max(d-time.Duration(since), 0)
}

func asFault(err error) *fault.Fault {
	var f *fault.Fault
	if errors.As(err, &f) {
		return f
	}
	return fault.InternalError
}
