package hclfile

import (
	"encoding/hex"
	"math/big"
	"os"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"weir/conf"
)

// The limits on constants: locals may repeat each other, and a few lines of that would otherwise fill
// the memory.
const (
	maxString = 64 << 10 // bytes
	maxList   = 64 << 10 // elements
)

// vkind is the type of a constant.
type vkind uint8

const (
	vString vkind = iota + 1
	vNumber
	vBool
	vList
)

// value is a constant of the file.
type value struct {
	kind vkind
	pos  conf.Pos
	s    string // the text of everything but a list
	n    int
	b    bool
	list []value
}

// isConst reports whether an expression is one that constant can read: no fetch and no acl in it.
func isConst(e hclsyntax.Expression) bool {
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return isConst(e.Expression)
	case *hclsyntax.LiteralValueExpr:
		return true
	case *hclsyntax.TemplateExpr:
		return allConst(e.Parts)
	case *hclsyntax.TemplateWrapExpr:
		return isConst(e.Wrapped)
	case *hclsyntax.TupleConsExpr:
		return allConst(e.Exprs)
	case *hclsyntax.UnaryOpExpr:
		return e.Op == hclsyntax.OpNegate && isConst(e.Val)
	case *hclsyntax.ScopeTraversalExpr:
		return e.Traversal.RootName() == "local"
	case *hclsyntax.FunctionCallExpr:
		// With one argument env is HAProxy's fetch, wherever a fetch makes sense.
		return e.Name == "env" && len(e.Args) == 2 || e.Name == unhexName
	}
	return false
}

func allConst(list []hclsyntax.Expression) bool {
	for _, e := range list {
		if !isConst(e) {
			return false
		}
	}
	return true
}

// constant reads an expression whose value is known now. It reports what is wrong and returns false.
func (d *decoder) constant(e hclsyntax.Expression, path string) (value, bool) {
	pos := d.pos(e.Range())
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return d.constant(e.Expression, path)
	case *hclsyntax.LiteralValueExpr:
		return d.literal(e, pos, path)
	case *hclsyntax.TemplateExpr:
		return d.template(e, pos, path)
	case *hclsyntax.TemplateWrapExpr:
		return d.constant(e.Wrapped, path)
	case *hclsyntax.TupleConsExpr:
		return d.tuple(e, pos, path)
	case *hclsyntax.UnaryOpExpr:
		if v, ok := d.constant(e.Val, path); ok && e.Op == hclsyntax.OpNegate && v.kind == vNumber {
			return value{kind: vNumber, pos: pos, n: -v.n, s: strconv.Itoa(-v.n)}, true
		}
	case *hclsyntax.ScopeTraversalExpr:
		return d.local(e, pos, path)
	case *hclsyntax.FunctionCallExpr:
		switch e.Name {
		case "env":
			return d.env(e, pos, path)
		case unhexName:
			return d.unhex(e, pos, path)
		}
		d.add(conf.Bad(pos, path, "%s() is not known before a request comes; want a constant", e.Name))
		return value{}, false
	}
	d.add(conf.BadValue(pos, path, d.text(e.Range()), "a constant: a string, number, true, false, list, local.NAME or env(NAME, DEFAULT)"))
	return value{}, false
}

func (d *decoder) literal(e *hclsyntax.LiteralValueExpr, pos conf.Pos, path string) (value, bool) {
	switch {
	case !e.Val.IsKnown(): // stands where the parser has found a mistake
		d.failures++
	case e.Val.IsNull():
		d.add(conf.Bad(pos, path, "null is not a value; leave the attribute out"))
	case e.Val.Type() == cty.String:
		return value{kind: vString, pos: pos, s: e.Val.AsString()}, true
	case e.Val.Type() == cty.Bool:
		return value{kind: vBool, pos: pos, b: e.Val.True(), s: strconv.FormatBool(e.Val.True())}, true
	case e.Val.Type() == cty.Number:
		n, accuracy := e.Val.AsBigFloat().Int64()
		// 1e-999999999 is so small that it is exactly 0.
		plain := strings.Trim(d.text(e.SrcRange), "0123456789") == ""
		if plain && accuracy == big.Exact && int64(int(n)) == n {
			return value{kind: vNumber, pos: pos, n: int(n), s: strconv.Itoa(int(n))}, true
		}
		d.add(conf.BadValue(pos, path, d.text(e.SrcRange), "a whole number"))
	}
	return value{}, false
}

