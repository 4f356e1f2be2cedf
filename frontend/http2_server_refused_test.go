package frontend

import (
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"testing"

	"golang.org/x/net/http2"

	"weir/internal/testpki"
)

// What one connection was refused on another takes that is open; none is made for it, and the one that refused is not asked again.
func TestHTTP2ServerRefusedElsewhere(t *testing.T) {
	f := func(name string, refuse func(k *rawH2, id uint32)) {
		t.Run(name, func(t *testing.T) {
			o := newTestOrigin(t)
			px := newTestProxy(t, h2Server(o, ""))
			var clients []*peer
			ask := func() *peer {
				p := dialPeer(t, px.addr("f", 0))
				clients = append(clients, p)
				p.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
				return p
			}
			first := ask()
			a := o.acceptH2(http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: 2})
			one := a.asked().StreamID
			for acked := false; !acked; { // from then on it has two streams
				f, err := a.fr.ReadFrame()
				a.must(err)
				s, ok := f.(*http2.SettingsFrame)
				acked = ok && s.IsAck()
			}
			second := ask()
			two := a.asked().StreamID
			third := ask() // the first connection is full
			b := o.acceptH2()
			three := b.asked().StreamID
			a.request(one, true, ":status", "204")
			first.status(204)
			last := ask()
			refuse(b, b.asked().StreamID)
			a.request(a.asked().StreamID, true, ":status", "204")
			last.status(204)
			if row := px.Backends()[0].Snapshot(nil)[0]; row.Connects != 2 {
				t.Errorf("%d connections were made; want 2", row.Connects)
			}
			a.request(two, true, ":status", "204")
			second.status(204)
			b.request(three, true, ":status", "204")
			third.status(204)
			for _, p := range clients {
				p.Close()
			}
			a.Close()
			b.Close()
			px.balanced()
		})
	}
	f("refused", func(k *rawH2, id uint32) { k.must(k.fr.WriteRSTStream(id, http2.ErrCodeRefusedStream)) })
	f("left out by GOAWAY", func(k *rawH2, id uint32) { k.must(k.fr.WriteGoAway(id-2, http2.ErrCodeNo, nil)) })
}

// A server that wants a request over HTTP/1.1 gets it so where its alpn has that; else the client is told the truth.
func TestHTTP2ServerWantsHTTP1(t *testing.T) {
	f := func(name, alpn string, want func(k *rawH2, id uint32), status int, state string) {
		t.Run(name, func(t *testing.T) {
			bench := newTLSBench(t, nil)
			l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
				NextProtos: []string{"h2", "http/1.1"}, Certificates: []tls.Certificate{bench.ca.Pair(t, testpki.Leaf{Names: []string{"inner.example"}})},
			})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { l.Close() })
			px := newTestProxy(t, simple(l.Addr().String(), "", fmt.Sprintf("default_server {\n ssl = true\n verify = \"required\"\n ca_file = %q\n verifyhost = \"inner.example\"\n alpn = %s\n}", bench.dir+"/ca.pem", alpn)))
			accept := func(protocol string) *peer {
				t.Helper()
				c, err := l.Accept()
				if err != nil {
					t.Fatal(err)
				}
				if err := c.(*tls.Conn).Handshake(); err != nil {
					t.Fatal(err)
				}
				if got := c.(*tls.Conn).ConnectionState().NegotiatedProtocol; got != protocol {
					t.Fatalf("the connection is for %q; want %q", got, protocol)
				}
				return newPeer(t, net.Conn(c))
			}
			p := dialPeer(t, px.addr("f", 0))
			p.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")
			k := &rawH2{peer: accept("h2")}
			k.settings()
			want(k, k.asked().StreamID)
			if status == 204 {
				s := accept("http/1.1")
				if h := s.head(); !strings.HasPrefix(h, "POST /x HTTP/1.1\r\n") {
					t.Errorf("the server got %q", h)
				}
				s.expect("abc")
				s.send("HTTP/1.1 204 No Content\r\n\r\n")
				defer s.Close()
			}
			p.status(status)
			if line := px.logLine("/x"); !strings.Contains(line, " "+state+" ") {
				t.Errorf("logged %q; want %s", line, state)
			}
			if status != 204 {
				px.onLoop(func(w *worker) {
					if w.faults["server_wants_http1"] != 1 {
						t.Errorf("counted %v", w.faults)
					}
				})
			}
			p.Close()
			k.Close()
			px.balanced()
		})
	}
	reset := func(k *rawH2, id uint32) { k.must(k.fr.WriteRSTStream(id, http2.ErrCodeHTTP11Required)) }
	f("a stream", `["h2", "http/1.1"]`, reset, 204, "----")
	f("the connection", `["h2", "http/1.1"]`, func(k *rawH2, _ uint32) { k.must(k.fr.WriteGoAway(0, http2.ErrCodeHTTP11Required, nil)) }, 204, "----")
	f("there is no way", `["h2"]`, reset, 502, "SH--")
}
