package e2e

import (
	"net"
	"strings"
	"sync"
	"time"
)

// dumper is the byte-dumping origin of the attack table. One case at a time: begin, attack, end.
type dumper struct {
	l  net.Listener
	mu sync.Mutex

	cur    *attack
	result *outcome
	conns  map[*dumpConn]bool
	fence  chan struct{} // gets one for each connection from fenceIP
}

// fenceIP is where end calls from: once that call has been accepted, every connection that the proxy made before it has been.
const fenceIP = "127.0.0.2"

// dumpConn is one connection from the proxy.
type dumpConn struct {
	d      *dumper
	o      *outcome // of the case that it came in; nil between cases
	c      net.Conn
	r      strictReader
	evil   bool // has sent the evil response
	tunnel bool // what comes is nobody's request
	early  bool // the request at hand is answered already
	done   chan struct{}
}

func newDumper(addr string) (*dumper, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	d := &dumper{l: l, conns: map[*dumpConn]bool{}, fence: make(chan struct{}, 1)}
	go d.serve()
	return d, nil
}

func (d *dumper) serve() {
	for {
		c, err := d.l.Accept()
		if err != nil {
			return
		}
		if host, _, _ := net.SplitHostPort(c.RemoteAddr().String()); host == fenceIP {
			c.Close()
			d.fence <- struct{}{}
			continue
		}
		dc := &dumpConn{d: d, c: c, done: make(chan struct{})}
		d.mu.Lock()
		dc.o = d.result
		d.conns[dc] = true
		d.mu.Unlock()
		go dc.serve()
	}
}

func (d *dumper) begin(a *attack) *outcome {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cur, d.result = a, &outcome{}
	return d.result
}

// end closes what the case has left open towards us and waits for the proxy to close too, so that the next case begins with
// an empty pool. Nothing writes to the case's outcome afterwards.
func (d *dumper) end() error {
	from := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(fenceIP)}}
	c, err := from.Dial("tcp", d.l.Addr().String())
	if err != nil {
		return err
	}
	<-d.fence
	c.Close()
	d.mu.Lock()
	d.result = nil
	left := make([]*dumpConn, 0, len(d.conns))
	for dc := range d.conns {
		left = append(left, dc)
	}
	d.mu.Unlock()
	for _, dc := range left {
		dc.c.(*net.TCPConn).CloseWrite()
	}
	for _, dc := range left {
		select {
		case <-dc.done:
		case <-time.After(time.Second):
			dc.c.Close()
			<-dc.done
		}
	}
	return nil
}

func (dc *dumpConn) serve() {
	d := dc.d
	defer func() {
		dc.c.Close()
		d.mu.Lock()
		dc.finish()
		delete(d.conns, dc)
		d.mu.Unlock()
		close(dc.done)
	}()
	buf := make([]byte, 64<<10)
	for {
		n, err := dc.c.Read(buf)
		d.mu.Lock()
		if !dc.tunnel {
			dc.r.buf = append(dc.r.buf, buf[:n]...)
		}
		ok := dc.advance()
		d.mu.Unlock()
		if err != nil || !ok {
			return
		}
	}
}

// advance takes complete requests off the buffer and answers them; false ends the connection. d.mu is held.
func (dc *dumpConn) advance() bool {
	o := dc.o
	for !dc.tunnel {
		s, size, ok := dc.r.head()
		if !ok {
			return true
		}
		if len(dc.r.wrong) > 0 {
			return false
		}
		if !dc.early && (strings.HasPrefix(s.target, "/early") || strings.HasPrefix(s.target, "/evil")) {
			dc.early = true
			if !dc.answer(s) {
				return false
			}
		}
		end, ok := dc.r.body(&s, size)
		if len(dc.r.wrong) > 0 {
			return false
		}
		if !ok {
			return true
		}
		dc.r.buf = dc.r.buf[end:]
		if s.target != "/after" && o != nil {
			o.requests = append(o.requests, s)
		}
		if !dc.early && !dc.answer(s) {
			return false
		}
		dc.early = false
	}
	dc.r.buf = nil
	return true
}

// answer sends the response that a target stands for. d.mu is held.
func (dc *dumpConn) answer(s seen) bool {
	const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
	send := func(b string) { dc.c.SetWriteDeadline(time.Now().Add(5 * time.Second)); dc.c.Write([]byte(b)) }
	switch {
	case s.target == "/after" && dc.evil && dc.o != nil:
		dc.o.reused = true
		send(ok + "ok")
	case strings.HasPrefix(s.target, "/evil") && dc.o != nil:
		dc.evil = true
		send(dc.d.cur.evil)
		return !dc.d.cur.evilClose
	case s.method == "CONNECT" && strings.HasSuffix(s.target, ":1"):
		send("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
	case s.method == "CONNECT":
		dc.tunnel = true
		send("HTTP/1.1 200 OK\r\n\r\n")
	case strings.HasPrefix(s.target, "/101"):
		dc.tunnel = true
		upgrade := strings.Join(get(s.fields, "Upgrade"), ", ")
		send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: " + upgrade + "\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
	case s.method == "HEAD":
		send(ok)
	default:
		send(ok + "ok")
	}
	return true
}

// finish notes what is left when the connection ends. d.mu is held.
func (dc *dumpConn) finish() {
	o := dc.o
	if o == nil {
		return
	}
	o.wrong = append(o.wrong, dc.r.wrong...)
	if len(dc.r.buf) > 0 && len(dc.r.wrong) == 0 {
		o.partial, _, _ = strings.Cut(string(clip(dc.r.buf)), "\r\n")
		if strings.HasPrefix(o.partial, "GET /smuggled") {
			o.wrong = append(o.wrong, "part of the smuggled request")
		}
	}
}
