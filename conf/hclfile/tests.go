package hclfile

import (
	"fmt"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"weir/conf"
)

// testRow is one function that compares a sample with patterns.
type testRow struct {
	name     string
	match    string // conf.Test.Match
	caseless bool   // there is a form with _i that ignores case
	bare     bool   // needs no patterns
	doc      string
}

// testRows are all of them. The first row of a match method is how Encode writes it.
var testRows = []testRow{
	{"one_of", "str", true, false, "equals one of the values; numbers and addresses are compared as such"},
	{"eq", "str", true, false, "equals the value, byte for byte"},
	{"starts_with", "beg", true, false, "begins with"},
	{"ends_with", "end", true, false, "ends with"},
	{"contains", "sub", true, false, "has the text in it"},
	{"has_dir", "dir", true, false, "has the text as whole parts between slashes"},
	{"has_domain", "dom", true, false, "has the text as whole parts between dots"},
	{"matches", "reg", true, false, "matches the regular expression (RE2), anywhere unless anchored"},
	{"in_net", "ip", false, false, "is the address, or in the network"},
	{"int_in", "int", false, false, `is the number, or within the range: 80, "8000:8999", "ge 1024"`},
	{"has_length", "len", false, false, `is that many bytes long: 5, "1:8"`},
	{"is_bin", "bin", true, false, "equals the bytes written in hexadecimal"},
	{"is_true", "bool", false, true, "is true, or a number that is not 0"},
	{"exists", "found", false, true, "is there at all"},
	{"natural", "", true, false, "compares in the way that is natural for the sample's type"},
}

// testName is a function's row and whether it was called with _i.
type testName struct {
	row        *testRow
	ignoreCase bool
}

var testNames = func() map[string]*testName {
	m := map[string]*testName{}
	for i := range testRows {
		r := &testRows[i]
		m[r.name] = &testName{row: r}
		if r.caseless {
			m[r.name+"_i"] = &testName{r, true}
		}
	}
	return m
}()

func testByName(name string) *testName { return testNames[name] }

// test reads NAME(SAMPLE, PATTERN...). A list among the patterns counts as its elements.
func (d *decoder) test(n *testName, call *hclsyntax.FunctionCallExpr, pos conf.Pos, path string) *conf.Test {
	if call.ExpandFinal {
		d.add(conf.Bad(pos, path, "... is not part of the language; a list may stand as it is"))
		return nil
	}
	if !d.arity(n, call, pos, path) {
		return nil
	}
	sample := d.sample(call.Args[0], path)
	t := &conf.Test{Pos: pos, Expr: sample, Match: n.row.match, IgnoreCase: n.ignoreCase}
	p := &patterns{test: t}
	before := d.failures
	for _, e := range call.Args[1:] {
		d.pattern(p, e, path)
	}
	if sample == nil || d.failures > before {
		return nil
	}
	if n.row.name == "one_of" && !t.IgnoreCase && len(t.Patterns)+len(t.Files) > 0 {
		t.Match = equalityOf(sample, value{kind: p.kind})
	}
	t.Settle()
	return t
}

// arity checks the number of arguments.
func (d *decoder) arity(n *testName, call *hclsyntax.FunctionCallExpr, pos conf.Pos, path string) bool {
	want := ""
	switch got := len(call.Args); {
	case !n.row.bare && n.row.match != "" && got < 2:
		want = "SAMPLE, VALUE..."
	case got == 0:
		want = "SAMPLE"
	}
	if want != "" {
		d.add(conf.Bad(pos, path, "%s", fmt.Sprintf("want %s(%s)", call.Name, want)))
	}
	return want == ""
}
