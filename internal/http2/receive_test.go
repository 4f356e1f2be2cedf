package http2

import (
	"fmt"
	"strings"
	"testing"
)

// holder takes bodies and holds them until it is told.
type holder struct {
	*client
	held map[uint32]int
}

func (h *holder) Data(s *Stream, b []byte, end bool) { h.held[s.ID] += len(b) }

func newHolder(t *testing.T, o Options) *holder {
	h := &holder{client: newClient(t, o), held: map[uint32]int{}}
	h.c.h = h
	return h
}

// data sends n octets of a body.
func (h *holder) data(id uint32, n int) {
	for ; n > 0; n -= min(n, 10000) {
		h.frame(frameData, 0, id, strings.Repeat("x", min(n, 10000)))
	}
}

// take takes all that is held of a body.
func (h *holder) take(id uint32) {
	h.c.Taken(h.of[id], h.held[id])
	h.held[id] = 0
}

// windows are the WINDOW_UPDATEs in Out, by stream.
func (h *holder) windows() string {
	more := map[uint32]int{}
	b := h.c.Out()
	for len(b) >= headerLen {
		f := parseHeader(b)
		if f.typ == frameWindow {
			more[f.stream] += int(b[headerLen+1])<<16 | int(b[headerLen+2])<<8 | int(b[headerLen+3])
		}
		b = b[headerLen+f.length:]
	}
	h.c.Sent(len(h.c.Out()))
	return strings.TrimPrefix(fmt.Sprint(more), "map")
}

// A buffer for all streams is what they may hold together: the connection's window grows as bodies are taken, and a stream that is alone has all of it.
func TestBuffer(t *testing.T) {
	h := newHolder(t, Options{Buffer: 200_000})
	step := func(name, want string, do func()) {
		t.Helper()
		do()
		if err := h.feed(0); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := h.windows(); got != want {
			t.Errorf("%s: got windows of %s; want %s", name, got, want)
		}
	}
	step("the connection has all of it", "[0:134465]", func() { h.post(1) })
	step("nothing is given back for what is held", "[]", func() { h.data(1, 60000) })
	step("what is taken is, and a stream by itself has the connection's", "[0:60000 1:194465]", func() { h.take(1) })
	step("two share it", "[]", func() { h.post(3); h.data(1, 140000); h.data(3, 60000) })
	step("a stream that is reset holds nothing", "[0:60000]", func() { h.frame(frameReset, 0, 3, "\x00\x00\x00\x08") })
	step("the other may go on", "[0:140000 1:140000]", func() { h.take(1) })
	step("padding is nobody's", "[0:50200]", func() {
		for range 200 {
			h.frame(frameData, flagPadded, 1, "\xfa"+strings.Repeat("\x00", 250))
		}
	})
	h.data(1, 149801)
	if err := h.feed(0); err != nil || !strings.Contains(h.sent(), "1 reset FLOW_CONTROL_ERROR") {
		t.Errorf("more than that is let through: %v", err)
	}
}

// Without one the connection's window never holds a stream back.
func TestNoBuffer(t *testing.T) {
	h := newHolder(t, Options{})
	h.windows()
	for id := uint32(1); id < 60; id += 2 {
		h.post(id)
		h.data(id, defaultWindow)
	}
	if err := h.feed(0); err != nil {
		t.Fatal(err)
	}
	if got := h.windows(); !strings.HasPrefix(got, "[0:") {
		t.Errorf("got windows of %s", got)
	}
	h.take(1)
	if got := h.windows(); got != "[1:65535]" {
		t.Errorf("got windows of %s", got)
	}
}

// Frames larger than 16 KiB are for those who were told that they may send them, and so many resets are taken in one go.
func TestSizeAndResets(t *testing.T) {
	k := newClient(t, Options{MaxFrame: 32768})
	if err := k.post(1).frame(frameData, 0, 1, strings.Repeat("x", 32768)).feed(0); err != nil {
		t.Error(err)
	}
	if got := k.sent(); !strings.Contains(got, "settings") {
		t.Errorf("sent %s", got)
	}
	if err := k.frame(frameData, 0, 1, strings.Repeat("x", 32769)).feed(0); err == nil || err.(*Error).Reason != "h2_frame_size" {
		t.Errorf("got %v", err)
	}
	k = newClient(t, Options{Resets: 2})
	for id := uint32(1); id < 11; id += 2 {
		k.get(id).frame(frameReset, 0, id, "\x00\x00\x00\x08")
	}
	n, err := k.c.Feed(k.in)
	if err != nil || !k.c.Paused() || strings.Count(k.log.String(), "gone") != 2 {
		t.Errorf("%d octets, %v: %s", n, err, k.log.String())
	}
}
