package hclfile

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// FuzzParse feeds any bytes as a file. Nothing may panic or hang, and what is accepted must survive Encode.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/model/*.txt", "testdata/errors/*.txt", "testdata/seeds/*.hcl"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		cfg, diags := Parse("testdata/model/f.hcl", text)
		if diags.Err() != nil {
			return
		}
		roundTrip(t, "testdata/model/f.hcl", cfg)
	})
}

// TestTruncated cuts a file at every byte: each piece is either refused or a configuration.
func TestTruncated(t *testing.T) {
	data, err := os.ReadFile("testdata/model/formats.txt")
	if err != nil {
		t.Fatal(err)
	}
	data, _, _ = bytes.Cut(data, []byte(separator))
	for n := range data {
		cfg, diags := Parse("testdata/model/t.hcl", data[:n])
		if cfg == nil {
			t.Fatalf("cut at %d: no configuration, %v", n, diags.Err())
		}
	}
}
