package loop

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// What waits in the queue is accepted by whoever has the socket last, and the file of a unix socket goes with it.
func TestDup(t *testing.T) {
	l := startLoop(t)
	path := filepath.Join(t.TempDir(), "s")
	f := func(a *Addr, network string, at func(ln *Listener) string) {
		t.Helper()
		old := listen(t, a, nil)
		c := dial(t, network, at(old))
		heir, err := old.Dup()
		if err != nil {
			t.Fatal(err)
		}
		old.Bequeath(heir)
		old.Close()
		if _, err := old.Dup(); err != os.ErrClosed {
			t.Errorf("the closed one: got %v", err)
		}
		heir.Start([]*Loop{l}, 0, newLimited(9, say("heir")))
		heir.Poke()
		hears(t, c, "heir")
		heir.Close()
	}
	f(TCPAddr(loopback), "tcp", at)
	f(UnixAddr(path), "unix", func(*Listener) string { return path })
	if _, err := os.Lstat(path); err == nil {
		t.Error("the file stays when the heir closes")
	}
}

// Who waits in the queue of a socket that closes is served still, however many are taken at once.
func TestSweep(t *testing.T) {
	l := startLoop(t)
	ln := listen(t, TCPAddr(loopback), nil)
	ln.Start([]*Loop{l}, 1, newLimited(99, say("in time")))
	ln.Pause()
	wait(t, ln.Sweep(), "a paused listener is not swept")
	var waiting []net.Conn
	for range 5 {
		waiting = append(waiting, dial(t, "tcp", at(ln)))
	}
	// As if no loop had been woken for them.
	ln.mu.Lock()
	ln.paused.Store(false)
	ln.mu.Unlock()
	wait(t, ln.Sweep(), "it does not end")
	ln.Close()
	wait(t, ln.Sweep(), "a closed listener is not swept")
	for _, c := range waiting {
		hears(t, c, "in time")
	}
}

func TestRetune(t *testing.T) {
	ln := listen(t, TCPAddr(loopback), &ListenOptions{DeferAccept: true, Backlog: 7})
	get := func(opt int) int {
		n, err := unix.GetsockoptInt(ln.FD(), unix.IPPROTO_TCP, opt)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	next := &ListenOptions{UserTimeout: 3 * time.Second, FastOpen: 5, Backlog: 9, SaveSYN: 1}
	if err := ln.CanRetune(next); err != nil {
		t.Fatal(err)
	}
	if err := ln.Retune(next); err != nil {
		t.Fatal(err)
	}
	if get(unix.TCP_DEFER_ACCEPT) != 0 || get(unix.TCP_USER_TIMEOUT) != 3000 || get(unix.TCP_SAVE_SYN) != 1 || ln.queue != 9 {
		t.Error("the options are not what they should be")
	}
	f := func(o ListenOptions, want string) {
		t.Helper()
		if err := ln.CanRetune(&o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v; want %q", err, want)
		}
	}
	f(ListenOptions{Transparent: true}, "transparent cannot change while the address is open")
	f(ListenOptions{Congestion: "nonsense"}, `cc "nonsense": `)
}
