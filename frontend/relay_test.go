package frontend

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http/httputil"
	"net/netip"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"weir/internal/loop"
	"weir/internal/message"
)

// relayRun is one message through a relay between two socket pairs. One task does everything, so that each piece arrives by
// itself, exactly where the test wants the relay to wait.
type relayRun struct {
	framing message.Framing
	length  int64
	chunked bool     // write chunks
	pieces  []string // the first is in the window from the start
	noEnd   bool     // the source stays open after the last piece
	narrow  bool     // the destination takes little at a time
	deaf    bool     // the destination is closed

	out  strings.Builder
	end  status
	left string // in the window, or not even sent, when it was over
}

func (rr *relayRun) run(t *testing.T) {
	t.Helper()
	l, err := loop.New(loop.Options{})
	if err != nil {
		t.Fatal(err)
	}
	go l.Run()
	defer func() { l.Stop(); <-l.Done() }()
	done := make(chan struct{})
	l.Post(func() {
		l.Go(func(task *loop.Task) {
			defer close(done)
			rr.relay(t, task)
		})
	})
	<-done
}

func (rr *relayRun) relay(t *testing.T, task *loop.Task) {
	l := task.Loop()
	w := &worker{l: l, scratch: make([]byte, 0, 2*l.BufSize()+4096)}
	src, in := connPair(t, l)
	dst, out := connPair(t, l)
	defer src.Close()
	defer dst.Close()
	defer unix.Close(out)
	if rr.narrow {
		unix.SetsockoptInt(dst.FD(), unix.SOL_SOCKET, unix.SO_SNDBUF, 4096)
	}
	if rr.deaf {
		unix.Shutdown(out, unix.SHUT_RDWR)
	}
	var win window
	win.ready(l)
	win.e = copy(win.b.B, rr.pieces[0])
	pieces := rr.pieces[1:]
	var r relay
	rr.end = r.begin(w, append(w.scratch[:0], "HEAD "...), src, dst, &win, rr.framing, rr.length, rr.chunked)
	for rr.end != relaySrcBad && rr.end != relayDstEnd {
		rr.end = r.step(w)
		switch rr.end {
		case relayMore:
			task.Yield()
			continue
		case relayNeedSrc:
			if len(pieces) > 0 {
				if n, err := unix.Write(in, []byte(pieces[0])); n != len(pieces[0]) {
					t.Errorf("feeding %d octets: %d, %v", len(pieces[0]), n, err)
					return
				}
				pieces = pieces[1:]
			} else if rr.noEnd {
				t.Error("it waits for more than the whole message")
				return
			} else {
				unix.Shutdown(in, unix.SHUT_WR)
			}
			src.WaitRead(task, loop.Never)
			continue
		case relayNeedDst:
			rr.drain(out)
			dst.WaitWrite(task, loop.Never)
			continue
		}
		break
	}
	rr.left = string(win.b.B[win.r:win.e]) + strings.Join(pieces, "")
	win.drop(l)
	r.reset(l)
	dst.CloseWrite()
	rr.drain(out)
	unix.Close(in)
}

// connPair is a connection of l's and the raw other end, which does not block.
func connPair(t *testing.T, l *loop.Loop) (*loop.Conn, int) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	return l.NewConn(fds[0], netip.AddrPort{}), fds[1]
}

func (rr *relayRun) drain(fd int) {
	b := make([]byte, 64<<10)
	for {
		n, err := unix.Read(fd, b)
		if n <= 0 || err != nil {
			return
		}
		rr.out.Write(b[:n])
	}
}

// check compares what came out with the body that went in.
func (rr *relayRun) check(t *testing.T, name, body, left string) {
	t.Helper()
	got, ok := strings.CutPrefix(rr.out.String(), "HEAD ")
	if rr.end != relayDone || !ok || rr.left != left {
		t.Fatalf("%s: status %d, %.20q, left %.20q; want %d, a head, %q", name, rr.end, rr.out.String(), rr.left, relayDone, left)
	}
	if rr.chunked {
		buf := bufio.NewReader(strings.NewReader(got))
		b, err := io.ReadAll(httputil.NewChunkedReader(buf))
		tail, _ := io.ReadAll(buf)
		if err != nil || !strings.HasSuffix(string(tail), "\r\n") {
			t.Fatalf("%s: got %.60q, %v, then %.60q; want whole chunks", name, got, err, tail)
		}
		got = string(b)
	}
	if got != body {
		t.Fatalf("%s: got %d octets %.40q; want %d %.40q", name, len(got), got, len(body), body)
	}
}

