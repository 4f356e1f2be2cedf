package frontend

import (
	"io"
	"strings"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// acceptH2 takes the proxy's next connection and begins HTTP/2 on it with these settings.
func (o *testOrigin) acceptH2(settings ...http2.Setting) *rawH2 {
	o.t.Helper()
	k := &rawH2{peer: o.accept()}
	k.settings(settings...)
	return k
}

// settings begins HTTP/2.
func (k *rawH2) settings(settings ...http2.Setting) {
	k.t.Helper()
	k.enc = hpack.NewEncoder(&k.buf)
	preface := make([]byte, len(http2.ClientPreface))
	if _, err := io.ReadFull(k.r, preface); err != nil || string(preface) != http2.ClientPreface {
		k.t.Fatalf("the connection begins with %q, %v", preface, err)
	}
	k.fr = http2.NewFramer(k, k.r)
	k.fr.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	k.must(k.fr.WriteSettings(settings...))
}

// asked is the next request.
func (k *rawH2) asked() *http2.MetaHeadersFrame {
	k.t.Helper()
	f := k.next()
	h, ok := f.(*http2.MetaHeadersFrame)
	if !ok {
		k.t.Fatalf("got %v; want a request", f)
	}
	return h
}

// h2Server is a backend whose server speaks HTTP/2 without TLS.
func h2Server(o *testOrigin, be string) string {
	return simple(o.addr(), "", "default_server {\n proto = \"h2\"\n}\n"+be)
}

// What a server does with a request, and what becomes of it: what the client gets, the log's termination state, and whether the connection
// serves another request.
func TestHTTP2ServerFails(t *testing.T) {
	f := func(name, be string, play func(k *rawH2, id uint32), status int, state string, stays bool) {
		t.Run(name, func(t *testing.T) {
			o := newTestOrigin(t)
			px := newTestProxy(t, h2Server(o, "retries = 0\n"+be))
			p := dialPeer(t, px.addr("f", 0))
			p.send("GET /first HTTP/1.1\r\nHost: h\r\n\r\n")
			k := o.acceptH2()
			play(k, k.asked().StreamID)
			p.status(status)
			if line := px.logLine("/first"); !strings.Contains(line, " "+state+" ") {
				t.Errorf("logged %q; want %s", line, state)
			}
			p.Close()
			p = dialPeer(t, px.addr("f", 0))
			p.send("GET /second HTTP/1.1\r\nHost: h\r\n\r\n")
			if !stays {
				k = o.acceptH2()
			}
			for {
				if h, ok := k.next().(*http2.MetaHeadersFrame); ok {
					k.request(h.StreamID, true, ":status", "204")
					break
				}
			}
			p.status(204)
			p.Close()
			px.balanced()
		})
	}
	get := func(frames ...func(k *rawH2, id uint32)) func(k *rawH2, id uint32) {
		return func(k *rawH2, id uint32) {
			for _, frame := range frames {
				frame(k, id)
			}
		}
	}
	head := func(end bool, fields ...string) func(k *rawH2, id uint32) {
		return func(k *rawH2, id uint32) { k.request(id, end, fields...) }
	}
	reset := func(code http2.ErrCode) func(k *rawH2, id uint32) {
		return func(k *rawH2, id uint32) { k.must(k.fr.WriteRSTStream(id, code)) }
	}
	f("refused", "", get(reset(http2.ErrCodeRefusedStream)), 502, "SH--", true)
	f("reset", "", get(reset(http2.ErrCodeInternal)), 502, "SH--", true)
	f("closed", "", func(k *rawH2, _ uint32) { k.Close() }, 502, "SH--", false)
	f("left out by GOAWAY", "", func(k *rawH2, _ uint32) { k.must(k.fr.WriteGoAway(0, http2.ErrCodeNo, nil)) }, 502, "SH--", false)
	f("no status", "", get(head(true, "x", "y")), 502, "PH--", false)
	f("a field of the connection", "", get(head(true, ":status", "200", "connection", "close")), 502, "PH--", false)
	f("data before the head", "", func(k *rawH2, id uint32) { k.must(k.fr.WriteData(id, true, []byte("a"))) }, 502, "PH--", false)
	f("a push", "", func(k *rawH2, id uint32) {
		k.must(k.fr.WritePushPromise(http2.PushPromiseParam{StreamID: id, PromiseID: 2, EndHeaders: true}))
	}, 502, "SH--", false)
	f("a lying length", "", get(head(true, ":status", "200", "content-length", "5")), 502, "PH--", false)
	f("no answer", "timeout {\n server = \"50ms\"\n}", func(*rawH2, uint32) {}, 504, "sH--", true)
	f("an answer and NO_ERROR", "", get(head(true, ":status", "204"), reset(http2.ErrCodeNo)), 204, "----", true)
	f("GOAWAY and an answer", "", func(k *rawH2, id uint32) {
		k.must(k.fr.WriteGoAway(id, http2.ErrCodeNo, nil))
		k.request(id, true, ":status", "204")
		for {
			if _, err := k.fr.ReadFrame(); err != nil { // the connection ends with its last stream
				break
			}
		}
	}, 204, "----", false)
}

// What breaks off in the midst of a response is not made to look complete.
func TestHTTP2ServerBreaksOff(t *testing.T) {
	f := func(name, state string, play func(k *rawH2, id uint32)) {
		t.Run(name, func(t *testing.T) {
			o := newTestOrigin(t)
			px := newTestProxy(t, h2Server(o, ""))
			p := dialPeer(t, px.addr("f", 0))
			p.send("GET /first HTTP/1.1\r\nHost: h\r\n\r\n")
			k := o.acceptH2()
			id := k.asked().StreamID
			k.request(id, false, ":status", "200")
			k.must(k.fr.WriteData(id, false, []byte("abc")))
			if h := p.head(); !strings.Contains(h, "\r\ntransfer-encoding: chunked\r\n") {
				t.Errorf("got %q", h)
			}
			p.expect("3\r\nabc\r\n")
			play(k, id)
			p.closed()
			if line := px.logLine("/first"); !strings.Contains(line, " "+state+" ") {
				t.Errorf("logged %q; want %s", line, state)
			}
			px.balanced()
		})
	}
	f("reset", "SD--", func(k *rawH2, id uint32) { k.must(k.fr.WriteRSTStream(id, http2.ErrCodeInternal)) })
	f("closed", "SD--", func(k *rawH2, _ uint32) { k.Close() })
	f("malformed trailers", "SD--", func(k *rawH2, id uint32) { k.request(id, true, ":status", "200") })
}

// What the server has done nothing with is sent again, with its body, whatever its method.
func TestHTTP2ServerRetries(t *testing.T) {
	t.Parallel()
	f := func(name string, refuse func(k *rawH2, id uint32)) {
		t.Run(name, func(t *testing.T) {
			o := newTestOrigin(t)
			px := newTestProxy(t, h2Server(o, "timeout {\n connect = \"1s\"\n}"))
			p := dialPeer(t, px.addr("f", 0))
			p.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")
			k := o.acceptH2()
			refuse(k, k.asked().StreamID)
			k = o.acceptH2()
			h := k.asked()
			if h.PseudoValue("method") != "POST" {
				t.Errorf("got %v", h)
			}
			if d, ok := k.next().(*http2.DataFrame); !ok || string(d.Data()) != "abc" || !d.StreamEnded() {
				t.Errorf("got %v", d)
			}
			k.request(h.StreamID, true, ":status", "204")
			p.status(204)
			p.Close()
			px.balanced()
		})
	}
	f("refused", func(k *rawH2, id uint32) { k.must(k.fr.WriteRSTStream(id, http2.ErrCodeRefusedStream)) })
	f("GOAWAY", func(k *rawH2, id uint32) { k.must(k.fr.WriteGoAway(0, http2.ErrCodeNo, nil)) })
}

// A body goes as fast as the server takes it, and a response as fast as the client does.
func TestHTTP2ServerWindows(t *testing.T) {
	o := newTestOrigin(t)
	px := newTestProxy(t, h2Server(o, ""))
	p := dialPeer(t, px.addr("f", 0))
	p.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n0123456789abcdefghij\r\n0\r\nx-a-trailer-that-is-longer-than-the-window: 1\r\n\r\n")
	k := o.acceptH2(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 7})
	// The request may have left before the settings came: then all of it is here.
	id, body := k.asked().StreamID, ""
	for ended := false; !ended; {
		switch f := k.next().(type) {
		case *http2.DataFrame:
			body += string(f.Data())
			ended = f.StreamEnded()
			if n := len(f.Data()); n > 0 && !ended {
				k.must(k.fr.WriteWindowUpdate(id, uint32(n)))
			}
		case *http2.MetaHeadersFrame:
			if ended = f.StreamEnded(); !ended || len(f.Fields) != 1 {
				t.Errorf("trailers: %v", f)
			}
		}
	}
	if body != "0123456789abcdefghij" {
		t.Errorf("the server got %q", body)
	}

	// The server sends as much as the window lets, then is asked for more as the client reads.
	const window = 65535
	k.request(id, false, ":status", "200")
	chunk := make([]byte, 13107)
	for range window / len(chunk) {
		k.must(k.fr.WriteData(id, false, chunk))
	}
	p.head()
	sent := window
	for more := 4 << 20; more > 0; {
		f, err := k.fr.ReadFrame()
		k.must(err)
		w, ok := f.(*http2.WindowUpdateFrame)
		if !ok || w.StreamID != id {
			continue
		}
		sent += int(w.Increment)
		for n := int(w.Increment); n > 0; {
			m := min(n, len(chunk))
			k.must(k.fr.WriteData(id, false, chunk[:m]))
			n -= m
		}
		if more -= int(w.Increment); more > 0 {
			drain(t, p, int(w.Increment))
		}
	}
	p.Close()
	for {
		if r, ok := k.next().(*http2.RSTStreamFrame); ok {
			if r.StreamID != id || r.ErrCode != http2.ErrCodeCancel {
				t.Errorf("got %v", r)
			}
			break
		}
	}
	px.balanced()
}

