package frontend

import (
	"errors"
	"fmt"

	"weir/acl"
	"weir/conf"
)

// ruleSite is the place of the configuration whose rules are being compiled.
type ruleSite struct {
	*acl.Compiler
	px       *Proxy
	p        *conf.Proxy
	response bool                        // the rules are of responses
	slots    map[*conf.CaptureSample]int // of captures without an id
}

// rules compiles one HTTP list of a section.
func (k *ruleSite) rules(at acl.Place, rules []*conf.Rule) ([]rule, error) {
	site := *k
	site.Compiler = k.At(at)
	var errs []error
	out := make([]rule, len(rules))
	for i, r := range rules {
		cond, err := site.Cond(r.Cond, k.p.ACLs)
		errs = append(errs, err)
		out[i] = rule{pos: r.Pos, cond: cond, action: r.Action}
		errs = append(errs, err, site.compile(&out[i], r))
		out[i].asks = site.TakeUsers()
	}
	return out, errors.Join(errs...)
}

func (k *ruleSite) compile(out *rule, r *conf.Rule) (err error) {
	switch r.Action.(type) {
	case *conf.Allow:
		out.kind = actAllow
		return nil
	case *conf.SetAddr, *conf.SetSocket, *conf.SetPriority, *conf.SetNice:
		return out.compileSocket(k.Compiler)
	}
	out.kind = actDeed
	if _, ok := r.Action.(*conf.EarlyHint); ok {
		out.kind = actHint
	}
	if out.deed, err = k.deed(r); err != nil {
		return placed(r.Pos, fmt.Errorf("%s: %s: %w", k.p.Title(), r.Action.Keyword(), err))
	}
	if out.deed == nil {
		return conf.NotDone(r.Pos, k.p.Title(), r.Action.Keyword(), "")
	}
	return nil
}

// deed compiles an HTTP action; nil where it is none.
func (k *ruleSite) deed(r *conf.Rule) (deed, error) {
	switch a := r.Action.(type) {
	case *conf.SetHeader:
		return k.setHeader(a.Name, a.Value, true)
	case *conf.AddHeader:
		return k.setHeader(a.Name, a.Value, false)
	case *conf.DelHeader:
		return newDelHeader(a)
	case *conf.HeadersBin:
		return k.headersBin(a)
	case *conf.ReplaceHeader:
		return k.replaceHeader(a)
	case *conf.SetPart:
		return k.setPart(a)
	case *conf.ReplacePart:
		return k.replacePart(a)
	case *conf.NormalizeURI:
		return newNormalizer(a)
	case *conf.SetStatus:
		return newSetStatus(a), nil
	case *conf.SetVar, *conf.SetVarFmt, *conf.UnsetVar:
		return k.variable(r)
	case *conf.SetMap:
		return k.changeMap(r, a)
	}
	if d, err := k.answer(r); d != nil || err != nil {
		return d, err
	}
	return k.streamDeed(r)
}

// streamDeed compiles an action that changes how the stream goes on.
func (k *ruleSite) streamDeed(r *conf.Rule) (deed, error) {
	switch a := r.Action.(type) {
	case *conf.CaptureSample:
		return k.capture(a, k.response)
	case *conf.SetLogLevel:
		return newLogLevel(a)
	case *conf.DoLog:
		return doLog{}, nil
	case *conf.SetTimeout:
		return k.setTimeout(a)
	case *conf.SetRetries:
		return k.setRetries(a)
	case *conf.DisableL7Retry:
		return disableL7{}, nil
	case *conf.StrictMode:
		return strictMode(a.On), nil
	case *conf.EarlyHint:
		return k.earlyHint(a)
	case *conf.Pause:
		return k.pause(a)
	case *conf.WaitForBody:
		return &waitForBody{a}, nil
	case *conf.WaitForHandshake:
		return nothing{}, nil
	}
	return nil, nil
}

// compileHTTP compiles what a section's HTTP rules say, and its error pages.
func (s *settings) compileHTTP(px *Proxy, comp *acl.Compiler, p *conf.Proxy) error {
	k := &ruleSite{Compiler: comp, px: px, p: p, slots: s.ownSlots}
	in := acl.RequestPlace(p.Kind, false)
	var errs [8]error
	s.pages, errs[0] = k.pages()
	errs[6] = noPasswords(comp, p.Pos, p.Title()+": http-error")
	s.reqRules, errs[1] = k.rules(in, p.HTTPReqRules)
	s.redRules, errs[2] = k.rules(in, p.RedirectRules)
	s.stats, errs[7] = k.statsPage(in)
	k.response = true
	s.resRules, errs[3] = k.rules(acl.InHTTPResponse, p.HTTPRespRules)
	s.aftRules, errs[4] = k.rules(acl.InHTTPResponse, p.HTTPAfterRules)
	s.retry, errs[5] = newRetryOn(p.RetryOn)
	return errors.Join(errs[:]...)
}
