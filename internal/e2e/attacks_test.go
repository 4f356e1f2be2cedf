package e2e

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"testing"
)

var update = flag.Bool("update", false, "write docs/attacks.md from what the installed proxies do")

const attackTable = "../../docs/attacks.md"

func loadAttacks(t *testing.T) []*attackClass {
	files, err := filepath.Glob("testdata/attacks/class*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no attacks: %v", err)
	}
	sort.Strings(files)
	var classes []*attackClass
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c, err := parseAttacks(file, string(text))
		if err != nil {
			t.Fatal(err)
		}
		classes = append(classes, c)
	}
	return classes
}

// subjects returns the proxies to attack: Weir alone, or all that are installed when the table is written.
func subjects(t *testing.T) []string {
	if only := os.Getenv("WEIR_E2E"); only != "" {
		return strings.Split(only, ",")
	}
	kinds := []string{"weir"}
	if *update {
		for _, kind := range []string{"haproxy", "nginx"} {
			if _, err := exec.LookPath(kind); err != nil {
				t.Fatalf("the table needs %s installed: %v", kind, err)
			}
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// TestAttacks sends every case through Weir and holds it to its verdict and to what docs/attacks.md records. With -update it
// goes through haproxy and nginx as well and writes the table.
func TestAttacks(t *testing.T) {
	t.Parallel()
	classes := loadAttacks(t)
	recorded, err := readTable(attackTable)
	if err != nil {
		t.Fatal(err)
	}
	results := map[string]string{} // "kind/case"
	var mu sync.Mutex
	t.Run("run", func(t *testing.T) {
		for _, kind := range subjects(t) {
			for _, c := range classes {
				t.Run(fmt.Sprintf("%s/class%d", kind, c.number), func(t *testing.T) {
					t.Parallel()
					known := recorded
					if *update || kind != "weir" {
						known = nil
					}
					runClass(t, kind, c, known, func(a *attack, o *outcome) {
						mu.Lock()
						defer mu.Unlock()
						results[kind+"/"+a.name] = o.String()
					})
				})
			}
		}
	})
	if *update {
		if t.Failed() {
			t.Fatal("the table is left as it was")
		}
		if err := os.WriteFile(attackTable, []byte(attackDoc(classes, results)), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	compareTable(t, classes, recorded, results)
}

func runClass(t *testing.T, kind string, c *attackClass, recorded map[string]string, report func(*attack, *outcome)) {
	ar, err := newArena(kind, shortDir(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := ar.close(); err != nil {
			t.Error(err)
		}
	}()
	for _, a := range c.cases {
		o, err := ar.attack(a, recorded[a.name])
		if err != nil {
			t.Fatalf("%s: %v", a.name, err)
		}
		report(a, o)
		if err := a.verdict(o); err != nil && kind == "weir" {
			t.Errorf("%s: %v (%s)", a.name, err, o)
		}
	}
}

// loose leaves out what may differ from run to run: whether the beginning of a bad body has reached the origin before its
// badness was seen, and whether the connection was closed where nothing is owed about it, for we do not wait for that.
func loose(a *attack, outcome string) string {
	outcome = strings.Replace(outcome, "; origin: incomplete", "", 1)
	if a.want == "reject" {
		return outcome
	}
	return strings.Replace(outcome, ", closed", "", 1)
}

// compareTable holds Weir's results against the recorded column.
func compareTable(t *testing.T, classes []*attackClass, recorded, results map[string]string) {
	for _, c := range classes {
		for _, a := range c.cases {
			got, ran := results["weir/"+a.name]
			if ran && loose(a, got) != loose(a, recorded[a.name]) {
				t.Errorf("%s: got %q; docs/attacks.md records %q (go test ./internal/e2e -run TestAttacks -update writes it)", a.name, got, recorded[a.name])
			}
		}
	}
}
