package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"weir/internal/peer"
	"weir/internal/testport"
)

// reloadLab is a process whose configuration changes.
type reloadLab struct {
	t      *testing.T
	p      *process
	conf   string // its file
	addr   string // of its frontend
	master string // its master's or stats socket
	text   string
}

const reloadCfg = `global
  stats socket DIR/stats level admin
%s
defaults
  mode http
  timeout client 60s
  timeout server 60s
  timeout connect 5s
frontend f
  bind 127.0.0.1:PORT
  http-request return status 200 content-type text/plain string %s
backend b
  server s1 127.0.0.1:1
`

// newReloadLab starts a program on a configuration with a master's socket.
func newReloadLab(t *testing.T, program, global string) *reloadLab {
	t.Helper()
	dir, err := os.MkdirTemp("", "weir-r") // a socket's path has 107 bytes at most
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	l := &reloadLab{t: t, conf: filepath.Join(dir, "proxy.cfg"), addr: testport.Addr(), master: filepath.Join(dir, "master")}
	_, port, _ := net.SplitHostPort(l.addr)
	l.text = strings.NewReplacer("DIR", dir, "PORT", port).Replace(reloadCfg)
	l.write(global, "one", "")
	l.p = &process{cmd: exec.Command(program, "-W", "-db", "-S", l.master, "-f", l.conf), done: make(chan struct{})}
	l.p.cmd.Args[0] = "haproxy"
	l.p.cmd.Env = append(os.Environ(), "WEIR_TEST_MAIN=1")
	l.p.listen()
	if err := l.p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		l.p.cmd.Wait() // its exit code is in ProcessState
		close(l.p.done)
	}()
	t.Cleanup(func() {
		l.p.cmd.Process.Signal(syscall.SIGTERM) // a master ends its workers
		l.p.end(t)
	})
	l.p.wait(t, "the start", func() bool { return l.says() == "one" })
	return l
}

func (l *reloadLab) write(global, says, more string) {
	l.t.Helper()
	if err := os.WriteFile(l.conf, []byte(fmt.Sprintf(l.text, global, says)+more), 0o600); err != nil {
		l.t.Fatal(err)
	}
}

// says is what the frontend answers on a connection of its own, which does not outlive the answer: "" = there was none.
func (l *reloadLab) says() string {
	c, err := net.Dial("tcp", l.addr)
	if err != nil {
		return ""
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(waitTime))
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
	answer, _ := io.ReadAll(c)
	_, body, _ := strings.Cut(string(answer), "\r\n\r\n")
	return body
}

// ask sends a line to the master's socket; "" where it is not there just now.
func (l *reloadLab) ask(line string) string {
	c, err := net.Dial("unix", l.master)
	if err != nil {
		return ""
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(waitTime))
	fmt.Fprintln(c, line)
	c.(*net.UnixConn).CloseWrite()
	text, _ := io.ReadAll(c)
	return string(text)
}

// hold opens a connection and asks half a question: once it is accepted, it keeps its generation alive.
func (l *reloadLab) hold() net.Conn {
	l.t.Helper()
	c, err := net.Dial("tcp", l.addr)
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(waitTime))
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n")
	l.p.wait(l.t, "the accept", func() bool { return strings.Contains(l.ask("@1 show stat"), "\nf,FRONTEND,,,1,") })
	return c
}

