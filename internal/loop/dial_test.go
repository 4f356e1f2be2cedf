package loop

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"weir/internal/testport"
)

// echo accepts on ln and gives back what it gets.
func echo(ln net.Listener) {
	for {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		go func() { io.Copy(c, c); c.Close() }()
	}
}

func TestDial(t *testing.T) {
	dir := t.TempDir()
	name := unshared("weir-dial-test")
	pad := "@" + name + strings.Repeat("\x00", 107-len(name))
	l := startLoop(t)
	for _, tc := range []struct{ network, at string }{
		{"tcp4", "127.0.0.1:0"},
		{"tcp6", "[::1]:0"},
		{"unix", filepath.Join(dir, "s")},
		{"unix", pad}, // as HAProxy binds abns@
	} {
		ln, err := net.Listen(tc.network, tc.at)
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		go echo(ln)
		var a *Addr
		switch {
		case tc.network != "unix":
			a = TCPAddr(netip.MustParseAddrPort(ln.Addr().String()))
		case tc.at[0] == '@':
			a = AbstractAddr(name, true)
		default:
			a = UnixAddr(tc.at)
		}
		on(t, l, func(tk *Task) {
			c, err := l.Dial(tk, a, nil, l.Now()+int64(deadline))
			if err != nil {
				t.Errorf("%s: %v", a, err)
				return
			}
			defer c.Close()
			if c.RemoteAddr() != a.AddrPort() {
				t.Errorf("%s: remote address %v", a, c.RemoteAddr())
			}
			if _, err := c.TryRecv(make([]byte, 1)); err != ErrAgain {
				t.Errorf("%s: TryRecv before anything came: %v", a, err)
			}
			if err := c.Send(tk, []byte("hello"), Never); err != nil {
				t.Error(err)
			}
			b := make([]byte, 10)
			if n, err := c.Recv(tk, b, Never); string(b[:n]) != "hello" || err != nil {
				t.Errorf("%s: %q, %v", a, b[:n], err)
			}
		})
	}
}

func TestDialErrors(t *testing.T) {
	l := startLoop(t)
	refused := TCPAddr(netip.MustParseAddrPort(testport.Addr()))
	v6 := TCPAddr(netip.MustParseAddrPort("[::1]:1"))
	for _, tc := range []struct {
		name string
		a    *Addr
		o    *DialOptions
		want error
	}{
		{"refused", refused, nil, unix.ECONNREFUSED},
		{"no such file", UnixAddr("/nonexistent/socket"), nil, unix.ENOENT},
		{"no such name", AbstractAddr("weir-nobody-listens", true), nil, unix.ECONNREFUSED},
		{"path too long", UnixAddr(strings.Repeat("x", 108)), nil, unix.ENAMETOOLONG},
		{"name too long", AbstractAddr(strings.Repeat("x", 108), true), nil, unix.ENAMETOOLONG},
		{"foreign source", refused, &DialOptions{Source: TCPAddr(netip.MustParseAddrPort("203.0.113.1:0"))}, unix.EADDRNOTAVAIL},
		{"source of another family", v6, &DialOptions{Source: TCPAddr(loopback)}, unix.EINVAL},
	} {
		before := openFDs(t)
		on(t, l, func(tk *Task) {
			c, err := l.Dial(tk, tc.a, tc.o, l.Now()+int64(deadline))
			if c != nil || !errors.Is(err, tc.want) {
				t.Errorf("%s: %v, %v; want %v", tc.name, c, err, tc.want)
			}
		})
		fdsBack(t, tc.name, before)
	}
}

// full is a listener whose queue is full, so that a TCP handshake is not answered.
func full(t *testing.T, a *Addr) (*Listener, *Addr) {
	t.Helper()
	ln, err := Listen(a, &ListenOptions{Backlog: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(ln.Close)
	unix.Listen(ln.fd, 0) // one may queue
	to := a
	if a.Family != unix.AF_UNIX {
		to = TCPAddr(netip.AddrPortFrom(a.AddrPort().Addr(), uint16(ln.Port())))
	}
	for range 100 { // the kernel takes one or two more than it is asked for
		fd, err := unix.Socket(a.Family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { unix.Close(fd) })
		if e := rawConnect(fd, to); e == unix.EAGAIN || e == unix.EINPROGRESS && unanswered(fd) {
			return ln, to
		}
	}
	t.Fatal("the queue does not fill up")
	return nil, nil
}

// unanswered tells a connection that the kernel has not made from one that it is about to make.
func unanswered(fd int) bool {
	for {
		if n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}, 200); err != unix.EINTR { // by the runtime's own signals
			return n == 0
		}
	}
}

