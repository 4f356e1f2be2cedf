package acl

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

var errEnd = io.EOF

// translator rewrites a PCRE pattern for the two engines, so that neither gives it another meaning: classes such as \s
// and \w become sets of bytes, named groups become numbered ones, possessive repeats become atomic groups.
type translator struct {
	src       string
	i         int
	re, alt   []byte
	backtrack bool // re cannot say it
	dollar    bool // has a "$" outside of (?m)
	groups    int
	names     map[string]int
	open      []groupState
	mode      modes
	atom      int  // where in alt the last repeatable item begins
	repeats   bool // an item that can be repeated stands before
}

// modes are (?x), (?U) and (?m), which the engines are not asked to do, or not alike.
type modes struct{ extended, ungreedy, multi bool }

type groupState struct {
	mode modes
	atom int
}

// maxRE2Repeat is RE2's own bound of {n,m}.
const maxRE2Repeat = 1000

func (t *translator) fail(format string, args ...any) error {
	return fmt.Errorf("want a regular expression: %s at offset %d", fmt.Sprintf(format, args...), t.i)
}

// notDone is the error for what neither engine can do, with what says the same.
func (t *translator) notDone(what, instead string) error {
	return fmt.Errorf("want a regular expression: %s at offset %d is not done; %s", what, t.i, instead)
}

// both appends to both patterns.
func (t *translator) both(s string) {
	t.re, t.alt = append(t.re, s...), append(t.alt, s...)
}

// begin notes that a repeatable item begins here.
func (t *translator) begin() { t.atom, t.repeats = len(t.alt), true }

func (t *translator) rest() string { return t.src[t.i:] }

func (t *translator) run() error {
	for t.i < len(t.src) {
		if err := t.step(); err != nil {
			return err
		}
	}
	if len(t.open) > 0 {
		return t.fail("missing closing parenthesis")
	}
	return nil
}

func (t *translator) step() error {
	ch := t.src[t.i]
	switch {
	case t.mode.extended && t.skipExtended(ch):
		return nil
	case ch == '\\':
		return t.escape()
	case ch == '[':
		return t.class()
	case ch == '(':
		return t.group()
	case ch == ')':
		return t.closeGroup()
	case ch == '|':
		t.repeats = false
		t.both("|")
	case ch == '^':
		t.begin()
		t.both("^")
	case ch == '$':
		t.begin()
		t.both("$")
		t.dollar = t.dollar || !t.mode.multi
	case ch == '.':
		t.begin()
		t.both(".")
	case strings.IndexByte("*+?", ch) >= 0:
		t.i++
		return t.repeat(string(ch))
	case ch == '{':
		if q := braces(t.rest()); q != "" {
			t.i += len(q)
			return t.repeat(q)
		}
		t.literal(ch)
	default:
		t.literal(ch)
	}
	t.i++
	return nil
}

// skipExtended passes over what (?x) makes void.
func (t *translator) skipExtended(ch byte) bool {
	switch ch {
	case ' ', '\t', '\n', '\v', '\f', '\r':
		t.i++
		return true
	case '#':
		end := strings.IndexByte(t.rest(), '\n')
		if end < 0 {
			end = len(t.rest()) - 1
		}
		t.i += end + 1
		return true
	}
	return false
}

func (t *translator) literal(ch byte) {
	t.begin()
	t.both(quoteByte(ch))
}

func quoteByte(ch byte) string {
	switch {
	case isAlnum(ch) || strings.IndexByte("_-/ :;,=&%@~'\"<>!", ch) >= 0:
		return string(ch)
	}
	return fmt.Sprintf(`\x%02x`, ch)
}

// braces is the {n}, {n,} or {n,m} that s begins with; "" where the brace is a character.
func braces(s string) string {
	end := strings.IndexByte(s, '}')
	if end < 0 {
		return ""
	}
	low, high, two := strings.Cut(s[1:end], ",")
	if !digitsOnly(low) || low == "" || two && !digitsOnly(high) {
		return ""
	}
	return s[:end+1]
}

func digitsOnly(s string) bool { return strings.Trim(s, "0123456789") == "" }

// repeat appends a quantifier with what may follow it: "?" for lazy, "+" for possessive.
func (t *translator) repeat(q string) error {
	if !t.repeats {
		return t.fail("quantifier does not follow a repeatable item")
	}
	for _, n := range strings.FieldsFunc(q, func(r rune) bool { return r < '0' || r > '9' }) {
		if v, err := strconv.Atoi(n); err != nil || v > maxRE2Repeat {
			t.backtrack = true
		}
	}
	lazy := t.mode.ungreedy
	switch {
	case strings.HasPrefix(t.rest(), "+"):
		t.i++
		t.backtrack = true
		atom := string(t.alt[t.atom:])
		t.alt = append(t.alt[:t.atom], "(?>"+atom+q+")"...)
		t.repeats = false
		return nil
	case strings.HasPrefix(t.rest(), "?"):
		t.i++
		lazy = !lazy
	}
	if lazy {
		q += "?"
	}
	t.both(q)
	t.repeats = false
	return nil
}

func (t *translator) push() {
	t.open = append(t.open, groupState{t.mode, len(t.alt)})
	t.repeats = false
}

func (t *translator) closeGroup() error {
	n := len(t.open)
	if n == 0 {
		return t.fail("unmatched closing parenthesis")
	}
	g := t.open[n-1]
	t.open = t.open[:n-1]
	t.mode, t.atom, t.repeats = g.mode, g.atom, true
	t.both(")")
	t.i++
	return nil
}

