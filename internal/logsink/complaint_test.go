package logsink

import (
	"errors"
	"io"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"weir/conf"
)

// A disk that is full, a daemon that is not there: whoever runs the proxy is told once, however many lines are lost.
func TestLostIsTold(t *testing.T) {
	type told struct {
		target string
		err    error
	}
	f := func(name string, target *conf.LogTarget, stdout io.Writer, want error) {
		t.Helper()
		got := make(chan told, 100)
		w := New(Options{Stdout: stdout, Lost: func(target string, err error) { got <- told{target, err} }})
		r := route(t, w, target)
		for range 5 {
			put(w.Producer(0), r, Info, "a line")
			w.Producer(0).Flush()
		}
		shut(t, w)
		close(got) // nothing is told after Close
		first := <-got
		if first.target != target.Target || !errors.Is(first.err, want) {
			t.Errorf("%s: told of %q: %v; want %q: %v", name, first.target, first.err, target.Target, want)
		}
		if n := len(got); n > 0 {
			t.Errorf("%s: told %d times more", name, n)
		}
		if w.Dropped() != 5 {
			t.Errorf("%s: %d lines dropped; want 5", name, w.Dropped())
		}
	}
	f("full disk", &conf.LogTarget{Target: "stdout", Format: "raw"}, fullDisk{}, unix.ENOSPC)
	nowhere := filepath.Join(t.TempDir(), "log")
	f("no daemon", &conf.LogTarget{Target: nowhere, Addr: conf.Addr{Kind: conf.AddrUnix, Path: nowhere}}, nil, unix.ENOENT)
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, unix.ENOSPC }

func TestComplaint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		c := complaint{say: func(string, error) { n++ }}
		f := func(after time.Duration, want int) {
			t.Helper()
			time.Sleep(after)
			if c.lost(errSlow); n != want {
				t.Errorf("told %d times; want %d", n, want)
			}
		}
		f(0, 1)
		f(time.Minute, 1)
		f(complainEvery, 2)
		f(complainEvery-time.Second, 2)
	})
}
