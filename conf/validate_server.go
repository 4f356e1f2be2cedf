package conf

import (
	"fmt"
	"strings"
)

// backend checks the server side.
func (v *validator) backend(p *Proxy) {
	v.dispatch(p)
	if len(p.Servers) == 0 && p.Dispatch == nil && !p.Options.Transparent && p.Kind == Backend && !p.Disabled && len(p.HTTPReqRules) == 0 && p.StatsURI == nil {
		v.warn(Bad(p.Pos, p.Title(), "no server: every request gets 503"))
	}
	number(p.Servers, firstServerID, func(s *Server) *int { return &s.ID })
	names, ids := map[string]*Server{}, map[int]*Server{}
	for _, s := range p.Servers {
		if first := names[s.Name]; first != nil {
			v.add(Conflict(s.Pos, p.Title(), fmt.Sprintf("server %q", s.Name), first.Pos))
			continue
		}
		if first := ids[s.ID]; first != nil {
			v.add(Bad(s.Pos, v.path(p.Title(), s.Title(), "id"), "%d is already the id of server %q at %s", s.ID, first.Name, first.Pos))
		}
		names[s.Name], ids[s.ID] = s, s
		v.server(p, s)
	}
	v.useServers(p, names)
	v.balance(p)
	v.checks(p)
	v.cookie(p)
}

// Title names the server as messages do.
func (s *Server) Title() string { return titled("server", s.Name) }

func (v *validator) server(p *Proxy, s *Server) {
	section := v.path(p.Title(), s.Title())
	v.serverName(p, s)
	v.unsupported(section, s.Unsupported)
	v.unhonoured(s.Pos, section, &s.TLS.TLS)
	if s.TLS.CheckAuto && s.Check && p.CheckName(&s.TLS) == "" && p.SpeaksTLS(s) {
		v.warn(Bad(s.Pos, v.path(section, "check-sni-auto"), "does nothing: the first request of the health checks (option %s) has no Host field that is known beforehand", v.kw("httpchk")))
	}
	if s.TLS.Renegotiate {
		v.warn(Bad(s.Pos, v.path(section, "renegotiate"), "does nothing: a server that asks to negotiate again is told no, and the connection ends; TLS 1.3 has nothing of the kind"))
	}
	for _, limit := range []struct {
		keyword      string
		n, low, high int
	}{
		{"weight", s.Weight, 0, MaxWeight},
		{"maxconn", s.Maxconn, 0, maxConnections},
		{"minconn", s.Minconn, 0, maxConnections},
		{"maxqueue", s.Maxqueue, 0, maxConnections},
		{"rise", s.Checks.Rise, 1, maxCheckCount},
		{"fall", s.Checks.Fall, 1, maxCheckCount},
		{"port", s.Checks.Port, 0, 65535},
		{"pool-max-conn", s.PoolMax, -1, maxConnections},
		{"error-limit", s.ErrorLimit, 1, maxCheckCount},
		{"agent-port", s.AgentCheck.Port, 0, 65535},
		{"max-reuse", s.MaxReuse, -1, maxConnections},
	} {
		v.within(s.Pos, limit.keyword, limit.n, limit.low, limit.high, section)
	}
	if err := s.Addr.CheckServer(); err != nil {
		v.add(Misread(s.Pos, v.path(section, "address"), s.Addr.String(), err))
	}
	if s.Check && s.Checks.Port == 0 && s.Addr.Kind == AddrTCP && s.Addr.PortOffset {
		v.add(Bad(s.Pos, v.path(section, "check"), "the server's address has no fixed port to check; set port"))
	}
	v.stateOf(p, s, section)
	if p.Mode != ModeHTTP && s.Redir != "" {
		v.add(Bad(s.Pos, section, "redir needs http mode"))
	}
	for _, w := range [][2]string{{"proto", s.Proto}, {"ws", s.WS}} {
		if p.Mode != ModeHTTP && w[1] != "" {
			v.add(Bad(s.Pos, v.path(section, w[0]), "%s needs http mode", w[1]))
		}
	}
	if s.Minconn > s.Maxconn && s.Maxconn > 0 {
		v.add(Bad(s.Pos, v.path(section, "minconn"), "%d is more than maxconn, %d", s.Minconn, s.Maxconn))
	}
}

// balance checks what the algorithm needs of the section.
func (v *validator) balance(p *Proxy) {
	b := p.Balance
	path := v.path(p.Title(), "balance")
	if p.Mode == ModeTCP && (b.Algo == URI || b.Algo == URLParam || b.Algo == Header) {
		v.warn(Bad(b.Pos, path, "%s needs http mode; in tcp mode it balances as roundrobin", b.Algo))
	}
	if b.Algo == Header && !IsToken(b.Name) {
		v.add(BadValue(b.Pos, path, b.Name, "the name of a header field"))
	}
}

// headerName reports what cannot be a field name (RFC 9110, 5.1).
func (v *validator) headerName(pos Pos, path, name string) {
	if !IsToken(name) {
		v.add(BadValue(pos, path, name, "the name of a header field"))
	}
}

// IsToken reports whether s is a token (RFC 9110, 5.6.2).
func IsToken(s string) bool {
	for _, c := range []byte(s) {
		if !isAlnum(c) && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(c)) {
			return false
		}
	}
	return s != ""
}