// drain reads n octets.
func drain(t *testing.T, p *peer, n int) {
	t.Helper()
	if _, err := io.CopyN(io.Discard, p.r, int64(n)); err != nil {
		t.Fatal(err)
	}
}

// A connection that leads nowhere any more is found out by the first request that waits for nothing.
func TestHTTP2ServerSilent(t *testing.T) {
	t.Parallel()
	o := newTestOrigin(t)
	px := newTestProxy(t, h2Server(o, "timeout {\n server = \"3s\"\n}"))
	p := dialPeer(t, px.addr("f", 0))
	const ask = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
	p.send(ask)
	k := o.acceptH2()
	k.request(k.asked().StreamID, true, ":status", "204")
	p.status(204)
	p.send(ask)
	k.asked()
	p.status(504)
	p.send(ask)
	k = o.acceptH2()
	k.request(k.asked().StreamID, true, ":status", "204")
	p.status(204)
	p.Close()
	px.balanced()
}

// A request of HTTP/1 in each of its forms, as a server of HTTP/2 gets it: nothing that belongs to one hop, and nothing that could
// be two things.
func TestHTTP2ServerRequest(t *testing.T) {
	o := newTestOrigin(t)
	px := newTestProxy(t, h2Server(o, `http_reuse = "always"
http_request "set-header" {
  name  = "X-MADE"
  value = "a"
}
http_request "set-path" {
  value = "/made\r\nx: y"
  when  = path() == "/inject"
}`))
	var k *rawH2
	f := func(request, want string) {
		t.Helper()
		p := dialPeer(t, px.addr("f", 0))
		defer p.Close()
		p.send(request)
		if k == nil {
			k = o.acceptH2()
		}
		var got []string
		var id uint32
		for id == 0 {
			if h, ok := k.next().(*http2.MetaHeadersFrame); ok {
				id = h.StreamID
				for _, f := range h.Fields {
					got = append(got, f.Name+"="+f.Value)
				}
				if !h.StreamEnded() {
					got = append(got, "...")
				}
			}
		}
		k.request(id, true, ":status", "204")
		p.status(204)
		if g := strings.Join(got, " "); g != want {
			t.Errorf("%q:\ngot  %s\nwant %s", request, g, want)
		}
	}
	const h = "\r\nHost: h.example\r\n"
	f("GET /a?b HTTP/1.1"+h+"\r\n", ":method=GET :scheme=http :path=/a?b :authority=h.example x-made=a")
	f("GET / HTTP/1.1"+h+"X-One: 1\r\nConnection: x-one, te\r\nTE: gzip, trailers\r\nKeep-Alive: 5\r\nProxy-Connection: x\r\nCookie: a=b; c=d\r\n\r\n",
		":method=GET :scheme=http :path=/ :authority=h.example cookie=a=b; c=d x-made=a te=trailers")
	f("GET / HTTP/1.1"+h+"Connection: upgrade\r\nUpgrade: other\r\n\r\n", ":method=GET :scheme=http :path=/ :authority=h.example x-made=a")
	f("GET / HTTP/1.1"+h+"Connection: upgrade, http2-settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n", ":method=GET :scheme=http :path=/ :authority=h.example x-made=a")
	f("OPTIONS * HTTP/1.1"+h+"\r\n", ":method=OPTIONS :scheme=http :path=* :authority=h.example x-made=a")
	f("GET http://h.example/a HTTP/1.1"+h+"\r\n", ":method=GET :scheme=http :path=/a :authority=h.example x-made=a")
	f("GET / HTTP/1.0\r\n\r\n", ":method=GET :scheme=http :path=/ x-made=a")
	f("DELETE /x HTTP/1.1"+h+"Content-Length: 0\r\n\r\n", ":method=DELETE :scheme=http :path=/x :authority=h.example x-made=a content-length=0")
	f("PUT /x HTTP/1.1"+h+"Content-Length: 2\r\n\r\nab", ":method=PUT :scheme=http :path=/x :authority=h.example x-made=a content-length=2 ...")
	f("PUT /x HTTP/1.1"+h+"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", ":method=PUT :scheme=http :path=/x :authority=h.example x-made=a ...")
	f("GET /inject HTTP/1.1"+h+"\r\n", ":method=GET :scheme=http :path=/made%0D%0Ax:%20y :authority=h.example x-made=a")
	px.balanced()
}

