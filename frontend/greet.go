package frontend

import (
	"bytes"
	"io"
	"net/netip"
	"strings"

	"weir/conf"
	"weir/internal/fault"
	"weir/internal/logsink"
	"weir/internal/loop"
	"weir/internal/proxyproto"
)

// greeter waits for the header in which a proxy says whom a connection is for, before there is a session. It needs no task and holds
// no buffer: the header is looked at where it lies, in the kernel, and taken out when it is whole, so that what follows it (a TLS
// handshake, a request) is found as if nothing had been there. No other byte of the client's is used before (the PROXY protocol, 2:
// "MUST NOT start processing the connection before it receives a complete and valid PROXY protocol header").
type greeter struct {
	s   *session
	cip bool // NetScaler's header is to come, which as in HAProxy is before the PROXY header
	// part of the header has come
	part bool
}

// greeting is what such headers have said.
type greeting struct {
	info proxyproto.Info
	addr netip.AddrPort // the sender
}

// headers is which ones the connection begins with: by its bind, or by a rule.
func (s *session) headers() conf.Headers {
	h := s.expects
	if s.ln.b.AcceptProxy {
		h |= conf.HeaderProxy
	}
	if s.ln.b.CIPMagic != 0 {
		h |= conf.HeaderCIP
	}
	return h
}

// greet begins to wait.
func (s *session) greet() {
	g := &greeter{s: s, cip: s.headers()&conf.HeaderCIP != 0}
	s.hello = &greeting{addr: s.from}
	tm := &s.fe.p.Timeouts
	s.deadline = after(s.accepted, min(firstSet(tm.ClientHS, tm.HTTPRequest, tm.Client, maxGreeting), maxGreeting))
	s.timer.Fire = g.expire
	s.w.l.Arm(&s.timer, s.deadline)
	s.w.resting.add(s)
	if g.look() {
		return
	}
	if s.c.SetHandler(g) != nil { // nobody would ever hear of it again
		s.close()
	}
}

// Ready is called when there may be more of the header.
func (g *greeter) Ready(*loop.Conn) {
	defer g.s.crashed()
	g.look()
}

// look reads what is there of the headers. true: the wait is over, for a session or for nothing.
func (g *greeter) look() bool {
	s := g.s
	b := s.w.l.GetBuf()
	defer s.w.l.PutBuf(b)
	for {
		more, err := g.header(b.B)
		switch {
		case err != nil:
			g.refuse(err)
			return true
		case more:
			return false
		case !g.cip || s.headers()&conf.HeaderProxy == 0:
			g.done()
			return true
		}
		g.cip, g.part = false, false
	}
}

// header reads one header; more: it is not complete.
func (g *greeter) header(b []byte) (more bool, err error) {
	c := g.s.c
	n, err := c.Peek(b)
	switch {
	case err == loop.ErrAgain:
		return true, nil
	case err == io.EOF:
		return false, errGreetingEnds
	case err != nil:
		return false, err
	}
	g.part = n > 0
	info, size, err := g.parse(b[:n])
	switch {
	case err == proxyproto.ErrMore && n == len(b):
		return false, proxyproto.ErrLarge
	case err == proxyproto.ErrMore && c.HungUp():
		return false, errGreetingEnds
	case err != nil:
		return err == proxyproto.ErrMore, unlessMore(err)
	}
	info.TLVs = bytes.Clone(info.TLVs)
	g.s.heard(info)
	return false, c.Discard(b[:size])
}

func unlessMore(err error) error {
	if err == proxyproto.ErrMore {
		return nil
	}
	return err
}

func (g *greeter) parse(b []byte) (proxyproto.Info, int, error) {
	if g.cip {
		return proxyproto.ParseCIP(b, uint32(g.s.ln.b.CIPMagic))
	}
	return proxyproto.Parse(b)
}

// heard makes the ends that a header names those of the connection.
func (s *session) heard(info proxyproto.Info) {
	if info.Version > 0 {
		s.hello.info = info
	}
	if !info.Local {
		s.from, s.to = info.Src, info.Dst
	}
}

