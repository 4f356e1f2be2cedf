package tlsconf

import (
	"bytes"
	"encoding/asn1"
	"strings"
	"unicode/utf8"
)

// Distinguished names as OpenSSL writes them, from DER (RFC 5280, 4.1.2.4), without making anything on the way: rules ask for them
// with every request.

// attrName is an attribute's short name, or its identifier in dots.
func attrName(oid []byte) string {
	for i := range dnNames {
		if dnNames[i].oid == string(oid) {
			return dnNames[i].name
		}
	}
	var id asn1.ObjectIdentifier
	der := append([]byte{6, byte(len(oid))}, oid...)
	if len(oid) > 127 {
		return "?"
	}
	if _, err := asn1.Unmarshal(der, &id); err != nil {
		return "?"
	}
	return id.String()
}

// tlv takes one value off b.
func tlv(b []byte) (tag byte, value, rest []byte, ok bool) {
	if len(b) < 2 {
		return 0, nil, nil, false
	}
	tag, n := b[0], int(b[1])
	b = b[2:]
	if n >= 0x80 {
		k := n & 0x7f
		if k == 0 || k > 3 || len(b) < k {
			return 0, nil, nil, false
		}
		n = 0
		for _, c := range b[:k] {
			n = n<<8 | int(c)
		}
		b = b[k:]
	}
	if n > len(b) {
		return 0, nil, nil, false
	}
	return tag, b[:n], b[n:], true
}

// attrs walks the attributes of a name; f returns true to stop. first is set where the attribute begins a relative name.
func attrs(der []byte, f func(oid []byte, tag byte, value []byte, first bool) bool) {
	_, list, _, ok := tlv(der)
	for ok && len(list) > 0 {
		var set []byte
		if _, set, list, ok = tlv(list); !ok {
			return
		}
		for first := true; len(set) > 0; first = false {
			var pair, oid, value []byte
			if _, pair, set, ok = tlv(set); !ok {
				return
			}
			if _, oid, pair, ok = tlv(pair); !ok {
				return
			}
			var tag byte
			if tag, value, _, ok = tlv(pair); !ok || f(oid, tag, value, first) {
				return
			}
		}
	}
}

// DNEntry is the value of an attribute: the nth of that name from the beginning, or from the end where n is negative. nil = there is
// none. Names are compared without their case (RFC 4512, 1.4).
func DNEntry(der []byte, name string, n int) (found []byte) {
	if n < 0 {
		total := 0
		attrs(der, func(oid []byte, _ byte, _ []byte, _ bool) bool {
			if strings.EqualFold(attrName(oid), name) {
				total++
			}
			return false
		})
		if n += total + 1; n <= 0 {
			return nil
		}
	}
	attrs(der, func(oid []byte, _ byte, v []byte, _ bool) bool {
		if strings.EqualFold(attrName(oid), name) {
			if n--; n == 0 {
				found = v
			}
		}
		return n == 0
	})
	return found
}

// AppendDN writes a name as /C=FR/O=x/CN=y.
func AppendDN(dst, der []byte) []byte {
	attrs(der, func(oid []byte, _ byte, v []byte, _ bool) bool {
		dst = append(append(append(dst, '/'), attrName(oid)...), '=')
		dst = append(dst, v...)
		return false
	})
	return dst
}

// AppendDN2253 writes a name as RFC 2253 has it: CN=y,O=x,C=FR.
func AppendDN2253(dst, der []byte) []byte {
	type attr struct {
		oid, value []byte
		tag        byte
		first      bool
	}
	var list []attr
	attrs(der, func(oid []byte, tag byte, v []byte, first bool) bool {
		list = append(list, attr{oid, v, tag, first})
		return false
	})
	for i := len(list) - 1; i >= 0; i-- {
		if i < len(list)-1 {
			if list[i+1].first {
				dst = append(dst, ',')
			} else {
				dst = append(dst, '+')
			}
		}
		name := attrName(list[i].oid)
		dst = append(append(dst, name...), '=')
		if name[0] <= '9' { // an attribute without a name has its value in DER (RFC 2253, 2.4)
			dst = append(dst, '#')
			for _, c := range appendTLV(nil, list[i].tag, list[i].value) {
				dst = append(dst, upperHex[c>>4], upperHex[c&15])
			}
			continue
		}
		dst = appendEscaped(dst, asUTF8(list[i].tag, list[i].value))
	}
	return dst
}

// asUTF8 gives a value of another kind of string in UTF-8.
func asUTF8(tag byte, v []byte) (out []byte) {
	switch tag {
	case tagT61: // as everybody writes and reads it: Latin-1
		for _, c := range v {
			out = utf8.AppendRune(out, rune(c))
		}
	case tagBMP:
		for ; len(v) >= 2; v = v[2:] {
			out = utf8.AppendRune(out, rune(v[0])<<8|rune(v[1]))
		}
	default:
		return v
	}
	return out
}

const upperHex = "0123456789ABCDEF"

// appendEscaped writes a value with its special characters escaped (RFC 2253, 2.4).
func appendEscaped(dst, v []byte) []byte {
	for i, c := range v {
		switch {
		case c < 0x20 || c >= 0x7f:
			dst = append(dst, '\\', upperHex[c>>4], upperHex[c&15])
			continue
		case bytes.IndexByte([]byte(`,+"\<>;`), c) >= 0, i == 0 && (c == '#' || c == ' '), i == len(v)-1 && c == ' ':
			dst = append(dst, '\\')
		}
		dst = append(dst, c)
	}
	return dst
}

// DNText is AppendDN as a string.
func DNText(der []byte) string { return string(AppendDN(nil, der)) }
