package frontend

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"syscall"
	"testing"

	"golang.org/x/net/http2"
)

var getRoot = []string{":method", "GET", ":scheme", "http", ":authority", "h", ":path", "/"}

// atOnce sends what f writes in one piece.
func (k *rawH2) atOnce(f func()) {
	k.t.Helper()
	var all bytes.Buffer
	fr := k.fr
	k.fr = http2.NewFramer(&all, k.r)
	k.fr.AllowIllegalWrites = true
	f()
	k.fr = fr
	k.send(all.String())
}

// A request that is stopped in the same breath goes nowhere: no server hears of it.
func TestHTTP2StoppedAtOnce(t *testing.T) {
	o := newTestOrigin(t)
	px := newTestProxy(t, simple(o.addr(), "", ""))
	k := dialH2(t, px.addr("f", 0))
	k.must(k.fr.WritePing(false, [8]byte{}))
	if f := k.next(); f.Header().Type != http2.FramePing { // the connection is at work
		t.Fatalf("got %v", f)
	}
	k.atOnce(func() {
		for id := uint32(1); id < 100; id += 4 {
			k.request(id, true, getRoot...)
			k.must(k.fr.WriteRSTStream(id, http2.ErrCodeCancel))
			k.request(id+2, false, getRoot...)
			k.must(k.fr.WriteRawFrame(http2.FrameWindowUpdate, 0, id+2, make([]byte, 4)))
		}
		k.request(101, true, getRoot...)
	})
	s := o.accept()
	s.head()
	s.send("HTTP/1.1 204 No Content\r\n\r\n")
	for resets := 0; ; {
		switch f := k.next().(type) {
		case *http2.RSTStreamFrame:
			resets++
			continue
		case *http2.MetaHeadersFrame:
			if f.StreamID != 101 || resets != 25 {
				t.Errorf("%d resets, then an answer to %d", resets, f.StreamID)
			}
		default:
			t.Fatalf("got %v", f)
		}
		break
	}
	px.onLoop(func(w *worker) {
		if got := w.reqs; got != 1 {
			t.Errorf("%d requests are counted; want 1", got)
		}
	})
	k.Close()
	px.balanced()
}

// Who stops a request that stands in a queue leaves it.
func TestHTTP2StoppedInQueue(t *testing.T) {
	o := newTestOrigin(t)
	px := newTestProxy(t, fmt.Sprintf(`frontend "f" {
  bind "127.0.0.1:1" {}
  default_backend = "b"
}
backend "b" {
  server "s" {
    address = %q
    maxconn = 1
  }
}
`, o.addr()))
	k := dialH2(t, px.addr("f", 0))
	k.request(1, true, getRoot...)
	s := o.accept()
	s.head()
	queued := func(want int64) {
		t.Helper()
		eventually(t, "the queue", func() error {
			if got := px.backends[0].Queued() + px.backends[0].Servers()[0].Queued(); got != want {
				return fmt.Errorf("%d wait; want %d", got, want)
			}
			return nil
		})
	}
	k.request(3, true, getRoot...)
	queued(1)
	k.must(k.fr.WriteRSTStream(3, http2.ErrCodeCancel))
	queued(0)
	s.send("HTTP/1.1 204 No Content\r\n\r\n")
	if h, ok := k.next().(*http2.MetaHeadersFrame); !ok || h.StreamID != 1 {
		t.Errorf("got %v", h)
	}
	k.Close()
	px.balanced()
}

// A connection that ends takes all its streams with it, however many they are.
func TestHTTP2EndsWithManyStreams(t *testing.T) {
	o := newTestOrigin(t)
	px := newTestProxy(t, simple(o.addr(), "", ""))
	k := dialH2(t, px.addr("f", 0))
	const streams = 90
	k.atOnce(func() {
		for id := uint32(1); id < 2*streams; id += 2 {
			k.request(id, true, getRoot...)
		}
	})
	var servers []*peer
	for range streams {
		s := o.accept()
		s.head()
		servers = append(servers, s)
	}
	k.Close()
	for _, s := range servers {
		s.closed()
	}
	px.balanced()
}

// The server of a request that is given up hears of it at once, and no port is kept for it: the connection is reset. Not so where that might undo
// what the request has asked for.
func TestHTTP2Forsaken(t *testing.T) {
	o := newTestOrigin(t)
	px := newTestProxy(t, simple(o.addr(), "", ""))
	k := dialH2(t, px.addr("f", 0))
	f := func(id uint32, method, answer string, want error) {
		t.Helper()
		k.request(id, true, ":method", method, ":scheme", "http", ":authority", "h", ":path", "/")
		s := o.accept()
		s.head()
		s.send(answer)
		if answer != "" {
			if h, ok := k.next().(*http2.MetaHeadersFrame); !ok || h.StreamID != id {
				t.Fatalf("got %v", h)
			}
		}
		k.must(k.fr.WriteRSTStream(id, http2.ErrCodeCancel))
		if _, err := s.Read(make([]byte, 1)); !errors.Is(err, want) {
			t.Errorf("the server of %s after %q is told %v; want %v", method, answer, err, want)
		}
		s.Close()
	}
	half := "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
	f(1, "GET", "", syscall.ECONNRESET)
	f(3, "HEAD", "", syscall.ECONNRESET)
	f(5, "GET", half, syscall.ECONNRESET)
	f(7, "POST", "", io.EOF)
	f(9, "POST", half, io.EOF)
	f(11, "DELETE", "", io.EOF)
	k.Close()
	px.balanced()
}
