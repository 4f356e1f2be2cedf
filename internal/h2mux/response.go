package h2mux

import (
	"crypto/sha1"
	"encoding/base64"

	"weir/internal/message"
)

// sendResponse sends a client the head of a response.
func (st *stream) sendResponse() error {
	r, h := &st.out, st.m.h
	status := r.resp.Status
	switch {
	case status == 101:
		if !r.upgrade || r.accept != "" && string(r.resp.Get(message.SecWebSocketAccept)) != r.accept {
			return errMessage
		}
		r.resp.Fields.Del(message.SecWebSocketAccept)
		h.WriteHead(st.s, 200, r.resp.Fields, false)
		r.state = outOpen
		return nil
	case status < 200:
		h.WriteHead(st.s, status, r.resp.Fields, false)
		return nil
	case r.method == message.MethodConnect && status < 300:
		h.WriteHead(st.s, status, r.resp.Fields, false)
		r.state = outOpen
		return nil
	}
	st.raw = false // an upgrade that was declined
	r.state, r.left = outDone, r.resp.ContentLength
	switch r.resp.Framing {
	case message.Length:
		if r.left > 0 {
			r.state = outLength
		}
	case message.Chunked:
		r.state = outChunks
		r.chunks.Trailers = &r.trailers
	case message.UntilClose:
		r.state = outOpen
	}
	h.WriteHead(st.s, status, r.resp.Fields, r.state == outDone)
	return nil
}

// acceptOf is the proof for a key (RFC 6455, 4.2.2).
func acceptOf(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}
