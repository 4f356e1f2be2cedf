package stats

import (
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// eventually waits for a condition.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

func openFDs(t *testing.T) int {
	t.Helper()
	e, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(e)
}

func TestUnixSocketFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "s")
	s := NewServer(ServerConfig{Source: newLab()})
	if err := s.Listen(Socket{Address: path}); err != nil {
		t.Fatal(err)
	}
	mode := func() fs.FileMode {
		info, err := os.Lstat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode()
	}
	if m := mode(); m != fs.ModeSocket|0o600 {
		t.Fatalf("mode %v; want a socket of 0600", m)
	}
	// A second process takes the path over, with its own mode; the first one's end leaves it there.
	uid, gid := os.Getuid(), os.Getgid()
	s2 := NewServer(ServerConfig{Source: newLab()})
	if err := s2.Listen(Socket{Address: "unix@" + path, Mode: 0o660, UID: &uid, GID: &gid}); err != nil {
		t.Fatal(err)
	}
	s.Stop()
	if m := mode(); m != fs.ModeSocket|0o660 {
		t.Fatalf("mode %v; want a socket of 0660", m)
	}
	if got := ask(t, path, "show cli level\n"); got != "operator\n\n" { // the default level
		t.Fatalf("got %q", got)
	}
	s2.Stop()
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Fatalf("Stop left %v", left)
	}
	if err := s2.Listen(Socket{Address: path}); err == nil {
		t.Fatal("a stopped server listens")
	}
}

func TestUnixSocketRefusals(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	long := "/" + strings.Repeat("x", maxUnixPath)
	for addr, want := range map[string]string{
		file:                     fmt.Sprintf("stats socket %q: exists and is not a socket", file),
		long:                     fmt.Sprintf("stats socket %q: path of 108 bytes; want at most 107", long),
		"fax@1":                  `stats socket "fax@1": got address family "fax"; want unix, abns, abnsz, ipv4 or ipv6`,
		"/nonexistent-dir-/sock": `stats socket "/nonexistent-dir-/sock": `,
	} {
		s := NewServer(ServerConfig{Source: newLab()})
		if err := s.Listen(Socket{Address: addr}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.30s: got %v; want %s", addr, err, want)
		}
		s.Stop()
	}
	if b, _ := os.ReadFile(file); string(b) != "precious" {
		t.Error("a file was replaced by a socket")
	}
}

// A path that fits the limit works although the private name beside it would not fit.
func TestUnixSocketLongestPath(t *testing.T) {
	dir, err := os.MkdirTemp("", "w")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, strings.Repeat("n", maxUnixPath-len(dir)-1))
	s := NewServer(ServerConfig{Source: newLab()})
	defer s.Stop()
	if err := s.Listen(Socket{Address: path}); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, path, "show version\n"); got != "9.9.9\n\n" {
		t.Fatalf("got %q", got)
	}
}

func TestOtherSockets(t *testing.T) {
	inherited, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := NewServer(ServerConfig{Source: newLab()})
	defer s.Stop()
	abstract := fmt.Sprintf("weir-test-%d", os.Getpid())
	for _, sock := range []Socket{{Address: "ipv4@127.0.0.1:0", Level: LevelUser}, {Address: "127.0.0.1:0", Level: LevelUser}, {Address: "abns@" + abstract, Level: LevelAdmin}, {Address: "fd@9", Listener: inherited}} {
		if err := s.Listen(sock); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"user", "user", "admin", "operator"}
	for i, a := range s.Addrs() {
		addr := a.String()
		if a.Network() == "unix" { // net shows the name without what it is padded with
			if addr, err = abstractName("abns", abstract); err != nil {
				t.Fatal(err)
			}
		}
		c, err := net.Dial(a.Network(), addr)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(c, "show cli level\n")
		out, err := io.ReadAll(c)
		c.Close()
		if err != nil || string(out) != want[i]+"\n\n" {
			t.Errorf("socket %d answers %q, %v; want %s", i, out, err, want[i])
		}
	}
}

