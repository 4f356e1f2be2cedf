package e2e

import (
	"fmt"
	"net"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// logEar collects the datagrams of a log target. They wait in the kernel: a proxy that has ended has sent them all.
type logEar struct{ c net.PacketConn }

func listenLog(port int) (*logEar, error) {
	c, err := net.ListenPacket("udp", fmt.Sprintf("127.0.0.1:%d", port))
	return &logEar{c}, err
}

// lastLine is what lines sends to itself, behind everything else.
const lastLine = "-- the end --"

// notOfStreams are lines that the process writes about itself as it ends.
var notOfStreams = regexp.MustCompile(`(?i)^proxy \S+ stopped`)

// lines returns what has been logged until now.
func (e *logEar) lines() (lines []string, err error) {
	self, err := net.Dial("udp", e.c.LocalAddr().String())
	if err != nil {
		return nil, err
	}
	defer self.Close()
	if _, err := self.Write([]byte(lastLine)); err != nil {
		return nil, err
	}
	e.c.SetReadDeadline(time.Now().Add(patience))
	for buf := make([]byte, 64<<10); ; {
		n, _, err := e.c.ReadFrom(buf)
		switch line := strings.TrimRight(string(buf[:n]), "\n"); {
		case err != nil:
			return nil, err
		case line == lastLine:
			return lines, nil
		case !notOfStreams.MatchString(line):
			lines = append(lines, line)
		}
	}
}

// drain ends the process once it has finished, and logged, what it is at.
func (p *proc) drain() error {
	p.cmd.Process.Signal(syscall.SIGUSR1)
	if _, err := p.wait(patience); err != nil {
		return fmt.Errorf("%w (SIGUSR1)", err)
	}
	return p.complaints()
}
