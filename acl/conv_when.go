package acl

import (
	"slices"
	"strings"

	"weir/conf"
)

// Result tells how a stream has gone so far. It is called on the loop and must not block or allocate.
type Result interface {
	// Failed reports an error, a retry or a redispatch.
	Failed() bool
	// Forwarded reports that a server was given the request.
	Forwarded() bool
	// Served reports that a service of the process itself answered.
	Served() bool
}

// whenKind is a condition of when.
type whenKind uint8

const (
	whenError whenKind = iota
	whenNormal
	whenForwarded
	whenProcessed
	whenApplet
	whenStopping
	whenACL
)

var whenNames = []string{"error", "normal", "forwarded", "processed", "toapplet", "stopping", "acl"}

// whenQuery is what when was asked for.
type whenQuery struct {
	kind whenKind
	not  bool
	acl  *node
}

// when compiles the condition: it alone may name an ACL.
func (c *Compiler) when(call *conf.Call, a *args) bool {
	name, not := strings.CutPrefix(a.str[0], "!")
	kind := slices.Index(whenNames, name)
	if kind < 0 {
		c.fail(conf.Unknown(call.Pos, c.at("when"), "condition", name, whenNames))
		return false
	}
	q := &whenQuery{kind: whenKind(kind), not: not}
	a.own = q
	switch {
	case q.kind != whenACL && a.given > 1:
		c.fail(conf.Bad(call.Pos, c.at("when"), "%s takes no argument, got %q", name, a.str[1]))
		return false
	case q.kind == whenACL && a.str[1] == "":
		c.fail(conf.BadValue(call.Pos, c.at("when"), "", "acl and the name of one"))
		return false
	case q.kind == whenACL:
		before := len(c.errs)
		q.acl = c.lookupNamed(&conf.Cond{Pos: call.Pos, Op: conf.OpACL, ACL: a.str[1]}, c.sectionACLs())
		return len(c.errs) == before
	}
	return true
}

// sectionACLs are those of the proxy that is compiled.
func (c *Compiler) sectionACLs() []*conf.ACL {
	if c.Config == nil {
		return nil
	}
	for _, p := range c.Config.Proxies {
		if p.Title() == c.path {
			return p.ACLs
		}
	}
	return nil
}

func convWhen(c *Context, a *args, s *Sample) bool {
	q := a.own.(*whenQuery)
	return q.holds(c) != q.not
}

func (q *whenQuery) holds(c *Context) bool {
	switch q.kind {
	case whenACL:
		return q.holdsACL(c)
	case whenStopping:
		if c.Env == nil {
			return false
		}
		n, ok := c.Env.Gauge(Stopping, "", "")
		return ok && n != 0
	}
	r := c.Result
	if r == nil { // a connection's rules: nothing has happened yet
		return q.kind == whenNormal
	}
	switch q.kind {
	case whenError:
		return r.Failed()
	case whenNormal:
		return !r.Failed()
	case whenForwarded:
		return r.Forwarded()
	case whenApplet:
		return r.Served()
	}
	return r.Forwarded() || r.Served()
}

// holdsACL evaluates an ACL in the midst of an expression, whose value and place it must not touch.
func (q *whenQuery) holdsACL(c *Context) bool {
	smp, it, more := c.smp, c.it, c.More
	c.it, c.More = cursor{}, false
	ok := q.acl.eval(c)
	c.smp, c.it, c.More = smp, it, more
	return ok
}
