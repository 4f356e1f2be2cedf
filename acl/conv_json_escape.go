package acl

import "errors"

// What json does with input that is no UTF-8.
type jsonInput struct {
	ascii  bool // each byte is a character
	silent bool // wrong characters are left out; else there is no value
	fixes  bool // characters that are longer than need be are taken
}

var jsonInputs = map[string]jsonInput{
	"": {ascii: true}, "ascii": {ascii: true}, "utf8": {}, "utf8s": {silent: true}, "utf8p": {fixes: true}, "utf8ps": {silent: true, fixes: true},
}

func fixJSON(a *args) error {
	in, ok := jsonInputs[a.str[0]]
	if !ok {
		return errors.New("want ascii, utf8, utf8s, utf8p or utf8ps")
	}
	a.own = &in
	return nil
}

func convJSON(c *Context, a *args, s *Sample) bool {
	in := a.own.(*jsonInput)
	out := c.Arena.Open()
	for b := s.Bytes; len(b) > 0; {
		r, n, ok := int32(b[0]), 1, true
		if !in.ascii {
			r, n, ok = decodeChar(b, in.fixes)
		}
		b = b[n:]
		switch {
		case ok && r <= 0xffff: // JSON's escapes go no further
			out = appendJSONChar(out, r)
		case !in.silent:
			return false
		}
	}
	return s.setStr(c.Arena.Seal(out))
}

func appendJSONChar(b []byte, r int32) []byte {
	switch r {
	case '"', '\\', '/':
		return append(b, '\\', byte(r))
	case '\b':
		return append(b, '\\', 'b')
	case '\f':
		return append(b, '\\', 'f')
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	}
	if r >= ' ' && r < 0x7f {
		return append(b, byte(r))
	}
	b = append(b, `\u`...)
	for shift := 12; shift >= 0; shift -= 4 {
		b = append(b, "0123456789abcdef"[r>>shift&15])
	}
	return b
}

// charSizes are the lengths of UTF-8 characters by their first byte, with the smallest value that needs that length.
var charSizes = []struct {
	mask, lead byte
	size       int
	least      int32
}{
	{0x80, 0x00, 1, 0}, {0xe0, 0xc0, 2, 0x80}, {0xf0, 0xe0, 3, 0x800}, {0xf8, 0xf0, 4, 0x10000},
	{0xfc, 0xf8, 5, 0x200000}, {0xfe, 0xfc, 6, 0x4000000}, // as UTF-8 once was: too large today, unless longer than need be
}

// decodeChar reads one UTF-8 character, also one that is longer than need be where fixes says so: the standard library
// does not tell these from others. n is how many bytes go away with a wrong one.
func decodeChar(b []byte, fixes bool) (r int32, n int, ok bool) {
	for _, cs := range charSizes {
		if b[0]&cs.mask != cs.lead {
			continue
		}
		r, n = int32(b[0]&^cs.mask), 1
		for ; n < cs.size; n++ {
			if n == len(b) || b[n]&0xc0 != 0x80 {
				return 0, n, false
			}
			r = r<<6 | int32(b[n]&0x3f)
		}
		surrogate := r >= 0xd800 && r < 0xe000
		return r, n, !surrogate && r&0xfffe != 0xfffe && (fixes || r >= cs.least)
	}
	return 0, 1, false
}
