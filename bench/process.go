package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// process is a child on a core of its own.
type process struct {
	cmd  *exec.Cmd
	out  output
	done chan struct{}
}

// startPinned starts a command whose threads all stay on one core: a child inherits the affinity of the thread that forks it.
func startPinned(core int, args ...string) (*process, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return nil, err
	}
	if one.Set(core); before.IsSet(core) && before.Count() > 1 {
		if err := unix.SchedSetaffinity(0, &one); err != nil {
			return nil, err
		}
		defer unix.SchedSetaffinity(0, &before)
	}
	out, err := newOutput()
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.Command(args[0], args[1:]...), out: out, done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = out.f, out.f
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { p.cmd.Wait(); close(p.done) }()
	return p, nil
}

// output is what a process has written: to a file without a name, so that a subject that logs to its stdout is not slowed down by a reader.
type output struct{ f *os.File }

func newOutput() (output, error) {
	f, err := os.CreateTemp("", "weir-bench-out-")
	if err != nil {
		return output{}, err
	}
	return output{f}, os.Remove(f.Name())
}

func (o output) String() string {
	text, err := io.ReadAll(io.NewSectionReader(o.f, 0, 1<<20))
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func (p *process) stop() {
	defer p.out.f.Close()
	p.cmd.Process.Signal(syscall.SIGINT)
	select {
	case <-p.done:
	case <-time.After(3 * time.Second):
		p.cmd.Process.Kill()
		<-p.done
	}
}

// clockTicks is USER_HZ, which Linux fixes at 100 for user space.
const clockTicks = 100

// cpu returns the user and system time that the process has used so far.
func (p *process) cpu() time.Duration {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	_, rest, _ := strings.Cut(string(text), ") ")
	f := strings.Fields(rest)
	if len(f) < 13 {
		return 0
	}
	var user, system int64
	fmt.Sscan(f[11], &user)
	fmt.Sscan(f[12], &system)
	return time.Duration(user+system) * time.Second / clockTicks
}

var vmRSS = regexp.MustCompile(`VmRSS:\s+(\d+) kB`)

// rss returns the resident set in bytes.
func (p *process) rss() int64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	var kb int64
	if m := vmRSS.FindSubmatch(text); m != nil {
		fmt.Sscan(string(m[1]), &kb)
	}
	return kb << 10
}
