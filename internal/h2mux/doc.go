// Package h2mux makes a connection of each stream of an HTTP/2 connection, a client's or to a server: a virtual loop.Conn that speaks HTTP/1.
//
//	client ══ HTTP/2 ══► Conn (a handler on the socket) ──► http2.Conn (frames, windows, limits)
//	                       │
//	                       ├── stream 1: loop.Conn ── "GET /a HTTP/1.1 ..." ──► whoever serves HTTP/1
//	                       └── stream 3: loop.Conn ── "POST /b HTTP/1.1 ..."
//
//	m := h2mux.New(conn, received, h2mux.Options{Stream: serve, Closed: done})
//
// and towards a server the same the other way round:
//
//	m := h2mux.NewServer(conn, h2mux.Options{Closed: gone})
//	c := m.Open()       // where there is Room: write a request, read the response, Close
//	h2mux.CauseOf(c)    // why it failed, where it did
//	h2mux.Recycle(c)    // after Close, once nobody knows c any more
//
// So the rest of the proxy knows one kind of client and one of server, and what comes over HTTP/2 passes the same strict parser as
// everything else: what a message means and where it ends is decided there, whatever came in. The price is some 200 octets that are
// written and read once more per message.
//
// An extended CONNECT for WebSockets (RFC 8441) becomes an HTTP/1 Upgrade, and the 101 that answers it a 200; to a server it is an
// Upgrade that becomes an extended CONNECT.
//
// Nothing here suspends: frames are taken as they come, what the streams send in a turn of the loop leaves in one write at its end.
package h2mux