// More connections than a socket takes wait; none is lost and none leaks.
func TestThousandConnects(t *testing.T) {
	path, s, _ := testSocket(t, newLab(), Socket{Maxconn: 10})
	fds, routines := openFDs(t), runtime.NumGoroutine()
	const workers, each = 20, 50
	done := make(chan string, workers)
	for range workers {
		go func() {
			for range each {
				c, err := net.Dial("unix", path)
				if err != nil {
					done <- err.Error()
					return
				}
				io.WriteString(c, "show version\n")
				out, err := io.ReadAll(c)
				c.Close()
				if string(out) != "9.9.9\n\n" {
					done <- fmt.Sprintf("%q, %v", out, err)
					return
				}
			}
			done <- ""
		}()
	}
	for range workers {
		if problem := <-done; problem != "" {
			t.Error(problem)
		}
	}
	eventually(t, "connections, descriptors and goroutines return", func() bool {
		s.mu.Lock()
		n := len(s.conns)
		s.mu.Unlock()
		return n == 0 && openFDs(t) <= fds && runtime.NumGoroutine() <= routines
	})
}

func TestIdleAndSlowPeersAreCut(t *testing.T) {
	path, _, _ := testSocket(t, newLab(), Socket{Timeout: 50 * time.Millisecond})
	// One that says nothing, one that never ends its line, one that idles in interactive mode.
	for _, in := range []string{"", "show ver", "prompt\n"} {
		c := dialSocket(t, path)
		io.WriteString(c, in)
		if out, err := io.ReadAll(c); err != nil || strings.Contains(string(out), "9.9.9") {
			t.Errorf("%q: got %q, %v; want a close", in, out, err)
		}
		c.Close()
	}
}

// A peer that asks for much and takes nothing is cut off, and its goroutine ends.
func TestUnreadOutputIsCut(t *testing.T) {
	src := newLab()
	for range 9 {
		src.rows = append(src.rows, src.rows...)
	}
	path, s, _ := testSocket(t, src, Socket{Timeout: 50 * time.Millisecond, Maxconn: 1})
	c := dialSocket(t, path)
	defer c.Close()
	io.WriteString(c, "show stat;show stat;show stat\n")
	eventually(t, "the next one has its place", func() bool { // which the first one had before
		next, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		defer next.Close()
		io.WriteString(next, "show version\n")
		out, _ := io.ReadAll(next)
		return string(out) == "9.9.9\n\n"
	})
	eventually(t, "the connection was cut", func() bool { s.mu.Lock(); defer s.mu.Unlock(); return len(s.conns) == 0 })
}

func TestLongLines(t *testing.T) {
	path, _, _ := testSocket(t, newLab(), Socket{})
	ok := "show version" + strings.Repeat(" ", maxLine-len("show version")-1) + "\n"
	if got := ask(t, path, ok); got != "9.9.9\n\n" {
		t.Errorf("a line of maxLine bytes answers %q", got)
	}
	c := dialSocket(t, path)
	defer c.Close()
	go io.WriteString(c, strings.Repeat("x", 1<<20)) // its error does not matter: the server closes
	out, _ := io.ReadAll(c)
	if string(out) != "Command line too long.\n\n" {
		t.Errorf("a 1 MB line answers %q", out)
	}
	many := ask(t, path, strings.Repeat("show version;", maxCommands+1)+"\n")
	if many != errTooManyCommands.Error()+"\n\n" {
		t.Errorf("many commands answer %.60q", many)
	}
}

func TestStopEndsConnections(t *testing.T) {
	src := newLab()
	path, s, _ := testSocket(t, src, Socket{})
	c := dialSocket(t, path)
	defer c.Close()
	io.WriteString(c, "prompt\n")
	b := make([]byte, 3)
	if _, err := io.ReadFull(c, b); err != nil || string(b) != "\n> " {
		t.Fatalf("%q, %v", b, err)
	}
	s.Stop()
	if _, err := io.ReadAll(c); err != nil {
		t.Fatalf("want a close, got %v", err)
	}
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Fatalf("the socket file is still there: %v", err)
	}
}
