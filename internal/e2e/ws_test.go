package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

const (
	wsTables  = 200
	wsSockets = 1000
)

// wsWorld is a proxy between WebSocket clients and two Node.js servers.
type wsWorld struct {
	t     *testing.T
	at    *places
	proxy *proc
	node  map[string]*exec.Cmd
	dir   string
}

// hello is what a server says first on every socket.
type hello struct{ Server, Table string }

// TestWebSocket is the main job on real input: WebSocket clients that stick to one of two servers by tableId.
func TestWebSocket(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("-short: 1,000 WebSockets, Node.js and a browser take a while")
	}
	kind := os.Getenv("WEIR_E2E")
	if kind == "" {
		kind = "weir"
	}
	w := newWSWorld(t, kind)
	fds, rss := w.settled(), w.proxy.rss()

	socks := w.openAll()
	where := w.checkSticky(socks)
	w.checkFrames(socks)
	w.checkServerClose()
	w.checkKill(socks, where)
	t.Run("chromium", func(t *testing.T) { w.checkBrowser(t) })

	w.checkFreed(fds, rss)
	if err := w.proxy.kill(); err != nil {
		t.Error(err)
	}
}

func newWSWorld(t *testing.T, kind string) *wsWorld {
	w := &wsWorld{t: t, dir: shortDir(t), node: map[string]*exec.Cmd{}}
	w.at = newPlaces(w.dir, "ws")
	for _, f := range []string{"package.json", "package-lock.json", "server.js"} {
		text, err := os.ReadFile(filepath.Join("testdata/wsnode", f))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(w.dir, f), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	npm := exec.Command("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	npm.Dir = w.dir
	if out, err := npm.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, out)
	}
	w.startNode("a")
	w.startNode("b")
	conf := filepath.Join(w.dir, "proxy."+confEnding(kind))
	if err := os.WriteFile(conf, []byte(w.at.expand(wsConf[kind])), 0o644); err != nil {
		t.Fatal(err)
	}
	var err error
	if w.proxy, err = startProc(kind, conf); err == nil {
		t.Cleanup(w.proxy.end)
		err = w.proxy.ready([]int{w.at.port("f")}, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.until("both servers up", func() error { return errors.Join(w.is("a", "UP"), w.is("b", "UP")) })
	return w
}

func (w *wsWorld) startNode(name string) {
	cmd := exec.Command("node", "server.js", fmt.Sprint(w.at.port(name)), name)
	cmd.Dir, cmd.Stderr = w.dir, os.Stderr
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.node[name] = cmd
	w.t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	w.until("server "+name, func() error { _, err := w.open(name); return err })
}

// open asks a server how many sockets it has.
func (w *wsWorld) open(name string) (int, error) {
	res, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/", w.at.port(name)))
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	var said struct{ Open int }
	return said.Open, json.NewDecoder(res.Body).Decode(&said)
}

func (w *wsWorld) until(what string, f func() error) {
	w.t.Helper()
	if err := eventually(2*patience, f); err != nil {
		w.t.Fatalf("%s: %v\n%s", what, err, clipText(w.proxy.said()))
	}
}

// said is a process's output; nil is one that has not started.
func (p *proc) said() string {
	if p == nil {
		return ""
	}
	return p.stderr.String()
}

// is looks for a server's state on the stats socket.
func (w *wsWorld) is(server, state string) error {
	r := &run{at: w.at, current: "main"}
	out, err := r.statsCommand("show stat")
	if err != nil {
		return err
	}
	return compare(out, "~", "^ws,"+server+",.*,"+state+",")
}

// dial opens a socket for a table and returns who answered.
func (w *wsWorld) dial(table int) (*websocket.Conn, hello, error) {
	var h hello
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c, _, err := websocket.Dial(ctx, fmt.Sprintf("ws://127.0.0.1:%d/ws?x=1&tableId=%d", w.at.port("f"), table), nil)
	if err != nil {
		return nil, h, err
	}
	c.SetReadLimit(64 << 20)
	_, data, err := c.Read(ctx)
	if err == nil {
		err = json.Unmarshal(data, &h)
	}
	if err == nil && h.Table != fmt.Sprint(table) {
		err = fmt.Errorf("table %d was told %q", table, h.Table)
	}
	return c, h, err
}

// sock is one open WebSocket.
type sock struct {
	c      *websocket.Conn
	table  int
	server string
}

// openAll opens every socket, 50 at a time.
func (w *wsWorld) openAll() []*sock {
	socks := make([]*sock, wsSockets)
	w.each(wsSockets, func(i int) error {
		c, h, err := w.dial(i % wsTables)
		if err != nil {
			return err
		}
		socks[i] = &sock{c, i % wsTables, h.Server}
		return nil
	})
	return socks
}

// each runs f for 0..n-1, 50 at a time, and fails on the first error.
func (w *wsWorld) each(n int, f func(i int) error) {
	w.t.Helper()
	var wg sync.WaitGroup
	slots, errs := make(chan struct{}, 50), make(chan error, n)
	for i := range n {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := f(i); err != nil {
				errs <- fmt.Errorf("%d: %w", i, err)
			}
		})
	}
	wg.Wait()
	if len(errs) > 0 {
		w.t.Fatalf("%d of %d failed, the first: %v\n%s", len(errs), n, <-errs, clipText(w.proxy.said()))
	}
}

