package acl

import (
	"net/netip"
	"slices"
)

// ipIndex finds the longest network that an address is in. Networks either contain each other or have nothing in common:
// the last one that begins at or before the address, or one of those around it, is the one.
type ipIndex struct {
	v4, v6 []ipNode // by first address, the wider network before the narrower, the later entry before the earlier
	odd    []oddEntry
}

type ipNode struct {
	ipRange
	bits   int
	p      *pattern
	parent int32 // the network around it, or an earlier node of the same network; -1 for none
}

type oddEntry struct {
	oddMask
	p *pattern
}

// ranks of what ipIndex finds: an address of the pattern's own family goes before one that is carried in another.
const rankNative = 1 << 10

func newIPIndex(pats []*pattern) *ipIndex {
	x := &ipIndex{}
	for _, p := range pats {
		var m ipMatch
		if m.addAddr(p.key) != nil {
			for _, ip := range p.addrs {
				m.v4 = append(m.v4, ipRange{ip, ip})
			}
		}
		for _, r := range m.v4 {
			x.v4 = append(x.v4, newIPNode(r, p))
		}
		for _, r := range m.v6 {
			x.v6 = append(x.v6, newIPNode(r, p))
		}
		for _, o := range m.odd {
			x.odd = append(x.odd, oddEntry{o, p})
		}
	}
	nest(x.v4)
	nest(x.v6)
	return x
}

func newIPNode(r ipRange, p *pattern) ipNode {
	n := ipNode{ipRange: r, p: p, parent: -1}
	low, high := r.low.AsSlice(), r.high.AsSlice()
	for i := range low {
		for bit := byte(0x80); bit != 0; bit >>= 1 {
			if low[i]&bit == high[i]&bit {
				n.bits++
			}
		}
	}
	return n
}

// nest sorts and finds the parents.
func nest(nodes []ipNode) {
	slices.SortFunc(nodes, func(a, b ipNode) int {
		if d := a.low.Compare(b.low); d != 0 {
			return d
		}
		if a.bits != b.bits {
			return a.bits - b.bits
		}
		return int(int64(b.p.seq) - int64(a.p.seq))
	})
	var around []int32
	for i := range nodes {
		for len(around) > 0 && nodes[around[len(around)-1]].high.Less(nodes[i].low) {
			around = around[:len(around)-1]
		}
		if len(around) > 0 {
			nodes[i].parent = around[len(around)-1]
		}
		around = append(around, int32(i))
	}
}

// lookup is the narrowest network that has ip.
func lookupIP(nodes []ipNode, ip netip.Addr) *ipNode {
	lo, hi := 0, len(nodes)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if nodes[mid].low.Compare(ip) <= 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	for i := int32(lo - 1); i >= 0; i = nodes[i].parent {
		n := &nodes[i]
		if ip.Compare(n.high) <= 0 && !n.p.gone.Load() {
			return n
		}
	}
	return nil
}

func (x *ipIndex) find(_ *Context, s *Sample) (*pattern, int) {
	ip := s.Addr
	own, other := x.v6, x.v4
	inner, ok := netip.Addr{}, false
	if ip.Is4() {
		own, other = x.v4, x.v6
		inner, ok = netip.AddrFrom16(ip.As16()), true
	} else {
		inner, ok = carried4(ip)
	}
	if n := lookupIP(own, ip); n != nil {
		return n.p, rankNative + n.bits
	}
	if p := x.findOdd(ip); p != nil {
		return p, rankNative
	}
	if !ok {
		return nil, 0
	}
	if n := lookupIP(other, inner); n != nil {
		return n.p, n.bits
	}
	return x.findOdd(inner), 0
}

func (x *ipIndex) findOdd(ip netip.Addr) *pattern {
	if !ip.Is4() {
		return nil
	}
	for i := range x.odd {
		o := &x.odd[i]
		if o.has(ip) && !o.p.gone.Load() {
			return o.p
		}
	}
	return nil
}
