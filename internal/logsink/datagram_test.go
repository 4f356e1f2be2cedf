package logsink

import (
	"fmt"
	"net"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"weir/conf"
)

// A unix socket holds ten datagrams: a burst of more is waited with while the daemon reads, and costs one wait where it does not.
func TestDatagramBurst(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	daemon, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer daemon.Close()
	const lines = 500
	got := make(chan string, lines)
	go func() {
		defer close(got)
		buf := make([]byte, 100)
		for range lines {
			n, err := daemon.Read(buf)
			if err != nil {
				return
			}
			got <- string(buf[:n])
		}
	}()
	d := newDatagram(unixAddr(path), 0, complaint{})
	var sent []string
	for i := range lines {
		line := fmt.Sprint("line ", i)
		switch {
		case d.write([]byte(line)):
			sent = append(sent, line)
		case !d.stuck: // a daemon that did not run for so long is a busy machine's
			t.Fatalf("%q is lost", line)
		}
	}
	d.close(nil)
	for _, want := range sent {
		if line := <-got; line != want {
			t.Fatalf("got %q; want %q", line, want)
		}
	}
}

func TestDatagramStuck(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	daemon, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer daemon.Close()
	w := New(Options{})
	r := route(t, w, &conf.LogTarget{Target: path, Addr: conf.Addr{Kind: conf.AddrUnix, Path: path}, Format: "raw"})
	for range 1000 {
		put(w.Producer(0), r, Info, "nobody reads")
	}
	w.Producer(0).Flush()
	waitFor(t, "lines that are dropped", func() bool { return w.Dropped() > 500 })
	if err := w.Close(waitTime); err != nil {
		t.Fatal(err)
	}
}

// "tune.sndbuf.backend": the kernel's buffer of what goes to a log server.
func TestDatagramSndBuf(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	daemon, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer daemon.Close()
	d := newDatagram(unixAddr(path), 40000, complaint{})
	defer d.close(nil)
	if !d.write([]byte("x")) {
		t.Fatal("nothing is sent")
	}
	if n, err := unix.GetsockoptInt(d.fd, unix.SOL_SOCKET, unix.SO_SNDBUF); err != nil || n != 2*40000 { // the kernel doubles it
		t.Errorf("SO_SNDBUF %d, %v", n, err)
	}
}
