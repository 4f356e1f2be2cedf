package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"weir/conf"
)

// What the global section asks of the process is so while it runs, in all its threads.
func TestProcessSettings(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "x.cfg")
	var own unix.CPUSet
	if err := unix.SchedGetaffinity(0, &own); err != nil {
		t.Fatal(err)
	}
	cpu := members(&own)[0]
	text := fmt.Sprintf(`global
    ulimit-n 1500
    cpu-map 1/all %d
    tune.renice.startup 3
    tune.renice.runtime 5
    set-dumpable
    prealloc-fd
    thread-hard-limit 1
    stats socket %s/admin.sock level admin
`, cpu, dir)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := startWeir(t, dir, "run", "-c", file)
	p.wait(t, "it is ready", func() bool { _, e := p.text(); return strings.Contains(e, "ready") })
	pid := p.cmd.Process.Pid
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		var tid int
		fmt.Sscan(task.Name(), &tid)
		var set unix.CPUSet
		if err := unix.SchedGetaffinity(tid, &set); err != nil {
			continue // it has ended
		}
		if set.Count() != 1 || !set.IsSet(cpu) {
			t.Errorf("thread %d runs on %s", tid, conf.CPUsText(members(&set)))
		}
		if n, err := syscall.Getpriority(syscall.PRIO_PROCESS, tid); err == nil && 20-n != 5 { // the call's own way to say it
			t.Errorf("thread %d has the priority %d", tid, 20-n)
		}
	}
	limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(limits)) {
		if f := strings.Fields(line); strings.HasPrefix(line, "Max open files") && f[3] != "1500" {
			t.Errorf("%s", line)
		}
	}
	fi, err := os.Stat(dir + "/admin.sock")
	if err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("the stats socket: %v, %v", fi, err)
	}
}

func TestStrictLimits(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "x.cfg")
	text := "global\n    strict-limits\n    fd-hard-limit 200\n    maxconn 5000\n    stats socket " + dir + "/s\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := startWeir(t, dir, "run", "-c", file)
	if code := p.end(t); code == 0 {
		t.Error("it started")
	}
	if _, e := p.text(); !strings.Contains(e, "maxconn 5000 needs") {
		t.Errorf("it said %q", e)
	}
}

func TestZeroWarning(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.cfg")
	for line, want := range map[string]int{"": exitOK, "zero-warning": exitFail} {
		text := "global\n    " + line + "\nfrontend f\n    bind 127.0.0.1:1\n    default_backend b\nbackend b\n    server s 127.0.0.1:2\n" // without timeouts
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, _, e := weir("check", "-c", file); code != want {
			t.Errorf("%q: code %d, %s", line, code, e)
		}
	}
}

// A thread that is made while the others have their turn has its own.
func TestEachThreadNew(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	var late int
	seen := map[int]bool{}
	err := eachThread(func(tid int) error {
		seen[tid] = true
		if late == 0 { // the first list has been read
			late = newThread(t, release)
		}
		return nil
	})
	if err != nil || !seen[late] {
		t.Fatalf("thread %d of %v, %v", late, seen, err)
	}
}

// newThread makes a thread that was not there before, which ends with release.
func newThread(t *testing.T, release chan struct{}) int {
	old := map[string]bool{}
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		old[task.Name()] = true
	}
	for { // those that wait are taken first, and none twice
		id := make(chan int)
		go func() {
			runtime.LockOSThread() // for good: it ends with the goroutine
			id <- unix.Gettid()
			<-release
		}()
		if tid := <-id; !old[strconv.Itoa(tid)] {
			return tid
		}
	}
}
