package acl

import (
	"slices"

	"weir/conf"
)

// VarRule is a compiled set-var, set-var-fmt or unset-var action.
//
//	rule, err := compiler.SetVar(pos, action)
//	...
//	rule.Run(ctx)
type VarRule struct {
	v     *Var
	when  []varCond
	expr  *Expr   // set-var
	value *Format // set-var-fmt; neither = unset-var
}

// varCond is one condition of set-var.
type varCond uint8

const (
	ifExists varCond = iota
	ifNotExists
	ifEmpty
	ifNotEmpty
	ifSet
	ifNotSet
	ifGreater
	ifLess
)

// Var resolves a variable's name for a rule.
func (c *Compiler) Var(pos conf.Pos, name string) (*Var, error) {
	v := c.variable(pos, "variable", name)
	return v, c.take()
}

// variable resolves a name; nil after an error.
func (c *Compiler) variable(pos conf.Pos, what, name string) *Var {
	v, err := c.State.Var(name)
	if err != nil {
		c.fail(conf.Misread(pos, c.at(what), name, err))
		return nil
	}
	return v
}

// SetVar compiles set-var(NAME[,COND...]) EXPR.
func (c *Compiler) SetVar(pos conf.Pos, a *conf.SetVar) (*VarRule, error) {
	r := &VarRule{v: c.variable(pos, "set-var", a.Var), when: c.varConds(pos, a.Conds)}
	r.expr = c.expr(a.Expr, lookupFetch(a.Expr.Fetch.Name), true)
	return r, c.take()
}

// SetVarFmt compiles set-var-fmt(NAME[,COND...]) FMT.
func (c *Compiler) SetVarFmt(pos conf.Pos, a *conf.SetVarFmt) (*VarRule, error) {
	r := &VarRule{v: c.variable(pos, "set-var-fmt", a.Var), when: c.varConds(pos, a.Conds)}
	err := c.take()
	value, ferr := c.VarFormat(a.Value)
	r.value = value
	return r, joinErrors(err, ferr)
}

// UnsetVar compiles unset-var(NAME).
func (c *Compiler) UnsetVar(pos conf.Pos, a *conf.UnsetVar) (*VarRule, error) {
	r := &VarRule{v: c.variable(pos, "unset-var", a.Var)}
	return r, c.take()
}

// joinErrors makes one list of those of this package.
func joinErrors(errs ...error) error {
	var all conf.Errors
	for _, err := range errs {
		switch e := err.(type) {
		case conf.Errors:
			all = append(all, e...)
		case *conf.Error:
			all = append(all, e)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

func (c *Compiler) varConds(pos conf.Pos, names []string) []varCond {
	var out []varCond
	for _, name := range names {
		i := slices.Index(conf.VarConds, name)
		if i < 0 {
			c.fail(conf.Unknown(pos, c.at("set-var"), "condition", name, conf.VarConds))
			continue
		}
		out = append(out, varCond(i))
	}
	return out
}

// Run carries the action out. It is false where nothing was set, for want of a value, of a condition or of room.
func (r *VarRule) Run(c *Context) bool {
	saved := c.useScratch()
	defer func() { c.Arena = saved }()
	switch {
	case r.expr != nil:
		var s Sample
		if !r.expr.Eval(c, &s) {
			return false
		}
		c.smp = s
	case r.value != nil:
		// Not straight into the arena: converters use it while the format is being evaluated.
		c.text = r.value.Append(c.text[:0], c)
		c.smp.setStr(c.text)
	default:
		r.v.Unset(c)
		return true
	}
	return setWhen(c, r.v, r.when, &c.smp)
}

// setWhen sets v to s if every condition holds.
func setWhen(c *Context, v *Var, when []varCond, s *Sample) bool {
	for _, w := range when {
		if !w.holds(c, v, s) {
			return false
		}
	}
	return v.Set(c, s)
}

func (w varCond) holds(c *Context, v *Var, s *Sample) bool {
	old := &c.old
	set := v.Get(c, old)
	switch w {
	case ifExists:
		return set || v.proc != nil // those of the process exist from the configuration on
	case ifNotExists:
		return !set && v.proc == nil
	case ifEmpty:
		return s.hasBytes() && len(s.Bytes) == 0
	case ifNotEmpty:
		return !s.hasBytes() || len(s.Bytes) > 0
	case ifSet:
		return set
	case ifNotSet:
		return !set
	}
	if !set || old.Type != Int || s.Type != Int {
		return true
	}
	if w == ifGreater {
		return old.Int > s.Int
	}
	return old.Int < s.Int
}
