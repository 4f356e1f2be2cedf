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

// Measure makes the loop time its tasks, which costs two readings of the clock for each run. Call it before Run.
func (l *Loop) Measure() { l.measure = true }

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
		t.cost.Waited += t.since - t.readyAt
		t.readyAt = 0
	}
}

func (t *Task) endRun() { t.cost.Ran += t.l.clock() - t.since }
