package http2

import (
	"bytes"
	"encoding/binary"
)

// Feed takes what was received and returns how many octets it has used: the caller keeps the rest and brings it again with more
// behind it, or, where Paused says so, without. The error ends the connection once Out has been sent.
func (c *Conn) Feed(b []byte) (int, error) {
	n := 0
	for c.taken, c.work, c.rsts = 0, 0, 0; c.over == nil && !c.Paused(); {
		used, e := c.step(b[n:])
		c.work++
		n += used
		if e != nil {
			c.fail(e)
			break
		}
		if used == 0 {
			return n, nil
		}
		if len(c.out)-c.at > maxOut {
			c.fail(errOutput)
		}
	}
	if c.over == nil {
		return n, nil
	}
	return n, c.over
}

// Paused reports whether the last call of Feed has taken as many frames as Options let it, or as much as others should wait for.
func (c *Conn) Paused() bool {
	return c.work >= c.TurnWork() || c.o.Frames > 0 && c.taken >= c.o.Frames || c.o.Resets > 0 && c.rsts >= c.o.Resets
}

// Worked is what the last call of Feed has made of work, in units of WorkUnit.
func (c *Conn) Worked() int { return c.work }

// Busy tells what the handler had to do besides, in units of WorkUnit.
func (c *Conn) Busy(work int) { c.work += work }

// step takes the next piece; 0 = more is needed.
func (c *Conn) step(b []byte) (int, *Error) {
	switch c.phase {
	case inPreface:
		return c.preface(b)
	case inData:
		return c.data(b)
	case inBlock:
		return c.fragment(b)
	case inSkip:
		n := min(len(b), c.left+c.pad)
		k := min(n, c.left)
		c.left -= k
		c.pad -= n - k
		if c.left+c.pad == 0 {
			c.phase = inFrame
			c.taken++
		}
		return n, nil
	}
	if len(b) < headerLen {
		return 0, nil
	}
	return c.frame(b)
}

func (c *Conn) preface(b []byte) (int, *Error) {
	n := min(len(b), len(Preface))
	switch {
	case string(b[:n]) != Preface[:n]:
		return 0, errPreface
	case n < len(Preface):
		return 0, nil
	}
	c.phase = inFirst
	return n, nil
}

// frame takes a frame's header and, of those that are short, the whole frame.
func (c *Conn) frame(b []byte) (int, *Error) {
	f := parseHeader(b)
	switch {
	case f.length > c.o.MaxFrame:
		return 0, errFrameSize
	case c.phase == inFirst && (f.typ != frameSettings || f.flags&flagAck != 0):
		return 0, errFirstFrame
	case c.conts > 0 && (f.typ != frameContinuation || f.stream != c.f.stream):
		return 0, errContinuation
	}
	switch f.typ {
	case frameData:
		return c.beginData(f, b)
	case frameHeaders, frameContinuation:
		return c.beginFragment(f, b)
	case framePush:
		if c.client {
			return 0, errPushed
		}
		return 0, errPush
	case framePriority, frameReset, frameSettings, framePing, frameWindow:
		return c.control(f, b)
	case frameGoAway:
		if f.stream != 0 {
			return 0, errStreamID
		}
		if c.client {
			return c.goneAway(f, b)
		}
		c.n.GoAways++
	}
	// GOAWAY of a client says nothing that matters, and unknown types are passed over (RFC 9113, 4.1 and 5.5).
	if e := c.spend(); e != nil {
		return 0, e
	}
	return headerLen, c.skip(f.length)
}

func (c *Conn) skip(n int) *Error {
	if c.left, c.pad = n, 0; n > 0 {
		c.phase = inSkip
	} else {
		c.phase = inFrame
		c.taken++
	}
	return nil
}

// control takes a frame that is only used whole.
func (c *Conn) control(f header, b []byte) (int, *Error) {
	if f.length > maxControl {
		return 0, errControlSize
	}
	all := headerLen + f.length
	if len(b) < all {
		return 0, nil
	}
	p := b[headerLen:all]
	c.phase = inFrame
	c.taken++
	var e *Error
	switch f.typ {
	case framePriority:
		e = c.priority(f, p)
	case frameReset:
		e = c.reset(f, p)
	case frameSettings:
		e = c.settings(f, p)
	case framePing:
		e = c.ping(f, p)
	case frameWindow:
		e = c.update(f, p)
	}
	return all, e
}

// priority is passed over (RFC 9113, 5.3.2); what it must not be is still an error (6.3).
func (c *Conn) priority(f header, p []byte) *Error {
	switch {
	case f.stream == 0:
		return errStreamID
	case len(p) != 5:
		return c.streamError(f.stream, FrameSizeError, "h2_priority_size")
	case binary.BigEndian.Uint32(p)&0x7fffffff == f.stream:
		return c.streamError(f.stream, ProtocolError, "h2_priority_self")
	}
	return c.spend()
}

