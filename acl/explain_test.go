package acl

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weir/conf"
)

func explain(t *testing.T, ctx *Context, cond *conf.Cond, acls ...*conf.ACL) *Explanation {
	t.Helper()
	x, err := NewCompiler(Options{}).Explain(cond, acls, ctx)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestExplainTest(t *testing.T) {
	f := func(test string, held bool, values, pattern string) {
		t.Helper()
		ctx := newContext(t, "GET /a/b?x=1 HTTP/1.1\nHost: one.example\nX-A: 1\nX-A: 22\n")
		x := explain(t, ctx, testCond(t, test))
		if got := strings.Join(x.Values, " "); x.Held != held || got != values || x.Pattern != pattern {
			t.Fatalf("%s: held %v, values %q, pattern %q; want %v, %q, %q", test, x.Held, got, x.Pattern, held, values, pattern)
		}
	}
	f("path_beg /z /a /", true, "/a/b", "/a")
	f("path_beg /z", false, "/a/b", "")
	f("hdr(host) -i ONE.example", true, "one.example", "ONE.example")
	f("hdr(x-a) 22", true, "1 22", "22") // every value is tried
	f("hdr(none) 22", false, "", "")
	f("src 10.0.0.0/8 192.0.2.0/24", true, "192.0.2.7", "192.0.2.0/24")
	f("urlp_val(x) gt 3", false, "1", "")
	f("urlp_val(x) lt 0 lt 3", true, "1", "lt 3")
	f("path,length ge 4", true, "4", "ge 4")
	f("hdr(host) -m found", true, "one.example", "")
	f("path_reg ^/b ^/a", true, "/a/b", "^/a")
}

func TestExplainTree(t *testing.T) {
	ctx := newContext(t, "GET /a HTTP/1.1\nHost: h\n")
	yes, no := testCond(t, "path /a"), testCond(t, "path /b")
	acl := &conf.Cond{Op: conf.OpACL, ACL: "known"}
	x := explain(t, ctx, and(acl, not(yes), no), &conf.ACL{Name: "known", Cond: no}, &conf.ACL{Name: "known", Cond: yes})
	if x.Held || len(x.Kids) != 3 || !x.Kids[0].Held || x.Kids[1].Held || !x.Kids[2].Skipped {
		t.Fatalf("%+v", x)
	}
	if named := x.Kids[0]; named.Name != "known" || len(named.Kids) != 2 || named.Kids[0].Held || named.Kids[1].Pattern != "/a" {
		t.Fatalf("%+v", named)
	}
	if get := explain(t, ctx, &conf.Cond{Op: conf.OpACL, ACL: "METH_GET"}); !get.Held {
		t.Fatalf("a predefined ACL: %+v", get)
	}
	if x := explain(t, ctx, nil); x != nil {
		t.Fatalf("no condition: %+v", x)
	}
}

// The line of a file is told, not counting what is no pattern as one.
func TestExplainFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "paths")
	if err := os.WriteFile(path, []byte("# list\n\n /x\n/a one\n/b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := filePatterns(&conf.Test{Maps: true, Files: []*conf.PatternFile{{Path: path}}})
	if len(got) != 3 || got[0].Text != "/x" || got[1].Text != "/a" || got[1].Pos.Line != 4 || got[2].Pos.Line != 5 {
		t.Fatalf("%+v", got)
	}
}

// An explanation's verdict is the condition's, whatever the condition.
func TestExplainAgrees(t *testing.T) {
	leaves := []string{"path_beg /a", "path_end b", "hdr(host) -i one", "hdr(x-a) 1", "src 192.0.2.0/24", "method POST", "hdr_cnt(x-a) gt 1", "path_reg b$", "hdr(none) -m found"}
	heads := []string{"GET /a/b HTTP/1.1\nHost: one\nX-A: 1\nX-A: 2\n", "POST / HTTP/1.1\nHost: ONE\n", "GET /ab HTTP/1.1\nHost: two\nX-A: 2\n"}
	r := rand.New(rand.NewPCG(1, 2))
	var random func(deep int) *conf.Cond
	random = func(deep int) *conf.Cond {
		switch n := r.IntN(5); {
		case deep == 0 || n == 0:
			return testCond(t, leaves[r.IntN(len(leaves))])
		case n == 1:
			return not(random(deep - 1))
		case n == 2:
			return or(random(deep-1), random(deep-1), random(deep-1))
		}
		return and(random(deep-1), random(deep-1))
	}
	held := 0
	for range 500 {
		cond := random(3)
		ctx := newContext(t, heads[r.IntN(len(heads))])
		want := mustCond(t, cond).Match(ctx)
		if x := explain(t, ctx, cond); x.Held != want {
			t.Fatalf("explained %v; want %v: %+v", x.Held, want, x)
		}
		if want {
			held++
		}
	}
	if held < 50 || held > 450 {
		t.Fatalf("%d of 500 held: the test does not test much", held)
	}
}

// A probe is asked about every condition, in a Switch too, which then tries them in turn.
func TestProbe(t *testing.T) {
	var asked []string
	c := NewCompiler(Options{Probe: func(title string, cond *conf.Cond, _ *Context, holds func() bool) bool {
		asked = append(asked, title+": "+cond.Test.Expr.Fetch.Name)
		return holds()
	}}).In("frontend", "")
	var conds []*Cond
	for _, test := range []string{"path_beg /b", "path /a/b", "hdr(host) x"} {
		cond, err := c.Cond(testCond(t, test), nil)
		if err != nil {
			t.Fatal(err)
		}
		conds = append(conds, cond)
	}
	ctx := newContext(t, "GET /a/b HTTP/1.1\nHost: h\n")
	if i := NewSwitch(conds).Pick(ctx); i != 1 || strings.Join(asked, ", ") != "frontend: path_beg, frontend: path" {
		t.Fatalf("got %d, asked %q", i, asked)
	}
	if conds[2].Match(ctx) || len(asked) != 3 {
		t.Fatalf("asked %q", asked)
	}
}
