package acl

import (
	"encoding/binary"
	"errors"
	"math"
	"strconv"
	"strings"
)

// protobufConvs read protocol buffers, also in gRPC's frames.
var protobufConvs = []conv{
	{"protobuf", "field:str,[type:str]", Bin, fromSample, convProtobuf, fixProtobuf, "a field by its number, or by dotted numbers in nested messages: its bytes, or an integer of a type"},
	{"ungrpc", "field:str,[type:str]", Bin, fromSample, convUngrpc, fixProtobuf, "as protobuf, of gRPC messages"},
}

// protoQuery is what protobuf and ungrpc were asked for.
type protoQuery struct {
	path  []uint64
	wire  int                // the wire type that the field must have; -1 = any
	value func([]byte) int64 // of the field's bytes; nil = they are the value
}

// Wire types (protobuf.dev, "Encoding").
const (
	wireVarint = 0
	wire64     = 1
	wireBytes  = 2
	wire32     = 5
)

var protoTypes = map[string]protoQuery{
	"":      {wire: -1},
	"int32": {wire: wireVarint, value: plainVarint}, "int64": {wire: wireVarint, value: plainVarint},
	"uint32": {wire: wireVarint, value: plainVarint}, "uint64": {wire: wireVarint, value: plainVarint},
	"bool": {wire: wireVarint, value: plainVarint}, "enum": {wire: wireVarint, value: plainVarint},
	"sint32": {wire: wireVarint, value: zigzag}, "sint64": {wire: wireVarint, value: zigzag},
	"fixed64":  {wire: wire64, value: func(b []byte) int64 { return int64(binary.LittleEndian.Uint64(b)) }},
	"sfixed64": {wire: wire64, value: func(b []byte) int64 { return int64(binary.LittleEndian.Uint64(b)) }},
	"double":   {wire: wire64, value: func(b []byte) int64 { return truncate(math.Float64frombits(binary.LittleEndian.Uint64(b))) }},
	"fixed32":  {wire: wire32, value: func(b []byte) int64 { return int64(binary.LittleEndian.Uint32(b)) }},
	"sfixed32": {wire: wire32, value: func(b []byte) int64 { return int64(int32(binary.LittleEndian.Uint32(b))) }},
	// HAProxy reads a negative float as an unsigned number.
	"float": {wire: wire32, value: func(b []byte) int64 {
		return int64(uint32(truncate(float64(math.Float32frombits(binary.LittleEndian.Uint32(b))))))
	}},
}

func plainVarint(b []byte) int64 {
	n, _ := binary.Uvarint(b)
	return int64(n)
}

func zigzag(b []byte) int64 {
	n, _ := binary.Varint(b)
	return n
}

// truncate is f without its fraction; what has no such integer is the smallest one.
func truncate(f float64) int64 {
	if f >= -1<<63 && f < 1<<63 {
		return int64(f)
	}
	return math.MinInt64
}

func fixProtobuf(a *args) error {
	q, ok := protoTypes[a.str[1]]
	if !ok {
		return errors.New("type: want int32, int64, uint32, uint64, sint32, sint64, bool, enum, fixed64, sfixed64, double, fixed32, sfixed32 or float")
	}
	for _, part := range strings.Split(a.str[0], ".") {
		n, err := strconv.ParseUint(part, 10, 29) // field numbers have 29 bits
		if err != nil || n == 0 {
			return errors.New("field: want numbers from 1 on, with dots between them")
		}
		q.path = append(q.path, n)
	}
	a.own = &q
	return nil
}

func convProtobuf(_ *Context, a *args, s *Sample) bool {
	return a.own.(*protoQuery).find(s.Bytes, 0, s)
}

// grpcHead is the size of a gRPC frame's head: a flag for compression and the message's length.
const grpcHead = 5

// convUngrpc looks through the messages that are there in full.
func convUngrpc(_ *Context, a *args, s *Sample) bool {
	for b := s.Bytes; len(b) >= grpcHead; {
		size := binary.BigEndian.Uint32(b[1:])
		b = b[grpcHead:]
		if uint64(size) > uint64(len(b)) {
			return false
		}
		if a.own.(*protoQuery).find(b[:size], 0, s) {
			return true
		}
		b = b[size:]
	}
	return false
}

// find looks in a message for the field that level of the path names.
func (q *protoQuery) find(b []byte, level int, s *Sample) bool {
	for len(b) > 0 {
		field, wire, val, rest, ok := protoField(b)
		if !ok {
			return false
		}
		b = rest
		switch {
		case field != q.path[level]:
		case level == len(q.path)-1:
			return q.set(wire, val, s)
		case wire == wireBytes && q.find(val, level+1, s):
			return true
		}
	}
	return false
}

func (q *protoQuery) set(wire int, val []byte, s *Sample) bool {
	switch {
	case q.value == nil:
		return s.setBin(val)
	case wire != q.wire:
		return false
	}
	return s.setInt(q.value(val))
}

// protoField takes one field off a message.
func protoField(b []byte) (field uint64, wire int, val, rest []byte, ok bool) {
	tag, n := binary.Uvarint(b)
	if n <= 0 {
		return
	}
	b = b[n:]
	field, wire = tag>>3, int(tag&7)
	size := 0
	switch wire {
	case wireVarint:
		_, size = binary.Uvarint(b)
	case wire64:
		size = 8
	case wire32:
		size = 4
	case wireBytes:
		length, n := binary.Uvarint(b)
		if n <= 0 || length > uint64(len(b)-n) {
			return
		}
		b, size = b[n:], int(length)
	default: // groups are long gone
		return
	}
	if size < 0 || size > len(b) || wire == wireVarint && size == 0 {
		return
	}
	return field, wire, b[:size], b[size:], true
}