func (t *translator) capture(name string) error {
	t.groups++
	if name != "" {
		if t.names == nil {
			t.names = map[string]int{}
		}
		if t.names[name] != 0 {
			return t.fail("two groups are named %q", name)
		}
		t.names[name] = t.groups
	}
	t.push()
	t.both("(")
	return nil
}

// group reads an opening parenthesis with what it means.
func (t *translator) group() error {
	s := t.rest()
	for _, g := range groupKinds {
		if strings.HasPrefix(s, g.text) {
			t.i += len(g.text)
			t.push()
			t.backtrack = t.backtrack || g.backtrack
			t.re, t.alt = append(t.re, "(?:"...), append(t.alt, g.text...)
			return nil
		}
	}
	for _, q := range [][2]string{{"(?P<", ">"}, {"(?<", ">"}, {"(?'", "'"}} {
		if rest, ok := strings.CutPrefix(s, q[0]); ok {
			name, _, ok := strings.Cut(rest, q[1])
			if !ok || name == "" {
				return t.fail("a group's name is not ended")
			}
			t.i += len(q[0]) + len(name) + 1
			return t.capture(name)
		}
	}
	switch {
	case strings.HasPrefix(s, "(?#"):
		end := strings.IndexByte(s, ')')
		if end < 0 {
			return t.fail("missing ) after (?# comment")
		}
		t.i += end + 1
		return nil
	case strings.HasPrefix(s, "(?P="):
		name, _, ok := strings.Cut(s[4:], ")")
		if !ok {
			return t.fail("a reference is not ended")
		}
		t.i += len(name) + 5
		return t.refer(name)
	case strings.HasPrefix(s, "(?|"):
		return t.notDone("(?|", "write (?:...|...), whose groups have numbers of their own")
	case recursion(s) != "":
		return t.notDone(recursion(s), "write what repeats inside of itself out, as deep as it may be")
	case strings.HasPrefix(s, "(?("):
		return t.conditional()
	case strings.HasPrefix(s, "(?"):
		return t.flags()
	case strings.HasPrefix(s, "(*"):
		verb, _, _ := strings.Cut(s, ")")
		return t.notDone(clipTo(verb, 16)+")", "leave it out: bytes are characters, and a search that takes too long finds nothing")
	}
	t.i++
	return t.capture("")
}

var groupKinds = []struct {
	text      string
	backtrack bool
}{
	{"(?:", false},
	{"(?>", true},
	{"(?=", true},
	{"(?!", true},
	{"(?<=", true},
	{"(?<!", true},
}

// recursion is the (?R), (?1), (?+1), (?&name) or (?P>name) that s begins with: the pattern, or a group of it, once more inside of itself.
func recursion(s string) string {
	inner, _, _ := strings.Cut(strings.TrimPrefix(s, "(?"), ")")
	switch {
	case !strings.HasPrefix(s, "(?"):
	case inner == "R", strings.HasPrefix(inner, "&"), strings.HasPrefix(inner, "P>"),
		inner != "" && strings.Trim(inner[:1], "+-") == "" && len(inner) > 1 && digitsOnly(inner[1:]), inner != "" && digitsOnly(inner):
		return "(?" + clipTo(inner, 16) + ")"
	}
	return ""
}

func clipTo(s string, n int) string { return s[:min(n, len(s))] }

// conditional is (?(1)yes|no).
func (t *translator) conditional() error {
	name, _, ok := strings.Cut(t.rest()[3:], ")")
	n := t.names[strings.Trim(name, "<>'")]
	if v, err := strconv.Atoi(name); err == nil {
		n = v
	}
	if !ok || n == 0 {
		return t.notDone(clipTo(t.rest(), 3+len(name)+1), "of conditions there is the number or name of a group before; else write both branches, behind (?=...) and (?!...)")
	}
	t.i += len(name) + 4
	t.push()
	t.backtrack = true
	t.re, t.alt = append(t.re, "(?:"...), fmt.Appendf(t.alt, "(?(%d)", n)
	return nil
}

// flags is (?i) and the like, for the rest of the group, or (?i:...).
func (t *translator) flags() error {
	s := t.rest()[2:]
	end := strings.IndexAny(s, ":)")
	if end < 0 {
		return t.fail("unrecognized character after (?")
	}
	mode, on, off, minus := t.mode, "", "", false
	for _, ch := range []byte(s[:end]) {
		switch ch {
		case '-':
			minus = true
			continue
		case 'x':
			mode.extended = !minus
			continue
		case 'U':
			mode.ungreedy = !minus
			continue
		case 'm':
			mode.multi = !minus
		case 'i', 's':
		default:
			return t.notDone("(?"+clipTo(s, end+1), "of flags there are i, m, s, x and U")
		}
		if minus {
			off += string(ch)
		} else {
			on += string(ch)
		}
	}
	if off != "" {
		on += "-" + off
	}
	t.i += end + 3
	if s[end] == ')' {
		t.mode = mode
		t.repeats = false
		if on != "" {
			t.both("(?" + on + ")")
		}
		return nil
	}
	t.push()
	t.mode = mode
	t.both("(?" + on + ":")
	return nil
}

// refer is a back reference by number or name.
func (t *translator) refer(name string) error {
	n, err := strconv.Atoi(name)
	switch {
	case err != nil:
		n = t.names[name]
	case n < 0:
		n += t.groups + 1
	}
	if n <= 0 {
		return t.fail("reference to %q, which is no group", name)
	}
	t.begin()
	t.backtrack = true
	t.alt = fmt.Appendf(t.alt, `(?:\%d)`, n)
	return nil
}
