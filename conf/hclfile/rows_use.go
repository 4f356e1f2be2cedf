package hclfile

import "weir/conf"

var aclGrammar = grammar[conf.ACL]{context: "acl", rows: []row[conf.ACL]{
	{info: info{name: "when", typ: tCond, required: true, doc: "the condition"}, at: func(a *conf.ACL) any { return &a.Cond }},
}}

func readACL(d *decoder, s *section, b *block, _ where) {
	a := &conf.ACL{Pos: b.labelPos[0], Name: b.label()}
	read(d, &aclGrammar, a, b.body, b.path, 0)
	if s.inherited[a.Name] {
		s.addToACL(a)
		return
	}
	s.ACLs = append(s.ACLs, a)
}

// addToACL makes an ACL of a defaults block hold where a holds, too: as in HAProxy, where those of the same name add up.
func (s *section) addToACL(a *conf.ACL) {
	delete(s.inherited, a.Name) // a second one of the section's own is a mistake
	for i, have := range s.ACLs {
		if have.Name != a.Name || have.Cond == nil || a.Cond == nil {
			continue
		}
		both := &conf.Cond{Pos: a.Pos, Op: conf.OpOr}
		for _, c := range []*conf.Cond{have.Cond, a.Cond} {
			if c.Op == conf.OpOr {
				both.Kids = append(both.Kids, c.Kids...)
			} else {
				both.Kids = append(both.Kids, c)
			}
		}
		s.ACLs[i] = &conf.ACL{Pos: a.Pos, Name: a.Name, Cond: both}
	}
}

// choice is a use_backend or use_server block: a name, or a template that gives one, and a condition.
type choice struct {
	name    conf.Ref
	dynamic *conf.Format
	cond    *conf.Cond
}

var choiceGrammar = grammar[choice]{context: "use_backend", rows: []row[choice]{
	{info: info{name: "name", typ: tFormat, doc: "the name as a template, in place of the label"}, at: func(c *choice) any { return &c.dynamic }},
	{info: info{name: "when", typ: tCond, doc: "the condition; where not given, always"}, at: func(c *choice) any { return &c.cond }},
}}

// choice reads the block. It returns nil where nothing can be made of it.
func (d *decoder) choice(b *block) *choice {
	c := &choice{name: conf.Ref{Pos: b.pos, Name: b.label()}}
	read(d, &choiceGrammar, c, b.body, b.path, 0)
	switch {
	case len(b.labels) == 1 && c.dynamic != nil:
		d.add(conf.Bad(b.pos, b.path, "want either a label or name, not both"))
		return nil
	case len(b.labels) == 1:
		c.name.Pos = b.labelPos[0]
		return c
	case c.dynamic == nil && !hasAttr(b.body, "name"):
		d.add(conf.Bad(b.pos, b.path, "missing label; want %s \"NAME\" { }", b.name))
		return nil
	case c.dynamic == nil: // told; the condition is looked at all the same
		c.dynamic = conf.Text(b.pos, "")
	}
	c.fold()
	return c
}

// fold makes a template without samples the plain name that it is; of any other the text is kept for people.
func (c *choice) fold() {
	if p := c.dynamic.Parts; len(p) == 1 && p[0].Text != "" {
		c.name = conf.Ref{Pos: c.dynamic.Pos, Name: p[0].Text}
		c.dynamic = nil
		return
	}
	c.name = conf.Ref{Pos: c.dynamic.Pos, Name: c.dynamic.String()}
}

func readUseBackend(d *decoder, s *section, b *block, _ where) {
	if c := d.choice(b); c != nil {
		s.UseBackends = append(s.UseBackends, &conf.UseBackend{Pos: b.pos, Backend: c.name, Dynamic: c.dynamic, Cond: c.cond})
	}
}

func readUseServer(d *decoder, s *section, b *block, _ where) {
	if c := d.choice(b); c != nil {
		s.UseServers = append(s.UseServers, &conf.UseServer{Pos: b.pos, Server: c.name, Dynamic: c.dynamic, Cond: c.cond})
	}
}

// choiceNode writes the block.
func choiceNode(m style, keyword string, c choice) *Node {
	if c.dynamic != nil {
		return whole(m, &choiceGrammar, &c, keyword)
	}
	return whole(m, &choiceGrammar, &c, keyword, c.name.Name)
}

// monitorFail is a monitor_fail block being read.
type monitorFail struct{ cond *conf.Cond }

var monitorFailGrammar = grammar[monitorFail]{context: "monitor_fail", rows: []row[monitorFail]{
	{info: info{name: "when", typ: tCond, required: true, doc: "the condition"}, at: func(m *monitorFail) any { return &m.cond }},
}}

func readMonitorFail(d *decoder, s *section, b *block, _ where) {
	m := &monitorFail{}
	if read(d, &monitorFailGrammar, m, b.body, b.path, 0); m.cond != nil {
		s.MonitorFail = append(s.MonitorFail, m.cond)
	}
}
