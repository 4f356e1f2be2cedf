package acl

import (
	"strings"

	"weir/conf"
)

// aclFetches evaluate the section's ACLs where a value is wanted.
var aclFetches = []fetch{
	{"acl", "acl:str,[acl:str,acl:str,acl:str,acl:str,acl:str,acl:str,acl:str,acl:str,acl:str,acl:str,acl:str]", Bool, 0, runACLs, nil,
		"all of these ACLs hold; ! before a name: it does not"},
}

// With returns a compiler for a section in whose ACLs acl(NAME) is looked up.
func (c *Compiler) With(acls []*conf.ACL) *Compiler {
	with := *c
	with.section = acls
	return &with
}

// namedACLs compiles the ACLs that acl() names; false after an error.
func (c *Compiler) namedACLs(call *conf.Call, a *args, hard bool) bool {
	before := len(c.errs)
	for _, name := range a.str[:a.given] {
		name, not := strings.CutPrefix(strings.TrimSpace(name), "!")
		n := c.lookupNamed(&conf.Cond{Pos: call.Pos, Op: conf.OpACL, ACL: strings.TrimSpace(name)}, c.section)
		if hard {
			c.asked = append(c.asked, n.users(nil)...)
		}
		if not {
			n = &node{op: conf.OpNot, kids: []*node{n}}
		}
		a.acls = append(a.acls, n)
	}
	return len(c.errs) == before
}

// users are the userlists that a condition asks.
func (n *node) users(list []*Users) []*Users {
	if n.test != nil {
		a := n.test.expr.args
		if a.users != nil {
			list = append(list, a.users)
		}
		for _, k := range a.acls {
			list = k.users(list)
		}
	}
	for _, k := range n.kids {
		list = k.users(list)
	}
	return list
}

func runACLs(c *Context, a *args, s *Sample) bool {
	ok := true
	for i := 0; i < len(a.acls) && ok; i++ {
		ok = a.acls[i].eval(c)
	}
	return s.setBool(ok)
}
