package backend

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"weir/conf"
	"weir/internal/loop"
)

// resolveAll gives every server, and every health check, its address, looking names up side by side, and
// returns every error.
func resolveAll(servers []*Server) []error {
	ctx, cancel := context.WithTimeout(context.Background(), resolveTimeout)
	defer cancel()
	errs := make([]error, 3*len(servers))
	var wg sync.WaitGroup
	for i, s := range servers {
		wg.Go(func() { errs[3*i] = s.resolve(ctx) })
		if host := s.conf.Checks.Addr; host != "" && s.checker != nil {
			wg.Go(func() {
				ip, err := s.lookUp(ctx, host)
				errs[3*i+1] = err
				s.checker.addr = loop.TCPAddr(netip.AddrPortFrom(ip, 0))
			})
		}
		if host := s.conf.AgentCheck.Addr; host != "" && s.agent != nil {
			wg.Go(func() {
				ip, err := s.lookUp(ctx, host)
				errs[3*i+2] = err
				s.agent.addr.Store(&ip)
			})
		}
	}
	wg.Wait()
	return slices.DeleteFunc(errs, func(err error) bool { return err == nil })
}

func (s *Server) resolve(ctx context.Context) error {
	if p := s.conf.Socks; p != nil {
		ip, err := s.lookUp(ctx, p.Host)
		if err != nil {
			return err
		}
		s.socks = loop.TCPAddr(netip.AddrPortFrom(ip, uint16(p.Port)))
	}
	a := &s.conf.Addr
	switch a.Kind {
	case conf.AddrTCP:
		ip, err := s.firstAddr(ctx, a.Host)
		if err != nil {
			return err
		}
		s.addr.Store(loop.TCPAddr(netip.AddrPortFrom(ip, s.port())))
	case conf.AddrUnix:
		s.addr.Store(loop.UnixAddr(a.Path))
	case conf.AddrPair:
		s.addr.Store(loop.PairAddr(a.FD))
	case conf.AddrAbstract:
		s.addr.Store(loop.AbstractAddr(a.Path, !a.Unpadded))
	default:
		return s.addrError(a.Host, "want an IP address, a name or a unix socket")
	}
	return nil
}

// firstAddr is the server's address at the start, by the first method of "init-addr" that gives one. With "none" it has no address and is
// in maintenance until somebody gives it one.
func (s *Server) firstAddr(ctx context.Context, host string) (netip.Addr, error) {
	if ip, err := netip.ParseAddr(host); err == nil || host == "*" || s.conf.InitAddr == nil {
		if err == nil {
			return ip.Unmap(), nil
		}
		return s.lookUp(ctx, host)
	}
	err := s.addrError(host, "no method of init-addr gives it an address")
	for _, method := range s.conf.InitAddr {
		switch method {
		case "last": // there is no state of an earlier process
		case "libc":
			ip, failed := s.lookUp(ctx, host)
			if failed == nil {
				return ip, nil
			}
			err = failed
		case "none":
			s.unresolved(err, "the server is in maintenance")
			s.homeless.Store(true)
			s.state.maint = true
			s.usable.Store(false)
			s.alive.Store(false)
			return netip.IPv4Unspecified(), nil
		default:
			s.unresolved(err, "the server has the address "+method)
			return netip.ParseAddr(method)
		}
	}
	return netip.Addr{}, err
}

// unresolved warns of a name that was asked for and is not known; the next method of "init-addr" says what becomes of the server.
func (s *Server) unresolved(err error, then string) {
	if slices.Contains(s.conf.InitAddr, "libc") {
		s.b.events.log.Warn(err.Error() + ": " + then)
	}
}

// port is the configured port; a relative one is added to the client's at connect time.
func (s *Server) port() uint16 {
	if s.conf.Addr.PortOffset {
		return 0
	}
	return uint16(s.conf.Addr.Port)
}

func (s *Server) addrError(host, text string) error {
	return conf.Bad(s.conf.Pos, fmt.Sprintf("backend %q: server %q", s.b.Name(), s.Name()), "address %q: %s", host, text)
}

// lookUp is the address of a host, which may be one itself. IPv4 comes first where a name has both and the line
// does not say which, as most servers listen on it.
func (s *Server) lookUp(ctx context.Context, host string) (netip.Addr, error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Unmap(), nil
	}
	if host == "*" { // where the client was going: see target
		return netip.IPv4Unspecified(), nil
	}
	ip, text := LookUpHost(ctx, s.b.global, &s.conf.Addr, host)
	if text != "" {
		return ip, s.addrError(host, text)
	}
	return ip, nil
}

// LookUpHost is an address of a name, of the family that a asks for, or else g (nil = it asks for none); text says why there is none.
func LookUpHost(ctx context.Context, g *conf.Global, a *conf.Addr, host string) (ip netip.Addr, text string) {
	network := "ip"
	if g != nil && g.NameFamily != "" {
		network = "ip" + strings.TrimPrefix(g.NameFamily, "ipv")
	}
	switch {
	case a.V4Only:
		network = "ip4"
	case a.V6Only:
		network = "ip6"
	}
	ips, err := net.DefaultResolver.LookupNetIP(ctx, network, host)
	if err != nil {
		if dns := (*net.DNSError)(nil); errors.As(err, &dns) {
			return ip, dns.Err
		}
		return ip, err.Error()
	}
	for _, ip := range ips {
		if ip.Unmap().Is4() {
			return ip.Unmap(), ""
		}
	}
	return ips[0], ""
}
