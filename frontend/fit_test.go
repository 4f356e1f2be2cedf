package frontend

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// A rule that changes a status changes where the client finds the end of the response (RFC 9112, 6.3). The second response of the
// connection must begin where the first one ends for the client, and what HAProxy 2.6 gets wrong there is not taken over.
func TestSetStatusKeepsFraming(t *testing.T) {
	const next = "HTTP/1.1 299 Next\r\ncontent-length: 4\r\n\r\nnext"
	f := func(rule, request, response, want string, more bool) {
		t.Helper()
		o := newTestOrigin(t)
		px := newCfgProxy(t, fmt.Sprintf("defaults\n  mode http\n  timeout client 1m\n  timeout server 1m\n  timeout connect 1m\nlisten f\n"+
			"  bind 127.0.0.1:1\n  %s\n  server s %s\n", rule, o.addr()))
		c := dialPeer(t, px.addr("f", 0))
		c.send(request + "\r\nHost: x\r\n\r\n" + "GET /next HTTP/1.1\r\nHost: x\r\n\r\n")
		s := o.accept()
		s.head()
		s.send(response)
		c.expect(want)
		if !more {
			c.closed()
			return
		}
		if strings.Contains(response, "abc") || strings.Contains(response, "204 No Content\r\nContent-Length") {
			s = o.accept() // nobody reads the body, or knows whether there will be one: that connection is not used again
		}
		s.head()
		s.send("HTTP/1.1 299 Next\r\nContent-Length: 4\r\n\r\nnext")
		c.expect(next)
	}
	const (
		get, head, get10 = "GET / HTTP/1.1", "HEAD / HTTP/1.1", "GET / HTTP/1.0\r\nConnection: keep-alive"
		noContent        = "HTTP/1.1 204 No Content\r\n\r\n"
		length           = "HTTP/1.1 201 Created\r\nContent-Length: 3\r\n\r\nabc"
		chunked          = "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
		empty            = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
		empty10          = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n"
	)
	for _, phase := range []string{"http-response", "http-after-response"} {
		to := func(status int, from string) string {
			return fmt.Sprintf("%s set-status %d if { status %s }", phase, status, from)
		}
		// From what has no body.
		f(to(200, "204"), get, noContent, empty, true)
		f(to(200, "204"), get, "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", empty, true)
		f(to(200, "204"), get10, noContent, empty10, true)
		f(to(200, "204"), head, noContent, "HTTP/1.1 200 OK\r\n\r\n", true)
		f(to(200, "304"), get, "HTTP/1.1 304 Not Modified\r\n\r\n", empty, true)
		f(to(200, "304"), get, "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", empty, true)
		f(to(200, "304"), get, "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", empty, true)
		f(to(200, "304"), head, "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n", true)
		f(to(304, "204"), get, noContent, "HTTP/1.1 304 Not Modified\r\n\r\n", true)
		// To what has none.
		f(to(204, "201"), get, length, noContent, true)
		f(to(204, "201"), get, chunked, noContent, true)
		f(to(204, "201"), get10, length, "HTTP/1.1 204 No Content\r\nconnection: keep-alive\r\n\r\n", true)
		f(to(204, "201"), head, "HTTP/1.1 201 Created\r\nContent-Length: 3\r\n\r\n", noContent, true)
		f(to(204, "201"), get, "HTTP/1.1 201 Created\r\nConnection: close\r\n\r\nabc", "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n", false)
		f(to(304, "201"), get, length, "HTTP/1.1 304 Not Modified\r\ncontent-length: 3\r\n\r\n", true)
		f(to(304, "201"), get, chunked, "HTTP/1.1 304 Not Modified\r\n\r\n", true)
		// An interim response is no answer: the client waits for one, and gets the end.
		f(to(100, "201"), get, length, "HTTP/1.1 100 Continue\r\n\r\n", false)
		f(to(103, "204"), get, noContent, "HTTP/1.1 103 Early Hints\r\n\r\n", false)
		f(to(101, "201"), get, chunked, "HTTP/1.1 101 Switching Protocols\r\n\r\n", false)
		// Tunnels that become responses, and the other way round.
		f(to(403, "101"), get+"\r\nConnection: upgrade\r\nUpgrade: x", "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nHELLO",
			"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n", false)
	}
}

