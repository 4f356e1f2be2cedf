package acl

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"weir/conf"
)

// varFetches read variables (HAProxy's guide, 7.3.2).
var varFetches = []fetch{
	{"var", "name:var,[default:str]", Any, 0, runVar, fixVar, "a variable, with the type that it was set with"},
	{"dump_all_vars", "[scope:str,prefix:str,delimiter:str]", Str, 0, runDumpVars, fixDumpVars, "the variables of a scope whose names begin so, as name=value"},
}

// varConvs set variables and compute with them.
var varConvs = []conv{
	{"set-var", "name:var,[cond:str,cond:str,cond:str,cond:str]", Any, Any, convSetVar, fixSetVar, "sets a variable if all conditions hold; the value passes through"},
	{"unset-var", "name:var", Any, Any, convUnsetVar, nil, "forgets a variable; the value passes through"},
}

// operand reads an integer or the name of a variable.
func (c *Compiler) operand(call *conf.Call, p param, text string, a *args) bool {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		a.num, a.vars = append(a.num, n), append(a.vars, nil)
		return true
	}
	v, err := c.State.Var(text)
	if err != nil {
		c.fail(conf.BadValue(call.Pos, c.at(call.Name+"("+p.name+")"), text, "an integer or a variable such as txn.count"))
		return false
	}
	a.num, a.vars = append(a.num, 0), append(a.vars, v)
	return true
}

// operand is the number, or the variable's value as one.
func (a *args) operand(c *Context) (int64, bool) {
	v := a.vars[0]
	if v == nil {
		return a.num[0], true
	}
	if !v.Get(c, &c.old) {
		return 0, false
	}
	to := casts[c.old.Type][Int]
	return c.old.Int, to != nil && to(c, &c.old) && c.old.Type == Int
}

// appendText appends the variable's value as text; nothing where it is not set.
func (v *Var) appendText(b []byte, c *Context) []byte {
	if !v.Get(c, &c.old) {
		return b
	}
	return appendSample(b, &c.old)
}

// appendSample appends a value as casts write it, without an arena: one may be open.
func appendSample(b []byte, s *Sample) []byte {
	switch {
	case s.hasBytes():
		return append(b, s.Bytes...)
	case s.Type == Addr:
		return s.Addr.AppendTo(b)
	}
	return strconv.AppendInt(b, s.Int, 10)
}

func fixVar(a *args) error {
	if a.given > 1 {
		a.val.setStr([]byte(a.str[0]))
	}
	return nil
}

func runVar(c *Context, a *args, s *Sample) bool {
	if a.vars[0].Get(c, s) {
		return true
	}
	*s = a.val
	return a.given > 1
}

func fixSetVar(a *args) error {
	for _, name := range a.str[:a.given-1] {
		i := slices.Index(conf.VarConds, name)
		if i < 0 {
			return errors.New("want one of the conditions " + strings.Join(conf.VarConds, ", "))
		}
		a.num = append(a.num, int64(i))
	}
	return nil
}

func convSetVar(c *Context, a *args, s *Sample) bool {
	for _, n := range a.num {
		if !varCond(n).holds(c, a.vars[0], s) {
			return true
		}
	}
	a.vars[0].Set(c, s)
	return true
}

func convUnsetVar(c *Context, a *args, _ *Sample) bool {
	a.vars[0].Unset(c)
	return true
}

// fixDumpVars: the scope is txn where none is named.
func fixDumpVars(a *args) error {
	name := a.str[0]
	if name == "" {
		name = "txn"
	}
	i := slices.Index(scopeNames[:], name)
	if i < 0 {
		return errors.New("scope: want proc, sess, txn, req, res or check")
	}
	a.num = append(a.num, int64(i))
	if a.given < 3 {
		a.str[2] = ", "
	}
	return nil
}

// runDumpVars is for looking into things: it looks at every variable of the scope.
func runDumpVars(c *Context, a *args, s *Sample) bool {
	b, first := c.Arena.Open(), true
	for _, v := range a.state.inScope(scope(a.num[0])) {
		if !strings.HasPrefix(v.name[len(scopeNames[v.scope])+1:], a.str[1]) || !v.Get(c, &c.old) {
			continue
		}
		if !first {
			b = append(b, a.str[2]...)
		}
		first = false
		b = append(append(b, v.name...), '=')
		b = appendQuoted(b, &c.old)
	}
	return s.setStr(c.Arena.Seal(b))
}

// appendQuoted writes text in quotes and bytes in hex digits.
func appendQuoted(b []byte, s *Sample) []byte {
	switch s.Type {
	case Bin:
		b = append(b, 'x')
		for _, ch := range s.Bytes {
			b = append(b, "0123456789abcdef"[ch>>4], "0123456789abcdef"[ch&15])
		}
		return b
	case Str:
		b = append(b, '"')
		for _, ch := range s.Bytes {
			b = appendEscaped(b, ch)
		}
		return append(b, '"')
	}
	return appendSample(b, s)
}

func appendEscaped(b []byte, ch byte) []byte {
	switch ch {
	case '"', '\\':
		return append(b, '\\', ch)
	case '\r':
		return append(b, '\\', 'r')
	case '\n':
		return append(b, '\\', 'n')
	case '\b':
		return append(b, '\\', 'b')
	case 0:
		return append(b, '\\', '0')
	}
	return append(b, ch)
}
