package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A folder is one configuration, of one language: files of the other are told of, never passed over.
func TestFolder(t *testing.T) {
	const hcl, cfg = `listen "h" { bind "127.0.0.1:8080" {} }`, "listen c\n    bind 127.0.0.1:8081\n"
	const both = "the folder has both *.hcl and *.cfg files"
	f := func(want string, names ...string) {
		t.Helper()
		dir := t.TempDir()
		for _, name := range names {
			text := hcl
			if filepath.Ext(name) == ".cfg" {
				text = cfg
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, command := range []string{"check", "run --check"} {
			code, out, said := weir(append(strings.Fields(command), "-c", dir)...)
			if want == both || want == "has no" {
				if code != exitFail || !strings.Contains(said, dir+": ") || !strings.Contains(said, want) {
					t.Errorf("%s %q: code %d, %s; want %q", command, names, code, said, want)
				}
			} else if code != exitOK || command == "check" && !strings.Contains(out, "frontend "+want+" ") {
				t.Errorf("%s %q: code %d, %s%s; want %q", command, names, code, out, said, want)
			}
		}
	}
	f("h", "a.hcl")
	f("c", "a.cfg")
	f(both, "a.hcl", "b.cfg")
	f("h", "a.hcl", ".b.cfg", ".c.hcl", "README")
	f("c", "a.cfg", ".b.hcl")
	f("has no", "README")
}

// What was converted may stand beside what it was made of.
func TestConvertFolderWithBoth(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.cfg"), []byte("listen c\n    bind 127.0.0.1:8081\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if code, _, said := weir("convert", "-force", "-o", filepath.Join(dir, "weir.hcl"), dir); code != exitOK {
			t.Fatalf("code %d, %s", code, said)
		}
	}
	if code, out, said := weir("compat", dir); code != exitOK || !strings.Contains(out, "2 directives: 2 done") {
		t.Fatalf("compat: code %d, %s%s", code, out, said)
	}
}
