package frontend

import (
	"errors"
	"time"

	"weir/acl"
	"weir/conf"
)

// setVars gives the process's variables what the global section's set-var and set-var-fmt say, before anything runs.
func (px *Proxy) setVars() error {
	var errs []error
	for _, r := range px.cfg.Global.SetVars {
		errs = append(errs, px.SetVar(r))
	}
	return errors.Join(errs...)
}

// SetVar carries out a set-var or set-var-fmt of the global section, at any time and on any goroutine.
func (px *Proxy) SetVar(r *conf.Rule) error {
	comp := acl.NewCompiler(acl.Options{Config: px.cfg, State: px.state}).In("global", "").At(acl.InProcess)
	ctx := &acl.Context{State: px.state, Env: env{px}}
	ctx.BeginConn(time.Now())
	rule, err := compileVar(comp, r)
	if err == nil && !rule.Run(ctx) {
		err = conf.Bad(r.Pos, "global: "+r.Action.Keyword(), "there is no value to set it to")
	}
	return err
}

// State is the process's variables and pattern lists.
func (px *Proxy) State() *acl.State { return px.state }

// compileVar compiles set-var, set-var-fmt and unset-var; nil where it is none of them.
func compileVar(c *acl.Compiler, r *conf.Rule) (*acl.VarRule, error) {
	switch a := r.Action.(type) {
	case *conf.SetVar:
		return c.SetVar(r.Pos, a)
	case *conf.SetVarFmt:
		return c.SetVarFmt(r.Pos, a)
	case *conf.UnsetVar:
		return c.UnsetVar(r.Pos, a)
	}
	return nil, nil
}
