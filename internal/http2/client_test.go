package http2

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/http2/hpack"

	"weir/internal/message"
)

// newServer makes the frames of a server; asked are the methods of the requests that it was sent, on streams 1, 3 and so on.
func newServer(t testing.TB, o Options, asked ...string) *client {
	k := &client{t: t, of: map[uint32]*Stream{}}
	k.enc = hpack.NewEncoder(&k.hb)
	k.c = NewClient(o, k)
	for _, m := range asked {
		k.ask(m)
	}
	k.in = appendHeader(k.in, 0, frameSettings, 0, 0)
	return k
}

// ask sends a request, whose body has no end yet where the method is POST.
func (k *client) ask(method string) *Stream {
	s := k.c.Start()
	k.c.WriteRequest(s, &Ask{Method: []byte(method), Scheme: []byte("http"), Authority: []byte("a"), Path: []byte("/")}, method != "POST")
	k.of[s.ID] = s
	return s
}

// answer is a response's head.
func (k *client) answer(id uint32, flags uint8, fields ...string) *client {
	return k.headers(id, flags|flagEndHeaders, fields...)
}

// What a server does, what the handler hears, what is sent; all at once and octet by octet.
func TestClient(t *testing.T) {
	f := func(name string, asked []string, play func(k *client), heard, sent, wantErr string) {
		t.Helper()
		for _, n := range []int{0, 1, 7} {
			k := newServer(t, Options{}, asked...)
			k.sent()
			play(k)
			err := k.feed(n)
			got := ""
			if err != nil {
				got = err.(*Error).Reason
			}
			if h := k.log.String(); h != heard || got != wantErr {
				t.Errorf("%s (%d): heard %q, error %q; want %q, %q", name, n, h, got, heard, wantErr)
			}
			if s := strings.TrimPrefix(strings.TrimPrefix(k.sent(), "settings-ack"), "; "); s != sent {
				t.Errorf("%s (%d): sent %q; want %q", name, n, s, sent)
			}
		}
	}
	get, head, post := []string{"GET"}, []string{"HEAD"}, []string{"POST"}
	f("response", get, func(k *client) { k.answer(1, flagEndStream, ":status", "200", "x", "y") }, "1 200 x=y end=true\n", "", "")
	f("body", get, func(k *client) {
		k.answer(1, 0, ":status", "200", "content-length", "1").frame(frameData, flagEndStream, 1, "a")
	}, "1 200 content-length=1 end=false\n1 data 1 end=true\n", "", "")
	f("interim", get, func(k *client) {
		k.answer(1, 0, ":status", "103", "link", "a").answer(1, flagEndStream, ":status", "204")
	},
		"1 103 link=a end=false\n1 204 end=true\n", "", "")
	f("trailers", get, func(k *client) { k.answer(1, 0, ":status", "200").answer(1, flagEndStream, "grpc-status", "0") },
		"1 200 end=false\n1 trailers [header field \"grpc-status\" = \"0\"]\n", "", "")
	f("head", head, func(k *client) { k.answer(1, flagEndStream, ":status", "200", "content-length", "9") }, "1 200 content-length=9 end=true\n", "", "")
	f("not modified", get, func(k *client) { k.answer(1, flagEndStream, ":status", "304", "content-length", "9") }, "1 304 content-length=9 end=true\n", "", "")
	f("early answer", post, func(k *client) {
		k.answer(1, flagEndStream, ":status", "403").frame(frameReset, 0, 1, "\x00\x00\x00\x00")
	}, "1 403 end=true\n1 gone NO_ERROR\n", "", "")
	f("refused", get, func(k *client) { k.frame(frameReset, 0, 1, "\x00\x00\x00\x07") }, "1 gone REFUSED_STREAM\n", "", "")
	f("going away", []string{"GET", "GET"}, func(k *client) {
		k.frame(frameGoAway, 0, 0, "\x00\x00\x00\x01\x00\x00\x00\x00bye").answer(1, flagEndStream, ":status", "200")
	}, "3 gone REFUSED_STREAM\n1 200 end=true\n", "", "")
	f("ping", get, func(k *client) { k.frame(framePing, 0, 0, "12345678") }, "", "ping-ack", "")

	// What a stream does wrong resets it, and the connection gets no more requests.
	wrong := func(name, reason string, play func(k *client)) {
		t.Helper()
		said := ""
		k := newServer(t, Options{}, "GET", "POST")
		k.c.Reasons = func(r string, _ *Error) { said = r }
		play(k)
		if err := k.feed(0); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !k.of[1].Wrong() || k.of[3].Gone() || k.c.Slots() != 0 || k.c.Usable() || said != reason {
			t.Errorf("%s: wrong %v, the other gone %v, slots %d, said %q; want %q", name, k.of[1].Wrong(), k.of[3].Gone(), k.c.Slots(), said, reason)
		}
		if sent := k.sent(); !strings.Contains(sent, "1 reset") {
			t.Errorf("%s: sent %q", name, sent)
		}
	}
	wrong("no status", "h2_pseudo_header_missing", func(k *client) { k.answer(1, 0, "x", "y") })
	wrong("status of two digits", "h2_status", func(k *client) { k.answer(1, 0, ":status", "99") })
	wrong("two statuses", "h2_pseudo_header_twice", func(k *client) { k.answer(1, 0, ":status", "200", ":status", "200") })
	wrong("a request", "h2_pseudo_header_unknown", func(k *client) { k.answer(1, 0, ":method", "GET") })
	wrong("switching protocols", "h2_interim", func(k *client) { k.answer(1, 0, ":status", "101") })
	wrong("an interim end", "h2_interim", func(k *client) { k.answer(1, flagEndStream, ":status", "100") })
	wrong("a field of the connection", "h2_connection_field", func(k *client) { k.answer(1, 0, ":status", "200", "connection", "x") })
	wrong("upper case", "h2_field_name", func(k *client) { k.answer(1, 0, ":status", "200", "X", "y") })
	wrong("the end of a line", "h2_field_value", func(k *client) { k.answer(1, 0, ":status", "200", "x", "a\r\nb: c") })
	wrong("too little", "h2_content_length", func(k *client) { k.answer(1, flagEndStream, ":status", "200", "content-length", "1") })
	wrong("too much", "h2_content_length", func(k *client) {
		k.answer(1, 0, ":status", "200", "content-length", "1").frame(frameData, 0, 1, "ab")
	})
	wrong("a body of HEAD's", "h2_content_length", func(k *client) { k.answer(1, 0, ":status", "204").frame(frameData, 0, 1, "a") })
	wrong("data first", "h2_data_first", func(k *client) { k.frame(frameData, 0, 1, "a") })
	wrong("a large head", "h2_head_too_large", func(k *client) { k.answer(1, 0, ":status", "200", "x", strings.Repeat("y", 16000)) })
	wrong("trailers that do not end it", "h2_trailers", func(k *client) { k.answer(1, 0, ":status", "200").answer(1, 0, "x", "y") })
	wrong("after the end", "h2_after_end", func(k *client) {
		s := k.of[1]
		s.done = false
		k.answer(1, flagEndStream, ":status", "200").frame(frameData, 0, 1, "a")
	})
	wrong("a window beyond its limit", "h2_window", func(k *client) { k.frame(frameWindow, 0, 1, "\x7f\xff\xff\xff") })

	// What the connection does wrong ends it.
	ends := func(name, reason string, play func(k *client)) {
		t.Helper()
		f(name, get, play, "", "goaway 0 "+codeOf(reason), reason)
	}
	ends("a push", "h2_push", func(k *client) { k.frame(framePush, flagEndHeaders, 1, "\x00\x00\x00\x02\x88") })
	ends("a push allowed", "h2_settings", func(k *client) { k.frame(frameSettings, 0, 0, "\x00\x02\x00\x00\x00\x01") })
	ends("a stream that nobody opened", "h2_idle_stream", func(k *client) { k.answer(3, 0, ":status", "200") })
	ends("data on one", "h2_idle_stream", func(k *client) { k.frame(frameData, 0, 3, "a") })
	ends("a stream of its own", "h2_stream_id", func(k *client) { k.answer(2, 0, ":status", "200") })
	ends("a short GOAWAY", "h2_control_size", func(k *client) { k.frame(frameGoAway, 0, 0, "1234") })
	ends("the connection's window", "h2_window", func(k *client) { k.frame(frameWindow, 0, 0, "\x7f\xff\xff\xff") })
	ends("CONTINUATION without end", "h2_continuation_flood", func(k *client) {
		k.headers(1, 0, ":status", "200")
		for range maxContinuations {
			k.frame(frameContinuation, 0, 1, "")
		}
	})
	ends("a header bomb", "h2_continuation_flood", func(k *client) {
		k.headers(1, 0, ":status", "200")
		for range 5 {
			k.frame(frameContinuation, 0, 1, strings.Repeat("\x88", minFrame))
		}
	})
}

