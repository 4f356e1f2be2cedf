package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func itoa(n int) string { return strconv.Itoa(n) }

// What HAProxy 2.6 ends with: it dies of SIGTERM and SIGINT and, with a master, returns 0 and 130; after SIGUSR1 0.
func TestHaproxySignals(t *testing.T) {
	f := func(name string, sig os.Signal, want int, args ...string) {
		t.Run(name, func(t *testing.T) {
			m := newManager(t)
			p := startHaproxy(t, hapFolder(t), []string{"NOTIFY_SOCKET=" + m.path}, args...)
			if got, want := m.next(t), "READY=1 MAINPID="+itoa(p.cmd.Process.Pid)+" STATUS=Ready."; got != want {
				t.Fatalf("notified %q; want %q", got, want)
			}
			if err := p.cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			if got := m.next(t); got != "STOPPING=1" {
				t.Fatalf("notified %q; want STOPPING=1", got)
			}
			if code := p.end(t); code != want {
				_, text := p.text()
				t.Fatalf("exit code %d; want %d\n%s", code, want, text)
			}
		})
	}
	f("term", syscall.SIGTERM, -int(syscall.SIGTERM), "-f", "good.hcl")
	f("interrupt", syscall.SIGINT, -int(syscall.SIGINT), "-f", "good.hcl")
	f("usr1", syscall.SIGUSR1, 0, "-f", "good.hcl")
	f("master term", syscall.SIGTERM, 0, "-W", "-f", "good.hcl")
	f("master interrupt", syscall.SIGINT, 130, "-W", "-f", "good.hcl")
	f("master usr1", syscall.SIGUSR1, 0, "-Ws", "-p", "pid", "-f", "good.hcl")
}

// A reload takes the new configuration over; one with errors changes nothing. The service manager is told of both.
func TestHaproxyReload(t *testing.T) {
	dir := hapFolder(t)
	m := newManager(t)
	p := startHaproxy(t, dir, []string{"NOTIFY_SOCKET=" + m.path}, "-Ws", "-p", "pid", "-f", "good.hcl")
	ready := m.next(t)
	if text, err := os.ReadFile(filepath.Join(dir, "hcl", "pid")); err != nil || strings.TrimSpace(string(text)) != itoa(p.cmd.Process.Pid) {
		t.Fatalf("pid file: %q, %v", text, err)
	}
	again := func(after string, want ...string) {
		t.Helper()
		if err := p.cmd.Process.Signal(syscall.SIGUSR2); err != nil {
			t.Fatal(err)
		}
		if got := m.next(t); !regexp.MustCompile(`^RELOADING=1 MONOTONIC_USEC=[1-9]\d+ STATUS=Reloading Configuration\.$`).MatchString(got) {
			t.Fatalf("notified %q", got)
		}
		if got := m.next(t); got != after {
			t.Fatalf("notified %q; want %q", got, after)
		}
		for _, text := range want {
			p.wait(t, text, func() bool { _, said := p.text(); return strings.Contains(said, text) })
		}
		answers(t, dir)
	}
	again(ready, "Reloading HAProxy", "the configuration is the same", "Loading success.")
	text, err := os.ReadFile(filepath.Join(dir, "hcl", "good.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "hcl", "good.hcl"), append(text, "  blah\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	again(strings.Replace(ready, "Ready.", "Reload failed!", 1), "Fatal errors found in configuration.", "Loading failure!")
	if err := os.WriteFile(filepath.Join(dir, "hcl", "good.hcl"), append(text, "backend \"more\" {}\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	again(ready, `reload: backend "more" added`)
}

// Outside of master-worker mode SIGHUP lists the servers, as HAProxy does, and SIGUSR2 and SIGTTOU do nothing.
func TestHaproxyHup(t *testing.T) {
	m := newManager(t)
	p := startHaproxy(t, hapFolder(t), []string{"NOTIFY_SOCKET=" + m.path}, "-f", "servers.hcl")
	m.next(t) // ready
	for _, sig := range []syscall.Signal{syscall.SIGUSR2, syscall.SIGTTIN, syscall.SIGTTOU, syscall.SIGHUP} {
		if err := p.cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
	}
	p.wait(t, "the list of the servers", func() bool {
		_, text := p.text()
		return strings.Contains(text, "SIGHUP: Server b/s is ") && strings.Contains(text, "SIGHUP: Proxy b is ")
	})
}
