package backend

import (
	"testing"
	"time"

	"weir/conf"
	"weir/internal/loop"
)

// two makes the server of pooled speak HTTP/2.
func two(s *conf.Server) { s.Proto = "h2" }

// TestMultiplexed: streams share a connection, which is used while it has one and idle when it has none.
func TestMultiplexed(t *testing.T) {
	l := newLoops(t, 1)[0]
	b, _ := pooled(t, l, two)
	s := b.Servers()[0]
	state := func(used, idle int64, connects, reuses uint64) {
		t.Helper()
		sl := &s.local[l.ID()]
		if sl.used != used || s.idle.Load() != idle || sl.traffic.Connects != connects || sl.traffic.Reuses != reuses {
			t.Errorf("used %d, idle %d, connects %d, reuses %d; want %d, %d, %d, %d", sl.used, s.idle.Load(), sl.traffic.Connects, sl.traffic.Reuses,
				used, idle, connects, reuses)
		}
	}
	onLoop(l, func(task *loop.Task) {
		var first, second, third Lease
		lease(t, task, b, &first, true)
		lease(t, task, b, &second, true)
		if first.Mux() == nil || first.Mux() != second.Mux() || first.Conn == second.Conn || first.Reused || !second.Reused {
			t.Fatal("the second stream is not on the first one's connection")
		}
		state(1, 0, 1, 1)
		lease(t, task, b, &third, false) // not allowed to share
		if third.Mux() == first.Mux() {
			t.Error("shared what was not to be reused")
		}
		state(2, 0, 2, 1)
		b.Release(&first, true)
		state(2, 0, 2, 1)
		b.Release(&second, false) // a stream that failed says nothing of its connection
		state(1, 1, 2, 1)
		b.Release(&third, true)
		state(0, 2, 2, 1)
		lease(t, task, b, &first, true)
		state(1, 1, 2, 2)
		first.HTTP1 = true
		if err := b.Connect(task, &first, true, loop.Never); err != nil || first.Multiplexed() {
			t.Errorf("HTTP/1 was asked for: %v", err)
		}
		state(1, 2, 3, 2)
		b.Release(&first, false)
		if n := s.muxes.Load(); n != 2 {
			t.Errorf("%d connections; want 2", n)
		}
		s.local[l.ID()].pool.clear()
		state(0, 0, 3, 2)
	})
	eventually(t, "the end of the connections", func() bool { return s.muxes.Load() == 0 })
	expectIdle(t, b)
}

// TestMultiplexedLimits: max-reuse, pool-max-conn and a clearing of the pool are heard.
func TestMultiplexedLimits(t *testing.T) {
	l := newLoops(t, 1)[0]
	f := func(name string, edit func(*conf.Server), play func(task *loop.Task, b *Backend)) {
		t.Helper()
		b, _ := pooled(t, l, func(s *conf.Server) { two(s); edit(s) })
		onLoop(l, func(task *loop.Task) { play(task, b) })
		eventually(t, name+": the end of the connections", func() bool { return b.Servers()[0].muxes.Load() == 0 })
		expectIdle(t, b)
	}
	f("max-reuse", func(s *conf.Server) { s.MaxReuse = 1 }, func(task *loop.Task, b *Backend) {
		var a, c, d Lease
		lease(t, task, b, &a, true)
		lease(t, task, b, &c, true)
		lease(t, task, b, &d, true)
		if a.Mux() != c.Mux() || a.Mux() == d.Mux() {
			t.Error("the connection carries one more stream and no third")
		}
		b.Release(&a, true)
		b.Release(&c, true)
		if n := b.Servers()[0].idle.Load(); n != 0 {
			t.Errorf("%d idle; what is used up is not kept", n)
		}
		lease(t, task, b, &a, true)
		b.Release(&a, true)
		b.Release(&d, true)
	})
	f("pool-max-conn", func(s *conf.Server) { s.PoolMax = 0 }, func(task *loop.Task, b *Backend) {
		var a Lease
		lease(t, task, b, &a, true)
		b.Release(&a, true)
	})
	f("clear", func(*conf.Server) {}, func(task *loop.Task, b *Backend) {
		var a, c Lease
		lease(t, task, b, &a, true)
		b.Servers()[0].local[l.ID()].pool.clear()
		lease(t, task, b, &c, true)
		if a.Mux() == c.Mux() {
			t.Error("a connection that is to go takes a new stream")
		}
		b.Servers()[0].local[l.ID()].pool.clear()
		b.Release(&a, true)
		b.Release(&c, true)
	})
	f("pool-purge-delay", func(s *conf.Server) { s.PoolPurge = 10 * time.Millisecond }, func(task *loop.Task, b *Backend) {
		var a Lease
		lease(t, task, b, &a, true)
		b.Release(&a, true)
	})
}

