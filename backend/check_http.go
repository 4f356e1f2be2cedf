package backend

import (
	"io"

	"weir/internal/http1"
	"weir/internal/loop"
	"weir/internal/message"
)

// httpBody is the body of a check's response: as much of it as was asked for so far.
type httpBody struct {
	data   []byte // decoded
	raw    *loop.Buf
	from   int // what is not decoded yet: raw.B[from:to]
	to     int
	chunks http1.ChunkReader
	left   int64
	done   bool
}

// reset forgets the body and keeps its room.
func (b *httpBody) reset() {
	b.data, b.from, b.to, b.done = b.data[:0], 0, 0, false
	b.chunks = http1.ChunkReader{}
}

func (b *httpBody) drop(l *loop.Loop) {
	if b.raw != nil {
		l.PutBuf(b.raw)
		b.raw = nil
	}
	b.data = nil
}

// begin takes what came with the head.
func (b *httpBody) begin(r *checkRun) error {
	b.reset()
	b.left = r.resp.ContentLength
	b.done = r.resp.Framing == message.NoBody
	if r.n == r.head || b.done {
		return nil
	}
	if b.raw == nil {
		b.raw = r.c.loop.GetBuf()
	}
	b.to = copy(b.raw.B, r.in.B[r.head:r.n])
	return b.take(&r.resp)
}

// more reads on. io.EOF: the body has ended, or as much of it is there as is looked at.
func (b *httpBody) more(r *checkRun) error {
	if b.done || len(b.data) >= maxCheckBody {
		return io.EOF
	}
	if b.raw == nil {
		b.raw = r.c.loop.GetBuf()
	}
	b.to = copy(b.raw.B, b.raw.B[b.from:b.to])
	b.from = 0
	m, err := r.conn.Recv(r.t, b.raw.B[b.to:], r.deadline)
	switch {
	case err == io.EOF && r.resp.Framing == message.UntilClose:
		b.done = true
		return io.EOF
	case isReset(err):
		r.reset = err
		return io.ErrUnexpectedEOF
	case err == io.EOF:
		return io.ErrUnexpectedEOF
	case err != nil:
		return err
	}
	b.to += m
	return b.take(&r.resp)
}

// take decodes what is there.
func (b *httpBody) take(resp *message.Response) error {
	in := b.raw.B[b.from:b.to]
	switch resp.Framing {
	case message.UntilClose:
		b.data = append(b.data, in...)
		b.from = b.to
		return nil
	case message.Length:
		n := int(min(b.left, int64(len(in))))
		b.data = append(b.data, in[:n]...)
		b.from += n
		b.left -= int64(n)
		b.done = b.left == 0
		return nil
	}
	for {
		data, n, err := b.chunks.Next(b.raw.B[b.from:b.to])
		b.from += n
		b.data = append(b.data, data...)
		switch {
		case err == io.EOF:
			b.done = true
			return nil
		case err == http1.ErrIncomplete:
			return nil
		case err != nil:
			return err
		}
	}
}
