package loop

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// TCPInfo is what the kernel knows of a TCP connection (tcp(7), TCP_INFO). Times are microseconds.
type TCPInfo struct {
	RTT, RTTVar, Unacked, Sacked, Lost, Retrans, Fackets, Reordering uint32
}

// TCPInfo asks the kernel, by a system call; false where c is no TCP connection.
func (c *Conn) TCPInfo() (TCPInfo, bool) {
	if c.fd < 0 {
		return TCPInfo{}, false
	}
	var x unix.TCPInfo
	n := uint32(unsafe.Sizeof(x))
	_, _, e := unix.RawSyscall6(unix.SYS_GETSOCKOPT, uintptr(c.fd), unix.IPPROTO_TCP, unix.TCP_INFO, uintptr(unsafe.Pointer(&x)), uintptr(unsafe.Pointer(&n)), 0)
	if e != 0 {
		return TCPInfo{}, false
	}
	return TCPInfo{x.Rtt, x.Rttvar, x.Unacked, x.Sacked, x.Lost, x.Retrans, x.Fackets, x.Reordering}, true
}

// Unsent is how many octets of what was sent the peer has not acknowledged (tcp(7), SIOCOUTQ), by a system call; 0 where the kernel does not say.
func (c *Conn) Unsent() int {
	if c.fd < 0 || c.below != nil {
		return 0
	}
	var n int32
	if _, _, e := unix.RawSyscall(unix.SYS_IOCTL, uintptr(c.fd), unix.TIOCOUTQ, uintptr(unsafe.Pointer(&n))); e != 0 {
		return 0
	}
	return int(n)
}

// AppendSavedSYN appends the SYN packet that began the connection, from its network header on. The kernel keeps it where the listener
// was told to (TCP_SAVE_SYN), and gives it once; false where there is none, or none any more.
func (c *Conn) AppendSavedSYN(dst []byte) ([]byte, bool) {
	if c.fd < 0 {
		return dst, false
	}
	var b [maxSYN]byte
	n := uint32(len(b))
	_, _, e := unix.RawSyscall6(unix.SYS_GETSOCKOPT, uintptr(c.fd), unix.IPPROTO_TCP, unix.TCP_SAVED_SYN, uintptr(unsafe.Pointer(&b)), uintptr(unsafe.Pointer(&n)), 0)
	if e != 0 || n == 0 {
		return dst, false
	}
	return append(dst, b[:n]...), true
}
