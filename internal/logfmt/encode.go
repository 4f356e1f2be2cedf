package logfmt

import (
	"encoding/binary"
	"unicode/utf8"
)

// The encodings of "+json" and "+cbor" (RFC 8259, RFC 8949). An object holds the named items of a format in their order.

const (
	cborUint  = 0 << 5
	cborNeg   = 1 << 5
	cborText  = 3 << 5
	cborMap   = 0xbf // of indefinite length
	cborBreak = 0xff
	cborFalse = 0xf4
	cborTrue  = 0xf5
	cborNull  = 0xf6
)

// AppendBegin opens the object of a line.
func AppendBegin(dst []byte, fl Flags) []byte {
	if fl&CBOR != 0 {
		return appendCBOR(dst, fl, cborMap)
	}
	return append(dst, '{')
}

// AppendName appends the name of the next item, with what separates it from the item before.
func AppendName(dst []byte, name string, first bool, fl Flags) []byte {
	if fl&CBOR != 0 {
		return appendCBORString(dst, name, fl)
	}
	if !first {
		dst = append(dst, ", "...)
	}
	dst = append(dst, '"')
	for i := range len(name) {
		dst = appendJSONByte(dst, name[i])
	}
	return append(dst, `": `...)
}

// AppendEnd closes the object of a line.
func AppendEnd(dst []byte, fl Flags) []byte {
	if fl&CBOR != 0 {
		return appendCBOR(dst, fl, cborBreak)
	}
	return append(dst, '}')
}

// encode appends an alias as a JSON or CBOR value: a number as such, without the "+" of one that will grow.
func (a *Alias) encode(f *Formatter, dst []byte, r *Record, fl Flags) []byte {
	if a.number != nil && !(fl&Hex != 0 && a.hex > 0) {
		if a.none != nil && a.none(r) {
			return AppendMissing(dst, fl)
		}
		return AppendNumber(dst, a.number(r), fl&^Quote)
	}
	// The text is appended raw and encoded where it stands: %ci is short, and the longest line bounded.
	start := len(dst)
	ok := true
	switch {
	case a.number != nil:
		dst = a.appendNumber(dst, r, Hex)
	case a.list != nil:
		values := a.list(r)
		ok = values != nil
		dst = appendRawList(dst, values, grouped(a.Name))
	default:
		dst, ok = a.text(f, dst, r, fl)
	}
	if !ok {
		return AppendMissing(dst[:start], fl)
	}
	return encodeTail(dst, start, fl)
}

func appendRawList(dst []byte, values [][]byte, braces bool) []byte {
	sep := byte(' ')
	if braces {
		dst, sep = append(dst, '{'), '|'
	}
	for i, v := range values {
		if i > 0 {
			dst = append(dst, sep)
		}
		dst = append(dst, v...)
	}
	if braces {
		dst = append(dst, '}')
	}
	return dst
}

// encodeTail encodes the raw text in dst[start:] in its place: behind itself, and then moved down.
func encodeTail(dst []byte, start int, fl Flags) []byte {
	end := len(dst)
	if fl&CBOR != 0 {
		dst = appendCBORText(dst, dst[start:end], fl)
	} else {
		dst = appendJSONText(dst, dst[start:end])
	}
	return append(dst[:start], dst[end:]...)
}

// appendJSONText appends text as a JSON string. What is no UTF-8 becomes U+FFFD: a reader must be able to take every line.
func appendJSONText(dst, text []byte) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			dst = appendJSONByte(dst, c)
			i++
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		dst = utf8.AppendRune(dst, r)
		i += n
	}
	return append(dst, '"')
}

func appendJSONByte(dst []byte, c byte) []byte {
	switch {
	case c == '"' || c == '\\':
		return append(dst, '\\', c)
	case c == '\n':
		return append(dst, `\n`...)
	case c == '\r':
		return append(dst, `\r`...)
	case c == '\t':
		return append(dst, `\t`...)
	case c < ' ' || c == 0x7f:
		return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
	}
	return append(dst, c)
}

// appendCBOR appends bytes of CBOR: as they are under Bin, else two digits each.
func appendCBOR(dst []byte, fl Flags, b ...byte) []byte {
	if fl&Bin != 0 {
		return append(dst, b...)
	}
	return appendHexBytes(dst, b)
}

// appendCBORHead appends a major type with its argument in the shortest form.
func appendCBORHead(dst []byte, major byte, n uint64, fl Flags) []byte {
	var b [9]byte
	switch {
	case n < 24:
		return appendCBOR(dst, fl, major|byte(n))
	case n < 1<<8:
		return appendCBOR(dst, fl, major|24, byte(n))
	case n < 1<<16:
		b[0] = major | 25
		binary.BigEndian.PutUint16(b[1:], uint16(n))
		return appendCBOR(dst, fl, b[:3]...)
	case n < 1<<32:
		b[0] = major | 26
		binary.BigEndian.PutUint32(b[1:], uint32(n))
		return appendCBOR(dst, fl, b[:5]...)
	}
	b[0] = major | 27
	binary.BigEndian.PutUint64(b[1:], n)
	return appendCBOR(dst, fl, b[:]...)
}

func appendCBORInt(dst []byte, n int64, fl Flags) []byte {
	if n < 0 {
		return appendCBORHead(dst, cborNeg, uint64(-(n + 1)), fl)
	}
	return appendCBORHead(dst, cborUint, uint64(n), fl)
}

func appendCBORText(dst, text []byte, fl Flags) []byte {
	return appendCBOR(appendCBORHead(dst, cborText, uint64(len(text)), fl), fl, text...)
}

func appendCBORString(dst []byte, s string, fl Flags) []byte {
	dst = appendCBORHead(dst, cborText, uint64(len(s)), fl)
	for i := range len(s) {
		dst = appendCBOR(dst, fl, s[i])
	}
	return dst
}
