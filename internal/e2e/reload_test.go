package e2e

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

const (
	reloads       = 50
	reloadTunnels = 4 // that live through all of them
)

// reloadConf is generation n: %[1]d, what else the frontend listens on: %[2]s, more servers: %[3]s.
const reloadConf = `global
  nbthread 2
  stats socket ${dir}/admin.sock level admin
defaults
  mode http
  option idle-close-on-response
  timeout connect 20s
  timeout client 60s
  timeout server 60s
  timeout tunnel 10m
  timeout check 1m
frontend f
  bind 127.0.0.1:${port.f}
  bind unix@${dir}/f.sock
%[2]s
  http-request use-service prometheus-exporter if { path /metrics }
  http-response set-header X-Generation %[1]d
  default_backend b
backend b
  balance leastconn
  server s1 127.0.0.1:${port.s1} check inter 200ms
%[3]s
`

// reloading is a proxy under load whose configuration changes.
type reloading struct {
	t    *testing.T
	at   *places
	p    *proc
	conf string
	addr string

	ctx   context.Context
	stop  context.CancelFunc
	wg    sync.WaitGroup
	asked atomic.Int64
	bad   atomic.Int64
}

// TestReloadUnderLoad changes the configuration fifty times under every kind of client. None may see a request fail that a correct client
// does not send again by itself, and nothing may grow.
func TestReloadUnderLoad(t *testing.T) {
	r := newReloading(t)
	var tunnels []*reloadTunnel
	for range reloadTunnels {
		tunnels = append(tunnels, r.tunnel())
	}
	r.load()
	var early sample
	for n := 2; n < reloads+2; n++ {
		r.generation(n)
		for _, w := range tunnels {
			w.echo(t)
		}
		if n == 6 {
			early = take(r.p, r.addr)
		}
		if t.Failed() {
			break
		}
	}
	r.stop()
	r.wg.Wait()
	t.Logf("%d requests, %d failed", r.asked.Load(), r.bad.Load())

	// The first generation lives on for its tunnels, and for nothing else.
	r.generations("1 draining")
	late := take(r.p, r.addr)
	t.Logf("after 5 reloads: %v; at the end: %v", early, late)
	if grown := !raceEnabled && late.rss > early.rss*5/4+32<<20; grown || late.fds > early.fds+20 || late.goroutines > early.goroutines+20 {
		t.Errorf("it has grown from %v to %v", early, late)
	}
	for _, w := range tunnels {
		w.echo(t)
		w.c.Close()
	}
	r.generations()
	if got := r.requests(); got < r.asked.Load() {
		t.Errorf("%d requests are counted, of %d: counters must go on over a reload", got, r.asked.Load())
	}
	if err := r.p.drain(); err != nil {
		t.Error(err)
	}
}

func newReloading(t *testing.T) *reloading {
	t.Helper()
	dir := shortDir(t)
	r := &reloading{t: t, at: newPlaces(dir, "reload"), conf: filepath.Join(dir, "proxy.cfg")}
	r.at.port("f")
	for _, name := range []string{"s1", "s2"} {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", r.at.port(name)))
		if err != nil {
			t.Fatal(err)
		}
		srv := &http.Server{Handler: soakOrigin()}
		go srv.Serve(l)
		t.Cleanup(func() { srv.Close() })
	}
	r.write(1, "", "")
	var err error
	if r.p, err = startProc("weir", r.conf); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		r.p.cmd.Process.Kill()
		<-r.p.done
	})
	if err := r.p.ready([]int{r.at.port("f")}, nil); err != nil {
		t.Fatal(err)
	}
	r.addr = fmt.Sprintf("127.0.0.1:%d", r.at.port("f"))
	r.ctx, r.stop = context.WithCancel(context.Background())
	t.Cleanup(func() {
		r.stop()
		r.wg.Wait()
	})
	return r
}

