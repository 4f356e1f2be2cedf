package frontend

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/http2"

	"weir/stats"
)

// side is what the row of one side has counted.
func (px *testProxy) side(name string) stats.Traffic {
	rows := px.backends[0].Snapshot(px.frontends[0].Snapshot(nil))
	for i := range rows {
		if rows[i].Name == name {
			return rows[i].Traffic
		}
	}
	return stats.Traffic{}
}

// Connections and streams are counted by their version of HTTP on either side, and what is open now.
func TestVersionCounters(t *testing.T) {
	versions(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "ok") }, "", "", func(t *testing.T, px *testProxy, c *http.Client, server int) {
		for range 3 {
			resp, err := c.Get("http://h/")
			if err != nil {
				t.Fatal(err)
			}
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
		line := func(name string) string {
			s := px.side(name)
			return fmt.Sprintf("h1 %d/%d %d/%d, h2 %d/%d %d/%d", s.HTTP1.OpenConns, s.HTTP1.Conns, s.HTTP1.OpenStreams, s.HTTP1.Streams,
				s.HTTP2.OpenConns, s.HTTP2.Conns, s.HTTP2.OpenStreams, s.HTTP2.Streams)
		}
		one, two := "h1 1/1 0/3, h2 0/0 0/0", "h1 0/0 0/0, h2 1/1 0/3"
		front, back := map[bool]string{true: one, false: "h1 0/1 0/0, h2 1/1 0/3"}, map[bool]string{true: one, false: two}
		old := px.side("FRONTEND").HTTP2.Streams == 0
		eventually(t, "counters", func() error {
			if got := line("FRONTEND"); got != front[old] {
				return fmt.Errorf("the frontend has %s; want %s", got, front[old])
			}
			if got := line("BACKEND"); got != back[server == 1] {
				return fmt.Errorf("the backend has %s; want %s", got, back[server == 1])
			}
			return nil
		})
		if b := px.side("FRONTEND"); old != (b.HTTP1.BytesIn > 0) || old != (b.HTTP1.BytesIn == b.BytesIn) {
			t.Errorf("%d of %d bytes came by HTTP/1", b.HTTP1.BytesIn, b.BytesIn)
		}
		if b := px.side("BACKEND"); (server == 1) != (b.HTTP1.BytesIn == b.BytesOut) || (server == 2) != (b.HTTP2.Headers > 0 && b.HTTP2.Settings > 0) {
			t.Errorf("the backend has %+v", b)
		}
		px.frontends[0].ClearCounters(true) // what is open stays so
		px.backends[0].ClearCounters(true)
		c.CloseIdleConnections()
		eventually(t, "the end", func() error {
			if s := px.side("FRONTEND"); s.HTTP1 != (stats.HTTP1{}) || s.HTTP2.OpenConns != 0 || s.HTTP2.OpenStreams != 0 {
				return fmt.Errorf("the frontend has %+v, %+v", s.HTTP1, s.HTTP2)
			}
			return nil
		})
	})
}

// What a client does wrong is counted as a stream's or the connection's error, and so is what it is told.
func TestHTTP2FrameCounters(t *testing.T) {
	o := newTestOrigin(t)
	px := newTestProxy(t, simple(o.addr(), "", ""))
	k := dialH2(t, px.addr("f", 0))
	k.request(1, false, getRoot...)
	k.must(k.fr.WriteData(1, false, []byte("abcdef")))
	k.must(k.fr.WriteRawFrame(http2.FrameWindowUpdate, 0, 1, make([]byte, 4)))
	k.request(3, false, getRoot...)
	k.must(k.fr.WriteRSTStream(3, http2.ErrCodeCancel))
	k.must(k.fr.WriteGoAway(0, http2.ErrCodeNo, nil))
	k.must(k.fr.WriteRawFrame(http2.FramePing, 0, 0, make([]byte, 7)))
	for {
		if _, ok := k.next().(*http2.GoAwayFrame); ok {
			break
		}
	}
	k.Close()
	want := stats.HTTP2{Headers: 2, Data: 1, Settings: 1, Resets: 1, GoAways: 1, ConnErrors: 1, StreamErrors: 1, ResetsSent: 1, GoAwaysSent: 1, Conns: 1, Streams: 2}
	eventually(t, "counters", func() error {
		if got := px.side("FRONTEND").HTTP2; got != want {
			return fmt.Errorf("got %+v; want %+v", got, want)
		}
		return nil
	})
	px.balanced()
}

// What a client does wrong in HTTP/2 is logged as far as tune.h2.log-errors wants; it is always counted.
func TestHTTP2LogErrors(t *testing.T) {
	f := func(level string, stream, conn bool) {
		t.Helper()
		o := newTestOrigin(t)
		px := newTestProxy(t, level+simple(o.addr(), "", ""))
		k := dialH2(t, px.addr("f", 0))
		k.request(1, false, getRoot...)
		k.must(k.fr.WriteRawFrame(http2.FrameWindowUpdate, 0, 1, make([]byte, 4)))
		k.must(k.fr.WriteRawFrame(http2.FramePing, 0, 0, make([]byte, 7)))
		for {
			if _, ok := k.next().(*http2.GoAwayFrame); ok {
				break
			}
		}
		k.Close()
		px.balanced()
		px.onLoop(func(w *worker) {
			if w.faults["h2_no_increment"] != 1 || w.faults["h2_control_size"] != 1 {
				t.Errorf("%q: counted %v", level, w.faults)
			}
		})
		log := func(want string, is bool) {
			t.Helper()
			if is {
				px.logLine(want)
			} else if strings.Contains(px.out.String(), want) {
				t.Errorf("%q: %s is logged", level, want)
			}
		}
		log("HTTP/2 error: a control frame has the wrong size (FRAME_SIZE_ERROR)", conn)
		log("HTTP/2 stream error: h2_no_increment", stream)
	}
	tune := func(level string) string { return "global {\n tune {\n  h2_log_errors = \"" + level + "\"\n }\n}\n" }
	f("", false, false)
	f(tune("none"), false, false)
	f(tune("connection"), false, true)
	f(tune("stream"), true, true)
}
