package conf

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// maxUnixPath is what a struct sockaddr_un holds of a path, in bytes, its final NUL apart (unix(7)).
const maxUnixPath = 107

// ParseAddr reads an address of a bind line, a server or a log target:
//
//	:80  *:80  1.2.3.4:80-90  [::]:443  :::443  name:80      TCP; a port range is for binds only
//	1.2.3.4  name  name:+10  name:-10                        no port, or one relative to the client's
//	ipv4@name:80  ipv6@name:80                               one family only
//	/run/x.sock  unix@/run/x.sock  abns@name  abnsz@name  fd@3   local sockets
//	sockpair@3                                               a socket that connections are handed over
//	tcp@:80  tcp4@:80  tcp6@:80  uxst@/run/x.sock  stream+:80   the same, with a transport that they have anyway
//
// Whether a port is needed or a range makes sense is for the caller to say: see Addr.CheckBind and Addr.CheckServer.
func ParseAddr(s string) (Addr, error) {
	s = strings.TrimPrefix(s, "stream+")
	family, rest, tagged := strings.Cut(s, "@")
	if other, ok := streamFamilies[family]; ok && tagged {
		family = other
	}
	switch {
	case s == "":
		return Addr{}, errors.New("want an address such as 127.0.0.1:80, [::1]:80, :80 or /run/x.sock")
	case !tagged && s[0] == '/':
		return unixAddr(s)
	case !tagged:
		return tcpAddr(s)
	}
	switch family {
	case "ip":
		return tcpAddr(rest)
	case "unix":
		return unixAddr(rest)
	case "abns", "abnsz":
		return abstractAddr(family, rest)
	case "fd":
		return fdAddr(AddrFD, rest)
	case "sockpair":
		return fdAddr(AddrPair, rest)
	case "ipv4", "ipv6":
		a, err := tcpAddr(rest)
		a.V4Only, a.V6Only = family == "ipv4", family == "ipv6"
		if ip, bad := netip.ParseAddr(a.Host); err == nil && bad == nil && ip.Is4() != a.V4Only {
			return Addr{}, fmt.Errorf("want an address of the family %s", family)
		}
		return a, err
	case "udp", "udp4", "udp6", "quic4", "quic6", "rhttp", "mptcp", "mptcp4", "mptcp6", "uxdg":
		return Addr{}, fmt.Errorf("the family %s is understood but not done yet", family)
	}
	return Addr{}, errors.New("want the family ipv4, ipv6, unix, abns, abnsz, fd or sockpair before the @")
}

// streamFamilies are the families whose names say the transport too.
var streamFamilies = map[string]string{"tcp": "ip", "tcp4": "ipv4", "tcp6": "ipv6", "uxst": "unix"}

func unixAddr(path string) (Addr, error) {
	if path == "" {
		return Addr{}, errors.New("want a path after unix@")
	}
	if len(path) > maxUnixPath || strings.ContainsRune(path, 0) {
		return Addr{}, fmt.Errorf("want a path of at most %d bytes", maxUnixPath)
	}
	return Addr{Kind: AddrUnix, Path: path}, nil
}

func abstractAddr(family, name string) (Addr, error) {
	if name == "" || len(name) > maxUnixPath {
		return Addr{}, fmt.Errorf("want a name of 1 to %d bytes after %s@", maxUnixPath, family)
	}
	return Addr{Kind: AddrAbstract, Path: name, Unpadded: family == "abnsz"}, nil
}

// maxFD bounds an inherited descriptor's number: the kernel's own ceiling (fs.nr_open's default).
const maxFD = 1 << 20

func fdAddr(kind AddrKind, s string) (Addr, error) {
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil || n >= maxFD {
		return Addr{}, errors.New("want a descriptor's number after the @")
	}
	return Addr{Kind: kind, FD: int(n)}, nil
}

// tcpAddr reads host and port.
func tcpAddr(s string) (Addr, error) {
	a, err := hostPort(s)
	if ip, notIP := netip.ParseAddr(s); err != nil && notIP == nil && ip.Is6() { // its last part was taken for a port
		err = fmt.Errorf("want an IPv6 address in brackets: [%s]", ip)
	}
	return a, err
}

