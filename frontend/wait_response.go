package frontend

import (
	"io"

	"weir/conf"
	"weir/internal/fault"
	"weir/internal/http1"
	"weir/internal/loop"
	"weir/internal/message"
)

// waitResponse is wait-for-body of a response: what comes of it is kept in the window, behind the head.
func (st *stream) waitResponse(t *loop.Task, a *conf.WaitForBody) verdict {
	deadline := after(st.w.l.Now(), a.Time)
	c := st.lease.Conn
	for !st.seeResponse() && (a.AtLeast == 0 || len(st.ctx.RespBody) < a.AtLeast) && !st.out.full() {
		_, err := st.out.recv(c)
		switch {
		case err == nil:
			continue
		case err == io.EOF && st.resp.Framing == message.UntilClose:
			return carryOn
		case err != loop.ErrAgain:
			return st.failResponse(t, fault.ServerAbortHeaders)
		}
		if err := c.WaitRead(t, deadline); err == loop.ErrTimeout {
			return st.failResponse(t, fault.ServerTimeoutHeaders)
		} else if err != nil {
			return st.failResponse(t, fault.InternalError)
		}
	}
	return carryOn
}

func (st *stream) failResponse(t *loop.Task, f *fault.Fault) verdict {
	st.rec.unreached(onResponse)
	return st.over(st.refuse(t, f))
}

// seeResponse shows the rules what is there of the response's body. It is true once that is all of it.
func (st *stream) seeResponse() (complete bool) {
	b := st.out.bytes()
	switch st.resp.Framing {
	case message.NoBody:
		return true
	case message.Length:
		st.ctx.RespBody, st.ctx.RespBodySize = b[:min(int64(len(b)), st.resp.ContentLength)], st.resp.ContentLength
		return int64(len(b)) >= st.resp.ContentLength
	case message.UntilClose:
		st.ctx.RespBody = b
		return false
	}
	var chunks http1.ChunkReader
	st.body = st.body[:0]
	for {
		data, n, err := chunks.Next(b)
		b, st.body = b[n:], append(st.body, data...)
		if err != nil {
			break
		}
	}
	st.ctx.RespBody, st.ctx.RespBodySize = st.body, int64(len(st.body))
	return chunks.Done()
}

// unreached takes back, for the log, that the phase was over: what a rule did came in between.
func (r *record) unreached(on phase) {
	if on == onRequest {
		r.received = 0
		return
	}
	r.resp = 0
}
