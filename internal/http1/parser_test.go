package http1

import (
	"bytes"
	"strings"
	"testing"

	"weir/internal/message"
)

var goodRequests = []string{
	"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
	"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
	"\r\n\r\nPOST http://a/b?c HTTP/1.1\r\nHost:a:80\r\nContent-Length:\t5 \r\nExpect: 100-continue\r\n\r\n",
	"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n",
	"OPTIONS * HTTP/1.0\r\n\r\n",
	"POST / HTTP/1.1\r\nX-Empty:\r\nHost: [::1]:80\r\nTransfer-Encoding: chunked\r\nTE: trailers\r\nConnection: TE, x-hop\r\nX-Hop: 1\r\nX-High: \xff\r\n\r\n",
	"GET /ws HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n",
}

var goodResponses = []string{
	"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
	"HTTP/1.0 404\r\n\r\n",
	"HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\nServer: a\r\nTrailer: x\r\n\r\n",
	"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
	"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
}

// parse is one side of the codec, so that one test body serves both.
type parse func(p *Parser, buf []byte) (int, error)

func sides() map[string]parse {
	return map[string]parse{
		"request": func(p *Parser, buf []byte) (int, error) {
			return p.Request(buf, new(message.Request), DefaultLimits)
		},
		"response": func(p *Parser, buf []byte) (int, error) {
			return p.Response(buf, new(message.Response), message.MethodGet, DefaultLimits)
		},
	}
}

// Every prefix of a good head is incomplete, whether it is parsed alone or after the shorter ones.
func TestTruncation(t *testing.T) {
	heads := map[string][]string{"request": goodRequests, "response": goodResponses}
	for side, run := range sides() {
		for _, head := range heads[side] {
			var steps Parser
			buf := []byte(head)
			for n := range len(buf) {
				if _, err := run(new(Parser), buf[:n:n]); err != ErrIncomplete {
					t.Fatalf("%s %q: %v; want ErrIncomplete", side, buf[:n], err)
				}
				if _, err := run(&steps, buf[:n:n]); err != ErrIncomplete {
					t.Fatalf("%s %q in steps: %v; want ErrIncomplete", side, buf[:n], err)
				}
			}
			if n, err := run(&steps, append(buf, "GET"...)); n != len(head) || err != nil {
				t.Fatalf("%s %q in steps: %d, %v; want %d, nil", side, head, n, err, len(head))
			}
		}
	}
}

// What can never become a message is refused at once and not when the client gives up.
func TestEarlyErrors(t *testing.T) {
	f := func(side, want string, pieces ...string) {
		t.Helper()
		var p Parser
		var buf []byte
		for i, piece := range pieces {
			buf = append(buf, piece...)
			_, err := sides()[side](&p, buf)
			if last := i == len(pieces)-1; !last && err != ErrIncomplete || last && verdict(err) != want {
				t.Fatalf("%s %q: %s; want %s after the last piece", side, buf, verdict(err), want)
			}
		}
	}
	f("request", "bad_method", "\x16")
	f("request", "bad_method", strings.Repeat("A", maxMethod+1))
	f("request", "bad_target", "GET bad ")
	f("request", "bad_version", "GET / X")
	f("request", "bad_version", "GET / HTTP/2")
	f("request", "bare_lf", "GET / HTTP/1.1\r\n", "Host: a\n")
	f("request", "bare_lf", "GET / HTTP/1.1\r\nHost: a\r", "\n\n")
	f("request", "obs_fold", "GET / HTTP/1.1\r\nHost: a\r\n b")
	f("request", "long_field_name", "GET / HTTP/1.1\r\n"+strings.Repeat("a", maxName+1))
	f("request", "ok", "\r\n", "\r\n", "GET / HTTP/1.0\r\n", "\r\n")
	f("request", "ok", "GET / HTTP/1.0\r\n\r", "\n")
	f("request", "ok", "GET / HTTP/1.0\r", "\n\r\n")
	f("request", "bad_field_name", "GET / HTTP/1.0\r\nA", "(: b\r\n\r\n")
	f("request", "head_too_large", "GET / HTTP/1.0\r\nA: ", strings.Repeat("a", defaultHeadBytes))
	f("request", "head_too_large", "GET / HTTP/1.0\r\nA: ", strings.Repeat("a", defaultHeadBytes)+"\r\n\r\n")
	f("response", "bad_version", "HTTP/1.1x")
	f("response", "bad_version", "HTTQ")
	f("response", "bad_version", "HTTP/3")
	f("response", "bad_status", "HTTP/1.1 2x")
	f("response", "bad_status", "HTTP/1.1 2000")
}

// A client that sends one octet at a time must not make the parser start again each time.
func TestStepsAreLinear(t *testing.T) {
	head := []byte("GET / HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("a", 8000))
	var p Parser
	req := new(message.Request)
	for n := 1; n <= len(head); n++ {
		p.Request(head[:n], req, DefaultLimits)
		if p.scanned != n {
			t.Fatalf("after %d octets %d are known; want all", n, p.scanned)
		}
	}
	if bytes.ContainsAny(req.Method, "G") {
		t.Fatal("the head was parsed again before it was complete")
	}
}

func TestErrorText(t *testing.T) {
	const want = "Content-Length and Transfer-Encoding are both present (RFC 9112, 6.1)"
	if got := ErrLengthAndCoding.Error(); got != want {
		t.Fatalf("%q; want %q", got, want)
	}
	if ErrLengthAndCoding.Status != 400 {
		t.Fatalf("status %d; want 400", ErrLengthAndCoding.Status)
	}
}
