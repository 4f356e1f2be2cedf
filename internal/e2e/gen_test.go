package e2e

import (
	"flag"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"weir/internal/peer"
)

var (
	genSeed  = flag.Uint64("gen.seed", 1, "seed of TestGenerated")
	genCount = flag.Int("gen.count", 300, "how many cases TestGenerated makes")
	genOnly  = flag.Int("gen.only", -1, "the one case that TestGenerated makes")
)

// genFile is how many cases share a configuration.
const genFile = 100

// TestGenerated compares what haproxy and Weir do with random rules and requests.
func TestGenerated(t *testing.T) {
	t.Parallel()
	peer.Need(t, "haproxy")
	t.Logf("seed %d: go test ./internal/e2e -run TestGenerated -gen.seed %d", *genSeed, *genSeed)
	first, count := 0, *genCount
	if *genOnly >= 0 {
		first, count = *genOnly, 1
	}
	for from := first; from < first+count; from += genFile {
		f := &oracleFile{name: fmt.Sprintf("seed %d, case", *genSeed)}
		for i := from; i < min(from+genFile, first+count); i++ {
			f.cases = append(f.cases, makeCase(*genSeed, i))
		}
		t.Run(fmt.Sprint(from), func(t *testing.T) {
			t.Parallel()
			takeAccepted(t, f)
			compareOracle(t, f)
		})
	}
}

// takeAccepted leaves out the cases that haproxy refuses. Weir may take those, as it knows later keywords; what haproxy takes
// Weir must take.
func takeAccepted(t *testing.T, f *oracleFile) {
	t.Helper()
	made := len(f.cases)
	f.dropRefused(t, "haproxy", func(c *oracleCase, why string) { t.Log("refused:", why) })
	f.dropRefused(t, "weir", func(c *oracleCase, why string) {
		t.Errorf("%s %d: Weir refuses\n  %s\n  %s\n%s", f.name, c.line, strings.Join(c.front, "\n  "), strings.Join(c.back, "\n  "), why)
	})
	if len(f.cases) < made/2 {
		t.Errorf("only %d of %d cases can be compared: the grammar makes too much that haproxy refuses", len(f.cases), made)
	}
}

var configLine = regexp.MustCompile(`(?m)\.cfg:(\d+)[]:].*`)

// dropRefused takes out the cases with lines that the proxy complains about, until it does no more.
func (f *oracleFile) dropRefused(t *testing.T, kind string, refused func(*oracleCase, string)) {
	t.Helper()
	for len(f.cases) > 0 {
		dir := shortDir(t)
		at := newPlaces(dir, kind)
		at.unbound = true
		conf := filepath.Join(dir, kind+".cfg")
		text := f.config(at)
		if err := f.write(dir, conf, text); err != nil {
			t.Fatal(err)
		}
		args, err := proxyCommand(kind, conf, true)
		if err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(args[0], args[1:]...).CombinedOutput()
		if err == nil {
			return
		}
		f.drop(t, text, string(out), refused)
	}
}

// drop takes out the cases that the messages tell of.
func (f *oracleFile) drop(t *testing.T, config, messages string, refused func(*oracleCase, string)) {
	t.Helper()
	bad := map[string]string{}
	lines := strings.Split(config, "\n")
	for _, m := range configLine.FindAllStringSubmatch(messages, -1) {
		if strings.Contains(m[0], "warning") {
			continue
		}
		n, _ := strconv.Atoi(m[1])
		if name := caseOf(lines[:min(n, len(lines))]); name != "" {
			bad[name] = m[0]
		}
	}
	if len(bad) == 0 {
		t.Fatalf("no case is told of in\n%s", messages)
	}
	kept := f.cases[:0:0]
	for _, c := range f.cases {
		if why, ok := bad[c.name]; ok {
			refused(c, why)
			continue
		}
		kept = append(kept, c)
	}
	f.cases = kept
}

// caseOf is the name of the case that the last of the lines belongs to.
func caseOf(lines []string) string {
	for i := len(lines) - 1; i >= 0; i-- {
		for _, kind := range []string{"frontend f_", "backend b_", "backend c_"} {
			if name, ok := strings.CutPrefix(lines[i], kind); ok {
				return name
			}
		}
	}
	return ""
}