func codeOf(reason string) string {
	switch reason {
	case "h2_continuation_flood":
		return EnhanceYourCalm.String()
	case "h2_control_size":
		return FrameSizeError.String()
	case "h2_window":
		return FlowControlError.String()
	}
	return ProtocolError.String()
}

// A server that only keeps this side busy is given up.
func TestClientFloods(t *testing.T) {
	f := func(name, reason string, play func(k *client)) {
		t.Helper()
		k := newServer(t, Options{}, "GET")
		play(k)
		err := k.feed(0)
		if e, ok := err.(*Error); !ok || e.Reason != reason {
			t.Errorf("%s: got %v; want %s", name, err, reason)
		}
	}
	many := func(n int, one func(k *client)) func(k *client) {
		return func(k *client) {
			for range n {
				one(k)
			}
		}
	}
	f("pings", "h2_flood", many(budget+1, func(k *client) { k.frame(framePing, 0, 0, "12345678") }))
	f("settings", "h2_flood", many(budget+1, func(k *client) { k.frame(frameSettings, 0, 0, "") }))
	f("GOAWAY", "h2_flood", many(budget+1, func(k *client) { k.frame(frameGoAway, 0, 0, "\x00\x00\x00\x01\x00\x00\x00\x00") }))
	f("interim responses", "h2_flood", many(budget+1, func(k *client) { k.answer(1, 0, ":status", "103") }))
	f("data on a stream that is over", "h2_flood", func(k *client) {
		k.c.Reset(k.of[1], Cancel)
		many(budget+1, func(k *client) { k.frame(frameData, 0, 1, "a") })(k)
	})
	f("heads on a stream that is over", "h2_flood", func(k *client) {
		k.c.Reset(k.of[1], Cancel)
		many(budget+1, func(k *client) { k.answer(1, 0, ":status", "200") })(k)
	})
	f("unknown frames", "h2_flood", many(budget+1, func(k *client) { k.frame(0x20, 0, 0, "") }))
	k := newServer(t, Options{Glitches: 2}, "GET", "GET", "GET")
	k.answer(1, 0, "a", "b").answer(3, 0, "a", "b").answer(5, 0, "a", "b")
	if e, ok := k.feed(0).(*Error); !ok || e.Reason != "h2_glitches" {
		t.Errorf("glitches are not counted")
	}
}

