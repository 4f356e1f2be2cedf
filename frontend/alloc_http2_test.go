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
		const requests = 2000
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
		for try := 0; try < 4 && per >= 0.01; try++ {
			per = min(per, float64(mallocs(run))/requests)
		}
		t.Logf("%.4f allocations per request", per)
		if per >= 0.01 && !debugged {
			t.Errorf("%.20q: %.3f allocations per request; want 0", request, per)
		}
	}
	f(allocRequest)
	f(allocPost)
}
