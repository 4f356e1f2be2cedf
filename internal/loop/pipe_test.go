package loop

import (
	"testing"

	"golang.org/x/sys/unix"
)

// TestPipesAreClosed: after a burst all pipes go; one that is taken again and again stays.
func TestPipesAreClosed(t *testing.T) {
	f := NewFake()
	defer stop(f.Loop)
	onLoop(t, f.Loop, func() {
		var used []pipe
		for range 40 {
			p, ok := f.getPipe()
			if !ok {
				t.Fatal("no pipe")
			}
			used = append(used, p)
		}
		for _, p := range used {
			f.putPipe(p)
		}
	})
	for range 20 {
		onLoop(t, f.Loop, func() {
			p, _ := f.getPipe()
			f.putPipe(p)
		})
		f.Advance(trimEvery)
	}
	onLoop(t, f.Loop, func() {
		if n := len(f.pipes); n != 1 {
			t.Errorf("%d idle pipes while one is in use now and then; want 1", n)
		}
	})
	f.Advance(2 * trimEvery)
	f.Advance(2 * trimEvery)
	onLoop(t, f.Loop, func() {
		if len(f.pipes) != 0 || f.pipeTimer.Armed() {
			t.Errorf("%d idle pipes in the end, the timer armed: %v", len(f.pipes), f.pipeTimer.Armed())
		}
	})
}

// TestScarce: the last quarter of the descriptors is for connections.
func TestScarce(t *testing.T) {
	var r unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &r); err != nil {
		t.Fatal(err)
	}
	for fd, want := range map[int]bool{3: false, int(r.Cur/2) - 1: false, int(r.Cur) - 1: true} {
		if scarce(fd) != want {
			t.Errorf("fd %d of %d: scarce is %v", fd, r.Cur, !want)
		}
	}
}
