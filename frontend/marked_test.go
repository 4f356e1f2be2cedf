package frontend

import (
	"testing"

	"weir/conf"
)

// on-marked-down shutdown-sessions ends what a server that goes down still has; the log says D.
func TestShutdownOnMarkedDown(t *testing.T) {
	px := tcpProxy(t, echo(t, "s"), func(p *conf.Proxy) { p.Servers[0].ShutOnDown = true })
	c := dialPeer(t, px.addr("t", 0))
	c.send("x")
	c.expect("s:x")
	px.Backends()[0].Servers()[0].Disable()
	c.closed()
	px.logLine(" D- ")
	px.balanced()
}

// Without fullconn it is a tenth of what the frontends may have.
func TestFullconnDefault(t *testing.T) {
	f := func(maxconn, fullconn int, minconn, maxc int, want int64) {
		t.Helper()
		px := tcpProxy(t, "127.0.0.1:1", func(p *conf.Proxy) {
			p.Maxconn, p.Fullconn, p.Servers[0].Minconn, p.Servers[0].Maxconn = maxconn, fullconn, minconn, maxc
		})
		if got := px.Backends()[0].Servers()[0].Limit(); got != want {
			t.Errorf("maxconn %d, fullconn %d: the idle server's limit is %d; want %d", maxconn, fullconn, got, want)
		}
		shown := int64(fullconn)
		if shown == 0 {
			shown = int64(maxconn / 10)
		}
		rows := px.Backends()[0].Snapshot(nil)
		if got := rows[len(rows)-1].Limit; got != shown {
			t.Errorf("maxconn %d, fullconn %d: slim is %d; want %d", maxconn, fullconn, got, shown)
		}
	}
	f(1000, 0, 5, 50, 5)
	f(1000, 10, 5, 50, 5)
	f(1000, 0, 0, 50, 50)
}