func (r *reloading) write(n int, binds, servers string) {
	r.t.Helper()
	if err := os.WriteFile(r.conf, []byte(r.at.expand(fmt.Sprintf(reloadConf, n, binds, servers))), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// tell sends a line to the stats socket.
func (r *reloading) tell(line string) string {
	r.t.Helper()
	c, err := net.Dial("unix", filepath.Join(r.at.dir, "admin.sock"))
	if err != nil {
		r.t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(4 * patience))
	fmt.Fprintln(c, line)
	out, err := io.ReadAll(c)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(out)
}

// reload asks for a reload on the stats socket, and wants it to be taken over or refused for that reason.
func (r *reloading) reload(refusal string) {
	r.t.Helper()
	got := r.tell("reload")
	if ok := strings.HasPrefix(got, "Success=1\n"); ok != (refusal == "") || !strings.Contains(got, refusal) {
		r.t.Fatalf("reload answers %q; want %q", got, refusal)
	}
}

// hup asks for one by a signal, of which only the log tells.
func (r *reloading) hup() {
	r.t.Helper()
	const done = "the new configuration is in force"
	before := strings.Count(r.p.said(), done)
	if err := r.p.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		r.t.Fatal(err)
	}
	if err := eventually(4*patience, func() error {
		if strings.Count(r.p.said(), done) == before {
			return errors.New("SIGHUP changes nothing: " + clipText(r.p.said()))
		}
		return nil
	}); err != nil {
		r.t.Fatal(err)
	}
}

// generation makes the next one: most add and remove a server, some an address, some are wrong first.
func (r *reloading) generation(n int) {
	r.t.Helper()
	binds, servers := "", ""
	if n%2 == 0 {
		servers = "  server s2 127.0.0.1:${port.s2}"
	}
	more := n%10 >= 5
	if more {
		binds = "  bind 127.0.0.1:${port.more}"
	}
	switch n % 10 {
	case 3:
		r.write(n, "  bindd 127.0.0.1:1", servers)
		r.reload(`proxy.cfg:15:3: frontend "f"`)
		r.answers(n - 1)
	case 7:
		r.taken(n, servers)
	}
	r.write(n, binds, servers)
	if n%3 == 0 {
		r.hup()
	} else {
		r.reload("")
	}
	r.answers(n)
	c, err := net.Dial("tcp", r.at.expand("127.0.0.1:${port.more}"))
	if err == nil {
		c.Close()
	}
	if (err == nil) != more {
		r.t.Errorf("generation %d: the other address: %v; listens: %v", n, err, more)
	}
}

// taken tries to bind an address that somebody else has, and one that is free: neither is bound.
func (r *reloading) taken(n int, servers string) {
	r.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		r.t.Fatal(err)
	}
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port
	r.write(n, fmt.Sprintf("  bind 127.0.0.1:${port.free}\n  bind 127.0.0.1:%d", port), servers)
	r.reload("address already in use")
	if c, err := net.Dial("tcp", r.at.expand("127.0.0.1:${port.free}")); err == nil {
		c.Close()
		r.t.Error("an address of a configuration that was refused is open")
	}
	r.answers(n - 1)
}

// answers wants new connections, by both kinds of socket, to be generation n's, as soon as the reload has been answered.
func (r *reloading) answers(n int) {
	r.t.Helper()
	for _, at := range [][2]string{{"tcp", r.addr}, {"unix", filepath.Join(r.at.dir, "f.sock")}} {
		c, err := net.Dial(at[0], at[1])
		if err != nil {
			r.t.Fatal(err)
		}
		c.SetDeadline(time.Now().Add(patience))
		m, err := exchange(c, bufio.NewReader(c), getRequest("/", "Connection: close\r\n"), "200")
		c.Close()
		if err != nil {
			r.t.Fatal(err)
		}
		if got := get(m.fields, "X-Generation"); !slices.Equal(got, []string{strconv.Itoa(n)}) {
			r.t.Fatalf("%s: generation %q answers; want %d", at[0], got, n)
		}
	}
}

// generations waits until only these are left beside the current one.
func (r *reloading) generations(want ...string) {
	r.t.Helper()
	if err := eventually(patience, func() error {
		lines := strings.Split(strings.TrimSpace(r.tell("show generations")), "\n")[2:]
		if len(lines) != len(want) {
			return fmt.Errorf("%q are left; want %q", lines, want)
		}
		for i := range want {
			if !strings.HasPrefix(lines[i], want[i]) {
				return stop(fmt.Errorf("%q is left; want %q", lines[i], want[i]))
			}
		}
		return nil
	}); err != nil {
		r.t.Fatalf("%v\n%s\n%s", err, r.tell("show sess"), r.stacks())
	}
}

