package backend

import (
	"sync/atomic"
	"testing"
	"time"

	"weir/internal/fault"
	"weir/internal/loop"
)

// TestQueueNoLostWakeups sends thousands of tasks on several loops through a few slots, with servers that come and go.
// Every task must get its slot, no server may be over its limit, and nothing may be left behind.
func TestQueueNoLostWakeups(t *testing.T) {
	for _, balance := range []string{"roundrobin", "leastconn", "source", "first", "random"} {
		t.Run(balance, func(t *testing.T) { stressQueue(t, balance, "s1 s2 s3:5") })
	}
	t.Run("leastconn, tree", func(t *testing.T) { stressQueue(t, "leastconn", farm(20)) })
}

func stressQueue(t *testing.T, balance, servers string) {
	const tasks, rounds, limit = 600, 8, 3
	loops := newLoops(t, 3)
	p := proxy(balance, servers)
	for _, s := range p.Servers {
		s.Maxconn = limit
	}
	b := newTest(t, p, loops...)
	var left, over, failed atomic.Int64
	left.Store(tasks)
	for i := range tasks {
		l := loops[i%len(loops)]
		l.Post(func() {
			l.Go(func(t *loop.Task) {
				defer left.Add(-1)
				var ls Lease
				sub := Subject{Source: addrPort(i)}
				for range rounds {
					if b.Assign(t, &ls, &sub, nil, loop.Never) != nil {
						failed.Add(1)
						continue
					}
					if ls.Server.Streams() > limit {
						over.Add(1)
					}
					if i%3 == 0 {
						t.Sleep(time.Millisecond)
					} else {
						t.Loop().Post(t.Wake)
						t.Park(loop.Never)
					}
					b.Release(&ls, false)
				}
			})
		})
	}
	late := time.Now().Add(5 * waitTime)
	for i := 0; left.Load() > 0; i++ {
		s := b.Servers()[i%2] // s3 stays, so that nobody is refused
		s.Disable()
		time.Sleep(time.Millisecond)
		s.Enable()
		if time.Now().After(late) {
			t.Fatalf("%d tasks are stuck; %d wait in the backend's queue", left.Load(), b.queue.any.Load())
		}
	}
	if over.Load()+failed.Load() > 0 {
		t.Errorf("%d times over the limit, %d assignments failed", over.Load(), failed.Load())
	}
	expectIdle(t, b)
}

// expectIdle fails when the backend still counts anybody.
func expectIdle(t *testing.T, b *Backend) {
	t.Helper()
	if n := b.cur.Load(); n != 0 {
		t.Errorf("%d streams are left in the backend", n)
	}
	if n := b.queue.any.Load(); n != 0 || b.queue.line.head != nil {
		t.Errorf("%d streams are left in the backend's queue", n)
	}
	for _, s := range b.Servers() {
		if s.cur.Load() != 0 || s.queued.Load() != 0 || s.waiting.head != nil {
			t.Errorf("%s: %d streams, %d queued are left", s.Name(), s.cur.Load(), s.queued.Load())
		}
	}
}

func TestQueueOrderAndTimeout(t *testing.T) {
	f := newFake(t)
	p := proxy("roundrobin", "s1")
	p.Servers[0].Maxconn = 1
	b := newTest(t, p, f.Loop)
	var first, last Lease
	var order []int
	onLoop(f.Loop, func(t *loop.Task) { b.Assign(t, &first, &Subject{}, nil, loop.Never) })
	for i := range 3 {
		f.Post(func() {
			f.Go(func(t *loop.Task) {
				var ls Lease
				if err := b.Assign(t, &ls, &Subject{}, nil, t.Loop().Now()+int64(time.Second)); err != nil {
					return
				}
				if ls.BackendQueue != int64(i+1) {
					order = append(order, -1)
				}
				order = append(order, i)
				b.Release(&ls, false)
			})
		})
	}
	f.Sync()
	if n := b.queue.any.Load(); n != 3 {
		t.Fatalf("%d wait; want 3", n)
	}
	var err error
	done := make(chan struct{})
	f.Post(func() {
		f.Go(func(t *loop.Task) {
			err = b.Assign(t, &last, &Subject{}, nil, t.Loop().Now()+int64(10*time.Millisecond))
			close(done)
		})
	})
	f.Sync()
	f.Advance(20 * time.Millisecond)
	<-done
	if err != fault.QueueTimeout {
		t.Errorf("got %v; want QueueTimeout", err)
	}
	onLoop(f.Loop, func(*loop.Task) { b.Release(&first, false) })
	f.Sync()
	if len(order) != 3 || order[0] != 0 || order[1] != 1 || order[2] != 2 {
		t.Errorf("order %v; want 0 1 2", order)
	}
	expectIdle(t, b)
	if m := b.queue.max.Load(); m != 4 {
		t.Errorf("qmax %d; want 4", m)
	}
}

