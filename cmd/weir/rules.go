package main

import (
	"errors"
	"reflect"

	"weir/acl"
	"weir/backend"
	"weir/conf"
	"weir/frontend"
)

// checkRules has package acl compile every condition and format where it will run, so that an unknown fetch or a bad pattern is told
// together with everything else that is wrong.
func checkRules(cfg *conf.Config) conf.Diagnostics {
	var diags conf.Diagnostics
	c := acl.NewCompiler(acl.Options{Config: cfg, Warn: func(e *conf.Error) { diags.Warn(e) }})
	global := &ruleCheck{c.In("global", ""), &conf.Proxy{}, &diags}
	global.rules(acl.InProcess, cfg.Global.SetVars)
	for _, l := range cfg.Userlists {
		errs, warnings := acl.CheckUsers(l)
		diags.Add(errs...)
		diags.Warn(warnings...)
	}
	for _, p := range cfg.Proxies {
		r := &ruleCheck{c.In(p.Title(), backendName(p)).With(p.ACLs), p, &diags}
		r.rules(acl.InTCPConn, p.TCPConnRules)
		r.rules(acl.InTCPSession, p.TCPSessRules)
		r.rules(acl.RequestPlace(p.Kind, true), p.TCPReqRules)
		r.rules(acl.InTCPResponse, p.TCPRespRules)
		r.rules(acl.RequestPlace(p.Kind, false), p.HTTPReqRules)
		r.rules(acl.InHTTPResponse, p.HTTPRespRules)
		r.rules(acl.InHTTPResponse, p.HTTPAfterRules)
		r.rules(acl.RequestPlace(p.Kind, false), p.RedirectRules)
		r.rules(acl.RequestPlace(p.Kind, false), p.StatsRules)
		for _, c := range p.StatsAdmin {
			_, err := r.c.At(acl.RequestPlace(p.Kind, false)).Cond(c, p.ACLs)
			r.note(err)
		}
		if p.Kind&conf.Backend != 0 {
			r.note(backend.CheckRules(p, frontend.CheckExprs(r.c, nil)))
		}
		r.useBackends()
		r.useServers()
		r.lines()
		r.others()
		for _, a := range p.ACLs { // perhaps no rule names it
			r.note(r.c.CheckACL(a, p.ACLs))
		}
	}
	return diags
}

// backendName is the backend that a section's srv_conn(NAME) means.
func backendName(p *conf.Proxy) string {
	if p.Kind&conf.Backend != 0 {
		return p.Name
	}
	return ""
}

// ruleCheck checks one section.
type ruleCheck struct {
	c     *acl.Compiler
	p     *conf.Proxy
	diags *conf.Diagnostics
}

// note takes over what a compilation says; conf.CheckToo drops what Validate knows already.
func (r *ruleCheck) note(err error) {
	var list conf.Errors
	if errors.As(err, &list) {
		r.diags.Add(list...)
	}
}

func (r *ruleCheck) rules(place acl.Place, rules []*conf.Rule) {
	at := r.c.At(place)
	for _, rule := range rules {
		r.cond(at, rule.Cond)
		r.action(at, reflect.ValueOf(rule.Action))
	}
}

// action compiles every expression and format of an action, in whatever field it is: a new action is checked by being there.
func (r *ruleCheck) action(at *acl.Compiler, v reflect.Value) {
	switch x := v.Interface().(type) {
	case *conf.Format:
		r.format(at, x)
		return
	case *conf.Expr:
		if x != nil {
			_, err := at.Expr(x)
			r.note(err)
		}
		return
	case conf.Pos:
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			r.action(at, v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				r.action(at, v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			r.action(at, v.Index(i))
		}
	}
}

func (r *ruleCheck) format(at *acl.Compiler, f *conf.Format) {
	_, err := at.Format(f)
	r.note(err)
}

// lines checks what is logged and how requests are named.
func (r *ruleCheck) lines() {
	log := r.c.At(acl.InLog)
	r.format(log, r.p.LogLine)
	r.format(log, r.p.LogSD)
	r.format(log, r.p.ErrorLogLine)
	r.format(r.c.At(acl.InHTTPRequest), r.p.UniqueIDFormat)
}

func (r *ruleCheck) cond(at *acl.Compiler, c *conf.Cond) {
	_, err := at.Cond(c, r.p.ACLs)
	r.note(err)
}

// others checks the conditions and samples that stand outside of rules.
func (r *ruleCheck) others() {
	for _, c := range r.p.MonitorFail {
		r.cond(r.c.At(acl.InHTTPRequest), c)
	}
	request := r.c.At(acl.InBackendReq)
	for _, p := range r.p.PersistRules {
		r.cond(request, p.Cond)
	}
	r.action(request, reflect.ValueOf(r.p.Options.Forwarded))
	server := r.c.At(acl.InServerConn)
	for _, s := range r.p.Servers {
		r.action(server, reflect.ValueOf(s.TLS.SNI))
		r.action(server, reflect.ValueOf(s.PoolName))
		r.action(server, reflect.ValueOf(s.ProxyTLVs))
	}
}

func (r *ruleCheck) useBackends() {
	at := r.c.At(acl.InHTTPRequest)
	for _, u := range r.p.UseBackends {
		r.cond(at, u.Cond)
		if u.Dynamic != nil {
			_, err := at.Format(u.Dynamic)
			r.note(err)
		}
	}
}

func (r *ruleCheck) useServers() {
	at := r.c.At(acl.InUseServer)
	for _, u := range r.p.UseServers {
		r.cond(at, u.Cond)
		if u.Dynamic != nil {
			_, err := at.Format(u.Dynamic)
			r.note(err)
		}
	}
}
