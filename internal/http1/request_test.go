package http1

import (
	"strings"
	"testing"

	"weir/internal/message"
)

func TestRequestLine(t *testing.T) {
	f := func(line, want string) {
		t.Helper()
		_, _, err := request(line + "\r\nHost: a\r\n\r\n")
		if got := verdict(err); got != want {
			t.Fatalf("%q: %s; want %s", line, got, want)
		}
	}
	f("GET / HTTP/1.1", "ok")
	f("get / HTTP/1.1", "ok") // another method: methods are case-sensitive
	f("FOO-BAR / HTTP/1.1", "ok")
	f(strings.Repeat("M", maxMethod)+" / HTTP/1.1", "ok")
	f(strings.Repeat("M", maxMethod+1)+" / HTTP/1.1", "bad_method")
	f("GET\t/ HTTP/1.1", "bad_method")
	f("G(T / HTTP/1.1", "bad_method")
	f("G\x80T / HTTP/1.1", "bad_method")
	f("G\x00T / HTTP/1.1", "bad_method")
	f("\x16\x03\x01\x02", "bad_method") // TLS on a plain port
	f("GET", "bad_method")
	f(" GET / HTTP/1.1", "leading_space")
	f("\tGET / HTTP/1.1", "leading_space")
	f(" / HTTP/1.1", "leading_space")
	f("\rGET / HTTP/1.1", "bare_cr")
	f("\nGET / HTTP/1.1", "bare_lf")
	f("\r\n\r\n\r\nGET / HTTP/1.1", "empty_lines")
	f("\r\n\r\nGET / HTTP/1.1", "ok")
	f("\r\nGET / HTTP/1.1", "ok")

	f("GET  / HTTP/1.1", "bad_target")
	f("GET HTTP/1.1", "bad_version") // the target is "HTTP/1.1" and no version follows
	f("GET /\tHTTP/1.1", "bad_target_char")
	f("GET /\rHTTP/1.1", "bad_target_char")
	f("GET /\nHTTP/1.1", "bare_lf")
	f("GET /#f HTTP/1.1", "bad_target_char")
	f("GET /a?b#f HTTP/1.1", "bad_target_char")
	f("GET /abcdefghijkl#f HTTP/1.1", "bad_target_char")
	f("GET /\x80 HTTP/1.1", "bad_target_char")
	f("GET /\x7f HTTP/1.1", "bad_target_char")
	f("GET /\x01 HTTP/1.1", "bad_target_char")
	f("GET /\x00 HTTP/1.1", "bad_target_char")
	f("GET /<>{}|^`\\[]\" HTTP/1.1", "ok")
	f("GET /%00%zz HTTP/1.1", "ok") // not decoded here

	f("GET /", "bad_version") // HTTP/0.9
	f("GET / ", "bad_version")
	f("GET /  HTTP/1.1", "bad_version")
	f("GET / HTTP/1.1 ", "bad_version")
	f("GET / HTTP/1.1x", "bad_version")
	f("GET / HTTP/1.32", "bad_version")
	f("GET / HTTP/1.2", "bad_version")
	f("GET / HTTP/2.0", "bad_version")
	f("GET / HTTP/0.9", "bad_version")
	f("GET / HTTP/4294967295.255", "bad_version")
	f("GET / HTTP/1.", "bad_version")
	f("GET / HTTP/11", "bad_version")
	f("GET / http/1.1", "bad_version")
	f("GET / RTSP/1.0", "bad_version")
	f("PRI * HTTP/2.0", "bad_target")
	f("GET / HTTP/1.1\r", "bare_cr")
	f("GET / HTTP/1.1\nX: y", "bare_lf")
}

