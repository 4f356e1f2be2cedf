package acl

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strconv"
)

// cast changes a sample's type in place; false when this value has no such form.
type cast func(c *Context, s *Sample) bool

// casts[from][to] is how a type becomes another (HAProxy's guide, 7.1); nil where it never does, nop where nothing is
// to be done.
var casts = [numTypes][numTypes]cast{
	Bool:   {Any: nop, Bool: nop, Int: retype(Int), Str: intToStr, Bin: intToBin},
	Int:    {Any: nop, Bool: intToBool, Int: nop, Addr: intToAddr, Str: intToStr, Bin: intToBin},
	Addr:   {Any: nop, Bool: addrToBool, Int: addrToInt, Addr: nop, Str: addrToStr, Bin: addrToBin},
	Str:    {Any: nop, Bool: strToBool, Int: strToInt, Addr: strToAddr, Str: nop, Bin: retype(Bin), Method: retype(Method)},
	Bin:    {Any: nop, Str: binToStr, Bin: nop, Method: retype(Method)},
	Method: {Any: nop, Str: retype(Str), Bin: retype(Bin), Method: nop},
}

// What only the sample itself tells the type of, such as a variable, is cast by that.
func init() {
	for to := range numTypes {
		casts[Any][to] = func(c *Context, s *Sample) bool {
			if s.Type == Any { // a nil type casts to nothing
				return false
			}
			f := casts[s.Type][to]
			return f != nil && f(c, s)
		}
	}
	casts[Any][Any] = nop
}

func nop(*Context, *Sample) bool { return true }

func retype(to Type) cast {
	return func(_ *Context, s *Sample) bool {
		s.Type = to
		return true
	}
}

func intToBool(_ *Context, s *Sample) bool { return s.setBool(s.Int != 0) }

func intToStr(c *Context, s *Sample) bool {
	return s.setStr(c.Arena.Seal(strconv.AppendInt(c.Arena.Open(), s.Int, 10)))
}

// intToBin is big-endian, as HAProxy hashes and stores integers.
func intToBin(c *Context, s *Sample) bool {
	b := c.Arena.Alloc(8)
	binary.BigEndian.PutUint64(b, uint64(s.Int))
	return s.setBin(b)
}

func intToAddr(_ *Context, s *Sample) bool {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], uint32(s.Int))
	return s.setAddr(netip.AddrFrom4(b))
}

func addrToInt(_ *Context, s *Sample) bool {
	if !s.Addr.Is4() {
		return false
	}
	b := s.Addr.As4()
	return s.setInt(int64(binary.BigEndian.Uint32(b[:])))
}

func addrToBool(c *Context, s *Sample) bool { return addrToInt(c, s) && intToBool(c, s) }

func addrToStr(c *Context, s *Sample) bool {
	return s.setStr(c.Arena.Seal(s.Addr.AppendTo(c.Arena.Open())))
}

func addrToBin(c *Context, s *Sample) bool {
	if s.Addr.Is4() {
		b := s.Addr.As4()
		return s.setBin(c.Arena.Copy(b[:]))
	}
	b := s.Addr.As16()
	return s.setBin(c.Arena.Copy(b[:]))
}

// binToStr ends at the first NUL, as HAProxy's texts do.
func binToStr(_ *Context, s *Sample) bool {
	if i := bytes.IndexByte(s.Bytes, 0); i >= 0 {
		s.Bytes = s.Bytes[:i:i]
	}
	s.Type = Str
	return true
}

// strToBool goes by the number that the text starts with: "12" is true, "0" and "true" are not, as in HAProxy.
func strToBool(c *Context, s *Sample) bool { return strToInt(c, s) && s.setBool(s.Int != 0) }

// strToInt reads leading digits and stops at what is none, as HAProxy's hdr_val does: "7x" is 7 and "x" is 0. An
// empty text is no number at all.
func strToInt(_ *Context, s *Sample) bool {
	if len(s.Bytes) == 0 {
		return false
	}
	n, _ := leadingInt(s.Bytes)
	return s.setInt(n)
}

