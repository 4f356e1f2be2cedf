package main

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The floor is a subject that understands nothing: it receives, sends on, receives the answer and sends it back, four system
// calls for a request, with a connection to the origin for each client's and no timeouts, no limits, no parsing. What it costs
// is the kernel's price for the work, so that the rest of a proxy's figure is what the proxy itself adds. The subject is left
// out unless asked for: -subjects weir,haproxy,floor.

// floorBuf is what the floor reads at a time: a head and a small body; more comes in the next turn.
const floorBuf = 16 << 10

// floorHTTP and floorTCP are where it listens.
const floorHTTP, floorTCP = "127.0.0.1:18801", "127.0.0.1:18804"

func startFloor() (*subject, error) {
	p, err := startPinned(proxyCore, os.Args[0], "floor", floorHTTP, floorTCP)
	if err != nil {
		return nil, err
	}
	if err := p.listening(floorHTTP); err != nil {
		p.stop()
		return nil, fmt.Errorf("floor: %w", err)
	}
	return &subject{name: "floor", http: floorHTTP, tcp: floorTCP, proc: p}, nil
}

// floor is the relay: one epoll instance, edge-triggered, and each socket's peer by its number.
type floor struct {
	ep     int
	origin unix.Sockaddr
	ln     map[int32]bool
	peer   []int32 // by fd; 0 = none
	buf    []byte
}

// maxFloorFD is more than any scenario opens.
const maxFloorFD = 1 << 16

// serveFloor relays from the listening addresses to the origin until the process is ended.
func serveFloor(origin string, listen ...string) error {
	ep, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return os.NewSyscallError("epoll_create1", err)
	}
	to, err := sockaddr(origin)
	if err != nil {
		return err
	}
	f := &floor{ep: ep, origin: to, ln: map[int32]bool{}, peer: make([]int32, maxFloorFD), buf: make([]byte, floorBuf)}
	for _, addr := range listen {
		ln, err := net.Listen("tcp", addr)
		if err != nil {
			return err
		}
		file, err := ln.(*net.TCPListener).File()
		if err != nil {
			return err
		}
		defer file.Close() // and keeps it from the collector until then
		fd := int(file.Fd())
		if err := unix.SetNonblock(fd, true); err != nil {
			return err
		}
		f.ln[int32(fd)] = true
		if err := f.watch(fd, 0); err != nil {
			return err
		}
	}
	return f.run()
}

func sockaddr(addr string) (unix.Sockaddr, error) {
	ap, err := netip.ParseAddrPort(addr)
	if err != nil {
		return nil, err
	}
	return &unix.SockaddrInet4{Port: int(ap.Port()), Addr: ap.Addr().As4()}, nil
}

func (f *floor) watch(fd int, more uint32) error {
	return unix.EpollCtl(f.ep, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN | more, Fd: int32(fd)})
}

func (f *floor) run() error {
	events := make([]unix.EpollEvent, 256)
	for {
		n, err := unix.EpollWait(f.ep, events, -1)
		if err != nil && err != unix.EINTR {
			return os.NewSyscallError("epoll_wait", err)
		}
		for _, e := range events[:max(n, 0)] {
			if f.peer[e.Fd] != 0 {
				f.move(e.Fd, f.peer[e.Fd])
			} else if !f.ln[e.Fd] {
				continue // closed in this turn
			} else if err := f.accept(int(e.Fd)); err != nil {
				return err
			}
		}
	}
}

// accept takes a client and connects to the origin for it.
func (f *floor) accept(ln int) error {
	c, _, err := unix.Accept4(ln, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
	if err != nil {
		return nil // gone again
	}
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	if err := unix.Connect(s, f.origin); err != nil { // blocking: it is the loopback
		return fmt.Errorf("connect to the origin: %w", err)
	}
	if max(c, s) >= maxFloorFD {
		return unix.EMFILE
	}
	f.peer[c], f.peer[s] = int32(s), int32(c)
	for _, fd := range []int{c, s} {
		unix.SetNonblock(fd, true)
		unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
		if err := f.watch(fd, unix.EPOLLRDHUP|unix.EPOLLET); err != nil {
			return err
		}
	}
	return nil
}

// move takes what a socket has to its peer. What a full peer does not take is lost, and the pair with it: the requests and
// answers of the small scenarios always fit, and of the others the floor knows nothing.
func (f *floor) move(fd, to int32) {
	p := uintptr(unsafe.Pointer(&f.buf[0]))
	n, _, e := syscall.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), p, floorBuf, 0, 0, 0)
	if e == unix.EAGAIN {
		return
	}
	if e == 0 && n > 0 {
		if m, _, e := syscall.RawSyscall6(unix.SYS_SENDTO, uintptr(to), p, n, unix.MSG_NOSIGNAL, 0, 0); e == 0 && m == n {
			return
		}
	}
	f.peer[fd], f.peer[to] = 0, 0
	unix.Close(int(fd))
	unix.Close(int(to))
}
