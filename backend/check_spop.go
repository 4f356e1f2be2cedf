package backend

import "encoding/binary"

// spopHello is HAPROXY-HELLO with healthcheck set (SPOE specification, 3.2.4): a length, the type of the frame, flags, the
// numbers of a stream and a frame, and pairs of names and typed values.
const spopHello = "\x00\x00\x00\x4e" + "\x01\x00\x00\x00\x01\x00\x00" +
	"\x12supported-versions\x08\x032.0" + "\x0emax-frame-size\x03\xfc\xf0\x06" + "\x0ccapabilities\x08\x00" + "\x0bhealthcheck\x11"

// The types of frames and of values.
const (
	spopAgentHello      = 101
	spopAgentDisconnect = 102
	spopBool            = 1
	spopUint64          = 5
	spopIPv4            = 6
	spopIPv6            = 7
	spopString          = 8
	spopBinary          = 9
)

// judgeSPOP reads AGENT-HELLO, or AGENT-DISCONNECT with the reason.
func judgeSPOP(got []byte) (checkResult, bool) {
	const strange = "invalid frame received"
	if len(got) < 4 {
		return unsure, false
	}
	n := binary.BigEndian.Uint32(got)
	if n < 7 || n > maxCheckBody {
		return wrong(checkL7RSP, -1, strange)
	}
	if uint32(len(got)-4) < n {
		return unsure, false
	}
	frame := got[4 : 4+n]
	pairs, ok := spopPairs(frame[5:])
	switch {
	case !ok:
		return wrong(checkL7RSP, -1, strange)
	case frame[0] == spopAgentDisconnect:
		return wrong(checkL7RSP, -1, "agent disconnected: "+pairs["message"])
	case frame[0] != spopAgentHello:
		return wrong(checkL7RSP, -1, strange)
	case len(pairs["version"]) < 2 || pairs["version"][:2] != "2.":
		return wrong(checkL7RSP, -1, "unsupported version")
	}
	return good(0, "SPOA server is ok")
}

// spopPairs reads the numbers of stream and frame, and then the texts among the pairs.
func spopPairs(b []byte) (map[string]string, bool) {
	pairs := map[string]string{}
	for range 2 {
		_, n := spopInt(b)
		if n == 0 {
			return nil, false
		}
		b = b[n:]
	}
	for len(b) > 0 {
		name, rest, ok := spopText(b)
		if !ok || len(rest) == 0 {
			return nil, false
		}
		kind := rest[0] & 0x0f
		var val string
		if val, b, ok = spopValue(kind, rest[1:]); !ok {
			return nil, false
		}
		pairs[name] = val
	}
	return pairs, true
}

// spopValue passes over a value, and returns it where it is a text.
func spopValue(kind byte, b []byte) (val string, rest []byte, ok bool) {
	size := 0
	switch {
	case kind <= spopBool:
	case kind <= spopUint64:
		if _, size = spopInt(b); size == 0 {
			return "", nil, false
		}
	case kind == spopIPv4:
		size = 4
	case kind == spopIPv6:
		size = 16
	case kind == spopString || kind == spopBinary:
		return spopText(b)
	default:
		return "", nil, false
	}
	if len(b) < size {
		return "", nil, false
	}
	return "", b[size:], true
}

func spopText(b []byte) (text string, rest []byte, ok bool) {
	n, size := spopInt(b)
	if size == 0 || n > uint64(len(b)-size) {
		return "", nil, false
	}
	return string(b[size : size+int(n)]), b[size+int(n):], true
}

// spopInt reads a number of variable length (SPOE specification, 3.1); size is 0 where it is not one.
func spopInt(b []byte) (n uint64, size int) {
	if len(b) == 0 {
		return 0, 0
	}
	if b[0] < 0xf0 {
		return uint64(b[0]), 1
	}
	n = uint64(b[0])
	shift := 4
	for i := 1; i < len(b) && shift < 64; i++ {
		n += uint64(b[i]) << shift
		if b[i] < 0x80 {
			return n, i + 1
		}
		shift += 7
	}
	return 0, 0
}
