package testport

import (
	"net"
	"testing"
)

// A port is given once, can be bound, and is none that the kernel gives to connections.
func TestFree(t *testing.T) {
	seen := map[int]bool{}
	for range 20 {
		p := Free()
		if seen[p] || p < firstPort || p > lastPort || p >= firstFixed && p <= lastFixed {
			t.Fatalf("got %d, after %v", p, seen)
		}
		seen[p] = true
	}
	l, err := net.Listen("tcp", Addr())
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
}

// Who needs many ports goes through its own again, and leaves the others' to them.
func TestFreeAgain(t *testing.T) {
	for range (maxBlocks + 1) * blockSize {
		Free()
	}
	if n := len(ports.blocks); n > maxBlocks || ports.round == 0 {
		t.Errorf("it holds %d blocks, of which the first was taken %d times more; want %d at most", n, ports.round, maxBlocks)
	}
}