// story is a sequence of reloads, and "show proc" after each.
func (l *reloadLab) story() string {
	l.t.Helper()
	var out strings.Builder
	look := func(reloads string, workers int) { // those that end are given the time to
		l.t.Helper()
		row := regexp.MustCompile(`\nPID +master +` + regexp.QuoteMeta(reloads) + ` +T`)
		var text string
		l.p.wait(l.t, "master "+reloads, func() bool {
			text = normal(l.ask("show proc"))
			return row.MatchString(text) && strings.Count(text, " worker ") == workers
		})
		out.WriteString(text)
	}
	look("0 [failed: 0]", 1)
	c := l.hold()
	l.write("", "two", "")
	l.ask("reload")
	look("1 [failed: 0]", 2)
	l.p.wait(l.t, "the second", func() bool { return l.says() == "two" })
	l.write("", "three", "bogus\n")
	l.ask("@master reload")
	look("2 [failed: 1]", 2)
	l.ask("reload")
	look("3 [failed: 2]", 2)
	l.p.wait(l.t, "the second still", func() bool { return l.says() == "two" })
	l.write("", "three", "")
	l.p.cmd.Process.Signal(syscall.SIGUSR2)
	look("4 [failed: 0]", 2)
	l.p.wait(l.t, "the third", func() bool { return l.says() == "three" })
	io.WriteString(c, "\r\n")
	answer, err := io.ReadAll(c)
	if err != nil || !strings.HasSuffix(string(answer), "\r\n\r\none") || !strings.Contains(strings.ToLower(string(answer)), "\r\nconnection: close\r\n") {
		l.t.Errorf("who came before the reloads is answered %q, %v", answer, err)
	}
	look("4 [failed: 0]", 1)
	return out.String()
}

// normal takes out of "show proc" what is never the same.
func normal(text string) string {
	text = regexp.MustCompile(`(?m)^\d+ +(master|worker)`).ReplaceAllString(text, "PID             $1")
	return regexp.MustCompile(`\d+d\d\dh\d\dm\d\ds +\S+ *`).ReplaceAllString(text, "T V")
}

// The master's socket tells of reloads what HAProxy's does.
func TestReloadOracle(t *testing.T) {
	haproxy := peer.Need(t, "haproxy")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	got, want := newReloadLab(t, self, "").story(), newReloadLab(t, haproxy, "").story()
	if got != want {
		t.Errorf("weir tells\n%s\nhaproxy\n%s", got, want)
	}
}

// A generation that does not come to its end survives as many reloads as it may; the limit is the new configuration's.
func TestReloadBound(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	l := newReloadLab(t, self, "  mworker-max-reloads 2")
	c := l.hold()
	for range 2 {
		if got := l.ask("reload"); !strings.HasPrefix(got, "Success=1\n--\n") || !strings.Contains(got, "the configuration is the same") {
			t.Fatalf("got %q", got)
		}
	}
	// The second has nobody to wait for, but ends a moment after the answer to the reload.
	l.p.wait(t, "the end of the second", func() bool {
		got := l.ask("show generations")
		return strings.Count(got, "\n") == 4 && strings.Contains(got, "\n1 draining 2 ")
	})
	if got := l.ask("reload"); !strings.Contains(got, "generation 1 has survived 3 reloads, with 1 connections: they are cut") {
		t.Errorf("got %q", got)
	}
	if b, err := io.ReadAll(c); len(b) > 0 {
		t.Errorf("who was cut is answered %q, %v", b, err)
	}
	l.p.wait(t, "the end of the first", func() bool { return strings.Count(l.ask("show generations"), "\n") == 3 })
	if got := l.ask("show startup-logs"); !strings.Contains(got, "Loading success.") {
		t.Errorf("got %q", got)
	}
}

