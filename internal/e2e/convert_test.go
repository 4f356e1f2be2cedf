package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weir/conf/cfgfile"
	"weir/conf/convert"
)

// TestConvertOracle converts the configurations of the oracle's cases: in HCL they mean the same.
func TestConvertOracle(t *testing.T) {
	t.Parallel()
	paths, _ := filepath.Glob("testdata/oracle/*.txt")
	if len(paths) == 0 {
		t.Fatal("no files")
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			f, err := parseOracle(path, string(text))
			if err != nil {
				t.Fatal(err)
			}
			at := newPlaces(t.TempDir(), "convert")
			at.unbound = true
			writeOracleFiles(t, f, at)
			name := filepath.Join(at.dir, "haproxy.cfg")
			r, diags := convert.Convert([]cfgfile.Source{{Name: name, Text: []byte(f.config(at))}}, filepath.Join(at.dir, "weir.hcl"))
			if err := diags.Err(); err != nil {
				t.Fatal(err)
			}
			if r.Same != nil {
				t.Errorf("%v\n%s", r.Same, r.Text)
			}
		})
	}
}

// writeOracleFiles writes what the configuration names.
func writeOracleFiles(t *testing.T, f *oracleFile, at *places) {
	t.Helper()
	files := map[string]string{}
	for _, code := range oraclePages {
		files[pageName(code)] = page(code)
	}
	for name, lines := range f.files {
		files[name] = at.expand(strings.Join(lines, "\n") + "\n")
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(at.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
