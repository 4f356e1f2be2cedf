package loop

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func direct(fn func()) { fn() }

// TestWheelAgainstList arms, moves and disarms timers at random and compares each advance with a plain list.
func TestWheelAgainstList(t *testing.T) {
	type entry struct {
		tm  Timer
		due int64 // ticks; 0 = not armed
	}
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		l := &Loop{}
		now := int64(0)
		es := make([]*entry, 40)
		for i := range es {
			e := &entry{}
			e.tm.Fire = func() {
				if e.due != l.wheel.cur {
					t.Fatalf("seed %d: timer %d fired in tick %d; want %d (0 = not at all)", seed, i, l.wheel.cur, e.due)
				}
				e.due = 0
				if rnd.IntN(3) == 0 { // again from inside Fire, perhaps for a time that is over
					arm(l, &e.tm, &e.due, l.wheel.cur<<tickShift+spread(rnd)-tickNS)
				}
				if o := es[rnd.IntN(len(es))]; rnd.IntN(4) == 0 { // and stop another, perhaps of the same slot
					l.Disarm(&o.tm)
					o.due = 0
				}
			}
			es[i] = e
		}
		for range 300 {
			e := es[rnd.IntN(len(es))]
			switch rnd.IntN(5) {
			case 0:
				l.Disarm(&e.tm)
				e.due = 0
			case 1, 2:
				arm(l, &e.tm, &e.due, now+spread(rnd))
			default:
				now += spread(rnd)
				l.wheel.advance(now, direct)
				for i, e := range es {
					if e.due != 0 && e.due <= now>>tickShift {
						t.Fatalf("seed %d: timer %d was due in tick %d and has not fired in tick %d", seed, i, e.due, now>>tickShift)
					}
				}
			}
			checkWheel(t, seed, &l.wheel, es, func(e *entry) (*Timer, int64) { return &e.tm, e.due })
		}
	}
}

// spread is a distance of any magnitude that a wheel knows, small ones most often.
func spread(rnd *rand.Rand) int64 { return rnd.Int64N(1 << (18 + rnd.IntN(38))) }

func arm(l *Loop, tm *Timer, due *int64, at int64) {
	l.Arm(tm, at)
	*due = max((at+tickNS-1)>>tickShift, l.wheel.cur+1)
	if tm.at != *due {
		panic("armed for another tick")
	}
}

// checkWheel holds the wheel's next stop and each timer's place against the list.
func checkWheel[E any](t *testing.T, seed uint64, w *wheel, es []E, get func(E) (*Timer, int64)) {
	t.Helper()
	first := Never
	for _, e := range es {
		tm, due := get(e)
		if tm.Armed() != (due != 0) {
			t.Fatalf("seed %d: armed is %v for due %d", seed, tm.Armed(), due)
		}
		if due != 0 {
			first = min(first, due)
		}
	}
	next := w.nextTick()
	if next > first || next <= w.cur || (next == Never) != (first == Never) {
		t.Fatalf("seed %d: next stop %d from %d; the earliest timer is due in %d", seed, next, w.cur, first)
	}
}

func TestTimerOrder(t *testing.T) {
	l := &Loop{}
	var got []time.Duration
	ds := []time.Duration{time.Hour, 3 * time.Second, 5 * time.Millisecond, 24 * time.Hour, 70 * time.Millisecond, 64 << tickShift, 65 << tickShift, 4096 << tickShift, 4097 << tickShift, 366 * 24 * time.Hour}
	tms := make([]Timer, len(ds))
	for i, d := range ds {
		tms[i].Fire = func() { got = append(got, d) }
		l.Arm(&tms[i], int64(d))
	}
	for at := l.wheel.next(); at != Never; at = l.wheel.next() { // as the loop sleeps: from stop to stop
		l.wheel.advance(at, direct)
	}
	slices.Sort(ds)
	if !slices.Equal(got, ds) {
		t.Fatalf("fired in the order %v; want %v", got, ds)
	}
}

func TestTimerFarAway(t *testing.T) {
	l := &Loop{}
	var tm Timer
	for _, at := range []int64{Never, Never - 1, maxTimer, Never - tickNS} {
		l.Arm(&tm, 5)
		if l.Arm(&tm, at); tm.Armed() {
			t.Errorf("armed for %d", at)
		}
	}
	fired := false
	tm.Fire = func() { fired = true }
	l.Arm(&tm, maxTimer-1)
	l.wheel.advance(maxTimer-2*tickNS, direct)
	if fired {
		t.Error("fired early")
	}
	if l.wheel.advance(maxTimer, direct); !fired {
		t.Error("the last possible timer did not fire")
	}
}

func TestTimerNeverEarly(t *testing.T) {
	f := NewFake()
	defer stop(f.Loop)
	var tm Timer
	var at int64
	tm.Fire = func() { at = f.Now() }
	f.Post(func() { f.Arm(&tm, int64(10*time.Millisecond)+1) })
	f.Sync()
	f.Advance(10 * time.Millisecond)
	if f.Sync(); at != 0 {
		t.Fatalf("fired at %d", at)
	}
	f.Advance(2 * time.Millisecond)
	if f.Sync(); at == 0 {
		t.Fatal("did not fire")
	}
}

// TestTimerPanic: the process lives, and so do the other timers of the same tick.
func TestTimerPanic(t *testing.T) {
	f := NewFake()
	defer stop(f.Loop)
	fired := 0
	var a, b, c Timer
	a.Fire = func() { fired++ }
	b.Fire = func() { panic("boom") }
	c.Fire = func() { fired++ }
	f.Post(func() {
		for _, tm := range []*Timer{&a, &b, &c} {
			f.Arm(tm, int64(time.Second))
		}
	})
	f.Sync()
	f.Advance(2 * time.Second)
	if fired != 2 || f.Stats.Panics.Load() != 1 {
		t.Fatalf("%d timers fired, %d panics; want 2, 1", fired, f.Stats.Panics.Load())
	}
}

func TestTimerAllocs(t *testing.T) {
	l := &Loop{}
	var tm Timer
	tm.Fire = func() {}
	now := int64(0)
	noAllocs(t, func() {
		l.Arm(&tm, now+int64(time.Second))
		l.Arm(&tm, now+int64(3*time.Millisecond))
		now += int64(5 * time.Millisecond)
		l.wheel.advance(now, l.call)
	})
}

func BenchmarkTimerArmDisarm(b *testing.B) {
	l := &Loop{}
	tms := make([]Timer, 1024)
	for i := range b.N {
		tm := &tms[i&1023]
		l.Arm(tm, int64(i&0xffff)<<tickShift)
		l.Disarm(tm)
	}
}

func BenchmarkTimerFire(b *testing.B) {
	l := &Loop{}
	tms := make([]Timer, 1024)
	for i := range tms {
		tms[i].Fire = func() { l.Arm(&tms[i], (l.wheel.cur+int64(i)+1)<<tickShift) }
		tms[i].Fire()
	}
	b.ResetTimer()
	for i := range b.N {
		l.wheel.advance(int64(i+1)<<tickShift, l.call)
	}
}
