package backend

import (
	"hash/maphash"
	"io"
	"net/netip"

	"weir/conf"
	"weir/internal/loop"
)

// open makes a connection for the lease: through the server's SOCKS proxy where it has one, and with what is to be said before anything
// else.
func (s *Server) open(t *loop.Task, ls *Lease, addr *loop.Addr, deadline int64) (*loop.Conn, error) {
	to := addr
	if s.socks != nil {
		to = s.socks
	}
	c, err := s.dialFrom(t, to, ls.dialOptions(s.dial), deadline)
	if err != nil {
		return nil, err
	}
	if s.socks != nil {
		err = socksAsk(t, c, addr.AddrPort(), deadline)
	}
	if err == nil && len(ls.Preface) > 0 {
		err = c.Send(t, ls.Preface, deadline)
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

var prefaceSeed = maphash.MakeSeed()

// owner tells whose connection this is to be: 0 = anybody's. A connection that was opened in one client's name, by a PROXY header or
// from that client's address, is never another's.
func (ls *Lease) owner() uint64 {
	if len(ls.Preface) == 0 && !ls.From.IsValid() {
		return 0
	}
	var h maphash.Hash
	h.SetSeed(prefaceSeed)
	h.Write(ls.Preface)
	if ls.From.IsValid() {
		ip := ls.From.Addr().As16()
		h.Write(ip[:])
		h.Write([]byte{byte(ls.From.Port() >> 8), byte(ls.From.Port())})
	}
	return h.Sum64() | 1
}

// poolName is the name that a connection has in the pool.
func (ls *Lease) poolName() string {
	if ls.Server.conf.PoolName != nil {
		return ls.Name
	}
	return ls.SNI
}

// Owned reports whether a connection to the server is one client's alone, by what is said or done when it is opened.
func (s *Server) Owned() bool { return s.owned }

func ownedBy(c *conf.Server, src *conf.SourceAddr) bool {
	return c.SendProxy || c.SendProxyV2 || src != nil && src.Use != conf.FromSource
}

// SOCKS version 4: a request of 9 octets and an answer of 8.
const (
	socksVersion = 4
	socksConnect = 1
	socksGranted = 90
	socksAnswer  = 8
)

// errSocks says that the SOCKS proxy did not connect; it counts as a connection that was refused.
var errSocks = io.ErrUnexpectedEOF

// socksAsk asks a SOCKS proxy of version 4 to connect to an IPv4 address.
func socksAsk(t *loop.Task, c *loop.Conn, to netip.AddrPort, deadline int64) error {
	ip := to.Addr().Unmap()
	if !ip.Is4() { // the version knows no other
		return errSocks
	}
	a, port := ip.As4(), to.Port()
	ask := [9]byte{socksVersion, socksConnect, byte(port >> 8), byte(port), a[0], a[1], a[2], a[3]}
	if err := c.Send(t, ask[:], deadline); err != nil {
		return err
	}
	var answer [socksAnswer]byte
	for got := 0; got < len(answer); {
		n, err := c.Recv(t, answer[got:], deadline)
		if err != nil {
			return err
		}
		got += n
	}
	if answer[0] != 0 || answer[1] != socksGranted {
		return errSocks
	}
	return nil
}
