package http2

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/http2/hpack"

	"weir/internal/message"
)

// client makes frames, and a handler that writes down what it is told.
type client struct {
	t   testing.TB
	c   *Conn
	enc *hpack.Encoder
	hb  bytes.Buffer
	log strings.Builder
	of  map[uint32]*Stream
	in  []byte // frames to feed
}

func newClient(t testing.TB, o Options) *client {
	k := &client{t: t, of: map[uint32]*Stream{}}
	k.enc = hpack.NewEncoder(&k.hb)
	k.c = NewConn(o, k)
	k.in = append(k.in, Preface...)
	k.in = appendHeader(k.in, 0, frameSettings, 0, 0)
	return k
}

func (k *client) Head(s *Stream, h *Head, end bool) {
	k.of[s.ID] = s
	if h.Status != 0 {
		fmt.Fprintf(&k.log, "%d %d", s.ID, h.Status)
		for _, f := range h.Fields {
			fmt.Fprintf(&k.log, " %s=%s", f.Name, f.Value)
		}
		fmt.Fprintf(&k.log, " end=%v\n", end)
		return
	}
	fmt.Fprintf(&k.log, "%d %s %s %s %s", s.ID, h.Method, h.Scheme, h.Authority, h.Path)
	for _, f := range h.Fields {
		fmt.Fprintf(&k.log, " %s=%s", f.Name, f.Value)
	}
	fmt.Fprintf(&k.log, " end=%v\n", end)
}

func (k *client) Data(s *Stream, b []byte, end bool) {
	fmt.Fprintf(&k.log, "%d data %d end=%v\n", s.ID, len(b), end)
	k.c.Taken(s, len(b))
}

func (k *client) Trailers(s *Stream, h *Head) {
	fmt.Fprintf(&k.log, "%d trailers %v\n", s.ID, h.Fields)
}

func (k *client) Gone(s *Stream, code ErrCode) { fmt.Fprintf(&k.log, "%d gone %s\n", s.ID, code) }
func (k *client) Window(s *Stream)             {}

// block encodes fields: name, value pairs.
func (k *client) block(fields ...string) []byte {
	k.hb.Reset()
	for i := 0; i < len(fields); i += 2 {
		k.enc.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]})
	}
	return k.hb.Bytes()
}

func (k *client) headers(id uint32, flags uint8, fields ...string) *client {
	b := k.block(fields...)
	k.in = append(appendHeader(k.in, len(b), frameHeaders, flags, id), b...)
	return k
}

var get = []string{":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/"}

func (k *client) get(id uint32, more ...string) *client {
	return k.headers(id, flagEndStream|flagEndHeaders, append(append([]string{}, get...), more...)...)
}

func (k *client) post(id uint32, more ...string) *client {
	return k.headers(id, flagEndHeaders, append([]string{":method", "POST", ":scheme", "http", ":authority", "a", ":path", "/"}, more...)...)
}

func (k *client) frame(typ frameType, flags uint8, id uint32, payload string) *client {
	k.in = append(appendHeader(k.in, len(payload), typ, flags, id), payload...)
	return k
}

// feed gives what was collected, all at once or in pieces of n octets, and returns the error.
func (k *client) feed(n int) error {
	k.t.Helper()
	var have []byte
	for {
		take := len(k.in)
		if n > 0 {
			take = min(n, take)
		}
		have = append(have, k.in[:take]...)
		k.in = k.in[take:]
		used, err := k.c.Feed(have)
		have = have[used:]
		if err != nil || len(k.in) == 0 && !k.c.Paused() {
			return err
		}
	}
}

