package frontend

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"weir/conf"
	"weir/conf/cfgfile"
	"weir/conf/hclfile"
	"weir/internal/logsink"
)

// waitTime bounds every wait of a test: it is only reached when something is broken.
const waitTime = time.Minute

// testHead is what every configuration of a test begins with: one loop, so that pooled state is really shared, and timeouts that only
// something broken reaches.
const testHead = `global {
  nbthread = 1
  log "stdout" {
    format   = "raw"
    facility = "local0"
  }
}
defaults {
  mode = "http"
  log  = "global"
  timeout {
    client  = "1m"
    connect = "10s"
    server  = "1m"
    check   = "1m"
  }
  option {
    httplog = true
  }
}
`

// testProxy is a Proxy that runs inside the test process. Ports of its binds are chosen by the kernel.
type testProxy struct {
	*Proxy
	t   testing.TB
	out *syncBuffer // the access log
}

// newTestProxy runs the configuration testHead + hcl.
func newTestProxy(t testing.TB, hcl string) *testProxy {
	t.Helper()
	px := buildTestProxy(t, testHead+hcl)
	if err := px.Start(); err != nil {
		t.Fatal(err)
	}
	return px
}

// buildTestProxy is newTestProxy that starts nothing, for a whole configuration.
func buildTestProxy(t testing.TB, hcl string) *testProxy {
	t.Helper()
	out := &syncBuffer{}
	cfg := parseTest(t, hcl)
	access := logsink.New(logsink.Options{Producers: cfg.Global.NbThread, Stdout: out})
	px, err := New(cfg, Options{Access: access})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		px.Close()
		access.Close(waitTime)
	})
	return &testProxy{Proxy: px, t: t, out: out}
}

func parseTest(t testing.TB, hcl string) *conf.Config {
	t.Helper()
	cfg, diags := hclfile.Parse("test.hcl", []byte(hcl))
	if len(diags.Errors) > 0 {
		t.Fatal(diags.Errors)
	}
	for _, p := range cfg.Proxies {
		for _, b := range p.Binds {
			b.Addr.Port, b.Addr.PortEnd = 0, 0
		}
	}
	return cfg
}

// newCfgProxy runs a configuration in HAProxy's language.
func newCfgProxy(t testing.TB, text string) *testProxy {
	t.Helper()
	out := &syncBuffer{}
	cfg := parseCfg(t, text)
	access := logsink.New(logsink.Options{Producers: cfg.Global.NbThread, Stdout: out})
	px, err := New(cfg, Options{Access: access})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		px.Close()
		access.Close(waitTime)
	})
	if err := px.Start(); err != nil {
		t.Fatal(err)
	}
	return &testProxy{Proxy: px, t: t, out: out}
}

func parseCfg(t testing.TB, text string) *conf.Config {
	t.Helper()
	cfg, diags := cfgfile.Parse("test.cfg", []byte(text))
	if len(diags.Errors) > 0 {
		t.Fatal(diags.Errors)
	}
	for _, p := range cfg.Proxies {
		for _, b := range p.Binds {
			b.Addr.Port, b.Addr.PortEnd = 0, 0
		}
	}
	return cfg
}

// frontend is the frontend of that name.
func (px *testProxy) frontend(name string) *Frontend {
	px.t.Helper()
	for _, fe := range px.Frontends() {
		if fe.Name() == name {
			return fe
		}
	}
	px.t.Fatalf("no frontend %q", name)
	return nil
}

// addr is where the frontend's i-th listener listens.
func (px *testProxy) addr(name string, i int) string {
	px.t.Helper()
	return fmt.Sprintf("127.0.0.1:%d", px.frontend(name).listeners[i].ln.Port())
}

// onLoop runs fn on the first loop and waits for it.
func (px *testProxy) onLoop(fn func(w *worker)) {
	px.t.Helper()
	done := make(chan struct{})
	px.workers[0].l.Post(func() { fn(px.workers[0]); close(done) })
	select {
	case <-done:
	case <-time.After(waitTime):
		px.t.Fatal("the loop does not answer")
	}
}

// balanced waits until every place among the connections, the streams and the slots has been given back.
func (px *testProxy) balanced() {
	px.t.Helper()
	eventually(px.t, "every counter is back at 0", func() error {
		if n := px.conns.Load(); n != 0 {
			return fmt.Errorf("%d connections of the process", n)
		}
		for _, fe := range px.Frontends() {
			if n := fe.cur.Load(); n != 0 {
				return fmt.Errorf("frontend %s: %d connections", fe.Name(), n)
			}
			for _, ln := range fe.listeners {
				if n := ln.cur.Load(); n != 0 {
					return fmt.Errorf("listener %s: %d connections", ln.name, n)
				}
			}
		}
		for _, b := range px.Backends() {
			if n := b.Streams(); n != 0 {
				return fmt.Errorf("backend %s: %d streams", b.Name(), n)
			}
			for _, s := range b.Servers() {
				if n := s.Streams(); n != 0 {
					return fmt.Errorf("server %s/%s: %d streams", b.Name(), s.Name(), n)
				}
			}
		}
		return nil
	})
}

