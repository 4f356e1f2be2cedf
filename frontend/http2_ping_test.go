package frontend

import (
	"fmt"
	"testing"

	"golang.org/x/net/http2"
)

// pinged answers so many of the PINGs of an idle connection; an error: the connection has ended, or is about to.
func (k *rawH2) pinged(n int) error {
	for n > 0 {
		f, err := k.fr.ReadFrame()
		if err != nil {
			return err
		}
		switch f := f.(type) {
		case *http2.PingFrame:
			if err := k.fr.WritePing(true, f.Data); err != nil {
				return err
			}
			n--
		case *http2.GoAwayFrame:
			return fmt.Errorf("%v with %d PINGs to come", f, n)
		}
	}
	return nil
}

// ended reads to the end of the connection, and answers nothing.
func (k *rawH2) ended() {
	for {
		if _, err := k.fr.ReadFrame(); err != nil {
			return
		}
	}
}

// "idle-ping" of a bind: who answers stays, with "timeout client" beginning anew each time; who does not is closed.
func TestIdlePing(t *testing.T) {
	f := func(bind, timeout string) *testProxy {
		return newTestProxy(t, fmt.Sprintf("frontend \"f\" {\n  bind \"127.0.0.1:1\" {\n    idle_ping = %q\n  }\n  timeout {\n    client = \"1s\"\n    %s\n  }\n  http_request \"return\" {\n    status = 204\n  }\n}\n", bind, timeout))
	}
	px := f("300ms", "")
	eventually(t, "a client that answers", func() error { // one that is too slow to answer in time proves nothing
		k := dialH2(t, px.addr("f", 0))
		defer k.Close()
		return k.pinged(5) // beyond timeout client
	})
	k := dialH2(t, px.addr("f", 0))
	k.must(k.fr.WritePing(true, [8]byte{})) // an answer that was not asked for
	if p, ok := k.next().(*http2.PingFrame); !ok || p.IsAck() {
		t.Errorf("got %v; want PING", p)
	}
	k.ended()
	k = dialH2(t, px.addr("f", 0)) // an answer to something else is none
	if p, ok := k.next().(*http2.PingFrame); ok {
		k.must(k.fr.WritePing(true, [8]byte{1: p.Data[0]}))
	}
	k.ended()
	px.balanced()
	// The time between requests has a limit of its own.
	px = f("200ms", `http_keep_alive = "1s"`)
	k = dialH2(t, px.addr("f", 0))
	if k.pinged(1000) == nil {
		t.Error("PINGs go on for ever")
	}
	k.Close()
	px.balanced()
}

// "idle-ping" of a server: so with its idle connections.
func TestIdlePingServer(t *testing.T) {
	o := newTestOrigin(t)
	px := newTestProxy(t, simple(o.addr(), "", "default_server {\n proto = \"h2\"\n idle_ping = \"300ms\"\n pool_purge_delay = \"1h\"\n}\n"))
	p := dialPeer(t, px.addr("f", 0))
	ask := func(k *rawH2) {
		k.request(k.asked().StreamID, true, ":status", "204")
		p.status(204)
	}
	const get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
	eventually(t, "a server that answers", func() error {
		p.send(get)
		k := o.acceptH2()
		defer k.ended() // nothing is answered any more
		ask(k)
		return k.pinged(4)
	})
	p.send(get) // over a new one: the last is gone
	k := o.acceptH2()
	ask(k)
	p.Close()
	k.Close()
	px.balanced()
}
