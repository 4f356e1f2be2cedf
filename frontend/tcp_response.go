package frontend

import (
	"io"

	"weir/conf"
	"weir/internal/fault"
	"weir/internal/loop"
)

// inspectServer applies the backend's tcp-response content rules in TCP mode, waiting up to its inspect-delay for what the server
// says. What the client says goes on meanwhile.
func (st *stream) inspectServer(t *loop.Task) (over bool, n next) {
	c := st.route.tcpResp
	if c == nil {
		return false, 0
	}
	now := st.w.l.Now()
	until := after(now, c.delay)
	st.ctx.Final, st.ctx.InResponse = c.delay <= 0, true
	for {
		f := st.lookServer()
		if f != nil {
			return true, st.lose(f)
		}
		last, wait := st.try(t, c.rules)
		if !wait {
			return st.ruledServer(last)
		}
		if !st.waitContent(t, until) {
			st.ctx.Final = true
		}
	}
}

// lookServer moves on what the client has sent and shows the rules what the server has.
func (st *stream) lookServer() *fault.Fault {
	client, server := st.s.c, st.lease.Conn
	if f := st.pumpContent(client, server); f != nil {
		return f
	}
	if server.Readable() && !st.ctx.Final {
		st.out.ready(st.w.l)
		_, err := st.out.recv(server)
		if err != nil && err != loop.ErrAgain || st.out.full() {
			st.ctx.Final = true // its end, or its failure, is the tunnel's to find
		}
	}
	if st.ctx.RawResp = nil; st.out.len() > 0 {
		st.ctx.RawResp = st.out.bytes()
	}
	return nil
}

// pumpContent brings bytes from the client to the server, as many as go without waiting.
func (st *stream) pumpContent(client, server *loop.Conn) *fault.Fault {
	in := &st.s.in
	for {
		if in.len() > 0 {
			n, err := server.TrySend(in.bytes())
			in.r += n
			st.rec.up += int64(n)
			if err == loop.ErrAgain {
				return nil
			}
			if err != nil {
				return fault.ServerAbortData
			}
			continue
		}
		if !client.Readable() {
			return nil
		}
		in.ready(st.w.l)
		switch _, err := in.recv(client); {
		case err == nil:
		case err == loop.ErrAgain:
			return nil
		case err == io.EOF:
			server.CloseWrite()
			return nil
		default:
			return fault.ClientAbortData
		}
	}
}

// waitContent suspends until either side has something, or until the delay is over: false.
func (st *stream) waitContent(t *loop.Task, until int64) bool {
	client, server := st.s.c, st.lease.Conn
	defer client.Release()
	defer server.Release()
	if client.Await(t, true, false) != nil || server.Await(t, true, st.s.in.len() > 0) != nil {
		return false
	}
	return t.Park(until)
}

// ruledServer is what becomes of a session after its tcp-response content rules.
func (st *stream) ruledServer(last conf.Action) (over bool, n next) {
	switch a := last.(type) {
	case *conf.Reject:
		st.deniedResp()
		st.rec.fail(fault.DeniedContent)
		st.rec.bytes = int64(st.out.len()) // HAProxy counts what it has read
		return true, nextClose
	case *conf.SilentDrop:
		st.deniedReq()
		st.rec.fail(fault.Denied)
		st.s.c.Vanish(a.RstTTL)
		return true, nextClose
	case *conf.Close:
		st.lease.Conn.Reset()
		st.route.b.Disconnect(&st.lease)
		return true, nextClose
	}
	return false, 0
}

// inspectResponse is inspectServer for HTTP. The response's head is there: a rule that would have to wait for more of the response
// goes by what there is.
func (st *stream) inspectResponse(t *loop.Task) (over bool, n next) {
	c := st.route.tcpResp
	if c == nil {
		return false, 0
	}
	st.ctx.Final, st.ctx.Resp = true, &st.resp
	last, _ := st.try(t, c.rules)
	switch last.(type) {
	case *conf.Reject, *conf.SilentDrop, *conf.Close: // to the log, there has been no response
		st.rec.resp, st.rec.status, st.rec.respCap = 0, 0, st.rec.respCap[:0]
	}
	if _, closed := last.(*conf.Close); closed {
		st.lease.Conn.Reset()
		return true, st.refuse(t, fault.ServerAbortHeaders)
	}
	return st.ruledServer(last)
}
