package tlsio

import (
	"crypto/tls"
	"net"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"weir/internal/loop"
	"weir/internal/testpki"
)

// waitTime bounds every wait of a test: it is only reached when something is broken.
const waitTime = time.Minute

// bench is a loop, an authority and two configurations.
type bench struct {
	t              testing.TB
	l              *loop.Loop
	server, client *tls.Config
}

func newBench(t testing.TB) *bench {
	t.Helper()
	l, err := loop.New(loop.Options{OnPanic: func(_ *loop.Loop, v any, stack []byte) { t.Errorf("panic: %v\n%s", v, stack) }})
	if err != nil {
		t.Fatal(err)
	}
	go l.Run()
	t.Cleanup(func() { l.Stop(); <-l.Done() })
	ca := testpki.NewCA(t, "Root")
	return &bench{t, l, &tls.Config{Certificates: []tls.Certificate{ca.Pair(t, testpki.Leaf{Names: []string{"a"}})}, DynamicRecordSizingDisabled: true},
		&tls.Config{RootCAs: ca.Pool(), ServerName: "a", DynamicRecordSizingDisabled: true}}
}

// pair is a connection: the loop's end, which is made on the loop by use, and the test's.
func (b *bench) pair(use func(t *loop.Task, c *loop.Conn)) net.Conn {
	b.t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.t.Fatal(err)
	}
	defer ln.Close()
	far, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		b.t.Fatal(err)
	}
	near, err := ln.Accept()
	if err != nil {
		b.t.Fatal(err)
	}
	defer near.Close()
	f, err := near.(*net.TCPConn).File()
	if err != nil {
		b.t.Fatal(err)
	}
	defer f.Close()
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		b.t.Fatal(err)
	}
	unix.SetNonblock(fd, true)
	peer := netip.MustParseAddrPort(far.LocalAddr().String())
	b.l.Post(func() {
		c := b.l.NewConn(fd, peer)
		b.l.Go(func(t *loop.Task) { use(t, c) })
	})
	b.t.Cleanup(func() { far.Close() })
	far.SetDeadline(time.Now().Add(waitTime))
	return far
}

// serve has use run behind a server's handshake, and returns the client.
func (b *bench) serve(use func(t *loop.Task, c *loop.Conn, y *Conn)) *tls.Conn {
	b.t.Helper()
	far := b.pair(func(t *loop.Task, c *loop.Conn) {
		y, err := Server(t, c, b.server, Options{}, b.deadline())
		if err != nil {
			b.t.Errorf("the server's handshake: %v", err)
			c.Close()
			return
		}
		use(t, c, y)
	})
	c := tls.Client(far, b.client)
	if err := c.Handshake(); err != nil {
		b.t.Fatal(err)
	}
	return c
}

func (b *bench) deadline() int64 { return b.l.Now() + int64(waitTime) }

// wait receives, or fails.
func wait[T any](t testing.TB, c <-chan T, what string) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(waitTime):
		t.Fatal("never came: " + what)
	}
	return v
}
