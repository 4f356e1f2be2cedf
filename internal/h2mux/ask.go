package h2mux

import (
	"bytes"

	"weir/internal/http2"
	"weir/internal/loop"
	"weir/internal/message"
)

var (
	schemeHTTP  = []byte("http")
	schemeHTTPS = []byte("https")
	websocket   = []byte("websocket")
	connect     = []byte("CONNECT")
	root        = []byte("/")
)

// sendRequest sends a server the head of a request. An Upgrade to WebSockets becomes an extended CONNECT, for which the server's
// SETTINGS have to be known; another Upgrade is not asked for, as RFC 9110, 7.8, allows.
func (st *stream) sendRequest() error {
	r, h, q := &st.out, st.m.h, &st.out.req
	a := http2.Ask{Method: q.Method, Scheme: st.scheme(), Authority: q.Host(), Path: q.Path, Fields: q.Fields}
	if len(a.Path) == 0 {
		a.Path = root
	}
	r.method, r.left = q.MethodID, q.ContentLength
	switch {
	case q.MethodID == message.MethodConnect:
		a.Path, st.raw = nil, true
		r.state = outOpen
	case q.Upgrade && bytes.EqualFold(q.Get(message.Upgrade), websocket) && q.MethodID == message.MethodGet:
		if !h.Heard() {
			return loop.ErrAgain
		}
		if !h.Connects() {
			st.why = NoUpgrade
			return errMessage
		}
		a.Method, a.Protocol = connect, websocket
		r.accept = acceptOf(string(q.Get(message.SecWebSocketKey)))
		q.Fields.Del(message.SecWebSocketKey)
		a.Fields = q.Fields
		r.upgrade, st.raw, r.state = true, true, outOpen
	case q.Framing == message.Length && r.left > 0:
		r.state = outLength
	case q.Framing == message.Chunked:
		r.state = outChunks
		r.chunks.Trailers = &r.trailers
	default:
		r.state = outDone
	}
	if len(a.Authority) == 0 && r.method == message.MethodConnect {
		st.why = NotAllowed
		return errMessage
	}
	h.WriteRequest(st.s, &a, r.state == outDone)
	return nil
}

// scheme is that of the request's URI, of which a client over HTTP/2 and some over HTTP/1 say it; else, or where it is none of HTTP, that of the
// connection (RFC 9113, 8.3.1).
func (st *stream) scheme() []byte {
	switch said := st.out.req.Scheme; {
	case bytes.EqualFold(said, schemeHTTP):
		return schemeHTTP
	case bytes.EqualFold(said, schemeHTTPS), st.m.o.Secure:
		return schemeHTTPS
	}
	return schemeHTTP
}
