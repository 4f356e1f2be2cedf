//go:build weirdebug

package loop

import (
	"strings"
	"testing"
)

// complains runs fn and wants a panic that begins with BUG and holds what.
func complains(t *testing.T, what string, fn func()) {
	t.Helper()
	defer func() {
		t.Helper()
		s, _ := recover().(string)
		if !strings.HasPrefix(s, "BUG: ") || !strings.Contains(s, what) {
			t.Errorf("panic %q; want BUG ... %s", s, what)
		}
	}()
	fn()
}

func TestOwnership(t *testing.T) {
	l := startLoop(t)
	c, _ := newConn(t, l)
	var tk *Task
	onLoop(t, l, func() { l.Go(func(t *Task) { tk = t; t.Park(Never) }) })
	for what, fn := range map[string]func(){
		"TryRecv on loop 0":    func() { c.TryRecv(nil) },
		"TrySend on loop 0":    func() { c.TrySend(nil) },
		"Close on loop 0":      c.Close,
		"SetHandler on loop 0": func() { c.SetHandler(nil) },
		"Await on loop 0":      func() { c.Await(tk, true, false) },
		"Wake on loop 0":       tk.Wake,
		"Go on loop 0":         func() { l.Go(func(*Task) {}) },
		"GetBuf on loop 0":     func() { l.GetBuf() },
		"Arm on loop 0":        func() { l.Arm(&Timer{}, 1) },
	} {
		complains(t, what, fn)
	}
	onLoop(t, l, func() {
		complains(t, "outside the task's own coroutine", func() { tk.Park(Never) })
		complains(t, "two tasks wait on one connection", func() {
			other := &Task{l: l}
			c.flags &^= flagReadable
			c.task, c.want, other.parked = other, flagReadable, true
			c.Await(tk, true, false)
		})
		c.task, c.want = nil, 0
	})
}

func TestBufsAreMangled(t *testing.T) {
	l := byHand(t)
	b := l.GetBuf()
	copy(b.B, "secret")
	l.PutBuf(b)
	if b.B[0] != 0xDB || b.B[len(b.B)-1] != 0xDB {
		t.Error("a released buffer still holds its bytes")
	}
	complains(t, "PutBuf of a buffer that is free", func() { l.PutBuf(b) })
}
