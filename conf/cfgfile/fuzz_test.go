package cfgfile

import (
	"path/filepath"
	"strings"
	"testing"

	"weir/conf"
)

// FuzzParse feeds any bytes as a file. Nothing may panic, hang or take unbounded memory; every error has a place, and none is told
// twice.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/model/*.txt", "testdata/errors/*.txt"} {
		files, _ := filepath.Glob(pattern)
		if len(files) == 0 {
			f.Fatalf("no file matches %s", pattern)
		}
		for _, file := range files {
			for _, c := range readCases(f, file) {
				f.Add(contexts[c.in] + c.text)
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		if namesFile(text) {
			return // another file of this machine would be read
		}
		cfg, diags := Parse("x.cfg", []byte(text))
		if cfg == nil {
			t.Fatal("no configuration")
		}
		seen := map[string]bool{}
		for _, list := range []conf.Errors{diags.Errors, diags.Warnings} {
			for _, e := range list {
				if e.Pos.Line < 1 || e.Pos.Line > strings.Count(text, "\n")+1 {
					t.Errorf("no place: %s", e)
				}
				if seen[e.Error()] {
					t.Errorf("told twice: %s", e)
				}
				seen[e.Error()] = true
			}
		}
		dump(cfg)
	})
}

// namesFile reports whether a configuration may name a file to read: fuzzing must not open devices.
func namesFile(text string) bool {
	for _, word := range []string{"file", "-f", "crt", "pem"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// A file that is cut off anywhere is refused or read, and never breaks the reader.
func TestTruncated(t *testing.T) {
	for _, c := range readCases(t, "testdata/model/rule.txt") {
		for n := range c.text {
			if cfg, diags := Parse("x.cfg", []byte(contexts[c.in]+c.text[:n])); cfg == nil {
				t.Fatalf("cut at %d: no configuration, %v", n, diags.Err())
			}
		}
	}
}
