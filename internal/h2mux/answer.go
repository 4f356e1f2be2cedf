package h2mux

import (
	"strconv"

	"weir/internal/http1"
	"weir/internal/http2"
	"weir/internal/message"
)

// answered takes a response's head from a server.
func (m *Conn) answered(s *http2.Stream, h *http2.Head, end bool) {
	st := s.User.(*stream)
	if st.closed {
		m.put(st)
		return
	}
	st.answer(h, end)
	st.conn.Signal(true, false, false)
}

// answer writes it as HTTP/1. http2 has seen to it that nothing in it can end a line or be two things.
func (st *stream) answer(h *http2.Head, end bool) {
	b, r := st.in, &st.out
	opened := h.Status/100 == 2 && st.raw
	switch {
	case opened && r.upgrade:
		b = append(b, "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n"...)
		b = field(b, "sec-websocket-accept", r.accept)
	default:
		b = append(strconv.AppendInt(append(b, "HTTP/1.1 "...), int64(h.Status), 10), ' ')
		b = append(append(b, http1.Reason(h.Status)...), '\r', '\n')
	}
	for i := range h.Fields {
		switch f := &h.Fields[i]; f.Name {
		case "content-length":
		case "sec-websocket-accept":
			if !r.upgrade || !opened {
				b = field(b, f.Name, f.Value)
			}
		default:
			b = field(b, f.Name, f.Value)
		}
	}
	if h.Status >= 200 {
		st.ended = end
		st.raw = opened // else an upgrade that was declined
		if !opened {
			b = st.framing(b, h, end)
		}
	}
	st.in = append(b, '\r', '\n')
}

// announces reports whether trailers will come. HTTP/1 has them behind chunks only: the length is not said then.
func announces(h *http2.Head) bool {
	for i := range h.Fields {
		if h.Fields[i].Name == "trailer" {
			return true
		}
	}
	return false
}

// framing says where the body ends. Of one that is not sent, the length may still be told.
func (st *stream) framing(b []byte, h *http2.Head, end bool) []byte {
	length := h.Length
	switch {
	case h.Status == 204:
		return b
	case st.out.method == message.MethodHead || h.Status == 304:
		if length < 0 {
			return b
		}
	case end:
		length = 0
	case length < 0, announces(h):
		st.chunked = true
		return append(b, "transfer-encoding: chunked\r\n"...)
	}
	return append(strconv.AppendInt(append(b, "content-length: "...), length, 10), '\r', '\n')
}