// sent lists the frames in Out, and takes them.
func (k *client) sent() string {
	b := k.c.Out()
	var out []string
	for rest := bytes.TrimPrefix(b, []byte(Preface)); len(rest) >= headerLen; {
		f := parseHeader(rest)
		p := rest[headerLen : headerLen+f.length]
		rest = rest[headerLen+f.length:]
		switch f.typ {
		case frameSettings:
			if f.flags&flagAck != 0 {
				out = append(out, "settings-ack")
			}
		case frameReset:
			out = append(out, fmt.Sprintf("%d reset %s", f.stream, ErrCode(p[3])))
		case frameGoAway:
			out = append(out, fmt.Sprintf("goaway %d %s", p[3], ErrCode(p[7])))
		case frameWindow:
			if f.stream != 0 {
				out = append(out, fmt.Sprintf("%d window %d", f.stream, int(p[0])<<24|int(p[1])<<16|int(p[2])<<8|int(p[3])))
			}
		case frameData:
			out = append(out, fmt.Sprintf("%d data %d end=%v", f.stream, f.length, f.flags&flagEndStream != 0))
		case frameHeaders, frameContinuation:
			out = append(out, fmt.Sprintf("%d block end=%v", f.stream, f.flags&flagEndStream != 0))
		case framePing:
			if f.flags&flagAck == 0 {
				out = append(out, "ping "+string(p))
				break
			}
			out = append(out, "ping-ack")
		}
	}
	k.c.Sent(len(b))
	return strings.Join(out, "; ")
}

