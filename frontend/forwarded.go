package frontend

import (
	"errors"
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
		b = append(b, "proto=http"...)
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

// appendNode appends an end of the connection (RFC 7239, 6). Only a bare IPv4 address and a bare name need no quotes.
func (st *stream) appendNode(b []byte, name string, ip, port bool, ipX, portX *acl.Expr, end netip.AddrPort) []byte {
	if !ip && ipX == nil && !port && portX == nil {
		return b
	}
	n := st.text[:0]
	switch {
	case ipX != nil:
		var v acl.Sample
		switch {
		case ipX.Type() == acl.Addr && ipX.EvalAs(&st.ctx, acl.Addr, &v):
			n = appendNodeIP(n, v.Addr)
		default:
			at := len(n)
			n = append(n, '_') // an obfuscated identifier
			if t, ok := ipX.AppendText(n, &st.ctx); ok {
				n = t
			} else {
				n = append(n[:at], "unknown"...)
			}
		}
	case ip && end.IsValid():
		n = appendNodeIP(n, end.Addr())
	default:
		n = append(n, "unknown"...)
	}
	bare := len(n) > 0 && n[0] != '['
	switch {
	case portX != nil:
		var v acl.Sample
		if portX.EvalAs(&st.ctx, acl.Int, &v) {
			n, bare = strconv.AppendInt(append(n, ':'), v.Int, 10), false
		}
	case port && end.IsValid():
		n, bare = strconv.AppendUint(append(n, ':'), uint64(end.Port()), 10), false
	}
	st.text = n
	if bare {
		return append(appendParam(b, name), n...)
	}
	return appendQuotedParam(b, name, n)
}

func appendNodeIP(b []byte, ip netip.Addr) []byte {
	ip = ip.Unmap()
	if ip.Is4() {
		return ip.AppendTo(b)
	}
	return append(ip.AppendTo(append(b, '[')), ']')
}
