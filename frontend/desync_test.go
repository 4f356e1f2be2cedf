package frontend

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// What must never happen when a body is cut short: bytes of one client taken for a request of another, a request sent twice,
// a connection shared that must not be, bytes lost at the end.

// settle returns when the loop has seen what the sockets had for it.
func (px *testProxy) settle() {
	px.t.Helper()
	for range 3 {
		px.onLoop(func(*worker) {})
	}
}

// getsNothing wants a server to see no byte of the request that another client now sends: it must go elsewhere.
func getsNothing(t *testing.T, px *testProxy, o *testOrigin, s *peer) {
	t.Helper()
	b := dialPeer(t, px.addr("f", 0))
	b.send("GET /victim HTTP/1.1\r\nHost: x\r\n\r\n")
	other := o.accept()
	if h := other.head(); !strings.HasPrefix(h, "GET /victim ") {
		t.Fatalf("the other connection got %q", h)
	}
	other.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	b.status(200)
	if got, _ := io.ReadAll(s.r); len(got) > 0 {
		t.Fatalf("another client's request went into a body that was not complete: %q", got)
	}
}

func TestUnfinishedUploadIsNotPooled(t *testing.T) {
	f := func(head, body, sent string, abort func(a *peer)) {
		t.Helper()
		o := newTestOrigin(t)
		px := newTestProxy(t, simple(o.addr(), "", ""))
		a := dialPeer(t, px.addr("f", 0))
		a.send(head + "\r\n\r\n" + body)
		s := o.accept()
		s.head()
		s.expect(sent)
		s.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabcde")
		a.head()
		a.expect("abcde")
		abort(a)
		px.settle()
		s.send("fghij")
		a.expect("fghij")
		a.closed()
		getsNothing(t, px, o, s)
	}
	f("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 100", "12345", "12345", func(a *peer) { a.Conn.(*net.TCPConn).CloseWrite() })
	f("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked", "5\r\n12345\r\n", "5\r\n12345\r\n", func(a *peer) { a.send("ZZ\r\n") })
}

func TestCutBodyIsNoRequest(t *testing.T) {
	o := newTestOrigin(t)
	px := newTestProxy(t, simple(o.addr(), "", ""))
	a := dialPeer(t, px.addr("f", 0))
	a.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n12345")
	s := o.accept()
	s.head()
	s.expect("12345")
	px.onLoop(func(*worker) { // all of this is there when the loop looks again
		a.send("GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")
		s.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n")
		s.Conn.(*net.TCPConn).SetLinger(0)
		s.Close()
	})
	if resp, _ := a.response("POST"); !resp.Close {
		t.Fatalf("%s, and the connection goes on in the midst of a body", resp.Status)
	}
	a.closed()
	px.settle()
	o.Listener.(*net.TCPListener).SetDeadline(time.Now())
	if c, err := o.Accept(); err == nil {
		t.Fatalf("a part of the body became the request %q", newPeer(t, c).head())
	}
}

// narrowPeer is a client that takes little at a time.
func narrowPeer(t *testing.T, px *testProxy) *peer {
	t.Helper()
	d := net.Dialer{Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) { unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 2048) })
	}}
	c, err := d.DialContext(context.Background(), "tcp", px.addr("f", 0))
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the connection rests", func() (err error) {
		px.onLoop(func(w *worker) {
			s := w.resting.first()
			if s == nil {
				err = errors.New("none rests")
				return
			}
			err = unix.SetsockoptInt(s.c.FD(), unix.SOL_SOCKET, unix.SO_SNDBUF, 4096)
		})
		return err
	})
	return newPeer(t, c)
}

