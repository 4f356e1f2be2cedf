package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// network splits an address of the script language into what net.Dial and net.Listen take.
func (r *run) network(addr string) (string, string) {
	switch {
	case strings.HasPrefix(addr, "unix@"):
		return "unix", addr[len("unix@"):]
	case strings.HasPrefix(addr, "abns@"):
		// HAProxy's abns names fill sun_path with NULs to the end; Go's "@name" does not.
		name := addr[len("abns@"):]
		return "unix", "@" + name + strings.Repeat("\x00", 107-len(name))
	case strings.HasPrefix(addr, "abnsz@"):
		return "unix", "@" + addr[len("abnsz@"):]
	case strings.Contains(addr, ":"):
		return "tcp", addr
	}
	return "tcp", fmt.Sprintf("127.0.0.1:%d", r.at.port(addr))
}

func verbConnect(a *actor, args []string) error {
	a.closeConn()
	network, addr := a.run.network(args[0])
	c, err := net.DialTimeout(network, addr, patience)
	if err != nil {
		return err
	}
	a.sent.Reset()
	a.use(c)
	return nil
}

func verbRefused(a *actor, args []string) error {
	network, addr := a.run.network(args[0])
	return eventually(patience, func() error {
		c, err := net.DialTimeout(network, addr, patience)
		if err == nil {
			c.Close()
			return errors.New("was accepted; want refused")
		}
		return nil
	})
}

// verbFullQueue listens with a backlog of 0, which the kernel rounds up to one connection, and fills it.
func verbFullQueue(a *actor, args []string) error {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	a.run.cleanup = append(a.run.cleanup, func() { syscall.Close(fd) })
	sa := &syscall.SockaddrInet4{Port: a.run.at.port(args[0]), Addr: [4]byte{127, 0, 0, 1}}
	// Connections that an earlier script had at this port may be in TIME_WAIT yet.
	err = syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
	if err := errors.Join(err, syscall.Bind(fd, sa), syscall.Listen(fd, 0)); err != nil {
		return err
	}
	for range 8 {
		full, c, err := unanswered(sa)
		if err != nil {
			return err
		}
		a.run.cleanup = append(a.run.cleanup, func() { syscall.Close(c) })
		if full {
			return nil
		}
	}
	return errors.New("the queue took 8 connections")
}

// unanswered connects, and looks whether the kernel takes the connection. It looks at the socket itself: the deadline of a dialler may run out on
// a busy machine though the connection is there.
func unanswered(to *syscall.SockaddrInet4) (full bool, fd int, err error) {
	if fd, err = syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0); err != nil {
		return false, -1, err
	}
	if err = syscall.Connect(fd, to); err != nil && err != syscall.EINPROGRESS {
		syscall.Close(fd)
		return false, -1, err
	}
	n, err := -1, error(unix.EINTR)
	for err == unix.EINTR { // by the runtime's own signals
		n, err = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}, 300)
	}
	return n == 0, fd, err
}

func verbClose(a *actor, _ []string) error { a.closeConn(); return nil }

func verbHalfClose(a *actor, _ []string) error {
	c, ok := a.conn.(interface{ CloseWrite() error })
	if !ok {
		return errors.New("this connection cannot be half closed")
	}
	return c.CloseWrite()
}

func verbReset(a *actor, _ []string) error {
	if c, ok := a.conn.(*net.TCPConn); ok {
		c.SetLinger(0)
	}
	a.closeConn()
	return nil
}

func verbEOF(a *actor, _ []string) error {
	a.conn.SetReadDeadline(time.Now().Add(patience))
	b, err := a.br.ReadByte()
	if err == nil {
		rest, _ := a.br.Peek(a.br.Buffered())
		return fmt.Errorf("got %q; want the end", clip(append([]byte{b}, rest...)))
	}
	if err != io.EOF {
		return fmt.Errorf("got %w; want a clean end", err)
	}
	return nil
}

func verbClosed(a *actor, _ []string) error {
	a.conn.SetReadDeadline(time.Now().Add(patience))
	_, err := io.Copy(io.Discard, a.br)
	if err == nil || errors.Is(err, syscall.ECONNRESET) {
		return nil
	}
	return fmt.Errorf("got %w; want the end", err)
}

func verbCut(a *actor, _ []string) error {
	a.conn.SetReadDeadline(time.Now().Add(patience))
	if _, err := io.Copy(io.Discard, a.br); !errors.Is(err, syscall.ECONNRESET) {
		return fmt.Errorf("got %v; want a reset", err)
	}
	return nil
}

func verbIdle(a *actor, args []string) error {
	d, err := time.ParseDuration(args[0])
	if err != nil {
		return err
	}
	a.conn.SetReadDeadline(time.Now().Add(d))
	if _, err = a.br.Peek(1); err == nil {
		b, _ := a.br.Peek(a.br.Buffered())
		return fmt.Errorf("got %q; want silence", clip(b))
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("got %w; want silence", err)
	}
	return nil
}

func verbSend(a *actor, args []string) error { return a.write(strings.Join(args, "")) }

func verbRx(a *actor, args []string) error {
	want := []byte(strings.Join(args, ""))
	got := make([]byte, len(want))
	a.conn.SetReadDeadline(time.Now().Add(patience))
	n, err := io.ReadFull(a.br, got)
	if err != nil {
		return fmt.Errorf("got %q, then %w", got[:n], err)
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("got %q; want %q", got, want)
	}
	return nil
}

func verbDrip(a *actor, args []string) error {
	d, err := time.ParseDuration(args[0])
	if err != nil {
		return err
	}
	for i := range len(args[1]) {
		if a.write(args[1][i:i+1]) != nil { // the other side has heard enough: what it says to that is asked for next
			return nil
		}
		time.Sleep(d)
	}
	return nil
}

func verbChunk(a *actor, args []string) error {
	return a.write(fmt.Sprintf("%x\r\n%s\r\n", len(args[0]), args[0]))
}

// size reads "200m", "64k" or a plain number.
func size(s string) (int, error) {
	unit := 1
	switch {
	case strings.HasSuffix(s, "m"):
		unit, s = 1<<20, s[:len(s)-1]
	case strings.HasSuffix(s, "k"):
		unit, s = 1<<10, s[:len(s)-1]
	}
	n, err := strconv.Atoi(s)
	return n * unit, err
}

// pattern is what big bodies are made of; its length is a prime, so that a lost or doubled block of any power of two shows.
var pattern = func() []byte {
	b := make([]byte, 65537)
	x := uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return b
}()

func verbSendBig(a *actor, args []string) error {
	n, err := size(args[0])
	if err != nil {
		return err
	}
	for n > 0 {
		part := pattern[:min(n, len(pattern))]
		a.conn.SetWriteDeadline(time.Now().Add(patience))
		if _, err := a.conn.Write(part); err != nil {
			return fmt.Errorf("%d bytes before the end: %w", n, err)
		}
		n -= len(part)
	}
	return nil
}

func verbRxBig(a *actor, args []string) error {
	n, err := size(args[0])
	if err != nil {
		return err
	}
	buf := make([]byte, len(pattern))
	for at := 0; at < n; {
		part := buf[:min(n-at, len(pattern))]
		a.conn.SetReadDeadline(time.Now().Add(patience))
		if _, err := io.ReadFull(a.br, part); err != nil {
			return fmt.Errorf("after %d bytes: %w", at, err)
		}
		if !bytes.Equal(part, pattern[:len(part)]) {
			return fmt.Errorf("bytes from %d on differ", at)
		}
		at += len(part)
	}
	return nil
}
