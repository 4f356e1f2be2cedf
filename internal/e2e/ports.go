package e2e

import (
	"fmt"
	"net"
	"os"
	"strings"
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

// freePort returns a port of TCP and UDP that nothing listens on and that no other test of this process was given.
func freePort() int {
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
	panic("e2e: no free port")
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

// places holds what the ${...} of one script stand for.
type places struct {
	mu    sync.Mutex
	dir   string
	id    string
	ports map[string]int
	texts map[string]string
}

func newPlaces(dir, id string) *places {
	return &places{dir: dir, id: id, ports: map[string]int{}, texts: map[string]string{}}
}

// port returns the port of that name, taking a free one at first.
func (p *places) port(name string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ports[name] == 0 {
		p.ports[name] = freePort()
	}
	return p.ports[name]
}

// expand replaces each ${...} of s. "${%" and unknown names are left alone: HCL templates use the same brackets.
func (p *places) expand(s string) string {
	return os.Expand(hideDollars(s), func(name string) string {
		switch port, ok := strings.CutPrefix(name, "port."); {
		case ok:
			return fmt.Sprint(p.port(port))
		case name == "dir":
			return p.dir
		case name == "id":
			return p.id
		case name == "\x00":
			return "$"
		default:
			if t, ok := p.texts[name]; ok {
				return p.expand(t)
			}
			return "${" + name + "}"
		}
	})
}

// hideDollars protects every dollar that does not open a bracket from os.Expand.
func hideDollars(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '$' && (i+1 == len(s) || s[i+1] != '{') {
			b.WriteString("${\x00}")
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
