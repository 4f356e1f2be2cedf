package backend

import (
	"sync"
	"sync/atomic"

	"weir/internal/fault"
	"weir/internal/loop"
)

// queue is where streams wait for a slot: one line for the backend (any server will do) and one for each
// server, first come first served. A slot that gets free goes to whoever has waited longest of the two lines that it can serve.
//
// No wake-up is lost: who waits puts itself in line, counts itself and only then looks for a free
// slot once more; who releases frees the slot and only then reads the counts. One of the two sees the other.
type queue struct {
	any atomic.Int64 // streams in the backend's line
	max atomic.Int64 // most ever in the backend's line

	mu   sync.Mutex // guards the lines and every waiter in them
	line waitList
	tick uint64 // numbers the waiters
	now  int64  // milliseconds; the loops' clocks are not quite the same, and it must not go back
	gone uint64 // how many have left the backend's line with a slot
}

// errAgain tells Assign to pick anew: the server that it waited for is gone. It never leaves the package.
var errAgain = &fault.Fault{Name: "again", Text: "pick again"}

// waiter is a stream in a line; it lives in its lease.
type waiter struct {
	prev, next *waiter
	line       *waitList // nil = in none
	of         *Server   // whose line; nil = the backend's
	key        int64     // by set-priority-class, then by when it came with set-priority-offset
	since      uint64    // ... then by when it came
	gone       uint64    // the line's count when it came
	place      int64     // once it has left: how many got a slot from this line meanwhile, and one
	task       *loop.Task
	server     *Server      // whose slot it was given
	verdict    *fault.Fault // why it left the line without one
	woken      bool         // owned by the task's loop
	wake       func()       // runs on the task's loop; made once
}

// before reports whose turn comes first.
func (w *waiter) before(o *waiter) bool { return w.key < o.key || w.key == o.key && w.since < o.since }

// waitList is a line in the order of its waiters.
type waitList struct{ head, tail *waiter }

// push puts w in its place, which for all that have no priority is the end.
func (l *waitList) push(w *waiter) {
	prev := l.tail
	for prev != nil && w.before(prev) {
		prev = prev.prev
	}
	w.line, w.prev, w.next = l, prev, l.head
	if prev != nil {
		w.next = prev.next
		prev.next = w
	} else {
		l.head = w
	}
	if w.next != nil {
		w.next.prev = w
	} else {
		l.tail = w
	}
}

func (l *waitList) remove(w *waiter) {
	if w.prev != nil {
		w.prev.next = w.next
	} else {
		l.head = w.next
	}
	if w.next != nil {
		w.next.prev = w.prev
	} else {
		l.tail = w.prev
	}
	w.line, w.prev, w.next = nil, nil, nil
}

// wait puts the stream in the line of s, or of the backend when s is nil, until it is given a slot (nil), must
// pick again (errAgain) or gives up.
func (b *Backend) wait(t *loop.Task, ls *Lease, s *Server, deadline int64) *fault.Fault {
	w, q := &ls.w, &b.queue
	if w.wake == nil {
		w.wake = func() {
			w.woken = true
			w.task.Wake()
		}
	}
	w.task, w.woken, w.server, w.verdict, w.of = t, false, nil, nil, s
	over := false
	defer func() {
		if !over {
			ls.unwound()
		}
	}()
	q.mu.Lock()
	q.enter(ls, w, b)
	q.mu.Unlock()
	b.offer(s, t.Loop())
	q.mu.Lock()
	if !q.stillThere(b, s) && w.line != nil {
		q.leave(w)
		w.verdict, w.woken = errAgain, true
	}
	ls.Waited = w.line != nil
	q.mu.Unlock()
	f := ls.outwait(t, deadline)
	over = true
	return f
}

// outwait suspends until the verdict has come. It comes with a wake-up, which must not be left behind: it would disturb a later
// wait.
func (ls *Lease) outwait(t *loop.Task, deadline int64) *fault.Fault {
	w, q := &ls.w, &ls.b.queue
	for !w.woken {
		if ls.gone(t) && q.giveUp(w, fault.ClientAbortQueue) {
			return fault.ClientAbortQueue
		}
		ok := t.Park(deadline)
		if ls.Client != nil {
			ls.Client.Release()
		}
		if ok {
			continue
		}
		if q.giveUp(w, fault.QueueTimeout) {
			return fault.QueueTimeout
		}
		deadline = loop.Never // it was given a slot in this very moment
	}
	return w.verdict
}

