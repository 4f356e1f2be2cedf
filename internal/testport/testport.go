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

// Ports come from below the kernel's ephemeral range (by default 32768 and up), so that no outgoing connection of a test that runs
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
	// fullShare is how many in a hundred of them may be given, before one more is taken: the others may be somebody's who does not ask us.
	fullShare = 90
	// maxBlocks is how many a process takes, unless it has given all of their ports: some need tens of thousands one after another, and
	// others are to find blocks too.
	maxBlocks = 6
)

var ports struct {
	sync.Mutex
	next, end int
	locks     []*os.File // on blocks, held until the process ends
	blocks    []int      // which
	round     int
	given     map[int]bool // and not given back yet
}

// Free returns a port of TCP and UDP that nothing listens on and that no other test has: it is the caller's until Release, or until
// the process ends.
func Free() int {
	ports.Lock()
	defer ports.Unlock()
	for {
		for ports.next < ports.end {
			p := ports.next
			ports.next++
			if !ports.given[p] && isFree(p) {
				if ports.given == nil {
					ports.given = map[int]bool{}
				}
				ports.given[p] = true
				return p
			}
		}
		takeBlock()
	}
}

// Release gives back ports that nothing is to be bound to any more. Who takes a few need not: there are thousands.
func Release(list ...int) {
	ports.Lock()
	defer ports.Unlock()
	for _, p := range list {
		delete(ports.given, p)
	}
}

// takeBlock locks a block that no other process has, or turns to one that this process has already.
func takeBlock() {
	if full := len(ports.given) >= len(ports.blocks)*blockSize*fullShare/100; len(ports.blocks) >= maxBlocks && !full {
		againBlock()
		return
	}
	usable := usableBlocks(ephemeral())
	for i := range usable {
		n := usable[(os.Getpid()+i)%len(usable)]
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
	if len(ports.given) >= len(ports.blocks)*blockSize {
		panic("testport: no free port: who needs many is to give them back")
	}
	againBlock()
}

// againBlock goes through our blocks again, for what has been given back by now.
func againBlock() {
	useBlock(ports.blocks[ports.round%len(ports.blocks)])
	ports.round++
}

func useBlock(n int) { ports.next = firstOf(n); ports.end = ports.next + blockSize }

// firstOf is the first port of a block.
func firstOf(n int) int {
	first := firstPort + n*blockSize
	if first >= firstFixed {
		first += lastFixed + 1 - firstFixed
	}
	return first
}

// usableBlocks are those without a port from low to high; where there is no such block, they are all.
func usableBlocks(low, high int) (list []int) {
	const blocks = (lastPort + 1 - firstPort - (lastFixed + 1 - firstFixed)) / blockSize
	var all []int
	for n := range blocks {
		all = append(all, n)
		if first := firstOf(n); first > high || first+blockSize <= low {
			list = append(list, n)
		}
	}
	if list == nil {
		return all
	}
	return list
}

// ephemeral is the range that the kernel gives to connections; on another system than Linux it is none of ours.
func ephemeral() (low, high int) {
	text, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range")
	if err == nil {
		fmt.Sscan(string(text), &low, &high)
	}
	return low, high
}

// tryPidfd has package os do now what it does for the first process: it makes one more, only to see what the kernel can do, and takes no
// lock for that.
var tryPidfd = sync.OnceFunc(func() {
	if p, err := os.FindProcess(os.Getpid()); err == nil {
		p.Release()
	}
})

// isFree looks at TCP and UDP: logs go over the latter. No process is made meanwhile: it would have what we look with, and with it the port,
// until it runs its program, and that can be longer than we take to bind the port.
func isFree(port int) bool {
	tryPidfd()
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
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
