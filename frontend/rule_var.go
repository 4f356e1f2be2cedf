package frontend

import (
	"weir/acl"
	"weir/conf"
	"weir/internal/loop"
)

// variable is set-var, set-var-fmt and unset-var.
type variable struct{ rule *acl.VarRule }

func (k *ruleSite) variable(r *conf.Rule) (deed, error) {
	rule, err := compileVar(k.Compiler, r)
	return &variable{rule}, err
}

func (d *variable) do(st *stream, _ *loop.Task, _ phase) verdict {
	d.rule.Run(&st.ctx)
	return carryOn
}

// captureSample is the capture action.
type captureSample struct {
	expr     *acl.Expr
	slot     int
	len      int
	response bool
}

// capture compiles a capture. One without an id has a slot of its own.
func (k *ruleSite) capture(a *conf.CaptureSample, response bool) (deed, error) {
	d := &captureSample{slot: a.Slot, len: a.Len, response: response}
	if a.Slot < 0 {
		d.slot = k.slots[a]
	}
	var err error
	d.expr, err = k.Expr(a.Expr)
	return d, err
}

func (d *captureSample) do(st *stream, _ *loop.Task, _ phase) verdict {
	// As many bytes as its slot has: that of the frontend, which a backend's rule may not know. Without a slot nothing is kept.
	n, ok := st.fe().slotLen(d.slot, d.response)
	if !ok {
		if n = d.len; n == 0 {
			return carryOn
		}
	}
	var found bool
	if st.text, found = d.expr.AppendText(st.text[:0], &st.ctx); !found {
		return carryOn
	}
	v := st.arena.Copy(st.text[:min(len(st.text), n)])
	if d.response {
		st.rec.captureResponse(d.slot, v)
		st.ctx.RespCaptures = st.rec.respCap
		return carryOn
	}
	st.rec.capture(d.slot, v)
	st.ctx.ReqCaptures = st.rec.reqCap
	return carryOn
}

// Capture is acl.Captures: capture-req and capture-res know the declared slots only.
func (st *stream) Capture(response bool, slot int, v []byte) bool {
	n, ok := st.fe().slotLen(slot, response)
	if !ok {
		return false
	}
	v = st.arena.Copy(v[:min(len(v), n)])
	if response {
		st.rec.captureResponse(slot, v)
		st.ctx.RespCaptures = st.rec.respCap
		return true
	}
	st.rec.capture(slot, v)
	st.ctx.ReqCaptures = st.rec.reqCap
	return true
}

// slotLen is how much a declared slot holds; false where there is none.
func (s *settings) slotLen(slot int, response bool) (int, bool) {
	list := s.captures
	if response {
		list = s.resCapts
	}
	if slot < 0 || slot >= len(list) {
		return 0, false
	}
	return list[slot].len, true
}

// captureResponse puts a value into a slot of the response's captures.
func (r *record) captureResponse(slot int, v []byte) {
	for len(r.respCap) <= slot {
		r.respCap = append(r.respCap, nil)
	}
	r.respCap[slot] = v
}

// Failed is acl.Result's.
func (st *stream) Failed() bool { return st.rec.wentBadly() }

// Forwarded is acl.Result's.
func (st *stream) Forwarded() bool { return st.last != nil }

// Served is acl.Result's.
func (st *stream) Served() bool { return st.rec.server != "" }
