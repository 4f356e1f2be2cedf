package e2e

import (
	"fmt"
	"net"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"
)

// logEar collects the datagrams of a log target.
type logEar struct {
	c    net.PacketConn
	done chan struct{} // closed when lastLine has come

	mu  sync.Mutex
	got []string
}

func listenLog(port int) (*logEar, error) {
	c, err := net.ListenPacket("udp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return nil, err
	}
	return newLogEar(c), nil
}

func newLogEar(c net.PacketConn) *logEar {
	e := &logEar{c: c, done: make(chan struct{})}
	go e.listen()
	return e
}

// lastLine is what lines sends to itself, behind everything else.
const lastLine = "-- the end --"

// notOfStreams are lines that the process writes about itself as it ends.
var notOfStreams = regexp.MustCompile(`(?i)(^|\]: )proxy \S+ stopped`)

// listen reads at once: a unix socket holds few datagrams, and a proxy does not wait.
func (e *logEar) listen() {
	for buf := make([]byte, 64<<10); ; {
		n, _, err := e.c.ReadFrom(buf)
		if err != nil {
			return
		}
		line := strings.TrimRight(string(buf[:n]), "\n")
		if line == lastLine {
			close(e.done)
			return
		}
		e.mu.Lock()
		if !notOfStreams.MatchString(line) {
			e.got = append(e.got, line)
		}
		e.mu.Unlock()
	}
}

// lines returns what has been logged until now, and hears no more.
func (e *logEar) lines() ([]string, error) {
	self, err := net.Dial(e.c.LocalAddr().Network(), e.c.LocalAddr().String())
	if err != nil {
		return nil, err
	}
	defer self.Close()
	self.SetDeadline(time.Now().Add(patience))
	if _, err := self.Write([]byte(lastLine)); err != nil {
		return nil, err
	}
	select {
	case <-e.done:
	case <-time.After(patience):
		return nil, fmt.Errorf("the log's own last line did not come within %v", patience)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.got, nil
}

// drain ends the process once it has finished, and logged, what it is at.
func (p *proc) drain() error {
	p.cmd.Process.Signal(syscall.SIGUSR1)
	if _, err := p.wait(patience); err != nil {
		return fmt.Errorf("%w (SIGUSR1)", err)
	}
	return p.complaints()
}
