package acl

import (
	"fmt"
	"strconv"
	"strings"
)

// byteSet is a character class.
type byteSet [256]bool

func (s *byteSet) add(low, high int) {
	for c := low; c <= high; c++ {
		s[c] = true
	}
}

// with adds what another set has, or has not.
func (s *byteSet) with(o *byteSet, negate bool) {
	for c := range s {
		s[c] = s[c] || o[c] != negate
	}
}

// text is the set in brackets, as both engines read it.
func (s *byteSet) text(negate bool) string {
	b := []byte{'['}
	if negate {
		b = append(b, '^')
	}
	for c := 0; c < len(s); c++ {
		if !s[c] {
			continue
		}
		last := c
		for last+1 < len(s) && s[last+1] {
			last++
		}
		b = fmt.Appendf(b, `\x%02x-\x%02x`, c, last)
		c = last
	}
	return string(append(b, ']'))
}

func (s *byteSet) empty() bool { return *s == byteSet{} }

func setOf(ranges string) *byteSet {
	s := &byteSet{}
	for i := 0; i+1 < len(ranges); i += 2 {
		s.add(int(ranges[i]), int(ranges[i+1]))
	}
	return s
}

// shorthands are the classes by one letter, as PCRE has them in the C locale; the capital is the opposite.
var shorthands = map[byte]*byteSet{
	'd': setOf("09"), 'w': setOf("09AZaz__"), 's': setOf("\t\r  "), 'h': setOf("\t\t  \xa0\xa0"), 'v': setOf("\n\r\x85\x85"),
}

// posixClasses are [:name:] in brackets.
var posixClasses = map[string]*byteSet{
	"alnum": setOf("09AZaz"), "alpha": setOf("AZaz"), "ascii": setOf("\x00\x7f"), "blank": setOf("\t\t  "), "cntrl": setOf("\x00\x1f\x7f\x7f"),
	"digit": setOf("09"), "graph": setOf("!~"), "lower": setOf("az"), "print": setOf(" ~"), "punct": setOf("!/:@[`{~"),
	"space": setOf("\t\r  "), "upper": setOf("AZ"), "word": setOf("09AZaz__"), "xdigit": setOf("09AFaf"),
}

// escape reads a backslash outside of brackets.
func (t *translator) escape() error {
	if t.i+1 == len(t.src) {
		return t.fail(`\ at the end`)
	}
	ch := t.src[t.i+1]
	if set := shorthands[ch|0x20]; set != nil {
		t.i += 2
		t.begin()
		t.both(set.text(ch&0x20 == 0))
		return nil
	}
	if done, err := t.special(ch); done {
		return err
	}
	if ch >= '1' && ch <= '9' {
		digits := leadingDigits(t.src[t.i+1:])
		if n, err := strconv.Atoi(digits); err == nil && (n < 10 || n <= t.groups) {
			t.i += 1 + len(digits)
			return t.refer(digits)
		}
	}
	c, err := t.character()
	if err != nil {
		return err
	}
	t.literal(c)
	return nil
}

func leadingDigits(s string) string {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return s[:n]
}

// wordEdge is \b for the backtracking engine, whose own knows letters that are not ASCII.
const wordChars = `[0-9A-Za-z_]`
const wordEdge = `(?:(?<=` + wordChars + `)(?!` + wordChars + `)|(?<!` + wordChars + `)(?=` + wordChars + `))`
const noWordEdge = `(?:(?<=` + wordChars + `)(?=` + wordChars + `)|(?<!` + wordChars + `)(?!` + wordChars + `))`

