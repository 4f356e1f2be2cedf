package hclfile

import (
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"weir/conf"
)

// patterns are the values of a test being read.
type patterns struct {
	test *conf.Test
	kind vkind // of the values: a number where one is a number
}

// testOptions are what the object after a test's values may set.
var testOptions = []string{"id", "ignore_case", "maps", "no_dns"}

// pattern reads one argument after the sample: a constant, a list of them, file("NAME"), or an object of options.
func (d *decoder) pattern(p *patterns, e hclsyntax.Expression, path string) {
	e = unparen(e)
	switch e := e.(type) {
	case *hclsyntax.TupleConsExpr:
		for _, el := range e.Exprs {
			d.pattern(p, el, path)
		}
		return
	case *hclsyntax.ObjectConsExpr:
		for _, en := range d.object(e, path) {
			d.testOption(p.test, en, path)
		}
		return
	case *hclsyntax.FunctionCallExpr:
		if e.Name == "file" {
			d.patternFile(p, e, path)
			return
		}
	}
	v, ok := d.constant(e, path)
	if !ok {
		return
	}
	list := []value{v}
	if v.kind == vList {
		list = v.list
	}
	for _, el := range list {
		p.test.Patterns = append(p.test.Patterns, conf.Pattern{Pos: el.pos, Text: el.s})
		p.kind = max(p.kind, el.kind)
	}
}

// patternFile reads file("NAME"): every line of the file is a pattern.
func (d *decoder) patternFile(p *patterns, call *hclsyntax.FunctionCallExpr, path string) {
	pos := d.pos(call.Range())
	if len(call.Args) != 1 || call.ExpandFinal {
		d.add(conf.Bad(pos, path, `want file("NAME")`))
		return
	}
	if name, ok := d.constString(call.Args[0], path); ok {
		p.test.Files = append(p.test.Files, &conf.PatternFile{Pos: pos, Path: name})
	}
}

func (d *decoder) testOption(t *conf.Test, en entry, path string) {
	a := &attr{name: en.key, expr: en.val, pos: d.pos(en.val.Range()), path: join(path, en.key)}
	switch en.key {
	case "id":
		d.assign(&t.ID, &info{typ: tInt, min: 1}, a)
	case "ignore_case":
		d.assign(&t.IgnoreCase, &info{}, a)
	case "maps":
		d.assign(&t.Maps, &info{}, a)
	case "no_dns":
		d.assign(&t.NoDNS, &info{}, a)
	default:
		d.add(conf.Unknown(en.keyPos, path, "option of a comparison", en.key, testOptions))
	}
}

// optionsText writes the options of a test as an object, or "".
func optionsText(t *conf.Test, ignoreCase bool) string {
	var out []string
	if t.ID != 0 {
		out = append(out, "id = "+strconv.Itoa(t.ID))
	}
	if ignoreCase {
		out = append(out, "ignore_case = true")
	}
	if t.Maps {
		out = append(out, "maps = true")
	}
	if t.NoDNS {
		out = append(out, "no_dns = true")
	}
	if out == nil {
		return ""
	}
	return "{ " + strings.Join(out, ", ") + " }"
}

func contains(list []string, s string) bool { return slices.Contains(list, s) }
