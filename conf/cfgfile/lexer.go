package cfgfile

import (
	"fmt"
	"strings"

	"weir/conf"
)

// Word is one word of a line, its quotes and escapes resolved.
type Word struct {
	Text string
	Pos  conf.Pos
	// plain says that Text stands in the file as it is, so that a place inside it can be told.
	plain bool
}

// At is the place of the byte at that offset of the word's text, or of the word where that cannot be told.
func (w Word) At(offset int) conf.Pos {
	p := w.Pos
	if w.plain {
		p.Col += offset
	}
	return p
}

// sub is the part of the word that begins at offset and has that text.
func (w Word) sub(offset int, text string) Word {
	return Word{Text: text, Pos: w.At(offset), plain: w.plain}
}

// lexer cuts one line into words.
type lexer struct {
	text string
	pos  conf.Pos // of the line; Col is set by place
	env  *environ
	i    int // next byte
	out  []Word
	cur  []byte
	open bool // a word has begun, perhaps an empty one
	// start is where the current word begins; exact is whether it has been copied byte by byte since.
	start  int
	exact  bool
	whole  bool     // the rest of the line after the first word is one word
	size   int      // bytes of all words
	hashAt int      // where the comment begins; -1 = none
	vars   []string // the variables that were put in: NAME=VALUE
	err    *conf.Error
}

// cut returns the words of a line and its comment. The error has a place but no path.
func cut(text string, pos conf.Pos, env *environ) ([]Word, string, *conf.Error) {
	l := lex(text, pos, env)
	return l.out, l.comment(), l.err
}

// lex cuts a line.
func lex(text string, pos conf.Pos, env *environ) *lexer {
	l := &lexer{text: text, pos: pos, env: env, hashAt: -1}
	if i := strings.IndexByte(text, 0); i >= 0 {
		l.err = l.bad(i, "a NUL byte in a line")
		return l
	}
	l.whole = takesWhole(text)
	l.err = l.line()
	return l
}

// comment is the line's comment, from its # on; "" = none.
func (l *lexer) comment() string {
	if l.hashAt < 0 {
		return ""
	}
	return l.text[l.hashAt:]
}

// takesWhole reports a directive whose condition is one word with its spaces.
func takesWhole(text string) bool {
	first := strings.TrimLeft(text, " \t")
	for _, d := range []string{".if", ".elif"} {
		if rest, ok := strings.CutPrefix(first, d); ok && (rest == "" || rest[0] == ' ' || rest[0] == '\t') {
			return true
		}
	}
	return false
}

func (l *lexer) place(i int) conf.Pos {
	p := l.pos
	p.Col = i + 1
	return p
}

func (l *lexer) bad(i int, format string, args ...any) *conf.Error {
	return conf.Bad(l.place(i), "", format, args...)
}

func (l *lexer) line() *conf.Error {
	for l.i < len(l.text) {
		c := l.text[l.i]
		var err *conf.Error
		switch {
		case c == '#':
			l.hashAt = l.i
			l.i = len(l.text)
		case (c == ' ' || c == '\t' || c == '\r') && !(l.whole && len(l.out) > 0 && l.open):
			err = l.end()
			l.i++
		case c == '\\':
			err = l.escape()
		case c == '"':
			err = l.weak()
		case c == '\'':
			err = l.strong()
		default:
			l.put(c)
			l.i++
		}
		if err != nil {
			return err
		}
	}
	return l.end()
}

// begin notes that a word is there, at the byte i.
func (l *lexer) begin(i int) {
	if !l.open {
		l.open, l.start, l.exact = true, i, true
	}
}

func (l *lexer) put(c byte) {
	l.begin(l.i)
	l.cur = append(l.cur, c)
}

// end finishes the current word.
func (l *lexer) end() *conf.Error {
	if !l.open {
		return nil
	}
	text := string(l.cur)
	if l.whole && len(l.out) > 0 {
		text = strings.TrimRight(text, " \t\r")
	}
	l.size += len(text)
	switch {
	case len(l.out) == maxWords:
		return l.bad(l.start, "more than %d words in a line; quote what belongs together or make several lines", maxWords)
	case l.size > maxLine:
		return l.bad(l.start, "a line of more than %d bytes", maxLine)
	}
	w := Word{Text: text, Pos: l.place(l.start), plain: l.exact}
	// A word in quotes from its first to its last byte begins after the quote.
	if end := l.start + 1 + len(text); !l.exact && end <= len(l.text) && l.text[l.start+1:end] == text {
		w.Pos.Col++
		w.plain = true
	}
	l.out = append(l.out, w)
	l.cur, l.open = l.cur[:0], false
	return nil
}

// escapes are the characters that a backslash makes of others; for the rest the backslash stays.
var escapes = map[byte]byte{'n': '\n', 'r': '\r', 't': '\t', ' ': ' ', '\t': '\t', '\\': '\\', '\'': '\'', '"': '"', '#': '#'}

