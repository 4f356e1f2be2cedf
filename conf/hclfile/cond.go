package hclfile

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"weir/conf"
)

// cond translates an HCL expression to a condition. Where it has reported an error it returns what it could make of the rest, which is to be
// checked too, or nil.
func (d *decoder) cond(e hclsyntax.Expression, path string) *conf.Cond {
	e = unparen(e)
	pos := d.pos(e.Range())
	switch e := e.(type) {
	case *hclsyntax.BinaryOpExpr:
		return d.binary(e, pos, path)
	case *hclsyntax.UnaryOpExpr:
		if e.Op != hclsyntax.OpLogicalNot {
			break
		}
		kid := d.cond(e.Val, path)
		if kid == nil {
			return nil
		}
		return &conf.Cond{Pos: pos, Op: conf.OpNot, Kids: []*conf.Cond{kid}}
	case *hclsyntax.LiteralValueExpr:
		if v, ok := d.literal(e, pos, path); !ok {
			return nil
		} else if v.kind == vBool && v.b {
			return &conf.Cond{Pos: pos, Op: conf.OpTrue}
		} else if v.kind == vBool {
			return &conf.Cond{Pos: pos, Op: conf.OpFalse}
		}
	case *hclsyntax.ScopeTraversalExpr:
		if name, ok := member(e, "acl"); ok {
			return &conf.Cond{Pos: pos, Op: conf.OpACL, ACL: name}
		}
		if word := e.Traversal.RootName(); len(e.Traversal) == 1 && knownNames().fetch[word] != "" {
			d.notSample(e, pos, path)
			return nil
		}
	case *hclsyntax.FunctionCallExpr:
		return d.callCond(e, pos, path)
	}
	got := d.text(e.Range())
	if len(got) > 1 && got[0] == '"' {
		got = got[1 : len(got)-1]
	}
	d.add(conf.BadValue(pos, path, got, `a condition such as acl.NAME, path() == "/x" or starts_with(path(), "/x")`))
	return nil
}

// binary translates &&, || and the comparisons.
func (d *decoder) binary(e *hclsyntax.BinaryOpExpr, pos conf.Pos, path string) *conf.Cond {
	switch e.Op {
	case hclsyntax.OpLogicalAnd:
		return d.join(conf.OpAnd, e, pos, path)
	case hclsyntax.OpLogicalOr:
		return d.join(conf.OpOr, e, pos, path)
	}
	op, ok := comparisons[e.Op]
	if !ok {
		d.add(conf.BadValue(pos, path, d.text(e.Range()), "a condition; of operators there are &&, ||, !, ==, !=, <, <=, > and >="))
		return nil
	}
	left, right := unparen(e.LHS), unparen(e.RHS)
	if isConst(left) && !isConst(right) {
		left, right, op = right, left, flipped[op]
	}
	if !isConst(right) {
		d.add(conf.Bad(d.pos(right.Range()), path, "%s cannot be compared with: want a constant on one side", d.text(right.Range())))
		return nil
	}
	return d.compare(left, right, op, pos, path)
}

// join collects a chain of the same operator under one node: a && b && c has three kids, however it is bracketed.
func (d *decoder) join(op conf.Op, e *hclsyntax.BinaryOpExpr, pos conf.Pos, path string) *conf.Cond {
	out := &conf.Cond{Pos: pos, Op: op}
	for _, side := range []hclsyntax.Expression{e.LHS, e.RHS} {
		kid := d.cond(side, path)
		switch {
		case kid == nil:
		case kid.Op == op:
			out.Kids = append(out.Kids, kid.Kids...)
		default:
			out.Kids = append(out.Kids, kid)
		}
	}
	if len(out.Kids) == 0 {
		return nil
	}
	return out
}

// comparisons are the operators as HAProxy's "int" match writes them.
var comparisons = map[*hclsyntax.Operation]string{
	hclsyntax.OpEqual: "eq", hclsyntax.OpNotEqual: "ne",
	hclsyntax.OpLessThan: "lt", hclsyntax.OpLessThanOrEqual: "le",
	hclsyntax.OpGreaterThan: "gt", hclsyntax.OpGreaterThanOrEqual: "ge",
}

// flipped are the operators with their sides exchanged.
var flipped = map[string]string{"eq": "eq", "ne": "ne", "lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}

// compare translates SAMPLE op CONSTANT.
func (d *decoder) compare(left, right hclsyntax.Expression, op string, pos conf.Pos, path string) *conf.Cond {
	sample := d.sample(left, path)
	v, ok := d.constant(right, path)
	if sample == nil || !ok {
		return nil
	}
	test := &conf.Test{Pos: pos, Expr: sample}
	ordered := op != "eq" && op != "ne"
	switch {
	case v.kind == vList:
		d.add(conf.BadValue(v.pos, path, d.text(right.Range()), "one constant; to compare with several write one_of(SAMPLE, LIST)"))
		return nil
	case ordered && v.kind != vNumber:
		d.add(conf.BadValue(v.pos, path, v.s, "a number beside <, <=, > and >="))
		return nil
	case ordered:
		test.Match, test.Patterns = "int", []conf.Pattern{{Pos: v.pos, Text: op + " " + v.s}}
	case v.kind == vBool:
		// ssl_fc() == true is ssl_fc().
		return negateIf((op == "eq") != v.b, &conf.Cond{Pos: pos, Op: conf.OpTest, Test: test})
	default:
		test.Match, test.Patterns = equalityOf(sample, v), []conf.Pattern{{Pos: v.pos, Text: v.s}}
		test.IgnoreCase = test.Match == "str" && caseless(sample)
	}
	return negateIf(op == "ne", &conf.Cond{Pos: pos, Op: conf.OpTest, Test: test})
}

// equalityOf returns the match method that == means: numbers and addresses are compared as what they are.
func equalityOf(sample *conf.Expr, v value) string {
	switch typ := sample.Type(); {
	case typ == "addr":
		return "ip"
	case typ == "sint" || v.kind == vNumber && typ != "str":
		return "int"
	}
	return "str"
}

func negateIf(not bool, c *conf.Cond) *conf.Cond {
	if !not {
		return c
	}
	return &conf.Cond{Pos: c.Pos, Op: conf.OpNot, Kids: []*conf.Cond{c}}
}

// callCond translates a call that stands as a condition: a test by name, or a fetch that is true or false.
func (d *decoder) callCond(call *hclsyntax.FunctionCallExpr, pos conf.Pos, path string) *conf.Cond {
	row := testByName(call.Name)
	if row == nil {
		sample := d.sample(call, path)
		if sample == nil {
			return nil
		}
		return &conf.Cond{Pos: pos, Op: conf.OpTest, Test: &conf.Test{Pos: pos, Expr: sample}}
	}
	test := d.test(row, call, pos, path)
	if test == nil {
		return nil
	}
	return &conf.Cond{Pos: pos, Op: conf.OpTest, Test: test}
}
