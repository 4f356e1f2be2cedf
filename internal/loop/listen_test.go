package loop

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// limited is an Acceptor with so many places.
type limited struct {
	limit, cur, most atomic.Int64
	failed           atomic.Int64
	accept           func(c *Conn)
}

func newLimited(n int64, accept func(c *Conn)) *limited {
	a := &limited{accept: accept}
	a.limit.Store(n)
	return a
}

func (a *limited) Admit() bool {
	if n := a.cur.Add(1); n <= a.limit.Load() {
		a.most.Store(max(a.most.Load(), n))
		return true
	}
	a.cur.Add(-1)
	return false
}

func (a *limited) Leave()         { a.cur.Add(-1) }
func (a *limited) Failed(error)   { a.failed.Add(1) }
func (a *limited) Accept(c *Conn) { a.accept(c) }

func listen(t testing.TB, a *Addr, o *ListenOptions) *Listener {
	t.Helper()
	ln, err := Listen(a, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(ln.Close)
	return ln
}

func at(ln *Listener) string { return fmt.Sprintf("127.0.0.1:%d", ln.Port()) }

// dial connects from a goroutine of the test.
func dial(t testing.TB, network, addr string) net.Conn {
	t.Helper()
	c, err := net.DialTimeout(network, addr, deadline)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(deadline))
	return c
}

// say writes s to whoever is accepted, and closes.
func say(s string) func(c *Conn) {
	return func(c *Conn) { c.TrySend([]byte(s)); c.Close() }
}

func hears(t testing.TB, c net.Conn, want string) {
	t.Helper()
	b := make([]byte, len(want)+1)
	n, err := c.Read(b)
	if string(b[:n]) != want {
		t.Fatalf("read %q, %v; want %q", b[:n], err, want)
	}
}

func TestListen(t *testing.T) {
	l := startLoop(t)
	path := filepath.Join(t.TempDir(), "s")
	name := unshared("weir-listen-test")
	abstract := "@" + name + strings.Repeat("\x00", 107-len(name))
	for _, tc := range []struct {
		name    string
		a       *Addr
		o       ListenOptions
		network string
		at      string // with %d for the port
		refused string
	}{
		{"IPv4", TCPAddr(loopback), ListenOptions{}, "tcp", "127.0.0.1:%d", "[::1]:%d"},
		{"IPv6", TCPAddr(netip.MustParseAddrPort("[::1]:0")), ListenOptions{}, "tcp", "[::1]:%d", "127.0.0.1:%d"},
		{"both", TCPAddr(netip.MustParseAddrPort("[::]:0")), ListenOptions{}, "tcp", "127.0.0.1:%d", ""},
		{"IPv6 only", TCPAddr(netip.MustParseAddrPort("[::]:0")), ListenOptions{V6Only: true}, "tcp", "[::1]:%d", "127.0.0.1:%d"},
		{"options", TCPAddr(loopback), ListenOptions{Backlog: 5, MSS: 1400, FastOpen: 16, Interface: "lo"}, "tcp", "127.0.0.1:%d", ""},
		{"unix", UnixAddr(path), ListenOptions{Mode: 0o640, Chown: true, UID: -1, GID: -1}, "unix", path, ""},
		{"abstract", AbstractAddr(name, true), ListenOptions{}, "unix", abstract, ""},
	} {
		ln, err := Listen(tc.a, &tc.o)
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		to := func(s string) string {
			if strings.Contains(s, "%d") {
				return fmt.Sprintf(s, ln.Port())
			}
			return s
		}
		if tc.network == "unix" && tc.name == "unix" {
			if fi, err := os.Stat(path); err != nil || fi.Mode() != fs.ModeSocket|0o640 {
				t.Errorf("%s: the file is %v, %v", tc.name, fi.Mode(), err)
			}
		}
		peer := make(chan netip.AddrPort, 1)
		acc := newLimited(10, nil)
		acc.accept = func(c *Conn) { peer <- c.RemoteAddr(); say("hello")(c); acc.Leave() }
		ln.Start([]*Loop{l}, 0, acc)
		c := dial(t, tc.network, to(tc.at))
		hears(t, c, "hello")
		p := wait(t, peer, "no connection")
		if tc.network == "tcp" && p.String() != c.LocalAddr().String() || tc.network == "unix" && p.IsValid() {
			t.Errorf("%s: accepted from %v; the client is %v", tc.name, p, c.LocalAddr())
		}
		if tc.refused != "" {
			if c, err := net.Dial("tcp", to(tc.refused)); !errors.Is(err, unix.ECONNREFUSED) {
				t.Errorf("%s: %s is served too: %v, %v", tc.name, to(tc.refused), c, err)
			}
		}
		addr := to(tc.at)
		ln.Close()
		ln.Close()
		if c, err := net.Dial(tc.network, addr); err == nil {
			t.Errorf("%s: still served after Close", tc.name)
			c.Close()
		}
		until(t, l, "all places free", func() bool { return acc.cur.Load() == 0 })
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the socket's file is left: %v", err)
	}
}

