// Package testport gives tests ports to bind later on, in another process or a second time.
package testport

import (
	"fmt"
	"net"
	"os"
	"sync"
)

// Ports come from below the kernel's ephemeral range (32768 and up), so that no outgoing connection of a test that runs
// beside us takes one between our look and the proxy's bind.
const (
	firstPort = 12000
	lastPort  = 31999
)

var ports struct {
	sync.Mutex
	next int
}

// Free returns a port of TCP and UDP that nothing listens on and that no other test of this process was given.
func Free() int {
	ports.Lock()
	defer ports.Unlock()
	if ports.next == 0 {
		// Several test processes may run at once: each begins somewhere else.
		ports.next = firstPort + os.Getpid()*97%(lastPort-firstPort)
	}
	for range lastPort - firstPort {
		p := ports.next
		if ports.next++; ports.next > lastPort {
			ports.next = firstPort
		}
		if isFree(p) {
			return p
		}
	}
	panic("testport: no free port")
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