// A connection that is one client's alone carries that client's requests and nobody else's: by http-reuse, or since it begins with a
// PROXY header.
func TestHTTP2ServerPrivate(t *testing.T) {
	f := func(server, be, first string) {
		t.Helper()
		o := newTestOrigin(t)
		px := newTestProxy(t, simple(o.addr(), "", "default_server {\n proto = \"h2\"\n"+server+"\n}\n"+be))
		exchange := func(p *peer, k *rawH2) {
			t.Helper()
			k.request(k.asked().StreamID, true, ":status", "204")
			p.status(204)
		}
		accept := func() *rawH2 {
			t.Helper()
			k := &rawH2{peer: o.accept()}
			if first != "" {
				if line, err := k.r.ReadString('\n'); err != nil || !strings.HasPrefix(line, first) {
					t.Fatalf("the connection begins with %q, %v", line, err)
				}
			}
			k.settings()
			return k
		}
		const ask = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
		one, two := dialPeer(t, px.addr("f", 0)), dialPeer(t, px.addr("f", 0))
		one.send(ask)
		k1 := accept()
		exchange(one, k1)
		two.send(ask)
		k2 := accept()
		exchange(two, k2)
		one.send(ask)
		exchange(one, k1)
		two.send(ask)
		exchange(two, k2)
		one.Close()
		for { // it goes with its client
			if _, err := k1.fr.ReadFrame(); err != nil {
				break
			}
		}
		two.Close()
		px.balanced()
	}
	f("", `http_reuse = "never"`, "")
	f("send_proxy = true", "", "PROXY TCP4 127.0.0.1 ")
}