// special reads the escapes that stand for more than a character.
func (t *translator) special(ch byte) (bool, error) {
	item := func(re, alt string) (bool, error) {
		t.i += 2
		t.begin()
		t.re, t.alt = append(t.re, re...), append(t.alt, alt...)
		return true, nil
	}
	switch ch {
	case 'A', 'z':
		return item(`\`+string(ch), `\`+string(ch))
	case 'Z', 'G':
		t.backtrack = true
		return item("", `\`+string(ch))
	case 'b':
		return item(`\b`, wordEdge)
	case 'B':
		return item(`\B`, noWordEdge)
	case 'N':
		return item(`[^\n]`, `[^\n]`)
	case 'R':
		return item(`(?:\r\n|[\n-\r\x85])`, `(?>\r\n|[\n-\r\x85])`)
	case 'E':
		t.i += 2
		return true, nil
	case 'Q':
		text, _, _ := strings.Cut(t.src[t.i+2:], `\E`)
		t.i += 2 + len(text)
		for _, c := range []byte(text) {
			t.literal(c)
		}
		return true, nil
	case 'g', 'k':
		name := reference(t.src[t.i+2:])
		if name == "" {
			return true, t.fail(`\%c is not followed by a group`, ch)
		}
		t.i += 2 + len(name)
		return true, t.refer(strings.Trim(name, "{}<>'"))
	case 'p', 'P':
		name := property(t.src[t.i+2:])
		if name == "" {
			return true, t.fail(`malformed \%c`, ch)
		}
		t.begin()
		t.both(`\` + string(ch) + "{" + strings.Trim(name, "{}") + "}")
		t.i += 2 + len(name)
		return true, nil
	case 'C':
		return item(`(?s:.)`, `[\s\S]`)
	case 'X': // of bytes, the one cluster that has more than one character (UAX 29, GB3)
		t.backtrack = true
		return item("", `(?>\r\n|[\s\S])`)
	case 'K':
		return true, t.notDone(`\K`, "write what stands before it as a look-behind: (?<=...)")
	case 'l', 'L', 'u', 'U':
		return true, t.fail(`\%c is not done`, ch)
	}
	return false, nil
}

// property is {name} or one letter.
func property(s string) string {
	switch {
	case s == "":
		return ""
	case s[0] != '{':
		return s[:1]
	}
	return s[:strings.IndexByte(s, '}')+1]
}

// reference is {name}, <name>, 'name' or a number, as \g and \k have it.
func reference(s string) string {
	if s == "" {
		return ""
	}
	if i := strings.IndexByte("{<'", s[0]); i >= 0 {
		if end := strings.IndexByte(s[1:], "}>'"[i]); end > 0 {
			return s[:end+2]
		}
		return ""
	}
	if s[0] == '-' {
		return "-" + leadingDigits(s[1:])
	}
	return leadingDigits(s)
}

// controls are the letters that stand for control characters.
var controls = map[byte]byte{'a': 7, 'e': 27, 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// character reads an escape that is one character.
func (t *translator) character() (byte, error) {
	ch, rest := t.src[t.i+1], t.src[t.i+2:]
	take := func(c byte, n int) (byte, error) {
		t.i += n
		return c, nil
	}
	if c, ok := controls[ch]; ok {
		return take(c, 2)
	}
	switch {
	case (ch == 'x' || ch == 'o') && strings.HasPrefix(rest, "{"):
		digits, _, ok := strings.Cut(rest[1:], "}")
		if !ok {
			return 0, t.fail("missing }")
		}
		return t.code(digits, map[byte]int{'x': 16, 'o': 8}[ch], len(digits)+4)
	case ch == 'x':
		n := 0
		for n < min(2, len(rest)) && strings.IndexByte("0123456789abcdefABCDEF", rest[n]) >= 0 {
			n++
		}
		return t.code("0"+rest[:n], 16, 2+n)
	case ch == 'c' && rest != "":
		return take(upperByte(rest[0])^0x40, 3)
	case ch >= '0' && ch <= '7':
		digits := t.src[t.i+1 : min(t.i+4, len(t.src))]
		for strings.Trim(digits, "01234567") != "" {
			digits = digits[:len(digits)-1]
		}
		return t.code(digits, 8, 1+len(digits))
	case isAlnum(ch):
		return 0, t.fail(`unrecognized character follows \: %q`, ch)
	}
	return take(ch, 2)
}

// code is a character by its number.
func (t *translator) code(digits string, base, length int) (byte, error) {
	n, err := strconv.ParseUint(digits, base, 8)
	if err != nil {
		return 0, t.fail("character code %q is not that of a byte", digits)
	}
	t.i += length
	return byte(n), nil
}

func isAlnum(ch byte) bool {
	return ch >= '0' && ch <= '9' || upperByte(ch) >= 'A' && upperByte(ch) <= 'Z'
}

func upperByte(ch byte) byte {
	if ch >= 'a' && ch <= 'z' {
		ch -= 'a' - 'A'
	}
	return ch
}

// class reads a set in brackets.
func (t *translator) class() error {
	t.i++
	negate := strings.HasPrefix(t.rest(), "^")
	if negate {
		t.i++
	}
	var set byteSet
	for first := true; ; first = false {
		if t.i == len(t.src) {
			return t.fail("missing terminating ] for character class")
		}
		if t.src[t.i] == ']' && !first {
			break
		}
		if err := t.member(&set); err != nil {
			return err
		}
	}
	t.i++
	t.begin()
	switch {
	case set.empty() && negate:
		t.both(`[\x00-\xff]`)
	case set.empty():
		t.both(`[^\x00-\xff]`)
	default:
		t.both(set.text(negate))
	}
	return nil
}

// member reads one character, range or class within brackets.
func (t *translator) member(set *byteSet) error {
	s := t.rest()
	if strings.HasPrefix(s, "[:") {
		if name, _, ok := strings.Cut(s[2:], ":]"); ok {
			pos, negate := strings.CutPrefix(name, "^")
			class := posixClasses[pos]
			if class == nil {
				return t.fail("unknown POSIX class name %q", name)
			}
			set.with(class, negate)
			t.i += len(name) + 4
			return nil
		}
	}
	if s[0] == '\\' && len(s) > 1 {
		if class := shorthands[s[1]|0x20]; class != nil {
			set.with(class, s[1]&0x20 == 0)
			t.i += 2
			return nil
		}
		if s[1] == 'Q' || s[1] == 'E' || s[1] == 'p' || s[1] == 'P' {
			return t.fail(`\%c in brackets is not done`, s[1])
		}
	}
	low, err := t.classChar()
	if err != nil {
		return err
	}
	high := low
	if s = t.rest(); len(s) > 1 && s[0] == '-' && s[1] != ']' {
		if s[1] == '\\' && len(s) > 2 && shorthands[s[2]|0x20] != nil || strings.HasPrefix(s[1:], "[:") {
			return t.fail("invalid range in character class")
		}
		t.i++
		if high, err = t.classChar(); err != nil {
			return err
		}
	}
	if high < low {
		return t.fail("range out of order in character class")
	}
	set.add(int(low), int(high))
	return nil
}

func (t *translator) classChar() (byte, error) {
	c := t.src[t.i]
	if c != '\\' {
		t.i++
		return c, nil
	}
	if t.i+1 == len(t.src) {
		return 0, t.fail(`\ at the end`)
	}
	if t.src[t.i+1] == 'b' {
		t.i += 2
		return '\b', nil
	}
	return t.character()
}
