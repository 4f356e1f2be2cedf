package loop

import "testing"

func TestBufs(t *testing.T) {
	l := byHand(t)
	a := l.GetBuf()
	if len(a.B) != l.BufSize() || l.BufSize() != DefaultBufSize {
		t.Fatalf("a buffer of %d bytes; want %d", len(a.B), DefaultBufSize)
	}
	l.PutBuf(nil)
	l.PutBuf(a)
	if b := l.GetBuf(); b != a {
		t.Error("the buffer was not used again")
	}
	odd := &Buf{B: make([]byte, 10)}
	if l.PutBuf(odd); l.GetBuf() == odd {
		t.Error("a buffer of another size went into the free list")
	}
	many := make([]*Buf, maxIdleBufs+5)
	for i := range many {
		many[i] = l.GetBuf()
	}
	for _, b := range many {
		l.PutBuf(b)
	}
	if l.nbufs != maxIdleBufs {
		t.Errorf("%d buffers kept; want %d", l.nbufs, maxIdleBufs)
	}
	noAllocs(t, func() { l.PutBuf(l.GetBuf()) })
}
