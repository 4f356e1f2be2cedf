package hclfile

import (
	"fmt"
	"io/fs"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"weir/conf"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// stepName returns the name that one step of a traversal takes.
func stepName(step hcl.Traverser) (string, bool) {
	switch s := step.(type) {
	case hcl.TraverseAttr:
		return s.Name, true
	case hcl.TraverseIndex:
		if s.Key.Type() == cty.String && !s.Key.IsNull() {
			return s.Key.AsString(), true
		}
	}
	return "", false
}

// assign reads an attribute's value into the field that the row names.
func (d *decoder) assign(field any, r *info, a *attr) {
	switch f := field.(type) {
	case **conf.Format:
		*f = d.format(a.expr, a.path)
		return
	case **conf.Cond:
		*f = d.cond(a.expr, a.path)
		return
	case **conf.Expr:
		*f = d.sampleOrConstant(a.expr, a.path)
		return
	case *[]string:
		*f = d.strings(a, r.enum)
		return
	}
	v, ok := d.constant(a.expr, a.path)
	if !ok {
		return
	}
	switch f := field.(type) {
	case *int:
		if r.typ == tSize {
			d.size(f, v, r, a)
		} else {
			d.int(f, v, r, a)
		}
	case *time.Duration:
		d.duration(f, v, r, a)
	case *bool:
		d.bool(f, v, a)
	case *string:
		d.string(f, v, r, a)
	case *fs.FileMode:
		if m, ok := d.octal(v, a); ok {
			*f = fs.FileMode(m)
		}
	case *uint32:
		if m, ok := d.octal(v, a); ok {
			*f = m
		}
	default:
		panic(fmt.Sprintf("BUG: no reader for %T", field))
	}
}

func (d *decoder) wrong(v value, a *attr, want ...string) {
	got := v.s
	if v.kind == vList {
		got = d.text(a.expr.Range())
	}
	d.add(conf.BadValue(a.pos, a.path, got, want...))
}

func (d *decoder) int(f *int, v value, r *info, a *attr) {
	high := r.max
	if high == 0 {
		high = math.MaxInt32
	}
	n := v.n
	if v.kind == vString { // env() gives strings
		var err error
		if n, err = strconv.Atoi(v.s); err != nil {
			v.kind = 0
		}
	}
	if v.kind != vNumber && v.kind != vString || n < r.min || n > high {
		d.wrong(v, a, fmt.Sprintf("a number from %d to %d", r.min, high))
		return
	}
	*f = n
}

func (d *decoder) size(f *int, v value, r *info, a *attr) {
	n, err := conf.ParseSize(v.s)
	switch {
	case v.kind != vNumber && v.kind != vString:
		d.wrong(v, a, "a number of bytes such as 16384 or \"16k\"")
	case err != nil:
		d.wrong(v, a, trimWant(err))
	case n < r.min || r.max > 0 && n > r.max:
		d.wrong(v, a, fmt.Sprintf("a number of bytes from %d to %d", r.min, r.max))
	default:
		*f = n
	}
}

func (d *decoder) duration(f *time.Duration, v value, r *info, a *attr) {
	dur, err := conf.ParseDuration(v.s)
	switch {
	case v.kind != vNumber && v.kind != vString:
		d.wrong(v, a, `a time such as "25s"`)
	case err != nil:
		d.wrong(v, a, trimWant(err))
	case dur == 0 && r.min > 0:
		d.wrong(v, a, "a time above 0")
	default:
		*f = dur
	}
}

func (d *decoder) bool(f *bool, v value, a *attr) {
	if v.kind == vString && (v.s == "true" || v.s == "false") { // env() gives strings
		v.kind, v.b = vBool, v.s == "true"
	}
	if v.kind != vBool {
		d.wrong(v, a, "true", "false")
		return
	}
	*f = v.b
}

func (d *decoder) string(f *string, v value, r *info, a *attr) {
	switch {
	case v.kind != vString:
		d.wrong(v, a, "a string")
	case r.typ == tWord && slices.Contains(r.later, v.s):
		d.add(conf.NotDone(a.pos, a.path, v.s, "want "+strings.Join(r.enum, " or ")))
	case r.typ == tWord && !slices.Contains(r.enum, v.s):
		d.wrong(v, a, r.enum...)
	case r.typ == tWord || v.s != "":
		*f = v.s
	default:
		d.wrong(v, a, "a string that is not empty")
	}
}

func (d *decoder) octal(v value, a *attr) (uint32, bool) {
	n, err := strconv.ParseUint(v.s, 8, 32)
	if v.kind == vList || err != nil || n > 0o777 {
		d.wrong(v, a, `a file mode such as "660"`)
		return 0, false
	}
	return uint32(n), true
}

// strings reads a list of strings; one is a list of one. Where there are accepted words, it holds nothing else.
func (d *decoder) strings(a *attr, accepted []string) []string {
	v, ok := d.constant(a.expr, a.path)
	if !ok {
		return nil
	}
	list := v.list
	if v.kind != vList {
		list = []value{v}
	}
	var out []string
	for _, el := range list {
		switch {
		case el.kind == vBool:
			d.wrong(v, a, "a list of strings")
			return nil
		case accepted != nil && !slices.Contains(accepted, el.s):
			d.add(conf.BadValue(el.pos, a.path, el.s, accepted...))
		default:
			out = append(out, el.s)
		}
	}
	return out
}

// entry is one pair of an object.
type entry struct {
	key    string
	keyPos conf.Pos
	val    hclsyntax.Expression
}

// object reads { KEY = value } in order. Keys may be bare words, strings or numbers.
func (d *decoder) object(e hclsyntax.Expression, path string) []entry {
	var out []entry
	seen := map[string]bool{}
	for _, en := range d.fields(e, path) {
		if seen[en.key] {
			d.add(conf.Bad(en.keyPos, path, "%q is given twice", en.key))
			continue
		}
		seen[en.key] = true
		out = append(out, en)
	}
	return out
}

// fields reads an object of header fields: a name may stand there several times.
func (d *decoder) fields(e hclsyntax.Expression, path string) []entry {
	obj, ok := e.(*hclsyntax.ObjectConsExpr)
	if !ok {
		d.add(conf.BadValue(d.pos(e.Range()), path, d.text(e.Range()), "an object: { NAME = VALUE }"))
		return nil
	}
	var out []entry
	for _, it := range obj.Items {
		if key, ok := d.key(it.KeyExpr, path); ok {
			out = append(out, entry{key, d.pos(it.KeyExpr.Range()), it.ValueExpr})
		}
	}
	return out
}

func (d *decoder) key(e hclsyntax.Expression, path string) (string, bool) {
	if k, ok := e.(*hclsyntax.ObjectConsKeyExpr); ok {
		if word := hcl.ExprAsKeyword(k.Wrapped); word != "" && !k.ForceNonLiteral {
			return word, true
		}
		e = k.Wrapped
	}
	v, ok := d.constant(e, path)
	if ok && v.kind == vList {
		d.add(conf.Bad(v.pos, path, "want a name before the ="))
		return "", false
	}
	return v.s, ok
}

// constString reads a string that is known now.
func (d *decoder) constString(e hclsyntax.Expression, path string) (string, bool) {
	v, ok := d.constant(e, path)
	if ok && v.kind == vList {
		d.add(conf.BadValue(v.pos, path, d.text(e.Range()), "a string"))
		return "", false
	}
	return v.s, ok
}
