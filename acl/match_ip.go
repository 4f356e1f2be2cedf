package acl

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ipMatch is a set of addresses as disjoint ranges in order, one list for each family.
type ipMatch struct {
	v4, v6 []ipRange
	odd    []oddMask
}

type ipRange struct{ low, high netip.Addr }

// oddMask is an IPv4 pattern whose mask has holes, which is no range.
type oddMask struct{ addr, mask [4]byte }

func buildIP(patterns []string, _ bool) (matcher, int, error) {
	m := &ipMatch{}
	for i, p := range patterns {
		if err := m.add(p); err != nil {
			return nil, i, err
		}
	}
	m.v4, m.v6 = mergeRanges(m.v4), mergeRanges(m.v6)
	return m, 0, nil
}

var errIP = errors.New("want an address, a network such as 10.0.0.0/8 or 2001:db8::/32, or a host name")

// add reads an address, a network or a host name.
func (m *ipMatch) add(text string) error {
	if err := m.addAddr(text); err != nil {
		return m.addHost(text)
	}
	return nil
}

// addAddr reads an address or a network.
func (m *ipMatch) addAddr(text string) error {
	addr, bits, hasBits := strings.Cut(text, "/")
	ip, err := netip.ParseAddr(addr)
	if err != nil {
		if ip, err = shortIPv4(addr); err != nil {
			return errIP
		}
	}
	if ip.Zone() != "" {
		return errIP
	}
	size := ip.BitLen() / 8
	if !hasBits {
		bits = map[int]string{4: "32", 16: "128"}[size]
	}
	k, err := parseMask(bits, size)
	if err != nil || size == 16 && strings.Contains(bits, ":") {
		return errIP
	}
	n, ok := k.prefixLen(size)
	if !ok {
		o := oddMask{addr: ip.As4(), mask: [4]byte(k.bits[:4])}
		for i := range o.addr {
			o.addr[i] &= o.mask[i]
		}
		m.odd = append(m.odd, o)
		return nil
	}
	return m.addPrefix(netip.PrefixFrom(ip, n).Masked())
}

func (m *ipMatch) addPrefix(p netip.Prefix) error {
	r := ipRange{p.Addr(), lastOf(p)}
	if p.Addr().Is4() {
		m.v4 = append(m.v4, r)
	} else {
		m.v6 = append(m.v6, r)
	}
	return nil
}

// lookupTime bounds the wait for a host name in a pattern.
const lookupTime = 5 * time.Second

// addHost looks a name up, once: its IPv4 addresses are the patterns from then on, as in HAProxy.
func (m *ipMatch) addHost(name string) error {
	ips, err := lookupHost(name)
	for _, ip := range ips {
		m.v4 = append(m.v4, ipRange{ip, ip})
	}
	return err
}

// shortIPv4 reads what the C library takes for an address: numbers with leading zeros are octal, and of less than four numbers the last one
// fills what is left: 127.1 and 2130706433 are 127.0.0.1. HAProxy reads them where it looks names up, see isWhole.
func shortIPv4(text string) (netip.Addr, error) {
	parts := strings.Split(text, ".")
	if len(parts) > 4 {
		return netip.Addr{}, errIP
	}
	var ip uint64
	for i, part := range parts {
		bits, base := 8, 10
		if i == len(parts)-1 {
			bits = 8 * (4 - i)
		}
		if strings.HasPrefix(part, "0") {
			base = 8
		}
		n, err := strconv.ParseUint(part, base, bits)
		if err != nil {
			return netip.Addr{}, errIP
		}
		ip = ip<<bits | n
	}
	return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, uint32(ip)))), nil
}

// isWhole reports an address or a network that needs no reading as shortIPv4 does.
func isWhole(text string) bool {
	addr, _, _ := strings.Cut(text, "/")
	_, err := netip.ParseAddr(addr)
	return err == nil
}

// lastOf is the highest address of a network.
func lastOf(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	ip, _ := netip.AddrFromSlice(b)
	return ip
}

// mergeRanges sorts and swallows what another range holds already.
func mergeRanges(in []ipRange) []ipRange {
	slices.SortFunc(in, func(a, b ipRange) int { return a.low.Compare(b.low) })
	out := in[:0]
	for _, r := range in {
		if n := len(out); n > 0 && r.low.Compare(out[n-1].high) <= 0 {
			if out[n-1].high.Less(r.high) {
				out[n-1].high = r.high
			}
			continue
		}
		out = append(out, r)
	}
	return out
}

func hasIP(ranges []ipRange, ip netip.Addr) bool {
	lo, hi := 0, len(ranges)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if ranges[mid].low.Compare(ip) <= 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo > 0 && ip.Compare(ranges[lo-1].high) <= 0
}

// match compares an IPv4 address with IPv6 patterns as ::ffff:a.b.c.d, and an IPv6 address with IPv4 patterns where
// it carries one (HAProxy's guide, 7.1.6).
func (m *ipMatch) match(_ *Context, s *Sample) bool {
	ip := s.Addr
	if ip.Is4() {
		if m.has4(ip) {
			return true
		}
		return len(m.v6) > 0 && hasIP(m.v6, netip.AddrFrom16(ip.As16()))
	}
	if hasIP(m.v6, ip) {
		return true
	}
	inner, ok := carried4(ip)
	return ok && m.has4(inner)
}

func (m *ipMatch) has4(ip netip.Addr) bool {
	if hasIP(m.v4, ip) {
		return true
	}
	for i := range m.odd {
		if m.odd[i].has(ip) {
			return true
		}
	}
	return false
}

func (o *oddMask) has(ip netip.Addr) bool {
	b := ip.As4()
	for j := range b {
		b[j] &= o.mask[j]
	}
	return b == o.addr
}

// carried4 is the IPv4 address in 2002:V4::/48, which is all of the network of a 6to4 site (RFC 3056, 2), in ::V4 or in ::ffff:V4.
func carried4(ip netip.Addr) (netip.Addr, bool) {
	b := ip.As16()
	var zero [10]byte
	switch {
	case b[0] == 0x20 && b[1] == 0x02:
		return netip.AddrFrom4([4]byte(b[2:6])), true
	case [10]byte(b[:10]) == zero && (b[10] == 0 && b[11] == 0 || b[10] == 0xff && b[11] == 0xff):
		return netip.AddrFrom4([4]byte(b[12:])), true
	}
	return netip.Addr{}, false
}
