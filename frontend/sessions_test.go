package frontend

import (
	"context"
	"strings"
	"testing"

	"weir/conf"
	"weir/stats"
)

// sessions lists what is at work until there are n.
func (px *testProxy) sessions(n int) (list []stats.Session) {
	px.t.Helper()
	eventually(px.t, "the streams are there", func() error {
		if list = px.Sessions(context.Background()); len(list) != n {
			return howMany(len(list))
		}
		return nil
	})
	return list
}

type howMany int

func (n howMany) Error() string { return strings.Repeat("|", int(n)) + " are there" }

// A tunnel and a request that waits for its response are listed, and can be ended; the log says K.
func TestSessions(t *testing.T) {
	t.Parallel()
	f := func(mode conf.Mode, phase, state string) {
		t.Helper()
		o := newTestOrigin(t)
		px := tcpProxy(t, o.addr(), func(p *conf.Proxy) {
			if p.Mode = mode; mode == conf.ModeHTTP {
				p.LogFormat = conf.LogHTTP
			}
		})
		c := dialPeer(t, px.addr("t", 0))
		c.send(get)
		o.accept().head()
		s := px.sessions(1)[0]
		if s.Proto != "tcpv4" || s.Source != c.LocalAddr().String() || s.Frontend != "t" || s.Backend != "t" || s.Server != "s" || s.Phase != phase {
			t.Errorf("listed %+v; want %s", s, phase)
		}
		if px.ShutdownSession(context.Background(), "0x123456") || px.ShutdownSession(context.Background(), "x") {
			t.Error("a stream that is not there was ended")
		}
		if !px.ShutdownSession(context.Background(), s.ID) {
			t.Error("the stream is not found")
		}
		if mode == conf.ModeHTTP {
			c.status(502)
		}
		c.closed()
		px.logLine(state)
		px.balanced()
		px.sessions(0)

		d := dialPeer(t, px.addr("t", 0))
		d.send(get)
		o.accept().head()
		if err := px.ShutdownServerSessions(context.Background(), px.Backends()[0].Servers()[0]); err != nil {
			t.Fatal(err)
		}
		if mode == conf.ModeHTTP {
			d.status(502)
		}
		d.closed()
		px.balanced()
	}
	f(conf.ModeTCP, "tunnel", " K- ")
	f(conf.ModeHTTP, "headers", " KH-- ")
}

// A walk goes on in the loop's next turns, past what has left meanwhile.
func TestWalkSteps(t *testing.T) {
	px := tcpProxy(t, "127.0.0.1:1", func(*conf.Proxy) {})
	w := px.workers[0]
	const n = 2*walkStep + 10
	list := make([]active, n)
	px.onLoop(func(w *worker) {
		for i := range list {
			list[i].tn = &tunnel{}
			w.active.add(&list[i])
		}
	})
	seen := 0
	<-w.walk(func(a *active) {
		seen++
		list[n-1].leave()
		a.leave()
	})
	if seen != n-1 {
		t.Errorf("saw %d of %d", seen, n-1)
	}
	px.onLoop(func(w *worker) {
		if w.active.root.next != &w.active.root {
			t.Error("something was left in the list")
		}
	})
}

// The last malformed request of a frontend and response of a backend are kept.
func TestCapturedErrors(t *testing.T) {
	o := newTestOrigin(t)
	px := newTestProxy(t, simple(o.addr(), "", ""))
	c := dialPeer(t, px.addr("f", 0))
	c.send("GET / HTTP/1.1\r\nbad header\r\n\r\n")
	c.status(400)
	d := dialPeer(t, px.addr("f", 0))
	d.send(get)
	s := o.accept()
	s.head()
	s.send("HTP/1.1 OK\r\n\r\n")
	d.status(502)
	list, total := px.Errors(context.Background())
	if len(list) != 2 || total != 2 || list[0].Response || !list[1].Response || list[0].Position != 19 || list[1].Position != 2 {
		t.Fatalf("kept %+v of %d", list, total)
	}
	if e := list[0]; e.Frontend != "f" || !strings.Contains(string(e.Data), "bad header") || e.Source != c.LocalAddr().String() {
		t.Errorf("the request is %+v", e)
	}
	if e := list[1]; e.Backend != "b" || e.Server != "s" || !strings.HasPrefix(string(e.Data), "HTP/1.1 OK") {
		t.Errorf("the response is %+v", e)
	}
}
