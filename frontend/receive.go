package frontend

import (
	"weir/internal/fault"
	"weir/internal/http1"
	"weir/internal/loop"
	"weir/internal/message"
)

// receive reads and parses one request head. nil: it is in st.req, and the window s.in is what follows it.
func (st *stream) receive(t *loop.Task) *fault.Fault {
	s := st.s
	s.in.lo, s.in.keep = 0, false
	s.in.ready(st.w.l) // what is there already of the next request moves to the front: it needs the whole buffer
	st.rec.start(st)
	for {
		whole, begun := false, false
		if s.in.e > 0 {
			whole, begun = s.preface()
		}
		if whole {
			return errHTTP2
		}
		if s.in.e > 0 && !begun {
			n, err := st.parser.Request(s.in.b.B[:s.in.e], &st.req, s.fe.limits)
			if err == nil {
				s.in.r, s.in.lo = n, n
				st.w.forgiven(st.parser.Forgiven)
				if s.trunk != nil {
					st.req.Major, st.req.ByParts = 2, len(st.req.Scheme) > 0
					if st.req.MethodID == message.MethodConnect { // of HTTP/1 the parser takes a default port away
						st.req.Fields.Set(message.Host, st.req.Authority)
					}
				}
				return nil
			}
			if err != http1.ErrIncomplete {
				return st.malformed(err)
			}
		}
		if f := st.more(t); f != nil {
			if f != errIdle && s.in.e == 0 && s.requests == 0 && s.fe.p.Options.HTTPIgnoreProbes {
				return errGone // a connection that only looked whether somebody is there
			}
			return f
		}
	}
}

// more reads behind what is there. The time for the whole head is http-request's, and each read has the client's.
func (st *stream) more(t *loop.Task) *fault.Fault {
	s, tm := st.s, &st.s.fe.p.Timeouts
	if s.in.full() {
		return st.malformed(http1.ErrHeadTooLarge)
	}
	for {
		_, err := s.in.recv(s.c)
		if err == nil {
			st.rec.arrived(st.w)
			return nil
		}
		if err != loop.ErrAgain {
			return st.gone()
		}
		if s.in.e == 0 {
			if s.requests == 0 && st.w.l.Now() >= s.deadline {
				return fault.ClientTimeoutRequest
			}
			return errIdle // nothing yet: the session rests without us
		}
		deadline := after(st.w.l.Now(), tm.Client)
		if tm.HTTPRequest > 0 {
			deadline = min(deadline, st.rec.t0+int64(tm.HTTPRequest))
		}
		if err := s.c.WaitRead(t, deadline); err == loop.ErrTimeout {
			return fault.ClientTimeoutRequest
		} else if err != nil { // it cannot be watched: asking again would never end
			return fault.InternalError
		}
	}
}

// errIdle says that the client has not begun a request. It is not a fault: nothing is logged or answered.
var errIdle = &fault.Fault{Name: "idle", Text: "no request has begun"}

// errGone says that the client closed between requests.
var errGone = &fault.Fault{Name: "gone", Text: "the client closed between requests"}

// gone tells a close between requests from one inside a request.
func (st *stream) gone() *fault.Fault {
	s := st.s
	if s.in.e == 0 && s.requests > 0 {
		return errGone
	}
	return fault.ClientAbortRequest
}

// malformed counts why and remembers it for the log.
func (st *stream) malformed(err error) *fault.Fault {
	e, ok := err.(*http1.Error)
	if !ok {
		return fault.BadRequest
	}
	st.rec.reason = e
	st.fe().badRequest.keep(st, e, st.s.in.b.B[:st.s.in.e], false)
	if e == http1.ErrExpect { // all else of it is good: the log is to show what was asked
		st.rec.received = st.w.l.Now()
		st.rec.writeLine(st)
	}
	fl := &st.fe().local[st.w.id]
	if fl.reasons == nil {
		fl.reasons = map[string]uint64{}
	}
	fl.reasons[e.Reason]++
	return fault.BadRequest
}