// Requests as they are sent: numbers in order, places counted, what belongs to one hop left out.
func TestWriteRequest(t *testing.T) {
	k := newServer(t, Options{Streams: 3})
	var got []string
	dec := hpack.NewDecoder(4096, func(f hpack.HeaderField) { got = append(got, f.Name+"="+f.Value) })
	if !bytes.HasPrefix(k.c.Out(), []byte(Preface)) {
		t.Fatal("no preface")
	}
	k.c.Sent(len(k.c.Out()))
	first, second := k.c.Start(), k.c.Start()
	if k.c.Slots() != 1 || k.c.Open() != 2 {
		t.Errorf("slots %d, open %d", k.c.Slots(), k.c.Open())
	}
	fields := message.Fields{}
	for _, f := range [][2]string{{"host", "b"}, {"te", "trailers"}, {"connection", "x"}, {"upgrade", "h2c"}, {"transfer-encoding", "chunked"}, {"content-type", "application/grpc"}, {"x-a", "1"}} {
		fields.AddName(f[0], []byte(f[1]))
	}
	show := func(s *Stream, a *Ask, end bool) string {
		got = nil
		k.c.WriteRequest(s, a, end)
		b := k.c.Out()
		h := parseHeader(b)
		dec.Write(b[headerLen : headerLen+h.length])
		k.c.Sent(len(b))
		return fmt.Sprintf("%d %d %s", h.stream, h.flags, strings.Join(got, " "))
	}
	b := func(s string) []byte { return []byte(s) }
	if got := show(second, &Ask{Method: b("POST"), Scheme: b("https"), Authority: b("a"), Path: b("/p?q"), Fields: fields}, false); got !=
		"1 4 :method=POST :scheme=https :path=/p?q :authority=a te=trailers content-type=application/grpc x-a=1" {
		t.Error(got)
	}
	if got := show(first, &Ask{Method: b("GET"), Scheme: b("http"), Authority: b("a"), Path: b("/")}, true); got != "3 5 :method=GET :scheme=http :path=/ :authority=a" {
		t.Error(got)
	}
	third := k.c.Start()
	if got := show(third, &Ask{Method: b("CONNECT"), Authority: b("a:1")}, false); got != "5 4 :method=CONNECT :authority=a:1" {
		t.Error(got)
	}
	if k.c.Slots() != 0 {
		t.Errorf("slots %d", k.c.Slots())
	}
	k.c.Reset(third, Cancel)
	if s := k.sent(); s != "5 reset CANCEL" || k.c.Slots() != 1 {
		t.Errorf("sent %q, slots %d", s, k.c.Slots())
	}
	// The server's limit counts, also where it is lower than what is open.
	k.frame(frameSettings, 0, 0, "\x00\x03\x00\x00\x00\x01\x00\x08\x00\x00\x00\x01")
	if err := k.feed(0); err != nil || k.c.Slots() != 0 || k.c.Limit() != 1 || !k.c.Heard() || !k.c.Connects() {
		t.Errorf("%v, slots %d, limit %d", err, k.c.Slots(), k.c.Limit())
	}
	// A request that was never sent is given up without a word.
	k.c.Reset(k.c.Start(), Cancel)
	if s := k.sent(); s != "settings-ack; settings-ack" || k.c.Open() != 2 {
		t.Errorf("sent %q, open %d", s, k.c.Open())
	}
}

