package tlsconf

import (
	"bytes"
	"slices"
)

// canonicalName is the form of a name that names are compared in (RFC 5280, 7.1): its values in lower case, their blanks folded. It is what OpenSSL
// sorts certificates by.
func canonicalName(der []byte) (out []byte) {
	_, list, _, ok := tlv(der)
	for ok && len(list) > 0 {
		var set []byte
		if _, set, list, ok = tlv(list); !ok {
			break
		}
		var entries [][]byte
		for len(set) > 0 {
			var pair, oid, value []byte
			if _, pair, set, ok = tlv(set); !ok {
				return out
			}
			if _, oid, pair, ok = tlv(pair); !ok {
				return out
			}
			if _, value, _, ok = tlv(pair); !ok {
				return out
			}
			entry := appendTLV(appendTLV(nil, tagOID, oid), tagUTF8, bytes.ToLower(bytes.Join(bytes.Fields(value), []byte{' '})))
			entries = append(entries, appendTLV(nil, tagSequence, entry))
		}
		slices.SortFunc(entries, bytes.Compare) // DER's order of a SET OF
		out = appendTLV(out, tagSet, bytes.Join(entries, nil))
	}
	return out
}

// Tags of DER.
const (
	tagOID      = 0x06
	tagUTF8     = 0x0c
	tagT61      = 0x14
	tagBMP      = 0x1e
	tagSequence = 0x30
	tagSet      = 0x31
)

// appendTLV is the opposite of tlv.
func appendTLV(dst []byte, tag byte, value []byte) []byte {
	switch n := len(value); {
	case n < 0x80:
		dst = append(dst, tag, byte(n))
	case n < 0x100:
		dst = append(dst, tag, 0x81, byte(n))
	case n < 0x10000:
		dst = append(dst, tag, 0x82, byte(n>>8), byte(n))
	default:
		dst = append(dst, tag, 0x83, byte(n>>16), byte(n>>8), byte(n))
	}
	return append(dst, value...)
}
