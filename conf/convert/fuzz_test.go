package convert

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"weir/conf"
	"weir/conf/cfgfile"
)

// FuzzConvert feeds any bytes as a haproxy.cfg. What is a good configuration must be the same one in HCL.
func FuzzConvert(f *testing.F) {
	for _, file := range []string{"haproxy-http", "haproxy-websocket-full"} {
		f.Add(withoutFiles(readSeed(f, "testdata/seeds/"+file+".cfg")))
	}
	g := &generator{Rand: rand.New(rand.NewPCG(7, 7)), lines: readLines(f)}
	for range 20 {
		f.Add(withoutFiles(g.configuration()))
	}
	f.Fuzz(func(t *testing.T, text string) {
		if withoutFiles(text) != text {
			return
		}
		r, diags := Convert([]cfgfile.Source{{Name: "x.cfg", Text: []byte(text)}}, "x.hcl")
		if diags.Err() == nil && namesKnown(reflect.ValueOf(r.Config)) && r.Same != nil {
			t.Errorf("%v\n%s\nbecame\n%s", r.Same, text, r.Text)
		}
	})
}

// namesKnown reports whether there are such fetches and converters, which the acl package is there to say.
func namesKnown(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return v.IsNil() || namesKnown(v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			if !namesKnown(v.Index(i)) {
				return false
			}
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			if !namesKnown(v.MapIndex(k)) {
				return false
			}
		}
	case reflect.Struct:
		if e, ok := v.Interface().(conf.Expr); ok {
			for _, c := range e.Convs {
				if !slices.Contains(conf.ConverterNames(), c.Name) {
					return false
				}
			}
			return conf.FetchTypes()[e.Fetch.Name] != ""
		}
		for i := range v.NumField() {
			if !namesKnown(v.Field(i)) {
				return false
			}
		}
	}
	return true
}

// withoutFiles drops the lines that may name another file of this machine, or a variable of its environment.
func withoutFiles(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		named := false
		for _, word := range []string{"file", "/dev", "/proc", "/sys", "$"} {
			named = named || strings.Contains(line, word)
		}
		if !named {
			out.WriteString(line)
		}
	}
	return out.String()
}
