package stats

import (
	"os"
	"strings"
	"testing"
)

// TestCommandsAreDocumented: whoever reads about the stats socket finds every command that it has.
func TestCommandsAreDocumented(t *testing.T) {
	var doc strings.Builder
	for _, name := range []string{"stats-socket.md", "tls.md"} {
		b, err := os.ReadFile("../docs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		doc.Write(b)
	}
	for i := range commandTable {
		// Those of certificates stand in docs/tls.md by kind, several to a row.
		if name := commandTable[i].name; !strings.Contains(name, " ssl ") && !strings.Contains(doc.String(), "`"+name) {
			t.Errorf("neither docs/stats-socket.md nor docs/tls.md has %q", name)
		}
	}
}
