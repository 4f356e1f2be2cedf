package loop

import (
	"fmt"
	"net/netip"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// ListenOptions say how to listen.
type ListenOptions struct {
	Backlog     int // 0 = the kernel's most
	V6Only      bool
	DeferAccept bool // wake only when bytes have come
	Interface   string
	MSS         int
	Transparent bool
	ReusePort   bool          // another process of the same user may bind the same address
	UserTimeout time.Duration // TCP_USER_TIMEOUT of what is accepted
	FastOpen    int           // queue length; 0 = off
	Congestion  string        // TCP_CONGESTION, SO_SNDBUF, SO_RCVBUF and TCP_NOTSENT_LOWAT of what is accepted
	SndBuf      int
	RcvBuf      int
	NotSent     int
	SaveSYN     int    // TCP_SAVE_SYN: 1 = the SYN's headers, 2 = from the link layer on
	MD5Sig      string // key that signs the segments of all peers (RFC 2385)
	Namespace   *Namespace
	Mode        os.FileMode // of a unix socket's file; 0 = the umask's
	Chown       bool        // set a unix socket file's owner to UID and GID (-1 = unchanged)
	UID, GID    int
}

// Acceptor is who takes a listener's connections. All but Accept are called on any loop.
type Acceptor interface {
	// Admit takes a place for a connection; false pauses the listener until Resume.
	Admit() bool
	// Leave gives back a place for which no connection came.
	Leave()
	// Accept is given the connection, on the loop that owns it from then on.
	Accept(c *Conn)
	// Failed is told of an accept that failed for want of a resource.
	Failed(err error)
}

// Listener is one listening socket shared by all loops: the kernel wakes one of them per connection, and that one may
// hand the connection to a loop with less to do. (Sockets of their own per loop, SO_REUSEPORT, lose the connections queued on one
// that is closed.)
type Listener struct {
	Addr  *Addr
	fd    int
	file  os.FileInfo    // of a unix socket that this process has bound; guarded by mu
	opt   ListenOptions  // as it was bound, or retuned
	queue int            // what listen(2) was told; 0 = the socket was inherited
	bound netip.AddrPort // by Silence, or Dup; guarded by mu
	max   int
	to    Acceptor
	loops []*Loop
	ears  []*ear // by loop

	paused atomic.Bool  // by Pause
	full   atomic.Bool  // by Admit
	users  atomic.Int32 // who may still touch fd: the loops, and Close until it is over

	mu     sync.Mutex // guards ears; no registration is made while Close goes on
	closed atomic.Bool
}

// tombstone takes the place of a listening socket that is closed while loops may still be about to accept from it: the
// number must not become somebody else's socket before they have heard.
var tombstone = sync.OnceValues(func() (int, error) { return unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC) })

// Listen binds and listens; nothing is accepted until Start.
func Listen(a *Addr, o *ListenOptions) (*Listener, error) {
	if a.len == 0 {
		return nil, unix.ENAMETOOLONG
	}
	if _, err := tombstone(); err != nil {
		return nil, err
	}
	d := DialOptions{}
	if o != nil {
		d.Namespace = o.Namespace
	}
	fd, e := d.newSocket(a.Family)
	if e != 0 {
		return nil, fmt.Errorf("socket: %w", e)
	}
	ln := newListener(a, fd)
	if err := ln.open(o); err != nil {
		unix.Close(fd)
		return nil, err
	}
	return ln, nil
}

// ListenFD takes over a listening socket that the process inherited. A unix socket's file stays when it is closed.
func ListenFD(fd int) (*Listener, error) {
	if !listens(fd) {
		return nil, fmt.Errorf("fd %d is not a listening socket", fd)
	}
	if err := takeOver(fd); err != nil {
		return nil, err
	}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return nil, err
	}
	return newListener(fromSockaddr(sa), fd), nil
}

