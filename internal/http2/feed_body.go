package http2

// padding reads the length of the padding, which is the first octet of the payload; false = it has not come yet.
func (c *Conn) padding(f header, b []byte) (used int, ok bool, e *Error) {
	c.left, c.pad = f.length, 0
	if f.flags&flagPadded == 0 {
		return headerLen, true, nil
	}
	if f.length == 0 {
		return 0, false, errControlSize
	}
	if len(b) <= headerLen {
		return 0, false, nil
	}
	c.pad = int(b[headerLen])
	c.left = f.length - 1 - c.pad
	if c.left < 0 {
		return 0, false, errPadding
	}
	return headerLen + 1, true, nil
}

// beginData takes the header of DATA. All of the frame counts for the windows, padding too (RFC 9113, 6.9.1).
func (c *Conn) beginData(f header, b []byte) (int, *Error) {
	if f.stream == 0 {
		return 0, errStreamID
	}
	if f.stream > c.last {
		return 0, errIdle
	}
	used, ok, e := c.padding(f, b)
	if !ok {
		return 0, e
	}
	held := 0
	c.n.Data++
	c.f, c.of, c.phase = f, c.streams[f.stream], inData
	c.work += f.length / workData
	s := c.of
	switch {
	case s == nil && c.client: // a response that was given up
		e = c.spend()
	case s == nil && c.wasReset(f.stream):
		if c.late -= f.length; c.late < 0 {
			e = errBudget // its window was never that wide
		}
	case s == nil:
		e = c.streamError(f.stream, StreamClosed, "h2_closed_stream")
	case s.ended:
		e = c.violation(s, StreamClosed, "h2_after_end")
	case c.client && !s.answered:
		e = c.violation(s, ProtocolError, "h2_data_first")
	case f.length > s.recv:
		e = c.violation(s, FlowControlError, "h2_window")
	default:
		s.recv -= f.length
		held = c.left // padding is used up at once
		s.unread += held
		c.earn(budgetPerKiBData * c.left >> 10)
	}
	if e == nil {
		e = c.received(f, held)
	}
	if e == nil && f.flags&flagEndStream == 0 && c.left < c.tiny() {
		e = c.spend()
	}
	return used, e
}

// tiny is the payload below which DATA asks for nothing. A server makes work for itself first, and many clients' answers come from it.
func (c *Conn) tiny() int {
	if c.client {
		return 1
	}
	return tinyData
}

// data takes payload of DATA as it comes, then the padding.
func (c *Conn) data(b []byte) (int, *Error) {
	n := min(len(b), c.left)
	if n == 0 && c.left > 0 {
		return 0, nil
	}
	c.left -= n
	last := c.left == 0
	var e *Error
	if s := c.of; s != nil {
		e = c.piece(s, b[:n], last && c.f.flags&flagEndStream != 0)
	}
	if !last {
		return n, e
	}
	c.of = nil
	c.padOnly()
	if n == 0 {
		return c.again(b, e)
	}
	return n, e
}

// padOnly goes on with the padding, or the next frame.
func (c *Conn) padOnly() {
	if c.phase = inFrame; c.pad > 0 {
		c.phase = inSkip
	} else {
		c.taken++
	}
}

// again goes on where nothing was used though something was done: 0 would mean that more is needed.
func (c *Conn) again(b []byte, e *Error) (int, *Error) {
	if e != nil {
		return 0, e
	}
	return c.step(b)
}

// piece gives a part of a body to its user, and holds it to Content-Length (RFC 9113, 8.1.1).
func (c *Conn) piece(s *Stream, b []byte, end bool) *Error {
	if s.length >= 0 {
		if s.length -= int64(len(b)); s.length < 0 || end && s.length > 0 {
			return c.violation(s, ProtocolError, "h2_content_length")
		}
	}
	if len(b) == 0 && !end {
		return nil
	}
	s.ended = end
	if end && s.done { // the last octet of all: the handler finds the stream gone
		c.drop(s)
	}
	c.h.Data(s, b, end)
	return nil
}

// beginFragment takes the header of HEADERS or CONTINUATION.
func (c *Conn) beginFragment(f header, b []byte) (int, *Error) {
	if f.stream == 0 {
		return 0, errStreamID
	}
	if f.typ == frameContinuation {
		if c.conts == 0 {
			return 0, errContinuation
		}
		if c.conts++; c.conts > maxContinuations {
			return 0, errFlood
		}
		c.left, c.pad = f.length, 0
		c.f.flags |= f.flags & flagEndHeaders
		c.phase = inBlock
		return headerLen, nil
	}
	used, ok, e := c.padding(f, b)
	if !ok {
		return 0, e
	}
	if f.flags&flagPriority != 0 {
		if c.left < 5 {
			return 0, errPadding
		}
		if len(b) < used+5 {
			return 0, nil
		}
		c.left -= 5
		if self := uint32(b[used]&0x7f)<<24 | uint32(b[used+1])<<16 | uint32(b[used+2])<<8 | uint32(b[used+3]); self == f.stream {
			f.flags |= selfDependent
		}
		used += 5
	}
	c.n.Headers++
	c.f, c.conts, c.phase = f, 1, inBlock
	return used, c.open()
}

// selfDependent marks a stream that depends on itself, in a bit of the flags that HEADERS does not have (RFC 9113, 5.3.1 of 7540).
const selfDependent = 0x80

