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
		if seen[p] || p < firstPort || p > lastPort {
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