// What a client does, what the handler hears, what is sent; all at once and octet by octet.
func TestConn(t *testing.T) {
	f := func(name string, play func(k *client), heard, sent, wantErr string) {
		t.Helper()
		for _, n := range []int{0, 1, 7} {
			k := newClient(t, Options{Connect: true})
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
	const ok = "1 GET http a / end=true\n"
	const opened = "1 POST http a / end=false\n"
	f("get", func(k *client) { k.get(1) }, ok, "", "")
	f("fields", func(k *client) { k.get(1, "x", "y", "te", "trailers", "cookie", "a=b", "cookie", "c=d") }, "1 GET http a / x=y te=trailers cookie=a=b cookie=c=d end=true\n", "", "")
	f("empty end", func(k *client) { k.post(1).frame(frameData, flagEndStream, 1, "") }, opened+"1 data 0 end=true\n", "", "")
	f("priority and padding", func(k *client) {
		b := k.block(get...)
		p := append([]byte{3, 0, 0, 0, 7, 16}, b...)
		k.in = append(appendHeader(k.in, len(p)+3, frameHeaders, flagEndStream|flagEndHeaders|flagPadded|flagPriority, 1), append(p, 0, 0, 0)...)
	}, ok, "", "")
	f("continuation", func(k *client) {
		b := append([]byte(nil), k.block(get...)...)
		k.frame(frameHeaders, flagEndStream, 1, string(b[:2])).frame(frameContinuation, 0, 1, string(b[2:3])).frame(frameContinuation, flagEndHeaders, 1, string(b[3:]))
	}, ok, "", "")
	f("websocket", func(k *client) {
		k.headers(1, flagEndHeaders, ":method", "CONNECT", ":protocol", "websocket", ":scheme", "http", ":authority", "a", ":path", "/")
	}, "1 CONNECT http a / end=false\n", "", "")
	f("client resets", func(k *client) { k.post(1).frame(frameReset, 0, 1, "\x00\x00\x00\x08") }, opened+"1 gone CANCEL\n", "", "")
}

func TestErrors(t *testing.T) {
	f := func(name, want string, play func(k *client)) {
		t.Helper()
		k := newClient(t, Options{})
		play(k)
		err := k.feed(0)
		got := k.sent()
		if err != nil {
			got = err.(*Error).Reason
		} else {
			got = strings.TrimPrefix(strings.TrimPrefix(got, "settings-ack"), "; ")
		}
		if got != want {
			t.Errorf("%s: got %q; want %q", name, got, want)
		}
	}
	// Malformed requests: RFC 9113, 8.
	const malformed = "1 reset PROTOCOL_ERROR"
	bad := func(name string, fields ...string) {
		t.Helper()
		f(name, malformed, func(k *client) { k.headers(1, flagEndStream|flagEndHeaders, fields...) })
	}
	with := func(more ...string) []string { return append(append([]string{}, get...), more...) }
	bad("upper case", with("X-Y", "z")...)
	bad("empty name", with("", "z")...)
	bad("space in name", with("x y", "z")...)
	bad("colon in name", with("x:y", "z")...)
	bad("CR LF in value", with("x", "a\r\nb: c")...)
	bad("LF in value", with("x", "a\nb")...)
	bad("NUL in value", with("x", "a\x00b")...)
	bad("space before value", with("x", " a")...)
	bad("tab after value", with("x", "a\t")...)
	bad("connection", with("connection", "close")...)
	bad("transfer-encoding", with("transfer-encoding", "chunked")...)
	bad("upgrade", with("upgrade", "h2c")...)
	bad("te", with("te", "gzip")...)
	bad("late pseudo", with("x", "y", ":path", "/")...)
	bad("pseudo twice", with(":path", "/")...)
	bad("unknown pseudo", with(":x", "y")...)
	bad("response pseudo", with(":status", "200")...)
	bad("no method", get[2:]...)
	bad("no scheme", append(append([]string{}, get[:2]...), get[4:]...)...)
	bad("no path", get[:6]...)
	bad("empty path", ":method", "GET", ":scheme", "http", ":path", "")
	bad("relative path", ":method", "GET", ":scheme", "http", ":path", "a")
	bad("asterisk", ":method", "GET", ":scheme", "http", ":path", "*")
	bad("space in path", ":method", "GET", ":scheme", "http", ":path", "/ HTTP/1.1")
	bad("fragment", ":method", "GET", ":scheme", "http", ":path", "/a#b")
	bad("space in method", ":method", "GET /", ":scheme", "http", ":path", "/")
	bad("scheme", ":method", "GET", ":scheme", "https://x/?", ":path", "/")
	bad("authority and host", with("host", "b")...)
	bad("two hosts", ":method", "GET", ":scheme", "http", ":path", "/", "host", "a", "host", "b")
	bad("length and no body", with("content-length", "5")...)
	bad("length twice", with("content-length", "0", "content-length", "0")...)
	bad("length with sign", with("content-length", "+0")...)
	bad("length with zeros", with("content-length", "00")...)
	bad("length overflow", with("content-length", "99999999999999999999")...)
	bad("connect with path", ":method", "CONNECT", ":authority", "a:1", ":path", "/")
	bad("connect without authority", ":method", "CONNECT")
	bad("protocol without the setting", ":method", "CONNECT", ":protocol", "websocket", ":scheme", "http", ":authority", "a", ":path", "/")

	// Frames: RFC 9113, 5 and 6.
	f("data on 0", "h2_stream_id", func(k *client) { k.frame(frameData, 0, 0, "a") })
	f("data on idle", "h2_idle_stream", func(k *client) { k.frame(frameData, 0, 1, "a") })
	f("data after end", "1 reset STREAM_CLOSED", func(k *client) { k.get(1).frame(frameData, 0, 1, "a") })
	f("headers after end", "1 reset STREAM_CLOSED", func(k *client) { k.get(1).get(1) })
	f("even stream", "h2_stream_id", func(k *client) { k.get(2) })
	f("lower stream", "h2_closed_stream", func(k *client) { k.get(5).get(3) })
	f("too long body", "1 reset PROTOCOL_ERROR", func(k *client) { k.post(1, "content-length", "1").frame(frameData, 0, 1, "ab") })
	f("too short body", "1 reset PROTOCOL_ERROR", func(k *client) { k.post(1, "content-length", "3").frame(frameData, flagEndStream, 1, "ab") })
	f("trailers and too short", "1 reset PROTOCOL_ERROR", func(k *client) { k.post(1, "content-length", "3").headers(1, flagEndHeaders|flagEndStream, "x", "y") })
	f("trailers without end", "1 reset PROTOCOL_ERROR", func(k *client) { k.post(1).headers(1, flagEndHeaders, "x", "y") })
	f("pseudo in trailers", "1 reset PROTOCOL_ERROR", func(k *client) { k.post(1).headers(1, flagEndHeaders|flagEndStream, ":path", "/") })
	f("padding too long", "h2_padding", func(k *client) { k.post(1).frame(frameData, flagPadded, 1, "\x05abc") })
	f("push", "h2_push", func(k *client) { k.frame(framePush, 0, 1, "") })
	f("ping on a stream", "h2_stream_id", func(k *client) { k.frame(framePing, 0, 1, "12345678") })
	f("short ping", "h2_control_size", func(k *client) { k.frame(framePing, 0, 0, "1234567") })
	f("ping", "ping-ack", func(k *client) { k.frame(framePing, 0, 0, "12345678") })
	f("settings ack with payload", "h2_settings_ack", func(k *client) { k.frame(frameSettings, flagAck, 0, "123456") })
	f("settings of 5 octets", "h2_control_size", func(k *client) { k.frame(frameSettings, 0, 0, "12345") })
	f("enable push 2", "h2_settings", func(k *client) { k.frame(frameSettings, 0, 0, "\x00\x02\x00\x00\x00\x02") })
	f("window too large", "h2_window_setting", func(k *client) { k.frame(frameSettings, 0, 0, "\x00\x04\x80\x00\x00\x00") })
	f("frame size too small", "h2_settings", func(k *client) { k.frame(frameSettings, 0, 0, "\x00\x05\x00\x00\x00\x01") })
	f("no increment", "h2_no_increment", func(k *client) { k.frame(frameWindow, 0, 0, "\x00\x00\x00\x00") })
	f("no increment of a stream", "1 reset PROTOCOL_ERROR", func(k *client) { k.post(1).frame(frameWindow, 0, 1, "\x00\x00\x00\x00") })
	f("window overflow", "h2_window", func(k *client) { k.frame(frameWindow, 0, 0, "\x7f\xff\xff\xff") })
	f("window overflow of a stream", "1 reset FLOW_CONTROL_ERROR", func(k *client) { k.post(1).frame(frameWindow, 0, 1, "\x7f\xff\xff\xff") })
	f("reset of idle", "h2_idle_stream", func(k *client) { k.frame(frameReset, 0, 1, "\x00\x00\x00\x08") })
	f("priority on itself", "1 reset PROTOCOL_ERROR", func(k *client) { k.post(1).frame(framePriority, 0, 1, "\x00\x00\x00\x01\x10") })
	f("priority of idle", "", func(k *client) { k.frame(framePriority, 0, 9, "\x00\x00\x00\x01\x10") })
	f("unknown frame", "ping-ack", func(k *client) { k.frame(0xf, 0xff, 7, "whatever").frame(framePing, 0, 0, "12345678") })
	f("block interrupted", "h2_continuation", func(k *client) { k.headers(1, 0, get...).frame(framePing, 0, 0, "12345678") })
	f("continuation without headers", "h2_continuation", func(k *client) { k.frame(frameContinuation, 0, 1, "") })
	f("compression", "h2_compression", func(k *client) { k.frame(frameHeaders, flagEndHeaders, 1, "\xff\xff\xff\xff\xff\xff") })
	f("frame too large", "h2_frame_size", func(k *client) { k.in = append(appendHeader(k.in, minFrame+1, frameData, 0, 1), "x"...) })
	f("not a preface", "h2_preface", func(k *client) { k.in = []byte("GET / HTTP/1.1\r\n") })
	f("no settings", "h2_first_frame", func(k *client) {
		k.in = append([]byte(Preface), k.in[len(Preface)+headerLen:]...)
		k.frame(framePing, 0, 0, "12345678")
	})

	// Attacks: attacks.md, 13.
	f("rapid reset", "h2_rapid_reset", func(k *client) {
		for id := uint32(1); id < 2*(maxResets+10); id += 2 {
			k.get(id).frame(frameReset, 0, id, "\x00\x00\x00\x08")
		}
	})
	f("made you reset", "h2_made_you_reset", func(k *client) {
		for id := uint32(1); id < 2*(maxViolations+10); id += 2 {
			k.post(id).frame(frameWindow, 0, id, "\x00\x00\x00\x00")
		}
	})
	f("continuation flood", "h2_continuation_flood", func(k *client) {
		k.headers(1, 0, get...)
		for range maxContinuations + 1 {
			k.frame(frameContinuation, 0, 1, "")
		}
	})
	f("block too large", "h2_continuation_flood", func(k *client) {
		k.headers(1, 0, get...)
		for range 5 {
			k.frame(frameContinuation, 0, 1, strings.Repeat("\x82", minFrame))
		}
	})
	f("head too large", "1 reset ENHANCE_YOUR_CALM", func(k *client) {
		fields := append([]string{}, get...)
		for range 300 {
			fields = append(fields, "x", "y")
		}
		k.headers(1, flagEndHeaders|flagEndStream, fields...)
	})
	f("one long value", "1 reset ENHANCE_YOUR_CALM", func(k *client) {
		b := k.block(append(append([]string{}, get...), "x", strings.Repeat("\xff", 20000))...)
		k.in = append(appendHeader(k.in, minFrame, frameHeaders, flagEndStream, 1), b[:minFrame]...)
		k.frame(frameContinuation, flagEndHeaders, 1, string(b[minFrame:]))
	})
	f("data behind a reset", "h2_flood", func(k *client) {
		k.post(1).frame(frameWindow, 0, 1, "\x00\x00\x00\x00")
		for range defaultWindow/1000 + 1 {
			k.frame(frameData, 0, 1, strings.Repeat("x", 1000))
		}
	})
	f("data behind a reset that may have been under way", "1 reset PROTOCOL_ERROR", func(k *client) {
		k.post(1).frame(frameWindow, 0, 1, "\x00\x00\x00\x00")
		for range defaultWindow / 1000 {
			k.frame(frameData, 0, 1, strings.Repeat("x", 1000))
		}
	})
	f("header bomb", "h2_header_bomb", func(k *client) {
		fields := append([]string{}, get...)
		for range 4000 {
			fields = append(fields, "x", "y")
		}
		k.headers(1, flagEndHeaders|flagEndStream, fields...)
	})
	for name, typ := range map[string]frameType{"ping flood": framePing, "settings flood": frameSettings, "priority flood": framePriority, "unknown flood": 0xb} {
		f(name, "h2_flood", func(k *client) {
			for range budget + 1 {
				k.frame(typ, 0, map[frameType]uint32{framePriority: 3}[typ], strings.Repeat("\x00", map[frameType]int{framePing: 8, framePriority: 5}[typ]))
				if len(k.in) > 1<<14 {
					if k.feed(0) != nil {
						return
					}
					k.c.Sent(len(k.c.Out()))
				}
			}
		})
	}
	f("empty data", "h2_flood", func(k *client) {
		k.post(1)
		for range budget + 1 {
			k.frame(frameData, 0, 1, "")
		}
	})
	f("data of one octet", "h2_flood", func(k *client) {
		k.post(1)
		for range budget + 1 {
			k.frame(frameData, 0, 1, "a")
		}
	})
	f("padding without data", "h2_flood", func(k *client) {
		k.post(1)
		for range budget + 1 {
			k.frame(frameData, flagPadded, 1, "\x08\x00\x00\x00\x00\x00\x00\x00\x00")
		}
	})
	f("data of one octet on a stream that was reset", "h2_flood", func(k *client) {
		k.post(1).frame(frameWindow, 0, 1, "\x00\x00\x00\x00")
		for range budget + 1 {
			k.frame(frameData, 0, 1, "a")
		}
	})
	f("small data", "", func(k *client) {
		k.post(1)
		for range budget + 1 {
			k.frame(frameData, 0, 1, "12345")
		}
	})
	f("dribbled windows", "h2_flood", func(k *client) {
		for range budget + 1 {
			k.frame(frameWindow, 0, 0, "\x00\x00\x00\x01")
		}
	})
}

// Windows hold the sender back, and nothing is lost.
func TestFlowControl(t *testing.T) {
	k := newClient(t, Options{})
	k.frame(frameSettings, 0, 0, "\x00\x04\x00\x00\x00\x0a").get(1).get(3)
	if err := k.feed(0); err != nil {
		t.Fatal(err)
	}
	k.sent()
	s := k.of[1]
	k.c.WriteHead(s, 200, nil, false)
	if n := k.c.WriteData(s, make([]byte, 25), true); n != 10 {
		t.Fatalf("%d octets left; want 10", n)
	}
	if n := k.c.WriteData(s, make([]byte, 15), true); n != 0 {
		t.Fatalf("%d octets left; want none", n)
	}
	k.frame(frameWindow, 0, 1, "\x00\x00\x00\x0f")
	if err := k.feed(0); err != nil {
		t.Fatal(err)
	}
	if n := k.c.WriteData(s, make([]byte, 15), true); n != 15 {
		t.Fatalf("%d octets left; want 15", n)
	}
	if got, want := k.sent(), "1 block end=false; 1 data 10 end=false; 1 data 15 end=true"; got != want {
		t.Errorf("sent %q; want %q", got, want)
	}
	if k.c.Open() != 1 {
		t.Errorf("%d streams are open; want 1", k.c.Open())
	}
	// The other stream is not hurt, and an end without data needs no window.
	k.frame(frameSettings, 0, 0, "\x00\x04\x00\x00\x00\x00")
	if err := k.feed(0); err != nil {
		t.Fatal(err)
	}
	k.sent()
	k.c.WriteHead(k.of[3], 204, message.Fields{{Name: []byte("x"), Value: []byte("y")}}, false)
	if k.c.WriteData(k.of[3], nil, true); k.sent() != "3 block end=false; 3 data 0 end=true" || k.c.Open() != 0 {
		t.Error("an empty end was not sent")
	}
}

// A body comes with its octets counted, the window is given back, padding and trailers are understood.
func TestBody(t *testing.T) {
	for _, n := range []int{0, 1, 5} {
		k := newClient(t, Options{Window: 100})
		k.post(1).frame(frameData, flagPadded, 1, "\x02abc\x00\x00").frame(frameData, 0, 1, strings.Repeat("x", 90)).
			headers(1, flagEndHeaders|flagEndStream, "sum", "1")
		if err := k.feed(n); err != nil {
			t.Fatal(err)
		}
		log := k.log.String()
		if !strings.HasPrefix(log, "1 POST http a / end=false\n1 data ") || !strings.HasSuffix(log, "1 trailers [header field \"sum\" = \"1\"]\n") {
			t.Errorf("pieces of %d: heard %q", n, log)
		}
		if sent := k.sent(); !strings.Contains(sent, "1 window ") {
			t.Errorf("pieces of %d: sent %q", n, sent)
		}
	}
}

// What is encoded here, hpack's decoder reads.
func TestEncode(t *testing.T) {
	k := newClient(t, Options{})
	k.get(1)
	if err := k.feed(0); err != nil {
		t.Fatal(err)
	}
	k.sent()
	long := strings.Repeat("v", 20000)
	fields := message.Fields{}
	for _, f := range [][2]string{{"content-type", "text/html"}, {"x-long", long}, {"set-cookie", "a=b"}, {"connection", "close"}, {"x-empty", ""}} {
		fields.AddName(f[0], []byte(f[1]))
	}
	k.c.WriteHead(k.of[1], 418, fields, true)
	var block []byte
	for rest := k.c.Out(); len(rest) > 0; {
		f := parseHeader(rest)
		block = append(block, rest[headerLen:headerLen+f.length]...)
		rest = rest[headerLen+f.length:]
	}
	got, err := hpack.NewDecoder(4096, nil).DecodeFull(block)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{":status=418", "content-type=text/html", "x-long=" + long, "set-cookie=a=b", "x-empty="}
	for i, f := range got {
		if i >= len(want) || f.Name+"="+f.Value != want[i] {
			t.Errorf("field %d is %.40s=%.40s", i, f.Name, f.Value)
		}
	}
	if len(got) != len(want) || !got[3].Sensitive {
		t.Errorf("%d fields; the cookie may be indexed: %v", len(got), !got[3].Sensitive)
	}
}

func TestAllocatesNothing(t *testing.T) {
	k := newClient(t, Options{})
	k.get(1)
	if err := k.feed(0); err != nil {
		t.Fatal(err)
	}
	quiet := &silent{}
	c := NewConn(Options{}, quiet)
	first := append([]byte(Preface), appendHeader(nil, 0, frameSettings, 0, 0)...)
	c.Feed(first)
	enc := newClient(t, Options{})
	enc.in = enc.in[:0]
	enc.get(1)
	c.Feed(enc.in) // now the client's table holds the fields
	fields := message.Fields{}
	fields.AddName("content-type", []byte("text/plain"))
	answer := func() {
		s := quiet.last
		c.WriteHead(s, 200, fields, false)
		c.WriteData(s, []byte("hello"), true)
		c.Release(s)
		c.Sent(len(c.Out()))
	}
	answer()
	id := uint32(3)
	enc.in = enc.in[:0]
	enc.get(id)
	frame := append([]byte(nil), enc.in...)
	if n := testing.AllocsPerRun(200, func() {
		frame[5], frame[6], frame[7], frame[8] = byte(id>>24), byte(id>>16), byte(id>>8), byte(id)
		if _, err := c.Feed(frame); err != nil {
			t.Fatal(err)
		}
		answer()
		id += 2
	}); n > 0 {
		t.Errorf("%v allocations for a request", n)
	}
}

type silent struct{ last *Stream }

func (h *silent) Head(s *Stream, _ *Head, _ bool) { h.last = s }
func (*silent) Data(*Stream, []byte, bool)        {}
func (*silent) Trailers(*Stream, *Head)           {}
func (*silent) Gone(*Stream, ErrCode)             {}
func (*silent) Window(*Stream)                    {}