func TestListenErrors(t *testing.T) {
	dir := t.TempDir()
	busy := listen(t, TCPAddr(loopback), nil)
	regular := filepath.Join(dir, "regular")
	os.WriteFile(regular, nil, 0o600)
	datagram := filepath.Join(dir, "datagram")
	d, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: datagram})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	taken := filepath.Join(dir, "taken")
	listen(t, UnixAddr(taken), nil)
	name := unshared("weir-taken")
	listen(t, AbstractAddr(name, true), nil)
	before := openFDs(t)
	for _, tc := range []struct {
		name string
		a    *Addr
		o    *ListenOptions
		want error
	}{
		{"port in use", TCPAddr(netip.MustParseAddrPort(at(busy))), nil, unix.EADDRINUSE},
		{"foreign address", TCPAddr(netip.MustParseAddrPort("203.0.113.1:0")), nil, unix.EADDRNOTAVAIL},
		{"no such interface", TCPAddr(loopback), &ListenOptions{Interface: "nosuch0"}, unix.ENODEV},
		{"file in use", UnixAddr(taken), nil, unix.EADDRINUSE},
		{"name in use", AbstractAddr(name, true), nil, unix.EADDRINUSE},
		{"a regular file", UnixAddr(regular), nil, unix.EADDRINUSE},
		{"a socket of another type", UnixAddr(datagram), nil, unix.EADDRINUSE},
		{"no such folder", UnixAddr(filepath.Join(dir, "no", "s")), nil, unix.ENOENT},
		{"path too long", UnixAddr(strings.Repeat("x", 108)), nil, unix.ENAMETOOLONG},
	} {
		if ln, err := Listen(tc.a, tc.o); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, %v; want %v", tc.name, ln, err, tc.want)
		}
	}
	fdsBack(t, "addresses that are taken", before)
	for _, path := range []string{regular, datagram, taken} {
		if _, err := os.Stat(path); err != nil {
			t.Errorf("a file of somebody else's is gone: %v", err)
		}
	}
}

// TestSocketFiles: a file that nobody listens on is replaced, and only one's own is removed.
func TestSocketFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	left, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	left.SetUnlinkOnClose(false)
	left.Close()
	old := listen(t, UnixAddr(path), nil)
	os.Remove(path) // as a successor does
	next := listen(t, UnixAddr(path), nil)
	old.Close()
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("the successor's file was removed: %v", err)
	}
	next.Close()
	if _, err := os.Stat(path); err == nil {
		t.Error("its own file was left")
	}
}

func TestListenFD(t *testing.T) {
	l := startLoop(t)
	path := filepath.Join(t.TempDir(), "s")
	for _, tc := range []struct{ network, at, want string }{
		{"tcp", "127.0.0.1:0", ""},
		{"tcp", "[::1]:0", ""},
		{"unix", path, "unix@" + path},
		{"unix", "@" + unshared("weir-inherited"), "abns@" + unshared("weir-inherited")},
	} {
		parent, err := net.Listen(tc.network, tc.at)
		if err != nil {
			t.Fatal(err)
		}
		defer parent.Close()
		f, err := parent.(interface{ File() (*os.File, error) }).File()
		if err != nil {
			t.Fatal(err)
		}
		fd, _ := unix.Dup(int(f.Fd()))
		f.Close()
		ln, err := ListenFD(fd)
		if err != nil {
			t.Fatal(err)
		}
		want := tc.want
		if want == "" {
			want = parent.Addr().String()
		}
		if s := ln.Addr.String(); s != want {
			t.Errorf("inherited %s; want %s", s, want)
		}
		ln.Start([]*Loop{l}, 0, acceptFunc(say("hello")))
		hears(t, dial(t, tc.network, parent.Addr().String()), "hello")
		ln.Close()
		if tc.at == path {
			if _, err := os.Stat(path); err != nil {
				t.Errorf("the parent's file was removed: %v", err)
			}
		}
	}
	fd, _ := tcpPair(t)
	defer unix.Close(fd)
	if _, err := ListenFD(fd); err == nil || !strings.Contains(err.Error(), "is not a listening socket") {
		t.Errorf("a connected socket: %v", err)
	}
	if _, err := ListenFD(1 << 20); err == nil {
		t.Error("an fd that is not open was taken")
	}
}

