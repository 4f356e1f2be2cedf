package loop

import "testing"

// TestTrim: after a burst the number of coroutines comes down to what is in use and a few; what is in use stays.
func TestTrim(t *testing.T) {
	f := NewFake()
	defer stop(f.Loop)
	const burst, busy = 500, 30
	park := func(n int) (tasks []*Task) {
		onLoop(t, f.Loop, func() {
			for range n {
				f.Go(func(t *Task) { tasks = append(tasks, t); t.Park(Never) })
			}
		})
		return tasks
	}
	tasks := park(burst)
	onLoop(t, f.Loop, func() {
		for _, tk := range tasks[busy:] {
			tk.Wake()
		}
	})
	f.Sync()
	if got := f.Stats.Tasks.Load(); got != burst {
		t.Fatalf("%d coroutines after the burst; want all %d kept for the next", got, burst)
	}
	for range 20 {
		f.Advance(trimEvery)
	}
	if got := f.Stats.Tasks.Load(); got != busy+keepIdleTasks {
		t.Errorf("%d coroutines in the end; want %d in use and %d idle", got, busy, keepIdleTasks)
	}
	onLoop(t, f.Loop, func() {
		if f.trim.timer.Armed() {
			t.Error("the timer is armed with nothing to end")
		}
		for _, tk := range tasks[:busy] {
			if !tk.parked {
				t.Error("a coroutine in use was ended")
			}
		}
	})
}

// TestTrimSpares: coroutines that are taken again and again are not ended.
func TestTrimSpares(t *testing.T) {
	f := NewFake()
	defer stop(f.Loop)
	const n = 200
	for range 10 {
		onLoop(t, f.Loop, func() {
			var tasks []*Task
			for range n {
				f.Go(func(t *Task) { tasks = append(tasks, t); t.Park(Never) })
			}
			for _, tk := range tasks {
				tk.Wake()
			}
		})
		f.Advance(trimEvery)
	}
	if got := f.Stats.Tasks.Load(); got != n {
		t.Errorf("%d coroutines; want the %d that each second needs", got, n)
	}
}
