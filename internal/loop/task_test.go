package loop

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestParkAndWake(t *testing.T) {
	f := NewFake()
	defer stop(f.Loop)
	const s = int64(time.Second)
	// Each case runs in a task; outside is called when it has parked.
	for _, tc := range []struct {
		name    string
		park    int64
		before  func(t *Task)
		outside func(t *Task)
		want    bool
	}{
		{"woken", Never, nil, func(t *Task) { t.Wake() }, true},
		{"woken before the deadline", 2 * s, nil, func(t *Task) { t.Wake() }, true},
		{"woken twice", Never, nil, func(t *Task) { t.Wake(); t.Wake() }, true},
		{"woken before parking", Never, func(t *Task) { t.Wake() }, nil, true},
		{"woken before parking for a time that is over", 0, func(t *Task) { t.Wake() }, nil, true},
		{"a time that is over", 0, nil, nil, false},
		{"the deadline", 2 * s, nil, func(t *Task) { f.fake.now.Add(3 * s) }, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var tk *Task
			var got bool
			done := f.task(t, func(t *Task) {
				tk = t
				if tc.before != nil {
					tc.before(t)
				}
				at := tc.park
				if at != Never {
					at += f.Now()
				}
				got = t.Park(at)
			})
			if over(done) != (tc.outside == nil) {
				t.Fatalf("parked is %v", !over(done))
			}
			if tc.outside != nil {
				onLoop(t, f.Loop, func() { tc.outside(tk) })
				f.Sync()
				f.Sync()
				wait(t, done, "the task did not wake")
			}
			if got != tc.want {
				t.Errorf("Park returned %v; want %v", got, tc.want)
			}
		})
	}
}

// TestWokenAtTheDeadline: what a waker brings in the very turn of the deadline is not lost.
func TestWokenAtTheDeadline(t *testing.T) {
	l := byHand(t)
	var got []bool
	var tk *Task
	l.Go(func(t *Task) { tk = t; got = append(got, t.Park(l.Now()+int64(time.Second))) })
	tk.until = 0 // the deadline has come
	tk.expire()
	tk.Wake()
	l.runTasks()
	if !slices.Equal(got, []bool{true}) {
		t.Fatalf("Park returned %v; want true", got)
	}
}

// TestStaleTimer: a coroutine's timer may still be armed for a Runner that is gone.
func TestStaleTimer(t *testing.T) {
	f := NewFake()
	defer stop(f.Loop)
	var tk *Task
	first := f.task(t, func(t *Task) { tk = t; t.Park(int64(time.Second)) })
	onLoop(t, f.Loop, func() { tk.Wake() })
	wait(t, first, "the first Runner did not end")
	for _, until := range []int64{Never, int64(time.Minute)} {
		var again *Task
		var woke int
		second := f.task(t, func(t *Task) { again = t; t.Park(until); woke++ })
		if again != tk {
			t.Fatal("the coroutine was not used again")
		}
		f.Advance(10 * time.Second)
		if over(second) {
			t.Fatal("the former Runner's deadline woke the next")
		}
		if until != Never {
			f.Advance(time.Minute)
		} else {
			onLoop(t, f.Loop, func() { tk.Wake() })
		}
		wait(t, second, "the second Runner did not end")
	}
}

// TestWakeAfterTheEnd: whoever still holds a task of a Runner that ended wakes nobody out of order.
func TestWakeAfterTheEnd(t *testing.T) {
	f := NewFake()
	defer stop(f.Loop)
	var tk *Task
	wait(t, f.task(t, func(t *Task) { tk = t }), "no end")
	onLoop(t, f.Loop, func() { tk.Wake(); tk.Wake() })
	var woken int
	done := f.task(t, func(t *Task) { t.Park(Never); woken++ })
	if over(done) {
		t.Fatal("a Wake for the former Runner ended the next one's Park")
	}
	onLoop(t, f.Loop, func() { tk.Wake() })
	wait(t, done, "no end")
}

