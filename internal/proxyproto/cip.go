package proxyproto

import (
	"encoding/binary"
	"net/netip"
)

// protoTCP is TCP's number among the protocols over IP.
const protoTCP = 6

// sizeCIP is up to where a NetScaler header of either form is read before its lengths are known.
const sizeCIP = 12

// ParseCIP reads the header that a NetScaler inserts: a magic number that both sides have agreed on, lengths, and the IP and TCP
// headers that the client had sent. Before NetScaler 10.5 there is one length; since then there are two, and a type between them.
func ParseCIP(b []byte, magic uint32) (Info, int, error) {
	switch fits := magicFits(b, magic); {
	case !fits && len(b) < sizeCIP:
		return Info{}, 0, errShortMagic
	case !fits:
		return Info{}, 0, errMagic
	case len(b) < sizeCIP:
		return Info{}, 0, ErrMore
	}
	size := int64(binary.BigEndian.Uint32(b[4:]))
	at, end := int64(8), 8+size // legacy: the length is of what remains
	if b[8]>>4 != 4 && b[8]>>4 != 6 {
		// An IP header begins with its version; this begins with the type, 1, and the whole length counts from the magic number.
		if binary.BigEndian.Uint16(b[8:]) != 1 {
			return Info{}, 0, errCIPProto
		}
		at, end = 12, size
		if end-at != int64(binary.BigEndian.Uint16(b[10:])) {
			return Info{}, 0, errCIP
		}
	}
	if end > maxCIP || end < at {
		return Info{}, 0, errCIP
	}
	if int64(len(b)) < end {
		return Info{}, 0, ErrMore
	}
	src, dst, err := segment(b[at:end])
	if err != nil {
		return Info{}, 0, err
	}
	return Info{Src: src, Dst: dst}, int(end), nil
}

// AppendCIP writes such a header, in the form from before NetScaler 10.5.
func AppendCIP(b []byte, magic uint32, src, dst netip.AddrPort) []byte {
	from, to, v4 := sameFamily(src.Addr(), dst.Addr())
	head := make([]byte, 40)
	head[0], head[6] = 6<<4, protoTCP
	copy(head[8:], from.AsSlice())
	copy(head[24:], to.AsSlice())
	if v4 {
		head = make([]byte, 20)
		head[0], head[9] = 4<<4|5, protoTCP
		copy(head[12:], from.AsSlice())
		copy(head[16:], to.AsSlice())
	}
	ports := make([]byte, 20)
	binary.BigEndian.PutUint16(ports, src.Port())
	binary.BigEndian.PutUint16(ports[2:], dst.Port())
	ports[12] = 5 << 4 // its length in words (RFC 9293, 3.1)
	b = binary.BigEndian.AppendUint32(b, magic)
	b = binary.BigEndian.AppendUint32(b, uint32(len(head)+len(ports)))
	return append(append(b, head...), ports...)
}

func magicFits(b []byte, magic uint32) bool {
	var m [4]byte
	binary.BigEndian.PutUint32(m[:], magic)
	return hasPrefix(b, string(m[:]))
}

// segment takes the ends from an IP header and the TCP header behind it.
func segment(p []byte) (src, dst netip.AddrPort, err error) {
	const sizeIPv4, sizeIPv6, sizeTCP = 20, 40, 20
	n, protocol := 0, byte(0)
	var a, b []byte
	switch {
	case len(p) >= sizeIPv4 && p[0]>>4 == 4:
		n, protocol, a, b = int(p[0]&0xf)*4, p[9], p[12:16], p[16:20]
		if n < sizeIPv4 {
			return src, dst, errCIP
		}
	case len(p) >= sizeIPv6 && p[0]>>4 == 6:
		n, protocol, a, b = sizeIPv6, p[6], p[8:24], p[24:40]
	}
	switch {
	case n == 0 && len(p) > 0 && (p[0]>>4 == 4 || p[0]>>4 == 6):
		return src, dst, errCIP
	case n == 0 || protocol != protoTCP:
		return src, dst, errCIPProto
	case len(p) < n+sizeTCP:
		return src, dst, errCIP
	}
	return addrPort(a, p[n:]), addrPort(b, p[n+2:]), nil
}
