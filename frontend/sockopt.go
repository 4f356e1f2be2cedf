package frontend

import (
	"fmt"
	"math"
	"net/netip"

	"weir/acl"
	"weir/conf"
)

// compileSocket compiles the actions that change what is below HTTP: addresses, marks, the place in a queue.
func (r *rule) compileSocket(c compiler) (err error) {
	r.kind = actSocket
	e, want := (*conf.Expr)(nil), acl.Int
	switch a := r.action.(type) {
	case *conf.SetAddr:
		e = a.Value
		if a.Name == "set-src" || a.Name == "set-dst" {
			want = acl.Addr
		}
	case *conf.SetSocket:
		e = a.Value
	case *conf.SetPriority:
		e = a.Value
	default: // set-nice
		return nil
	}
	if r.expr, err = c.Expr(e); err == nil && !r.expr.Gives(want) {
		err = fmt.Errorf("%s: %s: got an expression that gives %s; want %s", e.Pos, r.action.Keyword(), r.expr.Type(), want)
	}
	return err
}

// setSocket carries such an action out. An expression without a value leaves everything as it is, as in HAProxy.
func (st *stream) setSocket(r *rule) {
	var v acl.Sample
	switch a := r.action.(type) {
	case *conf.SetAddr:
		st.setAddr(a.Name, r.expr)
	case *conf.SetSocket:
		if r.expr.EvalAs(&st.ctx, acl.Int, &v) {
			st.setOption(a.Name, v.Int)
		}
	case *conf.SetPriority:
		if r.expr.EvalAs(&st.ctx, acl.Int, &v) {
			st.lease.Prioritize(a.Offset, v.Int)
		}
	}
}

// setAddr changes what the stream takes for one end of its client's connection. What cannot be kept of it is 0.0.0.0 or port 0.
func (st *stream) setAddr(name string, x *acl.Expr) {
	end := &st.ctx.Src
	if name == "set-dst" || name == "set-dst-port" {
		end = &st.ctx.Dst
	}
	var v acl.Sample
	if name == "set-src" || name == "set-dst" {
		if !x.EvalAs(&st.ctx, acl.Addr, &v) {
			return
		}
		*end = netip.AddrPortFrom(v.Addr.Unmap(), end.Port())
	} else {
		if !x.EvalAs(&st.ctx, acl.Int, &v) {
			return
		}
		ip := end.Addr()
		if !ip.IsValid() {
			ip = netip.IPv4Unspecified()
		}
		*end = netip.AddrPortFrom(ip, uint16(v.Int))
	}
	st.rec.src = st.ctx.Src
}

// setOption puts a mark or a type of service on the client's connection, or on the one that the server will get. What the
// kernel refuses (a mark asks for CAP_NET_ADMIN) is counted and changes nothing else.
func (st *stream) setOption(name string, v int64) {
	if v < 0 || v > math.MaxUint32 {
		return
	}
	var err error
	switch name {
	case "set-mark", "set-fc-mark":
		err = st.s.c.SetMark(uint32(v))
	case "set-tos", "set-fc-tos":
		err = st.s.c.SetTOS(uint8(v))
	case "set-bc-mark":
		st.lease.Socket.HasMark, st.lease.Socket.Mark = true, uint32(v)
	case "set-bc-tos":
		st.lease.Socket.HasTOS, st.lease.Socket.TOS = true, uint8(v)
	}
	if err == nil && st.lease.Conn != nil {
		err = st.lease.Socket.Apply(st.lease.Conn)
	}
	if err != nil {
		st.w.note("socket_option_refused")
	}
}
