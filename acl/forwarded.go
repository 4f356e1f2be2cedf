package acl

import (
	"bytes"
	"net/netip"
)

// forwardedField is a parameter of the Forwarded field (RFC 7239, 5).
type forwardedField uint8

const (
	forwardedProto forwardedField = iota
	forwardedHost
	forwardedFor
	forwardedBy
	numForwarded
)

var forwardedNames = [numForwarded]string{"proto", "host", "for", "by"}

// forwardedElement is one element of the field: what one proxy said. A parameter that it has not is nil.
type forwardedElement [numForwarded][]byte

// nextForwarded takes one element off b. It knows no other parameters than the four of RFC 7239, as HAProxy does: what it does not
// understand it does not call valid.
func nextForwarded(b []byte) (e forwardedElement, rest []byte, ok bool) {
	for {
		b = trimBlanks(b)
		end := tokenEnd(b)
		field := lookupForwarded(b[:end])
		if field == numForwarded || end == len(b) || b[end] != '=' {
			return e, nil, false
		}
		value, rest, ok := forwardedValue(b[end+1:])
		if !ok || e[field] != nil || !validForwarded(field, value) { // no parameter twice: RFC 7239, 4
			return e, nil, false
		}
		e[field] = value
		if rest = trimBlanks(rest); len(rest) == 0 || rest[0] == ',' {
			return e, rest, true
		}
		if rest[0] != ';' {
			return e, nil, false
		}
		b = rest[1:]
	}
}

func trimBlanks(b []byte) []byte { return bytes.TrimLeft(b, " \t") }

func lookupForwarded(name []byte) forwardedField {
	for i, known := range forwardedNames {
		if len(name) == len(known) && bytes.EqualFold(name, stringBytes(known)) {
			return forwardedField(i)
		}
	}
	return numForwarded
}

// forwardedValue takes a token or a quoted string off b. Nothing that may be in a value has to be escaped: a backslash is not valid.
func forwardedValue(b []byte) (value, rest []byte, ok bool) {
	if len(b) > 0 && b[0] == '"' {
		end := bytes.IndexByte(b[1:], '"')
		if end < 0 {
			return nil, nil, false
		}
		return b[1 : 1+end], b[2+end:], true
	}
	end := tokenEnd(b)
	return b[:end], b[end:], end > 0
}

// tokenEnd is the length of the token at the start of b (RFC 9110, 5.6.2).
func tokenEnd(b []byte) int {
	for i, ch := range b {
		if !isToken(ch) {
			return i
		}
	}
	return len(b)
}

func isToken(ch byte) bool {
	return isAlphanumeric(ch) || bytes.IndexByte(tokenSigns, ch) >= 0
}

var tokenSigns = []byte("!#$%&'*+-.^_`|~")

func isAlphanumeric(ch byte) bool {
	return ch >= '0' && ch <= '9' || ch|0x20 >= 'a' && ch|0x20 <= 'z'
}

func validForwarded(field forwardedField, value []byte) bool {
	switch field {
	case forwardedProto:
		return bytes.EqualFold(value, httpScheme) || bytes.EqualFold(value, httpsScheme)
	case forwardedHost:
		return validHost(value)
	}
	_, ok := readNode(value)
	return ok
}

var httpScheme, httpsScheme = []byte("http"), []byte("https")

// validHost reports whether b is a Host field's value (RFC 9110, 7.2): an address or a name, and perhaps a port.
func validHost(b []byte) bool {
	host := b
	if len(b) > 0 && b[0] == '[' {
		end := bytes.IndexByte(b, ']')
		if end < 0 {
			return false
		}
		if _, ok := parse6(b[1:end]); !ok || end == 1 {
			return false
		}
		return end+1 == len(b) || b[end+1] == ':' && validPort(b[end+2:])
	}
	if i := bytes.IndexByte(b, ':'); i >= 0 {
		if host = b[:i]; !validPort(b[i+1:]) {
			return false
		}
	}
	for _, ch := range host {
		if !isAlphanumeric(ch) && bytes.IndexByte(hostSigns, ch) < 0 {
			return false
		}
	}
	return len(host) > 0
}

// hostSigns are what a reg-name may have besides letters and digits (RFC 3986, 3.2.2).
var hostSigns = []byte("-._~%!$&'()*+,;=")

func validPort(b []byte) bool {
	_, ok := portNumber(b)
	return ok || len(b) == 0
}

// portNumber reads one to five digits.
func portNumber(b []byte) (int64, bool) {
	n, used := leadingInt(b)
	return n, used > 0 && used == len(b) && len(b) <= 5 && b[0] != '+' && b[0] != '-' && n <= 65535
}

// forwardedNode is what "for" and "by" name (RFC 7239, 6): an address or a text, and perhaps a port or a text for one.
type forwardedNode struct {
	addr netip.Addr
	name []byte // "unknown" or an obfuscated name; nil = addr
	port []byte // nil = none
}

func readNode(b []byte) (n forwardedNode, ok bool) {
	name, port, hasPort := b, []byte(nil), false
	if len(b) > 0 && b[0] == '[' {
		end := bytes.IndexByte(b, ']')
		if end < 0 {
			return n, false
		}
		name, port = b[1:end], b[end+1:]
		if hasPort = len(port) > 0; hasPort {
			if port[0] != ':' {
				return n, false
			}
			port = port[1:]
		}
		n.addr, ok = parse6(name)
		ok = ok && end > 1
	} else {
		name, port, hasPort = bytes.Cut(b, colon)
		if n.addr, ok = parse4(name); !ok {
			n.name, ok = name, string(name) == "unknown" || isObfuscated(name)
		}
	}
	if hasPort {
		n.port = port
		_, number := portNumber(port)
		ok = ok && (number || isObfuscated(port))
	}
	return n, ok
}

var colon = []byte{':'}

// isObfuscated reports whether b is an underscore and at least one character (RFC 7239, 6.3).
func isObfuscated(b []byte) bool { return len(b) > 1 && b[0] == '_' && obfuscatedChars(b[1:]) }

func obfuscatedChars(b []byte) bool {
	for _, ch := range b {
		if !isAlphanumeric(ch) && ch != '.' && ch != '_' && ch != '-' {
			return false
		}
	}
	return true
}
