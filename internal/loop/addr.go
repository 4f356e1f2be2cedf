package loop

import (
	"net/netip"

	"golang.org/x/sys/unix"
)

// Addr is a resolved socket address, ready for connect(2) and bind(2). It is immutable and shared by loops.
type Addr struct {
	Family int
	ap     netip.AddrPort
	path   string // of a unix socket, or the name of an abstract one
	named  bool   // abstract
	bare   bool   // ... and not filled up
	pair   bool   // fd is one end of a pair: see PairAddr
	fd     int
	sa     unix.RawSockaddrAny
	len    uint32
}

// TCPAddr is an IPv4 or IPv6 address with a port.
func TCPAddr(ap netip.AddrPort) *Addr {
	a := &Addr{ap: ap, Family: unix.AF_INET6}
	a.len = putSockaddr(&a.sa, ap)
	if ap.Addr().Unmap().Is4() {
		a.Family = unix.AF_INET
	}
	return a
}

// UnixAddr is a socket file. Longer than 107 bytes, connect and bind answer ENAMETOOLONG.
func UnixAddr(path string) *Addr {
	a := &Addr{Family: unix.AF_UNIX, path: path}
	a.len = putUnix(&a.sa, path, 1)
	return a
}

// AbstractAddr is a name of up to 107 bytes in Linux's abstract namespace. Padded, as HAProxy's "abns@" writes it, the address is
// always as long as the kernel allows, filled up with NULs; else it ends with the name, as that of "abnsz@" and of most other programs. (A
// name is its whole address there: the two are different.)
func AbstractAddr(name string, padded bool) *Addr {
	a := &Addr{Family: unix.AF_UNIX, path: name, named: true, bare: !padded}
	if a.len = putUnix(&a.sa, "\x00"+name, 0); a.len != 0 && padded {
		a.len = unix.SizeofSockaddrUnix
	}
	return a
}

// AddrPort is the IP address and port; invalid for a unix socket.
func (a *Addr) AddrPort() netip.AddrPort { return a.ap }

// String is the address as a person writes it.
func (a *Addr) String() string {
	switch {
	case a.pair:
		return a.pairText()
	case a.named && a.bare:
		return "abnsz@" + a.path
	case a.named:
		return "abns@" + a.path
	case a.Family == unix.AF_UNIX:
		return "unix@" + a.path
	}
	return a.ap.String()
}
