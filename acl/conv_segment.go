package acl

// segmentConvs read a TCP segment (RFC 9293, 3.1), as ip.data gives it.
var segmentConvs = []conv{
	{"tcp.src", "", Bin, Int, convSegment(tcpFrom), nil, "a TCP segment's source port"},
	{"tcp.dst", "", Bin, Int, convSegment(tcpTo), nil, "a TCP segment's destination port"},
	{"tcp.seq", "", Bin, Int, convSegment(tcpSeq), nil, "a TCP segment's sequence number"},
	{"tcp.flags", "", Bin, Int, convSegment(tcpFlags), nil, "a TCP segment's eight flags, of which FIN is 1"},
	{"tcp.win", "", Bin, Int, convSegment(tcpWindow), nil, "a TCP segment's window, not scaled"},
	{"tcp.options_list", "", Bin, Bin, convSegment(tcpKinds), nil, "the kinds of a TCP segment's options, in their order"},
	{"tcp.options.mss", "", Bin, Int, convSegment(tcpMSS), nil, "the largest segment that a TCP segment's sender takes; 0 where it does not say"},
	{"tcp.options.wscale", "", Bin, Int, convSegment(tcpScale), nil, "a TCP segment's window scale; 0 without one"},
	{"tcp.options.wsopt", "", Bin, Int, convSegment(tcpHasScale), nil, "1 where a TCP segment has a window scale, else 0"},
	{"tcp.options.sack", "", Bin, Int, convSegment(tcpSACK), nil, "1 where a TCP segment permits selective acknowledgements, else 0"},
	{"tcp.options.tsopt", "", Bin, Int, convSegment(tcpHasTime), nil, "1 where a TCP segment has a timestamp, else 0"},
	{"tcp.options.tsval", "", Bin, Int, convSegment(tcpTime), nil, "a TCP segment's timestamp; no value without one"},
}

// segmentPart says what of a segment is asked for.
type segmentPart uint8

const (
	tcpFrom segmentPart = iota
	tcpTo
	tcpSeq
	tcpFlags
	tcpWindow
	tcpKinds
	tcpMSS
	tcpScale
	tcpHasScale
	tcpSACK
	tcpHasTime
	tcpTime
)

const tcpLeast = 20

// Kinds of options (RFC 9293, 3.2; RFC 7323; RFC 2018).
const (
	optEnd   = 0
	optNop   = 1
	optMSS   = 2
	optScale = 3
	optSACK  = 4
	optTime  = 8
)

func convSegment(part segmentPart) runConv {
	return func(c *Context, _ *args, s *Sample) bool {
		b := s.Bytes
		if len(b) < tcpLeast {
			return false
		}
		switch part {
		case tcpFrom:
			return s.setInt(be16(b))
		case tcpTo:
			return s.setInt(be16(b[2:]))
		case tcpSeq:
			return s.setInt(int64(bigEndian(b[4:8])))
		case tcpFlags:
			return s.setInt(int64(b[13]))
		case tcpWindow:
			return s.setInt(be16(b[14:]))
		}
		end := int(b[12]>>4) * 4
		if end < tcpLeast || end > len(b) {
			return false
		}
		return setOption(c, part, b[tcpLeast:end], s)
	}
}

func setOption(c *Context, part segmentPart, options []byte, s *Sample) bool {
	switch part {
	case tcpKinds:
		out := c.Arena.Open()
		for o, ok := nextOption(options); ok; o, ok = nextOption(o.rest) {
			out = append(out, o.kind)
		}
		return s.setBin(c.Arena.Seal(out))
	case tcpMSS:
		v, _ := findOption(options, optMSS, 2)
		return s.setInt(int64(bigEndian(v)))
	case tcpScale:
		v, _ := findOption(options, optScale, 1)
		return s.setInt(int64(bigEndian(v)))
	case tcpTime:
		v, ok := findOption(options, optTime, 8)
		return ok && s.setInt(int64(bigEndian(v[:4])))
	case tcpHasScale:
		return setHasOption(options, optScale, 1, s)
	case tcpSACK:
		return setHasOption(options, optSACK, 0, s)
	}
	return setHasOption(options, optTime, 8, s)
}

func setHasOption(options []byte, kind byte, size int, s *Sample) bool {
	_, ok := findOption(options, kind, size)
	if ok {
		return s.setInt(1)
	}
	return s.setInt(0)
}

// option is one option and what follows it.
type option struct {
	kind       byte
	data, rest []byte
}

// nextOption takes one off b; false at the end, and where it is cut or has an impossible length.
func nextOption(b []byte) (option, bool) {
	switch {
	case len(b) == 0 || b[0] == optEnd:
		return option{}, false
	case b[0] == optNop:
		return option{kind: optNop, rest: b[1:]}, true
	case len(b) < 2 || b[1] < 2 || int(b[1]) > len(b):
		return option{}, false
	}
	return option{b[0], b[2:b[1]], b[b[1]:]}, true
}

// findOption is the data of the first option of a kind that has the size it must have.
func findOption(b []byte, kind byte, size int) ([]byte, bool) {
	for o, ok := nextOption(b); ok; o, ok = nextOption(o.rest) {
		if o.kind == kind && len(o.data) == size {
			return o.data, true
		}
	}
	return nil, false
}
