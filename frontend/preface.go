package frontend

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"

	"weir/acl"
	"weir/backend"
	"weir/conf"
	"weir/internal/proxyproto"
)

// prefaceTLV is one "set-proxy-v2-tlv-fmt", compiled.
type prefaceTLV struct {
	typ   byte
	value *acl.Format
}

// serverSide is what a stream works out for a connection to one server: it is the server's Aside.
type serverSide struct {
	sni      *acl.Expr // the name to ask for in TLS; nil = none is computed
	poolName *acl.Expr // "pool-conn-name"
	source   *acl.Expr // "usesrc hdr_ip"
	tlvs     []prefaceTLV
}

var noServerSide serverSide

// sideOf is what there is for a server.
func sideOf(srv *backend.Server) *serverSide {
	if side, ok := srv.Aside().(*serverSide); ok {
		return side
	}
	return &noServerSide
}

// compileServers compiles what is said and done when connections to the servers are opened.
func (r *route) compileServers(comp *acl.Compiler) error {
	var errs []error
	for _, srv := range r.b.Servers() {
		errs = append(errs, compileServer(comp, srv))
	}
	return errors.Join(errs...)
}

func compileServer(comp *acl.Compiler, srv *backend.Server) error {
	at := comp.At(acl.InServerConn)
	var side serverSide
	var errs []error
	used := false
	expr := func(to **acl.Expr, e *conf.Expr) {
		x, err := at.Expr(e)
		errs = append(errs, err)
		*to, used = x, true
	}
	if t := &srv.Conf().TLS; t.On && t.SNI != nil {
		if expr(&side.sni, t.SNI); side.sni != nil && !side.sni.Gives(acl.Str) {
			errs = append(errs, fmt.Errorf("%s: sni: got an expression that gives %s; want %s", t.SNI.Pos, side.sni.Type(), acl.Str))
		}
	}
	if e := srv.Conf().PoolName; e != nil {
		expr(&side.poolName, e)
	}
	if src := srv.Source(); src != nil && src.Use == conf.FromHeader {
		expr(&side.source, &conf.Expr{Pos: src.Pos, Fetch: conf.Call{Pos: src.Pos, Name: "req.hdr_ip", Args: []string{src.UseHeader, strconv.Itoa(src.UseNth)}}})
	}
	for _, t := range srv.Conf().ProxyTLVs {
		f, err := at.Format(t.Value)
		errs = append(errs, err)
		side.tlvs, used = append(side.tlvs, prefaceTLV{byte(t.Type), f}), true
	}
	if used {
		srv.SetAside(&side)
	}
	return errors.Join(errs...)
}

// announce says in whose name the connection to the server will be opened, where the server wants to know: by a PROXY header, or by
// the address that it comes from.
func (st *stream) announce() {
	srv := st.lease.Server
	st.lease.Preface, st.lease.From = nil, netip.AddrPort{}
	if !srv.Owned() {
		return
	}
	st.lease.From = st.sourceOf(srv)
	switch c := srv.Conf(); {
	case c.SendProxyV2:
		st.preface = st.prefaceV2(st.preface[:0], srv)
	case c.SendProxy:
		st.preface = proxyproto.AppendV1(st.preface[:0], st.ctx.Src, st.ctx.Dst)
	default:
		return
	}
	st.lease.Preface = st.preface
}

func (st *stream) prefaceV2(b []byte, srv *backend.Server) []byte {
	opts := srv.Conf().ProxyV2
	b = proxyproto.BeginV2(b, st.ctx.Src, st.ctx.Dst)
	if has(opts, "authority") {
		if name := st.authority(); len(name) > 0 {
			b = proxyproto.AppendTLV(b, proxyproto.TypeAuthority, name)
		}
	}
	if has(opts, "unique-id") {
		if id := st.uniqueID(); len(id) > 0 {
			b = proxyproto.AppendTLV(b, proxyproto.TypeUniqueID, id[:min(len(id), proxyproto.MaxUniqueID)])
		}
	}
	if has(opts, "ssl") || has(opts, "cert-cn") || has(opts, "ssl-cipher") || has(opts, "cert-sig") || has(opts, "cert-key") {
		b = proxyproto.AppendSSL(b, st.s.tellTLS(opts))
	}
	for _, t := range sideOf(srv).tlvs {
		b = proxyproto.AppendTLV(b, t.typ, t.value.Append(nil, &st.ctx))
	}
	whole, ok := proxyproto.FinishV2(b, 0, has(opts, "crc32c"))
	if !ok { // what rules made is too long: the ends alone
		whole, _ = proxyproto.FinishV2(proxyproto.BeginV2(b[:0], st.ctx.Src, st.ctx.Dst), 0, has(opts, "crc32c"))
	}
	return whole
}

func has(opts []string, name string) bool { return slices.Contains(opts, name) }

// authority is the name that the client asked for: in its TLS hello, else as the proxy in front has said it.
func (st *stream) authority() []byte {
	if y := st.s.tls; y != nil {
		return []byte(y.State().ServerName)
	}
	if h := st.s.hello; h != nil {
		name, _ := h.info.TLVs.Get(proxyproto.TypeAuthority)
		return name
	}
	return nil
}

// sourceOf is the address that "usesrc" has the connection come from; invalid = the server's or the backend's source.
func (st *stream) sourceOf(srv *backend.Server) netip.AddrPort {
	src := srv.Source()
	if src == nil {
		return netip.AddrPort{}
	}
	from := netip.AddrPort{}
	switch src.Use {
	case conf.FromAddr:
		if ip, err := netip.ParseAddr(src.UseAddr.Host); err == nil {
			from = netip.AddrPortFrom(ip, uint16(src.UseAddr.Port))
		}
	case conf.FromClient:
		from = st.ctx.Src
	case conf.FromClientIP:
		if st.ctx.Src.IsValid() {
			from = netip.AddrPortFrom(st.ctx.Src.Addr(), 0)
		}
	case conf.FromHeader:
		var v acl.Sample
		if x := sideOf(srv).source; x != nil && st.ctx.Req != nil && x.EvalAs(&st.ctx, acl.Addr, &v) {
			from = netip.AddrPortFrom(v.Addr, 0)
		}
	}
	// A socket of one family cannot be bound to an address of the other.
	to := srv.Addr().AddrPort().Addr()
	if !from.IsValid() || !to.IsValid() || from.Addr().Unmap().Is4() != to.Unmap().Is4() {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
}
