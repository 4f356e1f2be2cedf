package http1

import (
	"strings"
	"testing"
)

func TestConnection(t *testing.T) {
	f := func(version, fields, want string) {
		t.Helper()
		req, _, err := request("GET / HTTP/" + version + "\r\nHost: a\r\n" + fields + "\r\n")
		got := verdict(err)
		if err == nil {
			got = "close"
			if req.KeepAlive {
				got = "keep-alive"
			}
			if req.Upgrade {
				got += ", upgrade"
			}
			if req.Expect100 {
				got += ", expect"
			}
		}
		if got != want {
			t.Fatalf("HTTP/%s with %q: %s; want %s", version, fields, got, want)
		}
	}
	f("1.1", "", "keep-alive")
	f("1.0", "", "close")
	f("1.1", "Connection: close\r\n", "close")
	f("1.1", "Connection: CLOSE\r\n", "close")
	f("1.1", "Connection: x, close ,y\r\n", "close")
	f("1.1", "Connection: keep-alive\r\nConnection: close\r\n", "close")
	f("1.1", "Connection: closed\r\n", "keep-alive")
	f("1.1", "Connection:\r\n", "keep-alive")
	f("1.1", "Connection: ,,\r\n", "keep-alive")
	f("1.0", "Connection: Keep-Alive\r\n", "keep-alive")
	f("1.0", "Connection: keep-alive, close\r\n", "close")
	f("1.0", "Proxy-Connection: keep-alive\r\n", "close")
	f("1.1", "Connection: "+strings.Repeat("x,", maxConnectionOptions-1)+"close\r\n", "close")
	f("1.1", "Connection: "+strings.Repeat("x,", maxConnectionOptions)+"close\r\n", "connection_options")
	f("1.1", strings.Repeat("Connection: x\r\n", maxConnectionOptions+1), "connection_options")

	f("1.1", "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n", "keep-alive, upgrade")
	f("1.1", "Connection: upgrade\r\n", "keep-alive")
	f("1.1", "Upgrade: websocket\r\n", "keep-alive")
	f("1.1", "Connection: upgrade\r\nUpgrade:\r\n", "keep-alive")
	f("1.0", "Connection: upgrade\r\nUpgrade: websocket\r\n", "close")
	f("1.1", "Connection: upgrade\r\nUpgrade: websocket\r\nUpgrade: h2c\r\n", "keep-alive")
	f("1.1", "Connection: upgrade, http2-settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n", "keep-alive")
	f("1.1", "Connection: upgrade\r\nUpgrade: foo, H2C\r\n", "keep-alive")
	f("1.1", "Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 5\r\n", "keep-alive")
	f("1.1", "Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n", "keep-alive, upgrade")
	f("1.1", "Connection: upgrade\r\nUpgrade: websocket\r\nTransfer-Encoding: chunked\r\n", "keep-alive")

	f("1.1", "Expect: 100-Continue\r\nContent-Length: 5\r\n", "keep-alive, expect")
	f("1.1", "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n", "keep-alive, expect")
	f("1.1", "Expect: 100-continue\r\nContent-Length: 0\r\n", "keep-alive")
	f("1.1", "Expect: 100-continue\r\n", "keep-alive")
	f("1.0", "Expect: 100-continue\r\n", "close")
	f("1.0", "Expect: 100-continue\r\nContent-Length: 5\r\n", "http10_payload")
	f("1.1", "Expect: x\r\n", "bad_expect")
	f("1.1", "Expect: 100-continue, x\r\n", "bad_expect")
	f("1.1", "Expect: y 100-continue\r\n", "bad_expect")
	f("1.1", "Expect:\r\n", "bad_expect")
	f("1.1", "Expect: 100-continue\r\nExpect: 100-continue\r\n", "bad_expect")
}

// Connection must not take away what is meant for the server.
func TestNominated(t *testing.T) {
	f := func(connection, want string) {
		t.Helper()
		req, _, err := request("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1\r\nX-A: 2\r\nConnection: " + connection +
			"\r\nX-B: 3\r\nx-a: 4\r\nCookie: 5\r\nAuthorization: 6\r\nForwarded: 7\r\nContent-Length: 0\r\n\r\n")
		if err != nil {
			t.Fatal(err)
		}
		var marked []string
		for _, f := range req.Fields {
			if f.Hop {
				marked = append(marked, string(f.Name)+"="+string(f.Value))
			}
		}
		if got := strings.Join(marked, " "); got != want {
			t.Fatalf("Connection: %s marks %q; want %q", connection, got, want)
		}
	}
	f("close, X-A", "x-a=2 x-a=4")
	f("x-b,X-a", "x-a=2 x-b=3 x-a=4")
	f("x-bb, x-, x", "")
	f("close, X-Forwarded-For", "")
	f("host, cookie, authorization, forwarded, content-length, connection", "")
	f(`"x-a"`, "")
}
