package frontend

import (
	"slices"

	"weir/acl"
	"weir/internal/fault"
	"weir/internal/h2mux"
	"weir/internal/tlsconf"
	"weir/internal/tlsio"
)

// Servers that speak HTTP/2: a stream has a virtual connection to its server, which speaks HTTP/1 (package h2mux), so that there is
// little to tell apart.

// oldHTTP reports whether the request has to go over a connection of HTTP/1 to a server that may speak HTTP/2: an upgrade, by "ws".
func (st *stream) oldHTTP() bool {
	if st.old1 {
		return true
	}
	if st.tcp || !st.req.Upgrade {
		return false
	}
	switch c := st.lease.Server.Conf(); c.WS {
	case "h1":
		return true
	case "h2":
		return false
	default:
		return c.Proto == "" && c.TLS.On && slices.Contains(c.TLS.ALPN, "http/1.1")
	}
}

// lost is the fault of a server that has gone before the head of its response was complete.
func (st *stream) lost() *fault.Fault {
	if !st.lease.Multiplexed() {
		if y := tlsio.Of(st.lease.Conn); !st.lease.Reused && st.rec.nothingBack && tlsconf.Unwelcome(y.Err()) {
			return fault.ServerUnwelcome
		}
		return fault.ServerAbortHeaders
	}
	switch h2mux.CauseOf(st.lease.Conn) {
	case h2mux.Refused:
		return fault.ServerRefused
	case h2mux.WantsHTTP1:
		return fault.ServerWantsHTTP1
	case h2mux.Malformed:
		return fault.BadResponse
	case h2mux.NoUpgrade:
		return fault.ServerNoWebSocket
	case h2mux.NotAllowed:
		return fault.BadRequestData
	}
	return fault.ServerAbortHeaders
}

// speaksOld reports whether the server may speak HTTP/1.1 too: what its TLS agrees on is left to it, and HTTP/1.1 is offered (RFC 7301).
func (st *stream) speaksOld() bool {
	c := st.lease.Server.Conf()
	return c.Proto == "" && c.TLS.On && slices.Contains(c.TLS.ALPN, "http/1.1")
}

// serverNum is what is known of a connection of HTTP/2 to a server.
func (st *stream) serverNum(n acl.Num) (int64, bool) {
	m := st.lease.Mux()
	if m == nil {
		return 2, n == acl.ServerHTTP && st.lease.Conn == nil && st.rec.srvHTTP2
	}
	switch n {
	case acl.ServerHTTP:
		return 2, true
	case acl.ServerStreams:
		return int64(m.Streams()), true
	case acl.ServerStreamsLimit:
		return int64(m.Limit()), true
	case acl.ServerStreamID:
		return int64(h2mux.StreamID(st.lease.Conn)), true
	case acl.ServerGlitches:
		return int64(m.Glitches()), true
	}
	return 0, false
}