// checkSticky wants each table on one server and both servers used; it returns who has which table.
func (w *wsWorld) checkSticky(socks []*sock) map[int]string {
	where, used := map[int]string{}, map[string]int{}
	for _, s := range socks {
		if at, ok := where[s.table]; ok && at != s.server {
			w.t.Fatalf("table %d is on %s and on %s", s.table, at, s.server)
		}
		where[s.table] = s.server
		used[s.server]++
	}
	w.t.Logf("sockets: %v", used)
	if len(used) != 2 || used["a"] < wsSockets/5 || used["b"] < wsSockets/5 {
		w.t.Fatalf("got sockets %v; want both servers used", used)
	}
	return where
}

// checkFrames sends text, binary and ping on every socket and a 10 MB message on one of each server.
func (w *wsWorld) checkFrames(socks []*sock) {
	w.each(len(socks), func(i int) error {
		s := socks[i]
		if err := echo(s.c, websocket.MessageText, []byte(fmt.Sprintf("text %d", i))); err != nil {
			return err
		}
		if err := echo(s.c, websocket.MessageBinary, pattern[i:i+200]); err != nil {
			return err
		}
		return ping(s.c)
	})
	big := bytes.Repeat(pattern, (10<<20)/len(pattern)+1)[:10<<20]
	w.each(2, func(i int) error { return echo(socks[i*7].c, websocket.MessageBinary, big) })
}

func echo(c *websocket.Conn, kind websocket.MessageType, data []byte) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	defer cancel()
	sent := make(chan error, 1)
	go func() { sent <- c.Write(ctx, kind, data) }()
	k, got, err := c.Read(ctx)
	if err := errors.Join(err, <-sent); err != nil {
		return err
	}
	if k != kind || !bytes.Equal(got, data) {
		return fmt.Errorf("sent %d bytes of %v, got %d of %v", len(data), kind, len(got), k)
	}
	return nil
}

// ping needs a reader to see the pong.
func ping(c *websocket.Conn) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- c.Ping(ctx) }()
	// The pong is handled inside Read; echoes give Read something to return.
	for {
		select {
		case err := <-done:
			return err
		default:
			if err := echo(c, websocket.MessageText, []byte("beside ping")); err != nil {
				return err
			}
		}
	}
}

// checkServerClose wants a close by the server at the client, and the sockets of both sides freed.
func (w *wsWorld) checkServerClose() {
	before := w.proxy.fds()
	c, _, err := w.dial(3)
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := c.Write(ctx, websocket.MessageText, []byte("close me")); err != nil {
		w.t.Fatal(err)
	}
	_, _, err = c.Read(ctx)
	if websocket.CloseStatus(err) != 4001 {
		w.t.Fatalf("got %v; want close status 4001", err)
	}
	w.until("fds after a server's close", func() error { return w.fdsAtMost(before) })
}

// checkKill kills server a: its tables move to b and come back, b's never move.
func (w *wsWorld) checkKill(socks []*sock, where map[int]string) {
	w.node["a"].Process.Kill()
	w.node["a"].Wait()
	w.each(len(socks), func(i int) error {
		s := socks[i]
		if s.server == "b" {
			return echo(s.c, websocket.MessageText, []byte("still here"))
		}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		_, _, err := s.c.Read(ctx)
		if err == nil || ctx.Err() != nil {
			return fmt.Errorf("a socket of the killed server did not end: %v", err)
		}
		return nil
	})
	w.until("server a down", func() error { return w.is("a", "DOWN") })
	w.each(wsTables, func(table int) error { return w.lands(table, "b") })
	w.startNode("a")
	w.until("server a up again", func() error { return w.is("a", "UP") })
	w.each(wsTables, func(table int) error { return w.lands(table, where[table]) })
	w.each(len(socks), func(i int) error {
		if socks[i].server == "b" {
			return errors.Join(echo(socks[i].c, websocket.MessageText, []byte("never moved")), socks[i].c.Close(websocket.StatusNormalClosure, "bye"))
		}
		return nil
	})
}