// open finds the stream that a block is for: a new one, or one whose trailers they are.
func (c *Conn) open() *Error {
	id := c.f.stream
	c.of, c.fresh = c.streams[id], false
	switch {
	case id%2 == 0:
		return errStreamID
	case c.client && id > c.last:
		return errIdle
	case c.client, c.of != nil, id <= c.last && c.wasReset(id):
		return nil
	case id <= c.last:
		return errOldStream
	}
	c.last, c.fresh = id, true
	return nil
}

// fragment collects the block, then passes over the padding. A block that has come whole is decoded where it is.
func (c *Conn) fragment(b []byte) (int, *Error) {
	n := min(len(b), c.left)
	if n == 0 && c.left > 0 {
		return 0, nil
	}
	if c.block.len()+n > maxBlock {
		return 0, errFlood
	}
	c.left -= n
	last := c.left == 0 && c.f.flags&flagEndHeaders != 0
	block := b[:n]
	if !last || c.block != nil {
		block = c.collect(block)
	}
	if c.left > 0 {
		return n, nil
	}
	c.padOnly()
	var e *Error
	if last {
		c.conts = 0
		e = c.decode(block)
		c.dropBlock()
	}
	if n == 0 {
		return c.again(b, e)
	}
	return n, e
}

// decode makes a head of the block. It is always decoded, whoever it is for: the table must stay in step.
func (c *Conn) decode(block []byte) *Error {
	c.work += len(block) / workBlock
	trailers := !c.fresh
	if c.client {
		trailers = c.of != nil && c.of.answered
	}
	c.head.reset(trailers)
	c.head.response = c.client
	if e := c.expand(block); e != nil {
		return e
	}
	c.work += c.head.count / workFields
	end := c.f.flags&flagEndStream != 0
	c.head.finish(end)
	switch {
	case trailers:
		return c.trailers(end)
	case c.client:
		return c.response(end)
	}
	return c.request(end)
}

// expand gives the block to the decoder, piece by piece: a bomb is not to go off before it is noticed.
func (c *Conn) expand(b []byte) *Error {
	var err error
	for n := expandAtOnce; len(b) > 0 && err == nil; {
		n = min(len(b), n)
		was := c.head.count
		_, err = c.dec.Write(b[:n])
		if b = b[n:]; c.head.count == was {
			n *= 2 // in the midst of a long value, which the decoder begins again each time
		} else {
			n = expandAtOnce
		}
		if c.head.count > bombFactor*c.fields() || c.head.bytes > bombFactor*c.o.HeadBytes {
			return errBomb
		}
	}
	if err == nil {
		err = c.dec.Close()
	}
	if err != nil && !c.head.large {
		return errCompression
	}
	return nil
}

// trailers end a body.
func (c *Conn) trailers(end bool) *Error {
	s := c.of
	c.of = nil
	switch {
	case s == nil: // it was reset
		return c.spend()
	case s.ended:
		return c.violation(s, StreamClosed, "h2_after_end")
	case !end, c.head.fault != "":
		return c.violation(s, ProtocolError, "h2_trailers")
	case c.head.large:
		return c.violation(s, EnhanceYourCalm, "h2_trailers_too_large")
	case s.length > 0:
		return c.violation(s, ProtocolError, "h2_content_length")
	}
	s.ended = true
	if s.done {
		c.drop(s)
	}
	c.h.Trailers(s, &c.head)
	return nil
}

// request opens a stream.
func (c *Conn) request(end bool) *Error {
	id := c.f.stream
	c.of = nil
	switch {
	case c.goingAway: // it crossed the GOAWAY, which has told the client that it may try elsewhere
		c.remember(id, c.o.Window)
		return c.spend()
	case c.f.flags&selfDependent != 0:
		c.remember(id, c.o.Window)
		return c.streamError(id, ProtocolError, "h2_priority_self")
	case c.head.fault != "":
		c.remember(id, c.o.Window)
		return c.streamError(id, ProtocolError, "h2_"+c.head.fault)
	case c.head.Protocol != "" && !c.o.Connect:
		c.remember(id, c.o.Window)
		return c.streamError(id, ProtocolError, "h2_protocol")
	case c.head.large:
		c.remember(id, c.o.Window)
		return c.streamError(id, EnhanceYourCalm, "h2_head_too_large")
	case len(c.streams) >= c.o.Streams:
		c.sendReset(id, RefusedStream)
		c.remember(id, c.o.Window)
		if e := c.glitch("h2_too_many_streams"); e != nil {
			return e
		}
		return c.spend() // who goes on is not one who has not seen the SETTINGS yet
	}
	c.earn(budgetPerStream)
	c.work += workStream
	s := c.stream(id)
	s.ended = end
	if s.length = c.head.Length; end {
		s.length = 0
	}
	c.h.Head(s, &c.head, end)
	if c.total++; c.o.Total > 0 && c.total >= c.o.Total {
		c.Announce()
	}
	return nil
}

func (c *Conn) stream(id uint32) *Stream {
	s := c.object()
	*s = Stream{ID: id, send: c.window, recv: c.o.Window}
	c.streams[id] = s
	c.opened()
	return s
}

func (c *Conn) object() *Stream {
	n := len(c.free)
	if n == 0 {
		return new(Stream)
	}
	s := c.free[n-1]
	c.free = c.free[:n-1]
	return s
}
