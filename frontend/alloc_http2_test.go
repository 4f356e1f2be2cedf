package frontend

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	"golang.org/x/sys/unix"
)

// rawH2Answer serves a connection of HTTP/2 by system calls alone: each request that ends is answered with hello. What the first answer
// has put into the table the others refer to, as those of most servers do.
func rawH2Answer(c int, _ []byte) {
	defer unix.Close(c)
	var block bytes.Buffer
	enc := hpack.NewEncoder(&block)
	var answers [2][]byte
	for i := range answers {
		block.Reset()
		for _, f := range [][2]string{{":status", "200"}, {"content-type", "text/plain"}, {"content-length", "5"}} {
			enc.WriteField(hpack.HeaderField{Name: f[0], Value: f[1]})
		}
		var out bytes.Buffer
		fr := http2.NewFramer(&out, nil)
		fr.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes(), EndHeaders: true})
		fr.WriteData(1, true, []byte("hello"))
		answers[i] = out.Bytes()
	}
	unix.Write(c, []byte("\x00\x00\x00\x04\x00\x00\x00\x00\x00"))
	data := len(answers[0]) - 5 - 9
	buf, at, skip := make([]byte, 64<<10), 0, len(http2.ClientPreface)
	for served := 0; ; {
		n, err := unix.Read(c, buf[at:])
		if err == unix.EINTR {
			continue
		}
		if n <= 0 || err != nil {
			return
		}
		at += n
		used := 0
		if at >= skip {
			used, skip = skip, 0
		}
		for skip == 0 && at-used >= 9 {
			f := buf[used:at]
			size := 9 + int(f[0])<<16 + int(f[1])<<8 + int(f[2])
			if len(f) < size {
				break
			}
			used += size
			if typ, flags := f[3], f[4]; typ > 1 || flags&1 == 0 { // neither HEADERS nor DATA that ends a stream
				continue
			}
			a := answers[min(served, 1)]
			if served == 1 {
				data = len(a) - 5 - 9
			}
			served++
			copy(a[5:9], f[5:9])
			binary.BigEndian.PutUint32(a[data+5:], binary.BigEndian.Uint32(f[5:]))
			if _, err := unix.Write(c, a); err != nil {
				return
			}
		}
		at = copy(buf, buf[used:at])
	}
}

// A request of HTTP/1 that goes to a server of HTTP/2 over a kept connection allocates nothing either.
func TestHTTP2ServerAllocatesNothing(t *testing.T) {
	f := func(request string) {
		t.Helper()
		addr := rawServer(t, rawH2Answer, "")
		px := newTestProxy(t, strings.ReplaceAll(fmt.Sprintf(allocConf, addr, addr), "    address = ", "    proto = \"h2\"\n    address = "))
		px.out.forget()
		c := newRawClient(t, px.addr("f", 0), request)
		last := []byte("hello")
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
		run()
		per := math.Inf(1)
		for try := 0; try < tries && per >= 0.01; try++ {
			per = min(per, float64(mallocs(run))/float64(requests))
		}
		t.Logf("%.4f allocations per request", per)
		if per >= 0.01 && !debugged {
			t.Errorf("%.20q: %.3f allocations per request; want 0", request, per)
		}
	}
	f(allocRequest)
	f(allocPost)
}

// rawH2Client is a client of HTTP/2 by system calls alone. What its first request has put into the table the others refer to.
type rawH2Client struct {
	*rawClient
	frames [2][]byte // of the first request and of those that follow
	data   []int     // where frames of theirs begin, from which the numbers of streams are written
	stream uint32
}

func newRawH2Client(t testing.TB, addr, body string, fields ...string) *rawH2Client {
	c := &rawH2Client{rawClient: newRawClient(t, addr, ""), stream: 1}
	var block, out bytes.Buffer
	enc := hpack.NewEncoder(&block)
	for i := range c.frames {
		block.Reset()
		for i := 0; i < len(fields); i += 2 {
			enc.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]})
		}
		out.Reset()
		fr := http2.NewFramer(&out, nil)
		if i == 0 {
			out.WriteString(http2.ClientPreface)
			fr.WriteSettings()
			fr.WriteWindowUpdate(0, 1<<30)
		}
		c.data = append(c.data, out.Len())
		fr.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes(), EndHeaders: true, EndStream: body == ""})
		if body != "" {
			fr.WriteData(1, true, []byte(body))
		}
		c.frames[i] = bytes.Clone(out.Bytes())
	}
	return c
}

// ask does one exchange; false when it fails.
func (c *rawH2Client) ask() bool {
	i := min(int(c.stream/2), 1)
	b := c.frames[i]
	for at := c.data[i]; at < len(b); at += 9 + int(b[at+1])<<8 + int(b[at+2]) {
		binary.BigEndian.PutUint32(b[at+5:], c.stream)
	}
	c.stream += 2
	if _, err := unix.Write(c.fd, b); err != nil {
		return false
	}
	for have := 0; ; {
		n, err := unix.Read(c.fd, c.buf[have:])
		if err == unix.EINTR {
			continue
		}
		if n <= 0 || err != nil {
			return false
		}
		have += n
		for at := 0; have-at >= 9; {
			f := c.buf[at:have]
			if at += 9 + int(f[1])<<8 + int(f[2]); at > have {
				break
			}
			switch {
			case f[3] == byte(http2.FrameRSTStream), f[3] == byte(http2.FrameGoAway):
				return false
			case f[3] <= 1 && f[4]&1 != 0: // DATA or HEADERS that ends a stream
				return true
			}
		}
	}
}

// Nor does a request of HTTP/2, whichever its server speaks.
func TestHTTP2AllocatesNothing(t *testing.T) {
	f := func(server int, method, body string) {
		t.Helper()
		text := ""
		if server == 2 {
			addr := rawServer(t, rawH2Answer, "")
			text = strings.ReplaceAll(fmt.Sprintf(allocConf, addr, addr), "    address = ", "    proto = \"h2\"\n    address = ")
		} else {
			addr := rawOrigin(t, allocResponse)
			text = fmt.Sprintf(allocConf, addr, addr)
		}
		px := newTestProxy(t, text)
		px.out.forget()
		c := newRawH2Client(t, px.addr("f", 0), body, ":method", method, ":scheme", "http", ":authority", "example.org", ":path", "/index.html?x=1",
			"user-agent", "test/1.0", "accept", "*/*", "x-old", "1", "cookie", "a=b")
		requests, tries := 2000, 4
		if debugged { // nothing is counted then
			requests, tries = 500, 1
		}
		run := func() {
			for range requests {
				if !c.ask() {
					t.Fatal("an exchange failed")
				}
			}
		}
		if c.ask(); !bytes.Contains(c.buf, []byte("x-frame-options")) {
			t.Fatalf("the rules are not at work: %.200q", c.buf)
		}
		run()
		per := math.Inf(1)
		for try := 0; try < tries && per >= 0.01; try++ {
			per = min(per, float64(mallocs(run))/float64(requests))
		}
		t.Logf("%s to HTTP/%d: %.4f allocations per request", method, server, per)
		if per >= 0.01 && !debugged {
			t.Errorf("%s to HTTP/%d: %.3f allocations per request; want 0", method, server, per)
		}
	}
	for server := 1; server <= 2; server++ {
		f(server, "GET", "")
		f(server, "POST", "hello")
	}
}