func TestQueueAbort(t *testing.T) {
	f := newFake(t)
	p := proxy("roundrobin", "s1")
	p.Servers[0].Maxconn = 1
	b := newTest(t, p, f.Loop)
	var first, second Lease
	var err error
	onLoop(f.Loop, func(t *loop.Task) { b.Assign(t, &first, &Subject{}, nil, loop.Never) })
	done := make(chan struct{})
	f.Post(func() {
		f.Go(func(t *loop.Task) {
			err = b.Assign(t, &second, &Subject{}, nil, loop.Never)
			close(done)
		})
	})
	f.Sync()
	f.Post(func() { second.Abort() })
	<-done
	if err != fault.ClientAbortQueue {
		t.Errorf("got %v; want ClientAbortQueue", err)
	}
	onLoop(f.Loop, func(*loop.Task) {
		second.Abort() // on a lease that does not wait: nothing
		b.Release(&first, false)
		b.Release(&first, false)
	})
	expectIdle(t, b)
}

// TestQueueServerDown: who waits for a server that goes down goes elsewhere, and when none is left gives up at once.
func TestQueueServerDown(t *testing.T) {
	f := newFake(t)
	p := proxy("source", "s1 s2")
	p.Servers[0].Maxconn, p.Servers[1].Maxconn = 1, 1
	b := newTest(t, p, f.Loop)
	sub := Subject{Source: addrPort(0)} // s1
	var a, c Lease
	got := make(chan string, 1)
	onLoop(f.Loop, func(t *loop.Task) { b.Assign(t, &a, &sub, nil, loop.Never) })
	wait := func(ls *Lease) {
		f.Post(func() {
			f.Go(func(t *loop.Task) {
				if err := b.Assign(t, ls, &sub, nil, loop.Never); err != nil {
					got <- err.(*fault.Fault).Name
					return
				}
				got <- ls.Server.Name()
			})
		})
		f.Sync()
	}
	first := a.Server.Name()
	wait(&c)
	if n := a.Server.Queued(); n != 1 {
		t.Fatalf("%d wait for %s; want 1: a hash waits for its own server", n, first)
	}
	a.Server.Disable()
	second := <-got
	if second == first {
		t.Errorf("went to %s again, which is down", second)
	}
	var d Lease
	wait(&d)
	b.Server(second).Disable()
	if name := <-got; name != "no_server" {
		t.Errorf("got %s; want no_server", name)
	}
	b.Server(second).Enable()
	onLoop(f.Loop, func(task *loop.Task) {
		b.Release(&a, false)
		b.Release(&c, false)
		if err := b.Assign(task, &d, &sub, nil, loop.Never); err != nil {
			t.Errorf("got %v; want a slot of %s, which is back", err, second)
		}
		b.Release(&d, false)
	})
	expectIdle(t, b)
}

// TestQueueMaxqueue: beyond maxqueue a stream goes to another server, whatever its key says.
func TestQueueMaxqueue(t *testing.T) {
	f := newFake(t)
	p := proxy("source", "s1 s2")
	p.Servers[0].Maxconn, p.Servers[0].Maxqueue = 1, 1
	b := newTest(t, p, f.Loop)
	b.Servers()[0].cur.Store(1)
	b.Servers()[0].queued.Store(1)
	sub := Subject{Source: addrPort(0)}
	if name := pickName(b, &sub, nil); name != "s2" {
		t.Errorf("got %s; want s2", name)
	}
	b.Servers()[0].queued.Store(0)
	if name := pickName(b, &sub, nil); name != "s1" {
		t.Errorf("got %s; want s1", name)
	}
}

func TestDynamicMaxconn(t *testing.T) {
	p := proxy("roundrobin", "s1")
	p.Fullconn = 100
	p.Servers[0].Minconn, p.Servers[0].Maxconn = 10, 50
	b := newTest(t, p)
	f := func(streams, want int64) {
		t.Helper()
		b.cur.Store(streams)
		if got := b.Servers()[0].slots(); got != want {
			t.Errorf("%d streams: %d slots; want %d", streams, got, want)
		}
	}
	f(0, 10)
	f(20, 10)
	f(60, 30)
	f(100, 50)
	f(1000, 50)
}
