package http1

import (
	"io"

	"weir/internal/message"
)

// ChunkReader decodes a chunked body (RFC 9112, 7.1) that comes in any pieces. The zero value is ready.
//
//	for {
//		data, n, err := c.Next(buf[r:w])
//		r += n
//		// data is body: forward it at once, it may be a part of a chunk
//		if err == io.EOF { break } // the body has ended; buf[r:w] is the next message
//		if err == http1.ErrIncomplete { read more behind w }
//	}
//
// The state of a chunk line, in the order of its octets:
//
//	size -> [space ->] [ext ->] sizeLF -> data -> dataCR -> dataLF -> size ...
//	size 0 -> ... sizeLF -> trailers -> done
type ChunkReader struct {
	// Trailers takes the trailer fields, which point into the buffer that Next was given last; nil drops them.
	Trailers *message.Fields

	left     int64 // octets of data of this chunk that are still to come
	scan     Parser
	ext      uint16 // octets of this chunk's extensions
	extTotal uint16 // of all chunks
	digits   uint8
	state    chunkState
}

type chunkState uint8

const (
	inSize chunkState = iota
	inSpace
	inExtStart // after a ";": white space or the first octet of a name
	inExtName
	inExtNameEnd // white space after a name
	inExtValStart
	inExtVal
	inExtQuoted
	inExtQuotedPair
	inExtQuotedEnd
	inExtValEnd // white space after a value
	inSizeLF
	inData
	inDataCR
	inDataLF
	inTrailers
	inDone
)

var chunkStateNames = [...]string{"size", "space", "ext", "ext_name", "ext_name_end", "ext_value", "ext_token", "ext_quoted", "ext_quoted_pair", "ext_quoted_end", "ext_value_end", "size_lf", "data", "data_cr", "data_lf", "trailers", "done"}

func (s chunkState) String() string { return chunkStateNames[s] }

// Done reports whether the body has ended.
func (c *ChunkReader) Done() bool { return c.state == inDone }

// Next takes the next piece off buf: n octets, of which data (a slice of buf, perhaps nil) is body. The error is nil
// with data, ErrIncomplete when buf has nothing more to give (the caller keeps buf[n:], if any, and reads more
// behind it), io.EOF once the body has ended, or a *Error.
func (c *ChunkReader) Next(buf []byte) (data []byte, n int, err error) {
	for n < len(buf) && c.state != inDone {
		switch c.state {
		case inData:
			data = buf[n : n+int(min(c.left, int64(len(buf)-n)))] // n + left may overflow
			c.left -= int64(len(data))
			if c.left == 0 {
				c.state = inDataCR
			}
			return data, n + len(data), nil
		case inTrailers:
			t, err := c.trailers(buf[n:])
			if err != nil {
				return nil, n, err
			}
			n += t
			c.state = inDone
		default:
			if err := c.step(buf[n]); err != nil {
				return nil, n, err
			}
			n++
		}
	}
	if c.state == inDone {
		return nil, n, io.EOF
	}
	return nil, n, ErrIncomplete
}

// Decode is Next for all of buf at once: the data of every chunk in it is moved together, so that a body of small
// chunks leaves in one large one. The result is a slice of buf; with data the error may be nil, ErrIncomplete or
// io.EOF. Bytes between the data and buf[n:] are destroyed.
func (c *ChunkReader) Decode(buf []byte) (data []byte, n int, err error) {
	for {
		piece, k, err := c.Next(buf[n:])
		n += k
		switch {
		case len(data) == 0:
			data = piece
		case len(piece) > 0:
			data = append(data, piece...) // in place: data lies before piece in buf
		}
		if err != nil {
			return data, n, err
		}
		if n == len(buf) {
			return data, n, nil
		}
	}
}

// step takes one octet of a chunk line.
func (c *ChunkReader) step(b byte) error {
	switch c.state {
	case inSize:
		return c.size(b)
	case inSpace:
		// White space is allowed before an extension only (RFC 9112, 7.1.1). HAProxy 2.6 takes it before CRLF too.
		if b == ';' {
			c.state = inExtStart
		} else if b != ' ' && b != '\t' {
			return ErrChunkLine
		}
		return c.countExt()
	case inSizeLF:
		if b != '\n' {
			return ErrBareCR
		}
		c.beginData()
	case inDataCR:
		if b != '\r' {
			return ErrChunkEnd // also for LF alone, which HAProxy 2.6 takes (CVE-2025-22871)
		}
		c.state = inDataLF
	case inDataLF:
		if b != '\n' {
			return ErrChunkEnd
		}
		c.state = inSize
	default:
		return c.extension(b)
	}
	return nil
}

// size takes one octet of a chunk size or the one after it.
func (c *ChunkReader) size(b byte) error {
	if d := hexDigit[b]; d != notHex {
		if c.digits == maxChunkDigits || c.left>>(63-4) != 0 {
			return ErrChunkSize
		}
		c.digits++
		c.left = c.left<<4 | int64(d)
		return nil
	}
	if c.digits == 0 {
		return ErrChunkSize
	}
	switch b {
	case '\r':
		c.state = inSizeLF
	case ';':
		c.state = inExtStart
		return c.countExt()
	case ' ', '\t':
		c.state = inSpace
		return c.countExt()
	case '\n':
		return ErrBareLF
	default:
		return ErrChunkLine
	}
	return nil
}

// extension takes one octet of the chunk extensions, which are dropped: they belong to one hop and nobody uses them. What is not of their form
// is refused: where a line of extensions ends is just what two parsers have read in two ways.
func (c *ChunkReader) extension(b byte) error {
	next := extNext[c.state][extClasses[b]]
	switch next {
	case inSize: // no such octet may stand there
		if b == '\n' {
			return ErrBareLF
		}
		return ErrChunkExt
	case inSizeLF:
		c.state = next
		return nil
	}
	c.state = next
	return c.countExt()
}

func (c *ChunkReader) countExt() error {
	c.ext++
	c.extTotal++
	if c.ext > maxChunkExt || c.extTotal > maxChunkExtTotal {
		return ErrChunkExtSize
	}
	return nil
}

// beginData begins what the chunk line that ended announces.
func (c *ChunkReader) beginData() {
	c.digits, c.ext = 0, 0
	c.state = inData
	if c.left == 0 {
		c.state = inTrailers
	}
}
