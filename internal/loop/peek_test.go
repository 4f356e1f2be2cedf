package loop

import (
	"io"
	"testing"
)

// What was peeked at stays, and is told of again only when there is more of it; what was skipped is gone.
func TestPeekAndDiscard(t *testing.T) {
	l := startLoop(t)
	c, peer := newConn(t, l)
	b := make([]byte, 8)
	peek := func(want string, wantErr error) {
		t.Helper()
		onLoop(t, l, func() {
			n, err := c.Peek(b)
			if string(b[:n]) != want || err != wantErr {
				t.Errorf("Peek = %q, %v; want %q, %v", b[:n], err, want, wantErr)
			}
		})
	}
	peek("", ErrAgain)
	peek("", ErrAgain)
	onLoop(t, l, func() { c.SetHandler(handlerFunc(func(*Conn) {})) })
	peer.Write([]byte("abc"))
	until(t, l, "readable", c.Readable)
	peek("abc", nil)
	peek("", ErrAgain)
	peer.Write([]byte("def"))
	until(t, l, "readable again", c.Readable)
	peek("abcdef", nil)
	onLoop(t, l, func() {
		if err := c.Discard(b[:2]); err != nil || !c.Readable() {
			t.Errorf("Discard: %v, readable %v", err, c.Readable())
		}
		if n, err := c.TryRecv(b[:4]); string(b[:n]) != "cdef" || err != nil {
			t.Errorf("behind it: %q, %v", b[:n], err)
		}
	})
	peer.Write([]byte("g"))
	peer.CloseWrite()
	until(t, l, "hung up", c.HungUp)
	peek("g", nil)
	peek("g", nil) // the end is known: no edge will come any more
	onLoop(t, l, func() {
		if err := c.Discard(b[:2]); err != io.EOF {
			t.Errorf("Discard beyond the end: %v", err)
		}
	})
	peek("", io.EOF)
	onLoop(t, l, func() {
		c.Close()
		if err := c.Discard(b[:1]); err != ErrClosed {
			t.Errorf("Discard on a closed connection: %v", err)
		}
	})
	peek("", ErrClosed)
}