// lands opens a socket for a table and wants it on a server.
func (w *wsWorld) lands(table int, server string) error {
	c, h, err := w.dial(table)
	if err != nil {
		return fmt.Errorf("table %d: %w", table, err)
	}
	defer c.CloseNow()
	if h.Server != server {
		return fmt.Errorf("table %d landed on %s; want %s", table, h.Server, server)
	}
	return nil
}

func (w *wsWorld) fdsAtMost(n int) error {
	if got := w.proxy.fds(); got > n {
		return fmt.Errorf("got %d open files; want at most %d", got, n)
	}
	return nil
}

// settled returns the fds of a proxy that nobody uses.
func (w *wsWorld) settled() int { return w.proxy.fds() }

// checkFreed wants fds and memory back where they were.
func (w *wsWorld) checkFreed(fds int, rss int64) {
	// A pooled connection to the page's server and checks on their way may stay.
	const slack = 8
	w.until("fds at the end", func() error { return w.fdsAtMost(fds + slack) })
	for _, name := range []string{"a", "b"} {
		w.until("sockets of "+name, func() error {
			n, err := w.open(name)
			if err == nil && n != 0 {
				err = fmt.Errorf("%d are still open", n)
			}
			return err
		})
	}
	most := rss + 48<<20
	if raceEnabled {
		most += 512 << 20
	}
	w.until("memory", func() error {
		if got := w.proxy.rss(); got > most {
			return fmt.Errorf("got %d MiB; began with %d", got>>20, rss>>20)
		}
		return nil
	})
	w.t.Logf("fds %d -> %d, memory %d -> %d KiB", fds, w.proxy.fds(), rss>>10, w.proxy.rss()>>10)
}

// wsPage opens two sockets for each of eight tables, sends on each, and tells who answered.
const wsPage = `<!doctype html><title>tables</title><pre id="out">working</pre><img src="/hold" alt=""><script>
const results = []
function one(table) {
  return new Promise(resolve => {
    const ws = new WebSocket('ws://' + location.host + '/ws?tableId=' + table)
    const said = []
    ws.onmessage = e => {
      said.push(e.data)
      if (said.length === 1) ws.send('from the browser ' + table)
      else ws.close()
    }
    ws.onerror = () => said.push('error')
    ws.onclose = e => resolve(said.join(' ') + ' clean=' + e.wasClean)
  })
}
(async () => {
  const jobs = []
  for (let t = 0; t < 8; t++) jobs.push(one(t), one(t))
  const out = (await Promise.all(jobs)).join('\n')
  document.getElementById('out').textContent = out
  await fetch('/report', { method: 'POST', body: out })
})()
</script>`

// checkBrowser lets a headless Chromium open sockets through the proxy.
func (w *wsWorld) checkBrowser(t *testing.T) {
	reported := make(chan struct{})
	var once sync.Once
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "text/html")
		fmt.Fprint(rw, wsPage)
	})
	mux.HandleFunc("/report", func(http.ResponseWriter, *http.Request) { once.Do(func() { close(reported) }) })
	// The page's load event, and with it the dump of its DOM, waits for this image.
	mux.HandleFunc("/hold", func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-reported:
		case <-r.Context().Done():
		case <-time.After(patience):
		}
	})
	srv := &http.Server{Addr: fmt.Sprintf("127.0.0.1:%d", w.at.port("page")), Handler: mux}
	go srv.ListenAndServe()
	defer srv.Close()
	w.until("the page's server", func() error {
		if !listening()[w.at.port("page")] {
			return errors.New("not listening")
		}
		return nil
	})
	ctx, cancel := context.WithTimeout(context.Background(), 4*patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--user-data-dir="+shortDir(t), "--dump-dom", fmt.Sprintf("http://127.0.0.1:%d/page", w.at.port("f")))
	cmd.WaitDelay = patience // its helpers may hold the pipes
	var dom, noise bytes.Buffer
	cmd.Stdout, cmd.Stderr = &dom, &noise
	if err := cmd.Run(); err != nil && dom.Len() == 0 {
		t.Fatalf("chromium: %v\n%s", err, clipText(noise.String()))
	}
	_, out, _ := strings.Cut(dom.String(), `<pre id="out">`)
	out, _, _ = strings.Cut(out, "</pre>")
	lines := strings.Split(strings.ReplaceAll(out, "&quot;", `"`), "\n")
	if len(lines) != 16 {
		t.Fatalf("got %d results; want 16:\n%s", len(lines), clipText(dom.String()))
	}
	for i, line := range lines {
		var h hello
		said, rest, _ := strings.Cut(line, " ")
		if err := json.Unmarshal([]byte(said), &h); err != nil || rest != fmt.Sprintf("from the browser %d clean=true", i/2) {
			t.Fatalf("socket %d: %q", i, line)
		}
		if err := w.lands(i/2, h.Server); err != nil {
			t.Fatal(err)
		}
	}
}
