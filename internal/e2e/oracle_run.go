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

// oracleAtOnce bounds the cases that run side by side.
const oracleAtOnce = 16

// runOracle runs every case of a file through one proxy.
func (f *oracleFile) runOracle(kind, dir string) (out []*observed, err error) {
	at := newPlaces(dir, kind)
	defer at.release()
	conf := filepath.Join(dir, kind+".cfg")
	if err := f.write(dir, conf, f.config(at)); err != nil {
		return nil, err
	}
	logs := make([]*logEar, len(f.cases))
	var listening []int
	for i := range f.cases {
		listening = append(listening, at.port(fmt.Sprint("f", i)))
		if logs[i], err = listenLog(at.port(fmt.Sprint("l", i))); err != nil {
			return nil, err
		}
		defer logs[i].c.Close()
	}
	p, err := startProc(kind, conf)
	if err != nil {
		return nil, err
	}
	defer p.end()
	if err := p.ready(listening, nil); err != nil {
		return nil, err
	}
	out, err = f.observe(at)
	if err = errors.Join(err, p.drain()); err != nil {
		return nil, err
	}
	for i := range out {
		if out[i].logs, err = logs[i].lines(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// write writes the configuration, and beside it what it names.
func (f *oracleFile) write(dir, conf, text string) error {
	errs := []error{os.WriteFile(conf, []byte(text), 0o644)}
	for _, name := range f.order {
		errs = append(errs, os.WriteFile(filepath.Join(dir, name), []byte(strings.Join(f.files[name], "\n")+"\n"), 0o644))
	}
	for _, code := range oraclePages {
		errs = append(errs, os.WriteFile(filepath.Join(dir, pageName(code)), []byte(page(code)), 0o644))
	}
	return errors.Join(errs...)
}

// observe plays the cases.
func (f *oracleFile) observe(at *places) ([]*observed, error) {
	out := make([]*observed, len(f.cases))
	errs := make([]error, len(f.cases))
	turn := make(chan struct{}, oracleAtOnce)
	var wg sync.WaitGroup
	for i, c := range f.cases {
		wg.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			out[i], errs[i] = c.observe(at, i)
		})
	}
	wg.Wait()
	return out, errors.Join(errs...)
}

// observe plays one case.
func (c *oracleCase) observe(at *places, i int) (*observed, error) {
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", at.port(fmt.Sprint("o", i))))
	if err != nil {
		return nil, err
	}
	origin := &byteOrigin{l: l, answer: c.response}
	origin.wg.Go(origin.serve)
	o := &observed{}
	o.client, err = c.talk(at.port(fmt.Sprint("f", i)))
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
