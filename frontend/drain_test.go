package frontend

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// bigBody is larger than what sockets and buffers between two ends hold.
const bigBody = 12 << 20

// Much is moved here, on a machine that may be busy: what is not about a timeout has a long one.
const (
	patience   = time.Minute
	slowClient = `timeout { client = "1m" }`
	slowServer = `timeout { server = "1m" }`
)

// dialSlow and acceptSlow are dialPeer and accept with patience.
func dialSlow(t testing.TB, addr string) *peer {
	t.Helper()
	c := dialPeer(t, addr)
	c.SetDeadline(time.Now().Add(patience))
	return c
}

func (o *testOrigin) acceptSlow() *peer {
	o.t.Helper()
	o.Listener.(*net.TCPListener).SetDeadline(time.Now().Add(patience))
	c, err := o.Accept()
	if err != nil {
		o.t.Fatalf("waiting for the proxy's connection: %v", err)
	}
	p := newPeer(o.t, c)
	p.SetDeadline(time.Now().Add(patience))
	return p
}

// sized and chunked send a request with a body of n octets; a client that reads nothing before all has been sent.
func (p *peer) sized(n int) error {
	return p.upload(fmt.Sprintf("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", n), piece, n, "")
}

func (p *peer) chunked(n int) error {
	return p.upload("POST /up HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", chunk, n, "0\r\n\r\n")
}

// piece is of bodies, chunk is it as a chunk: one large string of a body would take the race detector seconds to make.
var (
	piece = strings.Repeat("x", 1<<16)
	chunk = fmt.Sprintf("%x\r\n%s\r\n", len(piece), piece)
)

func (p *peer) upload(head, part string, n int, end string) error {
	_, err := io.WriteString(p, head)
	for ; n > 0 && err == nil; n -= len(piece) {
		_, err = io.WriteString(p, part)
	}
	if err == nil && end != "" {
		_, err = io.WriteString(p, end)
	}
	return err
}

// begins has upload send a body of n octets while the test goes on; the error comes when it has.
func (p *peer) begins(upload func(*peer, int) error, n int) <-chan error {
	sent := make(chan error, 1)
	go func() { sent <- upload(p, n) }()
	return sent
}

// uploads runs f for the ways in which a body comes.
func uploads(t *testing.T, f func(t *testing.T, upload func(*peer, int) error)) {
	t.Run("length", func(t *testing.T) { f(t, (*peer).sized) })
	t.Run("chunked", func(t *testing.T) { f(t, (*peer).chunked) })
}

// readRequest reads a request with its body, answering as soon as its head is there.
func (p *peer) readRequest(answer string) int64 {
	p.t.Helper()
	r, err := http.ReadRequest(p.r)
	if err != nil {
		p.t.Fatalf("reading a request: %v", err)
	}
	p.send(answer)
	n, err := io.Copy(io.Discard, r.Body)
	if err != nil {
		p.t.Fatalf("reading the body after %d octets: %v", n, err)
	}
	return n
}

// A server that answers at once and goes on reading gets the whole body, and both connections serve the next request.
func TestEarlyAnswerForwardsTheRest(t *testing.T) {
	uploads(t, func(t *testing.T, upload func(*peer, int) error) {
		for _, status := range []string{"200 OK", "413 Too Much"} {
			o := newTestOrigin(t)
			px := newTestProxy(t, simple(o.addr(), slowClient, slowServer))
			c := dialSlow(t, px.addr("f", 0))
			sent := c.begins(upload, bigBody)
			s := o.acceptSlow()
			if n := s.readRequest("HTTP/1.1 " + status + "\r\nContent-Length: 3\r\n\r\nbig"); n != bigBody {
				t.Errorf("the server got %d octets", n)
			}
			if err := <-sent; err != nil {
				t.Fatal(err)
			}
			if resp, body := c.response("POST"); body != "big" || resp.Close {
				t.Errorf("got %q, close %v", body, resp.Close)
			}
			c.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
			if h := s.head(); !strings.HasPrefix(h, "GET /next ") {
				t.Errorf("then the server got %q", h)
			}
			s.send("HTTP/1.1 204 No Content\r\n\r\n")
			c.status(204)
			if l := px.logLine(`"POST /up`); !strings.Contains(l, " ---- ") {
				t.Errorf("logged %q", l)
			}
			c.Close()
			px.balanced()
		}
	})
}

