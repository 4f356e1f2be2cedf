package http1

import (
	"fmt"
	"strings"
	"testing"

	"weir/internal/message"
)

func TestAppendRequest(t *testing.T) {
	f := func(head string, o RequestOptions, want string) {
		t.Helper()
		req, _, err := request(strings.ReplaceAll(head, "|", "\r\n") + "\r\n\r\n")
		if err != nil {
			t.Fatalf("%q: %v", head, err)
		}
		got := strings.ReplaceAll(string(AppendRequest(nil, req, o)), "\r\n", "|")
		if got != want+"||" {
			t.Fatalf("%q with %+v:\n got %q\nwant %q", head, o, got, want+"||")
		}
	}
	var plain RequestOptions
	f("GET / HTTP/1.1|Host: a", plain, "GET / HTTP/1.1|host: a")
	f("GET / HTTP/1.1|Host: a|Connection: close", plain, "GET / HTTP/1.1|host: a")
	f("GET / HTTP/1.1|Host: a", RequestOptions{Close: true}, "GET / HTTP/1.1|host: a|connection: close")
	f("GET / HTTP/1.1|Host: a|Connection: keep-alive|Keep-Alive: 5|Proxy-Connection: x|X:y", plain, "GET / HTTP/1.1|host: a|x: y")
	f("GET / HTTP/1.0", plain, "GET / HTTP/1.0|connection: keep-alive")
	f("GET / HTTP/1.0|Host: a", RequestOptions{Close: true}, "GET / HTTP/1.0|host: a")
	f("POST / HTTP/1.1|Content-Length: 5|Host:  a ", plain, "POST / HTTP/1.1|host: a|content-length: 5")
	f("POST / HTTP/1.1|Transfer-Encoding: CHUNKED\t|Host: a", plain, "POST / HTTP/1.1|host: a|transfer-encoding: chunked")

	upgrade := RequestOptions{Upgrade: true}
	const ws = "GET /ws HTTP/1.1|Host: a|Connection: keep-alive, Upgrade|Upgrade: websocket|Sec-WebSocket-Key: k"
	f(ws, upgrade, "GET /ws HTTP/1.1|host: a|upgrade: websocket|sec-websocket-key: k|connection: upgrade")
	f(ws, plain, "GET /ws HTTP/1.1|host: a|sec-websocket-key: k")
	f("GET / HTTP/1.1|Host: a|Upgrade: foo", upgrade, "GET / HTTP/1.1|host: a")
	f("GET / HTTP/1.1|Host: a|Connection: upgrade", upgrade, "GET / HTTP/1.1|host: a")
	f("GET / HTTP/1.1|Host: a|Connection: Upgrade, HTTP2-Settings|Upgrade: h2c|HTTP2-Settings: x", upgrade, "GET / HTTP/1.1|host: a")

	f("GET / HTTP/1.1|Host: a|Connection: TE|TE: trailers", plain, "GET / HTTP/1.1|host: a|te: trailers|connection: te")
	f("GET / HTTP/1.1|Host: a|TE: gzip, trailers", RequestOptions{Close: true}, "GET / HTTP/1.1|host: a|te: trailers|connection: close, te")
	f("GET / HTTP/1.1|Host: a|TE: gzip", plain, "GET / HTTP/1.1|host: a")
	f("GET / HTTP/1.1|Host: a|Connection: X-Forwarded-For, x-a|X-A: 1|X-Forwarded-For: 2", plain, "GET / HTTP/1.1|host: a|x-forwarded-for: 2")
	f("GET / HTTP/1.1|Host: a|Expect: 100-continue", plain, "GET / HTTP/1.1|host: a")
	f("PUT / HTTP/1.1|Host: a|Expect: 100-Continue|Content-Length: 1", plain, "PUT / HTTP/1.1|host: a|expect: 100-Continue|content-length: 1")

	f("GET http://A:80/x?y HTTP/1.1|Host: a", plain, "GET http://A/x?y HTTP/1.1|host: A")
	f("GET http://a HTTP/1.1|Host: a", plain, "GET http://a/ HTTP/1.1|host: a")
	f("OPTIONS http://a HTTP/1.1|Host: a", plain, "OPTIONS http://a HTTP/1.1|host: a")
	f("OPTIONS * HTTP/1.1|Host: a", plain, "OPTIONS * HTTP/1.1|host: a")
	f("CONNECT a:443 HTTP/1.1|Host: a:443", plain, "CONNECT a:443 HTTP/1.1|host: a")
}

