package hclfile

import (
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"weir/conf"
)

// names maps the HCL spelling of fetches and converters to HAProxy's.
type names struct{ fetch, conv map[string]string }

var knownNames = sync.OnceValue(func() names {
	n := names{map[string]string{}, map[string]string{}}
	for name := range conf.FetchTypes() {
		// req_ver and req.ver are the same fetch under an old and a new name.
		n.fetch[spelling(name)] = conf.FetchName(name)
	}
	for _, name := range conf.ConverterNames() {
		n.conv[spelling(name)] = name
	}
	return n
})

// spelling writes a name of HAProxy so that it can be called in HCL.
func spelling(name string) string { return marks.Replace(name) }

var marks = strings.NewReplacer("-", "_", ".", "_", "+", "_")

// unparen removes parentheses.
func unparen(e hclsyntax.Expression) hclsyntax.Expression {
	for {
		p, ok := e.(*hclsyntax.ParenthesesExpr)
		if !ok {
			return e
		}
		e = p.Expression
	}
}

// sample reads an expression such as lower(hdr("host")): the innermost call is the fetch, the ones around
// it are converters. It returns nil where it has reported an error.
func (d *decoder) sample(e hclsyntax.Expression, path string) *conf.Expr {
	e = unparen(e)
	pos := d.pos(e.Range())
	call, ok := e.(*hclsyntax.FunctionCallExpr)
	if !ok {
		d.notSample(e, pos, path)
		return nil
	}
	if call.ExpandFinal {
		d.add(conf.Bad(pos, path, "... is not part of the language"))
		return nil
	}
	if len(call.Args) == 0 || isConst(call.Args[0]) || !isCall(call.Args[0]) {
		return d.fetch(call, pos, path)
	}
	return d.converter(call, path)
}

// sampleOrConstant reads a sample, or a constant in the place of one: 5 is int("5") and "text" is str("text").
func (d *decoder) sampleOrConstant(e hclsyntax.Expression, path string) *conf.Expr {
	if !isConst(e) {
		return d.sample(e, path)
	}
	v, ok := d.constant(e, path)
	if !ok {
		return nil
	}
	fetch, known := constantFetches[v.kind]
	if !known {
		d.add(conf.BadValue(v.pos, path, d.text(e.Range()), `a sample such as path() or hdr("Host"), or one constant`))
		return nil
	}
	return &conf.Expr{Pos: v.pos, Fetch: conf.Call{Pos: v.pos, Name: fetch, Args: []string{v.s}}}
}

// constantFetches are the fetches that return what they are given.
var constantFetches = map[vkind]string{vString: "str", vNumber: "int", vBool: "bool"}

func isCall(e hclsyntax.Expression) bool {
	_, ok := unparen(e).(*hclsyntax.FunctionCallExpr)
	return ok
}

// notSample says what was written instead of a fetch. A bare word is most likely a call without its parentheses.
func (d *decoder) notSample(e hclsyntax.Expression, pos conf.Pos, path string) {
	err := conf.BadValue(pos, path, d.text(e.Range()), `a fetch such as path() or hdr("Host")`)
	if t, ok := e.(*hclsyntax.ScopeTraversalExpr); ok && len(t.Traversal) == 1 {
		if word := t.Traversal.RootName(); knownNames().fetch[word] != "" {
			err.Suggest = word + "()"
		}
	}
	d.add(err)
}

func (d *decoder) fetch(call *hclsyntax.FunctionCallExpr, pos conf.Pos, path string) *conf.Expr {
	name, ok := knownNames().fetch[call.Name]
	if !ok {
		d.unknownCall(call, path)
		return nil
	}
	args, ok := d.args(call.Args, path)
	if !ok {
		return nil
	}
	return &conf.Expr{Pos: pos, Fetch: conf.Call{Pos: pos, Name: name, Args: args}}
}

// unknownCall tells a function used in the wrong place from a name that nothing has.
func (d *decoder) unknownCall(call *hclsyntax.FunctionCallExpr, path string) {
	pos := d.pos(call.NameRange)
	switch {
	case knownNames().conv[call.Name] != "":
		d.add(conf.Bad(pos, path, "%s() is a converter; want a fetch inside it: %s(hdr(\"Host\"))", call.Name, call.Name))
	case testByName(call.Name) != nil:
		d.add(conf.Bad(pos, path, "%s() is a condition; want a fetch such as path()", call.Name))
	default:
		d.add(conf.Unknown(pos, path, "fetch", call.Name, sortedKeys(knownNames().fetch)))
	}
}

func (d *decoder) converter(call *hclsyntax.FunctionCallExpr, path string) *conf.Expr {
	inner := d.sample(call.Args[0], path)
	pos := d.pos(call.NameRange)
	name, ok := knownNames().conv[call.Name]
	switch {
	case ok:
	case testByName(call.Name) != nil:
		d.add(conf.Bad(pos, path, "%s() is a condition, not a value", call.Name))
	case knownNames().fetch[call.Name] != "":
		d.add(conf.Bad(pos, path, "%s() is a fetch, which takes constants only", call.Name))
	default:
		d.add(conf.Unknown(pos, path, "converter", call.Name, sortedKeys(knownNames().conv)))
	}
	args, argsOK := d.args(call.Args[1:], path)
	if inner == nil || !ok || !argsOK {
		return nil
	}
	inner.Pos = d.pos(call.Range())
	inner.Convs = append(inner.Convs, conf.Call{Pos: pos, Name: name, Args: args})
	return inner
}

// args reads the constants that a fetch or converter is given, as text.
func (d *decoder) args(list []hclsyntax.Expression, path string) ([]string, bool) {
	var out []string
	all := true
	for _, e := range list {
		s, ok := d.constString(e, path)
		out, all = append(out, s), all && ok
	}
	return out, all
}

// caseless reports whether the expression is a field whose values RFC 9110 (7.6.1, 7.8) makes
// case-insensitive, so that == on it must not depend on case.
func caseless(e *conf.Expr) bool {
	fetches := []string{"hdr", "req.hdr", "req.fhdr", "res.hdr", "res.fhdr", "shdr"}
	if len(e.Convs) > 0 || len(e.Fetch.Args) == 0 || !slices.Contains(fetches, e.Fetch.Name) {
		return false
	}
	name := e.Fetch.Args[0]
	return strings.EqualFold(name, "connection") || strings.EqualFold(name, "upgrade")
}