// escape resolves a backslash outside of quotes.
func (l *lexer) escape() *conf.Error {
	l.begin(l.i)
	if l.i+1 == len(l.text) {
		l.cur = append(l.cur, '\\')
		l.i++
		return nil
	}
	next := l.text[l.i+1]
	if next == 'x' {
		return l.hex()
	}
	if c, ok := escapes[next]; ok {
		l.exact = false
		l.cur = append(l.cur, c)
	} else {
		l.cur = append(l.cur, '\\', next)
	}
	l.i += 2
	return nil
}

// hex resolves \xNN.
func (l *lexer) hex() *conf.Error {
	l.exact = false
	if l.i+4 > len(l.text) {
		return l.bad(l.i, `want two hexadecimal digits after \x`)
	}
	high, low := unhex(l.text[l.i+2]), unhex(l.text[l.i+3])
	if high < 0 || low < 0 {
		return l.bad(l.i, `want two hexadecimal digits after \x`)
	}
	if high == 0 && low == 0 {
		return l.bad(l.i, `\x00 would end the line in HAProxy`)
	}
	l.cur = append(l.cur, byte(high<<4|low))
	l.i += 4
	return nil
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// strong copies what stands between single quotes.
func (l *lexer) strong() *conf.Error {
	l.begin(l.i)
	l.exact = false
	n := strings.IndexByte(l.text[l.i+1:], '\'')
	if n < 0 {
		return l.bad(l.i, "a single quote that is not closed")
	}
	l.cur = append(l.cur, l.text[l.i+1:l.i+1+n]...)
	l.i += n + 2
	return nil
}

// weak reads what stands between double quotes.
func (l *lexer) weak() *conf.Error {
	opening := l.i
	l.begin(l.i)
	l.exact = false
	l.i++
	for l.i < len(l.text) {
		var err *conf.Error
		switch c := l.text[l.i]; {
		case c == '"':
			l.i++
			return nil
		case c == '\\' && l.i+1 < len(l.text) && l.text[l.i+1] == '$':
			l.cur = append(l.cur, '$')
			l.i += 2
		case c == '\\':
			err = l.escape()
		case c == '$':
			err = l.variable()
		default:
			l.cur = append(l.cur, c)
			l.i++
		}
		if err != nil {
			return err
		}
		if len(l.cur) > maxLine {
			return l.bad(opening, "a line of more than %d bytes", maxLine)
		}
	}
	return l.bad(opening, "a double quote that is not closed")
}

// variable expands $NAME, ${NAME}, ${NAME-DEFAULT} and ${NAME[*]}.
func (l *lexer) variable() *conf.Error {
	at := l.i
	l.i++
	braces := l.i < len(l.text) && l.text[l.i] == '{'
	if braces {
		l.i++
	}
	name := l.name()
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		return l.bad(at, "want the name of a variable after the dollar sign; write \\$ for the character")
	}
	fallback, list := "", false
	if braces {
		if strings.HasPrefix(l.text[l.i:], "[*]") {
			list = true
			l.i += 3
		}
		end := strings.IndexByte(l.text[l.i:], '}')
		if end < 0 || end > 0 && l.text[l.i] != '-' {
			return l.bad(at, "want } after the variable's name, or - and what takes its place where it is not set")
		}
		if end > 0 {
			fallback = l.text[l.i+1 : l.i+end]
		}
		l.i += end + 1
	}
	value, ok := l.env.lookup(name, l.pos)
	if !ok {
		value = fallback
	}
	if len(value) > maxLine {
		return l.bad(at, "the variable %s has more than %d bytes", name, maxLine)
	}
	if strings.IndexByte(value, 0) >= 0 {
		return l.bad(at, "the variable %s has a NUL byte in it", name)
	}
	l.vars = append(l.vars, name+"="+value)
	if list {
		return l.spread(value)
	}
	l.cur = append(l.cur, value...)
	return nil
}

// name reads a variable's name; a dot may only begin it.
func (l *lexer) name() string {
	start := l.i
	for l.i < len(l.text) && (isWordByte(l.text[l.i]) || l.i == start && l.text[l.i] == '.') {
		l.i++
	}
	return l.text[start:l.i]
}

func isWordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// spread makes a word of each element of a list; the first goes on with what stands before it, the last with what follows.
func (l *lexer) spread(value string) *conf.Error {
	start := l.start
	for i, el := range strings.Fields(value) {
		if i > 0 {
			if err := l.end(); err != nil {
				return err
			}
			l.begin(start)
			l.exact = false
		}
		l.cur = append(l.cur, el...)
	}
	return nil
}

// String writes the word so that it reads back as one word.
func (w Word) String() string {
	if w.Text != "" && !strings.ContainsAny(w.Text, " \t\r\n\"'\\#$") {
		return w.Text
	}
	if !strings.ContainsAny(w.Text, "'\r\n") {
		return "'" + w.Text + "'"
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range []byte(w.Text) {
		switch {
		case strings.IndexByte(`"\$`, c) >= 0:
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ':
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
