// Package testport gives tests ports to bind later on, in another process or a second time.
package testport

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

// Ports come from below the kernel's ephemeral range (32768 and up), so that no outgoing connection of a test that runs
// beside us takes one between our look and the proxy's bind.
const (
	firstPort = 12000
	lastPort  = 31999
	// Those that bench has for good are left to it.
	firstFixed = 18000
	lastFixed  = 19999
	// blockSize is how many ports a test process takes at a time. Others, whose tests run beside, have blocks of their own: even to
	// look whether a port is free takes it for a moment.
	blockSize = 500
	// maxBlocks is how many a process takes: some need tens of thousands of ports one after another, and others are to find blocks too.
	maxBlocks = 6
)

var ports struct {
	sync.Mutex
	next, end int
	locks     []*os.File // on blocks, held until the process ends
	blocks    []int      // which
	round     int
}

// Free returns a port of TCP and UDP that nothing listens on and that no other test of this process was given lately.
func Free() int {
	ports.Lock()
	defer ports.Unlock()
	for {
		for ports.next < ports.end {
			p := ports.next
			ports.next++
			if isFree(p) {
				return p
			}
		}
		takeBlock()
	}
}

// takeBlock locks a block that no other process has, or turns to one that this process has already.
func takeBlock() {
	if len(ports.blocks) == maxBlocks {
		againBlock()
		return
	}
	const blocks = (lastPort + 1 - firstPort - (lastFixed + 1 - firstFixed)) / blockSize
	for i := range blocks {
		n := (os.Getpid() + i) % blocks
		// Of the user's own: nobody else may open it.
		f, err := os.OpenFile(filepath.Join(os.TempDir(), fmt.Sprintf("weir-testport-%d-%d.lock", os.Getuid(), n)), os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			panic(fmt.Sprintf("testport: %v", err))
		}
		if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			ports.locks, ports.blocks = append(ports.locks, f), append(ports.blocks, n)
			useBlock(n)
			return
		}
		f.Close()
	}
	if len(ports.blocks) == 0 {
		panic("testport: no free port")
	}
	againBlock()
}

// againBlock goes through our blocks again: what was given of them first has been used and left by now.
func againBlock() {
	useBlock(ports.blocks[ports.round%len(ports.blocks)])
	ports.round++
}

func useBlock(n int) {
	first := firstPort + n*blockSize
	if first >= firstFixed {
		first += lastFixed + 1 - firstFixed
	}
	ports.next, ports.end = first, first+blockSize
}

// isFree looks at TCP and UDP: logs go over the latter.
func isFree(port int) bool {
	addr := fmt.Sprintf(":%d", port)
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return false
	}
	l.Close()
	u, err := net.ListenPacket("udp", addr)
	if err != nil {
		return false
	}
	u.Close()
	return true
}

// Addr is 127.0.0.1 with a free port.
func Addr() string { return fmt.Sprintf("127.0.0.1:%d", Free()) }
