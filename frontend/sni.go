package frontend

import (
	"bytes"
	"errors"
	"fmt"

	"weir/acl"
	"weir/backend"
)

// compileSNI compiles the server names that servers with TLS are asked for.
func (r *route) compileSNI(c *acl.Compiler) error {
	var errs []error
	at := c.At(acl.InServerConn)
	for _, s := range r.b.Servers() {
		t := &s.Conf().TLS
		if !t.On || t.SNI == nil {
			continue
		}
		x, err := at.Expr(t.SNI)
		if err == nil && !x.Gives(acl.Str) {
			err = fmt.Errorf("%s: sni: got an expression that gives %s; want %s", t.SNI.Pos, x.Type(), acl.Str)
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if r.snis == nil {
			r.snis = map[*backend.Server]*acl.Expr{}
		}
		r.snis[s] = x
	}
	return errors.Join(errs...)
}

// sni is the server name to ask this stream's server for; "" = none.
func (st *stream) sni() string {
	s := st.lease.Server
	if !s.TLS() {
		return ""
	}
	if x := st.route.snis[s]; x != nil {
		var v acl.Sample
		if !x.EvalAs(&st.ctx, acl.Str, &v) {
			return ""
		}
		return st.w.intern(v.Bytes)
	}
	if s.Conf().TLS.SNIAuto && !st.tcp {
		return st.w.intern(hostName(st.req.Host()))
	}
	return ""
}

// hostName is an authority without its port; nothing of an address, which is no name (RFC 6066, 3).
func hostName(b []byte) []byte {
	if len(b) > 0 && b[0] == '[' {
		return nil
	}
	if i := bytes.LastIndexByte(b, ':'); i >= 0 {
		b = b[:i]
	}
	return b
}

// intern makes a string of a name that is likely to come again.
func (w *worker) intern(b []byte) string {
	if s, ok := w.snis[string(b)]; ok {
		return s
	}
	if w.snis == nil || len(w.snis) >= maxNames { // clients choose them: do not keep them all
		w.snis = map[string]string{}
	}
	s := string(b)
	w.snis[s] = s
	return s
}
