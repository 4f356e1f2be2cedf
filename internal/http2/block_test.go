package http2

import (
	"strings"
	"testing"
)

// TestBlockHeld: a connection holds a buffer for a header block only while one comes in pieces.
func TestBlockHeld(t *testing.T) {
	f := func(what string, held bool, do func(*client)) {
		t.Helper()
		k := newClient(t, Options{})
		do(k)
		if err := k.feed(0); err != nil {
			t.Fatal(err)
		}
		if (k.c.block != nil) != held {
			t.Errorf("%s: held is %v; want %v", what, !held, held)
		}
		k.c.Close()
		if k.c.block != nil {
			t.Errorf("%s: held after the end", what)
		}
	}
	indexed := func(n int) string { return strings.Repeat("\x82", n) }
	f("in one piece", false, func(k *client) { k.get(1) })
	f("in two pieces", true, func(k *client) {
		k.frame(frameHeaders, flagEndStream, 1, indexed(1)).frame(frameContinuation, 0, 1, indexed(9))
	})
	f("in two pieces and its end", false, func(k *client) {
		k.frame(frameHeaders, flagEndStream, 1, indexed(1)).frame(frameContinuation, flagEndHeaders, 1, "\x84\x86\x01\x01a")
	})
}
