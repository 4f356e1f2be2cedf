package acl

import (
	"testing"

	"weir/conf"
)

func TestEvalAs(t *testing.T) {
	f := func(fetch, arg string, to Type, want string) {
		t.Helper()
		x, err := NewCompiler(Options{}).Expr(&conf.Expr{Fetch: conf.Call{Name: fetch, Args: []string{arg}}})
		if err != nil {
			t.Fatal(err)
		}
		var c Context
		c.Begin(c.Now)
		var s Sample
		got := "none"
		if x.EvalAs(&c, to, &s) {
			switch to {
			case Int:
				got = "int " + string(rune('0'+s.Int))
			case Addr:
				got = s.Addr.String()
			}
		}
		if got != want {
			t.Errorf("%s(%s) as %s = %s; want %s", fetch, arg, to, got, want)
		}
	}
	f("str", "7", Int, "int 7")
	f("str", "10.0.0.1", Addr, "10.0.0.1")
	f("str", "x", Addr, "none")
	f("int", "5", Int, "int 5")
	f("int", "167772161", Addr, "10.0.0.1")
}
