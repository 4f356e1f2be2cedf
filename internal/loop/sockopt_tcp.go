package loop

import (
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"
)

// setBuffers sets the sizes that are not 0. They are wishes: the kernel has limits of its own.
func setBuffers(fd, snd, rcv, notSent int) {
	if snd > 0 {
		rawSetInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, snd)
	}
	if rcv > 0 {
		rawSetInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, rcv)
	}
	if notSent > 0 {
		rawSetInt(fd, unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, notSent)
	}
}

// SetBuffers sets a connection's buffers, and how much may wait in the kernel that is not sent yet; 0 leaves each as it is.
func (c *Conn) SetBuffers(snd, rcv, notSent int) {
	if c.flags&flagLocal == 0 {
		setBuffers(int(c.fd), snd, rcv, notSent)
	}
}

func setTransparent(fd, family int) error {
	if family == unix.AF_INET6 {
		return asError(rawSetInt(fd, unix.IPPROTO_IPV6, unix.IPV6_TRANSPARENT, 1))
	}
	return asError(rawSetInt(fd, unix.IPPROTO_IP, unix.IP_TRANSPARENT, 1))
}

// maxMD5Key is the kernel's TCP_MD5SIG_MAXKEYLEN.
const maxMD5Key = 80

// md5Sig is the kernel's struct tcp_md5sig.
type md5Sig struct {
	addr   [128]byte // struct sockaddr_storage
	flags  uint8
	prefix uint8
	keyLen uint16
	index  uint32
	key    [maxMD5Key]byte
}

// md5FlagPrefix is the kernel's TCP_MD5SIG_FLAG_PREFIX.
const md5FlagPrefix = 1

// setMD5 signs the segments to and from a (RFC 2385). Port 0 means any.
func setMD5(fd int, a *Addr, key string) error { return md5(fd, a, key, 0) }

// setMD5Any signs the segments of every peer: for a listener.
func setMD5Any(fd, family int, key string) error {
	var any Addr
	any.Family = family
	binary.NativeEndian.PutUint16((*[2]byte)(unsafe.Pointer(&any.sa))[:], uint16(family))
	any.len = unix.SizeofSockaddrInet6
	return md5(fd, &any, key, md5FlagPrefix)
}

func md5(fd int, a *Addr, key string, flags uint8) error {
	if len(key) > maxMD5Key {
		return unix.EINVAL
	}
	s := md5Sig{flags: flags, keyLen: uint16(len(key))}
	copy(s.addr[:], unsafe.Slice((*byte)(unsafe.Pointer(&a.sa)), a.len))
	copy(s.key[:], key)
	opt := unix.TCP_MD5SIG
	if flags != 0 {
		opt = unix.TCP_MD5SIG_EXT
	}
	_, _, e := unix.RawSyscall6(unix.SYS_SETSOCKOPT, uintptr(fd), unix.IPPROTO_TCP, uintptr(opt), uintptr(unsafe.Pointer(&s)), unsafe.Sizeof(s), 0)
	return asError(e)
}
