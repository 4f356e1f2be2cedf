package frontend

import (
	"errors"
	"math"
	"net/netip"
	"strconv"

	"weir/acl"
	"weir/conf"
)

// forwarded is "option forwarded" (RFC 7239), compiled.
type forwarded struct {
	conf                              *conf.Forwarded
	proto, by, byPort, from, fromPort bool
	host                              bool
	hostX, byX, byPortX               *acl.Expr
	fromX, fromPortX                  *acl.Expr
}

func newForwarded(c compiler, o *conf.Forwarded) (*forwarded, error) {
	if o == nil {
		return nil, nil
	}
	f := &forwarded{conf: o, proto: o.Proto, host: o.Host, by: o.By, byPort: o.ByPort, from: o.For, fromPort: o.ForPort}
	var errs []error
	for _, x := range []struct {
		e  *conf.Expr
		to **acl.Expr
	}{{o.HostExpr, &f.hostX}, {o.ByExpr, &f.byX}, {o.ByPortExpr, &f.byPortX}, {o.ForExpr, &f.fromX}, {o.ForPortExpr, &f.fromPortX}} {
		if x.e != nil {
			var err error
			*x.to, err = c.Expr(x.e)
			errs = append(errs, err)
		}
	}
	if none := *o; none == (conf.Forwarded{Pos: o.Pos}) {
		f.proto, f.from = true, true
	}
	return f, errors.Join(errs...)
}

// add appends a field of its own: what is there is somebody else's word.
func (f *forwarded) add(st *stream) {
	b := st.list[:0]
	if f.proto {
		b = append(b, "proto="...)
		b = append(b, st.clientScheme()...)
	}
	switch {
	case f.hostX != nil:
		if t, ok := f.hostX.AppendText(st.text[:0], &st.ctx); ok {
			st.text = t
			b = appendQuotedParam(b, "host", t)
		}
	case f.host:
		if h := st.req.Host(); len(h) > 0 {
			b = appendQuotedParam(b, "host", h)
		}
	}
	b = st.appendNode(b, "by", f.by, f.byPort, f.byX, f.byPortX, st.ctx.Dst)
	b = st.appendNode(b, "for", f.from, f.fromPort, f.fromX, f.fromPortX, st.ctx.Src)
	st.list = b
	if len(b) > 0 {
		st.req.Fields.AddBytes(forwardedName, st.arena.Copy(escapeControls(b, 0)))
	}
}

var forwardedName = []byte("forwarded")

func appendParam(b []byte, name string) []byte {
	if len(b) > 0 {
		b = append(b, ';')
	}
	return append(append(b, name...), '=')
}

func appendQuotedParam(b []byte, name string, v []byte) []byte {
	b = append(appendParam(b, name), '"')
	for _, c := range v {
		if c == '"' || c == '\\' {
			b = append(b, '\\')
		}
		b = append(b, c)
	}
	return append(b, '"')
}

// clientScheme is "https" where the client speaks TLS with us.
func (st *stream) clientScheme() string {
	if st.ctx.ClientTLS != nil {
		return "https"
	}
	return "http"
}

// appendNode appends an end of the connection (RFC 7239, 6). Only a bare IPv4 address and a bare name need no quotes. A port alone is
// no end.
func (st *stream) appendNode(b []byte, name string, ip, port bool, ipX, portX *acl.Expr, end netip.AddrPort) []byte {
	if !ip && ipX == nil {
		return b
	}
	n := st.text[:0]
	switch {
	case ipX != nil:
		n = st.appendNodeExpr(n, ipX)
	case end.IsValid():
		n = appendNodeIP(n, end.Addr())
	default:
		n = append(n, unknownNode...)
	}
	bare := n[0] != '['
	switch {
	case portX != nil:
		n, bare = st.appendPortExpr(n, bare, portX)
	case port && end.IsValid():
		n, bare = strconv.AppendUint(append(n, ':'), uint64(end.Port()), 10), false
	}
	st.text = n
	if bare {
		return append(appendParam(b, name), n...)
	}
	return appendQuotedParam(b, name, n)
}

const unknownNode = "unknown"

// appendNodeExpr appends what a sample says of an end: an address, or a name of somebody's own, which begins with "_" (RFC 7239, 6.3).
func (st *stream) appendNodeExpr(n []byte, x *acl.Expr) []byte {
	var v acl.Sample
	if x.Type() == acl.Addr {
		if x.EvalAs(&st.ctx, acl.Addr, &v) {
			return appendNodeIP(n, v.Addr)
		}
		return append(n, unknownNode...)
	}
	if n, ok := st.appendObfuscated(n, x); ok {
		return n
	}
	return append(n, unknownNode...)
}

// appendObfuscated appends "_" and the sample's text. ok is false, and n as it was, where that is no name.
func (st *stream) appendObfuscated(n []byte, x *acl.Expr) (out []byte, ok bool) {
	at := len(n)
	t, ok := x.AppendText(append(n, '_'), &st.ctx)
	if ok && len(t) > at+1 && t[at+1] == '_' { // it has one already
		t = append(t[:at], t[at+1:]...)
	}
	if !ok || len(t) < at+2 {
		return n[:at], false
	}
	for _, c := range t[at:] {
		if !obfuscatedChar(c) {
			return t[:at], false
		}
	}
	return t, true
}

func obfuscatedChar(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '.' || c == '_' || c == '-'
}

// appendPortExpr appends a port, or a name for one (RFC 7239, 6), where the sample has one. bare tells whether n needs no quotes.
func (st *stream) appendPortExpr(n []byte, bare bool, x *acl.Expr) (out []byte, stillBare bool) {
	at := len(n)
	var v acl.Sample
	if t := x.Type(); t == acl.Int || t == acl.Bool {
		if !x.EvalAs(&st.ctx, acl.Int, &v) || v.Int < 0 || v.Int > math.MaxUint16 {
			return n, bare
		}
		return strconv.AppendInt(append(n, ':'), v.Int, 10), false
	}
	if x.EvalAs(&st.ctx, acl.Int, &v) && v.Int > 0 && v.Int <= math.MaxUint16 {
		return strconv.AppendInt(append(n, ':'), v.Int, 10), false
	}
	if out, ok := st.appendObfuscated(append(n, ':'), x); ok {
		return out, false
	}
	return n[:at], bare
}

func appendNodeIP(b []byte, ip netip.Addr) []byte {
	ip = ip.Unmap()
	if ip.Is4() {
		return ip.AppendTo(b)
	}
	return append(ip.AppendTo(append(b, '[')), ']')
}
