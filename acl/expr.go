package acl

import (
	"strings"

	"weir/conf"
)

// Expr is a compiled sample expression: a fetch and the converters after it.
type Expr struct {
	steps []step // converters, each with the cast before it
	fetch *fetch
	args  *args
	out   Type
	text  string // as written, in one form: equal texts are equal expressions
}

// step is one converter.
type step struct {
	cast cast
	conv *conv
	args *args
}

// Type is what Eval's samples have.
func (e *Expr) Type() Type { return e.out }

// String is the expression as HAProxy writes it.
func (e *Expr) String() string { return e.text }

// Expr compiles an expression whose value is used, as a format's or a hash key's.
func (c *Compiler) Expr(e *conf.Expr) (*Expr, error) {
	x := c.expr(e, lookupFetch(e.Fetch.Name), true)
	return x, c.take()
}

// TakeUsers returns the userlists that the values compiled since the last call ask: their Checks must be made (Unsettled) before these
// are evaluated.
func (c *Compiler) TakeUsers() []*Users {
	users := c.asked
	c.asked = nil
	return users
}

// expr compiles; nil after an error.
func (c *Compiler) expr(e *conf.Expr, f *fetch, hard bool) *Expr {
	f, a := c.compileFetch(&e.Fetch, f, hard)
	if f != nil && !c.checkPlace(&e.Fetch, f, hard) {
		f = f.without()
	}
	x := &Expr{fetch: f, args: a}
	ok := f != nil
	if ok {
		x.out = f.out
	}
	for i := range e.Convs {
		v, va := c.compileConv(&e.Convs[i])
		if v == nil {
			ok = false
		}
		if !ok {
			continue
		}
		to := casts[x.out][v.in]
		if to == nil {
			c.fail(conf.Bad(e.Convs[i].Pos, c.at(v.name), "takes %s, but what comes before it gives %s", v.in, x.out))
			ok = false
			continue
		}
		x.steps = append(x.steps, step{to, v, va})
		switch v.out {
		case Any:
		case fromSample:
			x.out = Any
		default:
			x.out = v.out
		}
	}
	if !ok {
		return nil
	}
	if hard && a.users != nil {
		c.asked = append(c.asked, a.users)
	}
	x.text = textOf(f.name, &e.Fetch)
	for i := range e.Convs {
		x.text += "," + textOf(e.Convs[i].Name, &e.Convs[i])
	}
	return x
}

func textOf(name string, call *conf.Call) string {
	if len(call.Args) == 0 {
		return name
	}
	return name + "(" + strings.Join(call.Args, ",") + ")"
}

// Eval puts the expression's value into s; false when there is none. It does not allocate. The bytes of s are valid
// until c's next Begin.
func (e *Expr) Eval(c *Context, s *Sample) bool {
	saved := c.it
	c.More = false
	c.it = cursor{}
	ok := e.next(c)
	c.it = saved
	*s = c.smp
	return ok
}

// next runs the fetch and the converters on c.smp; c.it says whether it walks.
func (e *Expr) next(c *Context) bool {
	s := &c.smp
	if !e.fetch.get(c, e.args, s) {
		return false
	}
	return e.convert(c)
}

func (e *Expr) convert(c *Context) bool {
	s := &c.smp
	for i := range e.steps {
		st := &e.steps[i]
		if !st.cast(c, s) || !st.conv.run(c, st.args, s) {
			return false
		}
	}
	return true
}

// AppendText evaluates and appends the value as text; false when there is none.
func (e *Expr) AppendText(dst []byte, c *Context) ([]byte, bool) {
	saved := c.it
	c.it = cursor{}
	ok := e.next(c) && casts[c.smp.Type][Str](c, &c.smp)
	c.it = saved
	if !ok {
		return dst, false
	}
	return append(dst, c.smp.Bytes...), true
}

// walks is true where an ACL tests several values.
func (e *Expr) walks() bool { return e.args.multi }
