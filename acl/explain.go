package acl

import (
	"bufio"
	"os"
	"sort"
	"strconv"
	"strings"

	"weir/conf"
)

// Explanation is how a condition came to its result. It is made by the very tests that live traffic goes through, one at a time.
type Explanation struct {
	Pos     conf.Pos
	Op      string         // "test", "acl", "and", "or", "not", "true" or "false"
	Name    string         // of an ACL
	Test    string         // as HAProxy writes it
	Values  []string       // what was compared, in order; none where there was nothing to compare
	Pattern string         // the first pattern that matched
	At      conf.Pos       // where that pattern stands
	Held    bool           //
	Skipped bool           // the result was known before
	Kids    []*Explanation // of and, or, not and acl
}

// Explain evaluates a condition and tells how. A nil condition holds and has no explanation. It is for one request at a time, and for
// people: it compiles anew and allocates. Errors are those of Cond.
func (c *Compiler) Explain(cond *conf.Cond, acls []*conf.ACL, ctx *Context) (*Explanation, error) {
	if cond == nil {
		return nil, nil
	}
	saved := ctx.useScratch()
	defer func() { ctx.Arena = saved }()
	e := &explainer{c: c.With(acls), acls: acls, ctx: ctx}
	x := e.explain(cond)
	return x, c.take()
}

type explainer struct {
	c    *Compiler
	acls []*conf.ACL
	ctx  *Context
	deep int
}

// maxDeep bounds ACLs that name each other in a circle, which Cond refuses.
const maxDeep = 64

var opNames = map[conf.Op]string{
	conf.OpTest: "test", conf.OpACL: "acl", conf.OpAnd: "and", conf.OpOr: "or", conf.OpNot: "not", conf.OpTrue: "true", conf.OpFalse: "false",
}

func (e *explainer) explain(cond *conf.Cond) *Explanation {
	x := &Explanation{Pos: cond.Pos, Op: opNames[cond.Op], Name: cond.ACL}
	if e.deep++; e.deep > maxDeep {
		return x
	}
	defer func() { e.deep-- }()
	switch cond.Op {
	case conf.OpTest:
		e.test(x, cond.Test)
	case conf.OpACL:
		e.list(x, e.named(cond.ACL), true)
	case conf.OpAnd:
		e.list(x, cond.Kids, false)
	case conf.OpOr:
		e.list(x, cond.Kids, true)
	case conf.OpNot:
		kid := e.explain(cond.Kids[0])
		x.Kids, x.Held = []*Explanation{kid}, !kid.Held
	case conf.OpTrue:
		x.Held = true
	}
	return x
}

// named are the conditions of an ACL's name.
func (e *explainer) named(name string) []*conf.Cond {
	var list []*conf.Cond
	for _, a := range e.acls {
		if a.Name == name && a.Cond != nil {
			list = append(list, a.Cond)
		}
	}
	if list == nil && predefined[name] != nil {
		list = []*conf.Cond{predefined[name].Cond}
	}
	return list
}

// list evaluates until one gives stop, as a condition does.
func (e *explainer) list(x *Explanation, conds []*conf.Cond, stop bool) {
	x.Held = !stop
	for _, cond := range conds {
		if x.Held == stop {
			x.Kids = append(x.Kids, &Explanation{Pos: cond.Pos, Op: opNames[cond.Op], Name: cond.ACL, Test: e.text(cond), Skipped: true})
			continue
		}
		kid := e.explain(cond)
		x.Kids = append(x.Kids, kid)
		x.Held = kid.Held
	}
}

func (e *explainer) text(cond *conf.Cond) string {
	if cond.Op != conf.OpTest {
		return ""
	}
	if t := e.c.compileTest(cond.Test); t != nil {
		return testText(t, cond.Test)
	}
	return ""
}

// test runs the compiled test with a matcher that remembers what it is shown.
func (e *explainer) test(x *Explanation, t *conf.Test) {
	node := e.c.compileTest(t)
	if node == nil {
		return
	}
	x.Test = testText(node, t)
	spy := &spy{matcher: node.match}
	watched := *node
	watched.match = spy
	x.Held = watched.eval(e.ctx)
	x.Values = spy.seen
	if x.Held {
		x.Pattern, x.At = e.pattern(t, spy.last)
	}
}

// maxShown bounds the patterns that an explanation repeats of a test.
const maxShown = 8

func testText(node *testNode, t *conf.Test) string {
	var b strings.Builder
	b.WriteString(node.expr.String() + node.flag())
	if node.fold {
		b.WriteString(" -i")
	}
	for _, f := range t.Files {
		b.WriteString(" -f " + f.Path)
	}
	for i, p := range t.Patterns {
		if i == maxShown {
			b.WriteString(" ... (" + strconv.Itoa(len(t.Patterns)) + ")")
			break
		}
		b.WriteString(" " + p.Text)
	}
	return b.String()
}

// spy is a matcher that remembers the samples it is given.
type spy struct {
	matcher
	seen []string
	last Sample // with bytes of its own
}

func (s *spy) match(c *Context, smp *Sample) bool {
	s.last = *smp
	s.last.Bytes = append([]byte(nil), smp.Bytes...)
	s.seen = append(s.seen, smp.text())
	return s.matcher.match(c, smp)
}

// text is the sample for people.
func (s *Sample) text() string {
	switch s.Type {
	case Bool:
		return strconv.FormatBool(s.Int != 0)
	case Int:
		return strconv.FormatInt(s.Int, 10)
	case Addr:
		return s.Addr.String()
	}
	return string(s.Bytes)
}

// pattern finds the first pattern that matches the sample, and where it stands.
func (e *explainer) pattern(t *conf.Test, s Sample) (string, conf.Pos) {
	all := filePatterns(t)
	for _, p := range t.Patterns {
		if p.Pos.IsZero() {
			p.Pos = t.Pos
		}
		all = append(all, p)
	}
	if len(all) == 0 {
		return "", conf.Pos{}
	}
	// The first that matches is where "one of the first n matches" becomes true.
	i := sort.Search(len(all), func(i int) bool { return e.matches(t, all[:i+1], s) })
	if i == len(all) {
		return "", conf.Pos{}
	}
	return all[i].Text, all[i].Pos
}

// matches reports whether the test with these patterns alone holds for the sample.
func (e *explainer) matches(t *conf.Test, patterns []conf.Pattern, s Sample) bool {
	one := *t
	one.Patterns, one.Files = patterns, nil
	node := e.c.compileTest(&one)
	if node == nil {
		return false
	}
	s.Bytes = append([]byte(nil), s.Bytes...)
	return node.match.match(e.ctx, &s)
}

// filePatterns are the lines of the test's files that are patterns: no comments, without what surrounds them, and of a map the first column.
func filePatterns(t *conf.Test) []conf.Pattern {
	var list []conf.Pattern
	for _, f := range t.Files {
		file, err := os.Open(f.Path)
		if err != nil {
			continue
		}
		lines := bufio.NewScanner(file)
		for n := 1; lines.Scan(); n++ {
			text := strings.Trim(lines.Text(), " \t\r")
			if text == "" || text[0] == '#' {
				continue
			}
			if t.Maps {
				text = strings.Fields(text)[0]
			}
			list = append(list, conf.Pattern{Pos: conf.Pos{File: f.Path, Line: n}, Text: text})
		}
		file.Close()
	}
	return list
}
