package frontend

import (
	"time"

	"weir/conf"
	"weir/internal/fault"
	"weir/internal/loop"
	"weir/internal/message"
)

// decide runs the request rules and chooses the backend. answered: the stream is over and n is what follows.
func (st *stream) decide(t *loop.Task) (answered bool, n next) {
	fe := st.fe()
	p := fe.p
	if p.MonitorURI != "" && string(st.req.PathOnly()) == p.MonitorURI {
		return true, st.monitor(t)
	}
	if len(fe.reqRules) > 0 {
		if r := st.run(fe.reqRules, &st.req.Fields); r != nil {
			return true, st.act(t, r)
		}
	}
	if p.StatsURI != nil && underStats(p.StatsURI.Path, st.req.PathOnly()) {
		return true, st.service(t, "stats")
	}
	st.route = st.choose()
	if st.route == nil {
		return true, st.refuse(t, fault.NoBackend)
	}
	r := st.route
	st.ctx.BackendName, st.ctx.BackendID = r.p.Name, r.p.ID
	if r.p.Mode == conf.ModeTCP {
		return true, st.refuse(t, fault.WrongMode)
	}
	if r.p != p { // a listen section's rules have been run
		if over, n := st.inspect(t, r.tcpReq); over {
			return true, n
		}
		if len(r.reqRules) > 0 {
			if rule := st.run(r.reqRules, &st.req.Fields); rule != nil {
				return true, st.act(t, rule)
			}
		}
		if r.p.StatsURI != nil && underStats(r.p.StatsURI.Path, st.req.PathOnly()) {
			return true, st.service(t, "stats")
		}
		r.forward.add(&st.req, st.ctx.Src.Addr(), &st.arena)
	}
	if r.forward == nil || r.p == p {
		fe.forward.add(&st.req, st.ctx.Src.Addr(), &st.arena)
	}
	if r.p.Balance.CheckPost > 0 && st.req.MethodID == message.MethodPost {
		if f := st.waitBody(t, min(r.p.Balance.CheckPost, maxPostWait)); f != nil {
			return true, st.refuse(t, f)
		}
	}
	return false, 0
}

// underStats reports whether a path is of the stats page: the URI itself or what HAProxy appends to it after a ";".
func underStats(uri string, path []byte) bool {
	if len(path) < len(uri) || string(path[:len(uri)]) != uri {
		return false
	}
	return len(path) == len(uri) || path[len(uri)] == ';' || path[len(uri)] == '?'
}

// act carries out the action that ends a rule list.
func (st *stream) act(t *loop.Task, r *rule) next {
	tr := st.fe().traffic(st.w)
	switch a := r.action.(type) {
	case *conf.Deny:
		st.deniedReq()
		st.rec.fail(fault.Denied)
		return st.page(t, orStatus(a.Status, 403))
	case *conf.Tarpit:
		st.deniedReq()
		return st.tarpit(t, orStatus(a.Status, 500))
	case *conf.Reject:
		st.deniedReq()
		st.rec.fail(fault.Denied)
		return nextClose
	case *conf.Redirect:
		tr.Intercepted++
		st.rec.fail(fault.Intercepted)
		return st.redirect(t, r, a)
	case *conf.Return:
		tr.Intercepted++
		st.rec.fail(fault.Intercepted)
		return st.ready(t, r, a)
	case *conf.UseService:
		return st.service(t, a.Name)
	}
	return st.refuse(t, fault.InternalError)
}

func (st *stream) deniedReq() {
	st.fe().traffic(st.w).DeniedReq++
	st.s.ln.local[st.w.id].DeniedReq++
	if st.route != nil {
		st.route.b.Counters(st.w.l).DeniedReq++
	}
}

func orStatus(status, other int) int {
	if status == 0 {
		return other
	}
	return status
}

// tarpit keeps an attacker waiting, at the price of a connection and a suspended task, before it is refused.
func (st *stream) tarpit(t *loop.Task, status int) next {
	tm := &st.fe().p.Timeouts
	until := after(st.w.l.Now(), firstSet(tm.Tarpit, tm.Connect))
	c := st.s.c
	c.Await(t, false, false) // only to be told of a hang-up
	for st.w.l.Now() < until && !c.HungUp() {
		t.Sleep(min(time.Duration(until-st.w.l.Now()), tarpitStep))
	}
	st.rec.fail(fault.Tarpitted)
	return st.page(t, status)
}

// waitBody reads until want bytes of the body are there, or all of it.
func (st *stream) waitBody(t *loop.Task, want int) *fault.Fault {
	s := st.s
	if st.req.Framing == message.NoBody || st.req.Expect100 {
		return nil // a client that waits for 100 would wait for us
	}
	if st.req.Framing == message.Length && st.req.ContentLength < int64(want) {
		want = int(st.req.ContentLength)
	}
	deadline := after(st.w.l.Now(), firstSet(s.fe.p.Timeouts.HTTPRequest, s.fe.p.Timeouts.Client))
	for s.in.len() < want && !s.in.full() {
		if err := s.c.WaitRead(t, deadline); err == loop.ErrTimeout {
			return fault.ClientTimeoutRequest
		} else if err != nil { // it cannot be watched: asking again would never end
			return fault.InternalError
		}
		_, err := s.in.recv(s.c)
		if err == loop.ErrAgain {
			continue
		}
		if err != nil {
			return fault.ClientAbortRequest
		}
		if st.req.Framing == message.Chunked {
			break // balancing looks into the first chunk only
		}
	}
	return nil
}
