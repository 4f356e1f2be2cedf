package h2mux

import (
	"errors"
	"io"

	"weir/internal/http1"
	"weir/internal/loop"
	"weir/internal/message"
)

// outgoing is what becomes of the HTTP/1 that is written to a stream.
//
//	head ─► length ──► done
//	     ├► chunks ──► done
//	     ├► open ────► done     ended by the close: a body without a length, or a tunnel
//	     └► done
type outgoing struct {
	state    outState
	method   message.MethodID
	parser   http1.Parser
	resp     message.Response // to a client
	req      message.Request  // to a server
	head     []byte           // of a head that came in pieces
	left     int64
	chunks   http1.ChunkReader
	trailers message.Fields

	upgrade bool   // a 101 is expected
	accept  string // the proof that its Sec-WebSocket-Accept must be, or will be; "" = none is asked for
}

type outState uint8

const (
	outHead outState = iota
	outLength
	outChunks
	outOpen
	outDone
)

func (r *outgoing) begin(method string) { r.method = message.LookupMethod([]byte(method)) }
func (r *outgoing) over() bool          { return r.state == outDone }
func (r *outgoing) open() bool          { return r.state == outOpen }

// errMessage says that what was written is no message that the stream may carry: the stream fails.
var errMessage = errors.New("not an HTTP/1 message of this stream")

// write takes as much of the message as there is room for.
func (st *stream) write(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		k, err := st.step(p[n:])
		n += k
		if err == loop.ErrAgain {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// step takes the next piece. ErrAgain: there is no room for it.
func (st *stream) step(p []byte) (int, error) {
	r := &st.out
	switch r.state {
	case outHead:
		return st.takeHead(p)
	case outLength:
		p = p[:min(int64(len(p)), r.left)]
		n := st.m.h.WriteData(st.s, p, int64(len(p)) == r.left)
		if r.left -= int64(n); r.left == 0 {
			r.state = outDone
		}
		return n, room(n)
	case outChunks:
		return st.takeChunks(p)
	case outOpen:
		n := st.m.h.WriteData(st.s, p, false)
		return n, room(n)
	}
	return len(p), nil // behind the end: of a message without a body
}

func room(n int) error {
	if n == 0 {
		return loop.ErrAgain
	}
	return nil
}

// takeHead takes a head, which usually comes whole, and sends it.
func (st *stream) takeHead(p []byte) (int, error) {
	r := &st.out
	b, had := p, len(r.head)
	if had > 0 {
		r.head = append(r.head, p...)
		b = r.head
	}
	n, err := st.parse(b)
	if err == http1.ErrIncomplete {
		if had == 0 {
			r.head = append(r.head, p...)
		}
		return len(p), nil
	}
	if err != nil {
		return 0, errMessage
	}
	r.parser = http1.Parser{}
	if err = st.sendHead(); err == loop.ErrAgain {
		r.head = r.head[:had]
		return 0, err
	}
	r.head = r.head[:0]
	return n - had, err
}

func (st *stream) parse(b []byte) (int, error) {
	r := &st.out
	if st.m.server {
		return r.parser.Request(b, &r.req, headLimits)
	}
	return r.parser.Response(b, &r.resp, r.method, headLimits)
}

// sendHead sends the head that was parsed. ErrAgain: not yet.
func (st *stream) sendHead() error {
	if st.m.server {
		return st.sendRequest()
	}
	return st.sendResponse()
}

// headLimits let every head through that the frontend writes.
var headLimits = http1.Limits{HeadBytes: 1 << 20, Fields: 4096}

// takeChunks takes a piece of a chunked body: no more of it than there is room for, so that nothing is held here. Where there is none,
// what is no data may still pass: the end of the body, above all, whose trailers are only taken whole.
func (st *stream) takeChunks(p []byte) (int, error) {
	r, free := &st.out, st.m.h.Room(st.s)
	if free > 0 {
		data, n, err := r.chunks.Decode(p[:min(len(p), free)])
		if n > 0 || err != http1.ErrIncomplete {
			return n, st.endChunks(data, err)
		}
	}
	look := r.chunks
	data, n, err := look.Next(p)
	if len(data) > 0 || n == 0 && err == http1.ErrIncomplete {
		return 0, loop.ErrAgain
	}
	r.chunks = look
	return n, st.endChunks(nil, err)
}

// endChunks sends data, for which there is room, and the end if err says that it is there.
func (st *stream) endChunks(data []byte, err error) error {
	r, h := &st.out, st.m.h
	switch {
	case err == io.EOF && len(r.trailers) > 0:
		h.WriteData(st.s, data, false)
		h.WriteTrailers(st.s, r.trailers)
		r.state = outDone
	case err == io.EOF:
		h.WriteData(st.s, data, true)
		r.state = outDone
	case err != nil && err != http1.ErrIncomplete:
		return errMessage
	case len(data) > 0:
		h.WriteData(st.s, data, false)
	}
	return nil
}
