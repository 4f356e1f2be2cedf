package frontend

import (
	"context"
	"crypto/tls"
	"io"
	"time"

	"go.uber.org/zap"

	"weir/acl"
	"weir/internal/logfmt"
	"weir/internal/loop"
	"weir/internal/proxyproto"
	"weir/internal/tlsconf"
	"weir/internal/tlsio"
	"weir/stats"
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
		h.refuse(err, nil)
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
	h.refuse(loop.ErrTimeout, nil)
}

// Run is the handshake.
func (h *shaker) Run(t *loop.Task) {
	s := h.s
	defer s.crashed()
	y, err := tlsio.Server(t, s.c, s.ln.tls.Config(), s.fe.px.tlsOptions, s.deadline)
	if err != nil {
		h.refuse(err, y)
		return
	}
	s.tls = y
	if x := s.ln.explain; x != nil {
		x.shook(s.ln, y)
	}
	s.countTLS(func(n *stats.TLS) *uint64 {
		if y.State().DidResume {
			return &n.Resumed
		}
		return &n.Sessions
	})
	if y.State().NegotiatedProtocol == tlsconf.ChallengeProto { // the authority has seen what it wanted (RFC 8737, 3)
		s.linger()
		return
	}
	s.settled = s.w.l.Now()
	s.settle()
}

// countTLS counts a handshake.
func (s *session) countTLS(which func(n *stats.TLS) *uint64) {
	*which(&s.fe.traffic(s.w).TLS)++
	*which(&s.ln.local[s.w.id].TLS)++
}

// refuse ends a connection whose handshake failed. An alert may stand before the end: the client is let read it. y is what there is of it; nil =
// the client had said nothing.
func (h *shaker) refuse(err error, y *tlsio.Conn) {
	s, f := h.s, tlsconf.Explain(err, y)
	s.w.note(f.Name)
	fe := s.fe.traffic(s.w)
	fe.ReqErrors++
	s.countTLS(func(n *stats.TLS) *uint64 { return &n.Failed })
	s.ln.local[s.w.id].ReqErrors++
	text := acl.ConnErrorText(f.Conn) // HAProxy's words
	if f.Name != "ssl_closed" && f.Name != "ssl_timeout" {
		text += " (" + f.Text + ")"
	}
	if s.tls = y; y == nil {
		s.tls = tlsio.Fixed(tls.ConnectionState{}, tlsio.Info{})
	}
	s.logRefused(f.Conn, text)
	s.tls = nil
	if err == io.EOF || s.c.Closed() {
		s.close()
		return
	}
	s.linger()
}

// fillTLS tells the log what it wants of the client's TLS.
func (s *session) fillTLS(lr *logfmt.Record) {
	st, f := s.tls.State(), s.tls.Info()
	lr.SSL, lr.SSLName, lr.SSLResumed = true, st.ServerName, st.DidResume
	lr.SSLVersion, lr.SSLCipher = tlsconf.VersionName(st.Version), tlsconf.CipherName(st.CipherSuite)
	lr.SSLVerify, lr.SSLCAErr = f.Verify, f.CAErr
}

// tellTLS is what a PROXY header says of the client's TLS (the PROXY protocol, 2.2.6).
func (s *session) tellTLS(opts []string) *proxyproto.SSL {
	out := &proxyproto.SSL{}
	if s.tls == nil {
		return out
	}
	st, f := s.tls.State(), s.tls.Info()
	out.Client, out.Verify = proxyproto.ClientSSL, uint32(f.Result)
	add := func(typ byte, v []byte) { out.Sub = proxyproto.AppendTLV(out.Sub, typ, v) }
	add(proxyproto.TypeVersion, []byte(tlsconf.VersionName(st.Version)))
	if len(st.PeerCertificates) > 0 {
		out.Client |= proxyproto.ClientCertSess
		if !st.DidResume {
			out.Client |= proxyproto.ClientCertConn
		}
		if cn := tlsconf.DNEntry(st.PeerCertificates[0].RawSubject, "CN", 1); cn != nil && has(opts, "cert-cn") {
			add(proxyproto.TypeCN, cn)
		}
	}
	if f.Own != nil && has(opts, "cert-key") {
		add(proxyproto.TypeKeyAlg, []byte(tlsconf.KeyName(f.Own)))
	}
	if f.Own != nil && has(opts, "cert-sig") {
		add(proxyproto.TypeSigAlg, []byte(tlsconf.SigAlgName(f.Own.SignatureAlgorithm)))
	}
	if has(opts, "ssl-cipher") {
		add(proxyproto.TypeCipher, []byte(tlsconf.CipherName(st.CipherSuite)))
	}
	return out
}

// updateOCSP fetches the responses of certificates while the proxy runs.
func (px *Proxy) updateOCSP() {
	ctx, cancel := context.WithCancel(context.Background())
	px.stopOCSP = cancel
	go px.tls.UpdateOCSP(ctx, func(e tlsconf.OCSPEvent) {
		at := []zap.Field{zap.String("certificate", e.Path), zap.Time("next", e.Next)}
		if e.Err != nil {
			px.log.Warn("OCSP response of "+e.Path+" is not updated: "+e.Err.Error(), at...)
			return
		}
		px.log.Info("OCSP response of "+e.Path+" is updated", at...)
	})
}

// countTLS tells of TLS connections.
func (px *Proxy) countTLS(info *stats.Info) {
	c, g, now := px.tlsOptions.Count, &px.cfg.Global.TLS, time.Now()
	info.MaxSSLConns, info.CurrSSLConns, info.CumSSLConns = int64(g.MaxConn), c.Now(), uint64(c.Total())
	info.SSLRate, info.SSLRateMax, info.SSLRateLimit = int64(c.Front.Value(now)), int64(c.Front.Max()), int64(px.tlsRate.perSecond())
	info.SSLFrontKeys, info.SSLFrontKeysMax = int64(c.FrontKeys.Value(now)), int64(c.FrontKeys.Max())
	info.SSLBackKeys, info.SSLBackKeysMax = int64(c.BackKeys.Value(now)), int64(c.BackKeys.Max())
	if info.SSLRate > info.SSLFrontKeys {
		info.SSLReusePct = 100 * (info.SSLRate - info.SSLFrontKeys) / info.SSLRate
	}
}

// SetRateLimit changes how many connections, sessions or TLS connections are taken a second; 0 = any number. ok is false where there is no such
// rate.
func (px *Proxy) SetRateLimit(kind string, n int) (ok bool) {
	p := map[string]*pace{"connections": &px.connRate, "sessions": &px.sessRate, "ssl-sessions": &px.tlsRate}[kind]
	if p == nil {
		return false
	}
	p.limit(n)
	px.resume()
	return true
}
