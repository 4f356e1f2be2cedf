package loop

import (
	"fmt"
	"iter"
	"runtime/debug"
	"time"
)

// Runner is what a task runs. A long-lived object (a session, say) implements it, so that starting a
// task allocates nothing.
type Runner interface{ Run(t *Task) }

// TaskFunc makes a Runner of a function.
type TaskFunc func(t *Task)

// Run calls f.
func (f TaskFunc) Run(t *Task) { f(t) }

// Task is a coroutine on a loop: it runs until it suspends, and nothing else on its loop runs meanwhile.
//
// Coroutines are pooled: a task that ends waits for the next Runner, with its stack grown and warm.
type Task struct {
	l      *Loop
	run    Runner
	next   func() (struct{}, bool)
	stop   func()
	yield  func(struct{}) bool
	parked bool
	queued bool // in the loop's run queue
	woken  bool // Wake came before Park
	late   bool // the deadline came
	until  int64
	timer  Timer
	group  *Group // nil = it has none

	cost           TaskCost
	since, readyAt int64 // where the loop measures: the run's beginning, and when it became ready; 0 = it is not
}

// Go starts fn in a coroutine of its own, at once when called outside tasks, else when the calling task suspends.
func (l *Loop) Go(fn func(t *Task)) { l.GoRun(TaskFunc(fn)) }

// GoRun is Go for a Runner.
func (l *Loop) GoRun(r Runner) {
	l.mustOwn("Go")
	t := l.getTask()
	t.run, t.woken, t.group = r, false, l.group
	if l.cur != nil {
		l.enqueue(t)
		return
	}
	t.resume()
}

func (l *Loop) getTask() *Task {
	if n := len(l.idle); n > 0 {
		t := l.idle[n-1]
		l.idle = l.idle[:n-1]
		l.trim.low = min(l.trim.low, n-1)
		return t
	}
	t := &Task{l: l}
	t.timer.Fire = t.expire
	t.next, t.stop = iter.Pull(t.body)
	l.all[t] = struct{}{}
	l.Stats.Tasks.Store(int64(len(l.all)))
	return t
}

// body is the coroutine: one Runner after another.
func (t *Task) body(yield func(struct{}) bool) {
	t.yield = yield
	t.l.ids.own()
	for t.step() {
	}
	t.l.ids.disown()
}

// step runs one Runner and waits for the next; false = the coroutine is to end.
func (t *Task) step() bool {
	t.protect()
	t.run, t.woken, t.late, t.group = nil, false, false, nil
	l := t.l
	if len(l.idle) >= maxIdleTasks || l.stop.Load() {
		l.Disarm(&t.timer)
		delete(l.all, t)
		l.Stats.Tasks.Store(int64(len(l.all)))
		return false
	}
	l.idle = append(l.idle, t)
	l.kept()
	return t.yield(struct{}{})
}

// protect runs the Runner and contains its panic: one stream ends, the loop does not.
func (t *Task) protect() {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if _, over := v.(taskEnd); !over {
			t.l.contain(v)
		}
	}()
	t.run.Run(t)
}

// resume switches to the coroutine until it suspends or ends. Only the loop's own goroutine calls it.
func (t *Task) resume() {
	l := t.l
	l.cur = t
	was := l.group
	l.group = t.group
	t.cost.Runs++
	if l.measure {
		t.beginRun()
		t.next()
		t.endRun()
	} else {
		t.next()
	}
	l.cur, l.group = nil, was
}

func (l *Loop) enqueue(t *Task) {
	if !t.queued {
		if l.measure {
			t.readyAt = l.clock()
		}
		t.queued = true
		if t.group != nil {
			l.join(t.group, t)
			return
		}
		l.runq = append(l.runq, t)
	}
}

// runTasks resumes what is in the run queue, including what those tasks wake in turn, up to maxRuns.
func (l *Loop) runTasks() {
	n := 0
	for ; n < len(l.runq) && n < l.opt.MaxRuns; n++ {
		t := l.runq[n]
		t.queued = false
		t.resume()
	}
	rest := copy(l.runq, l.runq[n:])
	clear(l.runq[rest:])
	l.runq = l.runq[:rest]
}