func TestSlowClientGetsTheEnd(t *testing.T) {
	for _, size := range []int{20000, 50000, 100000, 200000} {
		for _, length := range []string{"", fmt.Sprintf("Content-Length: %d\r\n", size)} {
			o := newTestOrigin(t)
			px := newTestProxy(t, simple(o.addr(), "", ""))
			a := narrowPeer(t, px)
			a.send("GET /a HTTP/1.1\r\nConnection: close\r\nHost: x\r\n\r\n")
			s := o.accept()
			s.head()
			s.send("HTTP/1.1 200 OK\r\n" + length + "Connection: close\r\n\r\n" + strings.Repeat("x", size))
			s.Close()
			px.settle()
			a.head()
			if b, err := io.ReadAll(a.r); len(b) != size {
				t.Errorf("%q: the client got %d octets of %d, %v", length, len(b), size, err)
			}
		}
	}
}

func TestPostIsSentOnce(t *testing.T) {
	o := newTestOrigin(t)
	raw, err := o.Listener.(*net.TCPListener).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	raw.Control(func(fd uintptr) { unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 2048) })
	px := newTestProxy(t, simple(o.addr(), "", ""))
	a := dialPeer(t, px.addr("f", 0))
	a.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
	s := o.accept()
	s.head()
	s.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	a.status(200)
	narrow := 0
	for fd := 3; fd < 400; fd++ { // the pooled connection takes the head in several writes
		sa, err := unix.Getpeername(fd)
		if v, ok := sa.(*unix.SockaddrInet4); err == nil && ok && v.Port == o.Addr().(*net.TCPAddr).Port {
			unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, 2048)
			narrow++
		}
	}
	if narrow == 0 {
		t.Fatal("the proxy has no connection to the server")
	}
	a.send("POST /pay HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 14000) + "\r\n\r\n")
	s.head()
	s.Close()
	a.closed()
	o.Listener.(*net.TCPListener).SetDeadline(time.Now())
	if c, err := o.Accept(); err == nil {
		t.Fatalf("sent twice: %.30q", newPeer(t, c).head())
	}
}

func TestAuthenticatedConnectionIsPrivate(t *testing.T) {
	f := func(challenge string, private bool) {
		t.Helper()
		o := newTestOrigin(t)
		px := newTestProxy(t, simple(o.addr(), "", "  http_response \"del-header\" {\n    name = \"WWW-Authenticate\"\n  }\n"))
		a := dialPeer(t, px.addr("f", 0))
		a.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
		s := o.accept()
		s.head()
		s.send("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: " + challenge + "\r\nContent-Length: 0\r\n\r\n")
		a.status(401)
		b := dialPeer(t, px.addr("f", 0))
		b.send("GET /b HTTP/1.1\r\nHost: x\r\n\r\n")
		if private {
			o.accept().head()
			return
		}
		s.head()
	}
	f("NTLM", true)
	f("negotiate", true)
	f(`Basic realm="x", NTLM`, true)
	f(`Basic realm="x, y", Negotiate abc`, true)
	f("Nego2", true)
	f("Basic realm=\"NTLM\"", false)
}

func TestClientResetIsHeardMeanwhile(t *testing.T) {
	for _, answer := range []string{"", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabcde"} {
		o := newTestOrigin(t)
		px := newTestProxy(t, simple(o.addr(), "", ""))
		a := dialPeer(t, px.addr("f", 0))
		a.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
		s := o.accept()
		s.head()
		if answer != "" {
			s.send(answer)
			a.head()
			a.expect("abcde")
		}
		a.Conn.(*net.TCPConn).SetLinger(0)
		a.Close()
		if _, err := s.r.ReadByte(); err == nil { // long before timeout server
			t.Fatal("the server got a byte")
		}
		want := " CH-- "
		if answer != "" {
			want = " CD-- "
		}
		px.logLine(want)
		px.balanced()
	}
}

func TestReturnWithoutContent(t *testing.T) {
	px := newTestProxy(t, `frontend "f" {
  bind "127.0.0.1:1" {}
  http_request "return" {
    status       = 204
    content_type = "text/plain"
    string       = "HTTP/1.1 200 OK"
  }
}
`)
	a := dialPeer(t, px.addr("f", 0))
	a.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n")
	for range 2 {
		if h := a.head(); !strings.HasPrefix(h, "HTTP/1.1 204 ") || strings.Contains(h, "content-length") {
			t.Fatalf("got %q", h)
		}
	}
}
