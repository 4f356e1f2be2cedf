package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// loadMain is the built-in load: connections that each send the next request when the last is answered.
func loadMain(args []string) {
	fs := flag.NewFlagSet("load", flag.ExitOnError)
	conns := fs.Int("conns", 64, "connections")
	length := fs.Duration("for", 3*time.Second, "how long")
	path := fs.String("path", "/", "what to get")
	host := fs.String("host", "", "the Host field")
	closing := fs.Bool("close", false, "a connection per request")
	tunnel := fs.Bool("echo", false, "echo 64 bytes through tunnels instead")
	fs.Parse(args)
	addr := fs.Arg(0)
	if *host == "" {
		*host = addr
	}
	request := "GET " + *path + " HTTP/1.1\r\nHost: " + *host + "\r\n"
	if *closing {
		request += "Connection: close\r\n"
	}
	var done, failed atomic.Int64
	var wg sync.WaitGroup
	end := time.Now().Add(*length)
	for range *conns {
		wg.Go(func() {
			l := &loader{addr: addr, request: []byte(request + "\r\n"), closing: *closing, tunnel: *tunnel, buf: make([]byte, 64<<10)}
			defer l.drop()
			for time.Now().Before(end) {
				if err := l.once(); err != nil {
					failed.Add(1)
					l.drop()
					continue
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	fmt.Printf("%d requests %d failed\n", done.Load(), failed.Load())
}

// loader is one connection of the built-in load.
type loader struct {
	addr            string
	request         []byte
	closing, tunnel bool
	c               net.Conn
	buf             []byte
}

func (l *loader) drop() {
	if l.c != nil {
		l.c.Close()
		l.c = nil
	}
}

// message is what goes through a tunnel.
var message = bytes.Repeat([]byte("x"), 64)

func (l *loader) once() (err error) {
	if l.c == nil {
		if l.tunnel {
			l.c, err = openTunnel(l.addr)
		} else {
			l.c, err = net.Dial("tcp", l.addr)
		}
		if err != nil {
			return err
		}
	}
	if l.tunnel {
		if _, err := l.c.Write(message); err != nil {
			return err
		}
		_, err = io.ReadFull(l.c, l.buf[:len(message)])
		return err
	}
	if _, err := l.c.Write(l.request); err != nil {
		return err
	}
	err = l.response()
	if l.closing {
		l.drop()
	}
	return err
}

// response reads one response with a Content-Length.
func (l *loader) response() error {
	have := 0
	for {
		n, err := l.c.Read(l.buf[have:])
		if err != nil {
			return err
		}
		have += n
		if head := bytes.Index(l.buf[:have], []byte("\r\n\r\n")); head >= 0 {
			size, err := contentLength(l.buf[:head])
			if err != nil {
				return err
			}
			return l.skip(size - (have - head - 4))
		}
	}
}

func (l *loader) skip(left int) error {
	for left > 0 {
		n, err := l.c.Read(l.buf)
		if err != nil {
			return err
		}
		left -= n
	}
	return nil
}

func contentLength(head []byte) (int, error) {
	if !bytes.HasPrefix(head, []byte("HTTP/1.1 200")) {
		return 0, fmt.Errorf("got %q; want 200", bytes.SplitN(head, []byte("\r\n"), 2)[0])
	}
	_, rest, ok := bytes.Cut(bytes.ToLower(head), []byte("content-length:"))
	if !ok {
		return 0, fmt.Errorf("no Content-Length")
	}
	value, _, _ := bytes.Cut(rest, []byte("\r\n"))
	return strconv.Atoi(string(bytes.TrimSpace(value)))
}
