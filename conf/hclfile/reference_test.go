package hclfile

import (
	"os"
	"strings"
	"testing"
)

const referenceFile = "../../docs/hcl.md"

// TestReference keeps docs/hcl.md the same as the tables. After a change: go generate ./conf/hclfile
func TestReference(t *testing.T) {
	got := Reference()
	if *update {
		if err := os.WriteFile(referenceFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(referenceFile)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Error("docs/hcl.md is not what the tables say: run go generate ./conf/hclfile")
	}
}

// TestReferenceExample runs the example of the page.
func TestReferenceExample(t *testing.T) {
	_, example, _ := strings.Cut(Reference(), "```hcl\n")
	example, _, ok := strings.Cut(example, "```")
	cfg, diags := Parse("example.hcl", []byte(example))
	if err := diags.Err(); !ok || err != nil || cfg.Backend("api") == nil {
		t.Errorf("got %v", err)
	}
}

// TestRowsDocumented holds every row to a type, a place for its value and a line of text.
func TestRowsDocumented(t *testing.T) {
	rowsOf(t, "global", globalGrammar.rows)
	rowsOf(t, "tune", tuneGrammar.rows)
	rowsOf(t, "section", sectionGrammar.rows)
	rowsOf(t, "option", optionGrammar.rows)
	rowsOf(t, "timeout", timeoutGrammar.rows)
	rowsOf(t, "bind", bindGrammar.rows)
	rowsOf(t, "server", serverGrammar.rows)
	rowsOf(t, "http_error", httpErrorGrammar.rows)
	rowsOf(t, "forwarded", forwardedGrammar.rows)
	rowsOf(t, "user", userGrammar.rows)
	for i := range actionRows {
		rowsOf(t, actionRows[i].name, actionRows[i].grammar.rows)
	}
}

func rowsOf[T any](t *testing.T, block string, rows []row[T]) {
	t.Helper()
	seen := map[string]bool{}
	for i := range rows {
		r := &rows[i]
		if r.doc == "" || r.typ == 0 || r.name == "" || r.at == nil && (r.read == nil || r.text == nil) || seen[r.name] {
			t.Errorf("%s: bad row %q", block, r.name)
		}
		seen[r.name] = true
	}
}
