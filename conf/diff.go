package conf

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// maxDiffs is how many differences Diff tells: what is read wrongly once is mostly read wrongly everywhere.
const maxDiffs = 20

// Diff says in what two configurations differ, one field a line; "" where they mean the same. Places and the names of the files do not
// count, and neither does whether an empty list is there.
func Diff(a, b *Config) string {
	d := &differ{}
	one, two := *a, *b
	one.Files, two.Files = nil, nil
	d.value("", reflect.ValueOf(one), reflect.ValueOf(two))
	return strings.Join(d.out, "\n")
}

type differ struct{ out []string }

func (d *differ) add(path string, a, b any) {
	switch {
	case len(d.out) < maxDiffs:
		d.out = append(d.out, fmt.Sprintf("%s: %v, and then %v", strings.TrimPrefix(path, "."), a, b))
	case len(d.out) == maxDiffs:
		d.out = append(d.out, "and more")
	}
}

func (d *differ) value(path string, a, b reflect.Value) {
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		d.pointer(path, a, b)
	case reflect.Struct:
		for i := range a.NumField() {
			if f := a.Type().Field(i); !placeless(f.Type) {
				d.value(path+"."+f.Name, a.Field(i), b.Field(i))
			}
		}
	case reflect.Slice, reflect.Array:
		d.list(path, a, b)
	case reflect.Map:
		d.maps(path, a, b)
	default:
		if !a.Equal(b) {
			d.add(path, quoteText(a), quoteText(b))
		}
	}
}

func quoteText(v reflect.Value) any {
	if v.Kind() == reflect.String {
		return fmt.Sprintf("%q", v.String())
	}
	return v.Interface()
}

func (d *differ) pointer(path string, a, b reflect.Value) {
	switch {
	case a.IsNil() || b.IsNil():
		if a.IsNil() != b.IsNil() {
			d.add(path, presence(a), presence(b))
		}
	case a.Kind() == reflect.Interface && a.Elem().Type() != b.Elem().Type():
		d.add(path, a.Elem().Type(), b.Elem().Type())
	default:
		d.value(path, a.Elem(), b.Elem())
	}
}

func presence(v reflect.Value) string {
	if v.IsNil() {
		return "nothing"
	}
	return "something"
}

func (d *differ) list(path string, a, b reflect.Value) {
	if a.Len() != b.Len() {
		d.add(path, fmt.Sprintf("%d elements", a.Len()), fmt.Sprintf("%d elements", b.Len()))
		return
	}
	for i := range a.Len() {
		d.value(fmt.Sprintf("%s[%d]", path, i), a.Index(i), b.Index(i))
	}
}

func (d *differ) maps(path string, a, b reflect.Value) {
	keys := append(a.MapKeys(), b.MapKeys()...)
	slices.SortFunc(keys, func(x, y reflect.Value) int { return strings.Compare(fmt.Sprint(x), fmt.Sprint(y)) })
	keys = slices.CompactFunc(keys, func(x, y reflect.Value) bool { return x.Equal(y) })
	for _, k := range keys {
		at := fmt.Sprintf("%s[%v]", path, k)
		one, two := a.MapIndex(k), b.MapIndex(k)
		if one.IsValid() != two.IsValid() {
			d.add(at, one.IsValid(), two.IsValid())
			continue
		}
		d.value(at, one, two)
	}
}
