package acl

import (
	"errors"
	"math/bits"
	"net/netip"
	"strconv"
	"strings"
)

// addrConvs change addresses.
var addrConvs = []conv{
	{"ipmask", "mask4:str,[mask6:str]", Addr, Addr, convIPMask, fixIPMask, "only the bits of a mask: /24 or 255.255.255.0, and one for IPv6"},
}

// mask is a netmask, also one with holes.
type mask struct {
	set  bool
	bits [16]byte
}

func parseMask(text string, size int) (m mask, err error) {
	text = strings.TrimPrefix(text, "/")
	if n, e := strconv.Atoi(text); e == nil {
		if n < 0 || n > size*8 {
			return m, errors.New("want a number of bits, or a mask")
		}
		m.set = true
		for i := range n {
			m.bits[i/8] |= 0x80 >> (i % 8)
		}
		return m, nil
	}
	ip, e := netip.ParseAddr(text)
	if e != nil || ip.BitLen() != size*8 {
		return m, errors.New("want a number of bits, or a mask")
	}
	m.set = true
	copy(m.bits[:], ip.AsSlice())
	return m, nil
}

// prefixLen is the number of leading ones; false for a mask with holes.
func (m *mask) prefixLen(size int) (int, bool) {
	n := 0
	for i := range size {
		ones := bits.LeadingZeros8(^m.bits[i])
		n += ones
		if ones < 8 {
			rest := m.bits[i]<<ones != 0
			for _, b := range m.bits[i+1 : size] {
				rest = rest || b != 0
			}
			return n, !rest
		}
	}
	return n, true
}

func fixIPMask(a *args) (err error) {
	if a.mask[0], err = parseMask(a.str[0], 4); err != nil {
		return err
	}
	if a.given > 1 {
		a.mask[1], err = parseMask(a.str[1], 16)
	}
	return err
}

// convIPMask finds nothing for an IPv6 address when no mask for those is given, unless it is a mapped IPv4 address.
func convIPMask(_ *Context, a *args, s *Sample) bool {
	if s.Addr = s.Addr.Unmap(); s.Addr.Is4() {
		b := s.Addr.As4()
		for i := range b {
			b[i] &= a.mask[0].bits[i]
		}
		return s.setAddr(netip.AddrFrom4(b))
	}
	b := s.Addr.As16()
	for i := range b {
		b[i] &= a.mask[1].bits[i]
	}
	return a.mask[1].set && s.setAddr(netip.AddrFrom16(b))
}
