package cfgfile

import (
	"strconv"
	"strings"

	"weir/conf"
)

// readACL reads "acl NAME CRITERION [FLAGS] [OPERATOR] VALUES".
func readACL(l *line) {
	w, ok := l.arg("<name>")
	if !ok {
		return
	}
	l.checkName(w)
	if isOr(w.Text) {
		l.bad(w, "%q joins the terms of a condition and cannot be a name", w.Text)
		return
	}
	l.path += ` "` + w.Text + `"`
	if c := l.test(); c != nil {
		l.sec.ACLs = append(l.sec.ACLs, &conf.ACL{Pos: w.Pos, Name: w.Text, Cond: c})
	}
}

// mergeACLs makes one ACL of those of the same name: it holds where any of them does.
func (s *section) mergeACLs() {
	first := map[string]*conf.ACL{}
	out := s.ACLs[:0]
	for _, a := range s.ACLs {
		if f := first[a.Name]; f == nil {
			first[a.Name] = a
			out = append(out, a)
		} else {
			f.Cond = either(f.Cond, a.Cond)
		}
	}
	s.ACLs = out
}

// either is a condition that holds where one of two does.
func either(a, b *conf.Cond) *conf.Cond {
	out := &conf.Cond{Pos: a.Pos, Op: conf.OpOr}
	for _, c := range []*conf.Cond{a, b} {
		if c.Op == conf.OpOr {
			out.Kids = append(out.Kids, c.Kids...)
		} else {
			out.Kids = append(out.Kids, c)
		}
	}
	return out
}

// testReader collects one criterion with its patterns. Flags that come after a pattern file hold for what follows only, which
// makes a second test of it.
type testReader struct {
	l     *line
	first *conf.Test
	cur   *conf.Test
	tests []*conf.Test
}

// test reads "CRITERION [FLAGS] [OPERATOR] VALUES" up to the end of the line; nil after an error.
func (l *line) test() *conf.Cond {
	w, ok := l.arg("<criterion>")
	if !ok {
		return nil
	}
	e := l.d.expr(w, l.path)
	if e == nil {
		l.fail = true
		l.skip()
		return nil
	}
	t := &conf.Test{Pos: w.Pos, Expr: e}
	criterion(t)
	r := &testReader{l: l, first: t, cur: t, tests: []*conf.Test{t}}
	if !r.flags() || !r.patterns() {
		return nil
	}
	return r.cond()
}

func (r *testReader) cond() *conf.Cond {
	out := &conf.Cond{Pos: r.first.Pos, Op: conf.OpOr}
	for _, t := range r.tests {
		t.Settle()
		out.Kids = append(out.Kids, &conf.Cond{Pos: t.Pos, Op: conf.OpTest, Test: t})
	}
	if len(out.Kids) == 1 {
		return out.Kids[0]
	}
	return out
}

// criterion turns the names that only ACLs have, such as path_beg, into a fetch and a way of matching. With a converter
// behind it the way is that of what the converter gives.
func criterion(t *conf.Test) {
	f := &t.Expr.Fetch
	if base, method, ok := cutMethod(f.Name); ok {
		f.Name = base
		if len(t.Expr.Convs) == 0 {
			t.Match = method
		}
	}
	if f.Name == "req_rdp_cookie" || f.Name == "req_rdp_cookie_cnt" { // the older names, which no fetch has
		f.Name = strings.Replace(f.Name, "req_", "req.", 1)
	}
	if (f.Name == "payload" || f.Name == "payload_lv") && len(t.Expr.Convs) == 0 {
		t.Match = "bin"
	}
}

// cutMethod parts a name such as hdr_beg.
func cutMethod(name string) (base, method string, ok bool) {
	i := strings.LastIndexByte(name, '_')
	if i < 0 {
		return name, "", false
	}
	base, method = name[:i], name[i+1:]
	switch base {
	case "base", "cook", "hdr", "path", "scook", "shdr", "url", "urlp":
		ok = contains([]string{"beg", "dir", "dom", "end", "len", "reg", "sub"}, method)
	case "ssl_fc_sni":
		ok = method == "end" || method == "reg"
	}
	return base, method, ok
}

