package tlsio

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"io"
	"runtime"
	"testing"

	"weir/internal/loop"
)

// TestSlowReader: a peer that reads late gets everything, in order, and the sender is told of bytes only when they have left.
func TestSlowReader(t *testing.T) {
	b := newBench(t)
	data := make([]byte, 24<<20)
	rand.Read(data)
	full, sent := make(chan struct{}, 1), make(chan error, 1)
	c := b.serve(func(task *loop.Task, c *loop.Conn, y *Conn) {
		defer c.Close()
		for at := 0; at < len(data); {
			n, err := c.TrySend2(data[at:min(at+1000, len(data))], data[min(at+1000, len(data)):])
			at += n
			if err == loop.ErrAgain {
				select {
				case full <- struct{}{}:
				default:
				}
				err = c.WaitWrite(task, b.deadline())
			}
			if err != nil {
				sent <- err
				return
			}
		}
		if len(y.out) > 0 {
			t.Error("told of bytes that have not left")
		}
		sent <- nil
	})
	wait(t, full, "a full socket")
	got, err := io.ReadAll(c)
	if err != nil || !bytes.Equal(got, data) {
		t.Fatalf("got %d octets, %v", len(got), err)
	}
	if err := wait(t, sent, "the end of sending"); err != nil {
		t.Fatal(err)
	}
}

// TestSmallReads takes records apart.
func TestSmallReads(t *testing.T) {
	b := newBench(t)
	data := make([]byte, 100_000)
	rand.Read(data)
	got := make(chan []byte, 1)
	c := b.serve(func(task *loop.Task, c *loop.Conn, y *Conn) {
		defer c.Close()
		var all []byte
		for size := 1; ; size = size%977 + 1 {
			buf := make([]byte, size)
			n, err := c.Recv(task, buf, b.deadline())
			all = append(all, buf[:n]...)
			if err != nil {
				if err != io.EOF {
					t.Error(err)
				}
				got <- all
				return
			}
		}
	})
	for at := 0; at < len(data); at += 7000 {
		c.Write(data[at:min(at+7000, len(data))])
	}
	c.CloseWrite()
	if all := wait(t, got, "the data"); !bytes.Equal(all, data) {
		t.Fatalf("got %d octets; want %d", len(all), len(data))
	}
}

// TestLean: what is idle holds no buffer, whatever it has received before.
func TestLean(t *testing.T) {
	if !fields.known {
		t.Fatal("crypto/tls has other fields than those that lean.go knows: idle connections hold their buffers")
	}
	b := newBench(t)
	idle := make(chan struct{})
	c := b.serve(func(task *loop.Task, c *loop.Conn, y *Conn) {
		defer c.Close()
		buf := make([]byte, 64<<10)
		for left := 1 << 20; left > 0; {
			n, err := c.Recv(task, buf, b.deadline())
			if err != nil {
				t.Error(err)
				break
			}
			left -= n
		}
		if _, err := c.TryRecv(buf); err != loop.ErrAgain {
			t.Errorf("got %v; want that nothing is there", err)
		}
		if raw, h := rawInput(y.tls).Cap(), hand(y.tls).Cap(); raw+h > 0 || y.lean != nil || y.out != nil {
			t.Errorf("an idle connection holds %d + %d octets, %v, %d", raw, h, y.lean, cap(y.out))
		}
		if n := listOf(b.l).n; n != 1 {
			t.Errorf("%d record buffers in the free list; want the one that went round", n)
		}
		close(idle)
	})
	for range 16 {
		c.Write(make([]byte, 64<<10))
	}
	wait(t, idle, "the end of the data")
}

// TestEnds tells an end that the peer has announced from one that somebody else may have made.
func TestEnds(t *testing.T) {
	b := newBench(t)
	f := func(want error, end func(c *tls.Conn)) {
		t.Helper()
		got := make(chan error, 1)
		c := b.serve(func(task *loop.Task, c *loop.Conn, _ *Conn) {
			defer c.Close()
			_, err := c.Recv(task, make([]byte, 10), b.deadline())
			got <- err
		})
		end(c)
		if err := wait(t, got, "the end"); err != want {
			t.Errorf("got %v; want %v", err, want)
		}
	}
	f(io.EOF, func(c *tls.Conn) { c.Close() })
	f(io.EOF, func(c *tls.Conn) { c.CloseWrite() })
	f(io.ErrUnexpectedEOF, func(c *tls.Conn) { c.NetConn().Close() })
	f(io.ErrUnexpectedEOF, func(c *tls.Conn) {
		c.NetConn().Write([]byte{23, 3, 3, 1, 0, 1}) // half a record
		c.NetConn().Close()
	})
}

