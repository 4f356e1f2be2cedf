package http2

import (
	"encoding/binary"
	"slices"

	"weir/internal/message"
)

// The client's side of a connection: what it does beside, or otherwise than, the server's.

// NewClient begins a connection to a server; the preface and SETTINGS are the first of Out.
func NewClient(o Options, h Handler) *Conn {
	c := newConn(o, h)
	c.client, c.phase = true, inFirst
	c.out = append(c.out, Preface...)
	c.greet()
	return c
}

// lastStream is the highest number that a stream may have: whoever has come there needs another connection (RFC 9113, 5.1.1).
const lastStream = 1<<31 - 1

// Usable reports whether the server takes more requests, perhaps not just now.
func (c *Conn) Usable() bool {
	return !c.retired && !c.goingAway && c.over == nil && c.last < lastStream-uint32(2*len(c.waiting)+2)
}

// Slots is how many more streams may be opened now.
func (c *Conn) Slots() int {
	if !c.Usable() {
		return 0
	}
	return max(c.Limit()-c.Open(), 0)
}

// Heard reports whether the server's SETTINGS have come.
func (c *Conn) Heard() bool { return c.heard }

// Connects reports whether the server takes extended CONNECT (RFC 8441).
func (c *Conn) Connects() bool { return c.connects }

// Start opens a stream for a request that is still to be written: it has its place, and a number when WriteRequest is called, since
// streams begin in the order of their numbers (RFC 9113, 5.1.1). The caller has seen that there are Slots.
func (c *Conn) Start() *Stream {
	s := c.object()
	*s = Stream{recv: c.o.Window, length: -1}
	c.waiting = append(c.waiting, s)
	c.opened()
	return s
}

// forget takes a stream out of those that wait for their requests.
func (c *Conn) forget(s *Stream) {
	if i := slices.Index(c.waiting, s); i >= 0 {
		c.waiting = slices.Delete(c.waiting, i, i+1)
	}
}

// Ask is a request's head. Of Fields, Host and those that belong to one hop are left out.
type Ask struct {
	Method, Scheme, Authority, Path []byte
	Protocol                        []byte // of an extended CONNECT
	Fields                          message.Fields
}

// WriteRequest sends a request's head; end: there is no body. It reports false where the stream is gone.
func (c *Conn) WriteRequest(s *Stream, a *Ask, end bool) bool {
	if s.gone || s.ID != 0 {
		return false
	}
	c.forget(s)
	if c.last += 2; c.last == 2 {
		c.last = 1
	}
	s.ID, s.send, s.head = c.last, c.window, string(a.Method) == "HEAD"
	c.streams[s.ID] = s
	start := c.beginBlock()
	c.out = appendAsk(c.out, a)
	c.endBlock(s, start, a.Fields, end)
	return true
}

// Places in the static table (RFC 7541, appendix A).
const (
	atAuthority = 1
	atGet       = 2
	atPost      = 3
	atPath      = 4 // with "/"
	atHTTP      = 6
	atHTTPS     = 7
)

// appendAsk writes the pseudo-header fields. A plain CONNECT has no scheme and no path (RFC 9113, 8.5).
func appendAsk(dst []byte, a *Ask) []byte {
	switch string(a.Method) {
	case "GET":
		dst = append(dst, 0x80|atGet)
	case "POST":
		dst = append(dst, 0x80|atPost)
	default:
		dst = appendString(append(dst, atGet), a.Method)
	}
	if len(a.Protocol) > 0 {
		dst = appendString(appendString(append(dst, 0), protocolName), a.Protocol)
	}
	if len(a.Path) > 0 {
		if string(a.Scheme) == "https" {
			dst = append(dst, 0x80|atHTTPS)
		} else {
			dst = append(dst, 0x80|atHTTP)
		}
		if len(a.Path) == 1 && a.Path[0] == '/' {
			dst = append(dst, 0x80|atPath)
		} else {
			dst = appendString(append(dst, atPath), a.Path)
		}
	}
	if len(a.Authority) > 0 {
		dst = appendString(append(dst, atAuthority), a.Authority)
	}
	return dst
}

var protocolName = []byte(":protocol")

// response takes a head that the server sent.
func (c *Conn) response(end bool) *Error {
	s, h := c.of, &c.head
	c.of = nil
	switch {
	case s == nil: // it was given up
		return c.spend()
	case h.fault != "":
		return c.violation(s, ProtocolError, "h2_"+h.fault)
	case h.large:
		return c.violation(s, EnhanceYourCalm, "h2_head_too_large")
	case h.Status < 200 && (end || h.Status == 101): // RFC 9113, 8.1 and 8.6
		return c.violation(s, ProtocolError, "h2_interim")
	case h.Status < 200:
		c.h.Head(s, h, false)
		return c.spend()
	}
	s.answered = true
	switch bodyless := s.head || h.Status == 204 || h.Status == 304; {
	case bodyless, end && h.Length <= 0:
		s.length = 0
	case end:
		return c.violation(s, ProtocolError, "h2_content_length")
	default:
		s.length = h.Length
	}
	c.earn(budgetPerStream)
	if s.ended = end; end && s.done {
		c.drop(s)
	}
	c.h.Head(s, h, end)
	return nil
}

// goneAway takes GOAWAY: what the server has not begun it never will (RFC 9113, 6.8).
func (c *Conn) goneAway(f header, b []byte) (int, *Error) {
	const least = 8
	if f.length < least {
		return 0, errGoAway
	}
	if len(b) < headerLen+least {
		return 0, nil
	}
	if e := c.spend(); e != nil {
		return 0, e
	}
	c.n.GoAways++
	c.retired = true
	last, why := binary.BigEndian.Uint32(b[headerLen:])&0x7fffffff, RefusedStream
	if ErrCode(binary.BigEndian.Uint32(b[headerLen+4:])) == HTTP11Required {
		why = HTTP11Required
	}
	all := c.All()
	slices.SortFunc(all, func(a, b *Stream) int { return int(a.ID) - int(b.ID) })
	for _, s := range all {
		if s.ID == 0 || s.ID > last {
			c.drop(s)
			c.h.Gone(s, why)
		}
	}
	return headerLen + least, c.skip(f.length - least)
}
