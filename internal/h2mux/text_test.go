package h2mux

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/net/http2/hpack"

	"weir/internal/http1"
	"weir/internal/http2"
	"weir/internal/message"
)

// heads gives each head that it is told of to f.
type heads struct{ f func(h *http2.Head, end bool) }

func (k *heads) Head(_ *http2.Stream, h *http2.Head, end bool) { k.f(h, end) }
func (k *heads) Data(*http2.Stream, []byte, bool)              {}
func (k *heads) Trailers(*http2.Stream, *http2.Head)           {}
func (k *heads) Gone(*http2.Stream, http2.ErrCode)             {}
func (k *heads) Window(*http2.Stream)                          {}

// block is HEADERS on the first stream, with these fields: names and values in turn.
func block(flags byte, fields ...string) []byte {
	var b bytes.Buffer
	enc := hpack.NewEncoder(&b)
	for i := 0; i < len(fields); i += 2 {
		enc.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]})
	}
	n := b.Len()
	return append([]byte{byte(n >> 16), byte(n >> 8), byte(n), 1, flags, 0, 0, 0, 1}, b.Bytes()...)
}

// limits are as wide as what http2 lets through.
var limits = http1.Limits{HeadBytes: 1 << 16, Fields: 200}

// FuzzAnswer: what a server may say in HTTP/2 is one response in HTTP/1, of the same status, and its end is where HTTP/2 says.
func FuzzAnswer(f *testing.F) {
	f.Add(block(5, ":status", "200", "content-length", "0", "x", "y"), false)
	f.Add(block(4, ":status", "200", "trailer", "x", "content-length", "7"), false)
	f.Add(block(5, ":status", "304", "content-length", "5"), false)
	f.Add(block(4, ":status", "103", "link", "</a>; b"), true)
	f.Add(block(5, ":status", "200", "content-length", "9", "set-cookie", " a\t"), true)
	f.Fuzz(func(t *testing.T, in []byte, head bool) {
		k := &heads{}
		c := http2.NewClient(http2.Options{}, k)
		method, id := "GET", message.MethodGet
		if head {
			method, id = "HEAD", message.MethodHead
		}
		c.WriteRequest(c.Start(), &http2.Ask{Method: []byte(method), Scheme: schemeHTTP, Path: root}, true)
		k.f = func(h *http2.Head, end bool) {
			st := &stream{m: &Conn{server: true}}
			st.out.method = id
			st.answer(h, end)
			var p http1.Parser
			var resp message.Response
			text := string(st.in)
			n, err := p.Response(st.in, &resp, id, limits)
			if err != nil || n != len(text) || resp.Status != h.Status {
				t.Fatalf("%+v is %q: %d, %v", h, text, n, err)
			}
			if h.Status < 200 {
				return
			}
			bodyless := head || h.Status == 204 || h.Status == 304
			switch none := resp.Framing == message.NoBody || resp.Framing == message.Length && resp.ContentLength == 0; {
			case (end || bodyless) && !none, resp.Framing == message.UntilClose:
				t.Fatalf("%q has a body", text)
			case !end && !bodyless && none && h.Length != 0:
				t.Fatalf("%q has no body", text)
			case !resp.KeepAlive && h.Status != 204 && !resp.Upgrade:
				t.Fatalf("%q ends its connection", text)
			}
		}
		c.Feed(append([]byte("\x00\x00\x00\x04\x00\x00\x00\x00\x00"), in...))
	})
}

// TestBeginTarget: a stream's HTTP/1 asks for the URI that the client has said, as far as it has said it.
func TestBeginTarget(t *testing.T) {
	f := func(want, scheme string, fields ...string) {
		t.Helper()
		k := &heads{}
		c := http2.NewConn(http2.Options{Connect: true}, k)
		got := ""
		k.f = func(h *http2.Head, end bool) {
			st := &stream{m: &Conn{}}
			st.begin(h, end)
			got, _, _ = strings.Cut(string(st.in), "\r\n")
			if st.https != (scheme == "https") {
				t.Errorf("%q: https %v", fields, st.https)
			}
		}
		c.Feed(append([]byte(http2.Preface+"\x00\x00\x00\x04\x00\x00\x00\x00\x00"), block(5, fields...)...))
		if got != want {
			t.Errorf("%q: got %q; want %q", fields, got, want)
		}
	}
	f("GET http://h:81/a?b HTTP/1.1", "http", ":method", "GET", ":scheme", "http", ":authority", "h:81", ":path", "/a?b")
	f("GET https://h/ HTTP/1.1", "https", ":method", "GET", ":scheme", "https", ":authority", "h", ":path", "/", "host", "h")
	f("GET /a HTTP/1.1", "https", ":method", "GET", ":scheme", "https", ":path", "/a", "host", "h")
	f("OPTIONS https://h HTTP/1.1", "https", ":method", "OPTIONS", ":scheme", "https", ":authority", "h", ":path", "*")
	f("OPTIONS * HTTP/1.1", "http", ":method", "OPTIONS", ":scheme", "http", ":path", "*")
	f("GET /a HTTP/1.1", "http", ":method", "GET", ":scheme", "http", ":authority", "h/x", ":path", "/a") // whose Host is refused later
	f("GET /a HTTP/1.1", "http", ":method", "GET", ":scheme", "http", ":authority", "h?x", ":path", "/a")
	f("GET https://h/ws HTTP/1.1", "https", ":method", "CONNECT", ":protocol", "websocket", ":scheme", "https", ":authority", "h", ":path", "/ws")
	f("CONNECT h:443 HTTP/1.1", "", ":method", "CONNECT", ":authority", "h:443")
}

// FuzzBegin: what a client may ask in HTTP/2 is one request in HTTP/1.
func FuzzBegin(f *testing.F) {
	f.Add(block(5, ":method", "GET", ":scheme", "http", ":path", "/a?b", ":authority", "h"))
	f.Add(block(4, ":method", "POST", ":scheme", "https", ":path", "/", ":authority", "h", "trailer", "x", "content-length", "5"))
	f.Add(block(5, ":method", "OPTIONS", ":scheme", "http", ":path", "*", "host", "h", "cookie", "a=b", "cookie", "c=d"))
	f.Add(block(4, ":method", "CONNECT", ":authority", "h:443"))
	f.Add(block(4, ":method", "CONNECT", ":protocol", "websocket", ":scheme", "http", ":path", "/ws", ":authority", "h"))
	f.Fuzz(func(t *testing.T, in []byte) {
		k := &heads{}
		c := http2.NewConn(http2.Options{Connect: true}, k)
		k.f = func(h *http2.Head, end bool) {
			st := &stream{m: &Conn{}}
			st.begin(h, end)
			var p http1.Parser
			var req message.Request
			text := string(st.in)
			n, err := p.Request(st.in, &req, limits)
			if e, ok := err.(*http1.Error); ok && e.Status != 0 {
				return // stricter than HTTP/2 is: the client is told
			}
			if err != nil || n != len(text) {
				t.Fatalf("%+v is %q: %d, %v", h, text, n, err)
			}
			none := req.Framing == message.NoBody || req.Framing == message.Length && req.ContentLength == 0
			if tunnel := h.Method == "CONNECT"; !tunnel && (end && !none || !end && none && h.Length != 0) {
				t.Fatalf("%q: the end is %v", text, end)
			}
		}
		c.Feed(append([]byte(http2.Preface+"\x00\x00\x00\x04\x00\x00\x00\x00\x00"), in...))
	})
}
