package frontend

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ask sends a request, has the origin answer it with text, and returns the response as it came and the request as the origin saw it.
func ask(t *testing.T, px *testProxy, o *testOrigin, request, answer string) (resp, seen string) {
	t.Helper()
	c := dialPeer(t, px.addr("f", 0))
	c.send(request)
	s := o.accept()
	seen = s.head()
	s.send(answer)
	resp = c.head()
	c.Close()
	s.Close()
	return resp, seen
}

// Names of fields are written as h1-case-adjust has them, to whom it is switched on for.
func TestCaseAdjust(t *testing.T) {
	file := filepath.Join(t.TempDir(), "names")
	if err := os.WriteFile(file, []byte("# more\n\n  x-odd X-OdD\t\ncontent-type Content-Type\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	global := fmt.Sprintf("global {\n  h1_case_adjust = [\"Content-Length\", \"HOST\"]\n  h1_case_adjust_file = %q\n}\n", file)
	const get = "POST / HTTP/1.1\r\nHost: a\r\nX-Odd: 1\r\nX-Other: x-odd: 2\r\nContent-Length: 0\r\n\r\n"
	const ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\ncontent-TYPE: a\r\nX-Odd: 3\r\n\r\n"
	for _, on := range []bool{false, true} {
		o := newTestOrigin(t)
		fe, be := "", ""
		if on {
			fe, be = "option { h1_case_adjust_bogus_client = true }", "option { h1_case_adjust_bogus_server = true }"
		}
		px := newTestProxy(t, global+simple(o.addr(), fe, be))
		resp, seen := ask(t, px, o, get, ok)
		for _, want := range []string{"HOST: a\r\n", "X-OdD: 1\r\n", "x-other: x-odd: 2\r\n", "Content-Length: 0\r\n"} {
			if strings.Contains(seen, want) != (on || strings.HasPrefix(want, "x-other")) {
				t.Errorf("%v: the server got %q", on, seen)
			}
		}
		for _, want := range []string{"Content-Length: 0\r\n", "Content-Type: a\r\n", "X-OdD: 3\r\n"} {
			if strings.Contains(resp, want) != on {
				t.Errorf("%v: the client got %q", on, resp)
			}
		}
	}
}

// A server with "redir" sends GET and HEAD away and serves the rest.
func TestRedir(t *testing.T) {
	o := newTestOrigin(t)
	px := newTestProxy(t, prefaceConf(o.addr(), "", `redir = "http://img.example"`))
	c := dialPeer(t, px.addr("f", 0))
	for _, method := range []string{"GET", "HEAD"} {
		c.send(method + " /a/b?c=d HTTP/1.1\r\nHost: a\r\n\r\n")
		resp, _ := c.response(method)
		if resp.StatusCode != 302 || resp.Header.Get("Location") != "http://img.example/a/b?c=d" || resp.Header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s: %d, %v", method, resp.StatusCode, resp.Header)
		}
	}
	c.Close()
	if resp, _ := ask(t, px, o, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", emptyOK); !strings.HasPrefix(resp, "HTTP/1.1 200 ") {
		t.Errorf("POST: %q", resp)
	}
	px.logLine(` b/s `)
	px.balanced()
}

// "http-send-name-header" tells the server its name, whatever the client has said.
func TestSendName(t *testing.T) {
	o := newTestOrigin(t)
	px := newTestProxy(t, simple(o.addr(), "", `http_send_name_header = "X-Server"`))
	_, seen := ask(t, px, o, "GET / HTTP/1.1\r\nHost: a\r\nX-Server: forged\r\n\r\n", emptyOK)
	if !strings.Contains(strings.ToLower(seen), "x-server: s\r\n") || strings.Contains(seen, "forged") {
		t.Errorf("the server got %q", seen)
	}
}

// "checkcache": a cookie in what a cache may keep is not let through.
func TestCheckCache(t *testing.T) {
	o := newTestOrigin(t)
	px := newTestProxy(t, simple(o.addr(), "", "option { checkcache = true }"))
	const cookie = "Set-Cookie: a=b\r\nETag: \"x\"\r\n"
	f := func(method, status, fields string, blocked bool) {
		t.Helper()
		resp, _ := ask(t, px, o, method+" / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 "+status+" X\r\nContent-Length: 0\r\n"+fields+"\r\n")
		if got := strings.HasPrefix(resp, "HTTP/1.1 502 "); got != blocked {
			t.Errorf("%s, %s, %q: %.20q", method, status, fields, resp)
		}
	}
	f("GET", "200", "", false)
	f("GET", "200", cookie, true)
	f("GET", "302", cookie, false)
	f("POST", "200", cookie, false)
	f("POST", "200", cookie+"Cache-Control: public\r\n", true)
	f("GET", "302", cookie+"Cache-Control: Public\r\n", true)
	for _, private := range []string{"private", "no-cache", "no-store", "max-age=0", "s-maxage=0", `no-cache="set-cookie"`, `no-cache="Set-Cookie, x"`, "x, private"} {
		f("GET", "200", cookie+"Cache-Control: "+private+"\r\n", false)
	}
	f("GET", "200", cookie+"Pragma: no-cache\r\n", false)
	f("GET", "200", cookie+"Cache-Control: max-age=01\r\n", true)
	px.logLine(" PH-- ")
}

// "prefer-last-server": a client's requests stay where its first one went; without it they go round.
func TestPreferLast(t *testing.T) {
	for option, want := range map[string]string{"": "abab", "option { prefer_last_server = true }": "aaaa"} {
		a, b := newTestOrigin(t), newTestOrigin(t)
		px := newTestProxy(t, fmt.Sprintf(`frontend "f" {
  bind "127.0.0.1:1" {}
  default_backend = "b"
}
backend "b" {
  %s
  server "a" {
    address = %q
  }
  server "b" {
    address = %q
  }
}
`, option, a.addr(), b.addr()))
		serve := func(o *testOrigin, name string) {
			conn, err := o.Accept()
			if err != nil {
				return
			}
			s := newPeer(t, conn)
			for {
				if _, err := s.r.ReadString('\n'); err != nil {
					return
				}
				for {
					line, err := s.r.ReadString('\n')
					if err != nil || line == "\r\n" {
						break
					}
				}
				fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%s", name)
			}
		}
		go serve(a, "a")
		go serve(b, "b")
		c, got := dialPeer(t, px.addr("f", 0)), ""
		for range 4 {
			c.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
			_, body := c.response("GET")
			got += body
		}
		if got != want {
			t.Errorf("%q: %s; want %s", option, got, want)
		}
	}
}

// "idle-close-on-response": when the process stops, an idle connection has one more response.
func TestIdleCloseOnResponse(t *testing.T) {
	t.Parallel()
	px := buildTestProxy(t, fmt.Sprintf(limitConf, "", "", "option { idle_close_on_response = true }"))
	if err := px.Start(); err != nil {
		t.Fatal(err)
	}
	c, other := dialPeer(t, px.addr("f", 0)), dialPeer(t, px.addr("g", 0))
	for _, p := range []*peer{c, other} {
		p.send(askUp)
		p.status(200)
	}
	ended := make(chan error, 1)
	go func() { ended <- px.Shutdown(context.Background()) }()
	other.closed() // so the stop has begun
	c.send(askUp)
	if resp := c.status(200); !resp.Close {
		t.Error("the connection was to go on")
	}
	c.closed()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