// What a rule does to the status of an answer of our own, and to a method, is told to the client in the same way.
func TestSetStatusOfOwnAnswer(t *testing.T) {
	o := newTestOrigin(t)
	px := newCfgProxy(t, fmt.Sprintf(`defaults
  mode http
  timeout client 1m
  timeout server 1m
  timeout connect 1m
listen f
  bind 127.0.0.1:1
  http-request set-method HEAD if { path /head }
  http-request return status 204 if { path /none }
  http-request return status 201 content-type text/plain string abc if { path /some }
  http-request deny deny_status 404 if { path /deny }
  http-after-response set-status 200 if { status 204 }
  http-after-response set-status 204 if { status 201 }
  http-after-response set-status 304 if { status 404 }
  http-after-response set-status 202 if { status 405 }
  server s %s
`, o.addr()))
	c := dialPeer(t, px.addr("f", 0))
	f := func(request, want string) {
		t.Helper()
		c.send(request + "\r\nHost: x\r\n\r\n")
		c.expect(want)
	}
	f("GET /none HTTP/1.1", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
	f("HEAD /none HTTP/1.1", "HTTP/1.1 200 OK\r\n\r\n")
	f("GET /some HTTP/1.1", "HTTP/1.1 204 No Content\r\ncontent-type: text/plain\r\n\r\n")
	f("GET /deny HTTP/1.1", "HTTP/1.1 304 Not Modified\r\ncache-control: no-cache\r\ncontent-type: text/html\r\n\r\n")
	c.send("GET /head HTTP/1.1\r\nHost: x\r\n\r\n")
	s := o.accept()
	s.head()
	s.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
	c.expect("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
	c.send("CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\nGET /none HTTP/1.1\r\nHost: x\r\n\r\n")
	s.head()
	s.send("HTTP/1.1 405 No\r\nContent-Length: 3\r\n\r\nabc")
	c.expect("HTTP/1.1 202 Accepted\r\nconnection: close\r\n\r\n") // a tunnel to nowhere: what follows is no request of ours
	c.closed()
}

// The same over HTTP/2, whose frames say where a body ends.
func TestSetStatusHTTP2(t *testing.T) {
	for _, server := range []struct {
		proto  string
		origin func(testing.TB, http.HandlerFunc) string
	}{{"", httpOrigin}, {"proto h2", h2cOrigin}} {
		addr := server.origin(t, func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/204":
				w.WriteHeader(204)
			case "/304":
				w.WriteHeader(304)
			case "/201":
				w.WriteHeader(201)
				io.WriteString(w, "abc")
			case "/interim":
				w.WriteHeader(299)
			default:
				io.WriteString(w, "next")
			}
		})
		px := newCfgProxy(t, fmt.Sprintf(`defaults
  mode http
  timeout client 1m
  timeout server 1m
  timeout connect 1m
listen f
  bind 127.0.0.1:1
  http-after-response set-status 204 if { status 201 }
  http-response set-status 200 if { status 204 } || { status 304 }
  http-response set-status 103 if { status 299 }
  server s %s %s
`, addr, server.proto))
		c := h2Client(t, px.addr("f", 0))
		get := func(path string, status int, want string) {
			t.Helper()
			resp, err := c.Get("http://x" + path)
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			if err != nil || resp.StatusCode != status || string(body) != want {
				t.Fatalf("%s: got %d %q, %v; want %d %q", path, resp.StatusCode, body, err, status, want)
			}
		}
		get("/204", 200, "")
		get("/304", 200, "")
		get("/201", 204, "")
		if resp, err := c.Get("http://x/interim"); err == nil {
			t.Fatalf("an interim response ended the request with %d", resp.StatusCode)
		}
		get("/next", 200, "next")
	}
}
