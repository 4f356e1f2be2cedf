package cfgfile

import (
	"strings"

	"weir/conf"
)

// options reads the arguments of a bind, server or stats socket line up to its end: each is a row that takes its own values. What
// is not done is reported, and reading goes on behind it.
func (l *line) options(t *table) {
	path, usage := l.path, l.usage
	for l.more() {
		if l.peek() == "" {
			l.i++
			continue
		}
		w := l.words[l.i]
		r := t.index[w.Text]
		if name, _, call := strings.Cut(w.Text, "("); r == nil && call { // as in name(ARGUMENT), which the row reads itself
			if c := t.index[name]; c != nil && strings.HasPrefix(c.args, "(") {
				r = c
			}
		}
		if l.only != nil && l.only.refuses(w.Text, r != nil || t.later[w.Text] != 0) {
			l.skip()
			return
		}
		if r == nil {
			if n, ok := t.later[w.Text]; ok {
				l.d.add(conf.NotDone(w.Pos, path, w.Text, ""))
				l.pass(n)
				continue
			}
			l.add(conf.Unknown(w.Pos, path, "keyword", w.Text, append(t.names(0), keysOf(t.later)...)))
			return
		}
		l.i++
		l.key, l.path, l.usage = w, join(path, r.name), r.usage()
		l.d.walk.argument(r)
		fail := l.fail
		r.read(l)
		if r.status == NotDone && l.fail == fail {
			l.d.add(conf.NotDone(w.Pos, path, r.name, r.why))
		}
	}
	l.path, l.usage = path, usage
}

// pass goes on behind an argument that has n words after it; -1 is all of them.
func (l *line) pass(n int) {
	if n < 0 || l.i+1+n > len(l.words) {
		l.skip()
		return
	}
	l.i += 1 + n
}

// splitList cuts an address list at its commas.
func splitList(s string) []string {
	return strings.Split(s, ",")
}
