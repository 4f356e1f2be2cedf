package main

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// answers asks the frontend of the "good" configuration, which denies.
func answers(t *testing.T, dir string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "hcl", "good.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	addr := regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(string(text))
	if code, body := get(t, "http://"+addr+"/"); code != 403 {
		t.Fatalf("it answers %d %s; want 403", code, body)
	}
}

func sessionOf(pid int) (int, error) {
	sid, _, errno := syscall.Syscall(syscall.SYS_GETSID, uintptr(pid), 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(sid), nil
}

// waitGone waits for a process that is nobody's child here to end: it is gone, or a zombie that its new parent has not looked at yet.
func waitGone(t *testing.T, pid int) {
	t.Helper()
	for end := time.Now().Add(waitTime); ; time.Sleep(5 * time.Millisecond) {
		stat, err := os.ReadFile(filepath.Join("/proc", itoa(pid), "stat"))
		if err != nil || bytes.Contains(stat, []byte(") Z ")) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("process %d does not end", pid)
		}
	}
}

// startHaproxy starts "haproxy ARGS" in the foreground.
func startHaproxy(t *testing.T, dir string, env []string, args ...string) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.Command(self, args...), done: make(chan struct{})}
	p.cmd.Args[0] = "haproxy"
	p.cmd.Dir = filepath.Join(dir, "hcl")
	p.cmd.Env = append(append(os.Environ(), "WEIR_TEST_MAIN=1"), env...)
	p.listen()
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.cmd.Wait() // its exit code is in ProcessState
		close(p.done)
	}()
	t.Cleanup(func() {
		p.cmd.Process.Kill()
		<-p.done
	})
	return p
}

// manager is a service manager that listens for notifications.
type manager struct {
	conn *net.UnixConn
	path string
}

func newManager(t *testing.T) *manager {
	t.Helper()
	dir, err := os.MkdirTemp("", "weir-n") // a socket's path has 107 bytes at most
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "n")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &manager{conn, path}
}

// next is the next notification.
func (m *manager) next(t *testing.T) string {
	t.Helper()
	m.conn.SetReadDeadline(time.Now().Add(waitTime))
	b := make([]byte, 4096)
	n, err := m.conn.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(b[:n]), "\n", " ")
}