// unwound is for a task that ends in the midst of a wait (its loop stops, or a bug is contained): it leaves the line, or gives
// back what it was given.
func (ls *Lease) unwound() {
	w, q := &ls.w, &ls.b.queue
	if !q.giveUp(w, errAgain) && w.server != nil {
		w.server.cur.Add(-1)
		q.serve(w.server, nil)
	}
	ls.leave()
}

// gone reports whether the client that is to be watched has hung up, and watches it otherwise.
func (ls *Lease) gone(t *loop.Task) bool {
	return ls.Client != nil && (ls.Client.HungUp() || ls.Client.Await(t, true, false) != nil)
}

// enter puts w in its line.
func (q *queue) enter(ls *Lease, w *waiter, b *Backend) {
	q.tick++
	q.now = max(q.now, ls.loop.Now()/1e6)
	w.since, w.key = q.tick, ls.key(q.now)
	w.gone = *q.count(w.of)
	if w.of == nil {
		raise(&q.max, q.any.Add(1))
		q.line.push(w)
		return
	}
	raise(&w.of.qmax, w.of.queued.Add(1))
	w.of.waiting.push(w)
	if tb := b.table.Load(); tb.loads != nil {
		tb.loads.touch(w.of)
	}
}

// count is how many have left the line of s, or of the backend, with a slot.
func (q *queue) count(s *Server) *uint64 {
	if s != nil {
		return &s.gone
	}
	return &q.gone
}

// leave takes w out of its line. Its place is, as HAProxy has it, that of those who were served: who gave up before it, or was
// overtaken, has not made it wait.
func (q *queue) leave(w *waiter) {
	w.line.remove(w)
	w.place = int64(*q.count(w.of)-w.gone) + 1
	if w.of == nil {
		q.any.Add(-1)
	} else {
		w.of.queued.Add(-1)
	}
}

// stillThere reports whether what a waiter waits for can still come.
func (q *queue) stillThere(b *Backend, s *Server) bool {
	if s != nil {
		return s.persists()
	}
	return len(b.table.Load().servers) > 0
}

// offer lets the lines have what slots there are: those of s, or of every usable server when s is nil. The servers are looked
// through without the lock, which who releases a slot needs.
func (b *Backend) offer(s *Server, on *loop.Loop) {
	if s != nil {
		b.queue.serve(s, on)
		return
	}
	for _, s := range b.table.Load().servers {
		if b.queue.any.Load() == 0 {
			return
		}
		if s.free() {
			b.queue.serve(s, on)
		}
	}
}

// serve gives the free slots of s to those who wait. on is the loop that calls, nil on none.
func (q *queue) serve(s *Server, on *loop.Loop) {
	q.mu.Lock()
	q.serveLocked(s, on)
	q.mu.Unlock()
}

func (q *queue) serveLocked(s *Server, on *loop.Loop) {
	for {
		w := s.waiting.head
		if other := q.line.head; other != nil && s.usable.Load() && (w == nil || other.before(w)) {
			w = other
		}
		if w == nil || !s.acquire() {
			return
		}
		w.server = s
		of := w.of
		q.dismiss(w, nil, on)
		*q.count(of)++
	}
}

// dismiss takes w out of its line with a verdict and wakes its task.
func (q *queue) dismiss(w *waiter, f *fault.Fault, on *loop.Loop) {
	q.leave(w)
	w.verdict = f
	if l := w.task.Loop(); l == on {
		w.wake()
	} else {
		l.Post(w.wake)
	}
}

// giveUp takes w out of its line unless it has left it already.
func (q *queue) giveUp(w *waiter, f *fault.Fault) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if w.line == nil {
		return false
	}
	q.leave(w)
	w.verdict = f
	return true
}

// redistribute makes those who wait for s pick again.
func (q *queue) redistribute(s *Server) (n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for s.waiting.head != nil {
		q.dismiss(s.waiting.head, errAgain, nil)
		n++
	}
	return n
}

// disband makes everybody in the backend's line pick again: no server is left.
func (q *queue) disband() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.line.head != nil {
		q.dismiss(q.line.head, errAgain, nil)
	}
}

// Abort ends the wait of a queued lease: Assign returns ClientAbortQueue. It is called on the lease's loop, by
// whoever watches the client; on a lease that does not wait it does nothing and returns false.
func (ls *Lease) Abort() bool {
	w := &ls.w
	if ls.b == nil || !ls.b.queue.giveUp(w, fault.ClientAbortQueue) {
		return false
	}
	w.woken = true
	w.task.Wake()
	return true
}
