//go:build !weirdebug

// The ownership assertions of weirdebug allocate at every socket and task call.

package backend

import (
	"testing"

	"weir/internal/loop"
)

// TestReuseAllocs is the gate for a keep-alive request: assigned, connected by reuse, pooled again.
func TestReuseAllocs(t *testing.T) {
	l := newLoops(t, 1)[0]
	b, _ := pooled(t, l, nil)
	onLoop(l, func(task *loop.Task) {
		var ls Lease
		n := testing.AllocsPerRun(200, func() {
			lease(t, task, b, &ls, true)
			b.Release(&ls, true)
		})
		if n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}

// TestQueueAllocs is the gate for waiting: once a lease has queued, queueing again allocates nothing.
func TestQueueAllocs(t *testing.T) {
	l := newLoops(t, 1)[0]
	p := proxy("roundrobin", "s1")
	p.Servers[0].Maxconn = 1
	b := newTest(t, p, l)
	onLoop(l, func(task *loop.Task) {
		var holder, waiter Lease
		release := func() { b.Release(&holder, false) }
		n := testing.AllocsPerRun(100, func() {
			b.Assign(task, &holder, &nobody, nil, loop.Never)
			l.Post(release)
			if err := b.Assign(task, &waiter, &nobody, nil, loop.Never); err != nil || !waiter.Waited {
				t.Errorf("waited %v, %v", waiter.Waited, err)
			}
			b.Release(&waiter, false)
		})
		if n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}
