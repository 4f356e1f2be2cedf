package frontend

import (
	"weir/backend"
	"weir/conf"
	"weir/internal/fault"
	"weir/internal/logsink"
	"weir/internal/loop"
	"weir/internal/message"
)

// relay is a TCP session: choose a server, connect, and hand both connections to a tunnel.
func (s *session) relay(t *loop.Task) {
	rec := &record{s: s, fe: s.fe, t0: s.accepted, received: s.accepted, date: s.w.l.Wall().UnixMilli()}
	tn := &tunnel{s: s, rec: rec}
	defer func() {
		if v := recover(); v != nil { // the loop contains it; the session must not stay behind
			if tn.route != nil {
				tn.route.b.Release(&tn.lease, false)
			}
			s.abandon()
			panic(v)
		}
	}()
	if f := s.reach(t, tn); f != nil {
		s.lost(tn, f)
		return
	}
	rec.logged = s.w.access == nil || !s.fe.log.Wants(logsink.Info) || s.fe.p.LogFormat == conf.LogDefault
	rec.srv = tn.lease.Server.Name()
	if s.fe.p.Options.LogASAP && !rec.logged {
		rec.logged = true
		rec.emit(s.w, true)
	}
	tn.Client, tn.Server = s.c, tn.lease.Conn
	tn.Done = tn.done
	tn.Begin(s.w.l, tunnelOptions(s.fe, tn.route, false))
}

// reach finds and connects a server, with retries as for HTTP.
func (s *session) reach(t *loop.Task, tn *tunnel) *fault.Fault {
	w := s.w
	ctx := &w.connCtx
	ctx.Begin(w.l.Wall())
	s.fill(ctx)
	r := s.fe.choose(ctx)
	if r == nil {
		return fault.NoBackend
	}
	tn.route, tn.rec.route = r, r
	sub := s.subject(nil)
	if r.p.Options.AbortOnClose {
		tn.lease.Client = s.c
	}
	var avoid *backend.Server
	for tries := 0; ; tries++ {
		if tn.lease.Server == nil {
			err := r.b.Assign(t, &tn.lease, &sub, avoid, after(w.l.Now(), firstSet(r.p.Timeouts.Queue, r.p.Timeouts.Connect)))
			tn.rec.queued(&tn.lease, w.l.Now())
			if err != nil {
				return asFault(err)
			}
		}
		began := w.l.Now()
		err := r.b.Connect(t, &tn.lease, false, after(w.l.Now(), r.p.Timeouts.Connect))
		if err == nil {
			tn.rec.conn = w.l.Now()
			return nil
		}
		f := asFault(err)
		if f.Retry != fault.RetryYes || tries >= r.p.Retries {
			return f
		}
		srv := tn.lease.Server
		r.b.Counters(w.l).Retries++
		srv.Counters(w.l).Retries++
		tn.rec.retries++
		if redispatches(r.p, tries+1) {
			avoid = srv
			tn.rec.redispatched = true
			r.b.Counters(w.l).Redispatch++
			srv.Counters(w.l).Redispatch++
			r.b.Release(&tn.lease, false)
			continue
		}
		t.Sleep(retryPause(r.p, w.l.Now()-began))
	}
}

// subject is what balancing looks at.
func (s *session) subject(req *message.Request) backend.Subject {
	sub := backend.Subject{Source: s.src(), Req: req}
	if s.ln.dst.IsValid() {
		sub.Dst = s.ln.dst
	} else if s.ln.needsDst() {
		sub.Dst = s.c.LocalAddr()
	}
	return sub
}

// lost ends a TCP session that reached no server.
func (s *session) lost(tn *tunnel, f *fault.Fault) {
	w, rec := s.w, tn.rec
	rec.fail(f)
	w.count(rec)
	if tn.lease.Server != nil {
		rec.srv = tn.lease.Server.Name()
		tn.lease.Server.Counters(w.l).ConnErrors++
	}
	if tn.route != nil {
		tn.route.b.Counters(w.l).ConnErrors++
		tn.route.b.Release(&tn.lease, false)
	}
	if w.access != nil && s.fe.log.Wants(logsink.Info) && s.fe.p.LogFormat != conf.LogDefault {
		rec.write(w)
	}
	s.linger() // the client may have sent: closing at once would be a reset
}

// logAccept writes the line of a proxy without httplog or tcplog.
func (fe *Frontend) logAccept(s *session) {
	w := s.w
	if !fe.log.Wants(logsink.Info) {
		return
	}
	lr := &w.line
	lr.Client, lr.Dest, lr.UnixID = s.src(), s.c.LocalAddr(), s.ln.id
	lr.Frontend, lr.HTTP = fe.p.Name, !fe.tcp
	w.access.End(w.format.AppendConnect(w.access.Begin(), lr), fe.log, logsink.Info)
}
