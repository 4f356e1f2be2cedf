package acl

import (
	"testing"

	"weir/conf"
)

// TestSettle holds conf's knowledge of types to what the fetches and converters give: a test whose method conf fills in compares as it
// would have without.
func TestSettle(t *testing.T) {
	types := map[string]Type{"addr": Addr, "bin": Bin, "bool": Bool, "meth": Method, "sint": Int, "str": Str}
	method := func(e *conf.Expr) string {
		test := &conf.Test{Expr: e, Patterns: []conf.Pattern{{Text: "1"}}}
		test.Settle()
		return test.Match
	}
	for name := range fetches {
		e := &conf.Expr{Fetch: conf.Call{Name: name}}
		f, implied := lookupACL(name)
		if implied == "" {
			implied = natural[f.out]
		}
		if got := method(e); got != "" && got != implied {
			t.Errorf("%s: conf has the method %q, acl %q", name, got, implied)
		}
		if want, known := types[e.Type()]; known && want != f.out && f.out != Any {
			t.Errorf("%s: conf has the type %s, acl %s", name, e.Type(), f.out)
		}
	}
	for name, v := range convs {
		e := &conf.Expr{Fetch: conf.Call{Name: "path"}, Convs: []conf.Call{{Name: name}}}
		if want, known := types[e.Type()]; known && v.out != want && v.out != Any && v.out != fromSample {
			t.Errorf("%s: conf has the type %s, acl %s", name, e.Type(), v.out)
		}
	}
}
