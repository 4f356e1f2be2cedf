package loop

// TaskCost is what a task has cost since its coroutine was made. The times are nanoseconds, and 0 unless the loop measures.
type TaskCost struct {
	Runs   int64 // how often it ran
	Ran    int64
	Waited int64 // ready, while others ran
}

// Sub is what has been added since before.
func (c TaskCost) Sub(before TaskCost) TaskCost {
	return TaskCost{c.Runs - before.Runs, c.Ran - before.Ran, c.Waited - before.Waited}
}

// Measure makes the loop time its tasks from now on, which costs two readings of the clock for each run, or no longer. Where on is set, what
// all of them have cost (Stats.TaskRuns and its like) is counted anew. On the loop, or before Run.
func (l *Loop) Measure(on bool) {
	if on {
		l.Stats.TaskRuns.Store(0)
		l.Stats.TaskRanNS.Store(0)
		l.Stats.TaskWaitedNS.Store(0)
	}
	if l.measure == on {
		return
	}
	l.measure = on
	for t := range l.all { // some were ready before somebody looked, or nobody will look
		t.readyAt = 0
	}
	l.Stats.Measures.Store(on)
}

// Cost is what the task has cost by now.
func (t *Task) Cost() TaskCost {
	c := t.cost
	if l := t.l; l.measure && l.cur == t {
		c.Ran += l.clock() - t.since
	}
	return c
}

// beginRun and endRun stand around each run of a task on a loop that measures.
func (t *Task) beginRun() {
	t.since = t.l.clock()
	if t.readyAt != 0 {
		waited := t.since - t.readyAt
		t.cost.Waited += waited
		t.readyAt = 0
		s := &t.l.Stats
		s.TaskWaitedNS.Store(s.TaskWaitedNS.Load() + waited)
	}
}

func (t *Task) endRun() {
	ran := t.l.clock() - t.since
	t.cost.Ran += ran
	s := &t.l.Stats
	s.TaskRuns.Store(s.TaskRuns.Load() + 1)
	s.TaskRanNS.Store(s.TaskRanNS.Load() + ran)
}
