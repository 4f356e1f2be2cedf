package main

import "testing"

func TestGCPace(t *testing.T) {
	f := func(live uint64, want int) {
		t.Helper()
		if got := gcPace(live); got != want {
			t.Errorf("%d MB: got %d; want %d", live>>20, got, want)
		}
	}
	f(0, 1600)
	f(30<<20, 400)
	f(50<<20, 200)
	f(100<<20, 100)
	f(200<<20, 50)
	f(8<<30, 50)
}

// TestTrims: memory is given back where nothing happens and much of it is garbage, and only there.
func TestTrims(t *testing.T) {
	f := func(what string, held, allocs uint64, want bool) {
		t.Helper()
		if got := (heapUse{live: 20 << 20, held: held, allocs: 1<<30 + allocs}).trims(heapUse{allocs: 1 << 30}); got != want {
			t.Errorf("%s: %v", what, got)
		}
	}
	f("after a burst", 100<<20, 100<<10, true)
	f("in a burst", 100<<20, 50<<20, false)
	f("with little garbage", 35<<20, 0, false)
	if u := readHeap(); u.allocs == 0 || u.held == 0 {
		t.Errorf("%+v", u)
	}
}
