package convert

import (
	"flag"
	"os"
	"testing"

	"weir/conf/cfgfile"
)

var update = flag.Bool("update", false, "write what is found into the golden files and the example")

// TestExample keeps the example that people are shown the same as what is written today.
func TestExample(t *testing.T) {
	const from, to = "../../examples/from-haproxy/haproxy.cfg", "../../examples/from-haproxy/weir.hcl"
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	got := converted(t, []cfgfile.Source{{Name: from, Text: text}})
	if *update {
		if err := os.WriteFile(to, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want, err := os.ReadFile(to); err != nil || got != string(want) {
		t.Errorf("%v; run go test ./conf/convert -update; got:\n%s", err, got)
	}
}
