package loop

import (
	"errors"
	"net/netip"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// DialOptions say how to connect. nil = defaults: any source, TCP_NODELAY.
type DialOptions struct {
	Source    *Addr // bound before connecting, port 0 = any
	KeepAlive bool
	Probes    Probes
	NoLinger  bool
	Interface string        // the device that packets leave by
	TimeLimit time.Duration // how long sent bytes may go unacknowledged (TCP_USER_TIMEOUT); 0 = as the kernel has it
	// Transparent lets Source be an address that is not this host's. It asks for CAP_NET_ADMIN.
	Transparent bool
	FastOpen    bool   // connect with the first bytes that are sent; until then the connection only seems to stand
	Congestion  string // TCP_CONGESTION
	MD5Sig      string // RFC 2385
	Namespace   *Namespace
	SndBuf      int // SO_SNDBUF, SO_RCVBUF, TCP_NOTSENT_LOWAT; 0 = as the kernel has it
	RcvBuf      int
	NotSent     int
	Socket      SocketOptions
	Watch       *Conn // a connection whose hang-up ends the attempt: ErrAborted
}

// ErrAborted is Dial's where the connection that it watches has hung up.
var ErrAborted = errors.New("the client closed while its server was connected to")

// Dial connects without blocking the loop. Errors are ErrTimeout or a syscall.Errno.
func (l *Loop) Dial(t *Task, a *Addr, o *DialOptions, deadline int64) (*Conn, error) {
	l.failedFrom = netip.AddrPort{}
	if a.pair {
		return l.dialPair(t, a, deadline)
	}
	for {
		fd, err := l.socket(a, o)
		if err != nil {
			return nil, err
		}
		e := rawConnect(fd, a)
		if e != unix.EAGAIN || a.Family != unix.AF_UNIX {
			return l.dialled(t, fd, e, a, o, deadline)
		}
		// A unix listener's queue is full, and the kernel tells nobody when it no longer is.
		rawClose(fd)
		if l.now >= deadline {
			return nil, ErrTimeout
		}
		t.Sleep(min(unixRetry, time.Duration(deadline-l.now)))
	}
}

// dialled goes on after connect(2) has answered e.
func (l *Loop) dialled(t *Task, fd int, e unix.Errno, a *Addr, o *DialOptions, deadline int64) (*Conn, error) {
	if e != 0 && e != unix.EINPROGRESS {
		l.failedFrom = localAddr(fd)
		rawClose(fd)
		return nil, e
	}
	c := l.NewConn(fd, a.ap)
	c.flags &^= flagReadable | flagRaw
	if e == 0 {
		return c, nil
	}
	if err := c.connecting(t, a, o, deadline); err != nil {
		l.failedFrom = c.LocalAddr()
		c.Close()
		return nil, err
	}
	return c, nil
}

// FailedFrom is the local address of the connection that Dial has just failed to make; it is good until the task suspends. The kernel
// keeps the port and may have forgotten the address: see SourceOf.
func (l *Loop) FailedFrom() netip.AddrPort { return l.failedFrom }

// SourceOf is the address that the kernel connects from to another one. It asks three times, and is for what is seldom: no packet is sent.
func SourceOf(to *Addr) netip.Addr {
	r, _, e := unix.RawSyscall(unix.SYS_SOCKET, uintptr(to.Family), unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if e != 0 {
		return netip.Addr{}
	}
	defer rawClose(int(r))
	if rawConnect(int(r), to) != 0 {
		return netip.Addr{}
	}
	return localAddr(int(r)).Addr()
}

// connecting waits for the handshake. Asking once more before sleeping saves the whole wait where the peer is near:
// over loopback the handshake is over before connect(2) returns.
func (c *Conn) connecting(t *Task, a *Addr, o *DialOptions, deadline int64) error {
	switch e := rawConnect(int(c.fd), a); e {
	case 0, unix.EISCONN:
		return nil
	case unix.EALREADY, unix.EINPROGRESS:
	default:
		return e
	}
	c.flags &^= flagWritable
	if err := c.connected(t, o, deadline); err != nil {
		return err
	}
	if e := rawSocketError(int(c.fd)); e != 0 {
		return e
	}
	return nil
}

// connected waits until the handshake is over, or until whom o watches has gone.
func (c *Conn) connected(t *Task, o *DialOptions, deadline int64) error {
	if o == nil || o.Watch == nil {
		return c.WaitWrite(t, deadline)
	}
	defer c.Release()
	defer o.Watch.Release()
	for c.flags&flagWritable == 0 {
		if o.Watch.HungUp() || o.Watch.Await(t, true, false) != nil {
			return ErrAborted
		}
		if err := c.Await(t, false, true); err != nil {
			return err
		}
		if !t.Park(deadline) {
			return ErrTimeout
		}
	}
	return nil
}

// newSocket makes the socket, in the namespace that o names.
func (o *DialOptions) newSocket(family int) (int, unix.Errno) {
	if o != nil && o.Namespace != nil {
		return o.Namespace.socket(family)
	}
	r, _, e := unix.RawSyscall(unix.SYS_SOCKET, uintptr(family), unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	return int(r), e
}

func (l *Loop) socket(a *Addr, o *DialOptions) (int, error) {
	if a.len == 0 {
		return -1, unix.ENAMETOOLONG
	}
	fd, e := o.newSocket(a.Family)
	if e != 0 {
		return -1, e
	}
	if a.Family != unix.AF_UNIX {
		rawSetInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	}
	if o == nil {
		return fd, nil
	}
	if o.KeepAlive {
		rawSetInt(fd, unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1)
		o.Probes.set(fd)
	}
	if err := o.prepare(fd, a); err != nil {
		rawClose(fd)
		return -1, err
	}
	if o.Source != nil && a.Family != unix.AF_UNIX {
		if e := bindSource(fd, o.Source); e != 0 {
			rawClose(fd)
			return -1, e
		}
	}
	return fd, nil
}

// prepare sets what is seldom asked for.
func (o *DialOptions) prepare(fd int, a *Addr) error {
	if a.Family == unix.AF_UNIX {
		return nil
	}
	o.Socket.set(fd, a.Family == unix.AF_INET6 && !a.ap.Addr().Is4In6())
	if o.NoLinger {
		lingerZero(fd)
	}
	if o.TimeLimit > 0 {
		setUserTimeout(fd, o.TimeLimit)
	}
	setBuffers(fd, o.SndBuf, o.RcvBuf, o.NotSent)
	if o.FastOpen {
		rawSetInt(fd, unix.IPPROTO_TCP, unix.TCP_FASTOPEN_CONNECT, 1) // where it cannot be, it is an ordinary connection
	}
	return o.demand(fd, a)
}

// demand sets what a connection must not be without.
func (o *DialOptions) demand(fd int, a *Addr) error {
	if o.Transparent {
		// Where the kernel does not let us, binding says so of an address that is not this host's, and works for one that is.
		setTransparent(fd, a.Family)
	}
	if o.Congestion != "" {
		if err := unix.SetsockoptString(fd, unix.IPPROTO_TCP, unix.TCP_CONGESTION, o.Congestion); err != nil {
			return err
		}
	}
	if o.MD5Sig != "" {
		if err := setMD5(fd, a, o.MD5Sig); err != nil {
			return err
		}
	}
	if o.Interface != "" {
		return unix.BindToDevice(fd, o.Interface)
	}
	return nil
}

func bindSource(fd int, a *Addr) unix.Errno {
	rawSetInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	if a.ap.Port() == 0 {
		// The kernel picks the port at connect time, when it knows the other end: 64k ports a server, not in all.
		rawSetInt(fd, unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1)
	}
	_, _, e := unix.RawSyscall(unix.SYS_BIND, uintptr(fd), uintptr(unsafe.Pointer(&a.sa)), uintptr(a.len))
	return e
}

func rawConnect(fd int, a *Addr) unix.Errno {
	for {
		_, _, e := unix.RawSyscall(unix.SYS_CONNECT, uintptr(fd), uintptr(unsafe.Pointer(&a.sa)), uintptr(a.len))
		if e != unix.EINTR {
			return e
		}
	}
}

// rawAccept takes one connection; unix.EAGAIN when there is none.
func rawAccept(fd int) (int, netip.AddrPort, unix.Errno) {
	var rsa unix.RawSockaddrAny
	for {
		n := uint32(unix.SizeofSockaddrAny)
		r, _, e := unix.RawSyscall6(unix.SYS_ACCEPT4, uintptr(fd), uintptr(unsafe.Pointer(&rsa)), uintptr(unsafe.Pointer(&n)), unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0, 0)
		switch e {
		case unix.EINTR, unix.ECONNABORTED:
			continue
		case 0:
			return int(r), addrPort(&rsa), 0
		}
		return -1, netip.AddrPort{}, e
	}
}
