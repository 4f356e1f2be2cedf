package tlsio

import (
	"bytes"
	"crypto/tls"
	"reflect"
	"unsafe"

	"weir/internal/loop"
)

// crypto/tls keeps the buffer that it receives records in, 17 KB and more after one full record, and that of the handshake's
// messages for as long as the connection lives (golang/go#81348). Most connections are idle most of the time: here the buffers are
// a loop's, attached while there is something in them. They are fields that crypto/tls does not export. Where a release of it
// should not have them as they are known here, nothing is touched and connections cost what crypto/tls makes them cost.

type layout struct {
	raw, in, hand uintptr
	known         bool
}

var fields = func() (f layout) {
	t := reflect.TypeFor[tls.Conn]()
	at := func(name string, want reflect.Type) uintptr {
		s, ok := t.FieldByName(name)
		if !ok || s.Type != want {
			f.known = false
		}
		return s.Offset
	}
	f.known = true
	f.raw = at("rawInput", reflect.TypeFor[bytes.Buffer]())
	f.in = at("input", reflect.TypeFor[bytes.Reader]())
	f.hand = at("hand", reflect.TypeFor[bytes.Buffer]())
	return f
}()

func rawInput(c *tls.Conn) *bytes.Buffer {
	return (*bytes.Buffer)(unsafe.Add(unsafe.Pointer(c), fields.raw))
}
func input(c *tls.Conn) *bytes.Reader {
	return (*bytes.Reader)(unsafe.Add(unsafe.Pointer(c), fields.in))
}
func hand(c *tls.Conn) *bytes.Buffer {
	return (*bytes.Buffer)(unsafe.Add(unsafe.Pointer(c), fields.hand))
}

// buffers is a record buffer in its loop's free list.
type buffers struct {
	b    []byte
	next *buffers
}

// list is a loop's free list.
type list struct {
	free *buffers
	n    int
}

func listOf(l *loop.Loop) *list {
	p := l.LayerData()
	if *p == nil {
		*p = &list{}
	}
	return (*p).(*list)
}

// dry reports whether nothing is there: asking crypto/tls would cost more than this.
func (c *Conn) dry() bool {
	return fields.known && !c.c.RawReadable() && rawInput(c.tls).Len() == 0 && input(c.tls).Len() == 0
}

// attach gives crypto/tls a buffer to receive in, unless it has one.
func (c *Conn) attach() {
	if !fields.known || c.lean != nil {
		return
	}
	raw := rawInput(c.tls)
	if raw.Len() > 0 || input(c.tls).Len() > 0 {
		return
	}
	s := listOf(c.c.Loop())
	b := s.free
	if b == nil {
		b = &buffers{b: make([]byte, recordBuf)}
	} else {
		s.free, b.next = b.next, nil
		s.n--
	}
	c.lean = b
	*raw = *bytes.NewBuffer(b.b[:0])
}

// detach takes the buffer back once there is nothing in it.
func (c *Conn) detach() {
	if !fields.known {
		return
	}
	raw := rawInput(c.tls)
	if raw.Len() > 0 || input(c.tls).Len() > 0 {
		return
	}
	*raw = bytes.Buffer{}
	input(c.tls).Reset(nil)
	if h := hand(c.tls); h.Len() == 0 {
		*h = bytes.Buffer{}
	}
	c.drop()
}

// drop puts the buffer back.
func (c *Conn) drop() {
	b := c.lean
	if b == nil {
		return
	}
	c.lean = nil
	if s := listOf(c.c.Loop()); s.n < maxIdleBufs {
		b.next, s.free = s.free, b
		s.n++
	}
}
