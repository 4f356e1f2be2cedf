package backend

import (
	"cmp"

	"weir/conf"
	"weir/internal/h2mux"
)

// checksHTTP2 reports whether the requests of health checks are HTTP/2's, on a connection whose TLS has agreed on a protocol; "" = on
// none. a is the rule that opened it; nil = none did.
func (s *Server) checksHTTP2(a *conf.CheckConnect, agreed string) bool {
	proto := ""
	if a != nil {
		proto = a.Proto
	}
	if a == nil || a.Default {
		proto = cmp.Or(proto, s.conf.CheckProto, s.conf.Proto)
	}
	return proto == "h2" || proto == "" && agreed == "h2"
}

// multiplex makes the check's connection one of HTTP/2, of which the check has a stream; false: it has ended.
func (r *checkRun) multiplex(secure bool) bool {
	r.mux = h2mux.NewServer(r.conn, h2mux.Options{HTTP2: r.c.server.b.http2, Secure: secure})
	r.conn = r.mux.Open()
	return r.conn != nil
}
