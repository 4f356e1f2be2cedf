package acl

import (
	"weir/conf"
	"weir/internal/message"
)

// Cond is a compiled condition. A nil *Cond always holds.
type Cond struct{ root *node }

// node is one operation of a condition's tree. It is immutable; a named ACL's node is shared by all who name it.
type node struct {
	op   conf.Op
	kids []*node
	test *testNode
	// probe is that of opProbe.
	probe func(*Context) bool
}

// Match reports whether the condition holds. It stops as soon as that is known and does not allocate. What converters
// built on the way is given up again: a long list of conditions needs no more memory than its greediest.
func (c *Cond) Match(ctx *Context) bool {
	if c == nil {
		return true
	}
	saved := ctx.useScratch()
	ctx.More = false
	ok := c.root.eval(ctx)
	ctx.Arena = saved
	return ok
}

// useScratch makes converters build in the arena that conditions share, and returns the one to put back.
func (c *Context) useScratch() *message.Arena {
	saved := c.Arena
	c.scratch.Reset()
	c.Arena = &c.scratch
	return saved
}

// eval has three results: true, false and, with c.More set, not known yet. What is not known yet is settled by what is:
// "false and unknown" is false, "true or unknown" is true. Who cannot wait goes by the value alone.
func (n *node) eval(c *Context) bool {
	switch n.op {
	case conf.OpTest:
		ok := n.test.eval(c)
		c.More = c.More && !ok // what matched, matched
		return ok
	case conf.OpAnd:
		return n.all(c, true)
	case conf.OpOr:
		return !n.all(c, false)
	case conf.OpNot:
		return !n.kids[0].eval(c)
	case opProbe:
		return n.probe(c)
	}
	return n.op == conf.OpTrue
}

// all reports whether every kid gives want; with c.More set it is not known yet. It stops at the first that surely does
// not.
func (n *node) all(c *Context, want bool) bool {
	more, same := false, true
	for _, k := range n.kids {
		ok := k.eval(c) == want
		if !ok && !c.More {
			return false
		}
		more, same = more || c.More, same && ok
		c.More = false
	}
	c.More = more
	return same
}

// Cond compiles a condition in which ACLs of that list may be named; those of the same name are one ACL that holds
// where any of them does. HAProxy's predefined ACLs (METH_GET ...) are known too. A nil condition gives a nil Cond.
func (c *Compiler) Cond(cond *conf.Cond, acls []*conf.ACL) (*Cond, error) {
	if cond == nil {
		return nil, nil
	}
	c = c.With(acls)
	root := c.node(cond, acls)
	if err := c.take(); err != nil {
		return nil, err
	}
	if c.Options.Probe != nil {
		return c.probed(cond, root), nil
	}
	return &Cond{root: root}, nil
}

// CheckACL compiles an ACL that perhaps no condition names, for its errors.
func (c *Compiler) CheckACL(a *conf.ACL, acls []*conf.ACL) error {
	c = c.With(acls)
	c.named(a, acls)
	return c.take()
}

var (
	trueNode  = &node{op: conf.OpTrue}
	falseNode = &node{op: conf.OpFalse}
)

// node compiles; after an error it returns something harmless and goes on to find more.
func (c *Compiler) node(cond *conf.Cond, acls []*conf.ACL) *node {
	switch cond.Op {
	case conf.OpTest:
		if t := c.compileTest(cond.Test); t != nil {
			return &node{op: conf.OpTest, test: t}
		}
		return falseNode
	case conf.OpACL:
		return c.lookupNamed(cond, acls)
	case conf.OpTrue:
		return trueNode
	case conf.OpFalse:
		return falseNode
	}
	n := &node{op: cond.Op}
	for _, k := range cond.Kids {
		kid := c.node(k, acls)
		if kid.op == n.op && n.op != conf.OpNot {
			n.kids = append(n.kids, kid.kids...) // (a && b) && c is a && b && c
			continue
		}
		n.kids = append(n.kids, kid)
	}
	return n
}

func (c *Compiler) lookupNamed(cond *conf.Cond, acls []*conf.ACL) *node {
	var found []*node
	var names []string
	for _, a := range acls {
		names = append(names, a.Name)
		if a.Name == cond.ACL {
			found = append(found, c.named(a, acls))
		}
	}
	switch len(found) {
	case 0:
		if p := predefined[cond.ACL]; p != nil {
			return c.named(c.State.Patterns.declare(c.path, p, cond.Pos), nil)
		}
		for name := range predefined {
			names = append(names, name)
		}
		c.fail(conf.Unknown(cond.Pos, c.at("acl"), "ACL", cond.ACL, sorted(names)))
		return falseNode
	case 1:
		return found[0]
	}
	return &node{op: conf.OpOr, kids: found}
}

// named compiles an ACL once, whoever names it.
func (c *Compiler) named(a *conf.ACL, acls []*conf.ACL) *node {
	if n, ok := c.acls[a]; ok {
		if n == nil {
			c.fail(conf.Bad(a.Pos, c.at("acl"), "%q refers to itself", a.Name))
			return falseNode
		}
		return n
	}
	c.acls[a] = nil
	n := falseNode
	if a.Cond != nil {
		n = c.node(a.Cond, acls)
	}
	c.acls[a] = n
	return n
}
