package frontend

import (
	"weir/conf"
)

// admitted applies the tcp-request connection rules. A rejected connection is reset: it never was a session.
func (s *session) admitted() bool {
	if len(s.fe.connRules) == 0 {
		return true
	}
	switch a := s.judge(s.fe.connRules).(type) {
	case *conf.Reject:
		s.fe.traffic(s.w).DeniedConn++
		s.ln.local[s.w.id].DeniedConn++
		s.c.Reset()
	case *conf.SilentDrop:
		s.dropped(a)
	default:
		return true
	}
	s.leave()
	return false
}

// validated applies the tcp-request session rules, when all handshakes are over.
func (s *session) validated() bool {
	if len(s.fe.sessRules) == 0 {
		return true
	}
	switch a := s.judge(s.fe.sessRules).(type) {
	case *conf.Reject:
		s.fe.traffic(s.w).DeniedSess++
		s.ln.local[s.w.id].DeniedSess++
		s.c.Close()
	case *conf.SilentDrop:
		s.dropped(a)
	default:
		return true
	}
	s.leave()
	return false
}

// dropped is counted as a refused request, as in HAProxy.
func (s *session) dropped(a *conf.SilentDrop) {
	s.fe.traffic(s.w).DeniedReq++
	s.ln.local[s.w.id].DeniedReq++
	s.c.Vanish(a.RstTTL)
}

// judge runs rules on the connection and returns the action that ended the list; nil when none did. What they make of its
// addresses holds for all its streams.
func (s *session) judge(rules []tcpRule) conf.Action {
	st := s.w.getStream(s)
	st.ctx.BeginConn(s.w.l.Wall())
	s.fill(&st.ctx)
	st.ctx.Final = true
	last, _ := st.try(nil, rules)
	s.from = st.ctx.Src
	if st.rec.src.IsValid() { // an address was set
		s.to = st.ctx.Dst
	}
	st.finish()
	s.w.putStream(st)
	return last
}
