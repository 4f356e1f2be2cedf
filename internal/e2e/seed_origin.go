package e2e

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
)

// seedOrigin is one of a seed's servers: it says its name to every request, and becomes an echo where a WebSocket is asked for.
type seedOrigin struct {
	name string
	port int

	mu    sync.Mutex
	l     net.Listener
	conns map[net.Conn]bool
	wg    sync.WaitGroup
	got   strings.Builder // requests, but for health checks
	check string          // the first health check
	sick  bool            // knows no WebSockets
}

// checkKey is the Sec-WebSocket-Key of the seed's health check.
const checkKey = "haproxy"

func (o *seedOrigin) start() error {
	l, err := listen("tcp", fmt.Sprintf(":%d", o.port))
	if err != nil {
		return err
	}
	o.mu.Lock()
	o.l, o.conns = l, map[net.Conn]bool{}
	o.mu.Unlock()
	o.wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			o.mu.Lock()
			o.conns[c] = true
			o.mu.Unlock()
			o.wg.Go(func() { o.handle(c) })
		}
	})
	return nil
}

// stop closes the listener and every connection. The origin can be started again.
func (o *seedOrigin) stop() {
	o.mu.Lock()
	o.l.Close()
	for c := range o.conns {
		c.Close()
	}
	o.mu.Unlock()
	o.wg.Wait()
}

func (o *seedOrigin) setSick(sick bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sick = sick
}

func (o *seedOrigin) handle(c net.Conn) {
	defer func() {
		c.Close()
		o.mu.Lock()
		delete(o.conns, c)
		o.mu.Unlock()
	}()
	br := bufio.NewReader(c)
	for {
		m, err := readHead(br)
		if err == nil {
			err = m.readBody(br, false, false)
		}
		if err != nil {
			return
		}
		if o.keep(m) {
			fmt.Fprintf(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\nX-Server: %s\r\n\r\n",
				acceptKey(m), o.name)
			io.Copy(c, br)
			return
		}
		body := o.name
		if strings.HasPrefix(m.start, "HEAD ") {
			body = ""
		}
		fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nX-Server: %s\r\n\r\n%s", len(o.name), o.name, body)
	}
}

// keep keeps a request and says whether the answer is 101.
func (o *seedOrigin) keep(m *httpMessage) (upgrade bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if slices.Equal(get(m.fields, "sec-websocket-key"), []string{checkKey}) {
		if o.check == "" {
			o.check = strings.ToLower(string(m.raw))
		}
	} else {
		o.got.Write(m.raw)
		o.got.Write(m.body)
	}
	return slices.Equal(get(m.fields, "upgrade"), []string{"websocket"}) && !o.sick
}

// take returns what was received since the last time.
func (o *seedOrigin) take() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	s := o.got.String()
	o.got.Reset()
	return s
}

// firstCheck is the first health check that came, in lower case; empty as long as none has.
func (o *seedOrigin) firstCheck() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.check
}

// acceptKey is what a server answers to a client's key (RFC 6455, 4.2.2): HAProxy does not pass on another answer.
func acceptKey(m *httpMessage) string {
	const fixed = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
	sum := sha1.Sum([]byte(strings.Join(get(m.fields, "sec-websocket-key"), "") + fixed))
	return base64.StdEncoding.EncodeToString(sum[:])
}