// The client has the answer while it still sends, one whose end is the connection's as well.
func TestEarlyAnswerComesAtOnce(t *testing.T) {
	f := func(response string, ends bool) {
		t.Helper()
		o := newTestOrigin(t)
		px := newTestProxy(t, simple(o.addr(), slowClient, slowServer))
		c := dialSlow(t, px.addr("f", 0))
		c.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n01234")
		s := o.acceptSlow()
		s.head()
		s.expect("01234")
		s.send(response)
		if ends {
			s.Conn.(*net.TCPConn).CloseWrite()
		}
		if _, body := c.response("POST"); body != "big" {
			t.Errorf("got %q", body)
		}
		c.send("56789")
		s.expect("56789")
		if ends {
			c.closed()
		}
		s.Close()
		c.Close()
		px.balanced()
	}
	f("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbig", false)
	f("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nbig\r\n0\r\n\r\n", false)
	f("HTTP/1.1 200 OK\r\n\r\nbig", true)
}

// A server that closes behind its answer: the rest of the body is read and forgotten, and the client's connection serves the next request.
func TestEarlyAnswerOfServerThatCloses(t *testing.T) {
	uploads(t, func(t *testing.T, upload func(*peer, int) error) {
		o := newTestOrigin(t)
		px := newTestProxy(t, simple(o.addr(), slowClient, slowServer))
		c := dialSlow(t, px.addr("f", 0))
		sent := c.begins(upload, bigBody)
		s := o.acceptSlow()
		s.head()
		s.send("HTTP/1.1 413 Too Much\r\nContent-Length: 3\r\n\r\nbig")
		if _, body := c.response("POST"); body != "big" {
			t.Errorf("got %q", body)
		}
		s.Close()
		if err := <-sent; err != nil {
			t.Fatal(err)
		}
		c.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
		s = o.acceptSlow()
		if h := s.head(); !strings.HasPrefix(h, "GET /next ") {
			t.Errorf("then the server got %q", h)
		}
		s.send("HTTP/1.1 204 No Content\r\n\r\n")
		c.status(204)
		px.logLine(" SD-- ")
		c.Close()
		px.balanced()
	})
}

// A server that answers and reads no more is given up after timeout server; the client is not.
func TestEarlyAnswerOfServerThatStops(t *testing.T) {
	o := newTestOrigin(t)
	px := newTestProxy(t, simple(o.addr(), slowClient, `timeout { server = "50ms" }`))
	c := dialSlow(t, px.addr("f", 0))
	sent := c.begins((*peer).sized, bigBody)
	s := o.acceptSlow()
	s.head()
	s.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbig")
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	c.status(200)
	px.logLine(" sD-- ")
	c.Close()
	px.balanced()
}

// Clients that go, or say no more, in the midst of a body whose answer they have.
func TestEarlyAnswerClientGone(t *testing.T) {
	f := func(fe string, leave func(c *peer), state string) {
		t.Helper()
		o := newTestOrigin(t)
		px := newTestProxy(t, simple(o.addr(), fe, ""))
		c := dialSlow(t, px.addr("f", 0))
		c.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n01234")
		s := o.acceptSlow()
		s.head()
		s.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbig")
		c.status(200)
		leave(c)
		px.logLine(" " + state + " ")
		s.expect("01234")
		s.closed()
		c.Close()
		px.balanced()
	}
	f("", func(c *peer) { c.Close() }, "CD--")
	f("", func(c *peer) { c.Conn.(*net.TCPConn).SetLinger(0); c.Close() }, "CD--")
	f(`timeout { client = "50ms" }`, func(c *peer) { c.closed() }, "cD--")
}

