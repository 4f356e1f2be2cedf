package conf

import "errors"

// Dispatch is "dispatch ADDRESS:PORT": where streams go for which persistence and use-server rules find no server. Nothing is balanced then.
type Dispatch struct {
	Pos  Pos
	Addr Addr
}

// DispatchAddr reads the address. No host, or that of any address, is this host, as it is to connect(2).
func DispatchAddr(text string) (Addr, error) {
	a, err := ParseAddr(text)
	switch {
	case err != nil:
		return a, err
	case a.Kind != AddrTCP:
		return a, a.CheckServer()
	case a.Port == 0:
		return a, errors.New("want a port behind the address")
	case a.PortOffset || a.PortEnd > a.Port:
		return a, errors.New("want one port: it cannot follow the client's, nor be one of several")
	}
	switch a.Host {
	case "", "*", "0.0.0.0":
		a.Host = "127.0.0.1"
	case "::":
		a.Host = "::1"
	}
	return a, nil
}

// dispatch leaves the address out where the section balances: as HAProxy does, with a warning.
func (v *validator) dispatch(p *Proxy) {
	if p.Dispatch != nil && !p.Balance.Pos.IsZero() {
		v.warn(Bad(p.Dispatch.Pos, v.path(p.Title(), "dispatch"), "is without effect beside balance, at %s", p.Balance.Pos))
		p.Dispatch = nil
	}
}
