package backend

import (
	"net/netip"

	"weir/conf"
	"weir/internal/loop"
	"weir/internal/proxyproto"
)

// checkDial connects for a health check: through the SOCKS proxy where checks go there too, and with a PROXY header where the check is
// of the address that streams go to and those have one, or where checks are to have one always. a is the rule that asks for the connection;
// nil = none does. Without "default" a rule has but what it says itself.
func (s *Server) checkDial(t *loop.Task, to *loop.Addr, deadline int64, a *conf.CheckConnect) (*loop.Conn, error) {
	c, at := s.conf, to
	line := a == nil || a.Default
	if (line && c.CheckSocks || a != nil && a.ViaSOCKS) && s.socks != nil && to.AddrPort().IsValid() {
		at = s.socks
	}
	conn, err := t.Loop().Dial(t, at, s.dial, deadline)
	if err != nil {
		return nil, err
	}
	if at != to {
		err = socksAsk(t, conn, to.AddrPort(), deadline)
	}
	sends := c.CheckProxy || (c.SendProxy || c.SendProxyV2) && c.Checks.Addr == "" && c.Checks.Port == 0
	if err == nil && (line && sends || a != nil && a.SendProxy) {
		err = conn.Send(t, s.checkHeader(conn, to.AddrPort()), deadline)
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// checkHeader announces the check: in version 2 as the sender's own connection, in version 1, which has no word for that, by its ends.
func (s *Server) checkHeader(conn *loop.Conn, to netip.AddrPort) []byte {
	switch {
	case !s.conf.SendProxyV2:
		return proxyproto.AppendV1(nil, conn.LocalAddr(), to)
	case s.b.global != nil && s.b.global.Process.PP2NeverLocal:
		b, _ := proxyproto.FinishV2(proxyproto.BeginV2(nil, conn.LocalAddr(), to), 0, false)
		return b
	}
	return proxyproto.AppendLocal(nil)
}
