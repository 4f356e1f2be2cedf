package hclfile

import (
	"strconv"
	"strings"

	"weir/conf"
)

// Encode writes a validated configuration as weir.hcl. What is at its default is left out, and what came
// from a defaults section is written into each section that has it.
func Encode(cfg *conf.Config) []byte { return Print(nodes(cfg)) }

// nodes returns the sections.
func nodes(cfg *conf.Config) []*Node {
	const m = brief
	var out []*Node
	if kids := globalNodes(&cfg.Global); len(kids) > 0 {
		out = append(out, newBlock("global", nil, kids))
	}
	for _, l := range cfg.Userlists {
		out = append(out, newBlock("userlist", []string{l.Name}, userlistNodes(m, l)))
	}
	for _, h := range cfg.HTTPErrors {
		out = append(out, newBlock("http_errors", []string{h.Name}, attrNodes(m, &httpErrorsGrammar, h)))
	}
	for _, s := range cfg.CrtStores {
		out = append(out, crtStoreNode(m, s))
	}
	for _, a := range cfg.ACMEs {
		out = append(out, acmeNode(m, a))
	}
	for _, l := range cfg.Mailers {
		out = append(out, mailersNode(m, l))
	}
	for i, p := range cfg.Proxies {
		out = append(out, sectionNode(p, i+2))
	}
	for _, n := range out {
		n.Blank = true
	}
	return out
}

// style is what is written of what stands at its default.
type style bool

const (
	brief style = false // nothing
	full  style = true  // what is set: a configuration that has not been validated still knows
)

// attrNodes returns the attributes of t.
func attrNodes[T any](m style, g *grammar[T], t *T) []*Node {
	var out []*Node
	for i := range g.rows {
		r := &g.rows[i]
		if text := r.value(m, t); text != "" {
			out = append(out, attribute(r.name, text))
		}
	}
	return out
}

// value writes the row's value; "" where it is left out.
func (r *row[T]) value(m style, t *T) string {
	if r.text != nil {
		return r.text(t)
	}
	i := &r.info
	if m == full {
		i = &info{required: i.required}
		if strings.HasPrefix(r.def, "-") { // what stands for "not set" is not 0
			i.def = r.def
		}
	}
	return fieldText(r.at(t), i)
}

// whole returns a block with the attributes of t.
func whole[T any](m style, g *grammar[T], t *T, name string, labels ...string) *Node {
	return newBlock(name, labels, attrNodes(m, g, t))
}

// filled returns a block unless it is empty.
func filled(name string, kids []*Node) []*Node {
	if len(kids) == 0 {
		return nil
	}
	return []*Node{newBlock(name, nil, kids)}
}

func globalNodes(g *conf.Global) []*Node {
	const m = brief
	out := append(attrNodes(m, &globalGrammar, g), globalBlocks(m, g)...)
	return append(out, filled("tune", attrNodes(m, &tuneGrammar, &g.Tune))...)
}

// globalBlocks returns what the global section may have several of.
func globalBlocks(m style, g *conf.Global) []*Node {
	var out []*Node
	for _, s := range g.StatsSockets {
		out = append(out, whole(m, &statsGrammar, s, "stats_socket", s.Addr.String()))
	}
	for _, l := range g.Logs {
		out = append(out, whole(m, &logGrammar, l, "log", l.Target))
	}
	for i := range g.Env {
		out = append(out, envNode(m, &g.Env[i]))
	}
	for _, r := range g.SetVars {
		out = append(out, setVarNode(m, r.Action))
	}
	return out
}

// sectionNode writes one proxy; id is the number that it would get by itself.
func sectionNode(p *conf.Proxy, id int) *Node {
	const m = brief
	one := *p
	if one.ID == id {
		one.ID = 0
	}
	s := &section{Proxy: &one}
	kids := attrNodes(m, &sectionGrammar, s)
	kids = append(kids, filled("timeout", attrNodes(m, &timeoutGrammar, s))...)
	kids = append(kids, filled("option", append(attrNodes(m, &optionGrammar, s), optionBlocks(m, s)...))...)
	kids = append(kids, filled("email_alert", attrNodes(m, &alertGrammar, s))...)
	kids = append(kids, sectionBlocks(m, &one)...)
	for i, sv := range p.Servers {
		one := *sv
		if one.ID == i+1 {
			one.ID = 0
		}
		kids = append(kids, serverNode(&one))
	}
	return newBlock(p.Kind.String(), []string{p.Name}, kids)
}

