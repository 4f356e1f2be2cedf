package h2mux

import (
	"crypto/rand"
	"encoding/base64"
	"strconv"
	"strings"

	"weir/internal/http2"
	"weir/internal/message"
)

// begin writes the request's head as HTTP/1. http2 has seen to it that nothing in it can end a line or be two things.
func (st *stream) begin(h *http2.Head, end bool) {
	b := st.in[:0]
	st.chunked = !end && (h.Length < 0 || announces(h))
	st.out.begin(h.Method)
	st.https = h.Scheme == "https"
	switch {
	case h.Protocol != "":
		b = st.upgrade(b, h)
	case h.Method == "CONNECT":
		b = append(append(append(b, "CONNECT "...), h.Authority...), " HTTP/1.1\r\n"...)
		st.chunked, st.raw = false, true
	default:
		b = target(append(append(b, h.Method...), ' '), h)
	}
	if h.Authority != "" {
		b = field(b, "host", h.Authority)
	}
	b = st.fields(b, h)
	switch {
	case st.chunked:
		b = append(b, "transfer-encoding: chunked\r\n"...)
	case h.Length >= 0 && !st.raw:
		b = append(strconv.AppendInt(append(b, "content-length: "...), h.Length, 10), '\r', '\n')
	}
	st.in = append(b, '\r', '\n')
}

// target writes the rest of the request line: the whole URI where the client has told all of it, as rules and logs have it.
func target(b []byte, h *http2.Head) []byte {
	path := h.Path
	if h.HasAuthority() && !strings.ContainsAny(h.Authority, "/?#") { // else where the path begins would be a guess
		b = append(append(append(b, h.Scheme...), "://"...), h.Authority...)
		if path == "*" {
			path = "" // RFC 9112, 3.2.4
		}
	}
	return append(append(b, path...), " HTTP/1.1\r\n"...)
}

// fields writes the fields but those that the lines around them say. The crumbs of Cookie become one field again (RFC 9113, 8.2.3).
func (st *stream) fields(b []byte, h *http2.Head) []byte {
	crumbs := 0
	for i := range h.Fields {
		switch f := &h.Fields[i]; f.Name {
		case "host", "content-length":
		case "cookie":
			crumbs++
		default:
			b = field(b, f.Name, f.Value)
		}
	}
	if crumbs == 0 {
		return b
	}
	b = append(b, "cookie: "...)
	for i := range h.Fields {
		if f := &h.Fields[i]; f.Name == "cookie" {
			b = append(b, f.Value...)
			if crumbs--; crumbs > 0 {
				b = append(b, "; "...)
			}
		}
	}
	return append(b, '\r', '\n')
}

func field(b []byte, name, value string) []byte {
	return append(append(append(append(b, name...), ": "...), value...), '\r', '\n')
}

// upgrade writes an extended CONNECT as HTTP/1's Upgrade. HTTP/2 has no key for the server to prove that it knows WebSockets: one is
// made here, and the proof looked at here.
func (st *stream) upgrade(b []byte, h *http2.Head) []byte {
	b = target(append(b, "GET "...), h)
	b = field(field(b, "connection", "upgrade"), "upgrade", h.Protocol)
	st.chunked, st.raw, st.out.upgrade = false, true, true
	st.out.method = message.MethodGet
	if h.Protocol == "websocket" {
		var key [16]byte
		rand.Read(key[:])
		text := base64.StdEncoding.EncodeToString(key[:])
		st.out.accept = acceptOf(text)
		b = field(b, "sec-websocket-key", text)
	}
	return b
}
