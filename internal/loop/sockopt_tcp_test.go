package loop

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func getInt(t *testing.T, fd, level, opt int) int {
	t.Helper()
	v, err := unix.GetsockoptInt(fd, level, opt)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// What a listener is given holds for it, and for what it accepts.
func TestListenOptions(t *testing.T) {
	ln, err := Listen(TCPAddr(loopback), &ListenOptions{SndBuf: 50000, RcvBuf: 60000, NotSent: 20000, SaveSYN: 1, Congestion: "reno", MSS: -100, FastOpen: 5, DeferAccept: true})
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	if n := getInt(t, ln.fd, unix.IPPROTO_TCP, unix.TCP_SAVE_SYN); n != 1 {
		t.Errorf("TCP_SAVE_SYN %d", n)
	}
	c, err := net.Dial("tcp", localAddr(ln.fd).String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "x") // it is accepted with its first bytes
	fd := accepted(t, ln.fd)
	defer unix.Close(fd)
	if n := getInt(t, fd, unix.SOL_SOCKET, unix.SO_SNDBUF); n != 2*50000 { // the kernel doubles them
		t.Errorf("SO_SNDBUF %d", n)
	}
	if n := getInt(t, fd, unix.SOL_SOCKET, unix.SO_RCVBUF); n != 2*60000 {
		t.Errorf("SO_RCVBUF %d", n)
	}
	if n := getInt(t, fd, unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT); n != 20000 {
		t.Errorf("TCP_NOTSENT_LOWAT %d", n)
	}
	if name, err := unix.GetsockoptString(fd, unix.IPPROTO_TCP, unix.TCP_CONGESTION); err != nil || !strings.HasPrefix(name, "reno") {
		t.Errorf("TCP_CONGESTION %q, %v", name, err)
	}
}

// What the kernel does not know is told, of both sides.
func TestSocketOptionErrors(t *testing.T) {
	for _, o := range []*ListenOptions{{Congestion: "nothing"}, {MD5Sig: strings.Repeat("k", 81)}, {Interface: "no such device"}} {
		if ln, err := Listen(TCPAddr(loopback), o); err == nil {
			ln.Close()
			t.Errorf("%+v was taken", o)
		}
	}
	l := byHand(t)
	for _, o := range []*DialOptions{{Congestion: "nothing"}, {MD5Sig: strings.Repeat("k", 81)}} {
		if fd, err := l.socket(TCPAddr(loopback), o); err == nil {
			unix.Close(fd)
			t.Errorf("%+v was taken", o)
		}
	}
}

// A client that signs its segments is heard, where the kernel can do that; one that does not is not.
func TestMD5(t *testing.T) {
	ln, err := Listen(TCPAddr(loopback), &ListenOptions{MD5Sig: "secret"})
	if errors.Is(err, unix.ENOPROTOOPT) {
		t.Log("this kernel knows no TCP_MD5SIG: the listener says so")
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	l := startLoop(t)
	to := TCPAddr(localAddr(ln.fd))
	dial := func(key string) error {
		got := make(chan error, 1)
		l.Post(func() {
			l.Go(TaskFunc(func(task *Task) {
				c, err := l.Dial(task, to, &DialOptions{MD5Sig: key}, l.Now()+int64(deadline)/100)
				if err == nil {
					c.Close()
				}
				got <- err
			}))
		})
		return wait(t, got, "the dial does not end")
	}
	if err := dial("secret"); err != nil {
		t.Errorf("with the key: %v", err)
	}
	if err := dial("other"); err != ErrTimeout {
		t.Errorf("with another key: %v; want %v", err, ErrTimeout)
	}
}

// A namespace is one of those that have names; what is asked for beyond that is told.
func TestNamespaceErrors(t *testing.T) {
	for _, name := range []string{"", ".", "..", "a/b", "/etc/passwd", "no-such-namespace"} {
		if n, err := OpenNamespace(name); err == nil {
			t.Errorf("%q was opened: %v", name, n)
		}
	}
}

// A socket that is made in another namespace knows nobody of ours.
func TestNamespace(t *testing.T) {
	type opened struct {
		ns  *Namespace
		err error
	}
	out := make(chan opened)
	go func() {
		runtime.LockOSThread() // and never given back: the thread is in another namespace from now on
		own, err := unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err == nil {
			err = unix.Unshare(unix.CLONE_NEWNET)
		}
		var fd int
		if err == nil {
			fd, err = unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		}
		out <- opened{&Namespace{fd: fd, own: own}, err}
	}()
	o := <-out
	if errors.Is(o.err, unix.EPERM) {
		t.Log("this process may make no namespaces, and could enter none")
		return
	}
	if o.err != nil {
		t.Fatal(o.err)
	}
	ours, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	fd, e := o.ns.socket(unix.AF_INET)
	if e != 0 {
		t.Fatal(e)
	}
	defer unix.Close(fd)
	if e := rawConnect(fd, TCPAddr(netip.MustParseAddrPort(ours.Addr().String()))); e != unix.ENETUNREACH {
		t.Errorf("a listener of ours was reached from there: %v", e)
	}
	mine, e := (*DialOptions)(nil).newSocket(unix.AF_INET)
	if e != 0 {
		t.Fatal(e)
	}
	defer unix.Close(mine)
	if e := rawConnect(mine, TCPAddr(netip.MustParseAddrPort(ours.Addr().String()))); e != 0 && e != unix.EINPROGRESS {
		t.Errorf("our own sockets reach nobody any more: %v", e)
	}
}
