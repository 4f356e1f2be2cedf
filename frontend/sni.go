package frontend

import (
	"bytes"

	"weir/acl"
)

// sni is the server name to ask this stream's server for; "" = none.
func (st *stream) sni() string {
	s := st.lease.Server
	if !s.TLS() {
		return ""
	}
	if x := sideOf(s).sni; x != nil {
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
