package frontend

import (
	"weir/acl"
	"weir/backend"
	"weir/conf"
)

// CheckExprs compiles the expressions of a section's health checks, for package backend, which knows none. e answers for live
// numbers; nil = nobody does.
func CheckExprs(c *acl.Compiler, e acl.Env) backend.Exprs { return &checkExprs{c.At(acl.InCheck), e} }

type checkExprs struct {
	*acl.Compiler
	env acl.Env
}

// context is what an expression sees of a check. Each checker has one, which keeps the variables of its session.
func (k *checkExprs) context(v *backend.CheckView) *acl.Context {
	c, ok := v.Own.(*acl.Context)
	if !ok {
		c = &acl.Context{Env: k.env, State: k.State, Sess: &acl.SessVars{}, InResponse: true}
		c.Begin(v.Loop.Wall())
		v.Own = c
	}
	if v.Began {
		v.Began = false
		c.Begin(v.Loop.Wall())
	}
	b := v.Server.Backend()
	c.BackendName, c.BackendID, c.ServerName, c.ServerID = b.Name(), b.Conf().ID, v.Server.Name(), v.Server.Conf().ID
	c.Loop, c.InResponse, c.Final = v.Loop.ID(), true, true
	c.RawResp, c.Resp = v.Received, v.Resp
	return c
}

// Format compiles a format.
func (k *checkExprs) Format(f *conf.Format) (backend.CheckText, error) {
	compiled, err := k.Compiler.Format(f)
	return func(v *backend.CheckView, dst []byte) []byte { return compiled.Append(dst, k.context(v)) }, err
}

// Expr compiles an expression.
func (k *checkExprs) Expr(e *conf.Expr) (backend.CheckText, error) {
	compiled, err := k.Compiler.Expr(e)
	return func(v *backend.CheckView, dst []byte) []byte {
		dst, _ = compiled.AppendText(dst, k.context(v))
		return dst
	}, err
}

// Regex compiles a regular expression.
func (k *checkExprs) Regex(pos conf.Pos, text string) (backend.Matcher, error) {
	re, err := acl.CompileRegex(text, false)
	if err != nil {
		return nil, conf.Misread(pos, k.Where("check expect"), text, err)
	}
	return re, nil
}

// Variable compiles set-var and its kin.
func (k *checkExprs) Variable(r *conf.Rule) (func(*backend.CheckView), error) {
	var rule *acl.VarRule
	var err error
	switch a := r.Action.(type) {
	case *conf.SetVar:
		rule, err = k.SetVar(r.Pos, a)
	case *conf.SetVarFmt:
		rule, err = k.SetVarFmt(r.Pos, a)
	case *conf.UnsetVar:
		rule, err = k.UnsetVar(r.Pos, a)
	}
	return func(v *backend.CheckView) { rule.Run(k.context(v)) }, err
}
