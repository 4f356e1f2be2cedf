package proxyproto

import (
	"encoding/binary"
	"hash/crc32"
	"net/netip"
)

// The parts of a header of version 2.
const (
	sizeV2     = 16 // signature, version and command, family and protocol, length
	cmdLocal   = 0x20
	cmdProxy   = 0x21
	famUnspec  = 0x00
	famTCP4    = 0x11
	famUDP4    = 0x12
	famTCP6    = 0x21
	famUDP6    = 0x22
	famUnix    = 0x31
	famUnixDgm = 0x32
	sizeAddr4  = 2*4 + 2*2
	sizeAddr6  = 2*16 + 2*2
	sizeUnix   = 2 * 108
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func parseV2(b []byte) (Info, int, error) {
	if len(b) < sizeV2 {
		return Info{}, 0, ErrMore
	}
	cmd, fam := b[12], b[13]
	size := sizeV2 + int(binary.BigEndian.Uint16(b[14:]))
	switch {
	case cmd>>4 != cmdProxy>>4:
		return Info{}, 0, errVersion
	case cmd != cmdLocal && cmd != cmdProxy:
		return Info{}, 0, errCommand
	}
	// The halves of the octet: a family up to AF_UNIX, a protocol up to datagrams (2.2: others must be rejected).
	if fam>>4 > famUnix>>4 || fam&0xf > famUnixDgm&0xf {
		return Info{}, 0, errFamily
	}
	if len(b) < size {
		return Info{}, 0, ErrMore
	}
	info := Info{Version: 2, Local: cmd == cmdLocal}
	if info.Local { // whatever it holds is to be skipped
		return info, size, nil
	}
	err := info.block(fam, b[:size])
	return info, size, err
}

// block reads the addresses and what follows them.
func (i *Info) block(fam byte, head []byte) error {
	b := head[sizeV2:]
	n := addrSize(fam)
	if len(b) < n {
		return errLength
	}
	switch fam {
	case famTCP4:
		i.Src = addrPort(b[0:4], b[8:])
		i.Dst = addrPort(b[4:8], b[10:])
	case famTCP6:
		i.Src = addrPort(b[0:16], b[32:])
		i.Dst = addrPort(b[16:32], b[34:])
	case famUnix:
	default: // datagrams cannot have come over a stream, and UNSPEC says nothing
		i.Local = true
	}
	err := checkTLVs(b[n:], head)
	if err == nil {
		i.TLVs = TLVs(b[n:])
	}
	if fam == famUnspec && err != errCRC {
		return nil // what follows may be addresses of a kind that nobody knows
	}
	return err
}

// addrSize is how many octets the addresses of a family have.
func addrSize(fam byte) int {
	switch fam >> 4 {
	case famTCP4 >> 4:
		return sizeAddr4
	case famTCP6 >> 4:
		return sizeAddr6
	case famUnix >> 4:
		return sizeUnix
	}
	return 0
}

func addrPort(ip, port []byte) netip.AddrPort {
	a, _ := netip.AddrFromSlice(ip)
	return netip.AddrPortFrom(a.Unmap(), binary.BigEndian.Uint16(port))
}

// BeginV2 writes a header of version 2 up to its addresses. TLVs may follow it; FinishV2 ends it. An address that is no IP
// address makes the header one of an unspecified family.
func BeginV2(b []byte, src, dst netip.AddrPort) []byte {
	b = append(b, signature...)
	b = append(b, cmdProxy)
	if !src.IsValid() || !dst.IsValid() {
		return append(b, famUnspec, 0, 0)
	}
	s, d, v4 := sameFamily(src.Addr(), dst.Addr())
	if v4 {
		b = append(b, famTCP4, 0, 0)
	} else {
		b = append(b, famTCP6, 0, 0)
	}
	b = appendIP(appendIP(b, s), d)
	b = binary.BigEndian.AppendUint16(b, src.Port())
	return binary.BigEndian.AppendUint16(b, dst.Port())
}

func appendIP(b []byte, ip netip.Addr) []byte {
	if ip.Is4() {
		a := ip.As4()
		return append(b, a[:]...)
	}
	a := ip.As16()
	return append(b, a[:]...)
}

// AppendLocal writes a whole header of version 2 for a connection that is for the sender itself.
func AppendLocal(b []byte) []byte {
	b = append(b, signature...)
	return append(b, cmdLocal, famUnspec, 0, 0)
}

// FinishV2 ends the header that began at start, with a CRC32c over all of it where crc is set. false: it has become too long.
func FinishV2(b []byte, start int, crc bool) ([]byte, bool) {
	if crc {
		b = append(b, TypeCRC32C, 0, 4, 0, 0, 0, 0)
	}
	n := len(b) - start - sizeV2
	if n > 0xffff {
		return b, false
	}
	binary.BigEndian.PutUint16(b[start+14:], uint16(n))
	if crc {
		binary.BigEndian.PutUint32(b[len(b)-4:], crc32.Checksum(b[start:], castagnoli))
	}
	return b, true
}
