package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weir/internal/peer"
)

// minOracle is the least number of cases: a file that goes missing must not pass unseen.
const minOracle = 300

// TestOracle sends the same bytes through Debian's haproxy and through Weir, each with the very same haproxy.cfg, and wants
// the server and the client to receive the same bytes and the log to hold the same line.
func TestOracle(t *testing.T) {
	t.Parallel()
	peer.Need(t, "haproxy")
	files, err := filepath.Glob("testdata/oracle/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f, err := parseOracle(path, string(text))
		if err != nil {
			t.Fatal(err)
		}
		total += len(f.cases)
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			t.Parallel()
			compareOracle(t, f)
		})
	}
	if total < minOracle {
		t.Errorf("%d cases; want %d and more", total, minOracle)
	}
	t.Logf("%d cases", total)
}

// compareOracle runs a file's cases through both and compares.
func compareOracle(t *testing.T, f *oracleFile) {
	want, err := f.runOracle("haproxy", shortDir(t))
	if err != nil {
		t.Fatalf("haproxy: %v", err)
	}
	if os.Getenv("WEIR_E2E") == "haproxy" {
		for i, c := range f.cases {
			t.Logf("%s:%d: case %s\n%s", f.name, c.line, c.name, want[i])
		}
		return
	}
	got, err := f.runOracle("weir", shortDir(t))
	if err != nil {
		t.Fatalf("weir: %v", err)
	}
	for i, c := range f.cases {
		same := got[i].String() == want[i].String()
		switch {
		case c.differs != "" && same:
			t.Errorf("%s:%d: case %s: no difference any more: drop %q", f.name, c.line, c.name, c.differs)
		case c.differs == "" && !same:
			t.Errorf("%s:%d: case %s: - haproxy, + weir:\n  %s\n%s", f.name, c.line, c.name, strings.Join(c.front, "\n  "), lineDiff(want[i].String(), got[i].String()))
		}
	}
}
