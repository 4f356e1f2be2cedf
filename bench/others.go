package main

import (
	"bufio"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"time"

	"golang.org/x/net/http2"
)

// The others: clients that behave, at a fixed rate.
const (
	othersEach = 8                     // connections of HTTP/1, and as many of HTTP/2
	othersWait = 10 * time.Millisecond // between the requests of a connection
)

// asker is a kept connection.
type asker interface{ once() error }

// othersMain asks for as long as it is told and prints what it felt.
func othersMain(args []string) {
	fs := flag.NewFlagSet("others", flag.ExitOnError)
	length := fs.Duration("for", time.Second, "how long")
	fs.Parse(args)
	var (
		mu     sync.Mutex
		wg     sync.WaitGroup
		all    []time.Duration
		failed int
	)
	begin := time.Now()
	for i := range 2 * othersEach {
		wg.Go(func() {
			var a asker = &loader{addr: fs.Arg(0), request: []byte("GET /others HTTP/1.1\r\nHost: bench\r\n\r\n"), buf: make([]byte, 64<<10)}
			if i%2 == 1 {
				a = &h2asker{addr: fs.Arg(1)}
			}
			took, bad := steady(a, begin.Add(othersWait*time.Duration(i)/(2*othersEach)), begin.Add(*length))
			mu.Lock()
			defer mu.Unlock()
			all, failed = append(all, took...), failed+bad
		})
	}
	wg.Wait()
	slices.Sort(all)
	if len(all) == 0 {
		all = []time.Duration{0}
	}
	at := func(percent int) time.Duration { return all[len(all)*percent/100] }
	fmt.Printf("%d asked %d failed %d p50 %d p90 %d p99\n", len(all), failed, at(50), at(90), at(99))
}

// steady asks at a fixed rate. A request is late from when it should have been sent where the one before it has kept it waiting; that
// this program's own timer is late is nobody's fault.
func steady(a asker, due, end time.Time) (took []time.Duration, failed int) {
	for ; due.Before(end); due = due.Add(othersWait) {
		start := due
		if d := time.Until(due); d > 0 {
			time.Sleep(d)
			start = time.Now()
		}
		if err := a.once(); err != nil {
			failed++
			continue
		}
		took = append(took, time.Since(start))
	}
	return took, failed
}

// h2asker is a client of HTTP/2 with one request at a time.
type h2asker struct {
	addr string
	c    *h2conn
}

func (a *h2asker) once() (err error) {
	if a.c == nil {
		if a.c, err = dialH2(a.addr); err != nil {
			return err
		}
	}
	a.c.ask(othersBlock)
	if err = a.c.flush(); err == nil {
		err = a.c.answer()
	}
	if err != nil {
		a.c.c.Close()
		a.c = nil
	}
	return err
}

// h2conn is just enough of HTTP/2 to ask.
type h2conn struct {
	c    net.Conn
	r    *bufio.Reader
	out  []byte
	next uint32
}

// getBlock is "GET / HTTP/2" by the static table (RFC 7541, appendix A): method, scheme, path and an authority.
var getBlock = []byte("\x82\x86\x84\x01\x05bench")

// othersBlock is the same for "/others", which has a server of its own.
var othersBlock = []byte("\x82\x86\x04\x07/others\x01\x05bench")

func dialH2(addr string) (*h2conn, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	h := &h2conn{c: c, r: bufio.NewReaderSize(c, 64<<10), next: 1}
	h.out = append(h.out, http2.ClientPreface...)
	h.frame(http2.FrameSettings, 0, 0, nil)
	h.frame(http2.FrameWindowUpdate, 0, 0, []byte{0x3f, 0, 0, 0}) // no connection lives long enough to need more
	return h, nil
}

func (h *h2conn) frame(t http2.FrameType, flags http2.Flags, stream uint32, payload []byte) {
	n := len(payload)
	h.out = append(h.out, byte(n>>16), byte(n>>8), byte(n), byte(t), byte(flags))
	h.out = append(binary.BigEndian.AppendUint32(h.out, stream), payload...)
}

// ask has a request sent with the next flush.
func (h *h2conn) ask(block []byte) {
	h.frame(http2.FrameHeaders, http2.FlagHeadersEndHeaders|http2.FlagHeadersEndStream, h.next, block)
	h.next += 2
}

func (h *h2conn) flush() error {
	_, err := h.c.Write(h.out)
	h.out = h.out[:0]
	return err
}

// answer reads until a stream has ended.
func (h *h2conn) answer() error {
	for {
		var f [9]byte
		if _, err := io.ReadFull(h.r, f[:]); err != nil {
			return err
		}
		if _, err := h.r.Discard(int(f[0])<<16 | int(f[1])<<8 | int(f[2])); err != nil {
			return err
		}
		switch flags := http2.Flags(f[4]); http2.FrameType(f[3]) {
		case http2.FrameRSTStream, http2.FrameGoAway:
			return fmt.Errorf("got %v", http2.FrameType(f[3]))
		case http2.FrameSettings:
			if !flags.Has(http2.FlagSettingsAck) {
				h.frame(http2.FrameSettings, http2.FlagSettingsAck, 0, nil)
			}
		case http2.FrameData, http2.FrameHeaders:
			if flags.Has(http2.FlagDataEndStream) {
				return nil
			}
		}
	}
}
