package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"
)

// patience bounds every wait for a condition: long enough for a race build on a busy machine, short enough to report a hang.
const patience = time.Minute

// proc is one running proxy.
type proc struct {
	kind   string // weir, haproxy, nginx
	cmd    *exec.Cmd
	stdout lines
	stderr lines
	done   chan struct{} // closed when the process has ended
	err    error         // of Wait; read after done
}

// lines collects a process's output for many readers.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// proxyCommand returns the command line that runs (or, with check, only checks) a configuration file.
func proxyCommand(kind, conf string, check bool) ([]string, error) {
	switch kind {
	case "haproxy":
		if check {
			return []string{"haproxy", "-c", "-f", conf}, nil
		}
		return []string{"haproxy", "-db", "-f", conf}, nil
	case "nginx":
		return []string{"nginx", "-c", conf}, nil
	}
	weir, err := weirBinary()
	if check {
		return []string{weir, "check", "-c", conf}, err
	}
	return []string{weir, "run", "-c", conf}, err
}

// startProc starts a proxy on a configuration and returns at once.
func startProc(kind, conf string) (*proc, error) {
	args, err := proxyCommand(kind, conf, false)
	if err != nil {
		return nil, err
	}
	return startCommand(kind, filepath.Dir(conf), args)
}

// startCommand starts a proxy by any command line.
func startCommand(kind, dir string, args []string) (*proc, error) {
	p := &proc{kind: kind, cmd: exec.Command(args[0], args[1:]...), done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = &p.stdout, &p.stderr
	p.cmd.Dir = dir
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { p.err = p.cmd.Wait(); close(p.done) }()
	return p, nil
}

// ready waits until each listener that the configuration names is bound, without connecting to it: a probe would be
// a connection in the proxy's counters and logs.
func (p *proc) ready(ports []int, sockets []string) error {
	return eventually(patience, func() error {
		select {
		case <-p.done:
			return stop(fmt.Errorf("%s ended at start: %v\n%s%s", p.kind, p.err, p.stdout.String(), p.stderr.String()))
		default:
		}
		bound := listening()
		for _, port := range ports {
			if !bound[port] {
				return fmt.Errorf("%s: nothing listens on port %d\n%s", p.kind, port, p.stderr.String())
			}
		}
		for _, s := range sockets {
			if !unixListens(s) {
				return fmt.Errorf("%s: nothing listens on %q", p.kind, s)
			}
		}
		return nil
	})
}

// listening finds the ports of listening TCP sockets, of any address, in the kernel's tables.
func listening() map[int]bool {
	out := map[int]bool{}
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		text, _ := os.ReadFile(table)
		for line := range strings.Lines(string(text)) {
			f := strings.Fields(line)
			if len(f) < 4 || f[3] != "0A" {
				continue
			}
			var port int
			if _, err := fmt.Sscanf(f[1][strings.LastIndexByte(f[1], ':')+1:], "%X", &port); err == nil {
				out[port] = true
			}
		}
	}
	return out
}

// unixListens looks for a unix socket; an abstract one is given with a leading "@". HAProxy binds a file under a
// temporary name and renames it, so a path is looked for in the file system.
func unixListens(name string) bool {
	if !strings.HasPrefix(name, "@") {
		st, err := os.Stat(name)
		return err == nil && st.Mode()&os.ModeSocket != 0
	}
	text, _ := os.ReadFile("/proc/net/unix")
	return strings.Contains(string(text), " "+name)
}

// wait returns the exit code once the process has ended.
func (p *proc) wait(limit time.Duration) (int, error) {
	select {
	case <-p.done:
		return exitCode(p.err), nil
	case <-time.After(limit):
		return 0, fmt.Errorf("%s still runs after %v", p.kind, limit)
	}
}

func exitCode(err error) int {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return 0
	}
	if ws := exit.Sys().(syscall.WaitStatus); ws.Signaled() {
		return 128 + int(ws.Signal())
	}
	return exit.ExitCode()
}

// trouble is what must never stand in a proxy's output, whatever a test does.
var trouble = regexp.MustCompile(`(?m)^.*(panic:|DATA RACE|\bBUG\b|fatal error:|invariant).*$`)

// kill ends the process and reports what it should not have said.
func (p *proc) kill() error {
	p.cmd.Process.Signal(syscall.SIGINT)
	if _, err := p.wait(patience); err != nil {
		p.cmd.Process.Kill()
		<-p.done
		return fmt.Errorf("%w (SIGINT)", err)
	}
	return p.complaints()
}

// end ends the process, whatever it is at.
func (p *proc) end() {
	p.cmd.Process.Kill()
	<-p.done
}

// complaints are what weir should not have said.
func (p *proc) complaints() error {
	if p.kind != "weir" {
		return nil
	}
	for _, out := range []string{p.stdout.String(), p.stderr.String()} {
		if at := trouble.FindStringIndex(out); at != nil {
			return fmt.Errorf("weir said:\n%s", clipText(out[at[0]:]))
		}
	}
	return nil
}

func clipText(s string) string {
	const most = 3000
	if len(s) > most {
		return s[:most] + "..."
	}
	return s
}

// rss returns the resident set in bytes.
func (p *proc) rss() int64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	m := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(text)
	if m == nil {
		return 0
	}
	var kb int64
	fmt.Sscan(string(m[1]), &kb)
	return kb << 10
}

// fds returns how many file descriptors the process has open.
func (p *proc) fds() int {
	entries, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", p.cmd.Process.Pid))
	return len(entries)
}

// stopError ends eventually before its time.
type stopError struct{ error }

func stop(err error) error { return stopError{err} }

// eventually calls f until it returns nil; it returns the last error when the time is over.
func eventually(limit time.Duration, f func() error) error {
	deadline := time.Now().Add(limit)
	for {
		err := f()
		var final stopError
		if err == nil || errors.As(err, &final) || time.Now().After(deadline) {
			return err
		}
		time.Sleep(5 * time.Millisecond) // the pause of a poll, not a wait for something to have happened
	}
}

// confEnding is what the name of a proxy's configuration file ends in: Weir tells its two languages apart by it.
func confEnding(kind string) string {
	if kind == "weir" {
		return "hcl"
	}
	return "cfg"
}