// logLine waits for an access log line that holds want.
func (px *testProxy) logLine(want string) string {
	px.t.Helper()
	var line string
	eventually(px.t, "a log line with "+want, func() error {
		all := px.out.String()
		for l := range strings.Lines(all) {
			if strings.Contains(l, want) {
				line = l
				return nil
			}
		}
		return fmt.Errorf("the log has only %q", all)
	})
	return line
}

func eventually(t testing.TB, what string, cond func() error) {
	t.Helper()
	end := time.Now().Add(waitTime)
	for {
		err := cond()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("waiting until %s: %v", what, err)
		}
		time.Sleep(time.Millisecond)
	}
}

// syncBuffer is a bytes.Buffer for several goroutines.
type syncBuffer struct {
	mu   sync.Mutex
	b    bytes.Buffer
	lost bool // keep nothing
}

// forget makes it take what comes and keep nothing.
func (s *syncBuffer) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost = true
}

func (s *syncBuffer) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lost {
		return len(b), nil
	}
	return s.b.Write(b)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// peer is one end of a connection, the test's.
type peer struct {
	net.Conn
	t testing.TB
	r *bufio.Reader
}

func newPeer(t testing.TB, c net.Conn) *peer {
	c.SetDeadline(time.Now().Add(waitTime))
	t.Cleanup(func() { c.Close() })
	return &peer{c, t, bufio.NewReader(c)}
}

func dialPeer(t testing.TB, addr string) *peer {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	return newPeer(t, c)
}

func (p *peer) send(s string) {
	p.t.Helper()
	if _, err := io.WriteString(p, s); err != nil {
		p.t.Fatalf("sending %.40q: %v", s, err)
	}
}

// response reads a whole response to a request with this method.
func (p *peer) response(method string) (*http.Response, string) {
	p.t.Helper()
	resp, err := http.ReadResponse(p.r, &http.Request{Method: method})
	if err != nil {
		p.t.Fatalf("reading the response: %v", err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatalf("reading the body after %d bytes: %v", len(body), err)
	}
	return resp, string(body)
}

// status reads a whole response to a GET and checks its status.
func (p *peer) status(want int) *http.Response {
	p.t.Helper()
	resp, body := p.response("GET")
	if resp.StatusCode != want {
		p.t.Fatalf("got status %d, %q; want %d", resp.StatusCode, body, want)
	}
	return resp
}

// head reads up to the empty line.
func (p *peer) head() string {
	p.t.Helper()
	var b strings.Builder
	for {
		line, err := p.r.ReadString('\n')
		b.WriteString(line)
		if err != nil {
			p.t.Fatalf("reading a head: %q, %v", b.String(), err)
		}
		if line == "\r\n" {
			return b.String()
		}
	}
}

// expect reads exactly want.
func (p *peer) expect(want string) {
	p.t.Helper()
	b := make([]byte, len(want))
	n, err := io.ReadFull(p.r, b)
	if string(b[:n]) != want {
		p.t.Fatalf("got %.80q, %v; want %.80q", b[:n], err, want)
	}
}

// closed reads the end of the connection, however it comes.
func (p *peer) closed() {
	p.t.Helper()
	if b, err := p.r.ReadByte(); err == nil {
		p.t.Fatalf("got byte %q; want the end", b)
	} else if ne, ok := err.(net.Error); ok && ne.Timeout() {
		p.t.Fatal("the connection stays open")
	}
}

// testOrigin is a server that the test plays by hand.
type testOrigin struct {
	net.Listener
	t testing.TB
}

func newTestOrigin(t testing.TB) *testOrigin {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	return &testOrigin{ln, t}
}

func (o *testOrigin) accept() *peer {
	o.t.Helper()
	o.Listener.(*net.TCPListener).SetDeadline(time.Now().Add(waitTime))
	c, err := o.Accept()
	if err != nil {
		o.t.Fatalf("waiting for the proxy's connection: %v", err)
	}
	return newPeer(o.t, c)
}

// addr is the address for the configuration.
func (o *testOrigin) addr() string { return o.Listener.Addr().String() }

// simple is a frontend "f" and a backend "b" with the server "s" at addr; fe and be are more lines of each.
func simple(addr, fe, be string) string {
	return fmt.Sprintf(`frontend "f" {
  bind "127.0.0.1:1" {}
  default_backend = "b"
  %s
}
backend "b" {
  %s
  server "s" {
    address = %q
  }
}
`, fe, be, addr)
}
