package frontend

import (
	"io"
	"math"

	"weir/internal/http1"
	"weir/internal/loop"
	"weir/internal/message"
)

// relay moves one message from one side to the other as its bytes come: the head that was put together anew, then
// the body, decoded from one framing and written in the other. It never suspends: step does what can be done now.
type relay struct {
	src, dst *loop.Conn
	win      *window // of src
	framing  message.Framing
	left     int64 // octets of the body still to come, as far as is known
	chunks   http1.ChunkReader
	trailers message.Fields
	chunked  bool   // write chunks
	bare     bool   // without trailers; set before begin
	pend     []byte // encoded and not yet taken by dst
	off      int
	flow     loop.Flow
	plain    bool // both sides are sockets without a codec between, and nosplice is not set: splice may be used

	moved int64 // octets of body taken from src, with its chunk lines
	sent  int64 // octets of head and body given to dst
	piped int64 // of them, through a pipe
	ended bool  // the body is complete; what is pending may still have to leave
	on    bool  // begun and not done
	dry   bool  // dst takes no more: the rest is read and forgotten
}

// status is what a relay waits for.
type status uint8

const (
	relayDone    status = iota
	relayMore           // used up its share of the turn
	relayNeedSrc        // for bytes
	relayNeedDst        // for room
	relaySrcEnd         // src ended before the body did
	relaySrcBad         // what src sent is malformed
	relayDstEnd         // dst is gone
	relayFull           // the window is full, and a head that it keeps takes a part of it: see release
)

// begin starts a message whose head, in the worker's scratch, is h. body tells what follows in win.
func (r *relay) begin(w *worker, h []byte, src, dst *loop.Conn, win *window, framing message.Framing, length int64, chunked bool) status {
	r.src, r.dst, r.win = src, dst, win
	r.framing, r.left, r.chunked = framing, length, chunked
	if framing == message.UntilClose {
		r.left = math.MaxInt64 // nobody knows: never "nothing", which splice would take for the end
	}
	r.chunks = http1.ChunkReader{}
	if framing == message.Chunked && chunked && !r.bare {
		r.trailers = r.trailers[:0]
		r.chunks.Trailers = &r.trailers
	}
	r.on, r.plain = true, !src.Layered() && !dst.Layered() && !w.noSplice
	r.ended = framing == message.NoBody || framing == message.Length && length == 0
	return r.first(w, h)
}

// first sends the head together with what is there of the body: in one packet where it fits.
func (r *relay) first(w *worker, h []byte) status {
	if r.ended || r.win.len() == 0 {
		return r.emit(h)
	}
	if r.framing == message.Chunked || r.chunked {
		out, st := r.decode(h)
		if st != relayDone {
			return st
		}
		return r.emit(out)
	}
	data := r.raw()
	if len(data) <= copyMax {
		r.take(len(data))
		return r.emit(append(h, data...))
	}
	n, err := r.dst.TrySend2(h, data)
	if err != nil && err != loop.ErrAgain {
		return relayDstEnd
	}
	r.sent += int64(n)
	if n < len(h) {
		r.hold(h[n:])
		return relayNeedDst
	}
	r.take(n - len(h))
	return relayDone
}

// step does what can be done now and says what it waits for.
func (r *relay) step(w *worker) status {
	if !r.on {
		return relayDone
	}
	// Both are counted: chunks of one octet cost much more to take than what they give to send.
	for burst := r.sent + r.moved + maxBurst; r.sent+r.moved < burst; {
		// 1st what was encoded, or is in the pipe.
		if st := r.flush(); st != relayDone {
			return st
		}
		if r.ended {
			r.on = false
			r.flow.Close(w.l)
			return relayDone
		}
		// 2nd what was received.
		if r.win.len() > 0 {
			if st := r.forward(w); st != relayDone {
				return st
			}
			// Only a chunked body may need more than is there: a line that is not complete. Of any other the rest stays in
			// the window until dst takes it, and what comes behind it, the source's end above all, has to wait.
			if r.framing != message.Chunked || r.win.len() == 0 || r.ended {
				continue
			}
		}
		// 3rd receive.
		if st := r.fill(w); st != relayDone {
			return st
		}
	}
	return relayMore
}

// fill gets more from src: into the pipe where much is to come, else into the window.
func (r *relay) fill(w *worker) status {
	var err error
	if r.splices() {
		var n int
		if n, err = r.flow.Fill(r.src, int(min(r.left, spliceStep))); err == nil {
			r.consume(n)
			return relayDone
		}
		if err != loop.ErrAgain && err != io.EOF && !r.src.Failed() {
			r.plain = false // no pipe to be had
			return relayDone
		}
	} else {
		r.win.ready(w.l)
		if r.win.full() {
			if r.win.lo > 0 {
				return relayFull
			}
			return relaySrcBad // a trailer section that does not fit
		}
		_, err = r.win.recv(r.src)
	}
	switch {
	case err == nil:
		return relayDone
	case err == loop.ErrAgain:
		r.flow.Close(w.l) // a pipe is two fds: it waits with nobody
		return relayNeedSrc
	case err == io.EOF && r.framing == message.UntilClose:
		r.finishUntilClose(w)
		return relayDone
	}
	return relaySrcEnd
}

