package acl

import (
	"fmt"
	"strings"

	"weir/conf"
)

// matcher compares a sample that was cast to its type with patterns.
type matcher interface {
	// match reports whether any pattern matches. s belongs to the Context and may be changed.
	match(c *Context, s *Sample) bool
}

// method is one row of the table of matching methods (HAProxy's guide, 7.1).
type method struct {
	name  string
	in    Type // what the sample is cast to
	build func(patterns []string, fold bool) (matcher, int, error)
	doc   string
}

// methods: build returns the index of the pattern that an error is about.
var methods = []method{
	{"found", Any, buildFound, "the sample is there, whatever its value"},
	{"bool", Bool, buildBool, "the sample is true"},
	{"int", Int, buildInt, "an integer: 5, 1:10, or lt, le, eq, ge, gt and a number"},
	{"ip", Addr, buildIP, "an address or a network"},
	{"bin", Bin, buildBin, "exactly these bytes, in hex digits"},
	{"len", Str, buildLen, "the length, as int"},
	{"str", Str, buildStr, "exactly this text"},
	{"beg", Str, buildBeg, "the text begins so"},
	{"end", Str, buildEnd, "the text ends so"},
	{"sub", Str, buildSub, "the text contains this"},
	{"dir", Str, buildDir, "whole parts between slashes"},
	{"dom", Str, buildDom, "whole parts between dots, slashes, colons and question marks"},
	{"reg", Str, buildReg, "a regular expression"},
}

func lookupMethod(name string) *method {
	for i := range methods {
		if methods[i].name == name {
			return &methods[i]
		}
	}
	return nil
}

func methodNames() []string {
	names := make([]string, len(methods))
	for i := range methods {
		names[i] = methods[i].name
	}
	return names
}

// natural is the method that a type implies; "" where there is none and -m is needed.
var natural = [numTypes]string{Bool: "bool", Int: "int", Addr: "ip", Str: "str", Bin: "", Method: "str"}

type foundMatch struct{}

func (foundMatch) match(*Context, *Sample) bool { return true }

func buildFound([]string, bool) (matcher, int, error) { return foundMatch{}, 0, nil }

type boolMatch struct{}

func (boolMatch) match(_ *Context, s *Sample) bool { return s.Int != 0 }

func buildBool([]string, bool) (matcher, int, error) { return boolMatch{}, 0, nil }

type lenMatch struct{ intMatch }

func (m *lenMatch) match(_ *Context, s *Sample) bool { return m.has(int64(len(s.Bytes))) }

func buildLen(patterns []string, fold bool) (matcher, int, error) {
	m, i, err := buildInt(patterns, fold)
	if err != nil {
		return nil, i, err
	}
	return &lenMatch{*m.(*intMatch)}, 0, nil
}

func buildBin(patterns []string, _ bool) (matcher, int, error) {
	texts := make([]string, len(patterns))
	for i, p := range patterns {
		a := args{str: []string{p}}
		if err := fixBin(&a); err != nil {
			return nil, i, err
		}
		texts[i] = string(a.val.Bytes)
	}
	return newSet(texts, false), 0, nil
}

// regMatch tries one expression after the other.
type regMatch []*Regex

func (m regMatch) match(_ *Context, s *Sample) bool {
	for _, re := range m {
		if re.Match(s.Bytes) {
			return true
		}
	}
	return false
}

func buildReg(patterns []string, fold bool) (matcher, int, error) {
	var m regMatch
	for i, p := range patterns {
		re, err := CompileRegex(p, fold)
		if err != nil {
			return nil, i, err
		}
		m = append(m, re)
	}
	return m, 0, nil
}

// compileTest makes a test of the model into one that runs; nil after an error.
func (c *Compiler) compileTest(t *conf.Test) *testNode {
	f, implied := lookupACL(t.Expr.Fetch.Name)
	x := c.expr(t.Expr, f, false)
	if x == nil {
		return nil
	}
	name := t.Match
	if name == "" && len(x.steps) == 0 {
		name = implied // converters make the keyword's own method void
	}
	if name == "" {
		name = natural[x.out]
	}
	if name == "" {
		e := conf.Bad(t.Pos, c.at("-m"), "%s gives %s, which has no matching method of its own", x, x.out)
		e.Want = methodNames()
		c.fail(e)
		return nil
	}
	if c.testsGroups(t, x) {
		name = "str"
	}
	m := lookupMethod(name)
	if m == nil {
		c.fail(conf.Unknown(t.Pos, c.at("-m"), "matching method", name, methodNames()))
		return nil
	}
	if x.fetch.name == "req.ssl_ver" && m.name == "int" && len(x.steps) == 0 {
		m = &dotted
	}
	to := casts[x.out][m.in]
	if to == nil {
		c.fail(conf.Bad(t.Pos, c.at("-m"), "method %q cannot be used with %s, which gives %s", name, x, x.out))
		return nil
	}
	return c.finishTest(t, x, m, to)
}

func (c *Compiler) finishTest(t *conf.Test, x *Expr, m *method, to cast) *testNode {
	patterns := make([]string, len(t.Patterns))
	for i := range t.Patterns {
		patterns[i] = t.Patterns[i].Text
	}
	if len(patterns) == 0 && len(t.Files) == 0 && m.in != Any && m.in != Bool {
		c.warn(conf.Bad(t.Pos, c.at(x.String()), "is compared with nothing, so that it never matches"))
	}
	match, ok := c.matcher(t, x, m, patterns)
	if !ok {
		return nil
	}
	shown := m.name
	if x.fetch.name == "http_auth_group" {
		match, shown = &groupMatch{x.args.users, match}, "group"
	}
	return &testNode{expr: x, cast: to, match: match, method: shown, fold: t.IgnoreCase, patterns: patterns,
		files: len(t.Files) > 0, store: c.State.Patterns}
}

// testNode is one compiled test.
type testNode struct {
	expr  *Expr
	cast  cast
	match matcher

	// What the index of a Switch looks at.
	method   string
	fold     bool
	patterns []string
	files    bool // and compares with more, which may change
	store    *Store
}

// eval tests every value until one matches.
func (t *testNode) eval(c *Context) bool {
	saved := c.it
	c.it = cursor{more: t.expr.walks()}
	ok := false
	for !ok {
		if !t.expr.fetch.get(c, t.expr.args, &c.smp) {
			break
		}
		ok = t.expr.convert(c) && t.cast(c, &c.smp) && t.match.match(c, &c.smp)
		if !c.it.more {
			break
		}
	}
	c.it = saved
	return ok
}

// String is the test as HAProxy writes it, for explanations.
func (t *testNode) String() string {
	flag := ""
	if t.fold {
		flag = " -i"
	}
	return fmt.Sprintf("%s%s%s %s", t.expr, t.flag(), flag, strings.Join(t.patterns, " "))
}

// flag is the method as it is written; those that belong to one fetch alone have no name.
func (t *testNode) flag() string {
	if lookupMethod(t.method) == nil {
		return ""
	}
	return " -m " + t.method
}
