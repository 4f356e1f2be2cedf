package http1

import (
	"testing"

	"weir/internal/message"
)

// The cases are what HAProxy 2.6 was seen to make of them, but for the path of "http://a".
func TestNormalize(t *testing.T) {
	f := func(method, target, host, want string) {
		t.Helper()
		req, _, err := request(method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\nX: y\r\n\r\n")
		if err != nil {
			t.Fatalf("%s %s, %s: %v", method, target, host, err)
		}
		got := string(req.Target) + " | " + string(req.Scheme) + " " + string(req.Authority) + " " + string(req.Path) + " | " + string(req.Get(message.Host))
		if got != want || string(req.Method) != method || string(req.GetName("x")) != "y" {
			t.Errorf("%s %s, %s: got %s; want %s", method, target, host, got, want)
		}
	}
	f("GET", "http://a:80/x", "a", "http://a/x | http a /x | a")
	f("GET", "http://a:80/x", "a:80", "http://a/x | http a /x | a")
	f("GET", "http://a:80/", "a", "http://a/ | http a / | a")
	f("GET", "http://a:80/x?y=z", "a:80", "http://a/x?y=z | http a /x?y=z | a")
	f("GET", "http://a:/x", "a", "http://a/x | http a /x | a")
	f("GET", "http://a:/x", "a:", "http://a/x | http a /x | a")
	f("GET", "HTTP://A:80/x", "a:80", "HTTP://A/x | HTTP A /x | A")
	f("GET", "https://a:443/x", "a", "https://a/x | https a /x | a")
	f("GET", "Https://a:443/x", "a:443", "Https://a/x | Https a /x | a")
	f("GET", "http://1.2.3.4:80/x", "1.2.3.4", "http://1.2.3.4/x | http 1.2.3.4 /x | 1.2.3.4")
	f("GET", "http://[::1]:80/x", "[::1]:80", "http://[::1]/x | http [::1] /x | [::1]")
	f("GET", "http://a:80", "a:80", "http://a | http a / | a")
	f("OPTIONS", "http://a:80", "a", "http://a | http a * | a")

	// A target without a port leaves Host alone, and another port is none that goes without saying.
	f("GET", "http://a/x", "a:80", "http://a/x | http a /x | a:80")
	f("GET", "http://a/x", "a:", "http://a/x | http a /x | a:")
	f("GET", "https://a/x", "a:443", "https://a/x | https a /x | a:443")
	f("GET", "http://a:443/x", "a:443", "http://a:443/x | http a:443 /x | a:443")
	f("GET", "https://a:80/x", "a:80", "https://a:80/x | https a:80 /x | a:80")
	f("GET", "http://a:8080/x", "a:8080", "http://a:8080/x | http a:8080 /x | a:8080")
	f("GET", "http://a:080/x", "a:080", "http://a:080/x | http a:080 /x | a:080")
	f("GET", "ftp://a:21/x", "a:21", "ftp://a:21/x | ftp a:21 /x | a:21")
	f("GET", "ftp://a:80/x", "a:80", "ftp://a:80/x | ftp a:80 /x | a:80")
	f("GET", "/x", "a:80", "/x |   /x | a:80")

	// CONNECT goes to a port: its target keeps it (RFC 9112, 3.2.3).
	f("CONNECT", "a:80", "a:80", "a:80 |  a:80  | a")
	f("CONNECT", "a:443", "a:443", "a:443 |  a:443  | a")
	f("CONNECT", "a:443", "a", "a:443 |  a:443  | a")
	f("CONNECT", "a:8080", "a:8080", "a:8080 |  a:8080  | a:8080")
}

// HTTP/1.0 may have no Host, and gets none.
func TestNormalizeWithoutHost(t *testing.T) {
	req, _, err := request("GET http://a:80/x HTTP/1.0\r\n\r\n")
	if err != nil || string(req.Target) != "http://a/x" || req.Get(message.Host) != nil {
		t.Errorf("%v, %q, host %q", err, req.Target, req.Get(message.Host))
	}
}

func TestNormalizeDoesNotAllocate(t *testing.T) {
	const head = "GET http://a.example.com:80/x HTTP/1.1\r\nHost: a.example.com:80\r\n\r\n"
	var req message.Request
	buf := make([]byte, len(head))
	if n := testing.AllocsPerRun(100, func() {
		copy(buf, head)
		if _, err := ParseRequest(buf, &req, Limits{}); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations; want 0", n)
	}
}