func TestTarget(t *testing.T) {
	// want: scheme, authority and path, or the verdict.
	f := func(method, target, host, want string) {
		t.Helper()
		req, _, err := request(method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
		got := verdict(err)
		if err == nil {
			got = strings.Join([]string{string(req.Scheme), string(req.Authority), string(req.Path)}, " ")
		}
		if got != want {
			t.Fatalf("%s %s with host %q: %q; want %q", method, target, host, got, want)
		}
	}
	f("GET", "/", "a", "  /")
	f("GET", "//b/c?d", "a", "  //b/c?d")
	f("OPTIONS", "*", "a", "  *")
	f("OPTIONS", "/", "a", "  /")
	f("GET", "*", "a", "bad_target")
	f("OPTIONS", "**", "a", "bad_target")
	f("GET", "a", "a", "bad_target")
	f("GET", "a:80", "a", "bad_target") // authority-form
	f("GET", "?a", "a", "bad_target")

	f("GET", "http://a/x?y", "a", "http a /x?y")
	f("GET", "http://a", "a", "http a /")
	f("OPTIONS", "http://a", "a", "http a *")
	f("GET", "HTTP://A/x", "a", "HTTP A /x")
	f("GET", "http://a:80/x", "a", "http a /x")
	f("GET", "http://a/x", "a:80", "http a /x")
	f("GET", "https://a:443/x", "a", "https a /x")
	f("GET", "https://a:80/x", "a", "host_differs")
	f("GET", "http://a:443/x", "a", "host_differs")
	f("GET", "http://a:81/x", "a", "host_differs")
	f("GET", "http://a:81/x", "a:81", "http a:81 /x")
	f("GET", "http://b/x", "a", "host_differs")
	f("GET", "http://b/x", "", "host_differs")
	f("GET", "ftp://a/x", "a", "ftp a /x")
	f("GET", "http://u@a/x", "a", "bad_target")
	f("GET", "http:///x", "a", "bad_target")
	f("GET", "http://a?x", "a", "bad_target")
	f("GET", "http:/x", "a", "bad_target")
	f("GET", "http:x", "a", "bad_target")
	f("GET", "http:", "a", "bad_target")
	f("GET", "://a/", "a", "bad_target")
	f("GET", "1ttp://a/", "a", "bad_target")

	f("CONNECT", "a:443", "a:443", " a:443 ")
	f("CONNECT", "a:443", "a", " a:443 ")
	f("CONNECT", "a:8443", "a", "host_differs")
	f("CONNECT", "b:80", "a", "host_differs")
	f("CONNECT", "[::1]:80", "[::1]:80", " [::1]:80 ")
	f("CONNECT", "a", "a", "bad_target")
	f("CONNECT", "a:", "a", "bad_target")
	f("CONNECT", ":80", "a", "bad_target")
	f("CONNECT", "/", "a", "bad_target")
	f("CONNECT", "http://a/", "a", "bad_target")
}

func TestHostField(t *testing.T) {
	f := func(fields, want string) {
		t.Helper()
		_, _, err := request("GET / HTTP/1.1\r\n" + fields + "\r\n")
		if got := verdict(err); got != want {
			t.Fatalf("%q: %s; want %s", fields, got, want)
		}
	}
	for _, good := range []string{"a", "A.b", "a.", "a:80", "a:0", "a:", "a_b", "1.2.3.4:5", "[::1]", "[::1]:80", "[::ffff:1.2.3.4]", "", "xn--a", "~"} {
		f("Host: "+good+"\r\n", "ok")
	}
	for _, bad := range []string{
		"a,b", "a b", "a:b@c", "u@a", "a:x", "a:99999", "a:8_0", "a/b", "a?b", "a#b", "a\\b", "a\x80", "a%41", "a%00", "*", "\"a\"", "a;b", "<a>",
		"[a", "[::1", "::1", "[]", "[:]", "[::1]x", "[fe80::1%25eth0]", "a]", ":80", "a:80:80", strings.Repeat("a", maxHost+1),
	} {
		f("Host: "+bad+"\r\n", "bad_host")
	}
	f("Host: a\x00.b\r\n", "bad_field_value")
	f("Host: a\r\nHost: a\r\n", "many_hosts")
	f("Host: a\r\nHost: b\r\n", "many_hosts")
	f("Host: a\r\nhost:\r\n", "many_hosts")
	f("", "no_host")
	f("X-Host: a\r\n", "no_host")
}

func TestHostVersion10(t *testing.T) {
	f := func(head, want string) {
		t.Helper()
		req, _, err := request(head)
		got := verdict(err)
		if err == nil {
			got = "host " + string(req.Host())
		}
		if got != want {
			t.Fatalf("%q: %s; want %s", head, got, want)
		}
	}
	f("GET / HTTP/1.0\r\n\r\n", "host ")
	f("GET / HTTP/1.0\r\nHost: a\r\n\r\n", "host a")
	f("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", "many_hosts")
	f("GET http://b/ HTTP/1.0\r\n\r\n", "host b")
	f("GET http://b/ HTTP/1.1\r\n\r\n", "no_host")
	f("GET http://b:80/ HTTP/1.1\r\nHost: b\r\n\r\n", "host b")
}

func TestRequestParts(t *testing.T) {
	const head = "\r\nPOST /a?b=c HTTP/1.1\r\nHOST:a:80\r\nX-Empty:\r\nX-Space: \t v w\t \r\nContent-Length: 5\r\nX-High: \x80\xff\r\n\r\n"
	req, n, err := request(head + "hello")
	if err != nil || n != len(head) {
		t.Fatalf("n = %d, err = %v; want %d, nil", n, err, len(head))
	}
	if got, want := fieldsText(req.Fields), "host=a:80|x-empty=|x-space=v w|content-length=5|x-high=\x80\xff"; got != want {
		t.Fatalf("fields %q; want %q", got, want)
	}
	if string(req.Method) != "POST" || req.MethodID != message.MethodPost || string(req.Target) != "/a?b=c" || req.Minor != 1 {
		t.Fatalf("request line: %q %q %d", req.Method, req.Target, req.Minor)
	}
	if got := framing(req.Framing, req.ContentLength); got != "length 5" || !req.KeepAlive || req.Upgrade || req.Expect100 {
		t.Fatalf("framing %s, %+v", got, req)
	}
	if req.GetName("x-empty") == nil {
		t.Fatal("an empty field is absent")
	}
	for _, f := range req.Fields {
		if cap(f.Name) != len(f.Name) || cap(f.Value) != len(f.Value) {
			t.Fatalf("field %q has room behind it: appending to it would overwrite the buffer", f.Name)
		}
	}
}

func TestRequestIsReset(t *testing.T) {
	req := new(message.Request)
	for _, head := range []string{
		"POST http://a/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n",
		"GET / HTTP/1.0\r\n\r\n",
	} {
		if _, err := ParseRequest([]byte(head), req, DefaultLimits); err != nil {
			t.Fatal(err)
		}
	}
	if len(req.Fields) != 0 || req.Scheme != nil || req.Authority != nil || req.Framing != message.NoBody || req.Expect100 || req.KeepAlive {
		t.Fatalf("the second request keeps parts of the first: %+v", req)
	}
}
