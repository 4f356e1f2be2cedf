package frontend

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
)

// anonymousFDs counts the descriptors of pollers and wake-ups that are open.
func anonymousFDs(t *testing.T) (n, most int) {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		if to, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && strings.HasPrefix(to, "anon_inode:") {
			n++
		}
	}
	return n, len(list)
}

// Where the descriptors do not suffice for all loops, those that were made leave none behind.
func TestNewLoopsFail(t *testing.T) {
	cfg := parseCfg(t, "frontend f\n  bind 127.0.0.1:1\n")
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &was); err != nil {
		t.Fatal(err)
	}
	before, open := anonymousFDs(t)
	low := syscall.Rlimit{Cur: uint64(open) + 12, Max: was.Max}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &low); err != nil {
		t.Fatal(err)
	}
	px, err := New(cfg, Options{Loops: 64})
	syscall.Setrlimit(syscall.RLIMIT_NOFILE, &was)
	if err == nil {
		px.Close()
	}
	if !errors.Is(err, syscall.EMFILE) {
		t.Fatalf("got %v; want %v", err, syscall.EMFILE)
	}
	if after, _ := anonymousFDs(t); after > before {
		t.Fatalf("%d descriptors are open; there were %d", after, before)
	}
}