// TestGarbage: what is not the peer's own record ends the connection.
func TestGarbage(t *testing.T) {
	b := newBench(t)
	got := make(chan error, 1)
	c := b.serve(func(task *loop.Task, c *loop.Conn, _ *Conn) {
		defer c.Close()
		_, err := c.Recv(task, make([]byte, 10), b.deadline())
		got <- err
		if _, err := c.TrySend([]byte("x")); err == nil {
			t.Error("sent after a record that was forged")
		}
	})
	c.NetConn().Write(append([]byte{23, 3, 3, 0, 40}, make([]byte, 40)...))
	if err := wait(t, got, "the error"); err == nil || err == io.EOF {
		t.Errorf("got %v", err)
	}
	if _, err := io.ReadAll(c); err == nil {
		t.Error("the peer was not told")
	}
}

// TestHandshakeEnds are the ways not to come to an end of a handshake.
func TestHandshakeEnds(t *testing.T) {
	b := newBench(t)
	f := func(want error, late bool, first string) {
		t.Helper()
		got := make(chan error, 1)
		far := b.pair(func(task *loop.Task, c *loop.Conn) {
			defer c.Close()
			at := b.deadline()
			if late {
				at = b.l.Now() + 1e6
			}
			_, err := Server(task, c, b.server, Options{}, at)
			got <- err
		})
		far.Write([]byte(first))
		if !late {
			far.Close()
		}
		if err := wait(t, got, "the error"); !errors.Is(err, want) {
			t.Errorf("%q: got %v; want %v", first, err, want)
		}
	}
	f(io.EOF, false, "")
	f(io.ErrUnexpectedEOF, false, "\x16\x03\x01\x02")
	f(loop.ErrTimeout, true, "")
	f(loop.ErrTimeout, true, "\x16\x03\x01\x02")
}

// TestClient is the other side, and what it learns.
func TestClient(t *testing.T) {
	b := newBench(t)
	done := make(chan string, 1)
	far := b.pair(func(task *loop.Task, c *loop.Conn) {
		defer c.Close()
		y, err := Client(task, c, b.client, Options{}, b.deadline())
		if err != nil {
			done <- err.Error()
			return
		}
		if Of(c) != y || y.State().ServerName != "a" {
			t.Error("another connection's TLS")
		}
		c.Send(task, []byte("hello"), b.deadline())
		buf := make([]byte, 10)
		n, _ := c.Recv(task, buf, b.deadline())
		done <- string(buf[:n])
	})
	srv := tls.Server(far, b.server)
	buf := make([]byte, 5)
	if _, err := io.ReadFull(srv, buf); err != nil {
		t.Fatal(err)
	}
	srv.Write(bytes.ToUpper(buf))
	if got := wait(t, done, "the answer"); got != "HELLO" {
		t.Errorf("got %q", got)
	}
}

// TestAllocs: in steady state a request and its response make nothing on the heap.
func TestAllocs(t *testing.T) {
	b := newBench(t)
	c := b.serve(func(task *loop.Task, c *loop.Conn, _ *Conn) {
		defer c.Close()
		buf, big := make([]byte, 16<<10), make([]byte, 40_000)
		for {
			n, err := c.Recv(task, buf, b.deadline())
			if err != nil {
				return
			}
			if buf[0] == 'b' {
				err = c.Send(task, big, b.deadline())
			} else {
				err = c.Send(task, buf[:n], b.deadline())
			}
			if err != nil {
				return
			}
		}
	})
	in := make([]byte, 40_000)
	for _, ask := range []struct {
		text string
		n    int
	}{{"small", 5}, {"big", len(in)}} {
		round := func() {
			if _, err := io.WriteString(c, ask.text); err != nil {
				t.Error(err)
			}
			if _, err := io.ReadFull(c, in[:ask.n]); err != nil {
				t.Error(err)
			}
		}
		for range 20 {
			round()
		}
		// One each by crypto/tls where it begins to receive (atLeastReader), on both sides, and one for what the client writes.
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		const rounds = 200
		for range rounds {
			round()
		}
		runtime.ReadMemStats(&after)
		if n := (after.Mallocs - before.Mallocs) / rounds; n > 3 && !raceEnabled {
			t.Errorf("%s: %d allocations in a round trip", ask.text, n)
		}
	}
}

// TestEndBehindData: the end is found that came in one piece with the last bytes, though the socket stays open and silent behind it.
func TestEndBehindData(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		b := newBench(t)
		b.client.MaxVersion = version
		said := make(chan struct{})
		ended := make(chan error, 1)
		c := b.serve(func(task *loop.Task, c *loop.Conn, y *Conn) {
			defer c.Close()
			loop.Await(task, func() (struct{}, error) { <-said; return struct{}{}, nil })
			buf := make([]byte, 100)
			n, err := c.Recv(task, buf, b.deadline())
			if string(buf[:n]) != "last words" || err != nil {
				t.Errorf("got %q, %v", buf[:n], err)
			}
			_, err = c.Recv(task, buf, b.deadline())
			ended <- err
		})
		io.WriteString(c, "last words")
		c.CloseWrite()
		close(said)
		if err := wait(t, ended, "the end"); err != io.EOF {
			t.Errorf("%s: got %v; want EOF", tls.VersionName(version), err)
		}
	}
}
