package frontend

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/net/http2"

	"weir/internal/testpki"
)

// enableConnect says that the server takes extended CONNECT (RFC 8441, 3).
var enableConnect = http2.Setting{ID: 8, Val: 1}

const (
	wsKey    = "dGhlIHNhbXBsZSBub25jZQ=="
	wsAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
	wsAsk    = "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + wsKey + "\r\n\r\n"
)

// tunnelled says hello in both directions over a stream that is a tunnel; toServer and toClient are its client's ends.
func tunnelled(t *testing.T, s *rawH2, id uint32, send func(string), expect func(string)) {
	t.Helper()
	send("ping")
	if d, ok := s.next().(*http2.DataFrame); !ok || d.StreamID != id || string(d.Data()) != "ping" {
		t.Errorf("the server got %v", d)
	}
	s.must(s.fr.WriteData(id, false, []byte("pong")))
	expect("pong")
}

// A WebSocket is extended CONNECT to a server of HTTP/2, whatever its client speaks.
func TestHTTP2ServerWebSocket(t *testing.T) {
	check := func(s *rawH2) *http2.MetaHeadersFrame {
		t.Helper()
		h := s.asked()
		for name, want := range map[string]string{"method": "CONNECT", "protocol": "websocket", "path": "/ws", "scheme": "http", "authority": "h"} {
			if got := h.PseudoValue(name); got != want {
				t.Errorf(":%s is %q; want %q", name, got, want)
			}
		}
		for _, f := range h.RegularFields() {
			if f.Name == "connection" || f.Name == "upgrade" || f.Name == "sec-websocket-key" || f.Name == "host" {
				t.Errorf("the server got %v", f)
			}
		}
		if h.StreamEnded() {
			t.Error("the stream has ended")
		}
		return h
	}
	t.Run("h1", func(t *testing.T) {
		o := newTestOrigin(t)
		px := newTestProxy(t, h2Server(o, ""))
		p := dialPeer(t, px.addr("f", 0))
		p.send(wsAsk)
		s := o.acceptH2(enableConnect)
		id := check(s).StreamID
		s.request(id, false, ":status", "200", "sec-websocket-protocol", "chat")
		head := p.head()
		for _, want := range []string{"HTTP/1.1 101 ", "\r\nsec-websocket-accept: " + wsAccept + "\r\n", "\r\nupgrade: websocket\r\n", "\r\nconnection: upgrade\r\n", "\r\nsec-websocket-protocol: chat\r\n"} {
			if !strings.Contains(head, want) {
				t.Errorf("no %q in %q", want, head)
			}
		}
		tunnelled(t, s, id, p.send, p.expect)
		p.Close()
		for { // the client's end is the stream's
			if d, ok := s.next().(*http2.DataFrame); ok && d.StreamEnded() {
				break
			}
		}
		s.must(s.fr.WriteData(id, true, nil))
		px.balanced()
	})
	t.Run("h2", func(t *testing.T) {
		o := newTestOrigin(t)
		px := newTestProxy(t, h2Server(o, ""))
		k := dialH2(t, px.addr("f", 0))
		k.request(1, false, ":method", "CONNECT", ":protocol", "websocket", ":scheme", "http", ":authority", "h", ":path", "/ws", "sec-websocket-version", "13")
		s := o.acceptH2(enableConnect)
		id := check(s).StreamID
		s.request(id, false, ":status", "200")
		if h, ok := k.next().(*http2.MetaHeadersFrame); !ok || h.PseudoValue("status") != "200" || h.StreamEnded() {
			t.Fatalf("got %v", h)
		}
		tunnelled(t, s, id, func(m string) { k.must(k.fr.WriteData(1, false, []byte(m))) }, func(m string) {
			if d, ok := k.next().(*http2.DataFrame); !ok || string(d.Data()) != m {
				t.Errorf("got %v", d)
			}
		})
		s.must(s.fr.WriteData(id, true, nil)) // the server's end too
		if d, ok := k.next().(*http2.DataFrame); !ok || !d.StreamEnded() {
			t.Errorf("got %v", d)
		}
		k.Close()
		px.balanced()
	})
	t.Run("declined", func(t *testing.T) {
		o := newTestOrigin(t)
		px := newTestProxy(t, h2Server(o, ""))
		p := dialPeer(t, px.addr("f", 0))
		p.send(wsAsk)
		s := o.acceptH2(enableConnect)
		id := check(s).StreamID
		s.request(id, false, ":status", "403", "content-length", "2")
		s.must(s.fr.WriteData(id, true, []byte("no")))
		if resp, body := p.response("GET"); resp.StatusCode != 403 || body != "no" {
			t.Errorf("got %d %q", resp.StatusCode, body)
		}
		p.Close()
		px.balanced()
	})
	t.Run("not taken", func(t *testing.T) {
		o := newTestOrigin(t)
		px := newTestProxy(t, h2Server(o, ""))
		p := dialPeer(t, px.addr("f", 0))
		p.send(wsAsk)
		o.acceptH2()
		p.status(502)
		px.onLoop(func(w *worker) {
			if w.faults["server_no_websocket"] != 1 {
				t.Errorf("counted %v", w.faults)
			}
		})
		p.Close()
		px.balanced()
	})
	t.Run("ws h1", func(t *testing.T) {
		o := newTestOrigin(t)
		px := newTestProxy(t, strings.Replace(h2Server(o, ""), `proto = "h2"`, "proto = \"h2\"\nws = \"h1\"", 1))
		p := dialPeer(t, px.addr("f", 0))
		p.send(wsAsk)
		s := o.accept()
		if h := s.head(); !strings.HasPrefix(h, "GET /ws HTTP/1.1\r\n") || !strings.Contains(h, "\r\nsec-websocket-key: "+wsKey+"\r\n") {
			t.Errorf("the server got %q", h)
		}
		s.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: " + wsAccept + "\r\n\r\n")
		p.head()
		p.send("ping")
		s.expect("ping")
		p.Close()
		s.Close()
		px.balanced()
	})
}

