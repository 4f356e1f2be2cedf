package backend

import (
	"net"
	"syscall"
	"testing"
	"time"

	"weir/conf"
	"weir/internal/fault"
	"weir/internal/loop"
)

// sink accepts connections and hands them over.
func sink(t testing.TB) (port int, conns chan net.Conn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	conns = make(chan net.Conn, 100)
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			conns <- c
		}
	}()
	return ln.Addr().(*net.TCPAddr).Port, conns
}

// pooled is a backend with one server at a sink.
func pooled(t testing.TB, l *loop.Loop, edit func(s *conf.Server)) (*Backend, chan net.Conn) {
	t.Helper()
	port, conns := sink(t)
	p := proxy("roundrobin", "s1")
	p.Servers[0].Addr.Port = port
	if edit != nil {
		edit(p.Servers[0])
	}
	return newTest(t, p, l), conns
}

// nobody is a stream that balancing knows nothing of.
var nobody Subject

// lease assigns and connects.
func lease(t testing.TB, task *loop.Task, b *Backend, ls *Lease, reuse bool) {
	t.Helper()
	if err := b.Assign(task, ls, &nobody, nil, loop.Never); err != nil {
		t.Error(err)
		return
	}
	if err := b.Connect(task, ls, reuse, loop.Never); err != nil {
		t.Error(err)
	}
}

func TestReuse(t *testing.T) {
	l := newLoops(t, 1)[0]
	b, conns := pooled(t, l, nil)
	onLoop(l, func(task *loop.Task) {
		var a, c Lease
		lease(t, task, b, &a, true)
		lease(t, task, b, &c, true)
		first, second := a.Conn, c.Conn
		b.Release(&a, true)
		b.Release(&c, true)
		if n := b.Servers()[0].idle.Load(); n != 2 {
			t.Errorf("%d idle; want 2", n)
		}
		lease(t, task, b, &a, true)
		if a.Conn != second || !a.Reused {
			t.Error("not the connection that was used last")
		}
		b.Release(&a, false)
		lease(t, task, b, &a, false)
		if a.Reused || a.Conn == first {
			t.Error("reused against the caller's wish")
		}
		b.Disconnect(&a)
		if a.Conn != nil || a.Server == nil || b.Servers()[0].cur.Load() != 1 {
			t.Error("Disconnect is to close and to keep the slot")
		}
		b.Release(&a, true)
	})
	for range 3 {
		<-conns
	}
	r := b.Snapshot(nil)
	if got := r[0]; got.Connects != 3 || got.Reuses != 1 || got.Selected != 4 || got.Sessions != 4 || got.IdleConns != 1 || got.UsedConns != 0 || got.Max != 2 {
		t.Errorf("server row %+v", got)
	}
	if got := r[1]; got.Connects != 3 || got.Reuses != 1 || got.Selected != 4 || got.Sessions != 4 || got.Current != 0 || got.Max != 2 || got.Name != "BACKEND" {
		t.Errorf("backend row %+v", got)
	}
	expectIdle(t, b)
	b.Stop()
	eventually(t, "closed pools", func() bool { return b.Servers()[0].idle.Load() == 0 })
}

// TestIdleClosedByServer: a connection that the server closes, or talks on, leaves the pool at once.
func TestIdleClosedByServer(t *testing.T) {
	l := newLoops(t, 1)[0]
	for name, end := range map[string]func(net.Conn){
		"closed": func(c net.Conn) { c.Close() },
		"spoke":  func(c net.Conn) { c.Write([]byte("HTTP/1.1 408 Bye\r\n\r\n")) },
	} {
		b, conns := pooled(t, l, nil)
		onLoop(l, func(task *loop.Task) {
			var ls Lease
			lease(t, task, b, &ls, true)
			b.Release(&ls, true)
		})
		end(<-conns)
		eventually(t, "an empty pool ("+name+")", func() bool { return b.Servers()[0].idle.Load() == 0 })
		onLoop(l, func(task *loop.Task) {
			var ls Lease
			lease(t, task, b, &ls, true)
			if ls.Reused {
				t.Errorf("%s: reused a dead connection", name)
			}
			b.Release(&ls, false)
		})
	}
}

func TestPoolLimits(t *testing.T) {
	l := newLoops(t, 1)[0]
	f := func(name string, want int64, edit func(s *conf.Server)) {
		t.Helper()
		b, _ := pooled(t, l, edit)
		onLoop(l, func(task *loop.Task) {
			var ls [3]Lease
			for i := range ls {
				lease(t, task, b, &ls[i], true)
			}
			for i := range ls {
				b.Release(&ls[i], true)
			}
		})
		if n := b.Servers()[0].idle.Load(); n != want {
			t.Errorf("%s: %d idle; want %d", name, n, want)
		}
		b.Stop()
	}
	f("none", 3, nil)
	f("pool-max-conn 2", 2, func(s *conf.Server) { s.PoolMax = 2 })
	f("pool-max-conn 0", 0, func(s *conf.Server) { s.PoolMax = 0 })
	f("pool-purge-delay 0", 0, func(s *conf.Server) { s.PoolPurge = 0 })
}

