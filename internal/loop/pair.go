package loop

import (
	"fmt"
	"net/netip"
	"strconv"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A pair ("sockpair@", HAProxy manual, 4.2, bind) is a connected unix socket over which connections are handed from one process to another, each as
// a descriptor (SCM_RIGHTS, unix(7)): whoever connects makes a new pair of sockets, keeps one and sends the other.

// errNoMore is takeFD's where the other end is closed: nothing will ever come again.
const errNoMore = unix.EPIPE

// PairAddr is the other end of the pair whose one end is the descriptor fd.
func PairAddr(fd int) *Addr { return &Addr{Family: unix.AF_UNIX, pair: true, fd: fd} }

func (a *Addr) pairText() string { return "sockpair@" + strconv.Itoa(a.fd) }

// ListenPair takes connections over an inherited socket of a pair.
func ListenPair(fd int) (*Listener, error) {
	if domain, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_DOMAIN); err != nil || domain != unix.AF_UNIX {
		return nil, fmt.Errorf("fd %d is not a unix socket", fd)
	}
	if _, err := unix.Getpeername(fd); err != nil {
		return nil, fmt.Errorf("fd %d is not connected", fd)
	}
	if err := takeOver(fd); err != nil {
		return nil, err
	}
	return newListener(PairAddr(fd), fd), nil
}

// dialPair makes a connection and hands its other end over.
func (l *Loop) dialPair(t *Task, a *Addr, deadline int64) (*Conn, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fds[1])
	rights := unix.UnixRights(fds[1])
	for {
		err := unix.Sendmsg(a.fd, []byte{0}, rights, nil, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
		switch {
		case err == nil:
			return l.NewConn(fds[0], netip.AddrPort{}), nil
		case err == unix.EINTR:
			continue
		case err == unix.EAGAIN && l.now < deadline:
			t.Sleep(min(unixRetry, time.Duration(deadline-l.now)))
			continue
		case err == unix.EAGAIN:
			err = ErrTimeout
		}
		unix.Close(fds[0])
		return nil, err
	}
}

// takeFD takes one connection that was handed over; unix.EAGAIN when there is none.
func takeFD(fd int) (int, netip.AddrPort, unix.Errno) {
	var data [64]byte // what goes with the descriptor says nothing
	var rights [64]byte
	iov := unix.Iovec{Base: &data[0], Len: uint64(len(data))}
	for {
		h := unix.Msghdr{Iov: &iov, Iovlen: 1, Control: &rights[0], Controllen: uint64(len(rights))}
		n, _, e := syscall.RawSyscall6(unix.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(&h)), unix.MSG_DONTWAIT|unix.MSG_CMSG_CLOEXEC, 0, 0, 0)
		switch {
		case e == unix.EINTR:
			continue
		case e != 0:
			return -1, netip.AddrPort{}, e
		}
		if got := handed(rights[:h.Controllen]); got >= 0 {
			return got, peerAddr(got), 0
		}
		if n == 0 {
			return -1, netip.AddrPort{}, errNoMore
		}
	}
}

// handed finds the socket among the control messages, ready for use; -1 = there is none. Whatever else was handed over is closed.
func handed(control []byte) int {
	got := -1
	list, _ := unix.ParseSocketControlMessage(control)
	for i := range list {
		fds, err := unix.ParseUnixRights(&list[i])
		if err != nil {
			continue
		}
		for _, fd := range fds {
			typ, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TYPE)
			if got >= 0 || err != nil || typ != unix.SOCK_STREAM || unix.SetNonblock(fd, true) != nil {
				unix.Close(fd)
				continue
			}
			got = fd
		}
	}
	return got
}

// peerAddr is the address of a TCP socket's other end, which gets its delay taken away as an accepted one has; invalid for any other.
func peerAddr(fd int) netip.AddrPort {
	var rsa unix.RawSockaddrAny
	n := uint32(unix.SizeofSockaddrAny)
	if _, _, e := unix.RawSyscall(unix.SYS_GETPEERNAME, uintptr(fd), uintptr(unsafe.Pointer(&rsa)), uintptr(unsafe.Pointer(&n))); e != 0 {
		return netip.AddrPort{}
	}
	ap := addrPort(&rsa)
	if ap.IsValid() {
		rawSetInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	}
	return ap
}
