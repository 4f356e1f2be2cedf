package acl

import (
	"testing"

	"weir/conf"
)

// askMore is a test whose fetch wants more bytes until the Context is final; it is false then.
var askMore = &node{op: conf.OpTest, test: &testNode{
	expr: &Expr{args: &args{}, fetch: &fetch{name: "ask", run: func(c *Context, _ *args, _ *Sample) bool {
		c.More = !c.Final
		return false
	}}},
}}

// TestUnknown: what is known settles what is not.
func TestUnknown(t *testing.T) {
	unknown, yes, no := askMore, trueNode, falseNode
	op := func(o conf.Op, kids ...*node) *node { return &node{op: o, kids: kids} }
	f := func(what string, n *node, want, more bool) {
		t.Helper()
		c := &Context{}
		c.Begin(c.Now)
		c.More = true // of an evaluation before
		if got := (&Cond{root: n}).Match(c); got != want || c.More != more {
			t.Errorf("%s = %v, more %v; want %v, %v", what, got, c.More, want, more)
		}
		c.Final = true
		if got := (&Cond{root: n}).Match(c); got != want || c.More {
			t.Errorf("%s = %v, more %v in the end; want %v", what, got, c.More, want)
		}
	}
	f("?", unknown, false, true)
	f("not ?", op(conf.OpNot, unknown), true, true)
	f("? and yes", op(conf.OpAnd, unknown, yes), false, true)
	f("? and no", op(conf.OpAnd, unknown, no), false, false)
	f("no and ?", op(conf.OpAnd, no, unknown), false, false)
	f("not ? and yes", op(conf.OpAnd, op(conf.OpNot, unknown), yes), true, true)
	f("? or yes", op(conf.OpOr, unknown, yes), true, false)
	f("yes or ?", op(conf.OpOr, yes, unknown), true, false)
	f("? or no", op(conf.OpOr, unknown, no), false, true)
	f("not (? or no)", op(conf.OpNot, op(conf.OpOr, unknown, no)), true, true)
	f("not ? or no", op(conf.OpOr, op(conf.OpNot, unknown), no), true, true)
}