func TestMaxReuse(t *testing.T) {
	l := newLoops(t, 1)[0]
	b, _ := pooled(t, l, func(s *conf.Server) { s.MaxReuse = 2 })
	onLoop(l, func(task *loop.Task) {
		var ls Lease
		got := ""
		for range 7 {
			lease(t, task, b, &ls, true)
			if ls.Reused {
				got += "r"
			} else {
				got += "n"
			}
			b.Release(&ls, true)
		}
		if got != "nrrnrrn" {
			t.Errorf("got %s; want nrrnrrn: two reuses of each", got)
		}
	})
	b.Stop()
}

// TestProved: "http-reuse aggressive" has first requests go over connections that have been reused.
func TestProved(t *testing.T) {
	l := newLoops(t, 1)[0]
	b, _ := pooled(t, l, func(*conf.Server) {})
	onLoop(l, func(task *loop.Task) {
		var ls Lease
		got := ""
		for _, proved := range []bool{false, true, false, true} { // the second leaves two idle ones, of which the last is taken first
			ls.Proved = proved
			lease(t, task, b, &ls, true)
			if ls.Reused {
				got += "r"
			} else {
				got += "n"
			}
			b.Release(&ls, true)
		}
		if got != "nnrr" {
			t.Errorf("got %s; want nnrr", got)
		}
	})
	b.Stop()
}

// TestPurge: idle connections that nobody needs go by halves.
func TestPurge(t *testing.T) {
	f := newFake(t)
	b, _ := pooled(t, f.Loop, nil)
	onLoop(f.Loop, func(task *loop.Task) {
		var ls [8]Lease
		for i := range ls {
			lease(t, task, b, &ls[i], true)
		}
		for i := range ls {
			b.Release(&ls[i], true)
		}
	})
	// The first interval began with one idle connection, so one was not needed in it.
	for _, want := range []int64{7, 3, 1, 0, 0} {
		f.Advance(5100 * time.Millisecond)
		if n := b.Servers()[0].idle.Load(); n != want {
			t.Errorf("%d idle; want %d", n, want)
		}
	}
}

// TestTCPNotPooled: a TCP connection may have half a message on it.
func TestTCPNotPooled(t *testing.T) {
	l := newLoops(t, 1)[0]
	b, _ := pooled(t, l, nil)
	b.conf.Mode = conf.ModeTCP
	onLoop(l, func(task *loop.Task) {
		var ls Lease
		lease(t, task, b, &ls, true)
		b.Release(&ls, true)
	})
	if n := b.Servers()[0].idle.Load(); n != 0 {
		t.Errorf("%d idle; want 0", n)
	}
}

// TestDownClosesIdle: a server that goes down keeps no idle connections.
func TestDownClosesIdle(t *testing.T) {
	l := newLoops(t, 1)[0]
	b, _ := pooled(t, l, nil)
	onLoop(l, func(task *loop.Task) {
		var ls Lease
		lease(t, task, b, &ls, true)
		b.Release(&ls, true)
	})
	b.Servers()[0].Disable()
	eventually(t, "an empty pool", func() bool { return b.Servers()[0].idle.Load() == 0 })
}

func TestConnectFaults(t *testing.T) {
	f := func(err error, want *fault.Fault) {
		t.Helper()
		if got := connectFault(err); got != want {
			t.Errorf("%v: got %s; want %s", err, got.Name, want.Name)
		}
	}
	f(syscall.ECONNREFUSED, fault.ConnectRefused)
	f(syscall.EHOSTUNREACH, fault.ConnectRefused)
	f(syscall.ECONNRESET, fault.ConnectRefused)
	f(syscall.ETIMEDOUT, fault.ConnectTimeout)
	f(loop.ErrTimeout, fault.ConnectTimeout)
	f(syscall.EADDRNOTAVAIL, fault.ConnectResource)
	f(syscall.EMFILE, fault.ConnectResource)
	f(syscall.EAGAIN, fault.ConnectResource)
}

// TestPortOffset: a server without a port is connected to at the client's, moved by its offset.
func TestPortOffset(t *testing.T) {
	l := newLoops(t, 1)[0]
	b, conns := pooled(t, l, nil)
	a := &b.Servers()[0].conf.Addr
	port := a.Port
	a.PortOffset, a.Port = true, 7
	onLoop(l, func(task *loop.Task) {
		var ls Lease
		sub := Subject{Dst: addrPortAt(port - 7)}
		for want := range 2 {
			if err := b.Assign(task, &ls, &sub, nil, loop.Never); err != nil {
				t.Error(err)
			}
			if err := b.Connect(task, &ls, true, loop.Never); err != nil {
				t.Error(err)
			}
			if ls.Reused != (want == 1) {
				t.Errorf("stream %d: reused %v", want, ls.Reused)
			}
			b.Release(&ls, true)
		}
	})
	<-conns
	b.Stop()
}
