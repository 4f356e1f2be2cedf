package loop

// Buf is a buffer of the loop's BufSize bytes. Who gets one must put it back on the same loop, and not use it afterwards:
// debug builds overwrite its bytes.
type Buf struct {
	B    []byte
	next *Buf
	free bool // debug builds: it is in the list
}

// GetBuf takes a buffer from the loop's free list. Its bytes are whatever they were.
func (l *Loop) GetBuf() *Buf {
	l.mustOwn("GetBuf")
	if b := l.bufs; b != nil {
		l.bufs, b.next = b.next, nil
		l.nbufs--
		b.free = false
		return b
	}
	return &Buf{B: make([]byte, l.opt.BufSize)}
}

// PutBuf gives b back; nil is harmless.
func (l *Loop) PutBuf(b *Buf) {
	if b == nil {
		return
	}
	l.mustOwn("PutBuf")
	if debugBuild {
		if b.free {
			panic("BUG: PutBuf of a buffer that is free")
		}
		mangle(b.B)
	}
	if l.nbufs >= maxIdleBufs || len(b.B) != l.opt.BufSize {
		return
	}
	b.free = true
	b.next, l.bufs = l.bufs, b
	l.nbufs++
}