// "hard-reload" leaves nothing of what was before, unless the new configuration cannot be taken over.
func TestHardReload(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	l := newReloadLab(t, self, "")
	c := l.hold()
	good, err := os.ReadFile(l.conf)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(l.conf, []byte("nonsense\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := l.ask("hard-reload"); !strings.HasPrefix(got, "Success=0\n") {
		t.Errorf("got %q", got)
	}
	if got := l.ask("show generations"); strings.Count(got, "\n") != 3 || !strings.Contains(got, "\n1 current 1 ") || !strings.HasSuffix(got, " 1\n\n") {
		t.Errorf("a reload that failed has left %q", got)
	}
	if err := os.WriteFile(l.conf, good, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := l.ask("hard-reload"); !strings.HasPrefix(got, "Success=1\n") {
		t.Errorf("got %q", got)
	}
	if b, err := io.ReadAll(c); len(b) > 0 {
		t.Errorf("who was cut is answered %q, %v", b, err)
	}
	l.p.wait(t, "the end of the first", func() bool { return strings.Count(l.ask("show generations"), "\n") == 3 })
}

// With a limit of 0 a generation is cut by the reload that takes over from it.
func TestReloadBoundNone(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	l := newReloadLab(t, self, "  mworker-max-reloads 0")
	c := l.hold()
	if got := l.ask("reload"); !strings.Contains(got, "generation 1 has survived 1 reloads, with 1 connections: they are cut") {
		t.Errorf("got %q", got)
	}
	if b, err := io.ReadAll(c); len(b) > 0 {
		t.Errorf("who was cut is answered %q, %v", b, err)
	}
}

// A file that says nothing any more is refused: the master's socket is not what anybody reloads for.
func TestReloadEmpty(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	l := newReloadLab(t, self, "")
	if err := os.WriteFile(l.conf, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := l.ask("reload"); !strings.HasPrefix(got, "Success=0\n") || !strings.Contains(got, "No enabled listener found") {
		t.Errorf("got %q", got)
	}
	if got := l.says(); got != "one" {
		t.Errorf("got %q; want the old configuration's answer", got)
	}
}

// hard-stop-after is the old generation's; a stop of the process ends old generations too.
func TestReloadHardStop(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	l := newReloadLab(t, self, "  hard-stop-after 50ms")
	c := l.hold()
	l.write("", "two", "")
	if got := l.ask("reload"); !strings.Contains(got, "reload: global: changed: hard stop after") {
		t.Fatalf("got %q", got)
	}
	if b, err := io.ReadAll(c); len(b) > 0 {
		t.Errorf("who was cut is answered %q, %v", b, err)
	}
	c = l.hold()
	l.ask("reload")
	l.p.cmd.Process.Signal(syscall.SIGUSR1)
	l.p.wait(t, "the stop", func() bool { return l.says() == "" })
	io.WriteString(c, "\r\n")
	if b, err := io.ReadAll(c); err != nil || !strings.HasSuffix(string(b), "two") {
		t.Errorf("an old generation's client is answered %q, %v", b, err)
	}
	if code := l.p.end(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// Inside of a chroot (which only root can enter) and without rights a reload reads its files, keeps its socket, and says what it may not do.
func TestReloadConfined(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	global, warnings := "", []string{"Success=1\n"}
	if os.Geteuid() == 0 {
		global = "  user nobody\n  group nogroup\n  chroot " + root
		warnings = append(warnings, "user has changed: that takes effect when the process is started again", "chroot has changed")
	}
	l := newReloadLab(t, self, global)
	dir := filepath.Dir(l.conf)
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "more")
	l.write(global, "two", "listen l\n bind unix@"+socket+"\n")
	os.Chmod(l.conf, 0o644)
	if got := l.ask("reload"); !strings.HasPrefix(got, "Success=1\n") || l.says() != "two" {
		t.Fatalf("got %q, and then %q", got, l.says())
	}
	if _, err := os.Stat(socket); err != nil {
		t.Error(err)
	}
	l.write(global, "three", "listen l\n bind 127.0.0.1:81\n")
	if got := l.ask("reload"); !strings.HasPrefix(got, "Success=0\n") || strings.Contains(got, "the process has given up the rights") != (global != "") || l.says() != "two" {
		t.Errorf("got %q, and then %q", got, l.says())
	}
	l.write("", "four", "")
	got := l.ask("reload")
	for _, want := range warnings {
		if !strings.Contains(got, want) {
			t.Errorf("got %q; want %q", got, want)
		}
	}
	if _, err := os.Stat(socket); err == nil {
		t.Error("the file of a socket that is gone is there")
	}
}
