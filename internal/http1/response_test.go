package http1

import (
	"testing"

	"weir/internal/message"
)

func TestStatusLine(t *testing.T) {
	f := func(line, want string) {
		t.Helper()
		resp, _, err := response(line+"\r\nContent-Length: 0\r\n\r\n", message.MethodGet)
		got := verdict(err)
		if err == nil {
			got = string(AppendStatusLine(nil, resp.Status, resp.Reason))
		}
		if got != want {
			t.Fatalf("%q: %q; want %q", line, got, want)
		}
	}
	f("HTTP/1.1 200 OK", "HTTP/1.1 200 OK\r\n")
	f("HTTP/1.0 200 OK", "HTTP/1.1 200 OK\r\n")
	f("HTTP/1.1 200 ", "HTTP/1.1 200 \r\n")
	f("HTTP/1.1 200", "HTTP/1.1 200 \r\n")
	f("HTTP/1.1 200 a\tb \x80", "HTTP/1.1 200 a\tb \x80\r\n")
	f("HTTP/1.1 200  OK", "HTTP/1.1 200  OK\r\n")
	f("HTTP/1.1 599 X", "HTTP/1.1 599 X\r\n")
	f("HTTP/1.1 999 X", "HTTP/1.1 999 X\r\n")

	f("HTTP/1.1 0 X", "bad_status")
	f("HTTP/1.1 99 X", "bad_status")
	f("HTTP/1.1 099 X", "bad_status")
	f("HTTP/1.1 000 X", "bad_status")
	f("HTTP/1.1 1000 X", "bad_status")
	f("HTTP/1.1 20", "bad_status")
	f("HTTP/1.1 2 0 X", "bad_status")
	f("HTTP/1.1 abc X", "bad_status")
	f("HTTP/1.1 -20 X", "bad_status")
	f("HTTP/1.1 200OK", "bad_status")
	f("HTTP/1.1  200 OK", "bad_status")
	f("HTTP/1.1 200 a\x01b", "bad_reason")
	f("HTTP/1.1 200 a\x00b", "bad_reason")
	f("HTTP/1.1 200 a\x7fb", "bad_reason")
	f("HTTP/1.1 200 a\rb", "bare_cr")
	f("HTTP/1.1 200 OK\nX: y", "bare_lf")
	f("HTTP/1.1\t200 OK", "bad_version")
	f("HTTP/1.2 200 OK", "bad_version")
	f("HTTP/2.0 200 OK", "bad_version")
	f("HTTP/1.11 200 OK", "bad_version")
	f("http/1.1 200 OK", "bad_version")
	f("ICY 200 OK", "bad_version")
	f("<html>", "bad_version")
	f("\r\nHTTP/1.1 200 OK", "bad_version") // what is left of the previous response, not a new one
}

func TestInterimResponses(t *testing.T) {
	buf := []byte("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
	var resp message.Response
	for _, want := range []int{100, 103, 200} {
		n, err := ParseResponse(buf, &resp, message.MethodGet, DefaultLimits)
		if err != nil || resp.Status != want {
			t.Fatalf("status %d, %v; want %d", resp.Status, err, want)
		}
		buf = buf[n:]
	}
	if string(buf) != "hi" {
		t.Fatalf("left %q; want hi", buf)
	}
}
