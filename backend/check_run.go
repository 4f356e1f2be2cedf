package backend

import (
	"errors"
	"io"
	"net/netip"
	"strconv"
	"syscall"

	"weir/conf"
	"weir/internal/h2mux"
	"weir/internal/http1"
	"weir/internal/loop"
	"weir/internal/message"
	"weir/internal/tlsconf"
	"weir/internal/tlsio"
)

// checkRun is one check under way. It belongs to the checker, which uses it again; its buffers are the loop's and held only
// while the check runs.
type checkRun struct {
	c        *checker
	t        *loop.Task
	conn     *loop.Conn
	mux      *h2mux.Conn // below conn, where the check speaks HTTP/2
	linger   bool
	deadline int64 // of what is read and written on conn
	last     checkResult
	first    checkResult // kept by a step for a later one

	in    *loop.Buf // what has come and is not given up yet: with HTTP, the head
	n     int       // bytes of it
	ended bool      // nothing more will come
	reset error     // ... because the connection was reset
	out   []byte

	method message.MethodID
	resp   message.Response
	head   int // bytes of the head in in; 0 = it is not there yet
	body   httpBody
	view   CheckView
}

// check runs the plan and returns what came of it.
func (c *checker) check(t *loop.Task) checkResult {
	r := &c.run
	r.c, r.t = c, t
	r.last = checkResult{status: checkL4OK, code: -1}
	r.view.Began = true
	defer r.close()
	for _, s := range c.plan.steps {
		res, over := s.run(r)
		if over {
			return r.alerted(res)
		}
		r.last = res
	}
	return r.last
}

// alerted is the result, with what the server has said of TLS where it ended the connection so (see Lease.TellAlert).
func (r *checkRun) alerted(res checkResult) checkResult {
	if r.conn == nil || res.ok() {
		return res
	}
	if y := tlsio.Of(r.conn); y.Err() != nil {
		f := tlsconf.Explain(y.Err(), y)
		res.text = cut("SSL: " + f.Text)
	}
	return res
}

// close ends the connection and gives the buffers back.
func (r *checkRun) close() {
	if r.conn != nil {
		if r.linger {
			r.conn.Close()
		} else {
			// With a RST: a check every second would otherwise leave a TIME_WAIT behind every second.
			r.conn.Reset()
		}
		r.conn = nil
	}
	if r.mux != nil {
		r.mux.Abort()
		r.mux = nil
	}
	if r.in != nil {
		r.c.loop.PutBuf(r.in)
		r.in = nil
	}
	r.body.drop(r.c.loop)
	r.forget()
	r.resp.Reset()
	r.view.Received, r.view.Resp = nil, nil
}

// forget gives up what has come.
func (r *checkRun) forget() {
	r.n, r.head, r.ended, r.reset = 0, 0, false, nil
	r.body.reset()
}

// look is what expressions may see now.
func (r *checkRun) look() *CheckView {
	v := &r.view
	v.Server, v.Loop = r.c.server, r.c.loop
	v.Received, v.Resp = nil, nil
	if r.in != nil {
		v.Received = r.in.B[:r.n]
	}
	if r.head > 0 {
		v.Resp = &r.resp
	}
	return v
}

// recv reads more into in. io.EOF: there will be no more, or there is no room.
func (r *checkRun) recv() error {
	if r.in == nil {
		r.in = r.c.loop.GetBuf()
	}
	if r.ended || r.n == len(r.in.B) {
		r.ended = true
		return io.EOF
	}
	m, err := r.conn.Recv(r.t, r.in.B[r.n:], r.deadline)
	r.n += max(m, 0)
	if err != nil && err != loop.ErrTimeout {
		r.ended = true
		if isReset(err) { // what has come still counts
			r.reset = err
			return io.EOF
		}
	}
	return err
}

func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// send writes, and gives up what has come before it.
func (r *checkRun) send(b []byte) error {
	r.forget()
	err := r.conn.Send(r.t, b, r.deadline)
	if isReset(err) { // the system tells it once: reading finds an end only
		r.reset = err
	}
	return err
}

// connectStep opens a connection.
type connectStep struct {
	at     ruleAt
	conf   *conf.CheckConnect // nil = no rule: as the server line says
	addr   netip.Addr         // invalid = the one that is checked
	unix   *loop.Addr         // nil = none
	port   CheckText          // nil = the one that is checked
	linger bool
}

func newConnectStep(c *texts, pos conf.Pos, a *conf.CheckConnect, at ruleAt) *connectStep {
	what := "connect"
	if a.Port != nil {
		what = "connect port"
		if len(a.Port.Fetch.Args) == 1 && a.Port.Fetch.Name == "int" {
			what += " " + a.Port.Fetch.Args[0]
		}
	}
	s := &connectStep{at: at.with(a.Comment, what), conf: a, port: c.expr(a.Port), linger: a.Linger}
	ad, err := conf.ParseAddr(a.Addr)
	switch {
	case a.Addr == "" || err != nil: // validation has told
	case ad.Kind == conf.AddrUnix:
		s.unix = loop.UnixAddr(ad.Path)
	case ad.Kind == conf.AddrAbstract:
		s.unix = loop.AbstractAddr(ad.Path, !ad.Unpadded)
	default:
		s.addr = c.address(pos, &ad)
	}
	return s
}

