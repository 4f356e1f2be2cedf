package hclfile

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weir/conf"
)

var update = flag.Bool("update", false, "write what is found into the golden files and docs/hcl.md")

// separator stands between the input of a golden file and what must come of it.
const separator = "----------\n"

// TestErrors runs each testdata/errors/NAME.txt: a configuration, the separator, every error in order.
// Missing timeouts and the like are warnings and not in it.
func TestErrors(t *testing.T) {
	golden(t, "testdata/errors/*.txt", func(t *testing.T, name string, input []byte) string {
		_, diags := Parse(filepath.Join("testdata/errors", name+".hcl"), input)
		if diags.Err() == nil {
			t.Fatal("no error")
		}
		return strings.ReplaceAll(diags.Err().Error()+"\n", "testdata/errors/", "")
	})
}

// TestModels runs each testdata/model/NAME.txt: a configuration, the separator, what is understood of it,
// as Encode writes it. What it writes must read back as the same model.
func TestModels(t *testing.T) {
	golden(t, "testdata/model/*.txt", func(t *testing.T, name string, input []byte) string {
		file := filepath.Join("testdata/model", name+".hcl")
		cfg, diags := Parse(file, input)
		if err := diags.Err(); err != nil {
			t.Fatal(err)
		}
		roundTrip(t, file, cfg)
		return string(Encode(cfg))
	})
}

func golden(t *testing.T, pattern string, run func(t *testing.T, name string, input []byte) string) {
	files, _ := filepath.Glob(pattern)
	if len(files) == 0 {
		t.Fatalf("no file matches %s", pattern)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			input, want, _ := bytes.Cut(data, []byte(separator))
			got := run(t, name, input)
			if *update {
				if err := os.WriteFile(file, []byte(string(input)+separator+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// roundTrip checks that what Encode writes is the same configuration.
func roundTrip(t *testing.T, file string, cfg *conf.Config) {
	t.Helper()
	text := Encode(cfg)
	again, diags := Parse(file, text)
	if err := diags.Err(); err != nil {
		t.Fatalf("what Encode wrote has errors: %v\n%s", err, text)
	}
	if got, want := dump(again), dump(cfg); got != want {
		t.Errorf("Encode changed the configuration:\n%s\nwas:\n%s\ntext:\n%s", got, want, text)
	}
}
