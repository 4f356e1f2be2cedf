package cfgfile

import (
	"slices"
	"strings"

	"weir/conf"
)

// cond reads "[if|unless] CONDITION" up to the end of the line; nil where there is none. ok is false after an error.
func (l *line) cond() (c *conf.Cond, ok bool) {
	if !l.more() || l.peek() == "" {
		return nil, true
	}
	w := l.next()
	if w.Text != "if" && w.Text != "unless" {
		l.add(&conf.Error{Pos: w.Pos, Path: l.path, Msg: "unexpected " + `"` + w.Text + `"`, Want: []string{`"if" or "unless" with a condition`}})
		return nil, false
	}
	if !l.more() {
		l.arg("the condition after " + w.Text)
		return nil, false
	}
	c = l.disjunction()
	if c == nil {
		return nil, false
	}
	if w.Text == "unless" {
		c = not(c)
	}
	return c, true
}

func not(c *conf.Cond) *conf.Cond {
	return &conf.Cond{Pos: c.Pos, Op: conf.OpNot, Kids: []*conf.Cond{c}}
}

// disjunction reads terms that stand side by side, which all must hold, with "or" between such groups. nil means that an error has
// been reported.
func (l *line) disjunction() *conf.Cond {
	out := &conf.Cond{Pos: l.words[l.i].Pos, Op: conf.OpOr}
	group := &conf.Cond{Pos: out.Pos, Op: conf.OpAnd}
	ok := true
	for l.more() && l.peek() != "" {
		if w := l.words[l.i]; isOr(w.Text) {
			l.i++
			if ok = l.endGroup(out, group, w) && ok; !ok {
				return nil
			}
			group = &conf.Cond{Pos: l.end(), Op: conf.OpAnd}
			continue
		}
		t := l.term()
		if t == nil {
			return nil
		}
		if len(group.Kids) == 0 {
			group.Pos = t.Pos
		}
		group.Kids = append(group.Kids, t)
	}
	if !l.endGroup(out, group, l.words[len(l.words)-1]) {
		return nil
	}
	if len(out.Kids) == 1 {
		return out.Kids[0]
	}
	return out
}

func isOr(s string) bool { return s == "||" || strings.EqualFold(s, "or") }

// endGroup adds a group of terms; w is the word after which there is none.
func (l *line) endGroup(out, group *conf.Cond, w Word) bool {
	switch len(group.Kids) {
	case 0:
		l.bad(w, "nothing stands on one side of %q", w.Text)
		return false
	case 1:
		if kid := group.Kids[0]; kid.Op == conf.OpOr { // of a test that is several
			out.Kids = append(out.Kids, kid.Kids...)
		} else {
			out.Kids = append(out.Kids, kid)
		}
	default:
		out.Kids = append(out.Kids, group)
	}
	return true
}

// term reads [!]NAME or [!]{ TEST }; any number of exclamation marks may stand alone or before it.
func (l *line) term() *conf.Cond {
	neg := false
	w := l.next()
	for strings.HasPrefix(w.Text, "!") {
		neg = !neg
		if rest := w.Text[1:]; rest != "" {
			w = w.sub(1, rest)
			continue
		}
		if !l.more() || isOr(l.peek()) {
			l.bad(w, "nothing stands after the exclamation mark")
			return nil
		}
		w = l.next()
	}
	var c *conf.Cond
	switch {
	case w.Text == "{":
		c = l.anonymous(w)
	case w.Text == "and" || w.Text == "AND" || w.Text == "&&":
		e := conf.Bad(w.Pos, l.path, "unexpected %q", w.Text)
		e.Fix = "terms that stand side by side must all hold; there is no word for it"
		l.add(e)
	default:
		c = l.aclName(w)
	}
	if c != nil && neg {
		c = not(c)
	}
	return c
}

func (l *line) aclName(w Word) *conf.Cond {
	if want, at := conf.CheckName(w.Text); want != "" {
		e := conf.BadValue(w.At(at), l.path, w.Text, "the name of an acl")
		if strings.IndexByte(w.Text, '{') == at || strings.IndexByte(w.Text, '}') == at {
			e.Fix = "braces stand alone, with a blank on either side: { path /x }"
		}
		l.add(e)
		return nil
	}
	return &conf.Cond{Pos: w.Pos, Op: conf.OpACL, ACL: w.Text}
}

// anonymous reads { TEST } after its opening brace.
func (l *line) anonymous(open Word) *conf.Cond {
	n := slices.IndexFunc(l.words[l.i:], func(w Word) bool { return w.Text == "}" })
	if n < 0 {
		l.bad(open, "want a } that stands alone to close the {")
		return nil
	}
	inner := *l
	inner.words = l.words[:l.i+n]
	if n == 0 {
		l.bad(open, "want a test between the braces, as in { path_beg /x }")
		return nil
	}
	c := inner.test()
	l.i += n + 1
	if inner.fail {
		l.fail = true
		l.skip()
	}
	return c
}
