package http1

import (
	"testing"

	"weir/internal/message"
)

const benchRequest = "GET /api/items?tableId=42&x=1 HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: bench/1.0 (linux; x86_64)\r\n" +
	"Accept: */*\r\nX-Request-Tag: 0123456789abcdef\r\n\r\n"

const benchResponse = "HTTP/1.1 200 OK\r\nServer: origin\r\nDate: Sat, 21 Nov 2026 08:00:00 GMT\r\nContent-Type: text/plain; charset=utf-8\r\n" +
	"Content-Length: 100\r\nConnection: keep-alive\r\nCache-Control: no-cache\r\nX-Served-By: s1\r\n\r\n"

func BenchmarkParseRequest(b *testing.B) {
	buf, req := []byte(benchRequest), new(message.Request)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseRequest(buf, req, DefaultLimits); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseResponse(b *testing.B) {
	buf, resp := []byte(benchResponse), new(message.Response)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseResponse(buf, resp, message.MethodGet, DefaultLimits); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendRequest(b *testing.B) {
	req, out := new(message.Request), make([]byte, 0, 4096)
	if _, err := ParseRequest([]byte(benchRequest), req, DefaultLimits); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		out = AppendRequest(out[:0], req, RequestOptions{})
	}
}

func BenchmarkAppendResponse(b *testing.B) {
	resp, out := new(message.Response), make([]byte, 0, 4096)
	if _, err := ParseResponse([]byte(benchResponse), resp, message.MethodGet, DefaultLimits); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		out = AppendResponse(out[:0], resp, ResponseOptions{})
	}
}

func BenchmarkChunkSmall(b *testing.B) { benchChunks(b, 16) }
func BenchmarkChunkBig(b *testing.B)   { benchChunks(b, 8192) }

func benchChunks(b *testing.B, size int) {
	body := AppendChunk(nil, make([]byte, size))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	var c ChunkReader
	for b.Loop() {
		for r := 0; r < len(body); {
			_, n, err := c.Next(body[r:])
			if err != nil && err != ErrIncomplete {
				b.Fatal(err)
			}
			r += n
		}
	}
}

// TestAllocations is the gate: a message costs no heap.
func TestAllocations(t *testing.T) {
	f := func(name string, run func()) {
		t.Helper()
		run()
		if n := testing.AllocsPerRun(200, run); n != 0 {
			t.Fatalf("%s: %v allocations per run; want 0", name, n)
		}
	}
	var (
		req, tunnel   message.Request
		resp          message.Response
		trailers      message.Fields
		out           = make([]byte, 0, 4096)
		request       = []byte(benchRequest)
		response      = []byte(benchResponse)
		upgrade       = []byte("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade, X-Hop\r\nUpgrade: websocket\r\nX-Hop: 1\r\n\r\n")
		bad           = []byte("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
		body          = []byte("5\r\nhello\r\n3;x=y\r\nyou\r\n0\r\nx-sum: 1\r\netag: e\r\nhost: h\r\n\r\n")
		scratch       = make([]byte, len(body))
		mustNil       = func(_ int, err error) { must(t, err == nil) }
		parserInSteps = func() {
			var p Parser
			for n := 1; n <= len(request); n++ {
				_, err := p.Request(request[:n], &req, DefaultLimits)
				must(t, (err == nil) == (n == len(request)))
			}
		}
	)
	f("parse request", func() { mustNil(ParseRequest(request, &req, DefaultLimits)) })
	f("parse request in steps", parserInSteps)
	f("parse upgrade", func() { mustNil(ParseRequest(upgrade, &tunnel, DefaultLimits)) })
	f("parse bad request", func() { _, err := ParseRequest(bad, &tunnel, DefaultLimits); must(t, err == ErrHosts) })
	f("parse response", func() { mustNil(ParseResponse(response, &resp, message.MethodGet, DefaultLimits)) })
	f("append request", func() { out = AppendRequest(out[:0], &req, RequestOptions{Close: true}) })
	f("append response", func() { out = AppendResponse(out[:0], &resp, ResponseOptions{KeepAlive: true}) })
	f("chunks", func() {
		copy(scratch, body)
		trailers = trailers[:0]
		c := ChunkReader{Trailers: &trailers}
		data, _, _ := c.Decode(scratch)
		must(t, c.Done() && len(data) == 8 && len(trailers) == 2)
		out = AppendLastChunk(AppendChunk(out[:0], data), trailers)
	})
}

func must(t *testing.T, ok bool) {
	t.Helper()
	if !ok {
		t.Fatal("unexpected result")
	}
}
