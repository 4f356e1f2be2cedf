package frontend

import (
	"bytes"
	"fmt"
	"net"
	"testing"

	"golang.org/x/net/http2"
)

// TestHTTP2LastResponse: a client that is slow to take its last response, and says meanwhile what it has taken, gets all of it: the connection is not closed
// over what the kernel still holds of it.
func TestHTTP2LastResponse(t *testing.T) {
	t.Parallel()
	f := func(clientEnds bool) {
		t.Helper()
		o := newTestOrigin(t)
		px := newTestProxy(t, "global {\n  tune { sndbuf_client = 1000000 }\n}\n"+simple(o.addr(), "", ""))
		k := dialH2(t, px.addr("f", 0))
		k.must(k.Conn.(*net.TCPConn).SetReadBuffer(4096))
		k.must(k.fr.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1 << 20}))
		k.must(k.fr.WriteWindowUpdate(0, 1<<20))
		k.request(1, true, getRoot...)
		s := o.accept()
		s.head()
		down := stopping(px)
		k.must(k.fr.WritePing(true, k.farewell()))
		k.goneAfter(1)
		body := bytes.Repeat([]byte("0123456789abcdef"), 10_000)
		s.send(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body))
		px.logLine(" 200 ") // it has left
		got := 0
		for whole := false; !whole; {
			k.must(k.fr.WriteWindowUpdate(0, 1)) // behind the close this would be answered with a reset
			if d, ok := k.next().(*http2.DataFrame); ok {
				got += len(d.Data())
				whole = d.StreamEnded()
			}
		}
		if got != len(body) {
			t.Errorf("%d octets came; want %d", got, len(body))
		}
		k.closed()
		if clientEnds {
			k.Close()
		}
		if err := <-down; err != nil {
			t.Error(err)
		}
	}
	f(true)
	f(false) // who has everything and does not close keeps nothing from ending
}

// TestHTTP2OwnAnswer: an answer of a rule to the wish for another protocol (RFC 8441) is an answer like any other, also with 2xx: whoever wrote it
// into the configuration has meant it.
func TestHTTP2OwnAnswer(t *testing.T) {
	for _, x := range []struct{ rule, status, body string }{
		{`http_request "return" {
    status       = 200
    content_type = "text/plain"
    string       = "text"
  }`, "200", "text"},
		{`http_request "return" { status = 204 }`, "204", ""},
		{`http_request "deny" { status = 403 }`, "403", "*"},
	} {
		px := newTestProxy(t, simple("127.0.0.1:1", x.rule, ""))
		for _, protocol := range []string{"websocket", "foo"} {
			k := dialH2(t, px.addr("f", 0))
			k.request(1, false, ":method", "CONNECT", ":protocol", protocol, ":scheme", "http", ":authority", "h", ":path", "/ws")
			h, ok := k.next().(*http2.MetaHeadersFrame)
			if !ok || h.PseudoValue("status") != x.status {
				t.Fatalf("got %v; want %s", h, x.status)
			}
			body := ""
			for ended := h.StreamEnded(); !ended; {
				d, ok := k.next().(*http2.DataFrame)
				if !ok {
					t.Fatalf("%s: got %v in the place of its body", x.status, d)
				}
				body += string(d.Data())
				ended = d.StreamEnded()
			}
			if body != x.body && x.body != "*" {
				t.Errorf("%s: got the body %q; want %q", x.status, body, x.body)
			}
			k.Close()
		}
		px.balanced()
	}
}
