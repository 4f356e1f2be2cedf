package http1

import (
	"io"
	"strings"
	"testing"

	"weir/internal/message"
)

// decode gives the reader the body in pieces of size octets, as a relay does: what Next leaves is given again with more
// behind it. It returns the data, the octets taken and how it ended.
func decode(body string, size int, trailers *message.Fields) (data string, n int, err error) {
	c := ChunkReader{Trailers: trailers}
	var b strings.Builder
	buf := []byte(body)
	for end := min(size, len(buf)); ; {
		piece, k, err := c.Next(buf[n:end])
		b.Write(piece)
		n += k
		switch {
		case err != nil && err != ErrIncomplete:
			return b.String(), n, err
		case err == ErrIncomplete && end == len(buf):
			return b.String(), n, err
		case err == ErrIncomplete:
			end = min(end+size, len(buf))
		}
	}
}

func TestChunks(t *testing.T) {
	f := func(body, wantData, want string) {
		t.Helper()
		for size := 1; size <= len(body)+1; size++ {
			data, n, err := decode(body, size, nil)
			if data != wantData || verdict(err) != want {
				t.Fatalf("%.80q in pieces of %d: %q, %s; want %q, %s", body, size, data, verdict(err), wantData, want)
			}
			if err == io.EOF && body[n:] != "" && body[n:] != "NEXT" {
				t.Fatalf("%.80q: left %q; want the next message", body, body[n:])
			}
			if size > 40 {
				size += 997 // long bodies need not be cut at every place
			}
		}
	}
	f("0\r\n\r\n", "", "eof")
	f("2\r\nab\r\n0\r\n\r\nNEXT", "ab", "eof")
	f("2\r\nab\r\n3\r\ncde\r\n00000\r\n\r\n", "abcde", "eof")
	f("A\r\n0123456789\r\n0\r\n\r\n", "0123456789", "eof")
	f("0000000000000002\r\nab\r\n0\r\n\r\n", "ab", "eof")
	f("2;a=b\r\nab\r\n0;last\r\n\r\n", "ab", "eof")
	f("2 \t;a=\"b\"\r\nab\r\n0\r\n\r\n", "ab", "eof")
	f("2;a=\"\x80\"\r\nab\r\n0\r\n\r\n", "ab", "eof")
	f("2\r\nab\r\n0\r\nX: y\r\n\r\n", "ab", "eof")
	f("4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n", "eof")

	f("\r\nx", "", "bad_chunk_size")
	f(";a\r\n", "", "bad_chunk_size")
	f(" 2\r\nab\r\n", "", "bad_chunk_size")
	f("-1\r\na\r\n", "", "bad_chunk_size")
	f("+1\r\na\r\n", "", "bad_chunk_size")
	f("g\r\n", "", "bad_chunk_size")
	f("00000000000000002\r\nab\r\n", "", "bad_chunk_size")
	f("8000000000000000\r\n", "", "bad_chunk_size")
	f("ffffffffffffffff\r\n", "", "bad_chunk_size")
	f("fffffffffffffffff\r\n", "", "bad_chunk_size")
	f("7fffffffffffffff\r\nab", "ab", "incomplete")
	f("0x2\r\nab\r\n", "", "bad_chunk_line")
	f("0_2\r\nab\r\n", "", "bad_chunk_line")
	f("1zzz\r\na\r\n", "", "bad_chunk_line")
	f("2 \r\nab\r\n", "", "bad_chunk_line")
	f("2\t\r\nab\r\n", "", "bad_chunk_line")
	f("2 2\r\nab\r\n", "", "bad_chunk_line")
	f("2\x00\r\nab\r\n", "", "bad_chunk_line")
	f("2\nab\r\n0\r\n\r\n", "", "bare_lf")
	f("2\rab\r\n", "", "bare_cr")
	f("2\r\r;ext\r\nab\r\n", "", "bare_cr")
	f("2;a\rb\r\n", "", "bare_cr")
	f("2;a\nb\r\nab\r\n", "", "bare_lf")
	f("2;a\x00\r\nab\r\n", "", "bad_chunk_ext")
	f("2;a=\"\r\n\"\r\nab\r\n", "", "bad_chunk_ext")
	for _, ext := range []string{";a", " ; a", ";a=1", ";a=1;b", "; a\t=\t1 ; b", `;a="c d"`, `;a=""`, `;a="\"\\\;"`, `;a="b;c" ;d=e`, ";a=\"\xff\"", ";!#$=%&'*+-.^_`|~"} {
		f("2"+ext+"\r\nab\r\n0"+ext+"\r\n\r\n", "ab", "eof")
	}
	for _, ext := range []string{";", " ;", ";;", ";=x", ";a=", ";a=;b", ";a=b c", ";a b", ";a ", ";a=b ", ";a= ", `;"`, `;a="b`, `;a="b\`, `;a="b"c`, `;a="b" `, `;a="b"=`, ";a==b", ";a=b=c", ";a,b", ";\xff", ";a=\x7f", ";a=\"\x01\""} {
		f("2"+ext+"\r\nab\r\n0\r\n\r\n", "", "bad_chunk_ext")
	}
	f("2\r\nabX\r\n0\r\n\r\n", "ab", "bad_chunk_end")
	f("2\r\nab\n0\r\n\r\n", "ab", "bad_chunk_end")
	f("2\r\nab\rX", "ab", "bad_chunk_end")
	f("2\r\nabc\r\n", "ab", "bad_chunk_end")

	f("1;"+strings.Repeat("a", maxChunkExt-1)+"\r\na\r\n0\r\n\r\n", "a", "eof")
	f("1;"+strings.Repeat("a", maxChunkExt)+"\r\na\r\n", "", "chunk_ext_too_large")
	small := strings.Repeat("1;"+strings.Repeat("a", 255)+"\r\na\r\n", 64)
	f(small+"0\r\n\r\n", strings.Repeat("a", 64), "eof")
	f(small+"1;a\r\n", strings.Repeat("a", 64), "chunk_ext_too_large")

	f("0\r\nX : y\r\n\r\n", "", "space_in_field_name")
	f("0\r\n X: y\r\n\r\n", "", "leading_space")
	f("0\r\n\n", "", "bare_lf")
}

func TestChunkTruncation(t *testing.T) {
	const body = "2;x=y\r\nab\r\n0a \t;z\r\n0123456789\r\n0\r\nX: y\r\nETag: z\r\n\r\n"
	for n := range len(body) {
		if _, _, err := decode(body[:n], n+1, nil); err != ErrIncomplete {
			t.Fatalf("%q: %v; want ErrIncomplete", body[:n], err)
		}
	}
}

func TestTrailers(t *testing.T) {
	f := func(section, want string) {
		t.Helper()
		for size := 1; size < len(section)+4; size++ {
			fields := message.Fields{}
			_, _, err := decode("0\r\n"+section+"\r\n", size, &fields)
			got := verdict(err)
			if err == io.EOF {
				got = fieldsText(fields)
			}
			if got != want {
				t.Fatalf("%.80q in pieces of %d: %q; want %q", section, size, got, want)
			}
			if size > 40 {
				break
			}
		}
	}
	f("", "")
	f("X-Sum: 1\r\ngrpc-status: 0\r\n", "x-sum=1|grpc-status=0")
	f("Content-Length: 5\r\nX-A: 1\r\nX-Forwarded-For: 1\r\nHost: q\r\nTransfer-Encoding: chunked\r\nETag: e\r\nCookie: c\r\nAuthorization: d\r\n", "x-a=1|etag=e")
	f(strings.Repeat("X: y\r\n", maxTrailers+1), "trailers_too_large")
	f("X: "+strings.Repeat("y", maxTrailerBytes)+"\r\n", "trailers_too_large")

	if _, _, err := decode("0\r\n\rX", 9, nil); err != ErrBareCR {
		t.Fatalf("CR alone: %v; want %v", err, ErrBareCR)
	}
	fields := message.Fields{}
	if _, _, err := decode("0\r\n"+strings.Repeat("X: y\r\n", maxTrailers)+"\r\n", 1<<20, &fields); err != io.EOF || len(fields) != maxTrailers {
		t.Fatalf("%d trailers, %v; want %d", len(fields), err, maxTrailers)
	}
}

// The first part of a chunk is there before the rest has come.
func TestChunkStreams(t *testing.T) {
	var c ChunkReader
	data, n, err := c.Next([]byte("a\r\n01"))
	if string(data) != "01" || n != 5 || err != nil {
		t.Fatalf("%q, %d, %v; want 01, 5, nil", data, n, err)
	}
	data, n, err = c.Next([]byte("23456789\r\n0\r\n\r\n"))
	if string(data) != "23456789" || n != 8 || err != nil || c.Done() {
		t.Fatalf("%q, %d, %v; want 23456789, 8, nil", data, n, err)
	}
	if _, n, err = c.Next([]byte("\r\n0\r\n\r\nGET")); n != 7 || err != io.EOF || !c.Done() {
		t.Fatalf("%d, %v; want 7, EOF", n, err)
	}
	if _, n, err = c.Next([]byte("GET")); n != 0 || err != io.EOF {
		t.Fatalf("%d, %v after the end; want 0, EOF", n, err)
	}
}

func TestDecodeJoinsChunks(t *testing.T) {
	f := func(body, wantData string, wantN int, want string) {
		t.Helper()
		var c ChunkReader
		data, n, err := c.Decode([]byte(body))
		if string(data) != wantData || n != wantN || verdict(err) != want {
			t.Fatalf("%q: %q, %d, %s; want %q, %d, %s", body, data, n, verdict(err), wantData, wantN, want)
		}
	}
	f("1\r\na\r\n2\r\nbc\r\n0\r\n\r\nGET", "abc", 18, "eof")
	f("1\r\na\r\n5\r\nbc", "abc", 11, "ok")
	f("1\r\na\r\n5\r", "a", 8, "incomplete")
	f("1\r\na\r\n0\r\nx: ", "a", 9, "incomplete")
	f("1\r\na\r\nx", "a", 6, "bad_chunk_size")
	f("", "", 0, "incomplete")
}