func TestSleep(t *testing.T) {
	f := NewFake()
	defer stop(f.Loop)
	var tk *Task
	done := f.task(t, func(t *Task) { tk = t; t.Sleep(time.Second) })
	onLoop(t, f.Loop, func() { tk.Wake() }) // a spurious wake-up does not shorten it
	f.Advance(900 * time.Millisecond)
	if over(done) {
		t.Fatal("woke early")
	}
	f.Advance(102 * time.Millisecond)
	wait(t, done, "overslept")
}

// TestOrder: tasks started by a task run when it suspends, in order; tasks started outside run at once.
func TestOrder(t *testing.T) {
	l := byHand(t)
	var got []string
	say := func(s string) { got = append(got, s) }
	l.Go(func(t *Task) {
		say("a")
		l.Go(func(*Task) { say("b") })
		l.Go(func(*Task) { say("c") })
		say("d")
	})
	say("e")
	l.runTasks()
	if s := strings.Join(got, ""); s != "adebc" {
		t.Fatalf("ran in the order %s; want adebc", s)
	}
}

// TestWakingEachOther: two tasks that never rest leave the loop its other work.
func TestWakingEachOther(t *testing.T) {
	l := startLoop(t)
	var end atomic.Bool
	var a, b *Task
	onLoop(t, l, func() {
		l.Go(func(t *Task) {
			for a = t; !end.Load(); b.Wake() {
				t.Park(Never)
			}
		})
		l.Go(func(t *Task) {
			for b = t; !end.Load(); a.Wake() {
				t.Park(Never)
			}
		})
		a.Wake()
	})
	onLoop(t, l, func() {}) // never comes if the two have it all
	end.Store(true)
}

func TestYield(t *testing.T) {
	l := startLoop(t)
	var end atomic.Bool
	turns := make(chan uint64, 1)
	onLoop(t, l, func() {
		l.Go(func(t *Task) {
			from := l.turns
			n := uint64(0)
			for ; !end.Load(); n++ {
				t.Yield()
			}
			turns <- n - min(n, l.turns-from)
		})
	})
	onLoop(t, l, func() {})
	end.Store(true)
	if n := wait(t, turns, "the task did not end"); n > 1 {
		t.Errorf("%d yields came back within a turn", n)
	}
}

func TestPooling(t *testing.T) {
	l := byHand(t)
	const n = maxIdleTasks + 10
	tasks := map[*Task]bool{}
	for round := range 2 {
		for range n {
			l.Go(func(t *Task) { tasks[t] = true; t.Park(Never) })
		}
		if got := int(l.Stats.Tasks.Load()); got != n {
			t.Fatalf("round %d: %d coroutines; want %d", round, got, n)
		}
		for tk := range tasks {
			tk.Wake()
		}
		l.runTasks()
		if got := int(l.Stats.Tasks.Load()); got != maxIdleTasks {
			t.Fatalf("round %d: %d coroutines kept; want %d", round, got, maxIdleTasks)
		}
	}
	if len(tasks) != n+10 {
		t.Errorf("%d coroutines made; want %d", len(tasks), n+10)
	}
}

func TestPanics(t *testing.T) {
	seen := make(chan string, 10)
	l, err := New(Options{OnPanic: func(_ *Loop, v any, stack []byte) { seen <- fmt.Sprint(v, "\n", string(stack)) }})
	if err != nil {
		t.Fatal(err)
	}
	turned := 0
	l.AtTurnEnd(func() {
		if turned++; turned == 1 {
			panic("turn end")
		}
	})
	go l.Run()
	defer stop(l)
	fd, peer := tcpPair(t)
	for _, tc := range []struct {
		name string
		do   func()
	}{
		{"turn end", func() {}},
		{"mail", func() { panic("mail") }},
		{"task", func() { l.Go(func(*Task) { panic("task") }) }},
		{"task after a wait", func() { l.Go(func(t *Task) { t.Sleep(time.Millisecond); panic("task after a wait") }) }},
		{"in await", func() {
			l.Go(func(t *Task) { Await(t, func() (int, error) { panic("in await") }) })
		}},
		{"handler", func() {
			l.NewConn(fd, localAddr(fd)).SetHandler(handlerFunc(func(*Conn) { panic("handler") }))
			peer.Write([]byte("x"))
		}},
	} {
		l.Post(tc.do)
		got := wait(t, seen, tc.name+": no panic was reported")
		if !strings.HasPrefix(got, tc.name) || !strings.Contains(got, "task_test.go") {
			t.Errorf("%s: reported as %.60q, with or without the place", tc.name, got)
		}
	}
	// The handler's connection was reset with it.
	if _, err := peer.Read(make([]byte, 1)); err == nil || err == io.EOF {
		t.Errorf("the connection of the handler that panicked: %v; want a reset", err)
	}
	onLoop(t, l, func() {})
	if n := l.Stats.Panics.Load(); n != 6 {
		t.Errorf("%d panics counted; want 6", n)
	}
}