func (r *relay) splices() bool {
	return r.plain && !r.chunked && !r.dry && !r.win.keep && r.win.len() == 0 &&
		(r.framing == message.Length && r.left >= spliceMin || r.framing == message.UntilClose && r.moved >= spliceMin)
}

func (r *relay) finishUntilClose(w *worker) {
	r.ended = true
	if r.chunked {
		r.hold(append(w.scratch[:0], http1.LastChunk...))
	}
}

// forward sends what the window holds.
func (r *relay) forward(w *worker) status {
	if r.framing == message.Chunked || r.chunked {
		out, st := r.decode(w.scratch[:0])
		if st != relayDone {
			return st
		}
		return r.emit(out)
	}
	if r.dry {
		r.take(len(r.raw()))
		return relayDone
	}
	n, err := r.dst.TrySend(r.raw())
	if err == loop.ErrAgain {
		return relayNeedDst
	}
	if err != nil {
		return relayDstEnd
	}
	r.sent += int64(n)
	r.take(n)
	return relayDone
}

// raw is what the window holds of a body that needs no decoding.
func (r *relay) raw() []byte {
	b := r.win.bytes()
	if r.framing == message.Length && int64(len(b)) > r.left {
		b = b[:r.left]
	}
	return b
}

// take removes n octets of raw body from the window.
func (r *relay) take(n int) {
	r.win.r += n
	r.consume(n)
}

func (r *relay) consume(n int) {
	r.moved += int64(n)
	if r.framing == message.Length {
		r.left -= int64(n)
		r.ended = r.left == 0
	}
}

// decode takes what the window holds and appends it to out in the framing of dst.
func (r *relay) decode(out []byte) ([]byte, status) {
	var data []byte
	if r.framing != message.Chunked {
		data = r.raw()
		r.take(len(data))
	} else if r.win.keep {
		return r.decodeKept(out)
	} else {
		d, n, err := r.chunks.Decode(r.win.bytes())
		r.win.r += n
		r.moved += int64(n)
		data = d
		if err == io.EOF {
			r.ended = true
		} else if err != nil && err != http1.ErrIncomplete {
			return nil, relaySrcBad
		}
	}
	if !r.chunked {
		return append(out, data...), relayDone
	}
	out = http1.AppendChunk(out, data)
	if r.ended {
		out = http1.AppendLastChunk(out, r.trailers)
	}
	return out, relayDone
}

// decodeKept is decode of chunks that may have to be sent again: they stay in the window as they came.
func (r *relay) decodeKept(out []byte) ([]byte, status) {
	for {
		data, n, err := r.chunks.Next(r.win.bytes())
		r.win.r += n
		r.moved += int64(n)
		if r.chunked {
			out = http1.AppendChunk(out, data)
		} else {
			out = append(out, data...)
		}
		switch {
		case err == nil:
			continue
		case err == io.EOF:
			r.ended = true
			if r.chunked {
				out = http1.AppendLastChunk(out, r.trailers)
			}
		case err != http1.ErrIncomplete:
			return nil, relaySrcBad
		}
		return out, relayDone
	}
}

// emit sends b, which is the worker's scratch, and holds what dst does not take.
func (r *relay) emit(b []byte) status {
	if len(b) == 0 || r.dry {
		return relayDone
	}
	n, err := r.dst.TrySend(b)
	if err != nil && err != loop.ErrAgain {
		return relayDstEnd
	}
	r.sent += int64(n)
	if n < len(b) {
		r.hold(b[n:])
		return relayNeedDst
	}
	return relayDone
}

func (r *relay) hold(b []byte) {
	if r.off == len(r.pend) {
		r.pend, r.off = r.pend[:0], 0
	}
	r.pend = append(r.pend, b...)
}

// flush sends what is held.
func (r *relay) flush() status {
	for r.off < len(r.pend) {
		n, err := r.dst.TrySend(r.pend[r.off:])
		if err == loop.ErrAgain {
			return relayNeedDst
		}
		if err != nil {
			return relayDstEnd
		}
		r.off += n
		r.sent += int64(n)
	}
	for r.flow.Inside() > 0 {
		n, err := r.flow.Drain(r.dst)
		if err == loop.ErrAgain {
			return relayNeedDst
		}
		if err != nil {
			return relayDstEnd
		}
		r.sent += int64(n)
		r.piped += int64(n)
	}
	return relayDone
}

// idle reports whether nothing is held or received: the buffer may go back while the relay waits.
func (r *relay) idle() bool { return r.off == len(r.pend) && r.flow.Inside() == 0 && r.win.len() == 0 }

// reset readies the relay for the next message.
func (r *relay) reset(l *loop.Loop) {
	r.flow.Close(l)
	if cap(r.pend) > pendKeep {
		r.pend = nil
	}
	*r = relay{pend: r.pend[:0], trailers: r.trailers[:0]}
}
