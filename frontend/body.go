package frontend

import (
	"time"

	"weir/internal/fault"
	"weir/internal/http1"
	"weir/internal/loop"
	"weir/internal/message"
)

// bufferBody reads until n octets of the request's body are there (0: all of it), or as much as the buffer holds. It takes d at the
// most, or what timeout http-request says. A client that waits for 100-continue is told to go on.
func (st *stream) bufferBody(t *loop.Task, d time.Duration, n int) *fault.Fault {
	s := st.s
	if st.req.Framing == message.NoBody {
		return nil
	}
	if st.req.Expect100 {
		if f := st.goOn(t); f != nil {
			return f
		}
	}
	deadline := after(st.w.l.Now(), firstSet(d, s.fe.p.Timeouts.HTTPRequest, s.fe.p.Timeouts.Client))
	for !st.seeBody() && (n == 0 || len(st.ctx.ReqBody) < n) && !s.in.full() {
		_, err := s.in.recv(s.c)
		switch {
		case err == nil:
			continue
		case err != loop.ErrAgain:
			return fault.ClientAbortBody
		}
		if err := s.c.WaitRead(t, deadline); err == loop.ErrTimeout {
			return fault.ClientTimeoutRequest
		} else if err != nil { // it cannot be watched: asking again would never end
			return fault.InternalError
		}
	}
	return nil
}

// unreadBody is what the log says of the request whose body did not come: without an end of the client, that it was not received.
func (st *stream) unreadBody(f *fault.Fault) {
	if f == fault.ClientAbortBody {
		st.rec.received = st.w.l.Now()
		return
	}
	st.rec.unreached(onRequest)
}

// goOn answers an expectation ourselves, which is then not the server's any more (RFC 9110, 10.1.1).
func (st *stream) goOn(t *loop.Task) *fault.Fault {
	st.req.Expect100 = false
	b := http1.AppendStatusLine(st.w.scratch[:0], 100, []byte(http1.Reason(100)))
	b = append(b, "\r\n"...)
	st.down.sent += int64(len(b))
	return st.sendAll(t, b)
}

// seeBody shows the rules what is there of the request's body. It is true once that is all of it.
func (st *stream) seeBody() (complete bool) {
	switch st.req.Framing {
	case message.Length:
		st.ctx.ReqBody, st.ctx.ReqBodySize = st.bodySoFar(), st.req.ContentLength
		return int64(len(st.ctx.ReqBody)) == st.req.ContentLength
	case message.Chunked:
		return st.seeChunks()
	}
	return true
}

// seeChunks decodes what has come since it was last called. The bytes in the window stay: they are sent on from there.
func (st *stream) seeChunks() (complete bool) {
	if st.decoded == 0 {
		st.peek, st.body = http1.ChunkReader{}, st.body[:0]
	}
	for {
		data, n, err := st.peek.Next(st.s.in.bytes()[st.decoded:])
		st.decoded += n
		st.body = append(st.body, data...)
		if err != nil { // also a malformed one, which is found out again when it is sent on
			break
		}
	}
	st.ctx.ReqBody, st.ctx.ReqBodySize = st.body, int64(len(st.body))
	return st.peek.Done()
}
