package frontend

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
)

// "max-session-srv-conns": as many connections of its own does a client keep, to several servers; the next ones are closed after
// their response. HAProxy 2.6 keeps the same first ones.
func TestSessionConns(t *testing.T) {
	const servers, rounds = 3, 3
	for _, test := range []struct {
		line string
		want [servers]int64 // connections in so many rounds
	}{
		{"", [servers]int64{1, 1, 1}},
		{"max-session-srv-conns 0", [servers]int64{3, 3, 3}},
		{"max-session-srv-conns 1", [servers]int64{1, 3, 3}},
		{"max-session-srv-conns 2", [servers]int64{1, 1, 3}},
		{"max-session-srv-conns 3", [servers]int64{1, 1, 1}},
	} {
		var made [servers]atomic.Int64
		cfg := "defaults\n  mode http\n  timeout client 30s\n  timeout server 30s\n  timeout connect 30s\nlisten f\n  bind 127.0.0.1:1\n  http-reuse never\n  balance roundrobin\n  " + test.line + "\n"
		for i := range made {
			o := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "ok") }))
			o.Config.ConnState = func(_ net.Conn, s http.ConnState) {
				if s == http.StateNew {
					made[i].Add(1)
				}
			}
			o.Start()
			t.Cleanup(o.Close)
			cfg += fmt.Sprintf("  server s%d %s\n", i, o.Listener.Addr())
		}
		px := newCfgProxy(t, cfg)
		c := dialPeer(t, px.addr("f", 0))
		for range servers * rounds {
			c.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
			c.status(http.StatusOK)
		}
		for i := range made {
			if got := made[i].Load(); got != test.want[i] {
				t.Errorf("%q: server %d: got %d connections; want %d", test.line, i, got, test.want[i])
			}
		}
	}
}
