package http1

import (
	"bytes"
	"io"
	"testing"

	"weir/internal/message"
)

// wide lets what AppendRequest wrote be parsed whatever it added.
var wide = Limits{HeadBytes: 1 << 20, Fields: 1000}

// FuzzRequest: a request that is taken is written in a form that is taken again with the same framing and is then
// written the same; and a head that comes in two pieces is judged as one that comes in one.
func FuzzRequest(f *testing.F) {
	for _, s := range goodRequests {
		f.Add([]byte(s), 7)
	}
	f.Add([]byte("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"), 3)
	f.Add([]byte("GET http://u@a/ HTTP/1.1\r\nHost : a\r\n\r\n"), 60)
	f.Fuzz(func(t *testing.T, in []byte, cut int) {
		req := new(message.Request)
		buf := bytes.Clone(in)
		n, err := ParseRequest(buf, req, DefaultLimits)
		checkSplit(t, in, cut, n, err, func(p *Parser, b []byte) (int, error) {
			return p.Request(b, new(message.Request), DefaultLimits)
		})
		if err != nil {
			return
		}
		o := RequestOptions{Upgrade: true}
		first := AppendRequest(nil, req, o)
		again := new(message.Request)
		n, err = ParseRequest(bytes.Clone(first), again, wide)
		if err != nil || n != len(first) {
			t.Fatalf("%q was written as %q: %d, %v", in, first, n, err)
		}
		if again.Framing != req.Framing || again.ContentLength != req.ContentLength || again.Upgrade != req.Upgrade || again.Expect100 != req.Expect100 {
			t.Fatalf("%q was written as %q, which is framed differently", in, first)
		}
		if !bytes.Equal(again.Host(), req.Host()) || !bytes.Equal(again.Path, req.Path) || !bytes.Equal(again.Method, req.Method) {
			t.Fatalf("%q was written as %q, which is for something else", in, first)
		}
		if second := AppendRequest(nil, again, o); !bytes.Equal(first, second) {
			t.Fatalf("%q was written as %q and then as %q", in, first, second)
		}
	})
}

// FuzzLax: what a lenient parser takes is written so that it is taken again, for the same, with the same framing.
func FuzzLax(f *testing.F) {
	for _, s := range []string{"GET /a#\xff HTTP/2.0\r\nHost: a\r\n\r\n", "POST http://x/ HTTP/1.1\r\nHost: y\r\nHost: z,\r\nX\xe9: 1\r\nContent-Length: 5\r\n\r\n"} {
		f.Add([]byte(s), 7)
	}
	lax, wideLax := Limits{Lax: true}, Limits{HeadBytes: wide.HeadBytes, Fields: wide.Fields, Lax: true}
	f.Fuzz(func(t *testing.T, in []byte, cut int) {
		req := new(message.Request)
		n, err := ParseRequest(bytes.Clone(in), req, lax)
		checkSplit(t, in, cut, n, err, func(p *Parser, b []byte) (int, error) {
			return p.Request(b, new(message.Request), lax)
		})
		if err != nil {
			return
		}
		first := AppendRequest(nil, req, RequestOptions{})
		again := new(message.Request)
		n, err = ParseRequest(bytes.Clone(first), again, wideLax)
		if err != nil || n != len(first) || again.Framing != req.Framing || again.ContentLength != req.ContentLength || !bytes.Equal(again.Host(), req.Host()) {
			t.Fatalf("%q was written as %q: %d, %v", in, first, n, err)
		}
	})
}