// TestPlaces: with few places on several loops every client is served, never more at a time than there are places.
func TestPlaces(t *testing.T) {
	loops := []*Loop{startLoop(t), startLoop(t), startLoop(t)}
	ln := listen(t, TCPAddr(loopback), nil)
	const places, clients = 5, 300
	acc := newLimited(places, nil)
	acc.accept = func(c *Conn) {
		c.Loop().Go(func(tk *Task) {
			c.Recv(tk, make([]byte, 1), Never)
			c.TrySend([]byte("y"))
			c.Close()
			acc.Leave()
			ln.Resume()
		})
	}
	ln.Start(loops, 2, acc)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			for range clients / 20 {
				c, err := net.DialTimeout("tcp", at(ln), deadline)
				if err != nil {
					t.Error(err)
					return
				}
				c.SetDeadline(time.Now().Add(deadline))
				c.Write([]byte("x"))
				if n, err := c.Read(make([]byte, 1)); n != 1 {
					t.Errorf("not served: %v", err)
				}
				c.Close()
			}
		})
	}
	wg.Wait()
	if n := acc.most.Load(); n > places {
		t.Errorf("%d at a time; want at most %d", n, places)
	}
	until(t, loops[0], "all places free", func() bool { return acc.cur.Load() == 0 })
}

// TestPause: an administrator's pause stands, even one that comes while the listener itself thinks of pausing.
func TestPause(t *testing.T) {
	l := startLoop(t)
	ln := listen(t, TCPAddr(loopback), nil)
	acc := &pausing{limited: newLimited(100, say("hello")), ln: ln}
	ln.Start([]*Loop{l}, 1, acc)
	hears(t, dial(t, "tcp", at(ln)), "hello") // taken in the second look, after the pause
	waiting := dial(t, "tcp", at(ln))
	for range 10 {
		onLoop(t, l, func() {})
	}
	if n := acc.cur.Load(); n != 1 {
		t.Fatalf("%d were accepted; want 1", n)
	}
	ln.Resume()
	hears(t, waiting, "hello")
}

// pausing has no place when it is first asked, and an administrator who pauses the listener right then.
type pausing struct {
	*limited
	ln    *Listener
	asked bool
}

func (p *pausing) Admit() bool {
	if !p.asked {
		p.asked = true
		p.ln.Pause()
		return false
	}
	return p.limited.Admit()
}

// TestAcceptPanics: each way to panic costs one connection at most, never the listening socket.
func TestAcceptPanics(t *testing.T) {
	l := startLoop(t)
	ln := listen(t, TCPAddr(loopback), nil)
	bad := atomic.Bool{}
	bad.Store(true)
	ln.Start([]*Loop{l}, 0, acceptFunc(func(c *Conn) {
		if bad.Swap(false) {
			panic("accept")
		}
		say("hello")(c)
	}))
	first, err := net.Dial("tcp", at(ln))
	if err == nil { // else it was even faster
		_, err = first.Read(make([]byte, 1))
		first.Close()
	}
	if !errors.Is(err, unix.ECONNRESET) {
		t.Errorf("the connection that Accept panicked on: %v; want a reset", err)
	}
	hears(t, dial(t, "tcp", at(ln)), "hello")

	ln = listen(t, TCPAddr(loopback), nil)
	ln.Start([]*Loop{l}, 0, &panicky{acceptFunc: say("hello")})
	hears(t, dial(t, "tcp", at(ln)), "hello") // level-triggered: asked again
	if n := l.Stats.Panics.Load(); n != 2 {
		t.Errorf("%d panics; want 2", n)
	}
}

type panicky struct {
	acceptFunc
	asked int
}

func (p *panicky) Admit() bool {
	if p.asked++; p.asked == 1 {
		panic("admit")
	}
	return true
}

// TestHandOff: a loop with much to do hands new connections to one with less, and a burst evens them out.
func TestHandOff(t *testing.T) {
	loops := []*Loop{startLoop(t), startLoop(t)}
	ln := listen(t, TCPAddr(loopback), nil)
	var got [2]atomic.Int64
	const burst = 64
	kept := make(chan *Conn, burst)
	loops[0].Stats.Conns.Add(20)
	ln.Start(loops[:1], 0, acceptFunc(nil)) // only to make its ear
	ln.Pause()
	onLoop(t, loops[0], func() {})
	for range burst {
		dial(t, "tcp", at(ln)) // waits in the kernel's queue until Resume
	}
	ln.mu.Lock()
	ln.loops = loops
	ln.to = acceptFunc(func(c *Conn) {
		for i, l := range loops {
			if c.Loop() == l {
				got[i].Add(1)
			}
		}
		kept <- c
	})
	ln.mu.Unlock()
	ln.Resume()
	for range burst {
		wait(t, kept, "a connection was lost")
	}
	a, b := loops[0].Stats.Conns.Load(), loops[1].Stats.Conns.Load()
	if a+b != burst+20 || got[0].Load()+got[1].Load() != burst {
		t.Fatalf("%d and %d connections of %d", a, b, burst)
	}
	if d := a - b; d < -1 || d > handoffSlack+1 {
		t.Errorf("loops have %d and %d connections", a, b)
	}
	onLoop(t, loops[0], func() { loops[0].Stats.Conns.Add(-20) })
}