// serverNode writes a server, with the block that it may have in it.
func serverNode(s *conf.Server) *Node {
	const m = brief
	n := whole(m, &serverGrammar, &server{Server: s}, "server", s.Name)
	n.Kids = append(n.Kids, sourceNodes(m, s.Source)...)
	n.Kids = append(n.Kids, tlvNodes(m, s.ProxyTLVs)...)
	return n
}

// optionBlocks returns the options that have settings of their own.
func optionBlocks(m style, s *section) []*Node {
	var out []*Node
	if f := s.Options.ForwardFor; f != nil {
		out = append(out, whole(m, &forwardForGrammar, f, "forwardfor"))
	}
	if f := s.Options.OriginalTo; f != nil {
		out = append(out, whole(m, &originalToGrammar, f, "originalto"))
	}
	if f := s.Options.Forwarded; f != nil {
		out = append(out, whole(m, &forwardedGrammar, f, "forwarded"))
	}
	return append(out, checkNodes(m, s.Check)...)
}

// sectionBlocks returns what a section may have several of, its servers apart.
func sectionBlocks(m style, p *conf.Proxy) []*Node {
	var out []*Node
	for _, l := range p.Logs {
		out = append(out, logNode(m, l))
	}
	for i, b := range p.Binds {
		one := *b
		if m == brief && one.ID == i+1 {
			one.ID = 0
		}
		// v6only is part of the address as it is written.
		out = append(out, whole(m, &bindGrammar, &one, "bind", b.Addr.String()))
	}
	for _, c := range p.CrtUses {
		out = append(out, whole(m, &crtUseGrammar, c, "ssl_f_use", c.Crt))
	}
	for _, c := range p.Captures {
		out = append(out, captureNode(m, c))
	}
	for _, status := range conf.ErrorFileStatuses {
		if r := p.ErrorReplies[status]; r != nil && r.Location == "" {
			out = append(out, whole(m, &httpErrorGrammar, r, "http_error", strconv.Itoa(status)))
		}
	}
	out = append(out, persistNodes(m, p)...)
	out = append(out, ruleBlocks(m, p)...)
	return append(out, sourceNodes(m, p.Source)...)
}

// logNode writes a target of a section's log lines.
func logNode(m style, l *conf.LogTarget) *Node {
	if l.Global {
		return attribute("log", `"global"`)
	}
	return whole(m, &logGrammar, l, "log", l.Target)
}

func ruleBlocks(m style, p *conf.Proxy) []*Node {
	var out []*Node
	for _, a := range p.ACLs {
		out = append(out, aclNode(m, a))
	}
	for _, c := range p.MonitorFail {
		out = append(out, whole(m, &monitorFailGrammar, &monitorFail{c}, "monitor_fail"))
	}
	for _, c := range p.StatsAdmin {
		out = append(out, whole(m, &monitorFailGrammar, &monitorFail{c}, "stats_admin"))
	}
	for i := range listRows {
		for _, r := range *listRows[i].rulesP(p) {
			out = append(out, ruleNodeOf(m, &listRows[i], r))
		}
	}
	for _, r := range p.RedirectRules {
		out = append(out, whole(m, redirectGrammar, &ruleNode{r.Action, r.Cond}, "redirect"))
	}
	for _, u := range p.UseBackends {
		out = append(out, choiceNode(m, "use_backend", choice{u.Backend, u.Dynamic, u.Cond}))
	}
	for _, u := range p.UseServers {
		out = append(out, choiceNode(m, "use_server", choice{u.Server, u.Dynamic, u.Cond}))
	}
	return out
}

func aclNode(m style, a *conf.ACL) *Node { return whole(m, &aclGrammar, a, "acl", a.Name) }

// ruleNodeOf writes a rule of a list.
func ruleNodeOf(m style, l *listRow, r *conf.Rule) *Node {
	name := r.Action.Keyword()
	if name == "allow" && l.list&anyTCP != 0 {
		name = "accept"
	}
	labels := []string{name}
	if l.label != "" {
		labels = []string{l.label, name}
	}
	return whole(m, actionByName(name, l.list).grammar, &ruleNode{r.Action, r.Cond}, l.block, labels...)
}

// objectText writes an object, or nothing.
func objectText(pairs []string) string {
	if len(pairs) == 0 {
		return ""
	}
	return "{\n" + strings.Join(pairs, "\n") + "\n}"
}