func (s *connectStep) run(r *checkRun) (checkResult, bool) {
	c := r.c
	if r.conn != nil {
		last := r.last
		r.close()
		r.last = last
	}
	now := c.loop.Now()
	r.deadline = now + int64(c.interval(0))
	connectBy, p := r.deadline, c.server.b.conf
	if p.Timeouts.Check > 0 && p.Timeouts.Connect > 0 {
		connectBy = min(r.deadline, now+int64(p.Timeouts.Connect))
	}
	to := s.target(r)
	if to == nil {
		return unable("the port is no number from 1 to 65535" + s.at.String()), true
	}
	conn, err := c.server.checkDial(r.t, to, connectBy, s.conf)
	if err != nil {
		return connectResult(err, s.at.String()), true
	}
	r.conn, r.linger = conn, s.linger
	if p.Timeouts.Check > 0 {
		r.deadline = c.loop.Now() + int64(p.Timeouts.Check)
	}
	ok, agreed := checkL4OK, ""
	if secure := c.server.checkTLS(s.conf); secure != nil {
		x, err := tlsio.Client(r.t, conn, secure, tlsio.Options{}, r.deadline)
		if err != nil {
			return handshakeResult(err, x, s.at.String()), true
		}
		ok, agreed = checkL6OK, x.State().NegotiatedProtocol
	}
	if c.plan.requests && c.server.checksHTTP2(s.conf, agreed) && !r.multiplex(ok == checkL6OK) {
		return failed(checkL7RSP, "HTTP/2 was not taken"+s.at.String()), true
	}
	return checkResult{status: ok, code: -1, text: passedText(s.at)}, false
}

// target is where the step connects to; nil where the port is none.
func (s *connectStep) target(r *checkRun) *loop.Addr {
	a := r.c.target()
	if s.unix != nil {
		return s.unix
	}
	if !s.addr.IsValid() && s.port == nil {
		return a
	}
	ap := a.AddrPort()
	if s.addr.IsValid() {
		ap = netip.AddrPortFrom(s.addr, ap.Port())
	}
	if s.port != nil {
		r.out = s.port(r.look(), r.out[:0])
		n, err := strconv.ParseUint(string(r.out), 10, 16)
		if err != nil || n == 0 {
			return nil
		}
		ap = netip.AddrPortFrom(ap.Addr(), uint16(n))
	}
	return loop.TCPAddr(ap)
}

// passedText is what HAProxy says of a check by rules that went well.
func passedText(at ruleAt) string {
	if at.kind == "" {
		return ""
	}
	return "(" + at.kind + ")"
}

// dataStep sends bytes.
type dataStep struct {
	at   ruleAt
	data CheckText
}

func (s *dataStep) run(r *checkRun) (checkResult, bool) {
	r.out = s.data(r.look(), r.out[:0])
	if err := r.send(r.out); err == loop.ErrTimeout {
		return failed(checkL7TOUT, s.at.String()), true
	}
	// A server may answer and close before it has read everything: whatever else Send said, the next step finds it.
	return checkResult{status: checkL7OK, code: 0, text: passedText(s.at)}, false
}

// requestStep sends a request.
type requestStep struct {
	at      ruleAt
	method  string
	id      message.MethodID
	uri     CheckText
	version string
	fields  []field
	closing bool // say that the connection ends with it
	body    CheckText
	state   bool // "send-state"
}

type field struct {
	name  string
	value CheckText
}

func (s *requestStep) run(r *checkRun) (checkResult, bool) {
	r.out = s.append(r.look(), r.out[:0])
	r.method = s.id
	if err := r.send(r.out); err == loop.ErrTimeout {
		return failed(checkL7TOUT, s.at.String()), true
	}
	return checkResult{status: checkL7OK, code: 0, text: passedText(s.at)}, false
}

// readHead reads the final response head.
func (r *checkRun) readHead() error {
	var parser http1.Parser
	for r.head == 0 {
		if err := r.recv(); err != nil {
			return err
		}
		for r.n > 0 {
			head, err := parser.Response(r.in.B[:r.n], &r.resp, r.method, http1.Limits{})
			if err == http1.ErrIncomplete {
				break
			}
			if err != nil {
				return err
			}
			if r.resp.Status >= 200 || r.resp.Status == 101 {
				r.head = head
				return r.body.begin(r)
			}
			// An interim response (RFC 9110, 15.2): the final one follows.
			r.n = copy(r.in.B, r.in.B[head:r.n])
			parser = http1.Parser{}
		}
	}
	return nil
}
