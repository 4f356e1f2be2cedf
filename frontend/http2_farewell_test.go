package frontend

import (
	"context"
	"net/http"
	"testing"

	"golang.org/x/net/http2"
)

// farewell reads the first GOAWAY, which leaves out nothing, and returns what the PING behind it wants back (RFC 9113, 6.8).
func (k *rawH2) farewell() [8]byte {
	k.t.Helper()
	if g, ok := k.next().(*http2.GoAwayFrame); !ok || g.LastStreamID != 1<<31-1 || g.ErrCode != http2.ErrCodeNo {
		k.t.Fatalf("got %v; want a GOAWAY that takes every stream", g)
	}
	p, ok := k.next().(*http2.PingFrame)
	if !ok || p.IsAck() {
		k.t.Fatalf("got %v; want PING", p)
	}
	return p.Data
}

// goneAfter reads the last GOAWAY.
func (k *rawH2) goneAfter(last uint32) {
	k.t.Helper()
	if g, ok := k.next().(*http2.GoAwayFrame); !ok || g.LastStreamID != last || g.ErrCode != http2.ErrCodeNo {
		k.t.Fatalf("got %v; want GOAWAY after stream %d", g, last)
	}
}

// answered reads the responses of so many streams.
func (k *rawH2) answered(n int) {
	k.t.Helper()
	for got := map[uint32]bool{}; len(got) < n; {
		switch f := k.next().(type) {
		case *http2.MetaHeadersFrame:
			if f.PseudoValue("status") != "204" {
				k.t.Fatalf("stream %d: got %v", f.StreamID, f)
			}
			got[f.StreamID] = true
		default:
			k.t.Fatalf("got %v; want responses", f)
		}
	}
}

// stopping stops the proxy; the channel tells of its end.
func stopping(px *testProxy) chan error {
	down := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), waitTime)
		defer cancel()
		down <- px.Shutdown(ctx)
	}()
	return down
}

// TestHTTP2StopInFlight: what a client has sent before it could know of the stop is answered, all of it, and the connection ends behind that.
func TestHTTP2StopInFlight(t *testing.T) {
	t.Parallel()
	px := newTestProxy(t, simple(httpOrigin(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }), "", ""))
	k := dialH2(t, px.addr("f", 0))
	k.request(1, true, getRoot...)
	k.answered(1)
	down := stopping(px)
	data := k.farewell()
	const window = 40
	for i := range uint32(window) {
		k.request(3+2*i, true, getRoot...)
	}
	k.answered(window)
	k.request(3+2*window, true, getRoot...)
	k.must(k.fr.WritePing(true, data))
	k.request(5+2*window, true, getRoot...) // it should have known
	for left := 2; left > 0; left-- {
		switch f := k.next().(type) {
		case *http2.GoAwayFrame:
			if f.LastStreamID != 3+2*window {
				t.Errorf("got %v; want GOAWAY after stream %d", f, 3+2*window)
			}
		case *http2.MetaHeadersFrame:
			if f.StreamID != 3+2*window || f.PseudoValue("status") != "204" {
				t.Errorf("got %v", f)
			}
		default:
			t.Errorf("got %v", f)
		}
	}
	if err := <-down; err != nil {
		t.Error(err)
	}
}

// TestHTTP2StopSilent: a client that does not answer the PING keeps nothing from ending.
func TestHTTP2StopSilent(t *testing.T) {
	t.Parallel()
	px := newTestProxy(t, simple(httpOrigin(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }), "", ""))
	k := dialH2(t, px.addr("f", 0))
	k.request(1, true, getRoot...)
	k.answered(1)
	down := stopping(px)
	k.farewell()
	k.request(3, true, getRoot...)
	k.answered(1)
	k.goneAfter(3)
	k.closed()
	if err := <-down; err != nil {
		t.Error(err)
	}
}
