// Package h2mux makes a connection of each stream of an HTTP/2 client connection: a virtual loop.Conn that speaks HTTP/1.
//
//	client ══ HTTP/2 ══► Conn (a handler on the socket) ──► http2.Conn (frames, windows, limits)
//	                       │
//	                       ├── stream 1: loop.Conn ── "GET /a HTTP/1.1 ..." ──► whoever serves HTTP/1
//	                       └── stream 3: loop.Conn ── "POST /b HTTP/1.1 ..."
//
//	m := h2mux.New(conn, received, h2mux.Options{Stream: serve, Closed: done})
//
// So the rest of the proxy knows one kind of client, and what comes over HTTP/2 passes the same strict parser as everything else:
// what a request means and where it ends is decided there, whatever came in. The price is some 200 octets that are written and
// read once more per message.
//
// An extended CONNECT for WebSockets (RFC 8441) becomes an HTTP/1 Upgrade, and the 101 that answers it a 200.
//
// Nothing here suspends: frames are taken as they come, what the streams send in a turn of the loop leaves in one write at its end.
package h2mux
