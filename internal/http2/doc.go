// Package http2 is either side of an HTTP/2 connection (RFC 9113) without its socket: bytes in, events and bytes out.
//
//	c := http2.NewConn(http2.Options{}, handler)
//	n, err := c.Feed(received)            // the handler is told of requests, bodies, resets; n octets were used
//	c.WriteHead(stream, 200, fields, false)
//	n = c.WriteData(stream, body, true)   // as much as the peer's windows and the queue let
//	socket.Write(c.Out()); c.Sent(n)
//
// and towards a server:
//
//	c := http2.NewClient(http2.Options{}, handler)
//	s := c.Start() // where there are Slots
//	c.WriteRequest(s, &http2.Ask{Method: "GET", ...}, true)
//
// What HTTP/2 lets a peer do and a message through a proxy must not do is refused here (RFC 9113, 8): a Head that the handler
// is given can be written as HTTP/1 without a doubt about what it means or where it ends. A stream error resets the stream, a
// connection error ends the connection; both are counted, and so is what is legal and makes work for nothing: see limits.go.
//
// Header blocks are decoded with golang.org/x/net's hpack, which is the Go project's own. They are encoded here, without a dynamic
// table: an encoder that remembers nothing allocates nothing, and its peer has no state to lose.
//
// It does not know HTTP/1, timers or loops.
package http2
