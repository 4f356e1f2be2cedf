package cfgfile

import (
	"errors"
	"strconv"
	"strings"

	"weir/conf"
)

// condParser evaluates a condition of .if: 0, 1, predicates, !, &&, || and parentheses.
type condParser struct {
	w    Word
	s    string
	i    int
	env  *environ
	deep int
	err  *conf.Error
}

var predicates = []string{"defined", "enabled", "feature", "streq", "strneq", "strstr", "version_atleast", "version_before",
	"openssl_version_atleast", "openssl_version_before", "ssllib_name_startswith", "awslc_api_atleast", "awslc_api_before"}

func evalCondition(w Word, env *environ) (bool, *conf.Error) {
	p := &condParser{w: w, s: w.Text, env: env}
	v := p.or()
	if p.err == nil && p.i < len(p.s) {
		p.fail(p.i, "unexpected %q", p.s[p.i:])
	}
	return v && p.err == nil, p.err
}

// Condition decides a condition as .if does, with the process's environment and with a line's quotes and escapes. It has no comments.
func Condition(text string) (bool, error) {
	const head = ".if "
	env := newEnviron(nil)
	l := lex(head+text, conf.Pos{Line: 1}, env)
	switch {
	case l.err != nil:
		l.err.Pos.Col -= len(head)
		return false, l.err
	case l.hashAt >= 0:
		return false, conf.Bad(conf.Pos{Line: 1, Col: l.hashAt + 1 - len(head)}, "", "unexpected #")
	case len(l.out) < 2:
		return false, nil
	}
	w := l.out[1]
	w.Pos.Col -= len(head)
	v, err := evalCondition(w, env)
	if err != nil {
		return false, err
	}
	return v, nil
}

func (p *condParser) fail(i int, format string, args ...any) {
	if p.err == nil {
		p.err = conf.Bad(p.w.At(i), "", format, args...)
	}
}

func (p *condParser) blanks() {
	for p.i < len(p.s) && (p.s[p.i] == ' ' || p.s[p.i] == '\t') {
		p.i++
	}
}

func (p *condParser) took(token string) bool {
	p.blanks()
	if strings.HasPrefix(p.s[p.i:], token) {
		p.i += len(token)
		p.blanks()
		return true
	}
	return false
}

func (p *condParser) or() bool {
	v := p.and()
	for p.err == nil && p.took("||") {
		v = p.and() || v
	}
	return v
}

func (p *condParser) and() bool {
	v := p.term()
	for p.err == nil && p.took("&&") {
		v = p.term() && v
	}
	return v
}

func (p *condParser) term() bool {
	if p.deep++; p.deep > maxNest {
		p.fail(p.i, "more than %d parts inside each other", maxNest)
		return false
	}
	defer func() { p.deep-- }()
	switch {
	case p.err != nil:
		return false
	case p.took("!"):
		return !p.term()
	case p.took("("):
		v := p.or()
		if !p.took(")") {
			p.fail(p.i, "want ) at the end of what is in parentheses")
		}
		return v
	}
	return p.atom()
}

// atom reads a number or a predicate.
func (p *condParser) atom() bool {
	p.blanks()
	start := p.i
	for p.i < len(p.s) && (isWordByte(p.s[p.i]) || p.i == start && p.s[p.i] == '-') {
		p.i++
	}
	name := p.s[start:p.i]
	if n, err := strconv.Atoi(name); err == nil {
		p.blanks()
		return n != 0
	}
	if name == "" {
		p.fail(start, "want 0, 1, a predicate such as defined(NAME), or a condition in parentheses")
		return false
	}
	args, ok := p.arguments()
	if !ok {
		return false
	}
	v, known, want := runPredicate(name, args, p.env)
	switch {
	case !known:
		p.err = conf.Unknown(p.w.At(start), "", "predicate", name, predicates)
	case want != "":
		p.err = conf.BadValue(p.w.At(start), "", p.s[start:p.i], want)
	}
	p.blanks()
	return v
}

// arguments reads "(a,b)"; without a parenthesis there are none.
func (p *condParser) arguments() ([]string, bool) {
	if p.i >= len(p.s) || p.s[p.i] != '(' {
		return nil, true
	}
	args, n, err := cutArgs(p.s[p.i:])
	if err != nil {
		p.fail(p.i, "%s", err)
		return nil, false
	}
	p.i += n
	return args, true
}

// compareVersions compares versions as HAProxy writes them: 2.6, 2.6.12, 2.4-dev19, 2.6-rc1.
func compareVersions(a, b string) (int, error) {
	va, errA := parseVersion(a)
	vb, errB := parseVersion(b)
	for i := range va {
		switch {
		case va[i] < vb[i]:
			return -1, errors.Join(errA, errB)
		case va[i] > vb[i]:
			return 1, errors.Join(errA, errB)
		}
	}
	return 0, errors.Join(errA, errB)
}

// parseVersion gives branch, sub-branch, patch, and where a development version stands before its release: dev is before rc,
// and rc before the release.
func parseVersion(s string) (v [6]int, err error) {
	v[3] = 2
	s, tag, tagged := strings.Cut(s, "-")
	for i, part := range strings.SplitN(s, ".", 4) {
		n, bad := strconv.Atoi(part)
		if bad != nil || i > 2 || n < 0 {
			return v, errors.New("not a version")
		}
		v[i] = n
	}
	for stage, word := range []string{"dev", "rc"} {
		if num, ok := strings.CutPrefix(tag, word); ok && tagged {
			v[3] = stage
			num, _, _ = strings.Cut(num, "-")
			v[4], _ = strconv.Atoi(num)
		}
	}
	return v, nil
}
