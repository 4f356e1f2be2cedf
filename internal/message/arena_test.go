package message

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
)

func TestArenaKeepsSlices(t *testing.T) {
	var a Arena
	var got [][]byte
	var want []string
	keep := func(b []byte, s string) {
		got, want = append(got, b), append(want, s)
	}
	for i := range 200 {
		s := strings.Repeat(strconv.Itoa(i), i%50+1)
		keep(a.CopyString(s), s)
		keep(a.Copy([]byte(s)), s)
		keep(a.Seal(append(a.Open(), s...)), s)
		if i%20 == 0 {
			big := strings.Repeat(s, 500) // more than Open promises: append moves it
			keep(a.Seal(append(a.Open(), big...)), big)
		}
	}
	for i := range got {
		if string(got[i]) != want[i] {
			t.Fatalf("slice %d is %q; want %q", i, got[i], want[i])
		}
		if cap(got[i]) != len(got[i]) {
			t.Fatalf("slice %d has room behind it: appending would reach its neighbour", i)
		}
	}
}

func TestArenaEmpty(t *testing.T) {
	var a Arena
	for _, b := range [][]byte{a.Seal(a.Open()), a.Copy(nil), a.CopyString("")} {
		if b == nil || len(b) != 0 {
			t.Fatalf("got %#v; want empty, not nil", b)
		}
	}
}

func TestArenaReset(t *testing.T) {
	var a Arena
	first := a.CopyString("abc")
	a.Reset()
	if second := a.CopyString("xyz"); &first[0] != &second[0] {
		t.Fatal("Reset does not give the chunk back")
	}
	a.Copy(bytes.Repeat([]byte("x"), arenaKeep+1))
	a.Reset()
	if a.chunk != nil {
		t.Fatalf("Reset keeps %d octets; want at most %d", cap(a.chunk), arenaKeep)
	}
}

// A stream in steady state allocates nothing, however its values are cut.
func TestArenaAllocations(t *testing.T) {
	for _, size := range []int{1, 100, 127, 300, 1000, 2000} {
		var a Arena
		piece := bytes.Repeat([]byte("x"), size)
		stream := func() {
			a.Reset()
			for range 3 {
				a.Seal(append(a.Open(), piece...))
				a.Copy(piece)
			}
		}
		for range 10 {
			stream()
		}
		if n := testing.AllocsPerRun(100, stream); n != 0 {
			t.Errorf("values of %d octets: %v allocations per stream; want 0", size, n)
		}
	}
}
