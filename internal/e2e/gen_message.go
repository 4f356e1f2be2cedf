package e2e

import (
	"fmt"
	"strings"
)

// name is a field of a request.
func (g *gen) name() string {
	return g.one("X-A", "X-List", "X-Num", "X-IP", "X-Empty", "X-None", "User-Agent", "Accept", "Cookie", "X-New", "Accept-Language", "x-json")
}

// token is a piece of text that means nothing to a configuration.
func (g *gen) token() string {
	return g.one("a", "b-c", "x.y", "0", "foo", "Bar", "z_z", "1.5", "e:f", "q=1")
}

// request is one that both take: what is malformed is in testdata/oracle and testdata/attacks.
func (g *gen) request() string {
	method := g.one("GET", "GET", "GET", "POST", "PUT", "HEAD", "DELETE", "PATCH")
	body := ""
	if g.redirects && method != "HEAD" {
		method = "GET" // a redirect of a request with a body differs
	}
	if method == "POST" || method == "PUT" {
		body = g.one("a=1&b=two", "hello", "", `{"a":"b"}`, strings.Repeat("x", 100))
	}
	var b strings.Builder
	target, host := g.target(), g.one("www.example.org", "www.example.org", "WWW.Example.org:8080", "10.1.2.3")
	if strings.HasPrefix(target, "http:") {
		host = "www.example.org"
	}
	fmt.Fprintf(&b, "%s %s HTTP/1.%d\r\nHost: %s\r\n", method, target, g.version(), host)
	for range g.IntN(6) {
		fmt.Fprintf(&b, "%s\r\n", g.field())
	}
	if body != "" || method == "POST" || method == "PUT" {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(body))
	}
	return b.String() + "\r\n" + body
}

func (g *gen) version() int {
	if g.chance(12) {
		return 0
	}
	return 1
}

func (g *gen) target() string {
	path := g.one("/", "/path/to", "/path/to/a.html", "/a//b/", "/x%20y/%41", "/a/b/c/d/e", "/PATH", "/a;b=c/d", "/~u/(x)")
	query := g.one("", "", "?", "?a=1&b=two", "?a=&c", "?n=42&n=7", "?A=b&a=B%20c", "?b=x;a=y", "?x=10.1.2.3", "?a=1?b=2", "?q=/path&a=%41+b")
	if g.chance(15) {
		return "http://www.example.org" + path + query
	}
	return path + query
}

func (g *gen) field() string {
	return g.one("X-A: abc", "X-A: a/b/c", "X-A: Hello World", "X-List: a, b,c", "X-List: d", "X-List: a,,b , c", "X-Num: 42", "X-Val: 42", "X-Val: -7", "X-Val: 0", "X-Num: -7", "X-Num: 12x", "X-Num: 0",
		"X-IP: 10.1.2.3", "X-IP: 192.0.2.7, 10.9.8.7", "X-IP: 2001:db8::7", "X-Empty:", "X-A: \"quoted\"", "User-Agent: gen/1 (x; y)", "Accept: text/html, */*;q=0.1",
		"Cookie: id=abc; theme=dark", "Cookie: id=7", "Cookie: a=b; id=\"q\"; id=z", "Accept-Language: de-DE, en;q=0.5", "Accept-Language: fr;q=0.1, en", "x-json: {\"a\": \"b c\"}",
		"X-A: a\tb", "X-A: \xc3\xa4\xff", "X-A: aGVsbG8", "X-A: %41%zz")
}

// answer is what the origin says.
func (g *gen) answer() string {
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP/1.1 %s\r\n", g.one("200 OK", "200 OK", "404 Not Found", "201 Created", "302 Found", "500 Oops"))
	for range g.IntN(4) {
		b.WriteString(g.one("Server: origin", "X-Res: a, b", "X-Res: 12", "Set-Cookie: s=1; path=/", "Set-Cookie: t=\"2\"", "ETag: \"abc\"", "X-Res:") + "\r\n")
	}
	return b.String() + "Content-Length: 2\r\n\r\nok"
}