// streamError resets a stream that may not be there.
func (c *Conn) streamError(id uint32, code ErrCode, reason string) *Error {
	if s := c.streams[id]; s != nil {
		return c.violation(s, code, reason)
	}
	if e := c.glitch(reason); e != nil {
		return e
	}
	c.spoilt()
	if c.wrongs++; c.wrongs > maxViolations {
		return errViolations
	}
	c.n.StreamErrors++
	c.sendReset(id, code)
	return nil
}

func (c *Conn) reset(f header, p []byte) *Error {
	switch {
	case f.stream == 0:
		return errStreamID
	case len(p) != 4:
		return errControlSize
	case f.stream > c.last:
		return errIdle
	}
	c.n.Resets++
	c.rsts++
	s := c.streams[f.stream]
	if s == nil {
		return c.spend() // it was over: the frames crossed
	}
	if !s.done && !c.client {
		c.spoilt()
		if c.resets++; c.resets > maxResets {
			return errResets
		}
	}
	c.work += workStream
	c.drop(s)
	c.h.Gone(s, ErrCode(binary.BigEndian.Uint32(p)))
	if c.client {
		return c.spend()
	}
	return nil
}

func (c *Conn) ping(f header, p []byte) *Error {
	switch {
	case f.stream != 0:
		return errStreamID
	case len(p) != 8:
		return errControlSize
	case f.flags&flagAck == 0:
		c.out = append(appendHeader(c.out, 8, framePing, flagAck, 0), p...)
	case c.announced && !c.goingAway && bytes.Equal(p, farewell):
		c.GoAway(NoError)
		return nil // it was asked for
	case c.asked && bytes.Equal(p, liveness):
		c.asked = false
		return nil
	}
	return c.spend()
}

func (c *Conn) settings(f header, p []byte) *Error {
	c.n.Settings++
	switch {
	case f.stream != 0:
		return errStreamID
	case f.flags&flagAck != 0 && len(p) > 0:
		return errSettingsAck
	case f.flags&flagAck != 0:
		return c.spend()
	case len(p)%6 != 0:
		return errControlSize
	}
	for ; len(p) > 0; p = p[6:] {
		if e := c.setting(binary.BigEndian.Uint16(p), binary.BigEndian.Uint32(p[2:])); e != nil {
			return e
		}
	}
	c.out = appendHeader(c.out, 0, frameSettings, flagAck, 0)
	if c.client && !c.heard {
		c.heard = true
		c.h.Window(nil) // a request may have waited for them
	}
	return c.spend()
}

func (c *Conn) setting(id uint16, v uint32) *Error {
	switch id {
	case setPush:
		if v > 1 || c.client && v != 0 { // RFC 9113, 6.5.2
			return errSettings
		}
	case setStreams:
		if c.client {
			c.limit = int(v)
		}
	case setWindow:
		return c.setWindow(v)
	case setFrameSize:
		if v < minFrame || v > 1<<24-1 {
			return errSettings
		}
		c.maxFrame = minFrame // larger ones would only delay other streams
	case setConnect:
		if v > 1 || v == 0 && c.connects { // RFC 8441, 3
			return errSettings
		}
		c.connects = v == 1
	}
	return nil
}

// setWindow changes the windows of all streams (RFC 9113, 6.9.2).
func (c *Conn) setWindow(v uint32) *Error {
	if v > maxWindow {
		return errWindowSetting
	}
	more := int(v) - c.window
	c.window = int(v)
	for _, s := range c.streams {
		if s.send += more; s.send > maxWindow {
			return errWindowSetting
		}
	}
	if more > 0 {
		c.h.Window(nil)
	}
	return nil
}

func (c *Conn) update(f header, p []byte) *Error {
	if len(p) != 4 {
		return errControlSize
	}
	n := int(binary.BigEndian.Uint32(p) & 0x7fffffff)
	if n < smallUpdate {
		if e := c.spend(); e != nil {
			return e
		}
	}
	if f.stream == 0 {
		return c.updateConn(n)
	}
	s := c.streams[f.stream]
	switch {
	case f.stream > c.last:
		return errIdle
	case s == nil: // it was over
		return nil
	case n == 0:
		return c.violation(s, ProtocolError, "h2_no_increment")
	case s.send+n > maxWindow:
		return c.violation(s, FlowControlError, "h2_window")
	}
	s.send += n
	c.h.Window(s)
	return nil
}

func (c *Conn) updateConn(n int) *Error {
	switch {
	case n == 0:
		return errNoIncrement
	case c.send+n > maxWindow:
		return errWindow
	}
	c.send += n
	c.h.Window(nil)
	return nil
}
