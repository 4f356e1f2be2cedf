package loop

import (
	"encoding/binary"
	"net"
	"net/netip"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// putSockaddr writes ap as the kernel wants it and returns its length. An IPv4-mapped address becomes plain IPv4.
func putSockaddr(rsa *unix.RawSockaddrAny, ap netip.AddrPort) uint32 {
	ip := ap.Addr().Unmap()
	if ip.Is4() {
		sa := (*unix.RawSockaddrInet4)(unsafe.Pointer(rsa))
		sa.Family, sa.Addr = unix.AF_INET, ip.As4()
		binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(&sa.Port))[:], ap.Port())
		return unix.SizeofSockaddrInet4
	}
	sa := (*unix.RawSockaddrInet6)(unsafe.Pointer(rsa))
	sa.Family, sa.Addr = unix.AF_INET6, ip.As16()
	binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(&sa.Port))[:], ap.Port())
	sa.Scope_id = zoneID(ip.Zone())
	return unix.SizeofSockaddrInet6
}

// zoneID is the index of the interface that a link-local address belongs to; 0 = none, or none of that name.
func zoneID(zone string) uint32 {
	if zone == "" {
		return 0
	}
	if n, err := strconv.ParseUint(zone, 10, 32); err == nil {
		return uint32(n)
	}
	ifi, err := net.InterfaceByName(zone)
	if err != nil {
		return 0
	}
	return uint32(ifi.Index)
}

// putUnix writes a path; 0 means that it is too long for the kernel.
func putUnix(rsa *unix.RawSockaddrAny, raw string, nul uint32) uint32 {
	sa := (*unix.RawSockaddrUnix)(unsafe.Pointer(rsa))
	sa.Family = unix.AF_UNIX
	if len(raw)+int(nul) > len(sa.Path) {
		return 0
	}
	for i := range len(raw) {
		sa.Path[i] = int8(raw[i])
	}
	return 2 + uint32(len(raw)) + nul
}

// addrPort reads what the kernel wrote; invalid for a unix socket.
func addrPort(rsa *unix.RawSockaddrAny) netip.AddrPort {
	switch rsa.Addr.Family {
	case unix.AF_INET:
		sa := (*unix.RawSockaddrInet4)(unsafe.Pointer(rsa))
		return netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(&sa.Port))[:]))
	case unix.AF_INET6:
		sa := (*unix.RawSockaddrInet6)(unsafe.Pointer(rsa))
		return netip.AddrPortFrom(netip.AddrFrom16(sa.Addr).Unmap(), binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(&sa.Port))[:]))
	}
	return netip.AddrPort{}
}

// localAddr asks the kernel for a socket's own address.
func localAddr(fd int) netip.AddrPort {
	var rsa unix.RawSockaddrAny
	n := uint32(unix.SizeofSockaddrAny)
	if _, _, e := unix.RawSyscall(unix.SYS_GETSOCKNAME, uintptr(fd), uintptr(unsafe.Pointer(&rsa)), uintptr(unsafe.Pointer(&n))); e != 0 {
		return netip.AddrPort{}
	}
	return addrPort(&rsa)
}