type handlerFunc func(c *Conn)

func (f handlerFunc) Ready(c *Conn) { f(c) }

func TestAwaitPanicIsRaised(t *testing.T) {
	l := startLoop(t)
	var got any
	on(t, l, func(t *Task) {
		defer func() { got = recover() }()
		Await(t, func() (int, error) { panic(io.ErrShortWrite) })
	})
	p, ok := got.(*AwaitPanic)
	if !ok || p.Value != io.ErrShortWrite || !strings.Contains(p.Error(), "TestAwaitPanicIsRaised") {
		t.Fatalf("raised %v", got)
	}
}

// TestStopUnwinds: tasks that are suspended when the loop ends run their deferred calls, which may do anything.
func TestStopUnwinds(t *testing.T) {
	l := startLoop(t)
	c, _ := newConn(t, l)
	var errs []error
	var alive, started int
	var pooled int
	onLoop(t, l, func() {
		l.Go(func(t *Task) {
			defer func() {
				l.Go(func(*Task) { started++ })
				_, err := c.TrySend([]byte("bye"))
				errs = append(errs, err)
			}()
			_, err := c.Recv(t, make([]byte, 10), Never)
			alive++
			errs = append(errs, err)
		})
		l.Go(func(t *Task) {
			defer func() {
				defer func() { errs = append(errs, errors.New("unwound")) }()
				t.Sleep(time.Hour) // suspending again is no way out
				alive++
			}()
			Await(t, func() (int, error) { return 0, nil })
			t.Park(Never)
			alive++
		})
		l.Go(func(*Task) {}) // in the pool when the loop ends
		pooled = len(l.idle)
	})
	l.Post(func() { l.Go(func(t *Task) { t.Park(Never); alive++ }) }) // posted before the end: begins, and is unwound
	stop(l)
	if alive != 0 || started != 0 || pooled != 1 || len(errs) != 2 {
		t.Errorf("%d went on, %d started, %d were pooled, errors %v", alive, started, pooled, errs)
	}
	for _, err := range errs {
		if err != nil && err.Error() != "unwound" {
			t.Errorf("a deferred call could not use its connection: %v", err)
		}
	}
	if n := l.Stats.Tasks.Load(); n != 0 {
		t.Errorf("%d coroutines left", n)
	}
	if n := l.Stats.Conns.Load(); n != 0 {
		t.Errorf("%d connections left", n)
	}
	if l.Post(func() {}) {
		t.Error("an ended loop takes mail")
	}
	l.Stop() // again: harmless
}

type runner struct{ n int }

func (r *runner) Run(*Task) { r.n++ }

func TestTaskAllocs(t *testing.T) {
	l := byHand(t)
	var tk *Task
	l.Go(func(t *Task) {
		for tk = t; ; {
			t.Park(l.Now() + int64(time.Minute))
		}
	})
	noAllocs(t, func() { tk.Wake(); l.runTasks() })
	r := &runner{}
	noAllocs(t, func() { l.GoRun(r) })
	l.Go(func(t *Task) {
		for {
			t.Yield()
		}
	})
	noAllocs(t, func() { l.runLater(); l.runTasks() })
}

func BenchmarkTaskSwitch(b *testing.B) {
	l := byHand(b)
	var tk *Task
	l.Go(func(t *Task) {
		for tk = t; ; {
			t.Park(Never)
		}
	})
	b.ReportAllocs()
	for b.Loop() {
		tk.Wake()
		l.runTasks()
	}
}

func BenchmarkTaskStart(b *testing.B) {
	l := byHand(b)
	r := &runner{}
	b.ReportAllocs()
	for b.Loop() {
		l.GoRun(r)
	}
}
