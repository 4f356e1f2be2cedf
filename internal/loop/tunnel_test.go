package loop

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// tube is a tunnel between two of the test's own sockets.
type tube struct {
	tn             *Tunnel
	client, server *net.TCPConn // the far ends
	ends           chan End
}

func newTube(t testing.TB, l *Loop, opt *TunnelOptions) *tube {
	t.Helper()
	tb := &tube{ends: make(chan End, 2)}
	var c, s *Conn
	c, tb.client = newConn(t, l)
	s, tb.server = newConn(t, l)
	tb.tn = &Tunnel{Client: c, Server: s, Done: func(_ *Tunnel, e End) { tb.ends <- e }}
	if opt != nil {
		onLoop(t, l, func() { tb.tn.Begin(l, opt) })
	}
	return tb
}

// ended wants the tunnel to end so, with everything given back.
func (tb *tube) ended(t testing.TB, l *Loop, want End) {
	t.Helper()
	if e := wait(t, tb.ends, "the tunnel did not end"); e != want {
		t.Errorf("ended with %d; want %d", e, want)
	}
	onLoop(t, l, func() {
		tn := tb.tn
		if !tn.Client.Closed() || !tn.Server.Closed() || tn.timer.Armed() || tn.up.pending != nil || tn.down.pending != nil || tn.up.flow.open || tn.down.flow.open {
			t.Error("the tunnel kept something")
		}
		tn.Kill() // again: harmless
	})
	if len(tb.ends) > 0 {
		t.Error("Done was called twice")
	}
}

func reset(c *net.TCPConn) { c.SetLinger(0); c.Close() }

func send(t testing.TB, c net.Conn, s string) {
	t.Helper()
	if _, err := c.Write([]byte(s)); err != nil {
		t.Fatal(err)
	}
}

func TestTunnelEnds(t *testing.T) {
	l := startLoop(t)
	for name, tc := range map[string]struct {
		do   func(t *testing.T, tb *tube)
		want End
	}{
		"client closes first": {func(t *testing.T, tb *tube) {
			send(t, tb.client, "question")
			tb.client.CloseWrite()
			hears(t, tb.server, "question")
			if _, err := tb.server.Read(make([]byte, 1)); err != io.EOF {
				t.Errorf("the server reads %v after the client's end", err)
			}
			send(t, tb.server, "answer") // the other direction goes on
			hears(t, tb.client, "answer")
			tb.server.Close()
			if _, err := tb.client.Read(make([]byte, 1)); err != io.EOF {
				t.Errorf("the client reads %v after the server's end", err)
			}
		}, EndNormal},
		"server closes first": {func(t *testing.T, tb *tube) {
			send(t, tb.server, "hello")
			tb.server.CloseWrite()
			hears(t, tb.client, "hello")
			if _, err := tb.client.Read(make([]byte, 1)); err != io.EOF {
				t.Errorf("the client reads %v after the server's end", err)
			}
			send(t, tb.client, "bye")
			hears(t, tb.server, "bye")
			tb.client.CloseWrite()
		}, EndNormal},
		"both at once": {func(t *testing.T, tb *tube) {
			tb.client.CloseWrite()
			tb.server.CloseWrite()
		}, EndNormal},
		"client resets": {func(t *testing.T, tb *tube) {
			send(t, tb.client, "half a")
			hears(t, tb.server, "half a")
			reset(tb.client)
			if _, err := tb.server.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("the server reads %v; it would take what came for all of it", err)
			}
		}, EndClientError},
		"server resets": {func(t *testing.T, tb *tube) {
			reset(tb.server)
			if _, err := tb.client.Read(make([]byte, 1)); err == nil {
				t.Error("the client heard nothing of it")
			}
		}, EndServerError},
		"server resets after the client's end": {func(t *testing.T, tb *tube) {
			tb.client.CloseWrite()
			tb.server.Read(make([]byte, 1))
			reset(tb.server)
		}, EndServerError},
		"killed": {func(t *testing.T, tb *tube) {
			onLoop(t, l, tb.tn.Kill)
			for _, c := range []*net.TCPConn{tb.client, tb.server} {
				if _, err := c.Read(make([]byte, 1)); err == nil {
					t.Error("a side heard nothing of it")
				}
			}
		}, EndKilled},
	} {
		t.Run(name, func(t *testing.T) {
			tb := newTube(t, l, &TunnelOptions{})
			tc.do(t, tb)
			tb.ended(t, l, tc.want)
		})
	}
}

