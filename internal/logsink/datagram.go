package logsink

import (
	"net/netip"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// redialAfter is how long a socket that could not be connected is left alone: with no syslog daemon there, a
// line must cost nothing.
const redialAfter = time.Second

// roomWait is how long the writer goroutine waits for room in a full socket. Linux gives a unix socket room for ten datagrams
// (net.unix.max_dgram_qlen): the lines of a few milliseconds, which a busy daemon needs a moment to read. The rings take in
// what comes meanwhile.
const roomWait = 20 * time.Millisecond

// datagram sends each message as one datagram and loses it where the receiver is slower than we are.
type datagram struct {
	sndbuf int // 0 = the kernel's
	addr   unix.Sockaddr
	fd     int // -1 = not connected
	retry  time.Time
	why    complaint
	stuck  bool // nothing was read during a whole wait: until something is, none is worth while
}

func unixAddr(path string) unix.Sockaddr { return &unix.SockaddrUnix{Name: path} }

func inetAddr(a netip.AddrPort) unix.Sockaddr {
	if a.Addr().Is4() {
		return &unix.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().As4()}
	}
	return &unix.SockaddrInet6{Port: int(a.Port()), Addr: a.Addr().As16()}
}

func newDatagram(addr unix.Sockaddr, sndbuf int, why complaint) *datagram {
	return &datagram{addr: addr, fd: -1, sndbuf: sndbuf, why: why}
}

func (d *datagram) limit() int { return defaultLen }

func (d *datagram) flush() {}

func (d *datagram) write(msg []byte) bool {
	for range 3 {
		if d.fd < 0 && !d.connect() {
			return false
		}
		_, err := unix.Write(d.fd, msg)
		switch err {
		case nil:
			d.stuck = false
			return true
		case unix.EINTR:
		case unix.EAGAIN:
			if d.stuck || !d.room() {
				d.why.lost(errSlow)
				return false
			}
		case unix.ECONNREFUSED:
			// Over UDP it tells of an earlier datagram: this one was not sent, the next try is. On a unix socket
			// the daemon that we were connected to has ended; a new one has the same path.
			if _, ok := d.addr.(*unix.SockaddrUnix); ok {
				d.disconnect()
			}
		case unix.ENOTCONN, unix.ECONNRESET, unix.EPIPE, unix.EBADF:
			d.disconnect()
		default: // ENOBUFS: full; EMSGSIZE: never fits
			d.why.lost(err)
			return false
		}
	}
	return false
}

// room waits until the receiver has taken something.
func (d *datagram) room() bool {
	fds := []unix.PollFd{{Fd: int32(d.fd), Events: unix.POLLOUT}}
	n, err := unix.Poll(fds, int(roomWait.Milliseconds()))
	d.stuck = n == 0 && err == nil
	return !d.stuck
}

func (d *datagram) connect() bool {
	if now := time.Now(); now.Before(d.retry) {
		return false
	} else {
		d.retry = now.Add(redialAfter)
	}
	family := unix.AF_UNIX
	switch d.addr.(type) {
	case *unix.SockaddrInet4:
		family = unix.AF_INET
	case *unix.SockaddrInet6:
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		d.why.lost(err)
		return false
	}
	if d.sndbuf > 0 { // a wish: the kernel has a limit of its own
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, d.sndbuf)
	}
	if err := connectTo(fd, d.addr); err != nil {
		unix.Close(fd)
		d.why.lost(err)
		return false
	}
	d.fd, d.retry = fd, time.Time{}
	return true
}

func (d *datagram) disconnect() {
	unix.Close(d.fd)
	d.fd = -1
}

func (d *datagram) close(<-chan time.Time) bool {
	if d.fd >= 0 {
		d.disconnect()
	}
	return true
}

// connectTo is connect(2). An abstract name may be as long as the whole of sun_path, which x/sys does not take and syscall does.
func connectTo(fd int, addr unix.Sockaddr) error {
	if a, ok := addr.(*unix.SockaddrUnix); ok {
		return syscall.Connect(fd, &syscall.SockaddrUnix{Name: a.Name})
	}
	return unix.Connect(fd, addr)
}