func TestDialTimeout(t *testing.T) {
	for _, a := range []*Addr{TCPAddr(loopback), UnixAddr(filepath.Join(t.TempDir(), "s"))} {
		_, to := full(t, a)
		f := NewFake()
		before := openFDs(t)
		var err error
		done := f.task(t, func(tk *Task) { _, err = f.Dial(tk, to, nil, f.Now()+int64(time.Second)) })
		f.Advance(900 * time.Millisecond)
		if over(done) {
			t.Fatalf("%s: gave up early: %v", a, err)
		}
		f.Advance(110 * time.Millisecond)
		wait(t, done, "Dial did not give up")
		if err != ErrTimeout {
			t.Errorf("%s: %v; want %v", a, err, ErrTimeout)
		}
		fdsBack(t, a.String(), before)
		stop(f.Loop)
	}
}

// TestDialFullUnixQueue: the kernel answers EAGAIN and never tells when there is room; Dial gets in nevertheless.
func TestDialFullUnixQueue(t *testing.T) {
	ln, to := full(t, UnixAddr(filepath.Join(t.TempDir(), "s")))
	f := NewFake()
	defer stop(f.Loop)
	var err error
	done := f.task(t, func(tk *Task) {
		var c *Conn
		if c, err = f.Dial(tk, to, nil, f.Now()+int64(time.Minute)); err == nil {
			c.Close()
		}
	})
	f.Advance(time.Second)
	if over(done) {
		t.Fatalf("did not wait: %v", err)
	}
	unix.Close(accepted(t, ln.fd))
	f.Advance(time.Second)
	if wait(t, done, "still waits"); err != nil {
		t.Error(err)
	}
}

// TestDialStop: a task that is unwound in the middle of a Dial leaves no socket.
func TestDialStop(t *testing.T) {
	for _, a := range []*Addr{TCPAddr(loopback), UnixAddr(filepath.Join(t.TempDir(), "s"))} {
		ln, to := full(t, a)
		was := openFDs(t)
		f := NewFake()
		done := f.task(t, func(tk *Task) { f.Dial(tk, to, nil, Never) })
		stop(f.Loop)
		if !over(done) {
			t.Error("the task was not unwound")
		}
		fdsBack(t, a.String(), was)
		ln.Close()
	}
}

func TestDialSource(t *testing.T) {
	l := startLoop(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	to := TCPAddr(netip.MustParseAddrPort(ln.Addr().String()))
	on(t, l, func(tk *Task) {
		o := &DialOptions{Source: TCPAddr(netip.MustParseAddrPort("127.0.0.9:0")), KeepAlive: true}
		c, err := l.Dial(tk, to, o, Never)
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		if a := c.LocalAddr(); a.Addr().String() != "127.0.0.9" || a.Port() == 0 {
			t.Errorf("connected from %v", a)
		}
		for what, opt := range map[string][2]int{"keep-alive": {unix.SOL_SOCKET, unix.SO_KEEPALIVE}, "no-delay": {unix.IPPROTO_TCP, unix.TCP_NODELAY}} {
			if v, err := unix.GetsockoptInt(c.FD(), opt[0], opt[1]); v == 0 || err != nil {
				t.Errorf("%s is %d, %v", what, v, err)
			}
		}
	})
}

func TestAddr(t *testing.T) {
	for _, tc := range []struct {
		a    *Addr
		want string
	}{
		{TCPAddr(netip.MustParseAddrPort("192.0.2.1:80")), "192.0.2.1:80"},
		{TCPAddr(netip.MustParseAddrPort("[2001:db8::1]:80")), "[2001:db8::1]:80"},
		{UnixAddr("/run/x.sock"), "unix@/run/x.sock"},
		{UnixAddr("@odd"), "unix@@odd"},
		{AbstractAddr("x", true), "abns@x"},
		{AbstractAddr("x", false), "abnsz@x"},
	} {
		if s := tc.a.String(); s != tc.want {
			t.Errorf("got %q; want %q", s, tc.want)
		}
	}
	lo, err := net.InterfaceByIndex(1)
	if err != nil {
		t.Fatal(err)
	}
	for zone, want := range map[string]uint32{"": 0, "7": 7, lo.Name: 1, "nosuch": 0} {
		if got := zoneID(zone); got != want {
			t.Errorf("zone %q is %d; want %d", zone, got, want)
		}
	}
	// Back and forth through the kernel's form.
	for _, s := range []string{"192.0.2.1:80", "[2001:db8::1]:443"} {
		ap := netip.MustParseAddrPort(s)
		var rsa unix.RawSockaddrAny
		putSockaddr(&rsa, ap)
		if got := addrPort(&rsa); got != ap {
			t.Errorf("%s became %s", ap, got)
		}
	}
	var mapped unix.RawSockaddrAny
	putSockaddr(&mapped, netip.MustParseAddrPort("[::ffff:192.0.2.1]:80"))
	if got := addrPort(&mapped).String(); got != "192.0.2.1:80" {
		t.Errorf("a mapped address became %s", got)
	}
}
