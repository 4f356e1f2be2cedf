package loop

import (
	"io"
	"net"
	"net/netip"
	"testing"
	"time"
)

// startLoop runs a real loop for the test's length.
func startLoop(t testing.TB) *Loop {
	t.Helper()
	l, err := New(Options{OnPanic: func(_ *Loop, v any, stack []byte) { t.Logf("contained: %v\n%s", v, stack) }})
	if err != nil {
		t.Fatal(err)
	}
	go l.Run()
	t.Cleanup(func() { l.Stop(); <-l.Done() })
	return l
}

// on runs fn as a task and waits for it.
func on(t testing.TB, l *Loop, fn func(t *Task)) {
	t.Helper()
	done := make(chan struct{})
	l.Post(func() { l.Go(func(t *Task) { defer close(done); fn(t) }) })
	select {
	case <-done:
	case <-time.After(deadline):
		t.Fatal("the task did not end")
	}
}

// acceptFunc is an Acceptor that takes everything.
type acceptFunc func(c *Conn)

func (acceptFunc) Admit() bool      { return true }
func (acceptFunc) Leave()           {}
func (f acceptFunc) Accept(c *Conn) { f(c) }
func (acceptFunc) Failed(error)     {}

func TestTunnelEcho(t *testing.T) {
	l := startLoop(t)
	origin, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer origin.Close()
	go func() {
		for {
			c, err := origin.Accept()
			if err != nil {
				return
			}
			go func() { io.Copy(c, c); c.Close() }()
		}
	}()
	to := TCPAddr(netip.MustParseAddrPort(origin.Addr().String()))
	ln, err := Listen(TCPAddr(netip.MustParseAddrPort("127.0.0.1:0")), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	ends := make(chan End, 1)
	opt := &TunnelOptions{}
	ln.Start([]*Loop{l}, 0, acceptFunc(func(c *Conn) {
		l.Go(func(t *Task) {
			s, err := l.Dial(t, to, nil, l.Now()+int64(time.Second))
			if err != nil {
				c.Reset()
				return
			}
			tn := &Tunnel{Client: c, Server: s, Done: func(_ *Tunnel, e End) { ends <- e }}
			tn.Begin(l, opt)
		})
	}))
	c, err := net.Dial("tcp", netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(ln.Port())).String())
	if err != nil {
		t.Fatal(err)
	}
	const size = 32 << 20
	go func() {
		b := make([]byte, 1<<16)
		for i := range b {
			b[i] = byte(i * 7)
		}
		for n := 0; n < size; n += len(b) {
			c.Write(b)
		}
		c.(*net.TCPConn).CloseWrite()
	}()
	got, err := io.ReadAll(c)
	if err != nil || len(got) != size {
		t.Fatalf("read %d bytes, %v; want %d", len(got), err, size)
	}
	for i, b := range got {
		if b != byte(i%(1<<16)*7) {
			t.Fatalf("byte %d is %d", i, b)
		}
	}
	if e := <-ends; e != EndNormal {
		t.Fatalf("the tunnel ended with %d", e)
	}
	c.Close()
}

func TestTaskPanicIsContained(t *testing.T) {
	l := startLoop(t)
	on(t, l, func(*Task) {
		l.Go(func(*Task) { panic("boom") })
	})
	on(t, l, func(t *Task) { t.Sleep(time.Millisecond) })
	if n := l.Stats.Panics.Load(); n != 1 {
		t.Fatalf("%d panics counted; want 1", n)
	}
}

func TestAwait(t *testing.T) {
	l := startLoop(t)
	on(t, l, func(tk *Task) {
		n, err := Await(tk, func() (int, error) { return 42, io.ErrUnexpectedEOF })
		if n != 42 || err != io.ErrUnexpectedEOF {
			t.Errorf("got %d, %v", n, err)
		}
	})
}

type readyFunc func(*Conn)

func (f readyFunc) Ready(c *Conn) { f(c) }

// TestHandlerPanic: of the connections that one poll tells of, only the one whose handler panics is lost.
func TestHandlerPanic(t *testing.T) {
	l := startLoop(t)
	heard := make(chan string, 3)
	peers := map[string]*net.TCPConn{}
	conns := map[string]*Conn{}
	for _, name := range []string{"before", "bad", "behind"} {
		conns[name], peers[name] = newConn(t, l)
	}
	onLoop(t, l, func() {
		for name, c := range conns {
			err := c.SetHandler(readyFunc(func(c *Conn) {
				if name == "bad" {
					panic("on purpose")
				}
				if _, err := c.TryRecv(make([]byte, 8)); err == nil {
					heard <- name
				}
			}))
			if err != nil {
				t.Error(err)
			}
		}
		for _, name := range []string{"before", "bad", "behind"} { // all before the loop polls again
			send(t, peers[name], name)
		}
	})
	got := map[string]bool{}
	for len(got) < 2 {
		got[wait(t, heard, "a handler was not called")] = true
	}
	if _, err := peers["bad"].Read(make([]byte, 1)); err == nil {
		t.Error("the connection whose handler panicked is still there")
	}
	onLoop(t, l, func() {
		if !conns["bad"].Closed() || conns["before"].Closed() || conns["behind"].Closed() {
			t.Error("the wrong connections were closed")
		}
	})
	if n := l.Stats.Panics.Load(); n != 1 {
		t.Errorf("%d panics counted; want 1", n)
	}
}
