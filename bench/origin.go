package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
)

// The origin's bodies: one of about 100 bytes for "/", others by size.
var bodies = map[string][]byte{
	"/":        response(bytes.Repeat([]byte("0123456789"), 10)),
	"/big/10k": response(bytes.Repeat([]byte("0123456789abcdef"), 10<<10/16)),
	"/big":     response(bytes.Repeat([]byte("0123456789abcdef"), 8<<20/16)),
	"/big/1m":  response(bytes.Repeat([]byte("0123456789abcdef"), 1<<20/16)),
}

func response(body []byte) []byte {
	return append([]byte(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", len(body))), body...)
}

// originBase and a digit from 1 to 3 are the origin's addresses. The templates say 127.0.0.1:9001 to 9003, to be usable by themselves.
const originBase = "127.0.0.1:1900"

// attackedBase is the same of the origin that an attacker's requests go to.
const attackedBase = "127.0.0.1:1901"

// The handshake of the tunnel scenarios: a fixed key and its answer (RFC 6455, 1.3).
const (
	wsKey    = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	wsAccept = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)

// startOrigin runs the origin as a process of its own on the load's core.
func startOrigin() (*process, error) {
	p, err := startPinned(loadCore, os.Args[0], "origin", originBase)
	if err != nil {
		return nil, err
	}
	return p, p.listening(originBase + "3")
}

// startAttacked runs the attacker's origin. It gets what others leave of the core, as the attacker does: what is measured is the proxy
// between, not how busy its servers are.
func startAttacked() (*process, error) {
	p, err := startPinned(loadCore, "chrt", "-i", "0", os.Args[0], "origin", attackedBase)
	if err != nil {
		return nil, err
	}
	return p, p.listening(attackedBase + "3")
}

// serveOrigin answers on the three ports of the templates for ever.
func serveOrigin(base string) error {
	failed := make(chan error)
	for _, addr := range []string{base + "1", base + "2", base + "3"} {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			return err
		}
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					failed <- err
					return
				}
				go answer(c)
			}
		}()
	}
	return <-failed
}

// answer speaks just enough HTTP for requests without a body.
func answer(c net.Conn) {
	defer c.Close()
	buf, have := make([]byte, 8<<10), 0
	for {
		n, err := c.Read(buf[have:])
		if n == 0 || err != nil { // ... or a body that nobody has read fills the buffer
			return
		}
		have += n
		head := bytes.Index(buf[:have], []byte("\r\n\r\n"))
		if head < 0 {
			continue
		}
		target, _, _ := strings.Cut(strings.TrimPrefix(string(buf[:min(head, 64)]), "GET "), " ")
		if strings.HasPrefix(target, "/ws") {
			c.Write([]byte(wsAccept))
			echo(c, buf)
			return
		}
		if target == "/slow" { // no answer, until whoever asks has gone
			io.Copy(io.Discard, c)
			return
		}
		if target == "/big" { // what nobody reads is not to fill the kernel's memory: that would take the load's core from the others
			c.(*net.TCPConn).SetWriteBuffer(64 << 10)
		}
		body := bodies[target]
		if body == nil {
			body = bodies["/"]
		}
		closing := bytes.Contains(buf[:head], []byte("onnection: close"))
		if _, err := c.Write(body); err != nil || closing {
			return
		}
		have = copy(buf, buf[head+4:have])
	}
}

// echo is a tunnel's far end.
func echo(c net.Conn, buf []byte) {
	for {
		n, err := c.Read(buf)
		if err != nil {
			return
		}
		if _, err := c.Write(buf[:n]); err != nil {
			return
		}
	}
}
