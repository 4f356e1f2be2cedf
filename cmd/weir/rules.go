package main

import (
	"errors"

	"weir/acl"
	"weir/conf"
)

// checkRules has package acl compile every condition and format where it will run, so that an unknown fetch or a bad pattern is told
// together with everything else that is wrong.
func checkRules(cfg *conf.Config) conf.Diagnostics {
	var diags conf.Diagnostics
	c := acl.NewCompiler(acl.Options{Config: cfg, Warn: func(e *conf.Error) { diags.Warn(e) }})
	for _, p := range cfg.Proxies {
		r := &ruleCheck{c.In(p.Title(), backendName(p)), p, &diags}
		r.rules(acl.InTCPConn, p.TCPConnRules)
		r.rules(acl.InTCPConn, p.TCPSessRules)
		r.rules(acl.InTCPContent, p.TCPReqRules)
		r.rules(acl.Anywhere, p.TCPRespRules)
		r.rules(acl.InHTTPRequest, p.HTTPReqRules)
		r.rules(acl.InHTTPResponse, p.HTTPRespRules)
		r.rules(acl.InHTTPResponse, p.HTTPAfterRules)
		r.useBackends()
		r.useServers()
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
		_, err := at.Cond(rule.Cond, r.p.ACLs)
		r.note(err)
		for _, f := range formatsOf(rule.Action) {
			_, err := at.Format(f)
			r.note(err)
		}
	}
}

// formatsOf are the formats that an action evaluates.
func formatsOf(a conf.Action) []*conf.Format {
	switch a := a.(type) {
	case *conf.SetHeader:
		return []*conf.Format{a.Value}
	case *conf.AddHeader:
		return []*conf.Format{a.Value}
	case *conf.Redirect:
		return []*conf.Format{a.Text}
	case *conf.Return:
		var list []*conf.Format
		for i := range a.Headers {
			list = append(list, a.Headers[i].Value)
		}
		return list
	}
	return nil
}

func (r *ruleCheck) useBackends() {
	at := r.c.At(acl.InHTTPRequest)
	for _, u := range r.p.UseBackends {
		_, err := at.Cond(u.Cond, r.p.ACLs)
		r.note(err)
		if u.Dynamic != nil {
			_, err := at.Format(u.Dynamic)
			r.note(err)
		}
	}
}

func (r *ruleCheck) useServers() {
	at := r.c.At(acl.InBackendReq)
	for _, u := range r.p.UseServers {
		_, err := at.Cond(u.Cond, r.p.ACLs)
		r.note(err)
		if u.Dynamic != nil {
			_, err := at.Format(u.Dynamic)
			r.note(err)
		}
	}
}