// endTasks ends every coroutine with its loop. One that is suspended in a Runner unwinds by a panic that protect swallows, so
// that its deferred calls run.
func (l *Loop) endTasks() {
	for len(l.all) > 0 { // a deferred call may start another
		for t := range l.all {
			l.cur = t
			t.stop()
			delete(l.all, t)
		}
	}
	l.cur, l.idle, l.runq, l.yields = nil, nil, nil, nil
	l.groups = queue[*Group]{}
	l.Stats.Tasks.Store(0)
}

// taskEnd unwinds a task whose loop has ended.
type taskEnd struct{}

// Loop is the loop that the task belongs to.
func (t *Task) Loop() *Loop { return t.l }

// Park suspends the task until Wake, or until the time (Now's scale); it returns false when the time came.
// A Wake since the last Park makes it return at once. Wake-ups may be spurious: the caller looks again at
// what it waits for.
func (t *Task) Park(until int64) bool {
	if t.woken {
		t.woken = false
		return true
	}
	l := t.l
	if debugBuild && l.cur != t {
		panic(fmt.Sprintf("BUG: Park on loop %d outside the task's own coroutine", l.opt.ID))
	}
	if until <= l.now {
		return false
	}
	t.until = until
	// A timer that is armed for an earlier time stays: when it fires it looks at until. So a task whose deadline
	// moves on with each request touches the wheel once per deadline, not once per request.
	if until != Never && (!t.timer.Armed() || t.timer.At() > until+tickNS) {
		l.Arm(&t.timer, until)
	}
	t.parked = true
	if !t.yield(struct{}{}) {
		panic(taskEnd{})
	}
	// Woken in the very turn of the deadline: what the waker brought must not be lost.
	late := t.late && !t.woken
	t.parked, t.woken, t.late = false, false, false
	return !late
}

// expire is the timer's: too early, or for a wait that is over, it only re-arms or does nothing.
func (t *Task) expire() {
	switch {
	case !t.parked || t.until == Never:
	case t.until > t.l.now:
		t.l.Arm(&t.timer, t.until)
	case !t.woken:
		t.late = true
		t.l.enqueue(t)
	}
}

// Wake makes Park return. It is called on the task's loop; from elsewhere, through Post.
func (t *Task) Wake() {
	t.l.mustOwn("Wake")
	if t.parked && !t.queued {
		t.l.enqueue(t)
	}
	t.woken = true
}

// Yield lets the loop poll and everybody else have a turn.
func (t *Task) Yield() {
	t.woken = false // an old Wake would end it at once
	t.l.yields = append(t.l.yields, t)
	t.Park(Never)
}

// Sleep suspends the task for d.
func (t *Task) Sleep(d time.Duration) {
	until := t.l.now + int64(d)
	for t.l.now < until {
		t.Park(until)
	}
}

// Await runs fn, which may block, on a goroutine of its own and suspends the task until it returns.
// A panic in fn is raised again in the task, as an AwaitPanic.
func Await[T any](t *Task, fn func() (T, error)) (T, error) {
	var (
		v     T
		err   error
		crash *AwaitPanic
		done  bool
	)
	t.l.outside++
	defer func() { t.l.outside-- }()
	go func() {
		defer func() {
			if p := recover(); p != nil {
				crash = &AwaitPanic{p, debug.Stack()}
			}
			t.l.Post(func() {
				done = true
				t.Wake()
			})
		}()
		v, err = fn()
	}()
	for !done {
		t.Park(Never)
	}
	if crash != nil {
		panic(crash)
	}
	return v, err
}

// AwaitPanic is a panic of a function that Await ran: the value, and where it was, which the task's own stack does not show.
type AwaitPanic struct {
	Value any
	Stack []byte
}

func (p *AwaitPanic) Error() string { return fmt.Sprintf("%v\n%s", p.Value, p.Stack) }
