package testport

import (
	"fmt"
	"net"
	"os/exec"
	"sync"
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

// Who needs many ports, and gives them back, goes through its own again, and leaves the others' to them. What is not given back is given to nobody else.
func TestFreeAgain(t *testing.T) {
	kept := Free()
	most := max(maxBlocks, len(ports.blocks)) // more, where another test has needed more
	for range (maxBlocks + 1) * blockSize {
		p := Free()
		if p == kept {
			t.Fatalf("%d is given a second time", p)
		}
		Release(p)
	}
	if n := len(ports.blocks); n > most || ports.round == 0 {
		t.Errorf("it holds %d blocks, of which the first was taken %d times more; want %d at most", n, ports.round, most)
	}
}

// Who keeps more than its blocks have gets another one.
func TestFreeMany(t *testing.T) {
	seen := map[int]bool{}
	for range maxBlocks*blockSize + 10 {
		p := Free()
		if seen[p] {
			t.Fatalf("%d is given a second time", p)
		}
		seen[p] = true
	}
	for p := range seen {
		Release(p)
	}
}

// Ports that the kernel may give to a connection are left out, as long as there are others.
func TestUsableBlocks(t *testing.T) {
	f := func(low, high, want int) {
		t.Helper()
		list := usableBlocks(low, high)
		if len(list) != want {
			t.Errorf("%d to %d: %d blocks; want %d", low, high, len(list), want)
		}
		for _, n := range list {
			if p := firstOf(n); p < firstPort || p+blockSize-1 > lastPort || p+blockSize > firstFixed && p <= lastFixed {
				t.Errorf("block %d begins with %d", n, p)
			}
		}
	}
	const all = 36
	f(32768, 60999, all)
	f(0, 0, all)
	f(15000, 65535, 6)
	f(15001, 65535, 6)
	f(15499, 65535, 6)
	f(15500, 65535, 7)
	f(1024, 14999, all-6)
	f(1024, 65535, all) // there is nothing else
}

// A port is free at once though processes are made meanwhile: none of them has what we have looked with.
func TestFreeBesideProcesses(t *testing.T) {
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					if err := exec.Command("/bin/true").Run(); err != nil {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	for range 300 {
		p := Free()
		addr := fmt.Sprintf("127.0.0.1:%d", p)
		l, err := net.Listen("tcp", addr)
		if err != nil {
			t.Error(err)
			break
		}
		u, err := net.ListenPacket("udp", addr)
		if err != nil {
			t.Error(err)
			break
		}
		l.Close()
		u.Close()
		Release(p)
	}
	close(stop)
	wg.Wait()
}
