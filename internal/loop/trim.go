package loop

// trimmer gives idle coroutines back after a burst. Their number follows the load down as it followed it up: each
// trimEvery, half of those that nobody has taken since the last time end, and their stacks go back to the heap.
type trimmer struct {
	timer Timer
	low   int // the fewest idle coroutines since the last trim: so many were not needed
}

// kept is told of a coroutine that has become idle.
func (l *Loop) kept() {
	if len(l.idle) > keepIdleTasks && !l.trim.timer.Armed() {
		l.trim.low = len(l.idle)
		l.Arm(&l.trim.timer, l.now+int64(trimEvery))
	}
}

// endIdle is the timer's. It runs outside tasks.
func (l *Loop) endIdle() {
	surplus := min(l.trim.low, len(l.idle)-keepIdleTasks)
	for range (surplus + 1) / 2 { // none where surplus is negative
		n := len(l.idle) - 1
		t := l.idle[0] // the one that has been idle longest is as good as any: all are as warm
		l.idle[0] = l.idle[n]
		l.idle[n], l.idle = nil, l.idle[:n]
		t.end()
	}
	l.Stats.Tasks.Store(int64(len(l.all)))
	l.trim.low = len(l.idle)
	if len(l.idle) > keepIdleTasks {
		l.Arm(&l.trim.timer, l.now+int64(trimEvery))
	}
}

// end ends an idle coroutine.
func (t *Task) end() {
	l := t.l
	l.Disarm(&t.timer)
	delete(l.all, t)
	l.cur = t
	t.stop()
	l.cur = nil
}
