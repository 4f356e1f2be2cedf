package backend

import (
	"testing"

	"weir/internal/fault"
	"weir/internal/loop"
)

func TestAssign(t *testing.T) {
	l := newLoops(t, 1)[0]
	b := newTest(t, proxy("roundrobin", "a b !c"), l)
	onLoop(l, func(task *loop.Task) {
		var ls Lease
		b.Release(&ls, true) // holds nothing
		f := func(what, want string, err error) {
			t.Helper()
			got := ""
			if err != nil {
				got = err.(*fault.Fault).Name
			} else {
				got = ls.Server.Name()
			}
			if got != want {
				t.Errorf("%s: got %s; want %s", what, got, want)
			}
		}
		f("first", "a", b.Assign(task, &ls, &nobody, nil, loop.Never))
		failed := ls.Server
		b.Release(&ls, false)
		b.turn.Store(0) // it would be a's turn
		f("redispatch", "b", b.Assign(task, &ls, &nobody, failed, loop.Never))
		b.Release(&ls, false)
		b.Release(&ls, false)
		f("persistence", "b", b.AssignTo(task, &ls, &nobody, b.Server("b"), loop.Never))
		b.Release(&ls, false)
		f("persistence to a maintained server", "no_server", b.AssignTo(task, &ls, &nobody, b.Server("c"), loop.Never))
		b.Server("b").SetState("drain")
		f("persistence to a draining server", "b", b.AssignTo(task, &ls, &nobody, b.Server("b"), loop.Never))
		b.Release(&ls, false)
		b.Server("a").Disable()
		f("no server", "no_server", b.Assign(task, &ls, &nobody, nil, loop.Never))
		b.Release(&ls, false)
	})
	expectIdle(t, b)
	r := b.Snapshot(nil)
	// The redispatch is the same stream: the backend counts it once, each server that had it counts it. Persistence is no choice.
	if all := r[3]; all.Sessions != 5 || all.Selected != 2 || all.Max != 1 {
		t.Errorf("backend: sessions %d, selected %d, max %d; want 5, 2, 1", all.Sessions, all.Selected, all.Max)
	}
	if r[0].Sessions != 1 || r[1].Sessions != 3 {
		t.Errorf("servers: sessions %d and %d; want 1 and 3", r[0].Sessions, r[1].Sessions)
	}
}

// TestConnectTwice: connecting again closes what the lease had.
func TestConnectTwice(t *testing.T) {
	l := newLoops(t, 1)[0]
	b, conns := pooled(t, l, nil)
	onLoop(l, func(task *loop.Task) {
		var ls Lease
		lease(t, task, b, &ls, false)
		first := ls.Conn
		if err := b.Connect(task, &ls, false, loop.Never); err != nil {
			t.Error(err)
		}
		if !first.Closed() || ls.Conn == first {
			t.Error("the first connection is still open")
		}
		b.Release(&ls, false)
	})
	<-conns
	<-conns
	if r := b.Snapshot(nil)[0]; r.UsedConns != 0 || r.Connects != 2 {
		t.Errorf("used %d, connects %d; want 0, 2", r.UsedConns, r.Connects)
	}
}

// TestEnter: a stream is in its backend once, from when it enters until it leaves, whatever server it asks for meanwhile.
func TestEnter(t *testing.T) {
	l := newLoops(t, 1)[0]
	b := newTest(t, proxy("roundrobin", "s1 !s2"), l)
	onLoop(l, func(task *loop.Task) {
		var ls Lease
		f := func(after string, streams int64, sessions uint64) {
			t.Helper()
			if got := b.Streams(); got != streams || b.Counters(l).Sessions != sessions {
				t.Errorf("%s: %d streams, %d sessions; want %d and %d", after, got, b.Counters(l).Sessions, streams, sessions)
			}
		}
		b.Enter(&ls, l)
		f("enter", 1, 1)
		if err := b.AssignTo(task, &ls, &nobody, b.Server("s2"), loop.Never); err != fault.NoServer {
			t.Errorf("a server in maintenance: %v", err)
		}
		f("no server", 1, 1) // its answer is still to be written
		if err := b.Assign(task, &ls, &nobody, nil, loop.Never); err != nil {
			t.Fatal(err)
		}
		f("assign", 1, 1)
		b.Release(&ls, false)
		f("release", 0, 1)
		if err := b.Assign(task, &ls, &nobody, b.Server("s2"), loop.Never); err != nil {
			t.Fatal(err)
		}
		f("redispatch", 1, 1)
		b.Release(&ls, false)
		ls.Leave()
		f("leave, at last", 0, 1)

		b.Enter(&ls, l)
		ls.Leave()
		ls.Leave()
		f("a stream that asks for no server", 0, 2)
		if err := b.AssignTo(task, &ls, &nobody, b.Server("s2"), loop.Never); err != fault.NoServer {
			t.Errorf("a server in maintenance: %v", err)
		}
		f("a stream that has not entered, and got none", 0, 3)
	})
}
