package frontend

import (
	"testing"

	"weir/internal/loop"
)

func TestWindow(t *testing.T) {
	l, err := loop.New(loop.Options{BufSize: 16})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { l.Stop(); l.Run() }()
	var w window
	state := func(what string, lo, r, e int, held string) {
		t.Helper()
		if w.lo != lo || w.r != r || w.e != e || w.b != nil && string(w.bytes()) != held || w.len() != len(held) {
			t.Fatalf("%s: [%d %d:%d]; want [%d %d:%d] with %q", what, w.lo, w.r, w.e, lo, r, e, held)
		}
	}
	w.ready(l)
	state("fresh", 0, 0, 0, "")
	w.e = copy(w.b.B, "head|body|next")
	w.r, w.lo = 5, 5 // the head stays in use
	w.ready(l)
	state("nothing used", 5, 5, 14, "body|next")
	w.r += 5
	w.ready(l)
	state("moved down, not over the head", 5, 5, 9, "next")
	if got := string(w.b.B[:5]); got != "head|" {
		t.Errorf("the head became %q", got)
	}
	w.lo = 0
	w.ready(l)
	state("the head is given up", 0, 0, 4, "next")
	w.e = len(w.b.B)
	if !w.full() {
		t.Error("not full")
	}
	w.drop(l)
	w.drop(l)
	state("dropped", 0, 0, 0, "")
}

func TestSessionList(t *testing.T) {
	var l sessionList
	l.init()
	if l.first() != nil {
		t.Fatal("an empty list has a first")
	}
	var s [4]session
	for i := range s {
		l.add(&s[i])
	}
	l.remove(&s[1]) // from within
	l.remove(&s[0]) // the first
	l.remove(&s[0]) // again: harmless
	l.add(&s[0])
	for _, want := range []int{2, 3, 0} {
		if l.first() != &s[want] {
			t.Fatalf("the first is not session %d", want)
		}
		l.remove(&s[want])
	}
	if l.first() != nil {
		t.Error("something is left")
	}
}
