package e2e

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// sideBySide is how many tests that may run beside each other do: most of their time is waiting, so that there are more than processors.
const sideBySide = 8

func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f.Value.String() == f.DefValue {
		f.Value.Set(strconv.Itoa(max(sideBySide, runtime.GOMAXPROCS(0))))
	}
	code := m.Run()
	removeBinary()
	os.Exit(code)
}

// proxies tells which proxies the tests run: WEIR_E2E=haproxy leaves Weir out, to write a script against the oracle first.
func proxies(t *testing.T) []string {
	switch only := os.Getenv("WEIR_E2E"); only {
	case "":
		return []string{"weir", "haproxy"}
	case "weir", "haproxy":
		return []string{only}
	default:
		t.Fatalf("WEIR_E2E=%q; want weir or haproxy", only)
		return nil
	}
}

func TestScript(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/script/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	which := proxies(t)
	if _, err := exec.LookPath("haproxy"); err != nil {
		if os.Getenv("CI") != "" {
			t.Error("haproxy is not installed")
		}
		t.Logf("haproxy is not installed: the scripts run through Weir only")
		which = []string{"weir"}
	}
	for i, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		s, err := parseScript(file, string(text))
		if err != nil {
			t.Error(err)
			continue
		}
		for _, kind := range which {
			if kind == "haproxy" && !s.has("haproxy") {
				continue
			}
			t.Run(name+"/"+kind, func(t *testing.T) {
				t.Parallel()
				if err := runScript(s, kind, shortDir(t), fmt.Sprintf("%d-%d-%s", os.Getpid(), i, kind)); err != nil {
					t.Errorf("%s: %v", file, err)
				}
			})
		}
	}
}

// shortDir is t.TempDir with a path short enough for a unix socket's name (107 bytes).
func shortDir(t *testing.T) string {
	dir, err := os.MkdirTemp("", "we")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}
