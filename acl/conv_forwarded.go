package acl

import (
	"errors"
	"slices"
	"strconv"
)

// forwardedConvs read and write the Forwarded field (RFC 7239).
var forwardedConvs = []conv{
	{"rfc7239_is_valid", "", Str, Bool, convForwardedValid, nil, "true for a valid value of the Forwarded field"},
	{"rfc7239_field", "field:str", Str, Str, convForwardedField, fixForwardedField, "proto, host, for or by of a Forwarded value of one element"},
	{"rfc7239_n2nn", "", Str, fromSample, convNodeName, nil, "the name in a node of the Forwarded field: an address, unknown or _TEXT"},
	{"rfc7239_n2np", "", Str, fromSample, convNodePort, nil, "the port in a node of the Forwarded field: an integer or _TEXT"},
	{"rfc7239_nn", "", Any, Str, convToNodeName, nil, "an address or a text as a node's name in the Forwarded field"},
	{"rfc7239_np", "", Any, Str, convToNodePort, nil, "a number or a text as a node's port in the Forwarded field"},
}

func convForwardedValid(_ *Context, _ *args, s *Sample) bool {
	b := s.Bytes
	for {
		_, rest, ok := nextForwarded(b)
		if !ok || len(rest) == 0 {
			return s.setBool(ok)
		}
		b = rest[1:]
	}
}

func fixForwardedField(a *args) error {
	i := slices.Index(forwardedNames[:], a.str[0])
	a.num = append(a.num, int64(i))
	if i < 0 {
		return errors.New("field: want proto, host, for or by")
	}
	return nil
}

// convForwardedField finds nothing in a list: which of its elements can be trusted is the configuration's to say.
func convForwardedField(_ *Context, a *args, s *Sample) bool {
	e, rest, ok := nextForwarded(s.Bytes)
	v := e[a.num[0]]
	return ok && len(rest) == 0 && v != nil && s.setStr(v)
}

func convNodeName(_ *Context, _ *args, s *Sample) bool {
	n, ok := readNode(s.Bytes)
	switch {
	case !ok:
		return false
	case n.name != nil:
		return s.setStr(n.name)
	}
	return s.setAddr(n.addr)
}

func convNodePort(_ *Context, _ *args, s *Sample) bool {
	n, ok := readNode(s.Bytes)
	if !ok || n.port == nil {
		return false
	}
	if p, number := portNumber(n.port); number {
		return s.setInt(p)
	}
	return s.setStr(n.port)
}

func convToNodeName(c *Context, _ *args, s *Sample) bool {
	if s.Type == Addr {
		out := c.Arena.Open()
		if s.Addr.Is4() {
			return s.setStr(c.Arena.Seal(s.Addr.AppendTo(out)))
		}
		return s.setStr(c.Arena.Seal(append(s.Addr.AppendTo(append(out, '[')), ']')))
	}
	to := casts[s.Type][Str]
	if to == nil || !to(c, s) {
		return false
	}
	if len(s.Bytes) == 0 {
		return s.setStr(stringBytes("unknown"))
	}
	return obfuscate(c, s)
}

func convToNodePort(c *Context, _ *args, s *Sample) bool {
	if s.Type == Int {
		const last = 65535
		return s.Int >= 0 && s.Int <= last && s.setStr(c.Arena.Seal(strconv.AppendInt(c.Arena.Open(), s.Int, 10)))
	}
	to := casts[s.Type][Str]
	return to != nil && to(c, s) && len(s.Bytes) > 0 && obfuscate(c, s)
}

// obfuscate puts an underscore before a text.
func obfuscate(c *Context, s *Sample) bool {
	if !obfuscatedChars(s.Bytes) {
		return false
	}
	return s.setStr(c.Arena.Seal(append(append(c.Arena.Open(), '_'), s.Bytes...)))
}
