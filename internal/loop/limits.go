package loop

import "time"

// Every bound of the engine, and what it prevents.
const (
	// DefaultBufSize is tune.bufsize's default: one message head and a good part of a body.
	DefaultBufSize = 16 << 10
	// ScratchSize is one read of a tunnel. It is shared by all of a loop's tunnels, so it may be large.
	ScratchSize = 64 << 10
	// StallLimit is how long one turn may take before it is counted: all of a loop's connections wait for it.
	StallLimit = 10 * time.Millisecond
	// napMS is how long a loop without work keeps its processor before it tells the scheduler that it sleeps. It is longer than the
	// kernel's tick: a shorter sleep makes the kernel program the clock for each, which costs 1.5 us in a virtual machine.
	napMS = 50
	// maxEvents bounds one poll, so that timers and mail are not starved by a flood of events.
	maxEvents = 256
	// maxSYN is room for a SYN packet's headers: link layer, IP with extension headers, and TCP with all its options.
	maxSYN = 512
	// publishEvery is for how long Stats may not know of a busy loop's last turns.
	publishEvery = 10 * time.Millisecond
	// wallEvery is for how long a new time on the wall may go unseen.
	wallEvery = 100 * time.Millisecond
	// maxRuns bounds the tasks resumed from the run queue in one turn: two that wake each other must not starve the sockets.
	maxRuns = 4096
	// maxLastMail bounds the rounds of mail read at the loop's end, against mail that posts itself again.
	maxLastMail = 16
	// maxIdleTasks bounds the coroutines kept without work: their stacks are a burst's cost until they are trimmed.
	maxIdleTasks = 1024
	// keepIdleTasks is how many idle coroutines a loop always keeps.
	keepIdleTasks = 16
	// trimEvery is the time in which half of the idle coroutines that are not needed end.
	trimEvery = time.Second
	// maxIdleBufs bounds the free list of buffers: after a burst the rest goes back to the heap (16 MiB).
	maxIdleBufs = 1024
	// maxIdlePipes bounds the pipes kept for splice: each holds two fds.
	maxIdlePipes = 64
	// pipeSize is asked of the kernel for each pipe: fewer, longer splices (its default of 64 KiB costs twice the calls).
	pipeSize = 512 << 10
	// minPipeSize is a page: the kernel makes no pipe smaller, and less at a time would be a system call for every few octets.
	minPipeSize = 4096
	// spliceAfter is how many bytes a direction must have moved in one wake-up before splice pays for its pipe.
	spliceAfter = 32 << 10
	// tunnelTurn bounds what one direction may move in one wake-up: a fast sender must not starve the other connections.
	tunnelTurn = 1 << 20
	// unixRetry is how often a connection to a unix socket whose queue is full is tried again.
	unixRetry = 5 * time.Millisecond
	// acceptBackoff is how long a listener rests after EMFILE, ENFILE, ENOBUFS or ENOMEM: level-triggered, it would spin.
	acceptBackoff = 100 * time.Millisecond
	// DefaultMaxAccept is tune.maxaccept's default: connections taken per wake-up.
	DefaultMaxAccept = 64
	// maxSweep bounds what Sweep accepts: a client that connects again and again must not keep a closing address open.
	maxSweep = 4096
	// handoffSlack is how many connections more than the least loaded loop one may have before it hands a new one over:
	// handing over costs a wake-up.
	handoffSlack = 8
)
