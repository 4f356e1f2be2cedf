package loop

import "math/bits"

// Timer calls Fire once at its time, on the loop. It is embedded by value in what it times; arming it
// allocates nothing. The zero value with Fire set is ready.
//
// Most deadlines move further away again and again (each request renews one). Do not re-arm for that: keep the
// deadline beside the timer and compare when it fires.
type Timer struct {
	Fire       func()
	at         int64 // in ticks
	next, prev *Timer
	level      int8
	slot       uint8
}

// Armed reports whether the timer will fire.
func (tm *Timer) Armed() bool { return tm.next != nil }

// At is the time that an armed timer fires at, in Loop.Now's nanoseconds, rounded up to a tick.
func (tm *Timer) At() int64 { return tm.at << tickShift }

// Arm sets tm to fire at time at (Now's scale), moving it if it was armed. Never, or a time beyond the wheel's
// 146 years, disarms it.
func (l *Loop) Arm(tm *Timer, at int64) {
	l.mustOwn("Arm")
	l.wheel.remove(tm)
	if at >= maxTimer {
		return
	}
	// Round up: a timer may be late by a tick, never early.
	tm.at = (at + tickNS - 1) >> tickShift
	l.wheel.add(tm)
}

// Disarm stops tm; it is harmless on one that is not armed.
func (l *Loop) Disarm(tm *Timer) {
	l.mustOwn("Disarm")
	l.wheel.remove(tm)
}

const (
	tickShift  = 20 // a tick is 2^20 ns: 1.05 ms
	tickNS     = 1 << tickShift
	wheelBits  = 6
	wheelSlots = 1 << wheelBits
	levels     = 7 // 2^42 ticks: 146 years
	// maxTimer keeps every timer inside the last level, so that no slot is passed twice on the way to it.
	maxTimer = 1<<(levels*wheelBits+tickShift) - tickNS
)

// wheel is a hierarchical timing wheel. A timer stands at the level of the highest bit in which its tick differs
// from the current one, so within a level every occupied slot lies ahead and the next one is a bit scan away.
type wheel struct {
	cur  int64 // ticks
	bits [levels]uint64
	slot [levels][wheelSlots]Timer // list heads; next == nil means never used
}

func (w *wheel) add(tm *Timer) {
	if tm.at <= w.cur {
		tm.at = w.cur + 1
	}
	level := (63 - bits.LeadingZeros64(uint64(tm.at^w.cur)|(wheelSlots-1))) / wheelBits
	w.put(tm, level)
}

// put links tm into the slot of level that its tick names.
func (w *wheel) put(tm *Timer, level int) {
	i := (tm.at >> (level * wheelBits)) & (wheelSlots - 1)
	head := &w.slot[level][i]
	if head.next == nil {
		head.next, head.prev = head, head
	}
	tm.level, tm.slot = int8(level), uint8(i)
	tm.prev, tm.next = head.prev, head
	head.prev.next, head.prev = tm, tm
	w.bits[level] |= 1 << i
}

func (w *wheel) remove(tm *Timer) {
	if tm.next == nil {
		return
	}
	tm.prev.next, tm.next.prev = tm.next, tm.prev
	tm.next, tm.prev = nil, nil
	if head := &w.slot[tm.level][tm.slot]; head.next == head {
		w.bits[tm.level] &^= 1 << tm.slot
	}
}

// nextTick is the earliest tick after cur at which a slot must be looked at; Never if all are empty.
func (w *wheel) nextTick() int64 {
	best := Never
	for level := range levels {
		b := w.bits[level]
		if b == 0 {
			continue
		}
		shift := level * wheelBits
		i := int64(bits.TrailingZeros64(b)) // nothing stands behind cur
		best = min(best, w.cur>>(shift+wheelBits)<<(shift+wheelBits)|i<<shift)
	}
	return best
}

// next is nextTick in nanoseconds.
func (w *wheel) next() int64 {
	t := w.nextTick()
	if t == Never {
		return Never
	}
	return t << tickShift
}

// advance moves to time now and fires what is due, each through call.
func (w *wheel) advance(now int64, call func(fn func())) {
	target := now >> tickShift
	for w.cur < target {
		n := w.nextTick()
		if n > target {
			w.cur = target
			return
		}
		w.cur = n
		for level := 1; level < levels && n&(1<<(level*wheelBits)-1) == 0; level++ {
			w.cascade(level, (n>>(level*wheelBits))&(wheelSlots-1))
		}
		w.fire(n&(wheelSlots-1), call)
	}
}

// cascade spreads an upper slot whose time has come over the lower levels.
func (w *wheel) cascade(level int, i int64) {
	head := &w.slot[level][i]
	if w.bits[level]&(1<<i) == 0 {
		return
	}
	for tm := head.next; tm != head; tm = head.next {
		w.remove(tm)
		if tm.at == w.cur {
			w.put(tm, 0) // due in this very tick: where fire looks
			continue
		}
		w.add(tm)
	}
}

func (w *wheel) fire(i int64, call func(fn func())) {
	head := &w.slot[0][i]
	for w.bits[0]&(1<<i) != 0 {
		tm := head.next
		w.remove(tm)
		if tm.Fire != nil {
			call(tm.Fire)
		}
	}
}
