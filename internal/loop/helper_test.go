package loop

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// deadline is when a test gives up waiting for something that should have happened long ago.
const deadline = time.Minute

func stop(l *Loop) {
	l.Stop()
	<-l.Done()
}

// byHand is a loop that the test turns itself: nothing happens between two lines of it.
func byHand(t testing.TB) *Loop {
	t.Helper()
	l, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	l.ids.own()
	l.tick()
	t.Cleanup(func() { l.stop.Store(true); l.closeAll() })
	return l
}

// onLoop runs fn on l, outside tasks, and waits for it.
func onLoop(t testing.TB, l *Loop, fn func()) {
	t.Helper()
	done := make(chan struct{})
	l.Post(func() { defer close(done); fn() })
	wait(t, done, "the loop did not run what was posted")
}

func wait[T any](t testing.TB, c <-chan T, otherwise string) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(deadline):
		t.Fatal(otherwise)
	}
	return v
}

// until asks again and again, with the loop turning meanwhile.
func until(t testing.TB, l *Loop, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(deadline); ; {
		yes := false
		onLoop(t, l, func() { yes = ok() })
		if yes {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("never came: %s", what)
		}
	}
}

var (
	loopback  = netip.MustParseAddrPort("127.0.0.1:0")
	netipNone netip.AddrPort // of a unix socket
)

// tcpPair is a connection's two ends as file descriptors: the first non-blocking, the second a blocking net.Conn.
func tcpPair(t testing.TB) (int, *net.TCPConn) {
	t.Helper()
	ln, err := Listen(TCPAddr(loopback), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	c, err := net.Dial("tcp", localAddr(ln.fd).String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(deadline))
	return accepted(t, ln.fd), c.(*net.TCPConn)
}

// accepted takes a connection that has been made. The kernel may tell the client of it a moment before it gives it to the listener.
func accepted(t testing.TB, ln int) int {
	t.Helper()
	for end := time.Now().Add(deadline); ; {
		fd, _, e := rawAccept(ln)
		switch {
		case e == 0:
			return fd
		case e != unix.EAGAIN || time.Now().After(end):
			t.Fatalf("accepting: %v", e)
		}
		unix.Poll([]unix.PollFd{{Fd: int32(ln), Events: unix.POLLIN}}, 100)
	}
}

// newConn is tcpPair with the first end on l.
func newConn(t testing.TB, l *Loop) (c *Conn, peer *net.TCPConn) {
	t.Helper()
	fd, peer := tcpPair(t)
	onLoop(t, l, func() { c = l.NewConn(fd, localAddr(fd)) })
	return c, peer
}

// unixPair is a pair of non-blocking unix stream sockets.
func unixPair(t testing.TB) (int, int) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	return fds[0], fds[1]
}

// noAllocs fails if fn allocates. (Debug builds do: they ask the runtime who is calling.)
func noAllocs(t *testing.T, fn func()) {
	t.Helper()
	fn()
	if debugBuild {
		return
	}
	if n := testing.AllocsPerRun(1000, fn); n != 0 {
		t.Errorf("%v allocations; want none", n)
	}
}

// openFDs is what the process has open.
func openFDs(t testing.TB) int {
	t.Helper()
	openForGood()
	es, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(es) - 1 // without the directory
}

// fdsBack waits until no more is open than before: what earlier tests have left to goroutines may close late, too.
func fdsBack(t testing.TB, what string, before int) {
	t.Helper()
	n := 0
	for end := time.Now().Add(deadline); ; time.Sleep(time.Millisecond) {
		if n = openFDs(t); n <= before {
			return
		}
		if time.Now().After(end) {
			t.Errorf("%s: %d fds before, %d after", what, before, n)
			return
		}
	}
}

// unshared is an abstract name that another run of these tests does not have.
func unshared(name string) string { return fmt.Sprintf("%s-%d", name, os.Getpid()) }

func (f *Fake) task(t testing.TB, fn func(t *Task)) <-chan struct{} {
	t.Helper()
	done := make(chan struct{})
	f.Post(func() { f.Go(func(t *Task) { defer close(done); fn(t) }) })
	f.Sync()
	return done
}

func over(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// openForGood opens what a process opens once, when it is first needed: the runtime's poller and the tombstone.
var openForGood = sync.OnceFunc(func() {
	tombstone()
	if ln, err := net.Listen("tcp", loopback.String()); err == nil {
		ln.Close()
	}
})
