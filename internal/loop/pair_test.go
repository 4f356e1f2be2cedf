package loop

import (
	"io"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// sockets are the two ends of a pair; who takes one over says so by setting it to -1.
func sockets(t *testing.T) *[2]int {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, fd := range fds {
			if fd >= 0 {
				unix.Close(fd)
			}
		}
	})
	return &fds
}

// TestPair: what dials the one end is accepted at the other, and is an ordinary connection.
func TestPair(t *testing.T) {
	l := startLoop(t)
	fds := sockets(t)
	ln, err := ListenPair(fds[0])
	if err != nil {
		t.Fatal(err)
	}
	fds[0] = -1
	defer ln.Close()
	if got, want := ln.Addr.String(), "sockpair@"; !strings.HasPrefix(got, want) {
		t.Errorf("got %q; want %q and a number", got, want)
	}
	ln.Start([]*Loop{l}, 0, acceptFunc(say("hello")))
	done := make(chan string, 1)
	for range 3 {
		l.Post(func() {
			l.Go(func(tk *Task) {
				c, err := l.Dial(tk, PairAddr(fds[1]), nil, l.Now()+int64(deadline))
				if err != nil {
					done <- err.Error()
					return
				}
				b := make([]byte, 10)
				n, err := c.Recv(tk, b, l.Now()+int64(deadline))
				c.Close()
				if err != nil {
					done <- err.Error()
					return
				}
				done <- string(b[:n])
			})
		})
		if got := wait(t, done, "no connection"); got != "hello" {
			t.Fatalf("got %q; want hello", got)
		}
	}
}

// TestPairHanded: a TCP connection that another process has accepted is taken with its address; whatever else is handed over is closed.
func TestPairHanded(t *testing.T) {
	l := startLoop(t)
	fds := sockets(t)
	ln, err := ListenPair(fds[0])
	if err != nil {
		t.Fatal(err)
	}
	fds[0] = -1
	defer ln.Close()
	from := make(chan string, 1)
	ln.Start([]*Loop{l}, 0, acceptFunc(func(c *Conn) {
		from <- c.RemoteAddr().String()
		say("hello")(c)
	}))
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	fd, client := tcpPair(t)
	for _, send := range []int{int(w.Fd()), fd} {
		if err := unix.Sendmsg(fds[1], []byte("as many bytes as the sender likes"), unix.UnixRights(send), nil, 0); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	unix.Close(fd)
	if got := wait(t, from, "no connection"); got != client.LocalAddr().String() {
		t.Errorf("from %s; want %s", got, client.LocalAddr())
	}
	hears(t, client, "hello")
	if _, err := io.ReadAll(r); err != nil { // ends when the last copy of the pipe's other end is closed
		t.Error(err)
	}
}

// TestPairEnd: where the other end is closed nothing more comes, and the loop is not woken for it again and again.
func TestPairEnd(t *testing.T) {
	l := startLoop(t)
	fds := sockets(t)
	ln, err := ListenPair(fds[0])
	if err != nil {
		t.Fatal(err)
	}
	fds[0] = -1
	defer ln.Close()
	ln.Start([]*Loop{l}, 0, acceptFunc(say("hello")))
	unix.Close(fds[1])
	fds[1] = -1
	until(t, l, "the end of listening", func() bool { return ln.paused.Load() })
}

func TestPairErrors(t *testing.T) {
	fd, _ := tcpPair(t)
	defer unix.Close(fd)
	if _, err := ListenPair(fd); err == nil || !strings.Contains(err.Error(), "is not a unix socket") {
		t.Errorf("a TCP socket: %v", err)
	}
	lone, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(lone)
	if _, err := ListenPair(lone); err == nil || !strings.Contains(err.Error(), "is not connected") {
		t.Errorf("a socket without another end: %v", err)
	}
}
