package loop

import (
	"os"
	"path/filepath"
	"testing"
)

// A namespace that is asked for again is not opened again, unless another one has got its name.
func TestOpenNamespace(t *testing.T) {
	dir := t.TempDir()
	defer func(was string) { namespaceDir = was }(namespaceDir)
	namespaceDir = dir
	name := func(kind string) {
		t.Helper()
		path := filepath.Join(dir, "test")
		os.Remove(path)
		if err := os.Symlink("/proc/self/ns/"+kind, path); err != nil {
			t.Fatal(err)
		}
	}
	open := func() *Namespace {
		t.Helper()
		n, err := OpenNamespace("test")
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	name("net")
	first, before := open(), openFDs(t)
	for range 3 {
		if got := open(); got != first {
			t.Fatalf("got %+v; want %+v", got, first)
		}
	}
	fdsBack(t, "a namespace", before)
	name("uts")
	if other := open(); other == first || other.fd == first.fd || other.own != first.own {
		t.Fatalf("got %+v for another namespace of that name; the first was %+v", other, first)
	}
	if _, err := OpenNamespace("none"); err == nil {
		t.Fatal("there is no such namespace")
	}
}
