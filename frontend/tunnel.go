package frontend

import (
	"weir/backend"
	"weir/internal/fault"
	"weir/internal/http1"
	"weir/internal/loop"
)

// tunnel is a session whose connection and server only relay bytes: after a 101 or a CONNECT, or in TCP mode. It
// outlives its stream and keeps of it what the log line needs.
type tunnel struct {
	loop.Tunnel
	s     *session
	route *route
	place backend.Place
	rec   record
	head  int64 // bytes sent to the client before the tunnel began

	active active
}

// tunnel hands a stream's connections over after a 101 or a successful CONNECT.
func (st *stream) tunnel(t *loop.Task) next {
	s, c := st.s, st.lease.Conn
	if st.resp.Status == 101 && !st.req.Upgrade {
		st.rec.fail(fault.BadResponse)
		st.countFault(fault.BadResponse)
		return st.page(t, 502)
	}
	st.ctx.Resp = &st.resp
	if st.responseRules(t) {
		return st.then
	}
	if !st.opens() { // a rule has made it a response: nothing may follow it that is none
		st.closeSide = true
		return st.respond(t)
	}
	h := st.toClient(http1.AppendResponse(st.w.scratch[:0], &st.resp, http1.ResponseOptions{Upgrade: st.resp.Status == 101}))
	st.answered, st.rec.status = true, st.resp.Status
	if f := st.sendAll(t, h); f != nil {
		st.rec.fail(f)
		st.countFault(f)
		return nextClose
	}
	tn := &tunnel{s: s, route: st.route, head: int64(len(h))}
	tn.Client, tn.Server = s.c, c
	if s.fe.p.Options.LogASAP {
		st.rec.asap(st)
	}
	st.rec.detach(st, &tn.rec)
	tn.place = st.lease.Move()
	if s.in.len() > 0 {
		tn.Unsent(st.w.l, true, s.in.bytes())
	}
	if st.out.len() > 0 {
		tn.Unsent(st.w.l, false, st.out.bytes())
	}
	s.dropBuf()
	s.w.l.Disarm(&s.timer)
	tn.begin(st.w.l, st.tunnelOptions(st.resp.Status == 101))
	return nextTunnel
}

// begin starts the relay; the tunnel may be over when it returns.
func (tn *tunnel) begin(l *loop.Loop, o *loop.TunnelOptions) {
	tn.active.tn = tn
	tn.s.w.active.add(&tn.active)
	tn.Done = tn.done
	tn.Begin(l, o)
}

// done is the tunnel's end: the log line, the counters, the server's slot.
func (tn *tunnel) done(_ *loop.Tunnel, end loop.End) {
	s, w := tn.s, tn.s.w
	tn.active.leave()
	tn.rec.tunnelEnd(tn, end)
	tn.place.Release()
	if tn.s.fe.tcp && tn.s.fe.p.Options.DontLogNull && tn.Up+tn.Down+uint64(tn.rec.up) == 0 {
		tn.rec.logged = true
	}
	tn.rec.write(w)
	s.leave()
}

// faults by how a tunnel ended.
var tunnelFaults = map[loop.End]*fault.Fault{
	loop.EndClientError:   fault.ClientAbortData,
	loop.EndServerError:   fault.ServerAbortData,
	loop.EndClientTimeout: fault.TunnelTimeout,
	loop.EndServerTimeout: fault.ServerTimeoutData,
	loop.EndKilled:        fault.ShutDown,
}

// tunnelOptions are those of the stream's tunnel: its own where rules have set a timeout.
func (st *stream) tunnelOptions(upgraded bool) *loop.TunnelOptions {
	o := tunnelOptions(st.fe(), st.route, upgraded)
	set := &st.set
	if set.client+set.server+set.tunnel == 0 {
		return o
	}
	own := *o
	if b := &st.route.p.Timeouts; set.tunnel > 0 || b.Tunnel > 0 {
		own.ClientIdle = firstSet(set.tunnel, b.Tunnel)
		own.ServerIdle = own.ClientIdle
	} else {
		own.ClientIdle, own.ServerIdle = firstSet(set.client, o.ClientIdle), firstSet(set.server, o.ServerIdle)
	}
	return &own
}

// tunnelOptions are made once per pair of frontend and backend. After an upgrade the server's end is the end; what
// CONNECT and TCP carry may rely on half-closed connections.
func tunnelOptions(fe *Frontend, r *route, upgraded bool) *loop.TunnelOptions {
	key := tunnelKey{fe, upgraded}
	if o, ok := r.tunnels.Load(key); ok {
		return o.(*loop.TunnelOptions)
	}
	f, b := &fe.p.Timeouts, &r.p.Timeouts
	o := &loop.TunnelOptions{ClientFin: f.ClientFin, ServerFin: b.ServerFin, NoSplice: fe.px.cfg.Global.Tune.NoSplice}
	if upgraded {
		o.Linger = lingerTime
	}
	if o.ClientIdle, o.ServerIdle = f.Client, b.Server; b.Tunnel > 0 {
		o.ClientIdle, o.ServerIdle = b.Tunnel, b.Tunnel
	}
	r.tunnels.Store(key, o)
	return o
}

type tunnelKey struct {
	fe       *Frontend
	upgraded bool
}
