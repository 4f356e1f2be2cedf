package hclfile

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"

	"weir/conf"
)

// Encode writes a validated configuration as weir.hcl. What is at its default is left out, and what came
// from a defaults section is written into each section that has it.
func Encode(cfg *conf.Config) []byte {
	e := &encoder{}
	e.global(&cfg.Global)
	for _, l := range cfg.Userlists {
		e.userlist(l)
	}
	for _, h := range cfg.HTTPErrors {
		e.WriteString("\n")
		whole(e, &httpErrorsGrammar, h, true, "http_errors", h.Name)
	}
	for i, p := range cfg.Proxies {
		e.section(p, i+2)
	}
	return hclwrite.Format(bytes.TrimLeft(e.Bytes(), "\n"))
}

// encoder collects the text.
type encoder struct{ bytes.Buffer }

func (e *encoder) open(name string, labels ...string) {
	e.WriteString(name)
	for _, l := range labels {
		e.WriteString(" " + quote(l))
	}
	e.WriteString(" {\n")
}

func (e *encoder) close() { e.WriteString("}\n") }

func (e *encoder) attr(name, text string) {
	if text != "" {
		fmt.Fprintf(e, "%s = %s\n", name, text)
	}
}

// body writes the attributes of t that are not at their defaults.
func body[T any](e *encoder, g *grammar[T], t *T) {
	for i := range g.rows {
		r := &g.rows[i]
		if r.text != nil {
			e.attr(r.name, r.text(t))
		} else {
			e.attr(r.name, fieldText(r.at(t), &r.info))
		}
	}
}

// whole writes a block with the attributes of t; where nothing is set, it is left out unless keep.
func whole[T any](e *encoder, g *grammar[T], t *T, keep bool, name string, labels ...string) {
	inner := &encoder{}
	body(inner, g, t)
	switch {
	case inner.Len() == 0 && !keep:
	case inner.Len() == 0:
		e.WriteString(name)
		for _, l := range labels {
			e.WriteString(" " + quote(l))
		}
		e.WriteString(" {}\n")
	default:
		e.open(name, labels...)
		e.Write(inner.Bytes())
		e.close()
	}
}

func (e *encoder) global(g *conf.Global) {
	inner := &encoder{}
	body(inner, &globalGrammar, g)
	for _, s := range g.StatsSockets {
		whole(inner, &statsGrammar, s, true, "stats_socket", s.Addr.String())
	}
	for _, l := range g.Logs {
		whole(inner, &logGrammar, l, true, "log", l.Target)
	}
	for _, r := range g.SetVars {
		inner.setVar(r.Action)
	}
	whole(inner, &tuneGrammar, &g.Tune, false, "tune")
	if inner.Len() == 0 {
		return
	}
	e.open("global")
	e.Write(inner.Bytes())
	e.close()
}

// section writes one proxy; id is the number that it would get by itself.
func (e *encoder) section(p *conf.Proxy, id int) {
	one := *p
	if one.ID == id {
		one.ID = 0
	}
	s := &section{Proxy: &one}
	e.WriteString("\n")
	e.open(p.Kind.String(), p.Name)
	body(e, &sectionGrammar, s)
	whole(e, &timeoutGrammar, s, false, "timeout")
	e.options(s)
	for _, l := range p.Logs {
		if l.Global {
			e.attr("log", `"global"`)
			continue
		}
		whole(e, &logGrammar, l, true, "log", l.Target)
	}
	e.frontend(p)
	e.errorPages(p)
	e.rules(p)
	e.source(p.Source)
	if p.Check != nil {
		whole(e, &checkGrammar, p.Check, true, "http_check_send")
	}
	for i, sv := range p.Servers {
		one := *sv
		if one.ID == i+1 {
			one.ID = 0
		}
		e.server(&one)
	}
	e.close()
}

// server writes a server, with the block that it may have in it.
func (e *encoder) server(s *conf.Server) {
	if s.Source == nil {
		whole(e, &serverGrammar, &server{Server: s}, true, "server", s.Name)
		return
	}
	e.open("server", s.Name)
	body(e, &serverGrammar, &server{Server: s})
	e.source(s.Source)
	e.close()
}

func (e *encoder) options(s *section) {
	inner := &encoder{}
	body(inner, &optionGrammar, s)
	inner.logOptions(s)
	if f := s.Options.ForwardFor; f != nil {
		whole(inner, &forwardForGrammar, f, true, "forwardfor")
	}
	if f := s.Options.OriginalTo; f != nil {
		whole(inner, &originalToGrammar, f, true, "originalto")
	}
	if f := s.Options.Forwarded; f != nil {
		whole(inner, &forwardedGrammar, f, true, "forwarded")
	}
	if inner.Len() > 0 {
		e.open("option")
		e.Write(inner.Bytes())
		e.close()
	}
}

func (e *encoder) frontend(p *conf.Proxy) {
	for i, b := range p.Binds {
		one := *b
		if one.ID == i+1 {
			one.ID = 0
		}
		// v6only is part of the address as it is written.
		whole(e, &bindGrammar, &one, true, "bind", b.Addr.String())
	}
	for _, c := range p.Captures {
		e.capture(c)
	}
}

// errorPages writes the pages that stand in the configuration itself.
func (e *encoder) errorPages(p *conf.Proxy) {
	for _, status := range conf.ErrorFileStatuses {
		if r := p.ErrorReplies[status]; r != nil && r.Location == "" {
			whole(e, &httpErrorGrammar, r, true, "http_error", strconv.Itoa(status))
		}
	}
}

func (e *encoder) rules(p *conf.Proxy) {
	for _, a := range p.ACLs {
		whole(e, &aclGrammar, a, true, "acl", a.Name)
	}
	for _, c := range p.MonitorFail {
		whole(e, &monitorFailGrammar, &monitorFail{c}, true, "monitor_fail")
	}
	for i := range listRows {
		e.ruleList(&listRows[i], *listRows[i].rulesP(p))
	}
	for _, r := range p.RedirectRules {
		whole(e, redirectGrammar, &ruleNode{r.Action, r.Cond}, true, "redirect")
	}
	for _, u := range p.UseBackends {
		e.choice("use_backend", choice{u.Backend, u.Dynamic, u.Cond})
	}
	for _, u := range p.UseServers {
		e.choice("use_server", choice{u.Server, u.Dynamic, u.Cond})
	}
}

func (e *encoder) ruleList(l *listRow, rules []*conf.Rule) {
	for _, r := range rules {
		name := r.Action.Keyword()
		if name == "allow" && l.list&anyTCP != 0 {
			name = "accept"
		}
		labels := []string{name}
		if l.label != "" {
			labels = []string{l.label, name}
		}
		whole(e, actionByName(name, l.list).grammar, &ruleNode{r.Action, r.Cond}, true, l.block, labels...)
	}
}

// objectText writes an object, or nothing.
func objectText(pairs []string) string {
	if len(pairs) == 0 {
		return ""
	}
	return "{\n" + strings.Join(pairs, "\n") + "\n}"
}

func textCheckHeaders(c *conf.HTTPCheck) string {
	var pairs []string
	for _, h := range c.Headers {
		pairs = append(pairs, quote(h.Name)+" = "+quote(h.Value))
	}
	return objectText(pairs)
}