// flags reads -i, -m METHOD and their like up to the first value.
func (r *testReader) flags() bool {
	l := r.l
	for l.more() && strings.HasPrefix(l.peek(), "-") {
		w := l.next()
		switch w.Text {
		case "--":
			return true
		case "-i":
			r.fresh(func(t *conf.Test) bool { return t.IgnoreCase })
			r.cur.IgnoreCase = true
		case "-n":
			r.cur.NoDNS = true
		case "-M": // of the files behind it
			r.fresh(func(t *conf.Test) bool { return t.Maps })
			r.cur.Maps = true
		case "-m":
			if !r.method() {
				return false
			}
		case "-f":
			f, ok := l.arg("<file>")
			if !ok {
				return false
			}
			r.cur.Files = append(r.cur.Files, &conf.PatternFile{Pos: f.Pos, Path: f.Text})
		case "-u":
			if !r.id() {
				return false
			}
		default:
			e := conf.BadValue(w.Pos, l.path, w.Text, "-i", "-f", "-m", "-n", "-M", "-u", "--")
			e.Fix = `write "--" before a value that begins with a dash`
			l.add(e)
			return false
		}
	}
	return true
}

// fresh begins a second test where a flag comes after a pattern file.
func (r *testReader) fresh(has func(*conf.Test) bool) {
	if len(r.cur.Files) == 0 || has(r.cur) {
		return
	}
	t := *r.cur
	t.Files = nil
	r.cur = &t
	r.tests = append(r.tests, &t)
}

func (r *testReader) method() bool {
	w, ok := r.l.arg("<method> after -m")
	if !ok {
		return false
	}
	if len(r.cur.Files) > 0 {
		r.l.bad(w, "-m must stand before -f")
		return false
	}
	for _, t := range r.tests {
		t.Match = w.Text
	}
	if !contains(conf.MatchMethods[1:], w.Text) {
		r.l.wrong(w, conf.MatchMethods[1:]...)
		return false
	}
	return true
}

func (r *testReader) id() bool {
	w, ok := r.l.arg("<id> after -u")
	if !ok {
		return false
	}
	n, err := strconv.Atoi(w.Text)
	if err != nil || n < 0 {
		r.l.wrong(w, "a number of at least 0")
		return false
	}
	r.cur.ID = n
	return true
}

// operators are those of integer matching.
var operators = []string{"eq", "ge", "gt", "le", "lt"}

// patterns reads the values. An operator holds for those after it, up to the next one.
func (r *testReader) patterns() bool {
	l := r.l
	numbers := r.cur.Match == "int" || r.cur.Match == "len" || r.cur.Match == "" && r.cur.Expr.Type() == "sint"
	op := ""
	var opWord Word
	for l.more() {
		w := l.next()
		switch {
		case w.Text == "":
			// HAProxy stops reading there.
			l.warn(w, "an empty value ends the list of values")
			l.skip()
		case numbers && contains(operators, w.Text):
			op, opWord = w.Text, w
			if !l.more() {
				l.bad(opWord, "want a number after %s", op)
				return false
			}
		case op == "eq" && strings.Trim(w.Text, "0123456789") == "": // as without it
			r.cur.Patterns = append(r.cur.Patterns, conf.Pattern{Pos: w.Pos, Text: w.Text})
		case op != "":
			r.cur.Patterns = append(r.cur.Patterns, conf.Pattern{Pos: w.Pos, Text: op + " " + w.Text})
		default:
			r.cur.Patterns = append(r.cur.Patterns, conf.Pattern{Pos: w.Pos, Text: w.Text})
		}
	}
	return true
}
