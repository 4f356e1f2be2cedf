package cfgfile

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"weir/conf"
)

// line is one line being read: a cursor over its words. A function that reads a keyword takes what belongs to it; what it
// leaves is an error of the line.
type line struct {
	d     *decoder
	sec   *section // nil in the global section
	words []Word
	i     int        // next word
	key   Word       // the keyword being read; of "no option x" it is option
	path  string     // the sections and keywords that lead to the next word
	usage string     // how the arguments are written
	neg   bool       // after "no"
	reset bool       // after "default"
	in    where      // where the line is read
	fail  bool       // an error has been reported
	srv   *serverCtx // in a server line
	only  *dynamic   // of a server that is added at run time; else nil
}

// more reports whether a word is left.
func (l *line) more() bool { return l.i < len(l.words) }

// peek is the next word's text, or "".
func (l *line) peek() string {
	if !l.more() {
		return ""
	}
	return l.words[l.i].Text
}

// next takes a word that is known to be there.
func (l *line) next() Word {
	w := l.words[l.i]
	l.i++
	return w
}

// took takes the next word if it is that one.
func (l *line) took(word string) bool {
	if l.more() && l.words[l.i].Text == word {
		l.i++
		return true
	}
	return false
}

// skip gives up on what is left of the line.
func (l *line) skip() { l.i = len(l.words) }

// rest takes all words that are left.
func (l *line) rest() []Word {
	list := l.words[l.i:]
	l.skip()
	return list
}

// end is the place after the last word, where something is missing.
func (l *line) end() conf.Pos {
	w := l.words[len(l.words)-1]
	return w.At(len(w.Text))
}

// add reports an error of this line and gives up on the rest of it.
func (l *line) add(e *conf.Error) {
	l.fail = true
	l.d.add(e)
	l.skip()
}

// bad reports an error at a word.
func (l *line) bad(w Word, format string, args ...any) {
	l.add(conf.Bad(w.Pos, l.path, format, args...))
}

// wrong reports a word that is none of those accepted.
func (l *line) wrong(w Word, want ...string) {
	l.add(conf.BadValue(w.Pos, l.path, w.Text, want...))
}

// warn reports something doubtful at a word.
func (l *line) warn(w Word, format string, args ...any) {
	l.d.warn(conf.Bad(w.Pos, l.path, format, args...))
}

// arg takes the next word; where there is none it says what is missing. An empty word is none, as in HAProxy.
func (l *line) arg(what string) (Word, bool) {
	if l.more() && l.words[l.i].Text != "" {
		return l.next(), true
	}
	if !l.fail {
		e := conf.Bad(l.end(), l.path, "missing %s", what)
		if l.usage != "" {
			e.Want = []string{l.usage}
		}
		l.add(e)
	}
	return Word{}, false
}

// finish reports words that nobody took.
func (l *line) finish() {
	for l.more() && l.peek() == "" { // HAProxy passes over an empty word at the end
		l.i++
	}
	if !l.more() || l.fail {
		return
	}
	e := conf.Bad(l.words[l.i].Pos, l.path, "unexpected %q", l.words[l.i].Text)
	if l.usage != "" {
		e.Want = []string{l.usage}
	}
	l.add(e)
}

// int takes a number from low to high.
func (l *line) int(to *int, low, high int) bool {
	w, ok := l.arg("<number>")
	if !ok {
		return false
	}
	n, err := strconv.Atoi(w.Text)
	if err != nil || n < low || n > high {
		l.wrong(w, fmt.Sprintf("a number from %d to %d", low, high))
		return false
	}
	*to = n
	return true
}

// size takes a number of bytes.
func (l *line) size(to *int, low, high int) {
	w, ok := l.arg("<size>")
	if !ok {
		return
	}
	n, err := conf.ParseSize(w.Text)
	switch {
	case err != nil:
		l.add(conf.Misread(w.Pos, l.path, w.Text, err))
	case n < low || n > high:
		l.wrong(w, fmt.Sprintf("a number of bytes from %d to %d", low, high))
	default:
		*to = n
	}
}

// duration takes a time in milliseconds, or in the unit behind it.
func (l *line) duration(to *time.Duration) bool { return l.durationIn(to, "") }

// positive takes a time that is not 0.
func (l *line) positive(to *time.Duration) {
	i := l.i
	var d time.Duration
	switch ok := l.duration(&d); {
	case ok && d == 0:
		l.wrong(l.words[i], "a time above 0")
	case ok:
		*to = d
	}
}

// durationIn takes a time whose bare numbers are in that unit.
func (l *line) durationIn(to *time.Duration, unit string) bool {
	w, ok := l.arg("<time>")
	if !ok {
		return false
	}
	text := w.Text
	if strings.Trim(text, "0123456789") == "" {
		text += unit
	}
	d, err := conf.ParseDuration(text)
	if err != nil {
		l.add(conf.Misread(w.Pos, l.path, w.Text, err))
		return false
	}
	*to = d
	return true
}

// word takes one of the words and returns its index, or -1.
func (l *line) word(words ...string) int {
	w, ok := l.arg("<" + strings.Join(words, "|") + ">")
	if !ok {
		return -1
	}
	for i, known := range words {
		if known == w.Text {
			return i
		}
	}
	l.wrong(w, words...)
	return -1
}

// text takes a word as it is.
func (l *line) text(to *string, what string) bool {
	w, ok := l.arg(what)
	if ok {
		*to = w.Text
	}
	return ok
}

// name takes a word that is looked up later, with its place.
func (l *line) name(to *string, at *conf.Pos, what string) {
	if w, ok := l.arg(what); ok {
		*to, *at = w.Text, w.Pos
	}
}

// joined takes all words that are left as one text with blanks between.
func (l *line) joined() string {
	var parts []string
	for _, w := range l.rest() {
		parts = append(parts, w.Text)
	}
	return strings.Join(parts, " ")
}