// takeOver readies an inherited socket for listening.
func takeOver(fd int) error {
	if _, err := tombstone(); err != nil {
		return err
	}
	unix.CloseOnExec(fd)
	return unix.SetNonblock(fd, true)
}

func newListener(a *Addr, fd int) *Listener {
	ln := &Listener{Addr: a, fd: fd}
	ln.users.Store(1)
	return ln
}

func fromSockaddr(sa unix.Sockaddr) *Addr {
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return TCPAddr(netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port)))
	case *unix.SockaddrInet6:
		return TCPAddr(netip.AddrPortFrom(netip.AddrFrom16(sa.Addr), uint16(sa.Port)))
	case *unix.SockaddrUnix:
		if name, abstract := strings.CutPrefix(sa.Name, "@"); abstract {
			return AbstractAddr(name, true)
		}
		return UnixAddr(sa.Name)
	}
	return &Addr{}
}

// Port is the port that the kernel bound, for an address that asked for any; 0 for a unix socket.
func (ln *Listener) Port() int { return int(localAddr(ln.fd).Port()) }

// FD is the listening socket.
func (ln *Listener) FD() int { return ln.fd }

// Start accepts on all loops. maxAccept bounds the connections taken per wake-up; 0 = DefaultMaxAccept.
func (ln *Listener) Start(loops []*Loop, maxAccept int, to Acceptor) {
	ln.mu.Lock()
	defer ln.mu.Unlock()
	if ln.closed.Load() {
		return
	}
	ln.max = maxAccept
	if ln.max <= 0 {
		ln.max = DefaultMaxAccept
	}
	ln.to, ln.loops = to, loops
	for _, l := range loops {
		e := &ear{ln: ln, l: l}
		e.timer.Fire = e.sync
		ln.ears = append(ln.ears, e)
	}
	ln.users.Add(int32(len(loops)))
	ln.each((*ear).begin)
}

// each runs f for every loop's ear, on its loop.
func (ln *Listener) each(f func(e *ear)) {
	for _, e := range ln.ears {
		if !e.l.Post(func() { f(e) }) {
			e.leave()
		}
	}
}

// Pause stops accepting; connections wait in the kernel's queue.
func (ln *Listener) Pause() { ln.hold(&ln.paused) }

// hold sets one of the reasons not to accept.
func (ln *Listener) hold(why *atomic.Bool) {
	if why.CompareAndSwap(false, true) {
		ln.tell()
	}
}

// Resume accepts again, whatever the reason to pause was. It is cheap when the listener is not paused.
func (ln *Listener) Resume() {
	ln.release(&ln.full)
	ln.release(&ln.paused)
}

func (ln *Listener) release(why *atomic.Bool) {
	if why.Load() && why.CompareAndSwap(true, false) {
		ln.tell()
	}
}

// tell lets every loop look at the flags.
func (ln *Listener) tell() {
	ln.mu.Lock()
	defer ln.mu.Unlock()
	ln.each((*ear).sync)
}

// Close stops listening, at once and for good. A unix socket's file is removed if this process made it.
func (ln *Listener) Close() {
	ln.mu.Lock()
	defer ln.mu.Unlock()
	if !ln.closed.CompareAndSwap(false, true) {
		return
	}
	ln.removeFile()
	// 1st no loop hears of it. Closing is not enough where another process has the socket too (a child, a successor that
	// it was handed to): the kernel would go on reporting it here, and nothing could stop that any more.
	for _, e := range ln.ears {
		if e.on {
			e.l.forget(ln.fd)
			e.on = false
		}
	}
	// 2nd the socket goes, and its number stays taken until the last loop has let it go.
	tomb, _ := tombstone()
	unix.Dup3(tomb, ln.fd, unix.O_CLOEXEC)
	ln.each((*ear).end)
	ln.drop()
}

// drop counts out one who is done with the fd; the last one closes what is left of it.
func (ln *Listener) drop() {
	if ln.users.Add(-1) == 0 {
		rawClose(ln.fd)
	}
}
