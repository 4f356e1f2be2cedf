package loop

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func init() {
	children["accept without fds"] = childAccept
	children["tunnel without fds"] = childTunnel
}

// TestWithoutFDs runs this binary again, in which the descriptors run out.
func TestWithoutFDs(t *testing.T) {
	for name := range children {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "WEIR_LOOP_CHILD="+name)
		if out, err := cmd.CombinedOutput(); err != nil || !strings.HasSuffix(strings.TrimSpace(string(out)), "good") {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

func must(err error, what string) {
	if err != nil {
		fail("%s: %v", what, err)
	}
}

func fail(format string, a ...any) {
	fmt.Printf(format+"\n", a...)
	os.Exit(1)
}

// noMoreFDs lowers the limit to what is open; more lets so many more be opened.
func noMoreFDs() (more func(n int)) {
	time.Sleep(time.Nanosecond) // the runtime makes its own poller with the first timer
	highest := 0
	for fd := range 4096 {
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil {
			highest = fd
		}
	}
	limit := func(n int) {
		var r unix.Rlimit
		must(unix.Getrlimit(unix.RLIMIT_NOFILE, &r), "getrlimit")
		r.Cur = uint64(n)
		must(unix.Setrlimit(unix.RLIMIT_NOFILE, &r), "setrlimit")
	}
	limit(highest + 1)
	for { // holes below
		if _, err := unix.Dup(0); err != nil {
			break
		}
	}
	return func(n int) { limit(highest + 1 + n) }
}

func waitFor(what string, ok func() bool) {
	for end := time.Now().Add(deadline); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			fail("never came: %s", what)
		}
	}
}

// childAccept: a listener without descriptors rests and asks again; it neither spins nor dies, and no place is lost.
func childAccept() {
	l, err := New(Options{})
	must(err, "loop")
	go l.Run()
	ln, err := Listen(TCPAddr(loopback), nil)
	must(err, "listen")
	to := TCPAddr(netip.AddrPortFrom(loopback.Addr(), uint16(ln.Port())))
	var clients []int
	for range 8 {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0)
		must(err, "socket")
		clients = append(clients, fd)
	}
	var accepted atomic.Int64
	acc := newLimited(100, func(c *Conn) { accepted.Add(1) })
	more := noMoreFDs()
	began := time.Now() // not later: the first attempt may be over before the next line
	ln.Start([]*Loop{l}, 0, acc)
	for _, fd := range clients {
		rawConnect(fd, to)
	}
	waitFor("three attempts", func() bool { return l.Stats.AcceptErrors.Load() >= 3 })
	took := time.Since(began)
	if took < 2*acceptBackoff-10*time.Millisecond {
		fail("three attempts within %v", took)
	}
	if n := l.Stats.Turns.Load(); n > 200 {
		fail("%d turns meanwhile: the loop spins", n)
	}
	// It is told of each behind the counter, and a place is taken during each attempt.
	waitFor("word of three failures", func() bool { return acc.failed.Load() >= 3 })
	waitFor("no place taken", func() bool { return acc.cur.Load() == 0 })
	more(4) // not for all
	waitFor("some", func() bool { return accepted.Load() == 4 })
	more(100)
	waitFor("all", func() bool { return accepted.Load() == int64(len(clients)) })
	waitFor("as many places taken", func() bool { return acc.cur.Load() == int64(len(clients)) })
	fmt.Println("good")
}

// childTunnel: without descriptors for a pipe a tunnel copies.
func childTunnel() {
	l, err := New(Options{})
	must(err, "loop")
	var p, q [2]int
	p, err = unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0)
	must(err, "socketpair")
	q, err = unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0)
	must(err, "socketpair")
	noMoreFDs()
	l.ids.own()
	l.tick()
	tn := &Tunnel{Client: l.NewConn(p[1], netipNone), Server: l.NewConn(q[0], netipNone)}
	tn.Begin(l, &TunnelOptions{})
	tn.up.bulk = true // as after much
	const size = 8 << 20
	sent, got := 0, 0
	b := noise(1, 1<<16)
	for buf := make([]byte, 1<<16); got < size; {
		if sent < size {
			n, _ := rawSend(p[0], b[sent%len(b):], 0)
			sent += max(n, 0)
		}
		l.Post(func() {}) // do not sleep
		l.turn()
		for {
			n, e := rawRecv(q[1], buf, 0)
			if e != 0 {
				break
			}
			for i := range n {
				if buf[i] != b[(got+i)%len(b)] {
					fail("byte %d differs", got+i)
				}
			}
			got += n
		}
	}
	if tn.up.flow.open {
		fail("there was a pipe after all")
	}
	fmt.Println("good")
}
