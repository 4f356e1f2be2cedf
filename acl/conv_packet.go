package acl

import "net/netip"

// packetConvs read an IP packet (RFC 791, RFC 8200), as fc_saved_syn gives it where tcp-ss is 1.
var packetConvs = []conv{
	{"ip.hdr", "", Bin, Bin, convPacket(ipHeader), nil, "the header of an IP packet, with its options or extensions"},
	{"ip.data", "", Bin, Bin, convPacket(ipData), nil, "what follows the header of an IP packet"},
	{"ip.ver", "", Bin, Int, convPacket(ipVersion), nil, "an IP packet's version"},
	{"ip.tos", "", Bin, Int, convPacket(ipTOS), nil, "an IP packet's type of service, or traffic class"},
	{"ip.ttl", "", Bin, Int, convPacket(ipTTL), nil, "an IP packet's time to live, or hop limit"},
	{"ip.df", "", Bin, Int, convPacket(ipDF), nil, "1 where an IP packet must not be fragmented, which is always so in IPv6"},
	{"ip.proto", "", Bin, Int, convPacket(ipProto), nil, "an IP packet's transport protocol: 6 is TCP"},
	{"ip.src", "", Bin, Addr, convPacket(ipFrom), nil, "an IP packet's source"},
	{"ip.dst", "", Bin, Addr, convPacket(ipTo), nil, "an IP packet's destination"},
}

// packetPart says what of a packet is asked for.
type packetPart uint8

const (
	ipHeader packetPart = iota
	ipData
	ipVersion
	ipTOS
	ipTTL
	ipDF
	ipProto
	ipFrom
	ipTo
)

const (
	ip4Least  = 20
	ip6Header = 40
	ip4DF     = 0x4000
	// maxIP6Exts bounds the walk: RFC 8200, 4.1 has each kind once and destination options twice.
	maxIP6Exts = 8
)

// The extension headers of IPv6 that others follow (RFC 8200, RFC 4302, RFC 6275, RFC 7401, RFC 5533).
const (
	extHopByHop    = 0
	extRouting     = 43
	extFragment    = 44
	extAuth        = 51
	extDestination = 60
	extMobility    = 135
	extHostID      = 139
	extShim6       = 140
)

// packet is the outside of one: where the header ends and what it carries.
type packet struct {
	b        []byte
	v6       bool
	end      int // of the header with all that belongs to it
	total    int // of the packet, as it says; more than there is where it was cut
	protocol byte
}

func convPacket(part packetPart) runConv {
	return func(_ *Context, _ *args, s *Sample) bool {
		if part == ipVersion {
			return len(s.Bytes) > 0 && s.setInt(int64(s.Bytes[0]>>4))
		}
		p, ok := readPacket(s.Bytes)
		return ok && p.set(part, s)
	}
}

func readPacket(b []byte) (packet, bool) {
	p := packet{b: b}
	switch {
	case len(b) >= ip4Least && b[0]>>4 == 4:
		p.end, p.total, p.protocol = int(b[0]&15)*4, int(be16(b[2:])), b[9]
		return p, p.end >= ip4Least && p.end <= len(b)
	case len(b) >= ip6Header && b[0]>>4 == 6:
		p.v6, p.end, p.total, p.protocol = true, ip6Header, ip6Header+int(be16(b[4:])), b[6]
		return p, p.skipExts()
	}
	return p, false
}

// skipExts moves end past IPv6's extension headers; false where they are cut or too many.
func (p *packet) skipExts() bool {
	for range maxIP6Exts {
		unit, more := 8, 1 // a length counts units of 8 octets beyond the first
		switch p.protocol {
		case extHopByHop, extRouting, extDestination, extMobility, extHostID, extShim6:
		case extFragment:
			unit, more = 0, 1 // it has no length: the octet is reserved
		case extAuth:
			unit, more = 4, 2 // RFC 4302, 2.2
		default:
			return true
		}
		if len(p.b) < p.end+8 {
			return false
		}
		size := 8
		if unit > 0 {
			size = (int(p.b[p.end+1]) + more) * unit
		}
		if size < 8 || len(p.b) < p.end+size {
			return false
		}
		p.protocol = p.b[p.end]
		p.end += size
	}
	return false
}

func (p *packet) set(part packetPart, s *Sample) bool {
	switch part {
	case ipHeader:
		return s.setBin(p.b[:p.end])
	case ipData:
		to := len(p.b)
		if p.total >= p.end && p.total < to {
			to = p.total // what is behind it is the padding of a short frame
		}
		return s.setBin(p.b[p.end:to])
	case ipProto:
		return s.setInt(int64(p.protocol))
	case ipFrom, ipTo:
		return p.setAddr(part, s)
	}
	return p.setField(part, s)
}

func (p *packet) setField(part packetPart, s *Sample) bool {
	switch {
	case part == ipTOS && p.v6:
		return s.setInt(be16(p.b) >> 4 & 0xff)
	case part == ipTOS:
		return s.setInt(int64(p.b[1]))
	case part == ipTTL && p.v6:
		return s.setInt(int64(p.b[7]))
	case part == ipTTL:
		return s.setInt(int64(p.b[8]))
	}
	if p.v6 || be16(p.b[6:])&ip4DF != 0 {
		return s.setInt(1)
	}
	return s.setInt(0)
}

func (p *packet) setAddr(part packetPart, s *Sample) bool {
	at, size := 12, 4
	if p.v6 {
		at, size = 8, 16
	}
	if part == ipTo {
		at += size
	}
	a, ok := netip.AddrFromSlice(p.b[at : at+size])
	return ok && s.setAddr(a)
}