// TestListenerClose: whatever the order in which the loops and the listener end, the socket is gone at once and nothing leaks.
func TestListenerClose(t *testing.T) {
	tombstone()
	before := openFDs(t)
	newLoop := func() *Loop {
		l, err := New(Options{})
		if err != nil {
			t.Fatal(err)
		}
		go l.Run()
		return l
	}
	for name, do := range map[string]func(ln *Listener){
		"not started": func(ln *Listener) { ln.Close() },
		"started after": func(ln *Listener) {
			l := newLoop()
			ln.Close()
			ln.Start([]*Loop{l}, 0, acceptFunc(nil))
			stop(l)
		},
		"while loops run": func(ln *Listener) {
			a, b := newLoop(), newLoop()
			ln.Start([]*Loop{a, b}, 0, acceptFunc(nil))
			onLoop(t, a, func() {})
			ln.Close()
			stop(a)
			stop(b)
		},
		"after the loops": func(ln *Listener) {
			a, b := newLoop(), newLoop()
			ln.Start([]*Loop{a, b}, 0, acceptFunc(nil))
			stop(a)
			stop(b)
			ln.Close()
		},
		"with a loop that never ran": func(ln *Listener) {
			l, _ := New(Options{})
			ln.Start([]*Loop{l}, 0, acceptFunc(nil))
			ln.Close()
			l.Stop()
			l.Run()
		},
		"while paused": func(ln *Listener) {
			l := newLoop()
			ln.Start([]*Loop{l}, 0, acceptFunc(nil))
			ln.Pause()
			ln.Close()
			ln.Resume()
			stop(l)
		},
	} {
		ln, err := Listen(TCPAddr(loopback), nil)
		if err != nil {
			t.Fatal(err)
		}
		addr := at(ln)
		do(ln)
		if c, err := net.Dial("tcp", addr); err == nil {
			c.Close()
			t.Errorf("%s: still served", name)
		}
		fdsBack(t, name, before)
	}
}

// TestCloseOfSharedSocket: when another process has the socket too, its connections are none of our business after Close.
func TestCloseOfSharedSocket(t *testing.T) {
	l := startLoop(t)
	ln := listen(t, TCPAddr(loopback), nil)
	ln.Start([]*Loop{l}, 0, acceptFunc(say("hello")))
	addr := at(ln)
	hears(t, dial(t, "tcp", addr), "hello")
	other, err := unix.Dup(ln.fd) // as a successor has it
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(other)
	ln.Close()
	stale := l.Stats.Stale.Load()
	c := dial(t, "tcp", addr)
	for range 20 {
		onLoop(t, l, func() {})
	}
	if n := l.Stats.Stale.Load() - stale; n != 0 {
		t.Errorf("%d events of a socket that was closed", n)
	}
	fd := accepted(t, other)
	unix.Write(fd, []byte("next"))
	hears(t, c, "next")
	unix.Close(fd)
}

// TestNumberOfClosedListener: until every loop has heard of Close, the fd's number is nobody else's.
func TestNumberOfClosedListener(t *testing.T) {
	held, free := make(chan struct{}), make(chan struct{})
	l := startLoop(t)
	ln := listen(t, TCPAddr(loopback), nil)
	ln.Start([]*Loop{l}, 0, acceptFunc(nil))
	onLoop(t, l, func() {})
	l.Post(func() { close(held); <-free })
	<-held
	fd := ln.fd
	ln.Close()
	for range 10 {
		if n, err := unix.Dup(0); err != nil || n == fd {
			t.Errorf("the number %d was given away: %v", n, err)
		} else {
			defer unix.Close(n)
		}
	}
	if _, _, e := rawAccept(fd); e != unix.ENOTSOCK && e != unix.EINVAL {
		t.Errorf("accept of the closed listener: %v", e)
	}
	close(free)
	until(t, l, "the number is free", func() bool { _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); return err == unix.EBADF })
}
