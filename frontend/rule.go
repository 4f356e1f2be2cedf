package frontend

import (
	"weir/acl"
	"weir/conf"
	"weir/internal/fault"
	"weir/internal/loop"
	"weir/internal/message"
	"weir/stats"
)

// rule is an action with its condition, compiled.
type rule struct {
	pos    conf.Pos
	cond   *acl.Cond
	action conf.Action // as configured: the type says what to do
	kind   kind
	deed   deed         // actDeed
	expr   *acl.Expr    // of an action with one value
	asks   []*acl.Users // whom its values ask: see checkPasswords
}

// kind is an action as a small number, for the switch that every request goes through.
type kind uint8

const (
	actAllow  kind = iota + 1
	actDeed        // one of HTTP's: see rule_compile.go
	actHint        // early-hint: several in a row are one response
	actSocket      // changes what is below HTTP: see sockopt.go
	actFinal       // answers, or ends the connection: the rare ones, told apart by their type
)

// deed is a compiled HTTP action. It may suspend: what it looks at stays where it is meanwhile, the head and the body in the
// window, what rules made in the arena.
type deed interface {
	do(st *stream, t *loop.Task, on phase) verdict
}

// phase is when a list of rules runs, which decides what message it works on.
type phase uint8

const (
	onRequest  phase = iota
	onResponse       // http-response: a server's
	onAfter          // http-after-response: whatever goes to the client
)

// verdict is what becomes of a list after one of its rules.
type verdict uint8

const (
	carryOn  verdict = iota
	enough           // the rest of this list is passed over
	answered         // the stream is over; st.then is what follows
	botched          // a rewrite that could not be made: under strict-mode the stream's end
)

// fields are those of the message that the phase works on.
func (st *stream) fields(on phase) *message.Fields {
	if on == onRequest {
		return &st.req.Fields
	}
	return &st.resp.Fields
}

// run applies the rules in order. over: one of them has ended the stream, and st.then is what follows.
func (st *stream) run(t *loop.Task, rules []rule, on phase) (over bool) {
	st.lax = false // strict-mode holds for one list
	for i := range rules {
		r := &rules[i]
		if len(st.hints) > 0 && r.kind != actHint && st.sendHints(t) {
			return true
		}
		if !st.holds(t, r.cond) {
			continue
		}
		st.checkPasswords(t, r.asks)
		v := carryOn
		switch r.kind {
		case actAllow:
			st.rec.lastRule = &r.pos
			return false
		case actDeed, actHint:
			v = st.carryOut(r, t, on)
		case actSocket:
			st.setSocket(r)
		}
		switch {
		case v == botched && st.botched(t, on), v == answered:
			return true
		case v == enough:
			return false
		}
	}
	return len(st.hints) > 0 && st.sendHints(t)
}

// carryOut does what a rule says. The log tells which rule had the last word, and for which one the stream was waiting when it failed.
// As in HAProxy, what deny and tarpit make of a response sees the rule already, and what the others make of one does not.
func (st *stream) carryOut(r *rule, t *loop.Task, on phase) verdict {
	rec := &st.rec
	switch r.deed.(type) {
	case *deny, *tarpit:
		rec.lastRule = &r.pos
		return r.deed.do(st, t, on)
	}
	rec.waiting = &r.pos
	v := r.deed.do(st, t, on)
	if v == answered && rec.fault != nil && rec.fault.Aborted() {
		return v
	}
	rec.waiting = nil
	if v == answered || v == enough {
		rec.lastRule = &r.pos
	}
	return v
}

// over ends the list and the stream.
func (st *stream) over(n next) verdict {
	st.then = n
	return answered
}

// botched counts a rewrite that could not be made, and ends the stream where strict-mode is on.
func (st *stream) botched(t *loop.Task, on phase) (over bool) {
	st.tally(func(tr *stats.Traffic) { tr.FailedRewrites++ })
	if st.lax {
		return false
	}
	st.rec.unreached(on)
	st.tally(func(tr *stats.Traffic) { tr.InternalErrors++ })
	if on == onRequest {
		st.then = st.refuse(t, fault.RewriteFailed)
		return true
	}
	st.muted = st.muted || on == onAfter // its rules have failed: they are not asked again
	st.then = st.refuse(t, fault.RewriteFailedResp)
	return true
}

// compiler is acl.Compiler at one place of the configuration.
type compiler interface {
	Cond(c *conf.Cond, acls []*conf.ACL) (*acl.Cond, error)
	Format(f *conf.Format) (*acl.Format, error)
	Expr(e *conf.Expr) (*acl.Expr, error)
}

// tally counts something in every section and place that the stream belongs to.
func (st *stream) tally(add func(*stats.Traffic)) {
	add(st.fe().traffic(st.w))
	add(&st.s.ln.local[st.w.id])
	if st.route != nil {
		add(st.route.b.Counters(st.w.l))
	}
	if s := st.lease.Server; s != nil {
		add(s.Counters(st.w.l))
	}
}