func (d *decoder) template(e *hclsyntax.TemplateExpr, pos conf.Pos, path string) (value, bool) {
	out := value{kind: vString, pos: pos}
	for _, part := range e.Parts {
		v, ok := d.constant(part, path)
		if !ok {
			return v, false
		}
		if v.kind == vList || len(out.s)+len(v.s) > maxString {
			d.add(conf.Bad(v.pos, path, "want a string of at most %d bytes", maxString))
			return v, false
		}
		out.s += v.s
	}
	return out, true
}

func (d *decoder) tuple(e *hclsyntax.TupleConsExpr, pos conf.Pos, path string) (value, bool) {
	out := value{kind: vList, pos: pos}
	for _, el := range e.Exprs {
		v, ok := d.constant(el, path)
		if !ok {
			return v, false
		}
		list := []value{v}
		if v.kind == vList {
			list = v.list
		}
		if len(out.list)+len(list) > maxList {
			d.add(conf.Bad(v.pos, path, "want a list of at most %d elements", maxList))
			return v, false
		}
		out.list = append(out.list, list...)
	}
	return out, true
}

// local returns local.NAME.
func (d *decoder) local(e *hclsyntax.ScopeTraversalExpr, pos conf.Pos, path string) (value, bool) {
	name, ok := member(e, "local")
	if !ok {
		got := d.text(e.SrcRange)
		err := conf.BadValue(pos, path, got, "a constant: a string, number, true, false, list, local.NAME or env(NAME, DEFAULT)")
		if len(e.Traversal) == 1 {
			err.Fix = "text stands in quotes"
		}
		d.add(err)
		return value{}, false
	}
	v, ok := d.locals[name]
	if !ok {
		d.add(conf.Unknown(pos, path, "local", name, sortedKeys(d.locals)))
		return value{}, false
	}
	v.pos = pos
	return v, true
}

// env returns an environment variable, or the default where it is not set.
func (d *decoder) env(e *hclsyntax.FunctionCallExpr, pos conf.Pos, path string) (value, bool) {
	if len(e.Args) < 1 || len(e.Args) > 2 {
		d.add(conf.Bad(pos, path, "want env(NAME) or env(NAME, DEFAULT)"))
		return value{}, false
	}
	name, ok := d.constant(e.Args[0], path)
	if !ok {
		return name, false
	}
	if s, set := os.LookupEnv(name.s); set {
		return value{kind: vString, pos: pos, s: s}, true
	}
	if len(e.Args) == 1 {
		d.add(conf.Bad(pos, path, "the environment has no variable %q; set it, or give a default: env(%q, DEFAULT)", name.s, name.s))
		return value{}, false
	}
	v, ok := d.constant(e.Args[1], path)
	v.pos = pos
	return v, ok
}

// unhexName is the function that gives the bytes which HCL has no way to write.
const unhexName = "unhex"

// unhex returns the bytes that are written in hexadecimal.
func (d *decoder) unhex(e *hclsyntax.FunctionCallExpr, pos conf.Pos, path string) (value, bool) {
	if len(e.Args) != 1 {
		d.add(conf.Bad(pos, path, "want unhex(DIGITS)"))
		return value{}, false
	}
	digits, ok := d.constString(e.Args[0], path)
	if !ok {
		return value{}, false
	}
	b, err := hex.DecodeString(digits)
	if err != nil {
		d.add(conf.BadValue(pos, path, digits, "hexadecimal digits in pairs"))
		return value{}, false
	}
	return value{kind: vString, pos: pos, s: string(b)}, true
}

// readLabel returns what a block's label says: "unhex(DIGITS)" is the bytes that HCL has no way to write.
func readLabel(l string) string {
	digits, ok := strings.CutPrefix(l, unhexName+"(")
	if digits, ok2 := strings.CutSuffix(digits, ")"); ok && ok2 {
		if b, err := hex.DecodeString(digits); err == nil {
			return string(b)
		}
	}
	return l
}

// member returns NAME of root.NAME or root["NAME"].
func member(e hclsyntax.Expression, root string) (string, bool) {
	t, ok := e.(*hclsyntax.ScopeTraversalExpr)
	if !ok || len(t.Traversal) != 2 || t.Traversal.RootName() != root {
		return "", false
	}
	return stepName(t.Traversal[1])
}
