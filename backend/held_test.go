package backend

import (
	"net"
	"testing"

	"weir/internal/fault"
	"weir/internal/loop"
)

// TestHeld: a private connection carries its client's next stream, to the same server only, and goes when the server closes it.
func TestHeld(t *testing.T) {
	l := newLoops(t, 1)[0]
	b, conns := pooled(t, l, nil)
	var h Held
	onLoop(l, func(task *loop.Task) {
		var ls Lease
		lease(t, task, b, &ls, false)
		c := ls.Conn
		b.Hold(&ls, &h, 5)
		if b.cur.Load() != 0 || b.Servers()[0].idle.Load() != 0 {
			t.Error("holding keeps the slot, or pools")
		}
		if err := b.Assign(task, &ls, &nobody, nil, loop.Never); err != nil {
			t.Error(err)
			return
		}
		if !b.Resume(&ls, &h) || ls.Conn != c || !ls.Reused {
			t.Error("not resumed")
		}
		if b.Resume(&ls, &h) {
			t.Error("resumed twice")
		}
		b.Hold(&ls, &h, 5)
	})
	(<-conns).Close()
	eventually(t, "the end of the held connection", func() (gone bool) {
		onLoop(l, func(*loop.Task) { gone = h.head == nil })
		return gone
	})
	if r := b.Snapshot(nil)[0]; r.Reuses != 1 || r.UsedConns != 0 {
		t.Errorf("reuses %d, used %d; want 1, 0", r.Reuses, r.UsedConns)
	}
}

// TestQueueClientGone: with Client set, a client that hangs up leaves the queue.
func TestQueueClientGone(t *testing.T) {
	l := newLoops(t, 1)[0]
	b, conns := pooled(t, l, nil)
	var first, second Lease
	onLoop(l, func(task *loop.Task) { lease(t, task, b, &first, false) })
	b.Servers()[0].SetMaxconn(1)
	peer := <-conns // stands for the client: first.Conn is our end of it
	got := make(chan error, 1)
	l.Post(func() {
		l.Go(func(task *loop.Task) {
			second.Client = first.Conn
			got <- b.Assign(task, &second, &nobody, nil, loop.Never)
		})
	})
	eventually(t, "a queue", func() bool { return b.queue.any.Load() == 1 })
	peer.(*net.TCPConn).Close()
	if err := <-got; err != fault.ClientAbortQueue {
		t.Errorf("got %v; want ClientAbortQueue", err)
	}
	onLoop(l, func(*loop.Task) { b.Release(&first, false) })
	expectIdle(t, b)
}

// TestMove: a lease that moved holds nothing, and what it held is released once.
func TestMove(t *testing.T) {
	l := newLoops(t, 1)[0]
	b, _ := pooled(t, l, nil)
	onLoop(l, func(task *loop.Task) {
		var ls Lease
		lease(t, task, b, &ls, false)
		tunnel := ls.Move()
		b.Release(&ls, true)
		if b.Streams() != 1 || tunnel.Conn.Closed() {
			t.Error("the old lease gave back what had moved")
		}
		tunnel.Release()
	})
	expectIdle(t, b)
}
