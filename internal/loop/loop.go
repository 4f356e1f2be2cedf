package loop

import (
	"fmt"
	"math"
	"net/netip"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// Never is a deadline that does not come.
const Never int64 = math.MaxInt64

// Options make a Loop. The zero value is a loop for tests: id 0, default buffers, no reports.
type Options struct {
	ID      int
	BufSize int // bytes of one buffer (tune.bufsize); 0 = DefaultBufSize
	// StallLimit is what OnStall is told of; 0 = the package's.
	StallLimit time.Duration
	MaxEvents  int    // of one poll, up to the package's own bound
	MaxRuns    int    // tasks resumed from the run queue in one turn
	PipeSize   int    // bytes of a pipe that splice uses
	Pipes      *Pipes // shared by the loops of a process; nil = any number
	// OnPanic is told of a contained panic, on the loop. It must not block.
	OnPanic func(l *Loop, value any, stack []byte)
	// OnStall is told of a turn that took longer than StallLimit, on the loop. It must not block.
	OnStall func(l *Loop, took time.Duration)
}

// Stats are a loop's own counters. They are read by other goroutines, hence atomic. Those that every turn changes (Turns, BusyNS,
// IdleNS) are told each publishEvery, and before the loop sleeps for longer than a nap: an atomic store costs more than the sum.
type Stats struct {
	Turns, Stalls, Panics, Stale atomic.Uint64
	AcceptErrors                 atomic.Uint64 // accepts that failed for want of a resource
	Spliced                      atomic.Uint64 // bytes sent through pipes
	PipesUsed, PipesFree         atomic.Int64  // with a flow, and without one
	BusyNS, IdleNS               atomic.Int64
	Conns                        atomic.Int64 // open connections, of both sides
	Tasks                        atomic.Int64 // coroutines made and not ended

	// Of the runs of tasks since the loop was told to measure them last; written at each run.
	Measures                atomic.Bool
	TaskRuns                atomic.Uint64
	TaskRanNS, TaskWaitedNS atomic.Int64
}

// Loop is one event loop. Only the fields marked shared may be touched by other goroutines.
type Loop struct {
	opt   Options
	Stats Stats // shared

	poll  poller
	slots []*Conn // by fd
	gen   uint32  // of the last registered fd

	now        int64          // of this turn
	base       time.Time      // what now counts from
	wall       time.Time      // at wallAt: see Wall
	wallAt     int64          // of now
	failedFrom netip.AddrPort // see FailedFrom
	fake       *fakeClock
	wheel      wheel
	sent       sent

	runq    []*Task // to resume, in order
	cur     *Task   // the one that runs; nil outside tasks
	outside int     // functions that Await has started: they may wait for this thread's processor
	drowsy  bool    // see Drowse
	idle    []*Task // coroutines without work
	trim    trimmer

	events, told int           // that the poll has brought, and how many of them were dispatched
	handling     *Conn         // whose handler is called with one
	begun        queue[begun]  // resting connections that something has come for
	group        *Group        // of the tasks that are begun now
	groups       queue[*Group] // have tasks to resume, in order

	bufs      *Buf
	nbufs     int
	scratch   []byte // one read of a tunnel: never held across a suspension
	gather    []byte // what a layer puts together: see Gather
	layerData any
	pipes     []pipe
	pipeTimer Timer
	lowPipes  int                // the fewest idle pipes since the last look
	yields    []*Task            // let everybody else have a turn first
	more      []*Tunnel          // used up their share of the last turn
	all       map[*Task]struct{} // every coroutine, to end them with the loop

	signals   []*Conn    // virtual connections that something was signalled of
	finishers []Finisher // of this turn
	deferred  []Finisher // of the next one

	turnEnd func()
	measure bool // see Measure
	// What Stats says of the turns, up to date.
	turns       uint64
	busy, slept int64 // ns
	published   int64 // Now at which Stats was told last

	// Shared.
	mu       sync.Mutex
	ended    bool // mail is not read any more; guarded by mu
	mail     []func()
	mailN    atomic.Int32
	sleeping atomic.Bool
	stop     atomic.Bool
	done     chan struct{}

	spare []func() // the mailbox's other half; owned by the loop
	ids   debugIDs
}

// New makes a loop; Run starts it.
func New(o Options) (*Loop, error) {
	if o.BufSize == 0 {
		o.BufSize = DefaultBufSize
	}
	o.fill()
	l := &Loop{opt: o, base: time.Now(), done: make(chan struct{}), all: map[*Task]struct{}{}}
	l.wall = l.base
	l.trim.timer.Fire = l.endIdle
	l.pipeTimer.Fire = l.endPipes
	l.poll.max = o.MaxEvents
	if err := l.poll.open(); err != nil {
		return nil, fmt.Errorf("loop %d: %w", o.ID, err)
	}
	l.scratch = make([]byte, max(ScratchSize, o.BufSize))
	return l, nil
}

// fill puts the package's bounds where none are given.
func (o *Options) fill() {
	if o.StallLimit <= 0 {
		o.StallLimit = StallLimit
	}
	if o.MaxEvents <= 0 || o.MaxEvents > maxEvents {
		o.MaxEvents = maxEvents
	}
	if o.MaxRuns <= 0 {
		o.MaxRuns = maxRuns
	}
	if o.PipeSize <= 0 {
		o.PipeSize = pipeSize
	}
	o.PipeSize = max(o.PipeSize, minPipeSize)
}

// ID is the loop's number, from 0.
func (l *Loop) ID() int { return l.opt.ID }

// Now is this turn's time in nanoseconds from the loop's start: monotonic, read once per turn.
func (l *Loop) Now() int64 { return l.now }

// Wall is this turn's wall-clock time. The clock on the wall is looked at each wallEvery and the other one added, so that a turn
// reads one: the time that somebody sets is here that much later.
func (l *Loop) Wall() time.Time { return l.wall.Add(time.Duration(l.now - l.wallAt)) }

// BufSize is the size of the loop's buffers in bytes.
func (l *Loop) BufSize() int { return l.opt.BufSize }

// Run turns the loop until Stop. It returns when every fd of its own is closed: tunnels are killed, tasks unwound
// (their deferred calls run), connections closed.
func (l *Loop) Run() {
	defer close(l.done)
	l.ids.own()
	l.tick()
	for !l.stop.Load() {
		l.turn()
	}
	l.closeAll()
}

// turn is the loop body.
func (l *Loop) turn() {
	stumble()
	// 1st poll: without sleeping while there is work, else until an event, a timer or mail comes. 2nd clock: one
	// reading serves the whole turn.
	l.events, l.told = l.pollOnce(), 0
	// 3rd events: each wakes the task or calls the handler that its connection has; those of connections at rest wait.
	resting := l.begun.len()
	for l.told < l.events {
		l.tell()
	}
	others := l.events - (l.begun.len() - resting)
	// 4th timers, 5th mail, 6th whatever those woke.
	l.wheel.advance(l.now, l.call)
	if len(l.more)+len(l.yields) > 0 {
		l.runLater()
	}
	if l.mailN.Load() > 0 {
		l.readMail()
	}
	if len(l.signals) > 0 {
		l.runSignals()
	}
	l.runTasks()
	if l.groups.len() > 0 {
		l.runGroups()
	}
	// 7th new work.
	if l.begun.len() > 0 {
		l.runBegun(max(beginShare, others/othersPerBegin))
	}
	if len(l.finishers) > 0 {
		l.runFinishers()
	}
	if l.turnEnd != nil {
		l.call(l.turnEnd)
	}
	l.turns++
}

// pollOnce polls, reads the clock and returns the number of events that came.
func (l *Loop) pollOnce() int {
	n := 0
	// A turn that does not sleep polls, whatever else it has to do: work that goes on and on must not keep events out.
	work := l.mailN.Load() > 0 || len(l.more)+len(l.yields)+len(l.runq)+l.groups.len()+l.begun.len()+len(l.signals)+len(l.finishers) > 0 || l.stop.Load()
	// A nap that finds events returns as fast as a look for them, so it needs none before it; a sleep that the scheduler is told of
	// does.
	nap := l.outside == 0 && !l.drowsy
	if work || !nap {
		n = l.poll.try()
	}
	if work || n > 0 {
		start := l.now
		l.tick()
		l.turned(start, l.now)
		return n
	}
	l.sleeping.Store(true)
	if l.mailN.Load() > 0 || l.stop.Load() {
		l.sleeping.Store(false)
		return 0
	}
	before := l.clock()
	l.turned(l.now, before)
	n = l.sleep(l.sleepFor(before), nap)
	l.sleeping.Store(false)
	l.tick()
	l.slept += l.now - before
	return n
}

// sleep polls for up to ns nanoseconds (-1 = for ever): where nap is set briefly in a nap, then in a way that the scheduler knows of.
func (l *Loop) sleep(ns int64, nap bool) int {
	ms := -1
	if ns >= 0 {
		ms = int(min((ns+999999)/1e6, 1<<30))
	}
	if nap {
		short := napMS
		if ms >= 0 && ms <= napMS {
			short = ms
		}
		if n := l.poll.nap(short); n > 0 || short == ms {
			return n
		}
		if ms > 0 {
			ms -= short
		}
	}
	l.publish()
	return l.poll.wait(ms)
}

// sleepFor is how long the poll may sleep at time now, in nanoseconds; -1 = for ever.
func (l *Loop) sleepFor(now int64) int64 {
	at := l.wheel.next()
	if at == Never || l.fake != nil {
		return -1
	}
	return max(at-now, 0)
}

func (l *Loop) clock() int64 {
	if l.fake != nil {
		return l.fake.now.Load()
	}
	return int64(time.Since(l.base))
}

func (l *Loop) tick() {
	if l.fake != nil {
		l.now = l.fake.now.Load()
		return
	}
	l.now = int64(time.Since(l.base))
	if l.now-l.wallAt >= int64(wallEvery) {
		l.wall, l.wallAt = time.Now(), l.now
	}
}

// turned accounts for a turn that has ended: with the clock reading that the loop takes anyway, before it sleeps or for
// the next turn. One that held the loop for too long is a stall: every connection on it waited meanwhile.
func (l *Loop) turned(start, end int64) {
	if l.fake != nil {
		return
	}
	took := end - start
	l.busy += took
	if end-l.published >= int64(publishEvery) || took > int64(l.opt.StallLimit) {
		l.publish()
	}
	if took > int64(l.opt.StallLimit) {
		l.Stats.Stalls.Add(1)
		if l.opt.OnStall != nil {
			l.opt.OnStall(l, time.Duration(took))
		}
	}
}

func (l *Loop) publish() {
	l.Stats.Turns.Store(l.turns)
	l.Stats.BusyNS.Store(l.busy)
	l.Stats.IdleNS.Store(l.slept)
	l.published = l.now
}

// contain reports a panic in a task or handler; it is called from their deferred functions.
func (l *Loop) contain(v any) {
	l.group = nil
	l.Stats.Panics.Add(1)
	if l.opt.OnPanic != nil {
		l.opt.OnPanic(l, v, debug.Stack())
	}
}

// AtTurnEnd sets what is called at the end of each turn, on the loop; it must be set before Run.
func (l *Loop) AtTurnEnd(fn func()) { l.turnEnd = fn }

// Stop ends Run after the current turn. Any goroutine may call it; Done tells when it is over.
func (l *Loop) Stop() {
	l.stop.Store(true)
	l.wake()
}

// Drowse lets the loop give up its processor whenever it waits: it has little to do from now on, and others need the processor. It is
// called on the loop.
func (l *Loop) Drowse() { l.drowsy = true }

// Done is closed when Run has returned.
func (l *Loop) Done() <-chan struct{} { return l.done }

// closeAll ends what is left, in an order in which each may still use what comes after it.
func (l *Loop) closeAll() {
	l.lastMail()
	for _, c := range l.slots {
		if c == nil {
			continue
		}
		switch h := c.h.(type) {
		case *ear: // the listener closes its own fd
			h.end()
		case *Tunnel:
			l.call(h.Kill)
		}
	}
	l.endTasks()
	for _, c := range l.slots {
		if c != nil {
			c.Close()
		}
	}
	for _, p := range l.pipes {
		l.closePipe(p)
	}
	l.Stats.PipesFree.Store(0)
	l.pipes = nil
	l.publish()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.poll.close()
}