// A client that asked to be told whether to send its body, and was answered instead, may send it or not: its connection ends.
func TestEarlyAnswerInsteadOf100(t *testing.T) {
	f := func(between string, closes bool) {
		t.Helper()
		o := newTestOrigin(t)
		px := newTestProxy(t, simple(o.addr(), slowClient, slowServer))
		c := dialSlow(t, px.addr("f", 0))
		c.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
		s := o.acceptSlow()
		s.head()
		s.send(between)
		if between != "" {
			c.head()
		}
		s.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbig")
		if resp, _ := c.response("POST"); resp.Close != closes {
			t.Errorf("close %v after %q", resp.Close, between)
		}
		if closes {
			c.closed()
			s.closed()
		} else {
			c.send("01234")
			s.expect("01234")
		}
		c.Close()
		px.balanced()
	}
	f("", true)
	f("HTTP/1.1 103 Early Hints\r\n\r\n", true)
	f("HTTP/1.1 100 Continue\r\n\r\n", false)
}

// Our own answers reach clients that send everything before they read.
func TestOwnAnswerToUpload(t *testing.T) {
	uploads(t, func(t *testing.T, upload func(*peer, int) error) {
		px := newTestProxy(t, simple("127.0.0.1:1", slowClient+`
  http_request "deny" {
    status = 413
  }`, ""))
		c := dialSlow(t, px.addr("f", 0))
		if err := upload(c, bigBody); err != nil {
			t.Fatal(err)
		}
		if resp := c.status(413); !resp.Close {
			t.Error("no word of the close")
		}
		px.logLine(" 413 ")
		c.closed()
		c.Close()
		px.balanced()
	})
}

// A body without an end does not hold a connection for good, nor does one that stops.
func TestDrainIsBounded(t *testing.T) {
	f := func(fe string, limits drainLimits, endless bool) {
		t.Helper()
		px := newTestProxy(t, simple("127.0.0.1:1", `http_request "deny" {}
`+fe, ""))
		px.onLoop(func(w *worker) { w.drain = limits })
		c := dialSlow(t, px.addr("f", 0))
		c.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n")
		c.status(403)
		for endless {
			if _, err := io.WriteString(c, chunk); err != nil {
				break
			}
		}
		px.balanced() // while the client is still there
		c.Close()
	}
	f("", drainLimits{time.Hour, 4 << 20}, true)
	f("", drainLimits{50 * time.Millisecond, 1 << 50}, true)
	f("", drainLimits{50 * time.Millisecond, 1 << 50}, false)
	f(`timeout { client = "50ms" }`, drainLimits{time.Hour, 1 << 50}, false)
}

// Over HTTP/2 an early answer does not stop the body either, as long as the server takes it.
func TestEarlyAnswerVersions(t *testing.T) {
	got := make(chan int64, 1)
	versions(t, func(w http.ResponseWriter, r *http.Request) {
		http.NewResponseController(w).EnableFullDuplex()
		io.WriteString(w, "early")
		w.(http.Flusher).Flush()
		n, _ := io.Copy(io.Discard, r.Body)
		got <- n
	}, "", "", func(t *testing.T, px *testProxy, c *http.Client, server int) {
		r, w := io.Pipe()
		go func() {
			io.CopyN(w, zeros{}, bigBody)
			w.Close()
		}()
		if resp, body := request(t, c, "POST", "/", r, nil); resp.StatusCode != 200 || string(body) != "early" {
			t.Errorf("got %d %q", resp.StatusCode, body)
		}
		if n := <-got; n != bigBody {
			t.Errorf("the server got %d octets", n)
		}
	})
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// Interim responses are among the octets of the log, of a client that leaves behind one too.
func TestInterimIsCounted(t *testing.T) {
	o := newTestOrigin(t)
	px := newTestProxy(t, simple(o.addr(), "", ""))
	c := dialPeer(t, px.addr("f", 0))
	c.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
	s := o.accept()
	s.head()
	s.send("HTTP/1.1 100 Continue\r\n\r\n")
	n := len(c.head())
	c.Close()
	if l := px.logLine(" CD-- "); !strings.Contains(l, fmt.Sprintf(" %d - - CD-- ", n)) {
		t.Errorf("logged %q; want %d octets", l, n)
	}
	px.balanced()
}