// valueOf is strToInt for fetches such as hdr_val, to which an empty text is 0.
func valueOf(_ *Context, s *Sample) bool {
	n, _ := leadingInt(s.Bytes)
	return s.setInt(n)
}

// leadingInt is the number at the start of b, saturating, and how many bytes it took.
func leadingInt(b []byte) (n int64, used int) {
	i, neg, over := 0, false, false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		neg = b[0] == '-'
		i = 1
	}
	const limit = (1<<63 - 1) / 10
	for ; i < len(b) && b[i] >= '0' && b[i] <= '9'; i++ {
		d := int64(b[i] - '0')
		if over = over || n > limit || n == limit && d > 7; !over {
			n = n*10 + d
		}
	}
	switch {
	case over && neg: // -1<<63 is one digit too far, too
		n = -1 << 63
	case over:
		n = 1<<63 - 1
	case neg:
		n = -n
	}
	return n, i
}

func strToAddr(_ *Context, s *Sample) bool {
	a, ok := parseAddr(s.Bytes)
	return ok && s.setAddr(a)
}

// maxAddrText is the longest text of an IPv6 address with an IPv4 tail; what is longer is not looked at.
const maxAddrText = 45

// parseAddr reads an address without a zone. It does not allocate.
func parseAddr(b []byte) (netip.Addr, bool) {
	if len(b) < 2 || len(b) > maxAddrText {
		return netip.Addr{}, false
	}
	if a, ok := parse4(b); ok {
		return a, true
	}
	return parse6(b)
}

func parse4(b []byte) (netip.Addr, bool) {
	var out [4]byte
	part := 0
	for part < 4 {
		n, used := 0, 0
		for used < len(b) && used < 3 && b[used] >= '0' && b[used] <= '9' {
			n = n*10 + int(b[used]-'0')
			used++
		}
		if used == 0 || n > 255 {
			return netip.Addr{}, false
		}
		out[part] = byte(n)
		part++
		b = b[used:]
		if part < 4 {
			if len(b) == 0 || b[0] != '.' {
				return netip.Addr{}, false
			}
			b = b[1:]
		}
	}
	return netip.AddrFrom4(out), len(b) == 0
}

// parse6 reads RFC 4291, 2.2 text without a zone.
func parse6(b []byte) (netip.Addr, bool) {
	var out [16]byte
	pos, gap := 0, -1
	if len(b) >= 2 && b[0] == ':' {
		if b[1] != ':' {
			return netip.Addr{}, false
		}
		gap, b = 0, b[2:]
	}
	for len(b) > 0 {
		if pos == 16 {
			return netip.Addr{}, false
		}
		n, used := hexGroup(b)
		if used == 0 {
			return netip.Addr{}, false
		}
		if used < len(b) && b[used] == '.' {
			v4, ok := parse4(b)
			if !ok || pos > 12 {
				return netip.Addr{}, false
			}
			tail := v4.As4()
			copy(out[pos:], tail[:])
			pos, b = pos+4, nil
			break
		}
		binary.BigEndian.PutUint16(out[pos:], uint16(n))
		pos, b = pos+2, b[used:]
		if len(b) == 0 {
			break
		}
		if b[0] != ':' || len(b) == 1 {
			return netip.Addr{}, false
		}
		b = b[1:]
		if b[0] == ':' {
			if gap >= 0 {
				return netip.Addr{}, false
			}
			gap, b = pos, b[1:]
		}
	}
	return fill6(out, pos, gap)
}

// fill6 moves what stands after "::" to the end.
func fill6(out [16]byte, pos, gap int) (netip.Addr, bool) {
	if pos == 16 {
		return netip.AddrFrom16(out), gap < 0
	}
	if gap < 0 {
		return netip.Addr{}, false
	}
	tail := out[gap:pos]
	var full [16]byte
	copy(full[:gap], out[:gap])
	copy(full[16-len(tail):], tail)
	return netip.AddrFrom16(full), true
}

func hexGroup(b []byte) (n, used int) {
	for used < len(b) && used < 4 {
		d, ok := unhex(b[used])
		if !ok {
			break
		}
		n = n<<4 | int(d)
		used++
	}
	return n, used
}

func unhex(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}
