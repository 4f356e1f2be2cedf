package proxyproto

import (
	"bytes"
	"net/netip"
	"strconv"
)

const prefixV1 = "PROXY "

// parseV1 reads "PROXY TCP4|TCP6 SRC DST SPORT DPORT\r\n", or "PROXY UNKNOWN...\r\n".
func parseV1(b []byte) (Info, int, error) {
	head := b[:min(len(b), maxLine)]
	end := bytes.IndexByte(head, '\n')
	if end < 0 {
		switch cr := bytes.IndexByte(head, '\r'); {
		case cr >= 0 && cr < len(head)-1:
			return Info{}, 0, errCR
		case len(b) >= maxLine:
			return Info{}, 0, errLine
		}
		return Info{}, 0, ErrMore
	}
	switch cr := bytes.IndexByte(head[:end], '\r'); {
	case cr < 0:
		return Info{}, 0, errLine
	case cr < end-1:
		return Info{}, 0, errCR
	}
	info, err := parseFields(head[len(prefixV1) : end-1])
	info.Version = 1
	return info, end + 1, err
}

// parseFields reads what stands between "PROXY " and the end of the line: exactly one blank between two fields.
func parseFields(line []byte) (Info, error) {
	var f [5][]byte
	rest, more := line, true
	for i := range f {
		if f[i], rest, more = bytes.Cut(rest, []byte{' '}); i == 0 && string(f[0]) == "UNKNOWN" {
			return Info{Local: true}, nil // what follows means nothing
		}
		if i == 0 && (!more || string(f[0]) != "TCP4" && string(f[0]) != "TCP6") {
			return Info{}, errProtocol
		}
		if more == (i == len(f)-1) {
			return Info{}, errFields
		}
	}
	v6 := string(f[0]) == "TCP6"
	src, ok1 := parseIP(f[1], v6)
	dst, ok2 := parseIP(f[2], v6)
	if !ok1 || !ok2 {
		return Info{}, errAddress
	}
	sport, ok1 := parsePort(f[3])
	dport, ok2 := parsePort(f[4])
	if !ok1 || !ok2 {
		return Info{}, errPort
	}
	return Info{Src: netip.AddrPortFrom(src, sport), Dst: netip.AddrPortFrom(dst, dport)}, nil
}

func parseIP(b []byte, v6 bool) (netip.Addr, bool) {
	ip, err := netip.ParseAddr(string(b))
	return ip.Unmap(), err == nil && ip.Is6() == v6 && ip.Zone() == ""
}

// parsePort reads a number without leading zeros: they could be taken for octal ones.
func parsePort(b []byte) (uint16, bool) {
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' || n > 6553 {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return uint16(n), len(b) > 0 && n <= 65535 && (b[0] != '0' || len(b) == 1)
}

// AppendV1 writes a line of version 1. Ends of two families are both written as IPv6; what is no IP address is UNKNOWN.
func AppendV1(b []byte, src, dst netip.AddrPort) []byte {
	if !src.IsValid() || !dst.IsValid() {
		return append(b, "PROXY UNKNOWN\r\n"...)
	}
	s, d, v4 := sameFamily(src.Addr(), dst.Addr())
	if v4 {
		b = append(b, "PROXY TCP4 "...)
	} else {
		b = append(b, "PROXY TCP6 "...)
	}
	b = append(s.AppendTo(b), ' ')
	b = append(d.AppendTo(b), ' ')
	b = append(strconv.AppendUint(b, uint64(src.Port()), 10), ' ')
	b = strconv.AppendUint(b, uint64(dst.Port()), 10)
	return append(b, "\r\n"...)
}

// sameFamily makes two addresses of one family.
func sameFamily(a, b netip.Addr) (netip.Addr, netip.Addr, bool) {
	a, b = a.Unmap().WithZone(""), b.Unmap().WithZone("")
	if a.Is4() && b.Is4() {
		return a, b, true
	}
	return netip.AddrFrom16(a.As16()), netip.AddrFrom16(b.As16()), false
}
