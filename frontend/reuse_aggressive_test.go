package frontend

import (
	"fmt"
	"testing"
)

// TestReuseAggressive: a client's first request, which may not be repeated, goes over an idle connection once that has been reused; under
// "safe" over a new one.
func TestReuseAggressive(t *testing.T) {
	f := func(mode string, want uint64) {
		t.Helper()
		o := newTestOrigin(t)
		px := newTestProxy(t, simple(o.addr(), "", fmt.Sprintf("http_reuse = %q", mode)))
		answer := func(s *peer) {
			s.head()
			s.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		}
		idle := func() {
			eventually(t, "the connection to the server is idle", func() error {
				if row := px.Backends()[0].Snapshot(nil)[0]; row.IdleConns == 0 {
					return fmt.Errorf("%d idle", row.IdleConns)
				}
				return nil
			})
		}
		a := dialPeer(t, px.addr("f", 0))
		a.send(get)
		s := o.accept()
		answer(s)
		a.status(200)
		idle()
		a.send(get) // the same connection: reused once
		answer(s)
		a.status(200)
		idle()
		b := dialPeer(t, px.addr("f", 0))
		b.send("POST /a HTTP/1.1\r\nHost: a\r\n\r\n")
		if want > 1 {
			s = o.accept()
		}
		answer(s)
		b.status(200)
		if row := px.Backends()[0].Snapshot(nil)[0]; row.Connects != want {
			t.Errorf("%s: %d connections; want %d", mode, row.Connects, want)
		}
		a.Close()
		b.Close()
		px.balanced()
	}
	f("aggressive", 1)
	f("always", 1)
	f("safe", 2)
}