// stacks ends the process and returns what each of its goroutines was at.
func (r *reloading) stacks() string {
	r.p.cmd.Process.Signal(syscall.SIGQUIT)
	if _, err := r.p.wait(patience); err != nil {
		return err.Error()
	}
	return r.p.said()
}

// requests is how many the frontend has counted.
func (r *reloading) requests() int64 {
	for line := range strings.SplitSeq(r.tell("show stat"), "\n") {
		f := strings.Split(line, ",")
		if len(f) > 48 && f[0] == "f" && f[1] == "FRONTEND" {
			n, _ := strconv.ParseInt(f[48], 10, 64) // req_tot
			return n
		}
	}
	return 0
}

// load starts the clients.
func (r *reloading) load() {
	for range 2 {
		r.client("new connections", r.once())
		r.client("kept alive, no second try", r.keepAlive())
		r.client("HTTP/1.1 by net/http", r.standard(false))
		r.client("HTTP/2 by net/http", r.standard(true))
	}
}

// client repeats one round until the end; once more then is the round's own end.
func (r *reloading) client(name string, round func() error) {
	r.wg.Go(func() {
		for r.ctx.Err() == nil {
			if err := round(); err != nil {
				if r.bad.Add(1) < 10 {
					r.t.Errorf("%s: %v", name, err)
				}
			}
			r.asked.Add(1)
		}
		round()
	})
}

// once makes a connection for each request.
func (r *reloading) once() func() error {
	return func() error {
		if r.ctx.Err() != nil {
			return nil
		}
		c, br, err := dialSoak(r.addr)
		if err != nil {
			return err
		}
		defer c.Close()
		_, err = exchange(c, br, getRequest("/x", "Connection: close\r\n"), "200")
		return err
	}
}

// keepAlive keeps its connection until a response says that it ends. With idle-close-on-response no other end is right.
func (r *reloading) keepAlive() func() error {
	var c net.Conn
	var br *bufio.Reader
	return func() (err error) {
		if r.ctx.Err() != nil {
			if c != nil {
				c.Close()
			}
			return nil
		}
		if c == nil {
			if c, br, err = dialSoak(r.addr); err != nil {
				return err
			}
		}
		c.SetDeadline(time.Now().Add(patience))
		m, err := exchange(c, br, getRequest("/y", ""), "200")
		if err != nil {
			c.Close()
			c = nil
			return err
		}
		if slices.Contains(get(m.fields, "Connection"), "close") {
			c.Close()
			c = nil
		}
		return nil
	}
}

// standard is Go's own client. It sends a request again that a connection which was idle has not taken, as RFC 9110, 9.2.2 allows.
func (r *reloading) standard(http2 bool) func() error {
	tr := &http.Transport{Protocols: new(http.Protocols), MaxIdleConnsPerHost: 4}
	tr.Protocols.SetHTTP1(!http2)
	tr.Protocols.SetUnencryptedHTTP2(http2)
	client := &http.Client{Transport: tr, Timeout: patience}
	return func() error {
		if r.ctx.Err() != nil {
			tr.CloseIdleConnections()
			return nil
		}
		res, err := client.Get("http://" + r.addr + "/z")
		if err != nil {
			return err
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != 200 || string(body) != "hello /z" {
			return fmt.Errorf("%s %q %w", res.Status, body, err)
		}
		return nil
	}
}

// reloadTunnel is a WebSocket, or what looks like one to a proxy.
type reloadTunnel struct {
	c  net.Conn
	br *bufio.Reader
}

func (r *reloading) tunnel() *reloadTunnel {
	r.t.Helper()
	c, br, err := openTunnel(r.addr)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { c.Close() })
	return &reloadTunnel{c, br}
}

func (w *reloadTunnel) echo(t *testing.T) {
	t.Helper()
	w.c.SetDeadline(time.Now().Add(patience))
	sent := []byte("are you there?")
	got := make([]byte, len(sent))
	if _, err := w.c.Write(sent); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(w.br, got); err != nil || !bytes.Equal(got, sent) {
		t.Fatalf("a tunnel answers %q, %v", got, err)
	}
}
