package e2e

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"

	"weir/internal/testport"
)

// places holds what the ${...} of one script stand for.
type places struct {
	unbound bool // nothing is bound: ports need not be free
	mu      sync.Mutex
	dir     string
	id      string
	ports   map[string]int
	texts   map[string]string
}

func newPlaces(dir, id string) *places {
	return &places{dir: dir, id: id, ports: map[string]int{}, texts: map[string]string{}}
}

// port returns the port of that name, taking a free one at first.
func (p *places) port(name string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ports[name] == 0 {
		if p.unbound {
			p.ports[name] = 1 + len(p.ports)
		} else {
			p.ports[name] = testport.Free()
		}
	}
	return p.ports[name]
}

// release gives the ports back: whatever was bound to them has ended.
func (p *places) release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.unbound {
		testport.Release(slices.Collect(maps.Values(p.ports))...)
	}
	p.ports = map[string]int{}
}

// listen listens at an address of the test's own. A listener that was there before may be open yet in a process that was just being made
// when it was closed, until that runs its program.
func listen(network, addr string) (l net.Listener, err error) {
	err = eventually(patience, func() error {
		l, err = net.Listen(network, addr)
		if err != nil && !errors.Is(err, syscall.EADDRINUSE) {
			return stop(err)
		}
		return err
	})
	return l, err
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