// done lets the session begin.
func (g *greeter) done() {
	s := g.s
	g.end()
	s.settled = s.w.l.Now()
	s.begin()
}

// end gives back what the wait needed.
func (g *greeter) end() {
	s := g.s
	s.w.resting.remove(s)
	s.c.SetHandler(nil)
	s.w.l.Disarm(&s.timer)
	s.timer.Fire = s.expire
}

func (g *greeter) expire() { g.refuse(errGreetingLate) }

// refuse ends a connection whose header was none, or did not come.
func (g *greeter) refuse(err error) {
	s := g.s
	m, ok := err.(*proxyproto.Malformed)
	if !ok { // the connection itself has failed
		m = &proxyproto.Malformed{Name: "proxy_failed", Text: err.Error(), ConnError: "PRX_ABORT"}
	}
	s.w.note(m.Name)
	s.logRefused(g.connError(m), m.Text)
	g.end()
	s.close()
}

// connError is HAProxy's name for the end of a wait: of the header that was waited for, and by whether a part of it had come.
func (g *greeter) connError(m *proxyproto.Malformed) string {
	name := m.ConnError
	if (m == errGreetingEnds || m == errGreetingLate) && g.part {
		name = "PRX_TRUNCATED"
	}
	if rest, ok := strings.CutPrefix(name, "PRX_"); ok && g.cip {
		return "CIP_" + rest
	}
	return name
}

// The ways to end without a header.
var (
	errGreetingEnds = &proxyproto.Malformed{Name: "proxy_ended", Text: "the client closed before the end of its PROXY header", ConnError: "PRX_EMPTY"}
	errGreetingLate = &proxyproto.Malformed{Name: "proxy_late", Text: "the PROXY header did not come in time", ConnError: "PRX_TIMEOUT"}
)

// logRefused writes the line of a connection that ended before there was a session (HAProxy manual, 8.2.5), by HAProxy's name of the error (fc_err_name).
func (s *session) logRefused(name, text string) {
	w, fe := s.w, s.fe
	s.refused = name
	level := logsink.Info
	if fe.p.Options.LogSeparateErrors {
		level = logsink.Err
	}
	if w.access == nil || !fe.log.Wants(level) || fe.p.Options.DontLogNull && (text == errGreetingEnds.Text || name == sslEmpty) {
		return
	}
	if fe.lines.failed != nil {
		s.emitRefused(level)
		return
	}
	lr := &w.line
	lr.Client, lr.UnixID = s.src(), s.ln.id
	lr.Date = w.l.Wall().UnixMilli() - (w.l.Now()-s.accepted)/1e6
	lr.Frontend = fe.p.Name
	w.access.End(w.format.AppendRefused(w.access.Begin(), lr, s.ln.label(), text), fe.log, level)
}

// sslEmpty is the name of a client that leaves before it has shaken hands.
const sslEmpty = "SSL_EMPTY"

// emitRefused writes the line by error-log-format. There is no stream: what only one has is missing in it.
func (s *session) emitRefused(level logsink.Level) {
	w, fe := s.w, s.fe
	st := w.getStream(s)
	st.ctx.BeginConn(w.l.Wall())
	s.fill(&st.ctx)
	r := &st.rec
	r.s, r.fe, r.tcp, r.began, r.dst = s, fe, fe.tcp, s.accepted, st.ctx.Dst
	r.date = w.l.Wall().UnixMilli() - (w.l.Now()-s.accepted)/1e6
	lr := r.fill(w, nil, fe.lines.failed.Need())
	lr.Status, lr.State[0], lr.State[1] = 0, byte(fault.Proxy), byte(fault.PhaseRequest)
	w.access.End(fe.lines.failed.AppendLine(w.access.Begin(), &st.ctx, &w.format, lr, nil), fe.log, level)
	r.reset()
	st.ctx.End()
	w.putStream(st)
}