// TestAppendTarget: a URI that came by parts is a path to a server of HTTP/1, and whole to one of HTTP/2.
func TestAppendTarget(t *testing.T) {
	f := func(target, host string, parts bool, scheme, plain, whole string) {
		t.Helper()
		method := "GET"
		if strings.HasPrefix(target, "*") {
			method = "OPTIONS"
		}
		req, _, err := request(fmt.Sprintf("%s %s HTTP/1.1\r\nHost: %s\r\n\r\n", method, target, host))
		if err != nil {
			t.Fatal(err)
		}
		req.ByParts = parts
		line := func(o RequestOptions) string {
			_, rest, _ := strings.Cut(string(AppendRequest(nil, req, o)), " ")
			got, _, _ := strings.Cut(rest, " ")
			return got
		}
		if got := line(RequestOptions{Scheme: scheme}); got != plain {
			t.Errorf("%s: got %q; want %q", target, got, plain)
		}
		if got := line(RequestOptions{Whole: true, Scheme: scheme}); got != whole {
			t.Errorf("%s, whole: got %q; want %q", target, got, whole)
		}
	}
	f("/a?b", "h", false, "", "/a?b", "/a?b")
	f("/a?b", "h:81", false, "https", "/a?b", "https://h:81/a?b")
	f("/a?b", "", false, "https", "/a?b", "/a?b")
	f("*", "h", false, "https", "*", "https://h")
	f("http://h/a", "h", false, "https", "http://h/a", "http://h/a")
	f("http://h/a", "h", true, "https", "/a", "http://h/a")
	f("https://h", "h", true, "", "/", "https://h/")

	req, _, err := request("GET https://h/a HTTP/1.1\r\nHost: h\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	req.ByParts = true
	req.Fields.Del(message.Host)
	if got := string(AppendRequest(nil, req, RequestOptions{Whole: true})); got != "GET https://h/a HTTP/1.1\r\nhost: h\r\n\r\n" {
		t.Errorf("without a Host: %q", got)
	}
	if got := string(AppendRequest(nil, req, RequestOptions{})); got != "GET /a HTTP/1.1\r\n\r\n" {
		t.Errorf("without a Host: %q", got)
	}
}

// What the proxy adds is sent whatever the client's Connection says.
func TestAddedFieldsStay(t *testing.T) {
	req, _, err := request("GET / HTTP/1.1\r\nHost: a\r\nX-Auth: forged\r\nConnection: close, x-auth, x-forwarded-for, x-added\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	req.Fields.SetName("x-auth", []byte("real"))
	req.Fields.Add(message.XForwardedFor, []byte("192.0.2.1"))
	req.Fields.AddName("x-added", []byte("1"))
	req.Path = []byte("/new")
	const want = "GET /new HTTP/1.1\r\nhost: a\r\nx-auth: real\r\nx-forwarded-for: 192.0.2.1\r\nx-added: 1\r\n\r\n"
	if got := string(AppendRequest(nil, req, RequestOptions{})); got != want {
		t.Fatalf("got %q; want %q", got, want)
	}
}

// Nor can a rule split a request by what it makes the path or a value from.
func TestRulesCannotSplit(t *testing.T) {
	req, _, err := request("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	req.Path = []byte("/a b\r\nX: y#\x80\x7f%20")
	req.Fields.AddName("x-a", []byte("1\r\nX-B: 2"))
	const want = "PREFIXGET /a%20b%0D%0AX:%20y%23%80%7F%20 HTTP/1.1\r\nhost: a\r\nx-a: 1  X-B: 2\r\n\r\n"
	if got := string(AppendRequest([]byte("PREFIX"), req, RequestOptions{})); got != want {
		t.Fatalf("got %q; want %q", got, want)
	}
}

func TestAppendResponse(t *testing.T) {
	f := func(method message.MethodID, head string, o ResponseOptions, want string) {
		t.Helper()
		resp, _, err := response(strings.ReplaceAll(head, "|", "\r\n")+"\r\n\r\n", method)
		if err != nil {
			t.Fatalf("%q: %v", head, err)
		}
		got := strings.ReplaceAll(string(AppendResponse(nil, resp, o)), "\r\n", "|")
		if got != want+"||" {
			t.Fatalf("%q with %+v:\n got %q\nwant %q", head, o, got, want+"||")
		}
	}
	get, head, connect := message.MethodGet, message.MethodHead, message.MethodConnect
	var plain ResponseOptions
	f(get, "HTTP/1.1 200 OK|Content-Length: 2|Connection: keep-alive|Keep-Alive: 3|X: y", plain, "HTTP/1.1 200 OK|x: y|content-length: 2")
	f(get, "HTTP/1.1 200 OK|Content-Length: 2|Connection: close", plain, "HTTP/1.1 200 OK|content-length: 2")
	f(get, "HTTP/1.1 200 OK|Content-Length: 2", ResponseOptions{Close: true, KeepAlive: true}, "HTTP/1.1 200 OK|content-length: 2|connection: close")
	f(get, "HTTP/1.1 200 OK|Content-Length: 2", ResponseOptions{KeepAlive: true}, "HTTP/1.1 200 OK|content-length: 2|connection: keep-alive")
	f(get, "HTTP/1.0 200 OK", plain, "HTTP/1.1 200 OK|connection: close")
	f(get, "HTTP/1.1 200|Transfer-Encoding: chunked|Trailer: X", plain, "HTTP/1.1 200 |trailer: X|transfer-encoding: chunked")
	f(head, "HTTP/1.1 200 OK|Content-Length: 5", plain, "HTTP/1.1 200 OK|content-length: 5")
	f(head, "HTTP/1.1 200 OK|Transfer-Encoding: chunked", plain, "HTTP/1.1 200 OK")
	f(get, "HTTP/1.1 304 NM|Content-Length: 5|ETag: x", plain, "HTTP/1.1 304 NM|content-length: 5|etag: x")
	f(get, "HTTP/1.1 204 NC|Content-Length: 5|X: y", plain, "HTTP/1.1 204 NC|x: y")
	f(get, "HTTP/1.1 204 NC|Transfer-Encoding: chunked", ResponseOptions{Close: true}, "HTTP/1.1 204 NC|connection: close")
	f(get, "HTTP/1.1 100 C|Content-Length: 5", ResponseOptions{Close: true}, "HTTP/1.1 100 C")
	f(get, "HTTP/1.1 103 E|Link: x|Transfer-Encoding: chunked|Connection: close", plain, "HTTP/1.1 103 E|link: x")
	f(get, "HTTP/1.1 101 S|Connection: Upgrade|Upgrade: foo|Content-Length: 5", ResponseOptions{Upgrade: true}, "HTTP/1.1 101 S|upgrade: foo|connection: upgrade")
	f(get, "HTTP/1.1 200 OK|Connection: Upgrade|Upgrade: h2,h2c|Content-Length: 0", plain, "HTTP/1.1 200 OK|content-length: 0")
	f(get, "HTTP/1.1 426 UR|Upgrade: foo|Content-Length: 0", plain, "HTTP/1.1 426 UR|upgrade: foo|content-length: 0")
	f(connect, "HTTP/1.1 200 OK|Content-Length: 5|Transfer-Encoding: chunked", plain, "HTTP/1.1 200 OK")
	f(get, "HTTP/1.1 200 OK|Content-Length: 0|Connection: x-a|X-A: 1|TE: x", plain, "HTTP/1.1 200 OK|content-length: 0")
}

func TestAppendResponseFraming(t *testing.T) {
	resp, _, err := response("HTTP/1.0 200 OK\r\n\r\n", message.MethodGet)
	if err != nil {
		t.Fatal(err)
	}
	resp.Framing = message.Chunked
	if got, want := string(AppendResponse(nil, resp, ResponseOptions{})), "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"; got != want {
		t.Fatalf("got %q; want %q", got, want)
	}
}

// A field grows the destination when it must and only then.
func TestAppendFieldGrows(t *testing.T) {
	for free := range 40 {
		dst := AppendField(append(make([]byte, 0, 3+free), "abc"...), []byte("name"), []byte("some value"))
		if string(dst) != "abcname: some value\r\n" {
			t.Fatalf("with %d octets free: %q", free, dst)
		}
	}
}

func TestAppendChunk(t *testing.T) {
	for _, n := range []int{1, 9, 10, 15, 16, 17, 255, 256, 4095, 4096, 16384, 1<<31 - 1, 1 << 40} {
		if got, want := string(AppendChunkHeader(nil, n)), fmt.Sprintf("%x\r\n", n); got != want {
			t.Fatalf("header of %d: %q; want %q", n, got, want)
		}
	}
	if got := string(AppendChunk(AppendChunk(nil, []byte("abc")), nil)); got != "3\r\nabc\r\n" {
		t.Fatalf("chunk %q; want %q", got, "3\r\nabc\r\n")
	}
	if got := string(AppendLastChunk(nil, nil)); got != LastChunk {
		t.Fatalf("last chunk %q; want %q", got, LastChunk)
	}
	fields := message.Fields{}
	fields.AddName("x-sum", []byte("1"))
	if got := string(AppendLastChunk(nil, fields)); got != "0\r\nx-sum: 1\r\n\r\n" {
		t.Fatalf("last chunk with trailers %q", got)
	}
}

func TestReason(t *testing.T) {
	f := func(status int, want string) {
		t.Helper()
		if got := Reason(status); got != want {
			t.Fatalf("Reason(%d) = %q; want %q", status, got, want)
		}
	}
	f(99, "")
	f(100, "Continue")
	f(199, "Informational")
	f(200, "OK")
	f(304, "Not Modified")
	f(404, "Not Found")
	f(429, "Too Many Requests")
	f(503, "Service Unavailable")
	f(511, "Network Authentication Required")
	f(512, "Server Error")
	f(999, "")
}
