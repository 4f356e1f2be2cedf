package frontend

import (
	"slices"

	"weir/conf"
	"weir/internal/loop"
)

// doLog is do-log.
type doLog struct{}

func (doLog) do(st *stream, _ *loop.Task, on phase) verdict {
	r := &st.rec
	before := r.status
	if on != onRequest && before == 0 { // the client is not answered yet, but it is known with what
		r.status = st.resp.Status
	}
	r.logNow(st)
	r.status = before
	return carryOn
}

// logNow writes a line of what is known by now. The stream's own line comes all the same, unless it was silenced.
func (r *record) logNow(st *stream) {
	if r.fe == nil { // a connection's rules: there is no stream yet
		r.start(st)
		r.hands = max(r.hands, 0)
	}
	if !r.logs(st.w) {
		return
	}
	r.bytes, r.route = st.down.sent, st.route
	r.requestLine(st)
	r.srv = r.serverName(st)
	r.emit(st.w, st)
}

// relevels reports whether any rule may change the level of a stream's line: a line that nobody wants so far may then still be wanted.
func relevels(cfg *conf.Config) bool {
	sets := func(r *conf.Rule) bool { _, ok := r.Action.(*conf.SetLogLevel); return ok }
	return slices.ContainsFunc(cfg.Proxies, func(p *conf.Proxy) bool {
		return slices.ContainsFunc(slices.Concat(p.TCPReqRules, p.TCPRespRules, p.HTTPReqRules, p.HTTPRespRules, p.HTTPAfterRules), sets)
	})
}
