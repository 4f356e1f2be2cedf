package logsink

import (
	"encoding/binary"
	"sync/atomic"
)

const (
	// MaxLine is how many bytes of a line are kept. A line's captures and request are bounded by configuration, so this
	// only keeps a mistake there from filling the ring.
	MaxLine = 16 << 10
	// ringSize is one loop's ring: at 100,000 lines/s of 300 bytes it holds 17 ms of them, three times what the
	// writer sleeps between two rounds. A power of two.
	ringSize = 512 << 10

	recordHeader = 16 // length (4), route (2), level (1), kind (1), length of the structured data (4), nothing (4)
	recordAlign  = 8
	kindLine     = 0
	kindPad      = 1 // the rest of the ring up to its end is not used
)

// ring is a queue of records from one producer to one consumer, without locks. A record is contiguous, so
// that the producer can format a line in its place.
//
// tail is stored by the producer only, head by the consumer only; both count bytes and never wrap.
type ring struct {
	buf  []byte
	_    [64]byte // keeps the two counters on cache lines of their own
	tail atomic.Uint64
	_    [56]byte
	head atomic.Uint64
	_    [56]byte
}

func newRing(size int) *ring { return &ring{buf: make([]byte, size)} }

func (r *ring) offset(pos uint64) int { return int(pos) & (len(r.buf) - 1) }

// reserve finds a contiguous room for a record of MaxLine bytes at or after *pos, moving *pos over the padding it
// needs. freed is the producer's copy of head, read anew only where the room seems to be used up.
func (r *ring) reserve(pos, freed *uint64) bool {
	const need = recordHeader + MaxLine
	pad := 0
	if rest := len(r.buf) - r.offset(*pos); rest < need {
		pad = rest
	}
	if !r.fits(*pos, *freed, pad+need) {
		*freed = r.head.Load()
		if !r.fits(*pos, *freed, pad+need) {
			return false
		}
	}
	if pad > 0 {
		r.putHeader(*pos, pad-recordHeader, 0, 0, 0, kindPad)
		*pos += uint64(pad)
	}
	return true
}

func (r *ring) fits(pos, freed uint64, n int) bool { return pos-freed+uint64(n) <= uint64(len(r.buf)) }

// room is where the line of a record at pos goes.
func (r *ring) room(pos uint64) []byte {
	at := r.offset(pos) + recordHeader
	return r.buf[at : at : at+MaxLine]
}

func (r *ring) putHeader(pos uint64, n, sd int, route uint16, l Level, kind byte) {
	b := r.buf[r.offset(pos):]
	binary.LittleEndian.PutUint32(b, uint32(n))
	binary.LittleEndian.PutUint16(b[4:], route)
	b[6], b[7] = byte(l), kind
	binary.LittleEndian.PutUint32(b[8:], uint32(sd))
}

// next is the position after a record of n bytes at pos.
func next(pos uint64, n int) uint64 {
	return pos + uint64(recordHeader+n+recordAlign-1)&^(recordAlign-1)
}

// drain calls fn for every record that was there when it began, frees each, and returns how many bytes it took.
func (r *ring) drain(fn func(route uint16, l Level, sd, line []byte)) int {
	begin, tail := r.head.Load(), r.tail.Load()
	for pos := begin; pos != tail; r.head.Store(pos) {
		b := r.buf[r.offset(pos):]
		n := int(binary.LittleEndian.Uint32(b))
		if b[7] == kindLine {
			sd := int(binary.LittleEndian.Uint32(b[8:]))
			line := b[recordHeader : recordHeader+n]
			fn(binary.LittleEndian.Uint16(b[4:]), Level(b[6]), line[:sd], line[sd:])
		}
		pos = next(pos, n)
	}
	return int(tail - begin)
}

func (r *ring) used() int { return int(r.tail.Load() - r.head.Load()) }
