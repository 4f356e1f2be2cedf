package acl

import (
	"bytes"
	"errors"
	"strings"

	"weir/internal/message"
)

// stringConvs cut and change text (HAProxy's guide, 7.3.1).
var stringConvs = []conv{
	{"lower", "", Str, Str, convLower, nil, "lower case (ASCII)"},
	{"upper", "", Str, Str, convUpper, nil, "upper case (ASCII)"},
	{"length", "", Str, Int, convLength, nil, "the length in bytes"},
	{"bytes", "offset:int,[length:int]", Bin, Bin, convBytes, fixBytes, "some bytes from an offset"},
	{"field", "index:int,delimiters:str,[count:int]", Str, Str, convField, fixField, "the field at an index, counted from 1, or from the end by -1; count 0 = all that follow"},
	{"word", "index:int,delimiters:str,[count:int]", Str, Str, convWord, fixField, "as field, but several delimiters in a row count as one"},
	{"ltrim", "chars:str", Str, Str, convLtrim, fixTrim, "without these characters at the start"},
	{"rtrim", "chars:str", Str, Str, convRtrim, fixTrim, "without these characters at the end"},
	{"cut_crlf", "", Str, Str, convCutCRLF, nil, "what stands before the first CR or LF"},
	{"concat", "[start:str,var:optvar,end:str]", Str, Str, convConcat, nil, "appends a text, a variable and a text"},
	{"regsub", "regex:regex,subst:str,[flags:str]", Str, Str, convRegsub, fixRegsub, "replaces the first match, or all by flag g; flag i ignores case"},
	{"host_only", "", Str, Str, convHostOnly, nil, "a host without its port, in lower case"},
	{"port_only", "", Str, Int, convPortOnly, nil, "the port of a host; 0 when it has none"},
	{"reverse", "", Str, Str, convReverse, nil, "the text backwards"},
	{"reverse_dom", "", Str, Str, convReverseDom, nil, "a domain's labels in the opposite order"},
	{"hex2i", "", Str, Int, convHex2i, nil, "hex digits as an integer; nothing when something else is among them"},
}

func convLower(c *Context, _ *args, s *Sample) bool {
	out := c.Arena.Alloc(len(s.Bytes))
	for i, b := range s.Bytes {
		out[i] = lowerTable[b]
	}
	return s.setStr(out)
}

func convUpper(c *Context, _ *args, s *Sample) bool {
	out := c.Arena.Alloc(len(s.Bytes))
	for i, b := range s.Bytes {
		if b >= 'a' && b <= 'z' {
			b -= 'a' - 'A'
		}
		out[i] = b
	}
	return s.setStr(out)
}

func convLength(_ *Context, _ *args, s *Sample) bool { return s.setInt(int64(len(s.Bytes))) }

func fixBytes(a *args) error {
	if a.num[0] < 0 || a.num[1] < 0 {
		return errors.New("want 0 or more")
	}
	return nil
}

func convBytes(_ *Context, a *args, s *Sample) bool {
	from := min(a.num[0], int64(len(s.Bytes)))
	b := s.Bytes[from:]
	if a.given > 1 {
		// HAProxy gives nothing at all where the block ends before the length asked for begins.
		b = b[:min(a.num[1], int64(len(b)))]
	}
	return s.setBin(b)
}

func fixField(a *args) error {
	switch {
	case a.num[0] == 0:
		return errors.New("index: want 1 or more, or -1 or less")
	case a.str[0] == "":
		return errors.New("delimiters: want at least one character")
	case a.num[1] < 0:
		return errors.New("count: want 0 or more")
	}
	if a.given < 3 {
		a.num[1] = 1
	}
	return fixTrim(a)
}

func fixTrim(a *args) error {
	for i := range len(a.str[0]) {
		a.set[a.str[0][i]] = true
	}
	return nil
}

func convField(_ *Context, a *args, s *Sample) bool {
	b, ok := pick(s.Bytes, a, false)
	return ok && s.setStr(b)
}

// convWord finds an empty word where there are too few.
func convWord(_ *Context, a *args, s *Sample) bool {
	b, _ := pick(s.Bytes, a, true)
	return s.setStr(b)
}

// pick returns a run of fields of b: a.num[0] says which is the first (from the end when negative, and then the run
// goes towards the start) and a.num[1] how many, 0 for all.
func pick(b []byte, a *args, words bool) ([]byte, bool) {
	if a.num[0] > 0 {
		return pickForward(b, a, words, a.num[0], a.num[1])
	}
	return pickBackward(b, a, words, -a.num[0], a.num[1])
}

