package frontend

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"

	"weir/acl"
	"weir/backend"
	"weir/conf"
	"weir/internal/loop"
)

// compileKey compiles what "balance hash" and "balance rdp-cookie" hash, and the cookie of "persist rdp-cookie".
func (r *route) compileKey(comp *acl.Compiler) error {
	at := comp.At(acl.InUseServer)
	var err error
	switch b := &r.p.Balance; b.Algo {
	case conf.Hash:
		if r.key, err = at.Expr(b.Expr); err == nil && !r.key.Gives(acl.Bin) {
			err = fmt.Errorf("%s: %s: balance: hash: got an expression that gives %s; want %s", b.Pos, r.p.Title(), r.key.Type(), acl.Bin)
		}
		r.keyAsks = comp.TakeUsers()
	case conf.RDPCookie:
		r.key, err = at.Expr(rdpCookie(b.Pos, b.Name))
	}
	if err == nil && r.p.PersistRDP != "" {
		r.rdp, err = at.Expr(rdpCookie(r.p.Pos, r.p.PersistRDP))
	}
	return err
}

func rdpCookie(pos conf.Pos, name string) *conf.Expr {
	return &conf.Expr{Pos: pos, Fetch: conf.Call{Pos: pos, Name: "req.rdp_cookie", Args: []string{name}}}
}

// balanceKey puts what is hashed into the subject. It is copied: the stream may wait for a server that persistence leads to first.
func (st *stream) balanceKey(t *loop.Task) {
	st.checkPasswords(t, st.route.keyAsks)
	var v acl.Sample
	if st.route.key.EvalAs(&st.ctx, acl.Bin, &v) {
		st.sub.Key, st.sub.Keyed = st.arena.Copy(v.Bytes), true
	}
}

// rdpServer is the server whose address the cookie of RDP tells; nil = there is none.
func (st *stream) rdpServer() *backend.Server {
	var v acl.Sample
	if !st.route.rdp.EvalAs(&st.ctx, acl.Str, &v) {
		return nil
	}
	to, ok := routingToken(v.Bytes)
	if !ok {
		return nil
	}
	for _, s := range st.route.b.Servers() {
		if s.Addr().AddrPort() == to {
			return s
		}
	}
	return nil
}

// routingToken reads the address in a routing token of RDP: "ADDRESS.PORT.RESERVED", where the address is a decimal number whose lowest
// octet comes first, and the octets of the port are swapped ("IP Address and Port Encoding" of session directories).
func routingToken(b []byte) (netip.AddrPort, bool) {
	addr, rest, ok := bytes.Cut(b, []byte{'.'})
	port, _, ended := bytes.Cut(rest, []byte{'.'})
	if !ok || !ended {
		return netip.AddrPort{}, false
	}
	a, err := strconv.ParseUint(string(addr), 10, 32)
	p, perr := strconv.ParseUint(string(port), 10, 16)
	if err != nil || perr != nil {
		return netip.AddrPort{}, false
	}
	var ip [4]byte
	binary.LittleEndian.PutUint32(ip[:], uint32(a))
	return netip.AddrPortFrom(netip.AddrFrom4(ip), uint16(p)>>8|uint16(p)<<8), true
}
