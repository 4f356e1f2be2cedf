package frontend

import (
	"bytes"
	"fmt"
	"math"
	"net/netip"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// allocConf is what a request on the hot path usually meets: conditions, rewrites, a choice of backend, two servers,
// captures and a log line.
const allocConf = `frontend "f" {
  bind "127.0.0.1:1" {}
  acl "api" { when = starts_with(path(), "/api") }
  acl "site" { when = hdr("Host") == "example.org" }
  capture_request_header "Host" {
    len = 20
  }
  option {
    forwardfor {}
  }
  http_request "deny" { when = starts_with(path(), "/admin") && src() != "10.0.0.0/8" }
  http_request "set-header" {
    name  = "X-Proto"
    value = "http"
  }
  http_request "set-header" {
    name  = "X-Client"
    value = "<${src()}>"
    when  = acl.site
  }
  http_request "del-header" { name = "X-Old" }
  http_response "set-header" {
    name  = "X-Frame-Options"
    value = "DENY"
  }
  use_backend "api" { when = acl.api }
  default_backend = "b"
}
backend "api" {
  server "s" {
    address = %[1]q
  }
}
backend "b" {
  balance = "roundrobin"
  server "s1" {
    address = %[1]q
  }
  server "s2" {
    address = %[2]q
  }
}
`

const (
	allocRequest  = "GET /index.html?x=1 HTTP/1.1\r\nHost: example.org\r\nUser-Agent: test/1.0\r\nAccept: */*\r\nX-Old: 1\r\nCookie: a=b\r\n\r\n"
	allocPost     = "POST /form HTTP/1.1\r\nHost: example.org\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
	allocResponse = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nContent-Length: 5\r\n\r\nhello"
	allocChunked  = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\nabc\r\n0\r\n\r\n"
)

// rawOrigin answers every read that ends a request with response. It uses nothing of Go's but the system calls: what is
// counted is the proxy's alone.
func rawOrigin(t testing.TB, response string) string { return rawServer(t, rawAnswer, response) }

// rawServer has answer serve each connection with response.
func rawServer(t testing.TB, answer func(c int, response []byte), response string) string {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err == nil {
		err = unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	}
	if err == nil {
		err = unix.Listen(fd, 128)
	}
	if err != nil {
		t.Fatal(err)
	}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		unix.Shutdown(fd, unix.SHUT_RDWR)
		unix.Close(fd)
	})
	go func() {
		for {
			c, _, err := unix.Accept(fd)
			if err != nil {
				return
			}
			go answer(c, []byte(response))
		}
	}()
	return fmt.Sprintf("127.0.0.1:%d", sa.(*unix.SockaddrInet4).Port)
}

var (
	headEnd = []byte("\r\n\r\n")
	bodyEnd = []byte("0\r\n\r\n")
	isPost  = []byte("POST")
)

func rawAnswer(c int, response []byte) {
	defer unix.Close(c)
	buf := make([]byte, 16<<10)
	for at := 0; ; {
		n, err := unix.Read(c, buf[at:])
		if err == unix.EINTR { // the runtime interrupts its threads
			continue
		}
		if n <= 0 || err != nil {
			return
		}
		at += n
		end := headEnd
		if bytes.HasPrefix(buf, isPost) {
			end = bodyEnd
		}
		if !bytes.HasSuffix(buf[:at], end) {
			continue
		}
		at = 0
		if _, err := unix.Write(c, response); err != nil {
			return
		}
	}
}

// rawClient sends request and reads answers of size octets.
type rawClient struct {
	fd  int
	req []byte
	buf []byte
}

func newRawClient(t testing.TB, addr, request string) *rawClient {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	ap := netip.MustParseAddrPort(addr)
	unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 10})
	if err := unix.Connect(fd, &unix.SockaddrInet4{Port: int(ap.Port()), Addr: ap.Addr().As4()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	return &rawClient{fd, []byte(request), make([]byte, 16<<10)}
}

// ask does one exchange whose response ends with end; false when it fails.
func (c *rawClient) ask(end []byte) bool {
	if _, err := unix.Write(c.fd, c.req); err != nil {
		return false
	}
	for at := 0; ; {
		n, err := unix.Read(c.fd, c.buf[at:])
		if err == unix.EINTR {
			continue
		}
		if n <= 0 || err != nil {
			return false
		}
		if at += n; bytes.HasSuffix(c.buf[:at], end) {
			return true
		}
	}
}

// A request on kept connections allocates nothing: from the client's socket through rules, balancing, a reused server
// connection and the response to the log line.
func TestRequestAllocatesNothing(t *testing.T) {
	if debugged {
		t.Log("the race detector and debug builds allocate by themselves: the exchanges are made, not counted")
	}
	f := func(request, response, end string) {
		t.Helper()
		px := newTestProxy(t, fmt.Sprintf(allocConf, rawOrigin(t, response), rawOrigin(t, response)))
		px.out.forget()
		c := newRawClient(t, px.addr("f", 0), request)
		last := []byte(end)
		requests, tries := 2000, 4
		if debugged { // nothing is counted then
			requests, tries = 500, 1
		}
		run := func() {
			for range requests {
				if !c.ask(last) {
					t.Fatal("an exchange failed")
				}
			}
		}
		if c.ask(last); !bytes.Contains(c.buf, []byte("x-frame-options: DENY\r\n")) {
			t.Fatalf("the rules are not at work: %.200q", c.buf)
		}
		run() // pools fill and slices grow
		// The runtime and what other tests leave behind allocate now and then: the least of a few tries is the path's own.
		per := math.Inf(1)
		for try := 0; try < tries && per >= 0.01; try++ {
			per = min(per, float64(mallocs(run))/float64(requests))
		}
		t.Logf("%.4f allocations per request", per)
		if per >= 0.01 && !debugged {
			t.Errorf("%.20q, %.40q: %.3f allocations per request; want 0", request, response, per)
		}
	}
	f(allocRequest, allocResponse, "hello")
	f(allocRequest, allocChunked, "0\r\n\r\n")
	f(allocPost, allocResponse, "hello")
}

// mallocs is how many objects all goroutines make while fn runs.
func mallocs(fn func()) uint64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	fn()
	runtime.ReadMemStats(&after)
	return after.Mallocs - before.Mallocs
}

// BenchmarkRequest is one exchange on kept connections, with the client's and the server's system calls.
func BenchmarkRequest(b *testing.B) {
	px := newTestProxy(b, fmt.Sprintf(allocConf, rawOrigin(b, allocResponse), rawOrigin(b, allocResponse)))
	px.out.forget()
	c := newRawClient(b, px.addr("f", 0), allocRequest)
	end := []byte("hello")
	b.ReportAllocs()
	for b.Loop() {
		if !c.ask(end) {
			b.Fatal("an exchange failed")
		}
	}
}
