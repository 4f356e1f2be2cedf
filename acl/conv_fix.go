package acl

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// fixConvs read messages of FIX, the Financial Information eXchange: fields TAG=VALUE, each with a SOH after it.
var fixConvs = []conv{
	{"fix_is_valid", "", Bin, Bool, convFixValid, nil, "a FIX message with the right version, length and checksum; no value while it is incomplete"},
	{"fix_tag_value", "tag:str", Bin, Bin, convFixTag, fixFixTag, "a field of a FIX message, by its number or name"},
}

const (
	fixSOH = 1
	// fixLeast is the shortest message: before that many bytes nothing is said of it.
	fixLeast = len("8=FIX.4.4|9=5|35=A|10=180|")
)

// Tags of the standard header and trailer.
const (
	fixBeginString = 8
	fixBodyLength  = 9
	fixCheckSum    = 10
	fixMsgType     = 35
)

var fixTags = map[string]int64{
	"beginstring": fixBeginString, "bodylength": fixBodyLength, "checksum": fixCheckSum, "msgtype": fixMsgType,
	"sendercompid": 49, "targetcompid": 56,
}

var fixVersions = []string{"FIX.4.0", "FIX.4.1", "FIX.4.2", "FIX.4.3", "FIX.4.4", "FIXT.1.1"}

func fixFixTag(a *args) error {
	n, known := fixTags[strings.ToLower(a.str[0])]
	if !known {
		var err error
		if n, err = strconv.ParseInt(a.str[0], 10, 32); err != nil || n <= 0 {
			return errors.New("want a number, BeginString, BodyLength, MsgType, SenderCompID, TargetCompID or CheckSum")
		}
	}
	a.num = append(a.num, n)
	return nil
}

// fixState says how far a field could be read.
type fixState uint8

const (
	fixWhole fixState = iota
	fixPart           // its end has not come yet
	fixBad
)

// nextFix takes one field off b.
func nextFix(b []byte) (tag int64, val, rest []byte, state fixState) {
	end := bytes.IndexByte(b, fixSOH)
	if end < 0 {
		return 0, nil, nil, fixPart
	}
	tag, used := leadingInt(b[:end])
	if tag <= 0 || b[0] < '0' || b[used] != '=' { // b[end] is there: b[used] too
		return 0, nil, nil, fixBad
	}
	return tag, b[used+1 : end], b[end+1:], fixWhole
}

// convFixTag finds no field of a wrong message after what is wrong, and none behind the checksum. Like HAProxy it finds
// no empty ones.
func convFixTag(c *Context, a *args, s *Sample) bool {
	for b := s.Bytes; ; {
		tag, val, rest, state := nextFix(b)
		switch {
		case state == fixPart:
			c.More = !c.Final
			return false
		case state == fixBad:
			return false
		case tag == a.num[0]:
			return len(val) > 0 && s.setBin(val)
		case tag == fixCheckSum:
			return false
		}
		b = rest
	}
}

func convFixValid(c *Context, _ *args, s *Sample) bool {
	state := fixPart
	if len(s.Bytes) >= fixLeast {
		state = checkFix(s.Bytes)
	}
	if state == fixPart {
		c.More = !c.Final
		return false
	}
	return s.setBool(state == fixWhole)
}

// checkFix goes through the first message.
func checkFix(msg []byte) fixState {
	body, length := 0, int64(-1) // where the body begins, and how long it says to be
	b := msg
	for i := 0; ; i++ {
		tag, val, rest, state := nextFix(b)
		if state != fixWhole {
			return state
		}
		switch {
		case i < 3 && tag != [...]int64{fixBeginString, fixBodyLength, fixMsgType}[i]:
			return fixBad
		case i == 0 && !slices.Contains(fixVersions, string(val)):
			return fixBad
		case i == 1:
			length, body = fixNumber(val), len(msg)-len(rest)
		case tag == fixCheckSum:
			to := len(msg) - len(b)
			if int64(to-body) != length || len(val) != 3 || fixNumber(val) != int64(fixSum(msg[:to])) {
				return fixBad
			}
			return fixWhole
		}
		b = rest
	}
}

// fixNumber is -1 for what is no number.
func fixNumber(b []byte) int64 {
	n, used := leadingInt(b)
	if used == 0 || used < len(b) {
		return -1
	}
	return n
}

// fixSum is the sum of the bytes before the checksum field.
func fixSum(b []byte) (sum byte) {
	for _, ch := range b {
		sum += ch
	}
	return sum
}