// A plain CONNECT is a tunnel too.
func TestHTTP2ServerConnect(t *testing.T) {
	o := newTestOrigin(t)
	px := newTestProxy(t, h2Server(o, ""))
	p := dialPeer(t, px.addr("f", 0))
	p.send("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n")
	s := o.acceptH2()
	h := s.asked()
	if h.PseudoValue("method") != "CONNECT" || h.PseudoValue("authority") != "a.example:443" || len(h.PseudoFields()) != 2 || h.StreamEnded() {
		t.Errorf("the server got %v", h)
	}
	s.request(h.StreamID, false, ":status", "200")
	p.head()
	tunnelled(t, s, h.StreamID, p.send, p.expect)
	s.must(s.fr.WriteRSTStream(h.StreamID, http2.ErrCodeConnect))
	p.closed()
	px.balanced()
}

// What TLS agrees on is spoken, and WebSockets are not offered HTTP/2 where there is a choice.
func TestHTTP2ServerALPN(t *testing.T) {
	b := newTLSBench(t, nil)
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" {
			w.Header().Set("X-Upgrade", r.Proto)
			w.WriteHeader(http.StatusForbidden)
			return
		}
		io.WriteString(w, r.Proto)
	}))
	srv.EnableHTTP2 = true
	srv.TLS = &tls.Config{NextProtos: []string{"h2", "http/1.1"}, Certificates: []tls.Certificate{b.ca.Pair(t, testpki.Leaf{Names: []string{"inner.example"}})}}
	srv.StartTLS()
	t.Cleanup(srv.Close)
	f := func(server, want, upgrade string) {
		t.Helper()
		px := newTestProxy(t, simple(srv.Listener.Addr().String(), `http_response "set-header" {
  name  = "X-ALPN"
  value = "${ssl_bc_alpn()} ${bc_http_major()}"
}`, fmt.Sprintf("default_server {\n ssl = true\n verify = \"required\"\n ca_file = %q\n verifyhost = \"inner.example\"\n%s\n}", b.dir+"/ca.pem", server)))
		c := h1Client(t, px.addr("f", 0))
		for range 2 {
			if resp, got := request(t, c, "GET", "/", nil, nil); string(got)+" "+resp.Header.Get("X-ALPN") != want {
				t.Errorf("%s: got %s, %s; want %s", server, got, resp.Header.Get("X-ALPN"), want)
			}
		}
		p := dialPeer(t, px.addr("f", 0))
		p.send(wsAsk)
		resp, _ := p.response("GET")
		if got := resp.Header.Get("X-Upgrade"); got != upgrade {
			t.Errorf("%s: an upgrade got %d over %q; want %q", server, resp.StatusCode, got, upgrade)
		}
		p.Close()
		c.CloseIdleConnections()
		px.balanced()
	}
	f(`alpn = ["h2", "http/1.1"]`, "HTTP/2.0 h2 2", "HTTP/1.1")
	f(`alpn = ["h2"]`, "HTTP/2.0 h2 2", "")
	f(`alpn = ["http/1.1"]`, "HTTP/1.1 http/1.1 1", "HTTP/1.1")
	f("", "HTTP/1.1 1", "HTTP/1.1")
	f("alpn = [\"h2\"]\nws = \"h1\"", "HTTP/2.0 h2 2", "HTTP/1.1")
	f("alpn = [\"h2\", \"http/1.1\"]\nws = \"h2\"", "HTTP/2.0 h2 2", "")
}
