package e2e

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	// oracleAtOnce bounds the cases that run side by side.
	oracleAtOnce = 16
	// logPatience is how long a log line that the peer has written is waited for; logGrace, one that nobody expects.
	logPatience = 5 * time.Second
	logGrace    = 200 * time.Millisecond
)

// runOracle runs every case of a file through one proxy. wantLogs says how many lines each case is to log; nil = see what comes.
func (f *oracleFile) runOracle(kind, dir string, wantLogs []int) ([]*observed, error) {
	at := newPlaces(dir, kind)
	for _, name := range f.order {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.Join(f.files[name], "\n")+"\n"), 0o644); err != nil {
			return nil, err
		}
	}
	for _, code := range oraclePages {
		if err := os.WriteFile(filepath.Join(dir, pageName(code)), []byte(page(code)), 0o644); err != nil {
			return nil, err
		}
	}
	conf := filepath.Join(dir, kind+".cfg")
	if err := os.WriteFile(conf, []byte(f.config(at)), 0o644); err != nil {
		return nil, err
	}
	p, err := startProc(kind, conf)
	if err != nil {
		return nil, err
	}
	defer p.cmd.Process.Kill()
	var listening []int
	for i := range f.cases {
		listening = append(listening, at.port(fmt.Sprint("f", i)))
	}
	if err := p.ready(listening, nil); err != nil {
		return nil, err
	}
	out := make([]*observed, len(f.cases))
	errs := make([]error, len(f.cases))
	turn := make(chan struct{}, oracleAtOnce)
	var wg sync.WaitGroup
	for i, c := range f.cases {
		wg.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			want := -1
			if wantLogs != nil {
				want = wantLogs[i]
			}
			out[i], errs[i] = c.observe(at, i, want)
		})
	}
	wg.Wait()
	return out, errors.Join(append(errs, p.kill())...)
}

// observe plays one case.
func (c *oracleCase) observe(at *places, i, wantLogs int) (*observed, error) {
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", at.port(fmt.Sprint("o", i))))
	if err != nil {
		return nil, err
	}
	origin := &byteOrigin{l: l, answer: c.response}
	origin.wg.Go(origin.serve)
	logs, err := net.ListenPacket("udp", fmt.Sprintf("127.0.0.1:%d", at.port(fmt.Sprint("l", i))))
	if err != nil {
		return nil, err
	}
	defer logs.Close()
	o := &observed{}
	o.client, err = c.talk(at.port(fmt.Sprint("f", i)))
	o.logs = readLogs(logs, wantLogs)
	o.origin = origin.stop()
	return o, err
}

// talk sends the request and reads until the proxy closes. Whether a connection that is closed without a word ends with FIN or
// with RST depends on what has arrived by then: it counts as nothing received.
func (c *oracleCase) talk(port int) (string, error) {
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if errors.Is(err, syscall.ECONNRESET) { // rejected before we have looked
		return "", nil
	} else if err != nil {
		return "", err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(conn, c.request); err != nil {
		return "", nil
	}
	got, err := io.ReadAll(conn)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return "", fmt.Errorf("case %s: no end within %v; got %q", c.name, patience, got)
	}
	if err != nil && len(got) > 0 { // what came before the reset counts
		return string(got) + "[reset]", nil
	}
	return string(got), nil
}

// readLogs takes the wanted number of lines, and those that come beyond them. Where it is not known how many there will be
// (want < 0), one is waited for.
func readLogs(c net.PacketConn, want int) (lines []string) {
	buf := make([]byte, 64<<10)
	for {
		limit := logGrace
		if len(lines) < want || want < 0 && len(lines) == 0 {
			limit = logPatience
			if want < 0 {
				limit = 5 * logGrace
			}
		}
		c.SetReadDeadline(time.Now().Add(limit))
		n, _, err := c.ReadFrom(buf)
		if err != nil {
			return lines
		}
		lines = append(lines, strings.TrimRight(string(buf[:n]), "\n"))
	}
}

// byteOrigin keeps what it receives, byte for byte, and answers each request with the same bytes.
type byteOrigin struct {
	l      net.Listener
	answer string
	wg     sync.WaitGroup
	mu     sync.Mutex
	conns  []net.Conn
	got    bytes.Buffer
}

func (o *byteOrigin) serve() {
	for {
		c, err := o.l.Accept()
		if err != nil {
			return
		}
		o.mu.Lock()
		o.conns = append(o.conns, c)
		o.mu.Unlock()
		o.wg.Go(func() { o.handle(c) })
	}
}

// handle answers requests until one ends the connection. What is no HTTP is kept too, and answered at once.
func (o *byteOrigin) handle(c net.Conn) {
	defer c.Close()
	br := bufio.NewReader(io.TeeReader(c, o))
	for {
		m, err := readHead(br)
		if err == nil {
			err = m.readBody(br, false, false)
		}
		if err != nil {
			io.Copy(io.Discard, br)
			return
		}
		if _, err := io.WriteString(c, o.answer); err != nil || !strings.Contains(o.answer, "\r\nContent-Length:") && !strings.Contains(o.answer, "chunked") {
			return
		}
	}
}

func (o *byteOrigin) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.got.Write(b)
}

// stop ends the origin and returns what it received.
func (o *byteOrigin) stop() string {
	o.l.Close()
	o.mu.Lock()
	for _, c := range o.conns {
		c.Close()
	}
	o.mu.Unlock()
	o.wg.Wait()
	return o.got.String()
}
