package http2

import (
	"testing"
)

// FuzzConn: whatever a client sends, nothing panics, what is heard does not depend on how the octets are cut, and what is told of a
// request can be written as HTTP/1.
func FuzzConn(f *testing.F) {
	seed := func(play func(k *client)) {
		k := newClient(f, Options{})
		play(k)
		f.Add(k.in[len(Preface):], uint8(3))
	}
	seed(func(k *client) { k.get(1, "cookie", "a=b").post(3).frame(frameData, flagEndStream, 3, "abc") })
	seed(func(k *client) {
		k.post(1, "content-length", "3").frame(frameData, flagPadded, 1, "\x01abc\x00").headers(1, 5, "x", "y")
	})
	seed(func(k *client) {
		k.get(1).frame(frameReset, 0, 1, "\x00\x00\x00\x08").frame(framePing, 0, 0, "12345678")
	})
	seed(func(k *client) {
		k.frame(frameSettings, 0, 0, "\x00\x04\x00\x00\x00\x0a").frame(frameWindow, 0, 0, "\x00\x00\x00\x01")
	})
	seed(func(k *client) {
		k.frame(frameHeaders, 1, 1, "\x82").frame(frameContinuation, 4, 1, "\x86\x84\x41\x01a")
	})
	f.Fuzz(func(t *testing.T, in []byte, cut uint8) {
		play := func(n int) (string, string, string) {
			k := newClient(t, Options{Connect: true})
			k.in = append(k.in[:len(Preface):len(Preface)], in...)
			err := k.feed(n)
			text := ""
			if err != nil {
				text = err.Error()
			}
			return k.log.String(), k.sent(), text
		}
		heard, sent, err := play(0)
		h, s, e := play(int(cut))
		if err != e {
			t.Fatalf("all at once: %q; in pieces of %d: %q", err, cut, e)
		}
		// Of a body the pieces differ, and with them when windows are given back.
		if !hasData(heard) && !hasData(h) && (h != heard || s != sent) {
			t.Fatalf("heard %q, sent %q; in pieces of %d: heard %q, sent %q", heard, sent, cut, h, s)
		}
	})
}

func hasData(log string) bool {
	for i := 0; i+5 < len(log); i++ {
		if log[i:i+5] == " data" {
			return true
		}
	}
	return false
}
