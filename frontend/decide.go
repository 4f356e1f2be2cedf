package frontend

import (
	"weir/conf"
	"weir/internal/fault"
	"weir/internal/loop"
	"weir/internal/message"
)

// decide runs the request rules and chooses the backend. answered: the stream is over and n is what follows.
func (st *stream) decide(t *loop.Task) (answered bool, n next) {
	fe := st.fe()
	if st.monitored() {
		return true, st.monitor(t)
	}
	if p := st.proof(); p != nil {
		return true, st.prove(t, p)
	}
	if st.admit(t, &fe.settings, fe.p) {
		return true, st.then
	}
	st.route = st.choose(t)
	if st.route == nil {
		return true, st.refuse(t, fault.NoBackend)
	}
	r := st.route
	st.ctx.BackendName, st.ctx.BackendID = r.p.Name, r.p.ID
	r.b.Enter(&st.lease, st.w.l)
	if r.p.Mode == conf.ModeTCP {
		return true, st.refuse(t, fault.WrongMode)
	}
	if r.p != fe.p { // a listen section's rules have been run
		if over, n := st.inspect(t, r.tcpReq); over {
			st.rec.unreached(onRequest)
			return true, n
		}
		if st.admit(t, &r.settings, r.p) {
			return true, st.then
		}
	}
	st.introduce()
	if r.p.Balance.CheckPost > 0 && st.req.MethodID == message.MethodPost && !st.req.Expect100 {
		if f := st.bufferBody(t, 0, min(r.p.Balance.CheckPost, maxPostWait)); f != nil {
			return true, st.refuse(t, f)
		}
	}
	return false, 0
}

// admit applies what a section says of requests, in HAProxy's order. over: the stream has ended and st.then is what follows.
func (st *stream) admit(t *loop.Task, s *settings, p *conf.Proxy) (over bool) {
	if p.Options.HTTPBufferRequest {
		if f := st.bufferBody(t, 0, 0); f != nil {
			st.unreadBody(f)
			st.then = st.refuse(t, f)
			return true
		}
		st.rec.received = st.w.l.Now() // the log's TR has the wait for the body, as in HAProxy
	}
	if len(s.reqRules) > 0 && st.run(t, s.reqRules, onRequest) {
		return true
	}
	if r := p.Options.RestrictReqNames; (r == "delete" || r == "reject") && st.restrict(t, r == "reject") {
		return true
	}
	if s.stats != nil && s.stats.asked(&st.req) {
		st.showStats(t, s.stats)
		return true
	}
	return len(s.redRules) > 0 && st.run(t, s.redRules, onRequest)
}

// restrict is "http-restrict-req-hdr-names": names beyond letters, digits and hyphens, which some servers cannot tell from others,
// end the request or are taken out of it.
func (st *stream) restrict(t *loop.Task, reject bool) (over bool) {
	if !reject {
		st.req.Fields.DelFunc(unusualName)
		return false
	}
	for i := range st.req.Fields {
		if unusualName(&st.req.Fields[i]) {
			st.deniedReq()
			st.rec.fail(fault.Denied)
			st.then = st.page(t, 403)
			return true
		}
	}
	return false
}

func unusualName(f *message.Field) bool {
	if f.ID != message.Unknown {
		return false
	}
	for _, c := range f.Name {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return true
		}
	}
	return false
}

// introduce tells the server whom it serves: "forwardfor", "originalto", "forwarded". The backend's word goes before the frontend's.
func (st *stream) introduce() {
	fe, r := &st.fe().settings, &st.route.settings
	st.captureCookie()
	if st.route.cookie != nil { // what the log shows is what the client has sent: after it
		st.seekServer()
	}
	if name := st.fe().lines.idName; name != "" && st.uniqueID() != nil {
		st.req.Fields.AddBytes(st.arena.CopyString(name), st.uniqueID())
	}
	addForward(r.forward, fe.forward, &st.req, st.ctx.Src.Addr(), &st.arena)
	addForward(r.original, fe.original, &st.req, st.ctx.Dst.Addr(), &st.arena)
	if f := r.forwarded; f != nil {
		f.add(st)
	} else if f := fe.forwarded; f != nil {
		f.add(st)
	}
}

// captureCookie keeps the request's cookie for the log, as the rules have left it.
func (st *stream) captureCookie() {
	if c := st.fe().cookie; c != nil && st.rec.reqCookie == nil && !st.released {
		st.rec.reqCookie = c.request(st)
	}
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
