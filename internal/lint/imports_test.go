package lint

import (
	"strconv"
	"strings"
	"testing"
)

// imports point down only. A row forbids the packages whose path begins with from to import what begins with any of bad.
var badImports = []struct {
	from string
	bad  []string
	but  []string // exceptions to bad
	why  string
}{
	{"conf", []string{"weir/"}, []string{"weir/conf"}, "the model stands alone: both languages and every consumer hang on it"},
	{"stats", []string{"weir/"}, []string{"weir/stats"}, "everybody counts, so stats may know nobody"},
	{"acl", []string{"weir/frontend", "weir/backend", "weir/cmd", "weir/stats"}, nil, "a condition is run by a stream and does not know it"},
	{"backend", []string{"weir/frontend", "weir/acl", "weir/cmd"}, nil, "a hash key arrives as a function value, so that balancing is tested without HTTP rules"},
	{"frontend", []string{"weir/cmd"}, nil, "imports point down"},
	{"internal/", []string{"weir/frontend", "weir/backend", "weir/acl", "weir/cmd"}, []string{"weir/cmd/weir"}, "imports point down"},
	{"internal/loop", []string{"weir/"}, []string{"weir/internal/"}, "the engine knows nothing of proxies"},
	{"internal/http1", []string{"weir/"}, []string{"weir/internal/message", "weir/internal/fault"}, "a codec shares only the message with the others"},
	{"internal/message", []string{"weir/"}, nil, "a message knows no connection and no codec"},
	{"internal/fault", []string{"weir/"}, nil, "a table"},
	{"internal/logfmt", []string{"weir/"}, nil, "a line is made of values"},
}

// onlyIn are libraries that one part of the house may use.
var onlyIn = []struct {
	lib, dir, why string
}{
	{"github.com/hashicorp/hcl/v2", "conf/hclfile", "one model, two languages: nothing below knows which file it was"},
	{"github.com/zclconf/go-cty", "conf/hclfile", "see hcl"},
	{"github.com/prometheus/client_golang", "stats", "metrics come from the same snapshot as the stats socket"},
}

func TestImports(t *testing.T) {
	fset, files := goFiles(t)
	for _, f := range files {
		if f.test {
			continue // a test may look from any side
		}
		for _, spec := range f.ast.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			for _, rule := range badImports {
				if within(f.dir, strings.TrimSuffix(rule.from, "/")) && hasAny(imported, rule.bad) && !hasAny(imported, rule.but) {
					t.Errorf("%s: %s must not import %s: %s", f.place(fset, spec), f.dir, imported, rule.why)
				}
			}
			for _, rule := range onlyIn {
				if strings.HasPrefix(imported, rule.lib) && !within(f.dir, rule.dir) {
					t.Errorf("%s: only %s imports %s: %s", f.place(fset, spec), rule.dir, imported, rule.why)
				}
			}
			if within(f.dir, "conf") && !within(f.dir, "conf/hclfile") && strings.Contains(strings.Split(imported, "/")[0], ".") {
				t.Errorf("%s: conf imports the standard library only, got %s", f.place(fset, spec), imported)
			}
		}
	}
}

func within(dir, parent string) bool { return dir == parent || strings.HasPrefix(dir, parent+"/") }

func hasAny(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}
