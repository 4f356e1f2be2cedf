package tlsconf

import (
	"bytes"
	"encoding/asn1"
	"strings"
)

// Distinguished names as OpenSSL writes them, from DER (RFC 5280, 4.1.2.4), without making anything on the way: rules ask for them
// with every request.

// dnNames are the short names of attributes, by the DER of their object identifiers.
var dnNames = []struct{ oid, name string }{
	{"\x55\x04\x03", "CN"}, {"\x55\x04\x04", "SN"}, {"\x55\x04\x05", "serialNumber"}, {"\x55\x04\x06", "C"}, {"\x55\x04\x07", "L"},
	{"\x55\x04\x08", "ST"}, {"\x55\x04\x09", "street"}, {"\x55\x04\x0a", "O"}, {"\x55\x04\x0b", "OU"}, {"\x55\x04\x0c", "title"},
	{"\x55\x04\x0d", "description"}, {"\x55\x04\x0f", "businessCategory"}, {"\x55\x04\x11", "postalCode"}, {"\x55\x04\x29", "name"},
	{"\x55\x04\x2a", "GN"}, {"\x55\x04\x2b", "initials"}, {"\x55\x04\x2c", "generationQualifier"}, {"\x55\x04\x2e", "dnQualifier"},
	{"\x55\x04\x41", "pseudonym"}, {"\x55\x04\x61", "organizationIdentifier"},
	{"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01", "emailAddress"},
	{"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01", "UID"}, {"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19", "DC"},
	{"\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x03", "jurisdictionC"}, {"\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x02", "jurisdictionST"},
	{"\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x01", "jurisdictionL"},
}

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
func attrs(der []byte, f func(oid, value []byte, first bool) bool) {
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
			if _, value, _, ok = tlv(pair); !ok || f(oid, value, first) {
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
		attrs(der, func(oid, _ []byte, _ bool) bool {
			if strings.EqualFold(attrName(oid), name) {
				total++
			}
			return false
		})
		if n += total + 1; n <= 0 {
			return nil
		}
	}
	attrs(der, func(oid, v []byte, _ bool) bool {
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
	attrs(der, func(oid, v []byte, _ bool) bool {
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
		first      bool
	}
	var list []attr
	attrs(der, func(oid, v []byte, first bool) bool {
		list = append(list, attr{oid, v, first})
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
		dst = append(append(dst, attrName(list[i].oid)...), '=')
		dst = appendEscaped(dst, list[i].value)
	}
	return dst
}

// appendEscaped writes a value with its special characters escaped (RFC 2253, 2.4).
func appendEscaped(dst, v []byte) []byte {
	for i, c := range v {
		switch {
		case c < 0x20 || c >= 0x7f:
			const digits = "0123456789ABCDEF"
			dst = append(dst, '\\', digits[c>>4], digits[c&15])
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
