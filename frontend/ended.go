package frontend

import (
	"net/netip"

	"weir/acl"
	"weir/internal/fault"
	"weir/internal/logfmt"
)

// ended answers for a tunnel that is over, whose stream ended when it began: what has become of it since. Live numbers are those of now, and all else is as it was then.
type ended struct {
	w   *worker
	r   *record
	lr  *logfmt.Record
	ctx acl.Context
}

// context is for the expressions of the line of r; lr holds the line's values already.
func (e *ended) context(w *worker, r *record, lr *logfmt.Record) *acl.Context {
	e.w, e.r, e.lr = w, r, lr
	e.ctx.Begin(w.l.Wall())
	e.ctx.Stream, e.ctx.Env = e, env{w.px}
	e.ctx.FrontendName, e.ctx.ListenerName, e.ctx.BackendName = r.fe.p.Name, r.s.ln.b.Name, r.route.p.Name
	e.ctx.Listener = r.s.ln.name
	return &e.ctx
}

// Num is acl.Stream's.
func (e *ended) Num(n acl.Num) (int64, bool) {
	switch n {
	case acl.ClientBytesIn, acl.ServerBytesOut:
		return e.lr.Uploaded, true
	case acl.ClientBytesOut, acl.ServerBytesIn:
		return e.lr.Bytes, true
	case acl.ClientAborted:
		return asInt(e.r.fault != nil && e.r.fault.Side == fault.Client), true
	case acl.ServerAborted:
		return asInt(e.r.fault != nil && e.r.fault.Side == fault.Server), true
	}
	if n <= acl.TimeTotal {
		return timers[n].Number(e.lr)
	}
	return 0, false
}

// Text is acl.Stream's.
func (e *ended) Text(x acl.Text, dst []byte) ([]byte, bool) {
	if x != acl.TermState {
		return dst, false
	}
	s := e.r.state()
	return append(dst, s[:2]...), true
}

// ProxyTLV and ServerEnds are acl.Stream's, and were asked for when the tunnel began.
func (e *ended) ProxyTLV(uint8) ([]byte, bool)              { return nil, false }
func (e *ended) ServerEnds() (local, remote netip.AddrPort) { return }
