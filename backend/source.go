package backend

import (
	"fmt"
	"net/netip"
	"sync/atomic"
	"syscall"

	"weir/conf"
	"weir/internal/loop"
)

// sourcePorts are the ports that connections to a server come from, where its "source" names some: each new one takes the next, and a
// port that is taken is passed over.
type sourcePorts struct {
	addrs []*loop.Addr
	next  atomic.Uint32
}

// dialing makes the options that connections to the server have.
func (s *Server) dialing() error {
	p, c := s.b.conf, s.conf
	opt := &p.Options
	o := loop.DialOptions{KeepAlive: opt.TCPKeepAliveServer, NoLinger: opt.NoLinger, TimeLimit: c.UserTimeout, Congestion: c.Congestion, MD5Sig: c.MD5Sig}
	if c.Namespace != "" {
		ns, err := loop.OpenNamespace(c.Namespace)
		if err != nil {
			return conf.Bad(c.Pos, fmt.Sprintf("backend %q: server %q", p.Name, c.Name), "%v", err)
		}
		o.Namespace = ns
	}
	s.buffers(&o)
	if o.KeepAlive {
		o.Probes = loop.Probes(opt.ServerProbes)
	}
	src := c.Source
	if src == nil {
		src = p.Source
	}
	s.owned, s.from = ownedBy(c, src), src
	if src != nil {
		o.Interface = src.Interface
		if err := s.sourceOf(src, &o); err != nil {
			return err
		}
	}
	if o != (loop.DialOptions{}) {
		s.dial = &o
	}
	return nil
}

// buffers sets the sizes that tune.* asks for.
func (s *Server) buffers(o *loop.DialOptions) {
	if g := s.b.global; g != nil {
		o.SndBuf, o.RcvBuf, o.NotSent = g.Tune.SndBufServer, g.Tune.RcvBufServer, g.Tune.NotSentServer
	}
}

func (s *Server) sourceOf(src *conf.SourceAddr, o *loop.DialOptions) error {
	a := &src.Addr
	ip := netip.IPv4Unspecified()
	if a.Host != "" && a.Host != "*" {
		var err error
		if ip, err = netip.ParseAddr(a.Host); err != nil {
			return conf.BadValue(src.Pos, fmt.Sprintf("backend %q: source", s.b.Name()), a.Host, "an IP address")
		}
	}
	if a.PortEnd <= a.Port {
		if !ip.IsUnspecified() || a.Port > 0 {
			o.Source = loop.TCPAddr(netip.AddrPortFrom(ip, uint16(a.Port)))
		}
		return nil
	}
	for port := a.Port; port <= a.PortEnd; port++ {
		s.source.addrs = append(s.source.addrs, loop.TCPAddr(netip.AddrPortFrom(ip, uint16(port))))
	}
	return nil
}

// dialFrom connects, from the next free port of the server's source where it names ports.
func (s *Server) dialFrom(t *loop.Task, addr *loop.Addr, o *loop.DialOptions, deadline int64) (*loop.Conn, error) {
	l, ports := t.Loop(), s.source.addrs
	if len(ports) == 0 {
		return l.Dial(t, addr, o, deadline)
	}
	var own loop.DialOptions
	if o != nil {
		own = *o
	}
	for tries := 0; ; tries++ {
		own.Source = ports[int(s.source.next.Add(1))%len(ports)]
		c, err := l.Dial(t, addr, &own, deadline)
		if err != syscall.EADDRINUSE && err != syscall.EADDRNOTAVAIL || tries >= min(len(ports), maxSourceTries)-1 {
			return c, err
		}
	}
}

// OnShut says who ends the streams on a server, for on-marked-down and on-marked-up. It is called before Start.
func (b *Backend) OnShut(shut func(*Server)) { b.shut = shut }

// SetFullconn sets the streams at which minconn has grown to maxconn, where the configuration leaves it open.
func (b *Backend) SetFullconn(n int) {
	if b.conf.Fullconn == 0 {
		b.fullconn.Store(int64(n))
	}
}

// shutStreams applies on-marked-down and on-marked-up after a server's change.
func (s *Server) shutStreams(before, now bool) {
	b := s.b
	switch {
	case b.shut == nil || before == now:
	case !now && s.conf.ShutOnDown:
		b.shut(s)
	case now && s.conf.ShutBackups:
		for _, o := range b.Servers() {
			if o.conf.Backup {
				b.shut(o)
			}
		}
	}
}
