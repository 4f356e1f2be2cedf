package http1

import "bytes"

// Locate is the offset in head of the octet for which e was returned, as far as one can be blamed: for a person who looks at the
// message. -1 = none is known. It reads the message anew and costs nothing until then: the parser keeps no offsets.
func Locate(head []byte, e *Error, response bool) int {
	start := skipEmpty(head)
	switch e {
	case ErrHeadTooLarge, ErrNoHost:
		return len(head)
	case ErrEmptyLines:
		return 0
	case ErrBareLF:
		return loneOctet(head, '\n')
	case ErrBareCR:
		return loneOctet(head, '\r')
	case ErrVersion:
		return start + inVersion(head[start:], response)
	case ErrMethod, ErrTarget, ErrTargetChar, ErrStatus, ErrReason, ErrLeadingSpace:
		if at := inStartLine(head[start:], e); at >= 0 {
			return start + at
		}
	case ErrEmptyName, ErrNameChar, ErrLongName, ErrNameSpace, ErrNoColon, ErrFold, ErrValueChar:
		return inFields(head, e)
	}
	if name := blamed[e]; name != "" {
		return lastValue(head, name)
	}
	return -1
}

// blamed are the fields that say what cannot be.
var blamed = map[*Error]string{
	ErrHosts: "host", ErrHost: "host", ErrHostDiffers: "host", ErrConnection: "connection", ErrExpect: "expect", ErrUpgrade: "upgrade",
	ErrLength: "content-length", ErrLengths: "content-length", ErrLengthAndCoding: "transfer-encoding", ErrCoding: "transfer-encoding",
	ErrCodingVersion: "transfer-encoding",
}

func skipEmpty(b []byte) (n int) {
	for bytes.HasPrefix(b[n:], []byte("\r\n")) {
		n += 2
	}
	return n
}

// loneOctet is where a CR LF is broken: at an LF without its CR, or at what stands where a CR's LF should.
func loneOctet(b []byte, c byte) int {
	for i := range b {
		switch {
		case b[i] != c:
		case c == '\n' && (i == 0 || b[i-1] != '\r'):
			return i
		case c == '\r' && i+1 < len(b) && b[i+1] != '\n':
			return i + 1
		}
	}
	return -1
}

// inStartLine looks for the first octet of the part that e is about which cannot stand there.
func inStartLine(b []byte, e *Error) int {
	line, _, _ := bytes.Cut(b, []byte("\r\n"))
	first := indexWhere(line, func(c byte) bool { return lowerToken[c] == 0 })
	space := bytes.IndexByte(line, ' ')
	switch e {
	case ErrLeadingSpace:
		if len(line) > 0 && (line[0] == ' ' || line[0] == '\t') {
			return 0
		}
		return len(line) + len("\r\n") // it stands before the first field
	case ErrMethod:
		return first
	case ErrStatus:
		return space + 1
	case ErrReason:
		return indexWhere(line, func(c byte) bool { return c < ' ' && c != '\t' || c == 0x7f })
	}
	if space < 0 {
		return -1
	}
	rest := line[space+1:]
	if e == ErrTargetChar {
		if i := indexWhere(rest, func(c byte) bool { return c <= ' ' || c >= 0x7f }); i >= 0 && rest[i] != ' ' {
			return space + 1 + i
		}
	}
	return space + 1
}

// inVersion is where the version, which ends a request's line and begins a response's, leaves the form of HTTP/1.
func inVersion(b []byte, response bool) int {
	const form = "HTTP/1."
	line, _, _ := bytes.Cut(b, []byte("\r\n"))
	at := 0
	if !response {
		at = bytes.LastIndexByte(line, ' ') + 1
	}
	v := line[at:]
	for i := range v {
		if i >= len(form) || v[i] != form[i] {
			return at + i
		}
	}
	return at + len(v)
}

// inFields goes through the field lines for the first that is as e says.
func inFields(head []byte, e *Error) int {
	found := -1
	eachField(head, func(at int, line []byte) bool {
		end := indexWhere(line, func(c byte) bool { return lowerToken[c] == 0 })
		if end < 0 {
			end = len(line)
		}
		colon := end < len(line) && line[end] == ':'
		switch {
		case e == ErrFold && len(line) > 0 && (line[0] == ' ' || line[0] == '\t'):
			found = at
		case e == ErrLongName && end > maxName:
			found = at + maxName
		case e == ErrEmptyName && colon && end == 0, e != ErrLongName && e != ErrFold && e != ErrValueChar && !colon:
			found = at + end
		case e == ErrValueChar && colon:
			if i := indexWhere(line[end:], func(c byte) bool { return c < ' ' && c != '\t' || c == 0x7f }); i >= 0 {
				found = at + end + i
			}
		}
		return found < 0
	})
	return found
}

// lastValue is where the value of the last field of that name begins.
func lastValue(head []byte, name string) int {
	found := -1
	eachField(head, func(at int, line []byte) bool {
		if n := len(name); len(line) > n && line[n] == ':' && bytes.EqualFold(line[:n], []byte(name)) {
			value := bytes.TrimLeft(line[n+1:], " \t")
			found = at + len(line) - len(value)
		}
		return true
	})
	return found
}

// eachField calls f with each field line and where it begins, while it wants more.
func eachField(head []byte, f func(at int, line []byte) bool) {
	at := skipEmpty(head)
	for first := true; at < len(head); first = false {
		line, _, whole := bytes.Cut(head[at:], []byte("\r\n"))
		if !first && (len(line) == 0 || !f(at, line)) {
			return
		}
		if at += len(line) + len("\r\n"); !whole {
			return
		}
	}
}

func indexWhere(b []byte, bad func(c byte) bool) int {
	for i, c := range b {
		if bad(c) {
			return i
		}
	}
	return -1
}
