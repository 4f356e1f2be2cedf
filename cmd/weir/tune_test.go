package main

import "testing"

func TestGCPace(t *testing.T) {
	f := func(live uint64, want int) {
		t.Helper()
		if got := gcPace(live); got != want {
			t.Errorf("%d MB: got %d; want %d", live>>20, got, want)
		}
	}
	f(0, 400)
	f(30<<20, 400)
	f(50<<20, 200)
	f(100<<20, 100)
	f(200<<20, 50)
	f(8<<30, 50)
}
