package acl

// Gives reports whether the expression's values can become a type at all.
func (e *Expr) Gives(to Type) bool { return casts[e.out][to] != nil }

// EvalAs is Eval with the value cast to a type; it is false also where this value has no such form.
func (e *Expr) EvalAs(c *Context, to Type, s *Sample) bool {
	saved := c.it
	c.it, c.More = cursor{}, false
	ok := e.next(c)
	if ok {
		f := casts[c.smp.Type][to]
		ok = f != nil && f(c, &c.smp)
	}
	c.it = saved
	*s = c.smp
	return ok
}
