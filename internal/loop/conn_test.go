package loop

import (
	"bytes"
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestTryRecv(t *testing.T) {
	l := startLoop(t)
	c, peer := newConn(t, l)
	b := make([]byte, 4)
	recv := func(want string, wantErr error) {
		t.Helper()
		onLoop(t, l, func() {
			n, err := c.TryRecv(b)
			if string(b[:n]) != want || err != wantErr {
				t.Errorf("TryRecv = %q, %v; want %q, %v", b[:n], err, want, wantErr)
			}
		})
	}
	recv("", ErrAgain)
	onLoop(t, l, func() {
		if c.Readable() {
			t.Error("readable after ErrAgain")
		}
		c.SetHandler(handlerFunc(func(*Conn) {}))
	})
	peer.Write([]byte("abcdef"))
	until(t, l, "readable", c.Readable)
	recv("abcd", nil) // a full read proves nothing
	onLoop(t, l, func() {
		if !c.Readable() {
			t.Error("not readable with bytes left")
		}
	})
	recv("ef", nil) // a short one does
	onLoop(t, l, func() {
		if c.Readable() {
			t.Error("readable after a short read")
		}
	})
	recv("", ErrAgain)
	peer.Write([]byte("gh"))
	until(t, l, "readable again", c.Readable)
	peer.CloseWrite()
	until(t, l, "hung up", c.HungUp)
	recv("gh", nil) // a short read before a FIN that is known
	recv("", io.EOF)
	recv("", io.EOF)
	onLoop(t, l, func() {
		if c.Failed() || !c.Dead() || c.Closed() {
			t.Errorf("failed %v, dead %v, closed %v", c.Failed(), c.Dead(), c.Closed())
		}
		c.Close()
		c.Close()
	})
	recv("", ErrClosed)
	onLoop(t, l, func() {
		if _, err := c.TrySend(b); err != ErrClosed {
			t.Errorf("TrySend on a closed connection: %v", err)
		}
		if err := c.SetHandler(handlerFunc(nil)); err != ErrClosed {
			t.Errorf("SetHandler on a closed connection: %v", err)
		}
	})
}

func TestForget(t *testing.T) {
	l := startLoop(t)
	c, peer := newConn(t, l)
	forget := func(most, want int, wantOver bool) {
		t.Helper()
		onLoop(t, l, func() {
			if n, over := c.Forget(most); n != want || over != wantOver {
				t.Errorf("Forget(%d) = %d, %v; want %d, %v", most, n, over, want, wantOver)
			}
		})
	}
	forget(8, 0, false)
	onLoop(t, l, func() { c.SetHandler(handlerFunc(func(*Conn) {})) })
	peer.Write([]byte("abcdef"))
	until(t, l, "readable", c.Readable)
	forget(0, 0, true)
	forget(8, 6, false)
	peer.Write([]byte("abcdef"))
	until(t, l, "readable again", c.Readable)
	forget(4, 6, true) // what is there is taken in one go
	peer.CloseWrite()
	until(t, l, "hung up", c.HungUp)
	forget(8, 0, true)
}

func TestReset(t *testing.T) {
	l := startLoop(t)
	c, peer := newConn(t, l)
	onLoop(t, l, func() { c.SetHandler(handlerFunc(func(*Conn) {})) })
	peer.SetLinger(0)
	peer.Close()
	until(t, l, "failed", c.Failed)
	onLoop(t, l, func() {
		if _, err := c.TryRecv(make([]byte, 1)); err != unix.ECONNRESET || !c.Dead() {
			t.Errorf("TryRecv after a reset: %v", err)
		}
		c.Close()
	})
	// ... and the other way.
	c, peer = newConn(t, l)
	onLoop(t, l, c.Reset)
	if _, err := peer.Read(make([]byte, 1)); !errors.Is(err, unix.ECONNRESET) {
		t.Errorf("the peer of Reset reads %v", err)
	}
}

func TestSendAll(t *testing.T) {
	l := startLoop(t)
	for name, more := range map[string]bool{"registered late": false, "registered before": true} {
		c, peer := newConn(t, l)
		big := bytes.Repeat([]byte("0123456789abcdef"), 1<<19) // more than any socket buffer takes
		got := make(chan []byte, 1)
		go func() {
			b, _ := io.ReadAll(peer)
			got <- b
		}()
		on(t, l, func(t *Task) {
			if more {
				c.Await(t, true, true)
			}
			if err := c.Send(t, big, Never); err != nil {
				panic(err)
			}
			c.CloseWrite()
			c.CloseWrite()
		})
		if b := wait(t, got, name+": the peer did not get all"); !bytes.Equal(b, big) {
			t.Errorf("%s: the peer read %d bytes, or others", name, len(b))
		}
		onLoop(t, l, c.Close)
	}
}

func TestSend2AndMore(t *testing.T) {
	l := startLoop(t)
	c, peer := newConn(t, l)
	onLoop(t, l, func() {
		for _, send := range []func() (int, error){
			func() (int, error) { return c.TrySendMore([]byte("abc")) },
			func() (int, error) { return c.TrySend2([]byte("def"), []byte("ghi")) },
			func() (int, error) { return c.TrySend2(nil, []byte("jkl")) },
			func() (int, error) { return c.TrySend2([]byte("mno"), nil) },
		} {
			if n, err := send(); n%3 != 0 || n == 0 || err != nil {
				t.Errorf("sent %d, %v", n, err)
			}
		}
		c.Close()
	})
	if b, err := io.ReadAll(peer); string(b) != "abcdefghijklmno" || err != nil {
		t.Errorf("the peer read %q, %v", b, err)
	}
}

// TestTimeouts: on a fake clock, for a peer that neither sends nor reads.
func TestTimeouts(t *testing.T) {
	f := NewFake()
	defer stop(f.Loop)
	c, _ := newConn(t, f.Loop)
	var sendErr, recvErr error
	done := f.task(t, func(t *Task) {
		_, recvErr = c.Recv(t, make([]byte, 1), f.Now()+int64(time.Second))
		sendErr = c.Send(t, make([]byte, 64<<20), f.Now()+int64(time.Second))
	})
	f.Advance(1010 * time.Millisecond)
	if recvErr != ErrTimeout {
		t.Fatalf("Recv: %v", recvErr)
	}
	for end := time.Now().Add(deadline); !over(done) && time.Now().Before(end); {
		f.Advance(100 * time.Millisecond)
	}
	if sendErr != ErrTimeout {
		t.Errorf("Send: %v", sendErr)
	}
}

// TestCloseWakes: a task that waits on a connection which somebody else closes is told.
func TestCloseWakes(t *testing.T) {
	l := startLoop(t)
	c, _ := newConn(t, l)
	got := make(chan error, 1)
	onLoop(t, l, func() {
		l.Go(func(t *Task) { _, err := c.Recv(t, make([]byte, 1), Never); got <- err })
		l.Go(func(*Task) { c.Close() })
	})
	if err := wait(t, got, "the task was not told"); err != ErrClosed {
		t.Errorf("Recv: %v; want ErrClosed", err)
	}
}

// TestUrgentData: a read stops before the urgent mark with more behind it, and no new edge comes for that.
func TestUrgentData(t *testing.T) {
	l := startLoop(t)
	c, peer := newConn(t, l)
	raw, _ := peer.SyscallConn()
	got := make(chan string, 10)
	onLoop(t, l, func() {
		l.Go(func(t *Task) {
			b := make([]byte, 64)
			for {
				n, err := c.Recv(t, b, Never)
				if err != nil {
					return
				}
				got <- string(b[:n])
			}
		})
	})
	// All of it comes while the loop is held, so that one event tells of both sides of the mark.
	onLoop(t, l, func() {
		peer.Write([]byte("one "))
		raw.Write(func(fd uintptr) bool {
			if err := unix.Sendto(int(fd), []byte("!"), unix.MSG_OOB, nil); err != nil {
				t.Error(err)
			}
			return true
		})
		peer.Write([]byte("two"))
		for !delivered(raw) {
		}
	})
	all := ""
	for len(all) < len("one two") {
		all += wait(t, got, "the reader stalled behind "+all)
	}
	if all != "one two" {
		t.Errorf("read %q", all)
	}
	onLoop(t, l, c.Close)
}

// delivered reports whether everything sent has reached the other end's socket.
func delivered(raw syscall.RawConn) (all bool) {
	raw.Control(func(fd uintptr) {
		n, err := unix.IoctlGetInt(int(fd), unix.TIOCOUTQ)
		all = err != nil || n == 0
	})
	return all
}

// TestDescriptorsPassed: in a unix socket a read stops behind a message that carries descriptors.
func TestDescriptorsPassed(t *testing.T) {
	l := startLoop(t)
	a, b := unixPair(t)
	defer unix.Close(b)
	var c *Conn
	got := make(chan string, 10)
	onLoop(t, l, func() {
		c = l.NewConn(a, netipNone)
		l.Go(func(t *Task) {
			buf := make([]byte, 64)
			for {
				n, err := c.Recv(t, buf, Never)
				if err != nil {
					return
				}
				got <- string(buf[:n])
			}
		})
	})
	onLoop(t, l, func() {
		unix.Sendmsg(b, []byte("one"), unix.UnixRights(0), nil, 0)
		unix.Write(b, []byte("two"))
	})
	all := ""
	for len(all) < 6 {
		all += wait(t, got, "the reader stalled behind "+all)
	}
	if all != "onetwo" {
		t.Errorf("read %q", all)
	}
	onLoop(t, l, c.Close)
}

// TestStaleEvents: an event for an fd that was closed in the same turn, and taken again, wakes nobody.
func TestStaleEvents(t *testing.T) {
	l := startLoop(t)
	const n = 20
	var conns []*Conn
	var peers []*net.TCPConn
	for range n {
		c, p := newConn(t, l)
		conns, peers = append(conns, c), append(peers, p)
	}
	fds, _ := tcpPair(t)
	var again *Conn
	calls := 0
	onLoop(t, l, func() {
		for _, c := range conns {
			c.SetHandler(handlerFunc(func(*Conn) {
				calls++
				for _, o := range conns { // whichever is first closes all
					o.Close()
				}
				if again == nil {
					fd, err := unix.Dup(fds) // takes a number that has an event pending
					if err != nil {
						panic(err)
					}
					again = l.NewConn(fd, netipNone)
					again.flags &^= flagReadable
					again.SetHandler(handlerFunc(func(*Conn) { calls += 100 }))
				}
			}))
		}
	})
	stale := l.Stats.Stale.Load()
	onLoop(t, l, func() {
		for _, p := range peers {
			p.Write([]byte("x"))
		}
	})
	until(t, l, "an event", func() bool { return calls > 0 && l.Stats.Stale.Load() > stale })
	onLoop(t, l, func() {})
	onLoop(t, l, func() {
		if calls != 1 {
			t.Errorf("%d calls; want 1", calls)
		}
		if again.Readable() {
			t.Error("a stranger's event made the new connection readable")
		}
		again.Close()
	})
	unix.Close(fds)
}

// TestHandler: an idle connection's handler is told of bytes, of the end and of a reset, each once.
func TestHandler(t *testing.T) {
	l := startLoop(t)
	for name, do := range map[string]func(p *net.TCPConn){
		"bytes": func(p *net.TCPConn) { p.Write([]byte("x")) },
		"end":   func(p *net.TCPConn) { p.CloseWrite() },
		"close": func(p *net.TCPConn) { p.Close() },
		"reset": func(p *net.TCPConn) { p.SetLinger(0); p.Close() },
	} {
		c, peer := newConn(t, l)
		calls := make(chan bool, 10)
		onLoop(t, l, func() {
			c.TryRecv(make([]byte, 1)) // as after a request: known to be empty
			c.SetHandler(handlerFunc(func(c *Conn) { calls <- c.Dead() }))
			if c.Dead() {
				t.Errorf("%s: dead at once", name)
			}
		})
		do(peer)
		if dead := wait(t, calls, name+": the handler was not called"); !dead {
			t.Errorf("%s: not dead", name)
		}
		onLoop(t, l, c.Close)
	}
}

func TestConnAllocs(t *testing.T) {
	l := byHand(t)
	a, b := unixPair(t)
	c, d := l.NewConn(a, loopback), l.NewConn(b, loopback)
	msg, buf := []byte("0123456789"), make([]byte, 100)
	noAllocs(t, func() {
		if n, err := c.TrySend(msg); n != len(msg) || err != nil {
			t.Fatal(n, err)
		}
		c.TrySend2(msg, msg)
		d.flags |= flagReadable
		if n, err := d.TryRecv(buf); n != 3*len(msg) || err != nil {
			t.Fatal(n, err)
		}
	})
	var got int
	l.Go(func(t *Task) {
		for {
			n, err := d.Recv(t, buf, l.Now()+int64(time.Minute))
			if err != nil {
				return
			}
			got += n
		}
	})
	noAllocs(t, func() {
		c.TrySend(msg)
		for got == 0 {
			l.turn()
		}
		got = 0
	})
}
