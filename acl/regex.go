package acl

import (
	"errors"
	"regexp"
	"sync"
	"time"

	"github.com/dlclark/regexp2"
)

// maxBacktrack is how long one search may take that needs a backtracking engine (look-around, back references, possessive
// and atomic groups): a text made for it would hold up the loop for ever. A search that takes longer finds nothing.
const maxBacktrack = 20 * time.Millisecond

// The library looks at its clock every 100 ms unless it is told otherwise. The clock runs only while there are such searches.
func init() { regexp2.SetTimeoutCheckPeriod(2 * time.Millisecond) }

// Regex is a regular expression of PCRE's syntax, over bytes. It runs on RE2, whose time is linear in the text, where
// that can say what PCRE means, and on a backtracking engine only where it cannot. It is safe for concurrent use.
type Regex struct {
	re  *regexp.Regexp  // nil where the pattern needs alt
	alt *regexp2.Regexp // nil where re can do everything
	// behind is re for what stands right behind the first byte of a text: see findAll.
	behind *regexp.Regexp
	tail   bool // "$" also matches before a newline at the end: such texts are alt's
	text   string
	n      int // groups
}

// CompileRegex compiles a pattern as PCRE reads it; fold ignores case.
func CompileRegex(text string, fold bool) (*Regex, error) {
	t := translator{src: text}
	if err := t.run(); err != nil {
		return nil, err
	}
	r := &Regex{text: text, n: t.groups, tail: t.dollar}
	prefix := ""
	if fold {
		prefix = "(?i)"
	}
	var err error
	if !t.backtrack {
		r.re, err = regexp.Compile(prefix + string(t.re))
	}
	if r.re == nil || r.tail {
		alt, altErr := regexp2.Compile(prefix+string(t.alt), regexp2.None)
		if altErr != nil {
			if err == nil {
				err = altErr
			}
			return nil, errors.New("want a regular expression: " + regexTrouble(err))
		}
		alt.MatchTimeout = maxBacktrack
		r.alt = alt
	}
	return r, nil
}

// String is the pattern as it was written.
func (r *Regex) String() string { return r.text }

// Groups is how many capturing groups the pattern has.
func (r *Regex) Groups() int { return r.n }

// Linear reports whether every search takes time linear in the text.
func (r *Regex) Linear() bool { return r.re != nil }

// useAlt reports whether a text is the backtracking engine's.
func (r *Regex) useAlt(b []byte) bool {
	return r.re == nil || r.tail && len(b) > 0 && b[len(b)-1] == '\n'
}

// Match reports whether b has a match. It does not allocate where the engine is RE2 and b is ASCII.
func (r *Regex) Match(b []byte) bool {
	switch {
	case r.useAlt(b):
		rs := runesOf(b)
		ok, err := r.alt.MatchRunes(*rs)
		runePool.Put(rs)
		return err == nil && ok // an error is maxBacktrack
	case isASCII(b):
		return r.re.Match(b)
	}
	return r.re.MatchReader(&byteRunes{b: b})
}

// Find appends to dst the bounds of the first match in b from an offset on and of its groups, as regexp's
// FindSubmatchIndex gives them; nil without a match.
func (r *Regex) Find(b []byte, from int) []int {
	if r.useAlt(b) {
		return r.findAlt(b, from)
	}
	var m []int
	switch {
	case from == 0 && isASCII(b):
		return r.re.FindSubmatchIndex(b)
	case from == 0:
		return r.re.FindReaderSubmatchIndex(&byteRunes{b: b})
	}
	// RE2's interface cannot begin within a text: all matches are looked for, of which the first that begins there counts.
	for _, m = range r.findAll(b) {
		if m[0] >= from {
			return m
		}
	}
	return nil
}

func (r *Regex) findAlt(b []byte, from int) []int {
	rs := runesOf(b)
	defer runePool.Put(rs)
	m, err := r.alt.FindRunesMatchStartingAt(*rs, from)
	if err != nil || m == nil {
		return nil
	}
	out := make([]int, 0, 2*m.GroupCount())
	for _, g := range m.Groups() {
		if len(g.Captures) == 0 {
			out = append(out, -1, -1)
			continue
		}
		out = append(out, g.Index, g.Index+g.Length)
	}
	return out
}

// AppendExpanded appends a replacement in which \0 to \9 stand for a match and its groups and a backslash before
// anything else for that itself, as HAProxy has them in replace-header, regsub and map_regm.
func AppendExpanded(dst []byte, with string, b []byte, m []int) []byte {
	for i := 0; i < len(with); i++ {
		ch := with[i]
		if ch != '\\' || i+1 == len(with) {
			dst = append(dst, ch)
			continue
		}
		i++
		d := int(with[i]) - '0'
		if d < 0 || d > 9 {
			dst = append(dst, with[i])
			continue
		}
		if 2*d+1 < len(m) && m[2*d] >= 0 {
			dst = append(dst, b[m[2*d]:m[2*d+1]]...)
		}
	}
	return dst
}

func isASCII(b []byte) bool {
	for _, ch := range b {
		if ch >= 0x80 {
			return false
		}
	}
	return true
}

// byteRunes makes RE2 read bytes that are not ASCII as characters of their own, as PCRE does.
type byteRunes struct {
	b []byte
	i int
}

// ReadRune is io.RuneReader's.
func (r *byteRunes) ReadRune() (rune, int, error) {
	if r.i == len(r.b) {
		return 0, 0, errEnd
	}
	r.i++
	return rune(r.b[r.i-1]), 1, nil
}

// runePool holds texts as the backtracking engine reads them: a byte is a character.
var runePool = sync.Pool{New: func() any { return new([]rune) }}

func runesOf(b []byte) *[]rune {
	rs := runePool.Get().(*[]rune)
	*rs = (*rs)[:0]
	for _, ch := range b {
		*rs = append(*rs, rune(ch))
	}
	return rs
}
