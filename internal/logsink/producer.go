package logsink

import "sync/atomic"

// Producer is one loop's way to the writer. Every method is called on that loop only; none blocks or allocates.
type Producer struct {
	w       *Writer
	ring    *ring
	pos     uint64 // where the next record goes
	freed   uint64 // the consumer's head as last read
	full    bool   // Begin found no room
	pending bool   // lines were added since the last Flush
	spare   []byte // formatted into, and thrown away, while the ring is full
	dropped atomic.Uint64
}

func newProducer(w *Writer, size int) *Producer {
	return &Producer{w: w, ring: newRing(size), spare: make([]byte, 0, MaxLine)}
}

// Begin returns an empty slice of MaxLine bytes to append one line to, in the ring itself. The caller must call End with
// what it appended before it calls Begin again.
func (p *Producer) Begin() []byte {
	p.full = !p.ring.reserve(&p.pos, &p.freed)
	if p.full {
		return p.spare[:0]
	}
	return p.ring.room(p.pos)
}

// End hands line, without a line end, to the targets of r that take level l. It is dropped and counted where the ring is full.
// What a line has beyond MaxLine bytes is cut off.
func (p *Producer) End(line []byte, r Route, l Level) { p.EndSD(line, 0, r, l) }

// EndSD is End for a line whose first sd bytes are structured data (RFC 5424, 6.3), which the targets of that format alone have.
func (p *Producer) EndSD(line []byte, sd int, r Route, l Level) {
	if !r.Wants(l) || len(line) == 0 {
		return
	}
	if p.full {
		p.dropped.Add(1)
		p.pending = true // so that Flush wakes the writer, which makes room
		return
	}
	room := p.ring.room(p.pos)
	n := min(len(line), MaxLine)
	if room = room[:n]; &line[0] != &room[0] {
		copy(room, line) // it outgrew the room, or was made elsewhere
	}
	p.ring.putHeader(p.pos, n, min(sd, n), r.id, l, kindLine)
	p.pos = next(p.pos, n)
	p.ring.tail.Store(p.pos)
	p.pending = true
}

// Flush makes sure that the writer sees what was added. The loop calls it once at the end of a turn; it costs one or two
// loads unless the writer is asleep.
func (p *Producer) Flush() {
	if !p.pending {
		return
	}
	p.pending = false
	p.w.wakeFor(p.ring)
}