// FuzzResponse is FuzzRequest for responses to any method.
func FuzzResponse(f *testing.F) {
	for _, s := range goodResponses {
		f.Add([]byte(s), 7, uint8(message.MethodGet))
	}
	f.Add([]byte("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"), 3, uint8(message.MethodHead))
	f.Fuzz(func(t *testing.T, in []byte, cut int, m uint8) {
		method := message.MethodID(m)
		resp := new(message.Response)
		n, err := ParseResponse(bytes.Clone(in), resp, method, DefaultLimits)
		checkSplit(t, in, cut, n, err, func(p *Parser, b []byte) (int, error) {
			return p.Response(b, new(message.Response), method, DefaultLimits)
		})
		if err != nil {
			return
		}
		o := ResponseOptions{Upgrade: true}
		first := AppendResponse(nil, resp, o)
		again := new(message.Response)
		n, err = ParseResponse(bytes.Clone(first), again, method, wide)
		if err != nil || n != len(first) {
			t.Fatalf("%q was written as %q: %d, %v", in, first, n, err)
		}
		if again.Framing != resp.Framing || again.ContentLength != resp.ContentLength || again.Upgrade != resp.Upgrade || again.Status != resp.Status {
			// A coding or an absent length says nothing in a response to HEAD and is not repeated.
			t.Fatalf("%q was written as %q, which is framed differently", in, first)
		}
		if second := AppendResponse(nil, again, o); !bytes.Equal(first, second) {
			t.Fatalf("%q was written as %q and then as %q", in, first, second)
		}
	})
}

// checkSplit parses in in two pieces. n and err are the verdict on all of it at once. Between the pieces only line ends are
// looked at, so what is bad at once may still be waited for in pieces; it is never taken.
func checkSplit(t *testing.T, in []byte, cut, n int, err error, run parse) {
	t.Helper()
	cut = max(0, min(cut, len(in)))
	buf := bytes.Clone(in)
	var p Parser
	k, first := run(&p, buf[:cut:cut])
	if first == nil {
		if err != nil || k != n {
			t.Fatalf("%q is complete; all of %q gives %d, %v", in[:cut], in, n, err)
		}
		return
	}
	if first != ErrIncomplete {
		if err == nil || err == ErrIncomplete {
			t.Fatalf("%q gives %v; all of %q gives %v", in[:cut], first, in, err)
		}
		return
	}
	k, second := run(&p, buf)
	if (second == nil) != (err == nil) || k != n || err == ErrIncomplete && second != ErrIncomplete {
		t.Fatalf("%q in pieces of %d: %d, %v; want %d, %v", in, cut, k, second, n, err)
	}
}

// FuzzChunk: what the decoder yields does not depend on how the body is cut, and when encoded anew yields the same.
func FuzzChunk(f *testing.F) {
	f.Add([]byte("2\r\nab\r\n3;x=y\r\ncde\r\n0\r\nX-A: b\r\nHost: c\r\n\r\nGET"), 3)
	f.Add([]byte("7fffffffffffffff\r\nab"), 1)
	f.Add([]byte("2\r\nabX0\r\n\r\n"), 2)
	f.Fuzz(func(t *testing.T, in []byte, size int) {
		size = max(1, min(size, len(in)+1))
		trailers, piecewise := message.Fields{}, message.Fields{}
		data, n, err := decode(string(in), len(in)+1, &trailers)
		data2, n2, err2 := decode(string(in), size, &piecewise)
		late := err2 == ErrIncomplete && err != io.EOF // as in checkSplit, in the trailer section
		if data != data2 || n != n2 || (err == io.EOF) != (err2 == io.EOF) || (err == ErrIncomplete) != (err2 == ErrIncomplete) && !late {
			t.Fatalf("%q: %q, %d, %v; in pieces of %d: %q, %d, %v", in, data, n, err, size, data2, n2, err2)
		}
		if fieldsText(trailers) != fieldsText(piecewise) {
			t.Fatalf("%q: trailers %q; in pieces of %d: %q", in, fieldsText(trailers), size, fieldsText(piecewise))
		}
		var c ChunkReader
		joined, n3, err3 := c.Decode(bytes.Clone(in))
		if string(joined) != data || n3 != n || err3 != nil && err3 != err {
			t.Fatalf("%q: %q, %d, %v; Decode: %q, %d, %v", in, data, n, err, joined, n3, err3)
		}
		if err != io.EOF {
			return
		}
		encoded := AppendLastChunk(AppendChunk(nil, []byte(data)), trailers)
		var again message.Fields
		data4, n4, err4 := decode(string(encoded), size, &again)
		if data4 != data || n4 != len(encoded) || err4 != io.EOF || fieldsText(again) != fieldsText(trailers) {
			t.Fatalf("%q was encoded as %q: %q, %d, %v", in, encoded, data4, n4, err4)
		}
	})
}