// FuzzClient: whatever a server sends, nothing panics, what is heard does not depend on how the octets are cut, and a response that is
// told of can be written as HTTP/1.
func FuzzClient(f *testing.F) {
	seed := func(play func(k *client)) {
		k := newServer(f, Options{}, "GET", "POST")
		play(k)
		f.Add(k.in, uint8(3))
	}
	seed(func(k *client) { k.answer(1, 0, ":status", "200").frame(frameData, flagEndStream, 1, "abc") })
	seed(func(k *client) {
		k.answer(3, 0, ":status", "100").answer(3, 0, ":status", "200").answer(3, flagEndStream, "grpc-status", "0")
	})
	seed(func(k *client) {
		k.frame(frameGoAway, 0, 0, "\x00\x00\x00\x01\x00\x00\x00\x00").frame(frameReset, 0, 1, "\x00\x00\x00\x07")
	})
	seed(func(k *client) {
		k.frame(frameSettings, 0, 0, "\x00\x03\x00\x00\x00\x0a\x00\x08\x00\x00\x00\x01").frame(frameWindow, 0, 3, "\x00\x00\x00\x01")
	})
	f.Fuzz(func(t *testing.T, in []byte, cut uint8) {
		play := func(n int) (string, string, string) {
			k := newServer(t, Options{}, "GET", "POST")
			k.in = append([]byte(nil), in...)
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
		if !hasData(heard) && !hasData(h) && (h != heard || s != sent) {
			t.Fatalf("heard %q, sent %q; in pieces of %d: heard %q, sent %q", heard, sent, cut, h, s)
		}
		for _, line := range strings.Split(heard, "\n") {
			if strings.ContainsAny(line, "\r\x00") {
				t.Fatalf("heard %q", line)
			}
		}
	})
}

// Feed stops where Options say how many frames it may take, and goes on with what it is brought again.
func TestFrames(t *testing.T) {
	k := newServer(t, Options{Frames: 2}, "GET")
	k.frame(framePing, 0, 0, "12345678").answer(1, 0, ":status", "200").frame(frameData, flagEndStream, 1, "abc")
	var calls []string
	for rest := k.in; len(rest) > 0; {
		n, err := k.c.Feed(rest)
		if err != nil || n == 0 {
			t.Fatalf("used %d, %v", n, err)
		}
		rest = rest[n:]
		calls = append(calls, fmt.Sprint(len(rest) > 0, k.c.Paused(), k.log.Len() > 0))
	}
	if got := strings.Join(calls, "; "); got != "true true false; false true true" {
		t.Errorf("more to come, paused, heard: %s", got)
	}
	if n, err := k.c.Feed(nil); n != 0 || err != nil || k.c.Paused() {
		t.Errorf("behind the end: used %d, %v, paused %v", n, err, k.c.Paused())
	}
	if want := "1 200 end=false\n1 data 3 end=true\n"; k.log.String() != want {
		t.Errorf("heard %q; want %q", k.log.String(), want)
	}
}

// One connection's share of a turn ends where it has made others wait long enough, whatever it sends.
func TestTurn(t *testing.T) {
	play := func(name string, good, most int, play func(k *client, id uint32)) {
		t.Helper()
		k := newClient(t, Options{Streams: 1000})
		k.c.good = good
		for id := uint32(1); id < 1000; id += 2 {
			play(k, id)
		}
		n, err := k.c.Feed(k.in)
		if err != nil || !k.c.Paused() || n == len(k.in) {
			t.Errorf("%s: %d of %d octets taken, %v", name, n, len(k.in), err)
		}
		if got := len(k.of); got > most || got < most/2 {
			t.Errorf("%s: %d streams begun; want %d at most", name, got, most)
		}
	}
	f := func(name string, cost int, each func(k *client, id uint32)) {
		t.Helper()
		play(name, mostProven, TurnWork/cost, each)
		play(name+" of a newcomer", 0, newcomerWork/cost+1, each)
	}
	f("requests", workStream, func(k *client, id uint32) { k.get(id) })
	f("requests that are stopped", workStream*2, func(k *client, id uint32) { k.get(id).frame(frameReset, 0, id, "\x00\x00\x00\x08") })
	f("large heads", 1000/workBlock, func(k *client, id uint32) { k.get(id, "x", strings.Repeat(string(rune(0x400+id)), 1000)) })
}
