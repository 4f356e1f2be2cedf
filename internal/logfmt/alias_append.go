package logfmt

import (
	"strconv"
)

// Append appends the alias's value as a log-format item with these flags. It allocates nothing while dst has room.
//
// Observed from HAProxy 2.6: a missing value is "-", or "" between quotes; a number takes neither quotes nor escapes; captures
// of a proxy that captures nothing write nothing at all.
func (a *Alias) Append(f *Formatter, dst []byte, r *Record, fl Flags) []byte {
	switch {
	case fl&(JSON|CBOR) != 0:
		return a.encode(f, dst, r, fl)
	case a.list != nil:
		return a.appendList(dst, r, fl)
	case a.number != nil:
		return a.appendNumber(dst, r, fl)
	case a.bare:
		dst, _ = a.text(f, dst, r, fl)
		return dst
	}
	start, missing := len(dst), fl
	if a.addr && fl&Hex != 0 { // an address in hexadecimal has no quotes, the lack of one has
		fl &^= Quote | Escape
	}
	dst, ok := a.text(f, openQuote(dst, fl), r, fl)
	if !ok {
		return AppendMissing(dst[:start], missing)
	}
	return closeText(dst, start, true, fl)
}

func openQuote(dst []byte, fl Flags) []byte {
	if fl&Quote != 0 {
		return append(dst, '"')
	}
	return dst
}

// closeText finishes the text that was appended since openQuote at start.
func closeText(dst []byte, start int, ok bool, fl Flags) []byte {
	if !ok {
		return AppendMissing(dst[:start], fl)
	}
	from := start
	if fl&Quote != 0 {
		from++
	}
	if fl&Escape != 0 {
		dst = escapeSD(dst, from)
	}
	if fl&Quote != 0 {
		dst = append(dst, '"')
	}
	return dst
}

// AppendMissing appends what stands for a value that is not there.
func AppendMissing(dst []byte, fl Flags) []byte {
	switch {
	case fl&CBOR != 0:
		return appendCBOR(dst, fl, cborNull)
	case fl&JSON != 0:
		return append(dst, "null"...)
	case fl&Quote != 0:
		return append(dst, `""`...)
	case fl&Empty != 0:
		return dst
	}
	return append(dst, '-')
}

func (a *Alias) appendNumber(dst []byte, r *Record, fl Flags) []byte {
	if a.none != nil && a.none(r) {
		return AppendMissing(dst, fl)
	}
	n := a.number(r)
	if a.sign != nil && a.sign(r) {
		dst = append(dst, '+')
	}
	switch {
	case fl&Hex != 0 && a.hex > 0:
		return appendHex(dst, uint64(n), int(a.hex))
	case a.pad:
		return appendMilli(dst, n)
	}
	return appendInt(dst, n)
}

// appendHex appends n in at least that many capital digits.
func appendHex(dst []byte, n uint64, digits int) []byte {
	for width := 60; width >= 0; width -= 4 {
		if d := n >> width; d != 0 || width < 4*digits {
			dst = append(dst, hexDigits[d&15])
		}
	}
	return dst
}

func appendHexBytes(dst, b []byte) []byte {
	for _, c := range b {
		dst = append(dst, hexDigits[c>>4], hexDigits[c&15])
	}
	return dst
}

// appendList appends captures: {a|b} or, for %hrl and %hsl, one after another.
func (a *Alias) appendList(dst []byte, r *Record, fl Flags) []byte {
	values := a.list(r)
	if values == nil {
		return dst
	}
	if grouped(a.Name) {
		start := len(dst)
		return closeText(appendBraces(openQuote(dst, fl), values), start, true, fl)
	}
	for i, v := range values {
		if i > 0 {
			dst = append(dst, ' ')
		}
		start := len(dst)
		dst = closeText(appendEscaped(openQuote(dst, fl), v, inHeader), start, v != nil, fl)
	}
	return dst
}

// escapeSD puts a backslash before what RFC 5424, 6.3.3 wants escaped in dst[from:].
func escapeSD(dst []byte, from int) []byte {
	n := 0
	for _, c := range dst[from:] {
		if special(c) {
			n++
		}
	}
	if n == 0 {
		return dst
	}
	read := len(dst) - 1
	for range n {
		dst = append(dst, 0)
	}
	// From the end, so that nothing is overwritten before it is moved.
	for write := len(dst) - 1; write > read; read, write = read-1, write-1 {
		c := dst[read]
		dst[write] = c
		if special(c) {
			write--
			dst[write] = '\\'
		}
	}
	return dst
}

func special(c byte) bool { return c == '"' || c == '\\' || c == ']' }

// AppendText appends the value of a sample expression with these flags. Unlike HAProxy, which writes such a value as it is, control
// characters are escaped in a log: a line must never hold what ends it or what a terminal acts on.
func AppendText(dst, text []byte, fl Flags) []byte {
	switch {
	case fl&JSON != 0:
		return appendJSONText(dst, text)
	case fl&CBOR != 0:
		return appendCBORText(dst, text, fl)
	case fl&Bin != 0, fl&Empty != 0:
		start := len(dst)
		return closeText(append(openQuote(dst, fl), text...), start, true, fl)
	case len(text) == 0:
		return AppendMissing(dst, fl)
	}
	start := len(dst)
	return closeText(appendEscaped(openQuote(dst, fl), text, controls), start, true, fl)
}

// AppendNumber appends an integer of a sample expression with these flags.
func AppendNumber(dst []byte, n int64, fl Flags) []byte {
	switch {
	case fl&CBOR != 0:
		return appendCBORInt(dst, n, fl)
	case fl&(JSON|Quote) == Quote:
		return append(strconv.AppendInt(append(dst, '"'), n, 10), '"')
	}
	return strconv.AppendInt(dst, n, 10)
}

// AppendBool appends a boolean that was asked for as such.
func AppendBool(dst []byte, v bool, fl Flags) []byte {
	switch {
	case fl&CBOR != 0 && v:
		return appendCBOR(dst, fl, cborTrue)
	case fl&CBOR != 0:
		return appendCBOR(dst, fl, cborFalse)
	case fl&JSON != 0:
		return strconv.AppendBool(dst, v)
	case v:
		return AppendNumber(dst, 1, fl)
	}
	return AppendNumber(dst, 0, fl)
}
