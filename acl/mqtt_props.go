package acl

import (
	"encoding/binary"
	"strconv"
)

// Where a property may stand.
const (
	inConnect = 1 << iota
	inWill
	inConnack
)

// Kinds of properties (MQTT 5.0, 2.2.2.2).
type mqttKind uint8

const (
	mqttNone mqttKind = iota
	mqttFlag          // a byte, 0 or 1
	mqttInt16
	mqttInt32
	mqttText
	mqttPair // two texts; may stand several times
)

const (
	mqttReceiveMax = 33
	mqttPacketMax  = 39
	mqttAuthMethod = 21
	mqttAuthData   = 22
	mqttUserProp   = 38
)

var mqttProps = [...]struct {
	kind mqttKind
	in   uint8
}{
	1: {mqttFlag, inWill}, 2: {mqttInt32, inWill}, 3: {mqttText, inWill}, 8: {mqttText, inWill}, 9: {mqttText, inWill},
	17: {mqttInt32, inConnect | inConnack}, 18: {mqttText, inConnack}, 19: {mqttInt16, inConnack},
	mqttAuthMethod: {mqttText, inConnect | inConnack}, mqttAuthData: {mqttText, inConnect | inConnack},
	23: {mqttFlag, inConnect}, 24: {mqttInt32, inWill}, 25: {mqttFlag, inConnect}, 26: {mqttText, inConnack},
	28: {mqttText, inConnack}, 31: {mqttText, inConnack}, mqttReceiveMax: {mqttInt16, inConnect | inConnack},
	34: {mqttInt16, inConnect | inConnack}, 36: {mqttFlag, inConnack}, 37: {mqttFlag, inConnack},
	mqttUserProp: {mqttPair, inConnect | inWill | inConnack}, mqttPacketMax: {mqttInt32, inConnect | inConnack},
	40: {mqttFlag, inConnack}, 41: {mqttFlag, inConnack}, 42: {mqttFlag, inConnack},
}

// property takes one; its value is without the length.
func (r *mqttReader) property() (id int, kind mqttKind, val []byte) {
	id = r.varint()
	if id < len(mqttProps) {
		kind = mqttProps[id].kind
	}
	switch kind {
	case mqttFlag:
		val = r.bytes(1)
		r.bad = r.bad || val[0] > 1
	case mqttInt16:
		val = r.bytes(2)
	case mqttInt32:
		val = r.bytes(4)
	case mqttText:
		val = r.text()
	case mqttPair:
		val = r.text()
		r.text()
	default:
		r.bad = true
	}
	return id, kind, val
}

// validMQTTProps reports whether each property is known, may stand there and does so once.
func validMQTTProps(b []byte, where uint8) bool {
	var seen uint64
	r := mqttReader{b: b}
	for len(r.b) > 0 {
		id, kind, val := r.property()
		if (id == mqttReceiveMax || id == mqttPacketMax) && isZero(val) {
			return false // nothing could be sent at all
		}
		if r.bad || mqttProps[id].in&where == 0 || kind != mqttPair && seen>>id&1 != 0 {
			return false
		}
		seen |= 1 << id
	}
	return seen>>mqttAuthData&1 == 0 || seen>>mqttAuthMethod&1 != 0
}

func isZero(b []byte) bool {
	for _, ch := range b {
		if ch != 0 {
			return false
		}
	}
	return true
}

// setMQTTProp finds a property; numbers become text.
func setMQTTProp(c *Context, b []byte, want int, s *Sample) bool {
	r := mqttReader{b: b}
	for len(r.b) > 0 && !r.bad {
		id, kind, val := r.property()
		if r.bad || id != want {
			continue
		}
		switch kind {
		case mqttText:
			return len(val) > 0 && s.setStr(val)
		case mqttFlag:
			return setDigits(c, uint64(val[0]), s)
		case mqttInt16:
			return setDigits(c, uint64(binary.BigEndian.Uint16(val)), s)
		case mqttInt32:
			return setDigits(c, uint64(binary.BigEndian.Uint32(val)), s)
		}
		return false
	}
	return false
}

// setDigits makes a text of a number.
func setDigits(c *Context, n uint64, s *Sample) bool {
	return s.setStr(c.Arena.Seal(strconv.AppendUint(c.Arena.Open(), n, 10)))
}
