package http2

import "encoding/binary"

// Preface is what a client's connection begins with (RFC 9113, 3.4).
const Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

type frameType uint8

const (
	frameData         frameType = 0x0
	frameHeaders      frameType = 0x1
	framePriority     frameType = 0x2
	frameReset        frameType = 0x3
	frameSettings     frameType = 0x4
	framePush         frameType = 0x5
	framePing         frameType = 0x6
	frameGoAway       frameType = 0x7
	frameWindow       frameType = 0x8
	frameContinuation frameType = 0x9
)

const (
	flagEndStream  = 0x1
	flagAck        = 0x1
	flagEndHeaders = 0x4
	flagPadded     = 0x8
	flagPriority   = 0x20
)

const headerLen = 9

// header is a frame's (RFC 9113, 4.1).
type header struct {
	length int
	typ    frameType
	flags  uint8
	stream uint32
}

func parseHeader(b []byte) header {
	return header{
		length: int(b[0])<<16 | int(b[1])<<8 | int(b[2]), typ: frameType(b[3]), flags: b[4],
		stream: binary.BigEndian.Uint32(b[5:]) & 0x7fffffff,
	}
}

func appendHeader(dst []byte, length int, typ frameType, flags uint8, stream uint32) []byte {
	return append(dst, byte(length>>16), byte(length>>8), byte(length), byte(typ), flags,
		byte(stream>>24), byte(stream>>16), byte(stream>>8), byte(stream))
}

func append32(dst []byte, n uint32) []byte { return binary.BigEndian.AppendUint32(dst, n) }

func appendReset(dst []byte, stream uint32, code ErrCode) []byte {
	return append32(appendHeader(dst, 4, frameReset, 0, stream), uint32(code))
}

func appendWindow(dst []byte, stream uint32, n int) []byte {
	return append32(appendHeader(dst, 4, frameWindow, 0, stream), uint32(n))
}

func appendGoAway(dst []byte, last uint32, code ErrCode) []byte {
	return append32(append32(appendHeader(dst, 8, frameGoAway, 0, 0), last), uint32(code))
}

// settings (RFC 9113, 6.5.2; RFC 8441, 3).
const (
	setTableSize  = 0x1
	setPush       = 0x2
	setStreams    = 0x3
	setWindow     = 0x4
	setFrameSize  = 0x5
	setHeaderList = 0x6
	setConnect    = 0x8
)

func appendSetting(dst []byte, id uint16, value int) []byte {
	return append32(binary.BigEndian.AppendUint16(dst, id), uint32(value))
}
