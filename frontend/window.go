package frontend

import (
	"weir/internal/loop"
)

// window is a buffer and the part of it that was received and not yet used: b.B[r:e]. What lies before lo is in use
// (a message head whose fields point there) and is not overwritten. The zero value holds no buffer.
type window struct {
	b        *loop.Buf
	r, e, lo int
	keep     bool // what was used stays too: it may have to be sent again
}

func (w *window) len() int      { return w.e - w.r }
func (w *window) bytes() []byte { return w.b.B[w.r:w.e] }
func (w *window) full() bool    { return w.e == len(w.b.B) }
func (w *window) clear()        { w.r, w.e, w.lo, w.keep = 0, 0, 0, false }

// ready makes room: it gets a buffer, and moves what is there down to lo.
func (w *window) ready(l *loop.Loop) {
	if w.b == nil {
		w.b = l.GetBuf()
		w.clear()
		return
	}
	if w.r == w.lo || w.keep {
		return
	}
	w.e = w.lo + copy(w.b.B[w.lo:], w.b.B[w.r:w.e])
	w.r = w.lo
}

// recv reads behind what is there. Errors are TryRecv's.
func (w *window) recv(c *loop.Conn) (int, error) {
	n, err := c.TryRecv(w.b.B[w.e:])
	w.e += n
	return n, err
}

func (w *window) drop(l *loop.Loop) {
	if w.b != nil {
		l.PutBuf(w.b)
		w.b = nil
	}
	w.clear()
}
