package frontend

import (
	"io"

	"weir/internal/loop"
	"weir/internal/tlsconf"
	"weir/internal/tlsio"
)

// shaker is the TLS handshake of a client, before there is a session. Until the client says something it needs no task and holds no
// buffer; then it is a task.
type shaker struct {
	s *session
}

// begin follows what headers had to say of the connection.
func (s *session) begin() {
	if s.ln.tls == nil {
		s.settle()
		return
	}
	h := &shaker{s}
	tm := &s.fe.p.Timeouts
	s.deadline = after(s.settled, firstSet(tm.ClientHS, tm.HTTPRequest, tm.Client))
	s.timer.Fire = h.expire
	if s.deadline != loop.Never {
		s.w.l.Arm(&s.timer, s.deadline)
	}
	s.w.resting.add(s)
	if h.look() {
		return
	}
	if s.c.SetHandler(h) != nil { // nobody would ever hear of it again
		s.close()
	}
}

// Ready is called when the client has said something.
func (h *shaker) Ready(*loop.Conn) {
	defer h.s.crashed()
	h.look()
}

// look begins the handshake once there is something of it. true: nothing is waited for any more.
func (h *shaker) look() bool {
	s := h.s
	var b [1]byte
	switch _, err := s.c.Peek(b[:]); err {
	case loop.ErrAgain:
		return false
	case nil:
		h.end()
		s.w.l.GoRun(h)
	default:
		h.end()
		h.refuse(err)
	}
	return true
}

// end gives back what the wait for the first byte needed.
func (h *shaker) end() {
	s := h.s
	s.w.resting.remove(s)
	s.c.SetHandler(nil)
	s.w.l.Disarm(&s.timer)
	s.timer.Fire = s.expire
}

func (h *shaker) expire() {
	h.end()
	h.refuse(loop.ErrTimeout)
}

// Run is the handshake.
func (h *shaker) Run(t *loop.Task) {
	s := h.s
	defer s.crashed()
	y, err := tlsio.Server(t, s.c, s.ln.tls.Config(), s.fe.px.tlsOptions, s.deadline)
	if err != nil {
		h.refuse(err)
		return
	}
	tr := &s.w.tls
	if tr.Handshakes++; y.State().DidResume {
		tr.Resumed++
	}
	s.tls = y
	s.settled = s.w.l.Now()
	s.settle()
}

// refuse ends a connection whose handshake failed. An alert may stand before the end: the client is let read it.
func (h *shaker) refuse(err error) {
	s := h.s
	name, text := tlsconf.Reason(err)
	s.w.note(name)
	s.w.tls.Failed++
	fe := s.fe.traffic(s.w)
	fe.ReqErrors++
	s.ln.local[s.w.id].ReqErrors++
	s.logRefused("SSL handshake failure: " + text)
	if err == io.EOF || s.c.Closed() {
		s.close()
		return
	}
	s.linger()
}

// handshakes are a loop's counters of clients' handshakes.
type handshakes struct {
	Handshakes, Resumed, Failed uint64
}
