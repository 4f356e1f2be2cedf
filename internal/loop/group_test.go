package loop

import (
	"slices"
	"testing"
)

// begin starts n tasks of a group, each of which parks and then says its name each time it is woken.
func begin(l *Loop, g *Group, n int, said func()) (all []*Task) {
	defer l.Enter(l.Enter(g))
	for range n {
		l.Go(func(t *Task) {
			all = append(all, t)
			for t.Park(Never) {
				said()
			}
		})
	}
	return all
}

func wakeAll(all []*Task) {
	for _, t := range all {
		t.Wake()
	}
}

// Whoever has few tasks ready does not wait for all of those who have many.
func TestGroupsTakeTurns(t *testing.T) {
	l := byHand(t)
	var (
		many, few, other Group
		order            []string
	)
	say := func(name string) func() { return func() { order = append(order, name) } }
	wakeAll(begin(l, &many, 1000, say("many")))
	wakeAll(begin(l, &few, 2, say("few")))
	wakeAll(begin(l, &other, 1, say("other")))
	wakeAll(begin(l, nil, 3, say("none")))
	if !many.Busy() || !few.Busy() || len(order) > 0 {
		t.Fatalf("busy is %v and %v, %v were resumed", many.Busy(), few.Busy(), order)
	}
	l.turn()
	want := []string{"none", "none", "none", "many", "many", "many", "many", "few", "few", "other", "many"}
	if got := order[:min(len(order), len(want))]; !slices.Equal(got[:10], want[:10]) {
		t.Errorf("got %v; want %v", got, want)
	}
	for n := 0; many.Busy() && n < 1000; n++ {
		l.turn()
	}
	if len(order) != 1006 {
		t.Errorf("%d were resumed; want all 1006", len(order))
	}
	if few.Busy() || l.groups.len() > 0 {
		t.Errorf("%d groups are listed, few is busy: %v", l.groups.len(), few.Busy())
	}
}

// Tasks of a group that are never without work do not keep the loop from anything else.
func TestGroupThatNeverRests(t *testing.T) {
	f := NewFake()
	defer stop(f.Loop)
	rounds := 0
	onLoop(t, f.Loop, func() {
		var g Group
		all := begin(f.Loop, &g, 300, func() {})
		defer f.Enter(f.Enter(&g))
		f.Go(func(tk *Task) {
			for {
				rounds++
				wakeAll(all)
				tk.woken = true
				tk.Yield()
			}
		})
	})
	for range 10 {
		onLoop(t, f.Loop, func() { rounds = 0 })
		until(t, f.Loop, "the group goes on", func() bool { return rounds > 0 })
	}
}

// What tasks of a group begin belongs to it too; what is begun beside it, or by the same coroutine afterwards, does not.
func TestGroupInherited(t *testing.T) {
	l := byHand(t)
	var g Group
	var inner, outer *Task
	was := l.Enter(&g)
	l.Go(func(tk *Task) {
		l.Go(func(tk *Task) { inner = tk; tk.Park(Never) })
	})
	if l.Enter(was) != &g {
		t.Error("the group was left")
	}
	l.turn()
	l.Go(func(tk *Task) { outer = tk; tk.Park(Never) }) // the first coroutine again
	if inner.group != &g || outer.group != nil {
		t.Errorf("the groups are %p and %p; want %p and none", inner.group, outer.group, &g)
	}
}

// A panic does not leave its group behind.
func TestGroupPanic(t *testing.T) {
	l := byHand(t)
	var g Group
	l.call(func() {
		l.Enter(&g)
		panic("on purpose")
	})
	if l.group != nil {
		t.Error("the group is entered still")
	}
}

// A queue that is never empty does not grow, and keeps the order.
func TestQueue(t *testing.T) {
	var q queue[int]
	next, want := 0, 0
	for range 100000 {
		for q.len() < 3 {
			q.push(next)
			next++
		}
		if got := q.pop(); got != want {
			t.Fatalf("got %d; want %d", got, want)
		}
		want++
	}
	if cap(q.all) > 4*compactQueue {
		t.Errorf("it has room for %d", cap(q.all))
	}
	if n := testing.AllocsPerRun(100, func() { q.push(1); q.pop() }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// lateFinisher counts, and puts its end off once.
type lateFinisher struct {
	l     *Loop
	calls int
}

func (f *lateFinisher) Finish() {
	if f.calls++; f.calls == 1 {
		f.l.AtNextEnd(f)
	}
}

// What is put off comes at the end of the next turn, for which the loop does not sleep.
func TestAtNextEnd(t *testing.T) {
	l := byHand(t)
	f := &lateFinisher{l: l}
	l.AtEnd(f)
	for n := 1; n <= 2; n++ {
		if l.turn(); f.calls != n {
			t.Fatalf("after %d turns it was called %d times", n, f.calls)
		}
	}
	l.Post(func() {}) // else the turn would sleep for ever
	if l.turn(); f.calls != 2 {
		t.Errorf("it was called %d times; want 2", f.calls)
	}
}
