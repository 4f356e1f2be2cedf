package http1

import (
	"testing"

	"weir/internal/message"
)

func TestLaxRequest(t *testing.T) {
	f := func(head, want string, forgiven *Error) {
		t.Helper()
		p := Parser{}
		var req message.Request
		if _, err := p.Request([]byte(head), &req, Limits{Lax: true}); err != nil {
			t.Errorf("%q: %v", head, err)
			return
		}
		if got := string(AppendRequest(nil, &req, RequestOptions{})); got != want || p.Forgiven != forgiven {
			t.Errorf("%q: %q, forgiven %v; want %q, %v", head, got, p.Forgiven, want, forgiven)
		}
		var strict Parser
		if _, err := strict.Request([]byte(head), &req, Limits{}); forgiven != nil && err == nil {
			t.Errorf("%q: the strict parser takes it too", head)
		}
	}
	f("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\n\r\n", nil)
	f("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a%23b HTTP/1.1\r\nhost: a\r\n\r\n", ErrTargetChar)
	f("GET /\xc3\xa9#\xff HTTP/1.1\r\nHost: a\r\n\r\n", "GET /%C3%A9%23%FF HTTP/1.1\r\nhost: a\r\n\r\n", ErrTargetChar)
	f("GET / HTTP/1.2\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\n\r\n", ErrVersion)
	f("GET / HTTP/2.0\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\n\r\n", ErrVersion)
	f("GET / HTTP/01.00\r\nHost: a\r\n\r\n", "GET / HTTP/1.0\r\nhost: a\r\nconnection: keep-alive\r\n\r\n", ErrVersion)
	f("GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", ErrNoHost)
	f("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\n\r\n", ErrHosts)
	f("GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", "GET / HTTP/1.1\r\nhost: a,b\r\n\r\n", ErrHost)
	f("GET http://x/ HTTP/1.1\r\nHost: y\r\n\r\n", "GET http://x/ HTTP/1.1\r\nhost: x\r\n\r\n", ErrHostDiffers)
	f("GET http://a,b/ HTTP/1.1\r\nHost: a,b\r\n\r\n", "GET http://a,b/ HTTP/1.1\r\nhost: a,b\r\n\r\n", ErrHost)
	f("GET / HTTP/1.1\r\nHost: a\r\nX[\"\xe9]: b\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\nx[\"\xe9]: b\r\n\r\n", ErrNameChar)
}

// What decides where a message ends is never forgiven.
func TestLaxStaysStrict(t *testing.T) {
	f := func(head string, want *Error) {
		t.Helper()
		var p Parser
		var req message.Request
		if _, err := p.Request([]byte(head), &req, Limits{Lax: true}); err != want {
			t.Errorf("%q: %v; want %v", head, err, want)
		}
	}
	f("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", ErrLengthAndCoding)
	f("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", ErrLengths)
	f("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n", ErrLength)
	f("GET / HTTP/1.1\nHost: a\r\n\r\n", ErrBareLF)
	f("GET / HTTP/1.1\r\nHost : a\r\n\r\n", ErrNameSpace)
	f("GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", ErrEmptyName)
	f("GET / HTTP/1.1\r\nHost: a\x00b\r\n\r\n", ErrValueChar)
	f("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", ErrHosts)
	f("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\nHost:\r\n\r\n", ErrHosts)
	f("GET http://a/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", ErrHosts)
	f("GET http://a#b HTTP/1.1\r\nHost: a\r\n\r\n", ErrTarget)
	f("GET http://a\xe9/ HTTP/1.1\r\nHost: a\r\n\r\n", ErrTarget)
	f("GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n", ErrTargetChar)
	f("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", ErrFold)
	f("GET / HTTP/1.\r\nHost: a\r\n\r\n", ErrVersion)
	f("GET / HTTP/123.1\r\nHost: a\r\n\r\n", ErrVersion)
	f("GET / ICAP/1.0\r\nHost: a\r\n\r\n", ErrVersion)
	for n := range len("GET / HTTP/11.11\r\nHost: a\r\n\r\n") {
		f2 := "GET / HTTP/11.11\r\nHost: a\r\n\r\n"[:n]
		var p Parser
		var req message.Request
		if _, err := p.Request([]byte(f2), &req, Limits{Lax: true}); err != ErrIncomplete {
			t.Errorf("%q: %v; want that more is needed", f2, err)
		}
	}
}
