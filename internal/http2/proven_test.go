package http2

import (
	"testing"

	"weir/internal/message"
)

// A client is proven by requests that are let end, and is not for long once it spoils them.
func TestProven(t *testing.T) {
	k := newClient(t, Options{Streams: 1000, Resets: 1000})
	id := uint32(1)
	f := func(what string, n int, proven bool, play func(id uint32)) {
		t.Helper()
		for range n {
			play(id)
			if err := k.feed(0); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			id += 2
		}
		if k.c.Proven() != proven {
			t.Errorf("%s: proven is %v with %d", what, !proven, k.c.good)
		}
	}
	answered := func(id uint32) {
		k.get(id)
		k.feed(0)
		k.c.WriteHead(k.of[id], 204, message.Fields{}, true)
	}
	stopped := func(id uint32) { k.get(id).frame(frameReset, 0, id, "\x00\x00\x00\x08") }
	wrong := func(id uint32) { k.get(id).frame(frameWindow, 0, id, "\x00\x00\x00\x00") }
	f("at first", 0, false, nil)
	f("after some requests", provenAfter-1, false, answered)
	f("after enough", 1, true, answered)
	f("after one that is stopped", 1, false, stopped)
	f("after more", spoiltCosts, true, answered)
	f("after many", 10*mostProven, true, answered)
	f("after a few that are stopped", 10, true, stopped)
	f("after a few that are wrong", 10, false, wrong)
}
