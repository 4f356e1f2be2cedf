package frontend

import (
	"weir/internal/fault"
	"weir/internal/loop"
)

// The spine. From accept to backend in eight calls, each in the file of its name:
//
//	listener.Accept   a connection comes in                         session.go
//	session.Ready     it has something to say: a task begins        session.go
//	session.Run       requests, one after another                   here
//	stream.serve      one request and its response                  here
//	stream.receive    the request head                              receive.go
//	stream.decide     rules; an answer of our own, or a backend     decide.go
//	stream.connect    a server and a connection to it               connect.go
//	stream.exchange   request and response, head and body           exchange.go

// Run serves what the client has to say now: requests until it pauses or the connection ends. While it pauses, no
// task, no stream and no buffer is held for it.
func (s *session) Run(t *loop.Task) {
	st := s.w.getStream(s)
	st.task = t
	defer st.crash(s)
	for burst := 1; ; burst++ {
		next := st.live(t)
		if (next == nextLinger || next == nextDrain) && st.killed {
			next = nextClose // nobody waits for a client whose stream is ended from outside
		}
		st.finish()
		switch next {
		case nextRequest:
			if burst%maxPipelined == 0 {
				t.Yield()
			}
			continue
		case nextIdle:
			s.w.putStream(st)
			s.rest()
		case nextClose:
			s.w.putStream(st)
			s.close()
		case nextLinger:
			s.w.putStream(st)
			s.linger()
		case nextDrain:
			s.w.putStream(st)
			s.drain()
		case nextMultiplex:
			s.w.putStream(st)
			s.multiplex()
		case nextTunnel: // the connection is the tunnel's now
			s.w.putStream(st)
		}
		return
	}
}

// next is what becomes of a session after a stream.
type next uint8

const (
	nextClose     next = iota // close the connection
	nextRequest               // the next request is in the buffer already
	nextIdle                  // wait for the next request
	nextLinger                // close it gently: the client may still be sending
	nextDrain                 // it is amid the body of a request that has been answered: see drain.go
	nextTunnel                // the connection was handed over
	nextMultiplex             // it speaks HTTP/2
)

// live is the life of a stream: of a request, or of a session in TCP mode, which may turn out to be HTTP.
func (st *stream) live(t *loop.Task) next {
	if !st.s.http {
		if n := st.relay(t); n != nextRequest {
			return n
		}
	}
	return st.serve(t)
}

// serve is the life of one request.
func (st *stream) serve(t *loop.Task) next {
	if f := st.receive(t); f != nil {
		return st.refuse(t, f)
	}
	st.begin()
	if !st.inspected {
		if over, n := st.inspect(t, st.fe().tcpReq); over {
			return n
		}
	}
	st.ctx.Final = true // what comes next does not wait
	if answered, n := st.decide(t); answered {
		return n
	}
	if f := st.deliver(t); f == fault.ServerRedirect {
		return st.sendToServer(t)
	} else if f != nil {
		return st.refuse(t, f)
	}
	if over, n := st.inspectResponse(t); over {
		return n
	}
	return st.exchange(t)
}

// deliver brings the request head to a server and the response head back, trying again where that can be right.
func (st *stream) deliver(t *loop.Task) *fault.Fault {
	for {
		f := st.connect(t)
		if f == nil {
			f = st.send(t)
		}
		if f == nil {
			f = st.await(t)
			st.observe(f)
		}
		if f == nil {
			return nil
		}
		if !st.mayRetry(f) {
			return f
		}
		st.retry()
	}
}
