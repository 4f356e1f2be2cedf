package acl

import "unicode/utf8"

// maxJSONDepth bounds how deep values may be nested: skipping one calls itself.
const maxJSONDepth = 64

// jsonReader walks a JSON text (RFC 8259) that somebody sent. It reads no further than it must: what stands behind the
// value that is looked for may be missing or wrong, as with HAProxy. No method allocates.
type jsonReader struct {
	b []byte
	i int
}

// find is the text of the value at a path.
func (r *jsonReader) find(path []jsonStep) ([]byte, bool) {
	r.space()
	for i := range path {
		if !r.enter(&path[i]) {
			return nil, false
		}
	}
	from := r.i
	if !r.skip(0) {
		return nil, false
	}
	return r.b[from:r.i], true
}

func (r *jsonReader) space() {
	for r.i < len(r.b) && (r.b[r.i] == ' ' || r.b[r.i] == '\n' || r.b[r.i] == '\r' || r.b[r.i] == '\t') {
		r.i++
	}
}

// take moves past ch and the space around it.
func (r *jsonReader) take(ch byte) bool {
	r.space()
	if r.i == len(r.b) || r.b[r.i] != ch {
		return false
	}
	r.i++
	r.space()
	return true
}

// enter moves to the member or the element that a step names; the first one of several.
func (r *jsonReader) enter(st *jsonStep) bool {
	if st.index < 0 {
		return r.enterMember(st.key)
	}
	if !r.take('[') {
		return false
	}
	for range st.index {
		if !r.skip(0) || !r.take(',') {
			return false
		}
	}
	return r.i < len(r.b) && r.b[r.i] != ']'
}

func (r *jsonReader) enterMember(name string) bool {
	if !r.take('{') {
		return false
	}
	for {
		from := r.i
		if !r.skipString() {
			return false
		}
		key := r.b[from+1 : r.i-1]
		if !r.take(':') {
			return false
		}
		if jsonEqual(key, name) {
			return true
		}
		if !r.skip(0) || !r.take(',') {
			return false
		}
	}
}

// skip moves past one value.
func (r *jsonReader) skip(depth int) bool {
	if r.i == len(r.b) || depth == maxJSONDepth {
		return false
	}
	switch ch := r.b[r.i]; {
	case ch == '"':
		return r.skipString()
	case ch == '{':
		return r.skipList('}', depth, true)
	case ch == '[':
		return r.skipList(']', depth, false)
	case ch == 't':
		return r.skipWord("true")
	case ch == 'f':
		return r.skipWord("false")
	case ch == 'n':
		return r.skipWord("null")
	}
	return r.skipNumber()
}

// skipList moves past an object or an array.
func (r *jsonReader) skipList(end byte, depth int, members bool) bool {
	r.i++
	if r.take(end) {
		return true
	}
	for {
		r.space()
		if members && (!r.skipString() || !r.take(':')) || !r.skip(depth+1) {
			return false
		}
		r.space()
		if r.i < len(r.b) && r.b[r.i] == end {
			r.i++
			return true
		}
		if !r.take(',') {
			return false
		}
	}
}

func (r *jsonReader) skipWord(word string) bool {
	if len(r.b)-r.i < len(word) || string(r.b[r.i:r.i+len(word)]) != word {
		return false
	}
	r.i += len(word)
	return true
}

func (r *jsonReader) skipString() bool {
	if r.i == len(r.b) || r.b[r.i] != '"' {
		return false
	}
	for r.i++; r.i < len(r.b); r.i++ {
		switch ch := r.b[r.i]; {
		case ch == '"':
			r.i++
			return true
		case ch == '\\':
			r.i++
		case ch < ' ':
			return false
		}
	}
	return false
}

func (r *jsonReader) skipNumber() bool {
	if r.i < len(r.b) && r.b[r.i] == '-' {
		r.i++
	}
	if !r.digits() {
		return false
	}
	if r.i < len(r.b) && r.b[r.i] == '.' {
		r.i++
		if !r.digits() {
			return false
		}
	}
	if r.i == len(r.b) || r.b[r.i]|0x20 != 'e' {
		return true
	}
	r.i++
	if r.i < len(r.b) && (r.b[r.i] == '+' || r.b[r.i] == '-') {
		r.i++
	}
	return r.digits()
}

func (r *jsonReader) digits() bool {
	from := r.i
	for r.i < len(r.b) && r.b[r.i] >= '0' && r.b[r.i] <= '9' {
		r.i++
	}
	return r.i > from
}

// jsonChar reads one character of a string, which may be escaped, and appends it to dst.
func jsonChar(dst, b []byte) (out, rest []byte, ok bool) {
	if b[0] != '\\' {
		return append(dst, b[0]), b[1:], true
	}
	if len(b) < 2 {
		return dst, nil, false
	}
	if b[1] == 'u' {
		return jsonHex(dst, b)
	}
	for _, pair := range [...][2]byte{{'"', '"'}, {'\\', '\\'}, {'/', '/'}, {'b', '\b'}, {'f', '\f'}, {'n', '\n'}, {'r', '\r'}, {'t', '\t'}} {
		if b[1] == pair[0] {
			return append(dst, pair[1]), b[2:], true
		}
	}
	return dst, nil, false
}

// jsonHex reads \uXXXX, or two of them that make one character.
func jsonHex(dst, b []byte) (out, rest []byte, ok bool) {
	const size = len(`\uXXXX`)
	n, used := hexGroup(b[2:min(size, len(b))])
	if used != 4 {
		return dst, nil, false
	}
	b = b[size:]
	if n >= 0xd800 && n < 0xdc00 && len(b) >= size && b[0] == '\\' && b[1] == 'u' {
		if low, used := hexGroup(b[2:size]); used == 4 && low >= 0xdc00 && low < 0xe000 {
			n, b = 0x10000+(n-0xd800)<<10+(low-0xdc00), b[size:]
		}
	}
	return utf8.AppendRune(dst, rune(n)), b, true // half a pair becomes U+FFFD
}

// jsonEqual compares a string's inside, as it is written, with a text.
func jsonEqual(b []byte, text string) bool {
	var buf [utf8.UTFMax]byte
	for len(b) > 0 {
		ch, rest, ok := jsonChar(buf[:0], b)
		if !ok || len(text) < len(ch) || string(ch) != text[:len(ch)] {
			return false
		}
		b, text = rest, text[len(ch):]
	}
	return text == ""
}
