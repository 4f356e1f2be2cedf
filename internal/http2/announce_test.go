package http2

import (
	"strings"
	"testing"
)

// TestAnnounce: a client that has been told of the end goes on until it has answered the PING, and with no other PING's answer.
func TestAnnounce(t *testing.T) {
	f := func(name string, o Options, play func(k *client), heard, sent string, over bool) {
		t.Helper()
		k := newClient(t, o)
		k.feed(0)
		k.sent()
		play(k)
		if err := k.feed(0); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := k.log.String(); got != heard {
			t.Errorf("%s: heard %q; want %q", name, got, heard)
		}
		if got := strings.TrimPrefix(k.sent(), "settings-ack; "); got != sent {
			t.Errorf("%s: sent %q; want %q", name, got, sent)
		}
		if k.c.GoingAway() != over {
			t.Errorf("%s: over %v", name, !over)
		}
	}
	const one, three = "1 GET http a / end=true\n", "3 GET http a / end=true\n"
	told := func(k *client) { k.c.Announce() }
	f("told", Options{}, func(k *client) { told(k); told(k); k.get(1) }, one, "goaway 255 NO_ERROR; ping farewell", false)
	f("answered", Options{}, func(k *client) { told(k); k.get(1).frame(framePing, flagAck, 0, "farewell").get(3) }, one, "goaway 255 NO_ERROR; ping farewell; goaway 1 NO_ERROR", true)
	f("another answer", Options{}, func(k *client) { told(k); k.frame(framePing, flagAck, 0, "12345678").get(1) }, one, "goaway 255 NO_ERROR; ping farewell", false)
	f("an answer to nothing", Options{}, func(k *client) { k.frame(framePing, flagAck, 0, "farewell").get(1) }, one, "", false)
	f("all its streams", Options{Total: 2}, func(k *client) { k.get(1).get(3) }, one+three, "goaway 255 NO_ERROR; ping farewell", false)
	f("too late", Options{}, func(k *client) { k.c.GoAway(NoError); told(k); k.get(1) }, "", "goaway 0 NO_ERROR", true)
}
