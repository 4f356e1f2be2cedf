package frontend

import "weir/internal/message"

// How a client finds a response's end depends on the status and on the method that it asked with (RFC 9112, 6.3), and a rule may have
// changed either since the server decided what to send. What goes out must end for the client where it ends for us: else the next
// response on the connection, or a part of it, is taken for this one's.

// wantsBody reports whether the client takes what follows the head for a body.
func (st *stream) wantsBody() bool {
	s := st.resp.Status
	return s >= 200 && s != 204 && s != 304 && !(st.begun && st.asked == message.MethodHead) && !st.opens()
}

// opens reports whether the client takes what follows the head for another protocol.
func (st *stream) opens() bool {
	return st.resp.Status == 101 || st.begun && st.asked == message.MethodConnect && st.resp.Status/100 == 2
}

// fit makes the response's framing one that the client reads as it is meant. last: the connection has to end with it, as the client
// either waits for another head, or waits for none any more.
func (st *stream) fit() (last bool) {
	p := &st.resp
	switch {
	case st.opens():
		p.Framing, p.Upgrade = message.NoBody, true
	case p.Status < 200, p.Status == 204, p.Status == 304:
		p.Framing = message.NoBody
	case p.Framing == message.NoBody && st.wantsBody():
		p.Framing, p.ContentLength = message.Length, 0
	}
	return p.Status < 200 || st.opens()
}