// chunks writes body in chunks of up to size octets.
func chunks(body string, size int, trailers string) string {
	var b strings.Builder
	ext := ";ext=1"
	for len(body) > 0 {
		n := min(size, len(body))
		fmt.Fprintf(&b, "%x%s\r\n%s\r\n", n, ext, body[:n])
		body, ext = body[n:], ""
	}
	return b.String() + "0\r\n" + trailers + "\r\n"
}

// Any split of any framing gives the same bytes, and what follows the message is left alone.
func TestRelaySplits(t *testing.T) {
	const body, next = "hello, world", "GET /next"
	f := func(name string, framing message.Framing, wire, follow string, chunked bool) {
		t.Helper()
		length := int64(0)
		if framing == message.Length {
			length = int64(len(wire))
		}
		for i := 0; i <= len(wire); i++ {
			for _, j := range []int{i, min(i+1, len(wire)), len(wire)} {
				rr := &relayRun{framing: framing, length: length, chunked: chunked, pieces: []string{wire[:i]}, noEnd: follow != ""}
				for _, p := range []string{wire[i:j], wire[j:] + follow} {
					if p != "" {
						rr.pieces = append(rr.pieces, p)
					}
				}
				if i == len(wire) {
					rr.pieces = []string{wire + follow}
				}
				rr.run(t)
				rr.check(t, fmt.Sprintf("%s split at %d and %d", name, i, j), body, follow)
			}
		}
	}
	f("length to raw", message.Length, body, next, false)
	f("until close to raw", message.UntilClose, body, "", false)
	f("until close to chunks", message.UntilClose, body, "", true)
	f("chunks to chunks", message.Chunked, chunks(body, 5, ""), next, true)
	f("chunks to raw", message.Chunked, chunks(body, 5, ""), next, false)
	f("chunks and trailers", message.Chunked, chunks(body, 7, "X-Sum: 1\r\n"), next, true)
}

// The same for long bodies, where splice takes over and the destination is slower than the source.
func TestRelayLong(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	f := func(framing message.Framing, chunked bool, size int) {
		t.Helper()
		b := make([]byte, size)
		for i := range b {
			b[i] = byte(rnd.Uint32())
		}
		body := string(b)
		wire, length := body, int64(0)
		switch framing {
		case message.Chunked:
			wire = chunks(body, 1+rnd.IntN(9000), "X-Sum: 1\r\n")
		case message.Length:
			length = int64(size)
		}
		rr := &relayRun{framing: framing, length: length, chunked: chunked, narrow: rnd.IntN(2) == 0}
		for n := rnd.IntN(12 << 10); ; n = 1 + rnd.IntN(60<<10) {
			n = min(n, len(wire))
			rr.pieces = append(rr.pieces, wire[:n])
			if wire = wire[n:]; wire == "" {
				break
			}
		}
		rr.run(t)
		rr.check(t, fmt.Sprintf("framing %d, chunked %v, %d octets, narrow %v", framing, chunked, size, rr.narrow), body, "")
	}
	for range 8 {
		size := rnd.IntN(600 << 10)
		f(message.Length, false, size)
		f(message.UntilClose, false, size)
		f(message.UntilClose, true, size)
		f(message.Chunked, false, size)
		f(message.Chunked, true, size)
	}
	f(message.Length, false, 3<<20)
	f(message.UntilClose, false, 3<<20)
}

func TestRelayErrors(t *testing.T) {
	f := func(rr *relayRun, want status) {
		t.Helper()
		if rr.run(t); rr.end != want {
			t.Errorf("%q: status %d; want %d", rr.pieces, rr.end, want)
		}
	}
	f(&relayRun{framing: message.Length, length: 5, pieces: []string{"ab"}}, relaySrcEnd)
	f(&relayRun{framing: message.Length, length: 1 << 20, pieces: []string{"ab"}}, relaySrcEnd) // by splice
	f(&relayRun{framing: message.Chunked, chunked: true, pieces: []string{"5\r\nab"}}, relaySrcEnd)
	f(&relayRun{framing: message.Chunked, chunked: true, pieces: []string{"5\r\nhello\r\n0\r\n"}}, relaySrcEnd)
	f(&relayRun{framing: message.Chunked, chunked: true, pieces: []string{"x\r\n"}}, relaySrcBad)
	f(&relayRun{framing: message.Chunked, pieces: []string{"", "5\r\nhello!\r\n"}}, relaySrcBad)
	f(&relayRun{framing: message.Chunked, pieces: []string{"0\r\nX: " + strings.Repeat("x", 8<<10), strings.Repeat("x", 20<<10)}}, relaySrcBad)
	f(&relayRun{framing: message.Length, length: 5, pieces: []string{"ab", "cde"}, deaf: true}, relayDstEnd)
	f(&relayRun{framing: message.Length, length: 1 << 20, pieces: []string{"", "cde"}, deaf: true}, relayDstEnd)
}