// hostPort parts them at the last colon, as in HAProxy: ":::80" is [::]:80.
func hostPort(s string) (Addr, error) {
	host, port := s, ""
	// A colon inside brackets belongs to the address: "[::1]" has no port.
	if i := strings.LastIndexByte(s, ':'); i >= 0 && !strings.HasSuffix(s, "]") {
		host, port = s[:i], s[i+1:]
		if port == "" {
			return Addr{}, errors.New("want a port after the colon")
		}
	}
	a := Addr{Kind: AddrTCP}
	if err := a.setPort(port); err != nil {
		return Addr{}, err
	}
	if err := a.setHost(host); err != nil {
		return Addr{}, err
	}
	return a, nil
}

func (a *Addr) setPort(s string) error {
	if s == "" {
		a.PortOffset = true
		return nil
	}
	if s[0] == '+' || s[0] == '-' {
		n, err := parsePort(s[1:])
		if s[0] == '-' {
			n = -n
		}
		a.Port, a.PortEnd, a.PortOffset = n, n, true
		return err
	}
	first, last, isRange := strings.Cut(s, "-")
	var err error
	if a.Port, err = parsePort(first); err != nil {
		return err
	}
	a.PortEnd = a.Port
	if isRange {
		if a.PortEnd, err = parsePort(last); err != nil {
			return err
		}
	}
	if a.PortEnd < a.Port {
		return errors.New("want a range of ports from low to high")
	}
	return nil
}

func parsePort(s string) (int, error) {
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil || s[0] == '+' {
		return 0, errors.New("want a port from 1 to 65535")
	}
	return int(n), nil
}

func (a *Addr) setHost(host string) error {
	if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		ip, err := netip.ParseAddr(host[1 : len(host)-1])
		if err != nil || !ip.Is6() {
			return errors.New("want an IPv6 address between the brackets")
		}
		a.Host = host[1 : len(host)-1]
		return nil
	}
	a.Host = host
	if host == "" || host == "*" {
		return nil
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return nil
	}
	if looksNumeric(host) {
		return errors.New("want an IPv4 address of four numbers up to 255")
	}
	if !isHostname(host) {
		return errors.New("want an IP address or a host name")
	}
	return nil
}

// looksNumeric reports whether host can only be a mistyped IPv4 address.
func looksNumeric(host string) bool { return strings.Trim(host, "0123456789.") == "" }

// isHostname takes what resolvers take: labels of letters, digits, '-' and '_' (RFC 1123, 2.1).
func isHostname(s string) bool {
	if len(s) > 255 {
		return false
	}
	for _, label := range strings.Split(strings.TrimSuffix(s, "."), ".") {
		if label == "" || len(label) > 63 {
			return false
		}
		for _, c := range []byte(label) {
			if !isAlnum(c) && c != '-' && c != '_' {
				return false
			}
		}
	}
	return true
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// CheckBind says what keeps a from being listened on.
func (a Addr) CheckBind() error {
	switch {
	case a.Kind != AddrTCP:
		return nil
	case a.PortOffset:
		return errors.New("want a port to listen on")
	case a.Port == 0:
		return errors.New("want a port from 1 to 65535")
	}
	return nil
}

// CheckServer says what keeps a from being connected to.
func (a Addr) CheckServer() error {
	switch {
	case a.Kind == AddrFD:
		return errors.New("want an address to connect to, not a descriptor")
	case a.Kind == AddrTCP && a.Port != a.PortEnd:
		return errors.New("want one port, not a range")
	case a.Kind == AddrTCP && a.Host == "":
		return errors.New("want a host before the port")
	}
	return nil
}

// AbstractFamily is how the family of an abstract name is written.
func (a Addr) AbstractFamily() string {
	if a.Unpadded {
		return "abnsz"
	}
	return "abns"
}

// String writes a so that ParseAddr reads it back.
func (a Addr) String() string {
	switch a.Kind {
	case AddrUnix:
		return "unix@" + a.Path
	case AddrAbstract:
		return a.AbstractFamily() + "@" + a.Path
	case AddrFD:
		return "fd@" + strconv.Itoa(a.FD)
	case AddrPair:
		return "sockpair@" + strconv.Itoa(a.FD)
	}
	s := a.Host
	if strings.Contains(s, ":") {
		s = "[" + s + "]"
	}
	switch {
	case a.V4Only:
		s = "ipv4@" + s
	case a.V6Only:
		s = "ipv6@" + s
	}
	return s + a.portText()
}

func (a Addr) portText() string {
	switch {
	case a.PortOffset && a.Port == 0 && a.Host != "":
		return ""
	case a.PortOffset:
		return fmt.Sprintf(":%+d", a.Port)
	case a.PortEnd != a.Port:
		return fmt.Sprintf(":%d-%d", a.Port, a.PortEnd)
	}
	return ":" + strconv.Itoa(a.Port)
}