// TestMultiplexedHeld: a private connection carries its client's streams and nobody else's, and goes with its client or its server.
func TestMultiplexedHeld(t *testing.T) {
	l := newLoops(t, 1)[0]
	b, conns := pooled(t, l, two)
	var h Held
	again := func(task *loop.Task, ls *Lease) {
		if err := b.Assign(task, ls, &nobody, nil, loop.Never); err != nil {
			t.Error(err)
		}
	}
	onLoop(l, func(task *loop.Task) {
		var a, c Lease
		a.Private = true
		lease(t, task, b, &a, true)
		m := a.Mux()
		lease(t, task, b, &c, true)
		if c.Mux() == m {
			t.Error("somebody else's stream joined")
		}
		b.Hold(&a, &h, 5)
		if h.head == nil || b.Servers()[0].idle.Load() != 0 {
			t.Fatal("not held")
		}
		again(task, &a)
		if !b.Resume(&a, &h) || a.Mux() != m || !a.Reused {
			t.Error("not resumed")
		}
		b.Hold(&a, &h, 5)
		// What is shared by now cannot be one client's.
		lease(t, task, b, &a, true)
		if a.Mux() != c.Mux() {
			t.Error("not shared")
		}
		var other Held
		b.Hold(&a, &other, 5)
		if other.head != nil {
			t.Error("a connection that others are on is held")
		}
		b.Release(&c, true)
	})
	(<-conns).Close()
	eventually(t, "the end of the held connection", func() (gone bool) {
		onLoop(l, func(*loop.Task) { gone = h.head == nil })
		return gone
	})
	onLoop(l, func(task *loop.Task) {
		var a Lease
		again(task, &a)
		if b.Resume(&a, &h) {
			t.Error("resumed what is gone")
		}
		b.Release(&a, false)
	})
	expectIdle(t, b)
}

// TestMultiplexedLost: a server that closes takes its connection out of the pool, idle or not.
func TestMultiplexedLost(t *testing.T) {
	l := newLoops(t, 1)[0]
	b, conns := pooled(t, l, two)
	var a Lease
	onLoop(l, func(task *loop.Task) { lease(t, task, b, &a, true) })
	(<-conns).Close()
	eventually(t, "the end of the connection", func() bool { return b.Servers()[0].muxes.Load() == 0 })
	onLoop(l, func(task *loop.Task) {
		if !a.Conn.Failed() {
			t.Error("its stream does not know")
		}
		var c Lease
		lease(t, task, b, &c, true)
		if c.Reused {
			t.Error("reused what is gone")
		}
		b.Release(&a, true)
		b.Release(&c, true)
		if n, used := b.Servers()[0].idle.Load(), b.Servers()[0].local[l.ID()].used; n != 1 || used != 0 {
			t.Errorf("%d idle, %d used; want 1, 0", n, used)
		}
	})
	(<-conns).Close()
	eventually(t, "the end of the idle connection", func() bool { return b.Servers()[0].idle.Load() == 0 })
	expectIdle(t, b)
}
