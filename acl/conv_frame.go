package acl

// frameConvs read an Ethernet frame (IEEE 802.3), as fc_saved_syn gives it where tcp-ss is 2.
var frameConvs = []conv{
	{"eth.hdr", "", Bin, Bin, convFrame(ethHeader), nil, "the header of an Ethernet frame, with its VLAN tags"},
	{"eth.data", "", Bin, Bin, convFrame(ethData), nil, "what follows the header of an Ethernet frame"},
	{"eth.dst", "", Bin, Bin, convFrame(ethTo), nil, "the six bytes of an Ethernet frame's destination"},
	{"eth.src", "", Bin, Bin, convFrame(ethFrom), nil, "the six bytes of an Ethernet frame's source"},
	{"eth.proto", "", Bin, Int, convFrame(ethProto), nil, "an Ethernet frame's EtherType, behind its VLAN tags"},
	{"eth.vlan", "", Bin, Int, convFrame(ethVLAN), nil, "the last VLAN of an Ethernet frame; no value without one"},
}

// framePart says what of a frame is asked for.
type framePart uint8

const (
	ethHeader framePart = iota
	ethData
	ethTo
	ethFrom
	ethProto
	ethVLAN
)

const (
	ethAddrLen = 6
	ethTypeAt  = 2 * ethAddrLen
	ethTagLen  = 4 // a VLAN tag (IEEE 802.1Q): the type, and priority and number
	vlanMask   = 0xfff
)

// isVLAN reports whether the type is that of a tag: of 802.1Q, 802.1ad, or the one that was used before 802.1ad.
func isVLAN(kind int64) bool { return kind == 0x8100 || kind == 0x88a8 || kind == 0x9100 }

func convFrame(part framePart) runConv {
	return func(_ *Context, _ *args, s *Sample) bool {
		b := s.Bytes
		at, vlan := ethTypeAt, int64(-1)
		for len(b) >= at+ethTagLen && isVLAN(be16(b[at:])) {
			vlan = be16(b[at+2:]) & vlanMask
			at += ethTagLen
		}
		end := at + 2
		if len(b) < end || isVLAN(be16(b[at:])) {
			return false
		}
		switch part {
		case ethHeader:
			return s.setBin(b[:end])
		case ethData:
			return s.setBin(b[end:])
		case ethTo:
			return s.setBin(b[:ethAddrLen])
		case ethFrom:
			return s.setBin(b[ethAddrLen:ethTypeAt])
		case ethProto:
			return s.setInt(be16(b[at:]))
		}
		return vlan >= 0 && s.setInt(vlan)
	}
}

func be16(b []byte) int64 { return int64(bigEndian(b[:2])) }