func pickForward(b []byte, a *args, words bool, index, count int64) ([]byte, bool) {
	from, i, n := 0, 0, int64(0)
	start := -1
	for {
		for words && i < len(b) && a.set[b[i]] {
			i++
		}
		from = i
		for i < len(b) && !a.set[b[i]] {
			i++
		}
		if words && from == i {
			if start < 0 { // only delimiters are left
				return []byte{}, false
			}
			return b[start:], true
		}
		if n++; n == index {
			start = from
		}
		if start >= 0 && count > 0 && n == index+count-1 {
			return b[start:i], true
		}
		if i == len(b) {
			if start < 0 {
				return []byte{}, false
			}
			return b[start:], true
		}
		i++
	}
}

func pickBackward(b []byte, a *args, words bool, index, count int64) ([]byte, bool) {
	i, n, end := len(b), int64(0), -1
	for {
		for words && i > 0 && a.set[b[i-1]] {
			i--
		}
		to := i
		for i > 0 && !a.set[b[i-1]] {
			i--
		}
		if words && to == i {
			if end < 0 {
				return []byte{}, false
			}
			return b[:end], true
		}
		if n++; n == index {
			end = to
		}
		if end >= 0 && count > 0 && n == index+count-1 {
			return b[i:end], true
		}
		if i == 0 {
			if end < 0 {
				return []byte{}, false
			}
			return b[:end], true
		}
		i--
	}
}

func convLtrim(_ *Context, a *args, s *Sample) bool {
	b := s.Bytes
	for len(b) > 0 && a.set[b[0]] {
		b = b[1:]
	}
	return s.setStr(b)
}

func convRtrim(_ *Context, a *args, s *Sample) bool {
	b := s.Bytes
	for len(b) > 0 && a.set[b[len(b)-1]] {
		b = b[:len(b)-1]
	}
	return s.setStr(b)
}

func convCutCRLF(_ *Context, _ *args, s *Sample) bool {
	if i := bytes.IndexAny(s.Bytes, "\r\n"); i >= 0 {
		return s.setStr(s.Bytes[:i])
	}
	return s.setStr(s.Bytes)
}

// convConcat leaves the variable out where it is not set, as HAProxy does.
func convConcat(c *Context, a *args, s *Sample) bool {
	b := append(c.Arena.Open(), s.Bytes...)
	b = append(b, a.str[0]...)
	if a.vars[0] != nil {
		b = a.vars[0].appendText(b, c)
	}
	return s.setStr(c.Arena.Seal(append(b, a.str[1]...)))
}

// fixRegsub reads the flags: num[0] becomes the number of matches to replace.
func fixRegsub(a *args) error {
	flags := a.str[2]
	if strings.Trim(flags, "gi") != "" {
		return errors.New("flags: want g, i or both")
	}
	if strings.Contains(flags, "i") {
		re, err := CompileRegex(a.str[0], true)
		if err != nil {
			return err
		}
		a.re = re
	}
	a.num = append(a.num, 1)
	if strings.Contains(flags, "g") {
		a.num[0] = -1
		return a.re.takeAll()
	}
	return nil
}

// convRegsub may allocate: Go's regexp gives no way to have submatches without.
func convRegsub(c *Context, a *args, s *Sample) bool {
	b, last := c.Arena.Open(), 0
	for _, m := range a.re.FindAll(s.Bytes, int(a.num[0])) {
		b = append(b, s.Bytes[last:m[0]]...)
		b = AppendExpanded(b, a.str[1], s.Bytes, m)
		last = m[1]
	}
	return s.setStr(c.Arena.Seal(append(b, s.Bytes[last:]...)))
}

// convHostOnly gives letters in lower case, as HAProxy does: names are compared so (RFC 9110, 4.2.3).
func convHostOnly(c *Context, a *args, s *Sample) bool {
	s.Bytes, _ = message.SplitPort(s.Bytes)
	return convLower(c, a, s)
}

func convPortOnly(_ *Context, _ *args, s *Sample) bool {
	_, port := message.SplitPort(s.Bytes)
	n, _ := leadingInt(port)
	return s.setInt(n)
}

func convReverse(c *Context, _ *args, s *Sample) bool {
	out := c.Arena.Alloc(len(s.Bytes))
	for i, b := range s.Bytes {
		out[len(out)-1-i] = b
	}
	return s.setStr(out)
}

func convReverseDom(c *Context, _ *args, s *Sample) bool {
	b, rest := c.Arena.Open(), s.Bytes
	for {
		i := bytes.LastIndexByte(rest, '.')
		b = append(b, rest[i+1:]...)
		if i < 0 {
			return s.setStr(c.Arena.Seal(b))
		}
		b, rest = append(b, '.'), rest[:i]
	}
}

func convHex2i(_ *Context, _ *args, s *Sample) bool {
	var n int64
	for _, ch := range s.Bytes {
		d, ok := unhex(ch)
		if !ok {
			return false
		}
		n = n<<4 | int64(d)
	}
	return s.setInt(n)
}