// TestTunnelLastWords: a server that answers and resets, since it does not want the rest of what the client sends, is heard.
func TestTunnelLastWords(t *testing.T) {
	l := startLoop(t)
	tb := newTube(t, l, nil)
	onLoop(t, l, func() {
		// Everything happens before the tunnel looks.
		send(t, tb.server, "no, thank you")
		send(t, tb.client, "a long story")
		raw, _ := tb.server.SyscallConn()
		for !delivered(raw) {
		}
		reset(tb.server)
		tb.tn.Begin(l, &TunnelOptions{})
	})
	hears(t, tb.client, "no, thank you")
	tb.ended(t, l, EndServerError)
}

// noise is n random bytes, the same ones for the same seed.
func noise(seed uint64, n int) []byte {
	r := rand.NewChaCha8([32]byte{byte(seed)})
	b := make([]byte, n)
	r.Read(b)
	return b
}

// TestTunnelBulk sends much both ways at once, through readers of every speed, and wants each byte in its place.
func TestTunnelBulk(t *testing.T) {
	l := startLoop(t)
	for name, opt := range map[string]*TunnelOptions{"spliced": {}, "copied": {NoSplice: true}} {
		for _, step := range []int{1 << 20, 4 << 10} {
			tb := newTube(t, l, opt)
			const size = 24 << 20
			up, down := noise(1, size), noise(2, size/2)
			errs := make(chan error, 4)
			write := func(c *net.TCPConn, b []byte) {
				_, err := c.Write(b)
				c.CloseWrite()
				errs <- err
			}
			read := func(c *net.TCPConn, want []byte) {
				got := make([]byte, len(want)+1)
				n := 0
				for {
					m, err := c.Read(got[n:min(n+step, len(got))])
					n += m
					if err == io.EOF && bytes.Equal(got[:n], want) {
						errs <- nil
						return
					}
					if err != nil {
						errs <- errors.Join(err, errors.New("the bytes differ"))
						return
					}
				}
			}
			go write(tb.client, up)
			go write(tb.server, down)
			go read(tb.server, up)
			go read(tb.client, down)
			for range 4 {
				if err := wait(t, errs, name+": the bytes stalled"); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
			tb.ended(t, l, EndNormal)
			if tb.tn.Up != size || tb.tn.Down != size/2 {
				t.Errorf("%s: counted %d up, %d down", name, tb.tn.Up, tb.tn.Down)
			}
		}
	}
}

// blocked fills a tunnel until its client, which does not read, takes no more and bytes stand in the pipe or the buffer.
// The server writes on until it fails; sent tells how much then.
func blocked(t *testing.T, l *Loop, opt *TunnelOptions) (tb *tube, sent <-chan int) {
	t.Helper()
	tb = newTube(t, l, opt)
	total := make(chan int, 1)
	go func() {
		b := bytes.Repeat([]byte("secret!!"), 1<<13)
		for all := 0; ; {
			n, err := tb.server.Write(b)
			if all += n; err != nil {
				total <- all
				return
			}
		}
	}()
	until(t, l, "held up", func() bool {
		s := &tb.tn.down
		return s.pending != nil || s.flow.inside > 0
	})
	last := uint64(0)
	until(t, l, "still", func() bool {
		still := tb.tn.Down == last && tb.tn.Down > 0 && !tb.tn.Client.writable()
		last = tb.tn.Down
		return still
	})
	return tb, total
}

func (c *Conn) writable() bool { return c.flags&flagWritable != 0 }

// TestPipesAreClean: a pipe that still held bytes when its tunnel was killed is never used again; others are, and none is lost.
func TestPipesAreClean(t *testing.T) {
	l := startLoop(t)
	before := openFDs(t)
	inside := 0
	for range 5 {
		tb, _ := blocked(t, l, &TunnelOptions{})
		onLoop(t, l, func() {
			inside += tb.tn.down.flow.inside
			tb.tn.Kill()
			for _, p := range l.pipes {
				if n, _ := unix.IoctlGetInt(p.r, unix.TIOCINQ); n != 0 {
					t.Errorf("a pipe with %d bytes in it is in the free list", n)
				}
			}
		})
		tb.ended(t, l, EndKilled)
		tb.client.Close()
		tb.server.Close()
	}
	if inside == 0 {
		t.Error("no pipe held anything: the test tests nothing")
	}
	onLoop(t, l, func() { before += 2 * len(l.pipes) })
	fdsBack(t, "tunnels, but for the pipes that are kept", before)
}

// TestTunnelHeldUp: what a slow client does not take waits, and comes when it reads again.
func TestTunnelHeldUp(t *testing.T) {
	l := startLoop(t)
	for _, opt := range []*TunnelOptions{{}, {NoSplice: true}} {
		tb, sent := blocked(t, l, opt)
		tb.server.SetWriteDeadline(time.Now()) // it stops writing
		total := wait(t, sent, "the writer goes on")
		tb.server.CloseWrite()
		if n, err := io.Copy(io.Discard, tb.client); int(n) != total || err != nil {
			t.Errorf("the client got %d of %d bytes, %v", n, total, err)
		}
		tb.client.CloseWrite()
		tb.ended(t, l, EndNormal)
	}
}

func TestTunnelUnsent(t *testing.T) {
	l := startLoop(t)
	tb := newTube(t, l, nil)
	big := noise(3, 3*DefaultBufSize)
	onLoop(t, l, func() {
		tb.tn.Unsent(l, true, nil)
		tb.tn.Unsent(l, true, []byte("first "))
		tb.tn.Unsent(l, true, []byte("second "))
		tb.tn.Unsent(l, false, big[:100])
		tb.tn.Unsent(l, false, big[100:])
		send(t, tb.client, "third")
		tb.client.CloseWrite()
		tb.tn.Begin(l, &TunnelOptions{})
	})
	if b, err := io.ReadAll(tb.server); string(b) != "first second third" || err != nil {
		t.Errorf("the server read %q, %v", b, err)
	}
	tb.server.CloseWrite()
	if b, err := io.ReadAll(tb.client); !bytes.Equal(b, big) || err != nil {
		t.Errorf("the client read %d bytes, %v; want %d", len(b), err, len(big))
	}
	tb.ended(t, l, EndNormal)
}

func TestTunnelTimeouts(t *testing.T) {
	f := NewFake()
	defer stop(f.Loop)
	const s = time.Second
	// closeAfter has the other side, which is told of the end, close then: it has no time of its own.
	closeAfter := func(d time.Duration, client bool) func(*tube) {
		return func(tb *tube) {
			f.Advance(d + 10*time.Millisecond) // a timer may be late by a tick
			silent, told := tb.client, tb.server
			if !client {
				silent, told = told, silent
			}
			if _, err := told.Read(make([]byte, 1)); err != io.EOF {
				t.Errorf("the other side reads %v", err)
			}
			told.CloseWrite()
			silent.Read(make([]byte, 1))
		}
	}
	for name, tc := range map[string]struct {
		opt  TunnelOptions
		do   func(tb *tube) // before the clock moves on
		live time.Duration
		want End
	}{
		"idle":                          {TunnelOptions{ClientIdle: 10 * s, ServerIdle: 10 * s}, nil, 10 * s, EndClientTimeout},
		"idle, the server's":            {TunnelOptions{ServerIdle: 10 * s}, closeAfter(10*s, false), 0, EndServerTimeout},
		"idle, the client's":            {TunnelOptions{ClientIdle: 10 * s}, closeAfter(10*s, true), 0, EndClientTimeout},
		"idle later than the last byte": {TunnelOptions{ClientIdle: 10 * s, ServerIdle: 10 * s}, func(tb *tube) { f.Advance(7 * s); f.chat(t, tb); f.Advance(7 * s); f.chat(t, tb) }, 10 * s, EndClientTimeout},
		"the client is silent, then the server": {TunnelOptions{ClientIdle: 2 * s, ServerIdle: 7 * s}, func(tb *tube) {
			f.Advance(3 * s)
			if _, err := tb.server.Read(make([]byte, 1)); err != io.EOF {
				t.Errorf("the server reads %v after the client's time", err)
			}
		}, 4 * s, EndClientTimeout},
		"the client is silent, then server-fin": {TunnelOptions{ClientIdle: 2 * s, ServerIdle: 70 * s, ServerFin: 5 * s}, func(tb *tube) {
			f.Advance(2*s + 10*time.Millisecond)
			tb.server.Read(make([]byte, 1))
		}, 5 * s, EndClientTimeout},
		"an answer after the client's time": {TunnelOptions{ClientIdle: 2 * s, ServerIdle: 7 * s}, func(tb *tube) {
			f.Advance(3 * s)
			send(t, tb.server, "answer")
			hears(t, tb.client, "answer")
		}, 7 * s, EndClientTimeout},
		"the server is waited for alone": {TunnelOptions{ClientIdle: 2 * s, ServerIdle: 7 * s}, func(tb *tube) {
			tb.client.CloseWrite()
			tb.server.Read(make([]byte, 1))
		}, 7 * s, EndServerTimeout},
		"client gone, server-fin": {TunnelOptions{ClientIdle: 60 * s, ServerIdle: 60 * s, ServerFin: 5 * s}, func(tb *tube) {
			f.Advance(30 * s) // long silence before: the time counts from the FIN
			tb.client.CloseWrite()
			tb.server.Read(make([]byte, 1))
		}, 5 * s, EndServerTimeout},
		"server gone, client-fin": {TunnelOptions{ClientIdle: 60 * s, ServerIdle: 60 * s, ClientFin: 5 * s}, func(tb *tube) {
			f.Advance(30 * s)
			tb.server.CloseWrite()
			tb.client.Read(make([]byte, 1))
		}, 5 * s, EndClientTimeout},
		"fin longer than idle": {TunnelOptions{ClientIdle: 2 * s, ServerIdle: 2 * s, ClientFin: 20 * s}, func(tb *tube) {
			tb.server.CloseWrite()
			tb.client.Read(make([]byte, 1))
		}, 20 * s, EndClientTimeout},
		"only a fin timeout": {TunnelOptions{ClientFin: 5 * s}, func(tb *tube) {
			f.Advance(1000 * s)
			tb.server.CloseWrite()
			tb.client.Read(make([]byte, 1))
		}, 5 * s, EndClientTimeout},
	} {
		tb := newTube(t, f.Loop, &tc.opt)
		if tc.do != nil {
			tc.do(tb)
		}
		f.Sync()
		if tc.live > 0 {
			f.Advance(tc.live - 10*time.Millisecond)
		}
		if tc.live > 0 && len(tb.ends) > 0 {
			t.Errorf("%s: ended early with %d", name, <-tb.ends)
			continue
		}
		f.Advance(20 * time.Millisecond)
		t.Log(name)
		tb.ended(t, f.Loop, tc.want)
	}
}

// TestTunnelGivenUp: a client that was silent for too long and then resets its connection ends the tunnel, whatever its server does.
func TestTunnelGivenUp(t *testing.T) {
	f := NewFake()
	defer stop(f.Loop)
	tb := newTube(t, f.Loop, &TunnelOptions{ClientIdle: time.Second})
	f.Advance(time.Second + 10*time.Millisecond)
	if _, err := tb.server.Read(make([]byte, 1)); err != io.EOF {
		t.Fatalf("the server reads %v after the client's time", err)
	}
	if len(tb.ends) > 0 {
		t.Fatal("the tunnel has ended, and the server may still answer")
	}
	reset(tb.client)
	tb.ended(t, f.Loop, EndClientTimeout)
}

// chat sends a byte through tb.
func (f *Fake) chat(t *testing.T, tb *tube) {
	t.Helper()
	send(t, tb.client, "x")
	hears(t, tb.server, "x")
}

// TestTunnelsShareTheLoop: one that moves gigabytes leaves the others their turns.
func TestTunnelsShareTheLoop(t *testing.T) {
	l, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	var tn *Tunnel
	var before, most uint64
	l.AtTurnEnd(func() {
		if tn != nil {
			most, before = max(most, tn.Up-before), tn.Up
		}
	})
	go l.Run()
	defer stop(l)
	fast := newTube(t, l, &TunnelOptions{})
	onLoop(t, l, func() { tn = fast.tn })
	go func() {
		b := make([]byte, 1<<20)
		for {
			if _, err := fast.client.Write(b); err != nil {
				return
			}
		}
	}()
	go io.Copy(io.Discard, fast.server)
	slow := newTube(t, l, &TunnelOptions{})
	for range 50 {
		send(t, slow.client, "ping")
		hears(t, slow.server, "ping")
		send(t, slow.server, "pong")
		hears(t, slow.client, "pong")
	}
	fast.client.Close()
	fast.server.Close()
	wait(t, fast.ends, "the fast tunnel did not end")
	onLoop(t, l, func() {
		// Two shares: one by an event, one because that left more to do.
		if limit := uint64(2 * (tunnelTurn + pipeSize)); most > limit || most < tunnelTurn/2 {
			t.Errorf("moved up to %d bytes in a turn; want up to %d", most, limit)
		}
	})
}

// TestTunnelUrgent: splice cannot pass urgent data; the bytes behind it come nevertheless.
func TestTunnelUrgent(t *testing.T) {
	l := startLoop(t)
	tb := newTube(t, l, &TunnelOptions{})
	const size = 4 << 20
	got := make(chan int, 1)
	go func() {
		n, _ := io.Copy(io.Discard, tb.server)
		got <- int(n)
	}()
	b := make([]byte, size)
	for range 4 {
		if _, err := tb.client.Write(b); err != nil {
			t.Fatal(err)
		}
		raw, _ := tb.client.SyscallConn()
		raw.Write(func(fd uintptr) bool {
			return unix.Sendto(int(fd), []byte("!"), unix.MSG_OOB, nil) != unix.EAGAIN
		})
	}
	tb.client.CloseWrite()
	// The urgent bytes themselves are dropped, unless another one makes them ordinary.
	if n := wait(t, got, "the bytes stalled"); n < 4*size || n > 4*size+4 {
		t.Errorf("the server got %d bytes; want %d and perhaps the urgent ones", n, 4*size)
	}
	tb.server.Close()
	tb.ended(t, l, EndNormal)
}

// TestFlowUrgent: Fill says that it cannot go on, so that the caller copies, instead of waiting for what will not come.
func TestFlowUrgent(t *testing.T) {
	l := startLoop(t)
	c, peer := newConn(t, l)
	onLoop(t, l, func() { c.SetHandler(handlerFunc(func(*Conn) {})) })
	raw, _ := peer.SyscallConn()
	send(t, peer, "before")
	raw.Control(func(fd uintptr) { unix.Sendto(int(fd), []byte("!"), unix.MSG_OOB, nil) })
	send(t, peer, "behind")
	until(t, l, "urgent", func() bool { return c.flags&flagUrgent != 0 })
	onLoop(t, l, func() {
		var f Flow
		if n, err := f.Fill(c, 100); err == nil || err == ErrAgain || c.Failed() {
			t.Errorf("Fill = %d, %v, failed %v; want an error that leaves the connection whole", n, err, c.Failed())
		}
		f.Close(l)
		b := make([]byte, 100)
		for got := ""; got != "beforebehind"; {
			n, err := c.TryRecv(b)
			if got += string(b[:n]); err != nil {
				t.Fatalf("copied %q, %v", got, err)
			}
		}
		c.Close()
	})
}

// TestTunnelStop: the loop's end kills its tunnels, tells whoever waits for it, and leaves no fd.
func TestTunnelStop(t *testing.T) {
	l, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	go l.Run()
	idle := newTube(t, l, &TunnelOptions{ClientIdle: time.Hour, ServerIdle: time.Hour})
	full, _ := blocked(t, l, &TunnelOptions{})
	client, server := full.client, full.server
	stop(l)
	for _, tb := range []*tube{idle, full} {
		if e := wait(t, tb.ends, "Done was not called"); e != EndKilled {
			t.Errorf("ended with %d; want %d", e, EndKilled)
		}
	}
	if n := l.Stats.Conns.Load(); n != 0 {
		t.Errorf("%d connections left", n)
	}
	client.Close()
	server.Close()
}

func TestTunnelAllocs(t *testing.T) {
	l := byHand(t)
	opt := &TunnelOptions{ClientIdle: time.Minute, ServerIdle: time.Minute, ServerFin: time.Second}
	a, b := unixPair(t)
	c, d := unixPair(t)
	defer unix.Close(a)
	defer unix.Close(d)
	tn := &Tunnel{Client: l.NewConn(b, loopback), Server: l.NewConn(c, loopback)}
	tn.Begin(l, opt)
	msg, buf := []byte("0123456789"), make([]byte, 100)
	pass := func(from, to int) {
		unix.Write(from, msg)
		for {
			l.turn()
			if n, err := unix.Read(to, buf); n == len(msg) {
				return
			} else if err != syscall.EAGAIN {
				t.Fatal(n, err)
			}
		}
	}
	noAllocs(t, func() {
		pass(a, d)
		pass(d, a)
	})
	noAllocs(t, func() { l.later(tn); l.runLater() })
}

func BenchmarkTunnelEcho(b *testing.B) {
	l := byHand(b)
	x, y := unixPair(b)
	u, v := unixPair(b)
	defer unix.Close(x)
	defer unix.Close(v)
	tn := &Tunnel{Client: l.NewConn(y, loopback), Server: l.NewConn(u, loopback)}
	tn.Begin(l, &TunnelOptions{ClientIdle: time.Minute, ServerIdle: time.Minute})
	msg, buf := make([]byte, 100), make([]byte, 200)
	b.ReportAllocs()
	for b.Loop() {
		rawSend(x, msg, 0)
		l.turn()
		rawRecv(v, buf, 0)
		rawSend(v, msg, 0)
		l.turn()
		rawRecv(x, buf, 0)
	}
}
