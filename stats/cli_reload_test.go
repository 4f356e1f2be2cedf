package stats

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

func (l *lab) Reload(context.Context) (bool, string) {
	if err := l.note("reload"); err != nil {
		return false, "[ALERT] no\n\n[WARNING] Loading failure!\n"
	}
	return true, "[NOTICE] Loading success.\n"
}

func (l *lab) Cut() {}

func (l *lab) StartupLogs() string { return "[WARNING] odd\n" }

func (l *lab) Generations() Generations {
	ago := func(d time.Duration) time.Time { return time.Now().Add(-d) }
	return Generations{PID: 12345, Started: ago(26*time.Hour + 61*time.Second), Reloads: 5, Failed: 1, Version: "2.6", List: []Generation{
		{Number: 4, Started: ago(time.Minute), Reloads: 1, Conns: 7},
		{Number: 3, Started: ago(time.Hour), Reloads: 2, Conns: 1},
		{Number: 1, Started: ago(26 * time.Hour), Reloads: 5, Conns: 2},
	}}
}

// The layout is HAProxy 2.6's, to the blank: programs cut it into columns.
func TestShowProc(t *testing.T) {
	path, _, _ := testSocket(t, newLab(), Socket{Level: LevelAdmin})
	seconds := regexp.MustCompile(`m\d\ds`)
	f := func(in, want string) {
		t.Helper()
		if got := seconds.ReplaceAllString(ask(t, path, in+"\n"), "m..s"); got != want {
			t.Errorf("%q answers\n%s\nwant\n%s", in, got, want)
		}
	}
	const proc = "#<PID>          <type>          <reloads>       <uptime>        <version>      \n" +
		"12345           master          5 [failed: 1]   1d02h01m..s     2.6            \n" +
		"# workers\n" +
		"12345           worker          1               0d00h01m..s     2.6            \n" +
		"# old workers\n" +
		"12345           worker          2               0d01h00m..s     2.6            \n" +
		"12345           worker          5               1d02h00m..s     2.6            \n" +
		"# programs\n\n"
	f("show proc", proc)
	f("@master show proc", proc)
	f("show generations", "# generation state reloads uptime connections\n4 current 1 0d00h01m..s 7\n3 draining 2 0d01h00m..s 1\n1 draining 5 1d02h00m..s 2\n\n")
	f("show startup-logs", "[WARNING] odd\n\n")
}

// An answer ends with its only empty line. Who may operate may reload where the socket is a master's.
func TestReload(t *testing.T) {
	f := func(sock Socket, fail error, want string) {
		t.Helper()
		src := newLab()
		src.fail = fail
		path, _, _ := testSocket(t, src, sock)
		if got := ask(t, path, "@master reload\n"); got != want {
			t.Errorf("%+v: got %q; want %q", sock, got, want)
		}
		if did := len(src.did) > 0; did != (want[0] == 'S') {
			t.Errorf("%+v: it did %q", sock, src.did)
		}
	}
	const done = "Success=1\n--\n[NOTICE] Loading success.\n\n"
	f(Socket{Level: LevelAdmin}, nil, done)
	f(Socket{Level: LevelAdmin}, ErrNoServer, "Success=0\n--\n[ALERT] no\n[WARNING] Loading failure!\n\n")
	f(Socket{Level: LevelOperator}, nil, "Permission denied\n\n")
	f(Socket{Level: LevelOperator, Master: true}, nil, done)
	f(Socket{Level: LevelUser, Master: true}, nil, "Permission denied\n\n")
}

// A plan changes what is asked for and leaves the rest alone: connections, files, and the sockets themselves.
func TestPlan(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	server := NewServer(ServerConfig{Source: newLab(), Admin: newLab()})
	t.Cleanup(server.Stop)
	apply := func(list ...Socket) {
		t.Helper()
		p, errs := server.Plan(list)
		if errs != nil {
			t.Fatal(errs)
		}
		if err := p.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	level := func(name, want string) {
		t.Helper()
		if got := strings.TrimSpace(ask(t, at(name), "show cli level\n")); got != want {
			t.Errorf("%s has level %q; want %q", name, got, want)
		}
	}
	inode := func(name string) os.FileInfo {
		t.Helper()
		fi, err := os.Stat(at(name))
		if err != nil {
			t.Fatal(err)
		}
		return fi
	}
	apply(Socket{Address: "unix@" + at("a"), Level: LevelAdmin}, Socket{Address: "unix@" + at("b"), Level: LevelUser})
	a, b := inode("a"), inode("b")
	open := dialSocket(t, at("b"))
	defer open.Close()
	talk := func(command string) string {
		open.Write([]byte(command))
		said := ""
		for buf := make([]byte, 100); !strings.HasSuffix(said, "> "); {
			n, err := open.Read(buf)
			if said += string(buf[:n]); err != nil {
				break
			}
		}
		return said
	}
	talk("prompt\n") // else it may still wait to be accepted when b ends

	apply(Socket{Address: "unix@" + at("c"), Level: LevelUser}, Socket{Address: "unix@" + at("a"), Level: LevelOperator, Mode: 0o640})
	level("a", "operator")
	level("c", "user")
	if !os.SameFile(a, inode("a")) || inode("a").Mode().Perm() != 0o640 {
		t.Error("a was bound anew, or has the wrong mode")
	}
	if _, err := os.Lstat(at("b")); err == nil {
		t.Error("the file of b is still there")
	}
	if got := talk("show cli level\n"); got != "user\n\n> " {
		t.Errorf("a connection to b was answered %q", got)
	}

	// What cannot be bound changes nothing.
	c := inode("c")
	_, errs := server.Plan([]Socket{{Address: "unix@" + at("d")}, {Address: "unix@" + at("a"), Level: LevelUser}, {Address: "unix@" + at("no/where")}})
	if len(errs) != 1 || errs[2] == nil {
		t.Fatalf("got %v; want an error of the third", errs)
	}
	if _, err := os.Lstat(at("d")); err == nil {
		t.Error("the file of d is there")
	}
	level("a", "operator")
	level("c", "user")
	if !os.SameFile(c, inode("c")) || os.SameFile(b, c) {
		t.Error("c was bound anew")
	}
}
