package h2mux

import (
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"io"

	"weir/internal/http1"
	"weir/internal/loop"
	"weir/internal/message"
)

// response is what becomes of the HTTP/1 that is written to a stream.
//
//	head ─► length ──► done
//	     ├► chunks ──► done
//	     ├► open ────► done     ended by the close: a body without a length, or a tunnel
//	     └► done
type response struct {
	state    outState
	method   message.MethodID
	parser   http1.Parser
	resp     message.Response
	head     []byte // of a head that came in pieces
	left     int64
	chunks   http1.ChunkReader
	trailers message.Fields

	upgrade bool   // a 101 is expected, and sent as 200
	accept  string // the proof that its Sec-WebSocket-Accept must be; "" = none is asked for
}

type outState uint8

const (
	outHead outState = iota
	outLength
	outChunks
	outOpen
	outDone
)

func (r *response) begin(method string) { r.method = message.LookupMethod([]byte(method)) }
func (r *response) over() bool          { return r.state == outDone }
func (r *response) open() bool          { return r.state == outOpen }

// errResponse says that what was written is no response: the stream fails.
var errResponse = errors.New("not an HTTP/1 response")

// write takes as much of the response as there is room for.
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
	return len(p), nil // behind the end: of a response without a body
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
	n, err := r.parser.Response(b, &r.resp, r.method, headLimits)
	if err == http1.ErrIncomplete {
		if had == 0 {
			r.head = append(r.head, p...)
		}
		return len(p), nil
	}
	if err != nil {
		return 0, errResponse
	}
	r.parser = http1.Parser{}
	err = st.sendHead()
	r.head = r.head[:0]
	return n - had, err
}

// headLimits let every head through that the frontend writes.
var headLimits = http1.Limits{HeadBytes: 1 << 20, Fields: 4096}

func (st *stream) sendHead() error {
	r, h := &st.out, st.m.h
	status := r.resp.Status
	switch {
	case status == 101:
		if !r.upgrade || r.accept != "" && string(r.resp.Get(message.SecWebSocketAccept)) != r.accept {
			return errResponse
		}
		r.resp.Fields.Del(message.SecWebSocketAccept)
		h.WriteHead(st.s, 200, r.resp.Fields, false)
		r.state = outOpen
		return nil
	case status < 200:
		h.WriteHead(st.s, status, r.resp.Fields, false)
		return nil
	case r.method == message.MethodConnect && status < 300:
		h.WriteHead(st.s, status, r.resp.Fields, false)
		r.state = outOpen
		return nil
	}
	st.raw = false // an upgrade that was declined
	r.state, r.left = outDone, r.resp.ContentLength
	switch r.resp.Framing {
	case message.Length:
		if r.left > 0 {
			r.state = outLength
		}
	case message.Chunked:
		r.state = outChunks
		r.chunks.Trailers = &r.trailers
	case message.UntilClose:
		r.state = outOpen
	}
	h.WriteHead(st.s, status, r.resp.Fields, r.state == outDone)
	return nil
}

// takeChunks takes a piece of a chunked body: no more of it than there is room for, so that nothing is held here. Where there is none,
// what is no data may still pass: the end of the body, above all.
func (st *stream) takeChunks(p []byte) (int, error) {
	r, h := &st.out, st.m.h
	free := h.Room(st.s)
	if free == 0 {
		look := r.chunks
		data, n, err := look.Next(p)
		if len(data) > 0 || n == 0 && err == http1.ErrIncomplete {
			return 0, loop.ErrAgain
		}
		r.chunks = look
		return n, st.endChunks(nil, err)
	}
	data, n, err := r.chunks.Decode(p[:min(len(p), free)])
	return n, st.endChunks(data, err)
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
		return errResponse
	case len(data) > 0:
		h.WriteData(st.s, data, false)
	}
	return nil
}

// acceptOf is the proof for a key (RFC 6455, 4.2.2).
func acceptOf(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}
