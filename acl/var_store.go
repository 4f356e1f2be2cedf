package acl

import (
	"slices"
	"sync/atomic"
)

const (
	// maxVarBytes bounds one value: without it a variable that a rule appends to at each request of a connection would
	// grow for ever. HAProxy's bound is its buffer.
	maxVarBytes = 64 << 10
	// varKeep is the largest buffer that a variable keeps for the next request: what one client sent once must not
	// stay with a pooled stream.
	varKeep = 1 << 10
	// varOverhead is what a variable counts for tune.vars.*-max-size besides the bytes of its value.
	varOverhead = 64
)

// VarLimits are tune.vars.*-max-size in bytes; 0 = no limit. Each includes the finer ones: the session's counts its
// transactions, the process's its sessions.
type VarLimits struct{ Global, Proc, Sess, Txn, ReqRes, Check int64 }

// sizes are the counters that all loops share. They are counted only where their limit is set.
type sizes struct{ proc, global atomic.Int64 }

// varStore is the variables of one scope of one stream, connection or check. Its owner reuses it: a value's bytes are
// copied into the buffer that the value before it had.
type varStore struct {
	cells []varCell // by slot
	live  []int32   // the slots that are set
	size  int64     // of this scope and of the finer ones in it
}

type varCell struct {
	val Sample
	buf []byte
	set bool
}

// SessVars are the variables of a client connection. Its streams' Contexts share them (Context.Sess). The zero value
// is empty and costs nothing until a rule sets one.
type SessVars struct{ store varStore }

// Reset gives what the values count back to the limits of state. The owner calls it when the connection ends; where
// there are no limits it does nothing, for the values go with their owner.
func (v *SessVars) Reset(state *State) {
	if state.VarLimits == (VarLimits{}) {
		return
	}
	c := Context{Sess: v, State: state}
	v.store.reset(&c, scopeSess)
}

// streamVars are the scopes that end with the stream.
type streamVars struct {
	any                  bool // a variable was set, in whichever scope
	txn, req, res, check varStore
}

// reset forgets all values. Where none was set, which each request asks twice, it does not look at the scopes: they are not in the
// processor's cache.
func (v *streamVars) reset(c *Context) {
	if !v.any {
		return
	}
	v.any = false
	v.txn.reset(c, scopeTxn)
	v.req.reset(c, scopeReq)
	v.res.reset(c, scopeRes)
	v.check.reset(c, scopeCheck)
}

// storeOf is where a scope's values are; nil where there is no such scope now.
func (c *Context) storeOf(sc scope) *varStore {
	switch {
	case sc == scopeSess:
		if c.Sess == nil {
			c.Sess = &SessVars{}
		}
		return &c.Sess.store
	case sc == scopeCheck:
		return &c.vars.check
	case c.connOnly:
		return nil
	case sc == scopeTxn:
		return &c.vars.txn
	case sc == scopeReq && c.Resp == nil && !c.InResponse:
		return &c.vars.req
	case sc == scopeRes && (c.Resp != nil || c.InResponse):
		return &c.vars.res
	}
	return nil
}

// put copies s into the variable's cell.
func (st *varStore) put(c *Context, v *Var, s *Sample) bool {
	c.vars.any = true
	if v.slot >= len(st.cells) {
		st.cells = slices.Grow(st.cells, v.slot+1-len(st.cells))[:v.slot+1]
	}
	cell := &st.cells[v.slot]
	old := int64(0)
	if cell.set {
		old = sizeOf(&cell.val)
	}
	if !v.state.account(c, v.scope, sizeOf(s)-old) {
		return false
	}
	if !cell.set {
		cell.set = true
		st.live = append(st.live, int32(v.slot))
	}
	val := *s
	val.Bytes = nil
	if s.hasBytes() {
		cell.buf = append(cell.buf[:0], s.Bytes...) // s may be a part of the old value
		val.Bytes = cell.buf
		if len(cell.buf) == 0 {
			val.Bytes = []byte{}
		}
	}
	cell.val = val
	return true
}

func (st *varStore) drop(c *Context, v *Var) {
	if v.slot >= len(st.cells) || !st.cells[v.slot].set {
		return
	}
	cell := &st.cells[v.slot]
	v.state.account(c, v.scope, -sizeOf(&cell.val))
	cell.clear()
	i := slices.Index(st.live, int32(v.slot))
	st.live = slices.Delete(st.live, i, i+1)
}

func (cell *varCell) clear() {
	cell.set, cell.val = false, Sample{}
	if cap(cell.buf) > varKeep {
		cell.buf = nil
	}
}

// reset forgets all values.
func (st *varStore) reset(c *Context, sc scope) {
	if len(st.live) == 0 {
		return
	}
	var size int64
	for _, slot := range st.live {
		size += sizeOf(&st.cells[slot].val)
		st.cells[slot].clear()
	}
	st.live = st.live[:0]
	if c.State != nil {
		c.State.account(c, sc, -size)
	}
}

// sizeOf is what a value counts for the limits.
func sizeOf(s *Sample) int64 {
	switch {
	case s == nil:
		return 0
	case !s.hasBytes():
		return varOverhead
	}
	return varOverhead + int64(len(s.Bytes))
}

// account adds to the sizes of a scope and of those that it is a part of, unless that would pass a limit. The scopes of
// one stream are counted without a look at the limits: that is as cheap.
func (st *State) account(c *Context, sc scope, n int64) bool {
	l := &st.VarLimits
	if *l == (VarLimits{}) {
		return true
	}
	parts, count := c.accounts(sc, l)
	if n > 0 {
		for _, p := range parts[:count] {
			if p.limit > 0 && *p.size+n > p.limit {
				return false
			}
		}
		if !st.vars.used.add(l, n) {
			return false
		}
	} else {
		st.vars.used.give(l, n)
	}
	for _, p := range parts[:count] {
		*p.size += n
	}
	return true
}

type sizeLimit struct {
	size  *int64
	limit int64
}

// accounts are the stream's counters that a scope goes into.
func (c *Context) accounts(sc scope, l *VarLimits) (parts [3]sizeLimit, n int) {
	switch sc {
	case scopeProc:
		return parts, 0
	case scopeCheck:
		parts[0] = sizeLimit{&c.vars.check.size, l.Check}
		return parts, 1
	case scopeReq, scopeRes:
		parts[n], n = sizeLimit{&c.vars.req.size, l.ReqRes}, n+1
		fallthrough
	case scopeTxn:
		parts[n], n = sizeLimit{&c.vars.txn.size, l.Txn}, n+1
	}
	if c.Sess == nil {
		c.Sess = &SessVars{}
	}
	parts[n] = sizeLimit{&c.Sess.store.size, l.Sess}
	return parts, n + 1
}

func (u *sizes) add(l *VarLimits, n int64) bool {
	if l.Proc > 0 && u.proc.Add(n) > l.Proc {
		u.proc.Add(-n)
		return false
	}
	if l.Global > 0 && u.global.Add(n) > l.Global {
		u.global.Add(-n)
		if l.Proc > 0 {
			u.proc.Add(-n)
		}
		return false
	}
	return true
}

func (u *sizes) give(l *VarLimits, n int64) {
	if l.Proc > 0 {
		u.proc.Add(n)
	}
	if l.Global > 0 {
		u.global.Add(n)
	}
}
