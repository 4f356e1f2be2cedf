package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"weir/internal/peer"
)

// daemonConf writes a configuration that is to be a daemon.
func daemonConf(t *testing.T, more string) (path, pid string) {
	t.Helper()
	dir := t.TempDir()
	path, pid = filepath.Join(dir, "weir.hcl"), filepath.Join(dir, "pid")
	text := fmt.Sprintf(`global {
  daemon        = true
  master_worker = true
  pidfile       = %q
}
defaults {
  timeout {
    client  = "1s"
    server  = "1s"
    connect = "1s"
  }
}
frontend "f" {
  bind "unix@%s/sock" {}
  default_backend = "b"
}
backend "b" {
  server "s" {
    address = "127.0.0.1:1"
  }
}
%s`, pid, dir, more)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path, pid
}

// "weir run" goes into the background where the configuration says so, once everything is bound.
func TestRunDaemon(t *testing.T) {
	t.Run("plain", func(t *testing.T) { runDaemon(t, "") })
	if os.Geteuid() == 0 { // there is no null device in it
		t.Run("chroot", func(t *testing.T) { runDaemon(t, fmt.Sprintf("global {\n  chroot = %q\n}\n", t.TempDir())) })
	}
}

// runDaemon waits for the end of what the daemon says too, which comes when it has let go of the terminal.
func runDaemon(t *testing.T, more string) {
	t.Helper()
	path, pidFile := daemonConf(t, more)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "run", "-c", path)
	cmd.Env = append(os.Environ(), "WEIR_TEST_MAIN=1")
	if said, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(said), "ready") {
		t.Fatalf("%v: %s", err, said)
	}
	text, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Kill(pid, syscall.SIGKILL) })
	if sid, err := sessionOf(pid); err != nil || sid != pid {
		t.Errorf("its session is %d, %v; want its own, %d", sid, err, pid)
	}
	syscall.Kill(pid, syscall.SIGTERM)
	waitGone(t, pid)
}

// What is wrong is told before it would go.
func TestRunDaemonFails(t *testing.T) {
	path, pidFile := daemonConf(t, `listen "taken" {
  bind "unix@/nowhere/at/all" {}
}
`)
	p := startWeir(t, t.TempDir(), "run", "-c", path)
	if code := p.end(t); code != exitFail {
		t.Errorf("exit code %d", code)
	}
	if _, said := p.text(); !strings.Contains(said, "/nowhere/at/all") {
		t.Errorf("it said %s", said)
	}
	if _, err := os.Stat(pidFile); err == nil {
		t.Error("a pid file was written")
	}
}

// --foreground keeps it, and so does a service manager that waits.
func TestRunDaemonStays(t *testing.T) {
	f := func(env, flag, want string) {
		t.Helper()
		path, pidFile := daemonConf(t, "")
		if env != "" {
			t.Setenv("NOTIFY_SOCKET", env)
		}
		args := []string{"run", "-c", path}
		if flag != "" {
			args = append(args, flag)
		}
		p := startWeir(t, t.TempDir(), args...)
		p.wait(t, "the pid file", func() bool {
			text, err := os.ReadFile(pidFile)
			return err == nil && strings.TrimSpace(string(text)) == strconv.Itoa(p.cmd.Process.Pid)
		})
		p.cmd.Process.Signal(syscall.SIGTERM)
		if code := p.end(t); code != exitOK {
			t.Errorf("exit code %d", code)
		}
		if _, said := p.text(); !strings.Contains(said, want) {
			t.Errorf("%q is not in %s", want, said)
		}
	}
	f("", "--foreground", "master_worker has no effect")
	f(filepath.Join(t.TempDir(), "n"), "", "daemon has no effect: a service manager waits")
}

// A listener that was handed over is the daemon's, whatever its number: 3 is the first that anything else would take.
func TestDaemonKeepsInherited(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Run("weir", func(t *testing.T) { daemonOnFD(t, self, "haproxy") })
	t.Run("haproxy", func(t *testing.T) { daemonOnFD(t, peer.Need(t, "haproxy")) })
}

func daemonOnFD(t *testing.T, name string, args ...string) {
	t.Helper()
	dir := t.TempDir()
	path, pidFile := filepath.Join(dir, "h.cfg"), filepath.Join(dir, "pid")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	f, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text := "defaults\n mode http\n timeout client 1m\n timeout server 1m\n timeout connect 1m\n" +
		"frontend f\n bind fd@3\n http-request return status 204\n"
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(name, append(args, "-D", "-f", path, "-p", pidFile)...)
	cmd.Env = append(os.Environ(), "WEIR_TEST_MAIN=1")
	cmd.ExtraFiles = []*os.File{f}
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	said, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(said)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Kill(pid, syscall.SIGKILL) })
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(2 * time.Minute))
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	if line, err := bufio.NewReader(c).ReadString('\n'); !strings.HasPrefix(line, "HTTP/1.1 204 ") {
		t.Errorf("got %q, %v", line, err)
	}
}
