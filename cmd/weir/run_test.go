package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"weir/internal/testport"
)

// waitTime bounds every wait of a test: it is only reached when something is broken.
const waitTime = time.Minute

// TestMain lets this test program be weir itself: a process of its own is what signals and limits act on.
func TestMain(m *testing.M) {
	if os.Getenv("WEIR_TEST_MAIN") == "1" {
		main()
	}
	os.Exit(m.Run())
}

// process is a running weir.
type process struct {
	cmd      *exec.Cmd
	mu       sync.Mutex
	out, err bytes.Buffer
	said     chan struct{} // something has come
	done     chan struct{}
}

// listen keeps what the process says.
func (p *process) listen() {
	p.said = make(chan struct{}, 1)
	p.cmd.Stdout, p.cmd.Stderr = locked{p, &p.out}, locked{p, &p.err}
}

type locked struct {
	p *process
	b *bytes.Buffer
}

func (l locked) Write(b []byte) (int, error) {
	l.p.mu.Lock()
	defer l.p.mu.Unlock()
	select {
	case l.p.said <- struct{}{}:
	default:
	}
	return l.b.Write(b)
}

func startWeir(t *testing.T, dir string, args ...string) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.Command(self, args...), done: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), "WEIR_TEST_MAIN=1", "TMPDIR="+dir)
	p.listen()
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.cmd.Wait() // its exit code is in ProcessState
		close(p.done)
	}()
	t.Cleanup(func() {
		p.cmd.Process.Kill()
		<-p.done
	})
	return p
}

func (p *process) text() (out, err string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String(), p.err.String()
}

// end waits until the process is over and returns its exit code, or minus the signal that it died of.
func (p *process) end(t *testing.T) int {
	t.Helper()
	select {
	case <-p.done:
		if ws := p.cmd.ProcessState.Sys().(syscall.WaitStatus); ws.Signaled() {
			return -int(ws.Signal())
		}
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(waitTime):
		out, err := p.text()
		t.Fatalf("it does not end\n%s%s", out, err)
		return -1
	}
}

// wait waits until ok says so, and asks it again whenever the process has said something, and now and then: it may look at other things.
func (p *process) wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	late := time.After(waitTime)
	fail := func(how string) {
		t.Helper()
		out, err := p.text()
		t.Fatalf("%s %s\n%s%s", how, what, out, err)
	}
	for !ok() {
		select {
		case <-p.done:
			fail("weir ended while the test waited for")
		case <-late:
			fail("waited in vain for")
		case <-p.said:
		case <-again.C:
		}
	}
}

var (
	openLine   = regexp.MustCompile(`open +(http://localhost:\d+)/`)
	socketLine = regexp.MustCompile(`socat - (\S+admin.sock)`)
)

// tell sends a line to the admin socket and returns the answer.
func tell(t *testing.T, socket, line string) string {
	t.Helper()
	conn, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintln(conn, line)
	text, err := io.ReadAll(bufio.NewReader(conn))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		return 0, err.Error()
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, err.Error()
	}
	return res.StatusCode, string(body)
}

// tableServer opens a WebSocket for a table and returns the server that it met.
func tableServer(ctx context.Context, t *testing.T, url string, table int) (string, *websocket.Conn) {
	t.Helper()
	conn, _, err := websocket.Dial(ctx, fmt.Sprintf("%s/ws?tableId=%d", strings.Replace(url, "http", "ws", 1), table), nil)
	if err != nil {
		return "", nil
	}
	var hello map[string]string
	if err := wsjson.Read(ctx, conn, &hello); err != nil {
		conn.CloseNow()
		return "", nil
	}
	return hello["server"], conn
}

// TestExample is what a newcomer does: weir run, the page, tables that stick, move and come back, metrics, the admin socket, ^C.
func TestExample(t *testing.T) {
	dir := t.TempDir()
	p := startWeir(t, dir, "run")
	p.wait(t, "the help", func() bool { out, _ := p.text(); return strings.Contains(out, "stop     ^C") })
	out, _ := p.text()
	open, socket := openLine.FindStringSubmatch(out), socketLine.FindStringSubmatch(out)
	if open == nil || socket == nil {
		t.Fatalf("the help does not say what to open or type:\n%s", out)
	}
	url := open[1]
	p.wait(t, "both servers", func() bool { return strings.Count(tell(t, socket[1], "show stat"), ",UP,") >= 6 })

	if code, body := get(t, url+"/"); code != 200 || !strings.Contains(body, "Weir: tables that stick") {
		t.Fatalf("page: %d %.200s", code, body)
	}
	seen := map[string]bool{}
	for range 4 {
		_, body := get(t, url+"/whoami")
		var who struct{ Server string }
		if json.Unmarshal([]byte(body), &who) == nil {
			seen[who.Server] = true
		}
	}
	if len(seen) != 2 {
		t.Fatalf("round robin met %v", seen)
	}
	if code, body := get(t, url+"/metrics"); code != 200 || !strings.Contains(body, `haproxy_server_status{proxy="bk_ws",server="websrv1"`) {
		t.Fatalf("metrics: %d %.300s", code, body)
	}
	if code, body := get(t, url+"/stats"); code != 200 || !strings.Contains(body, "websrv1") {
		t.Fatalf("stats page: %d %.300s", code, body)
	}
	if st, err := os.Stat(socket[1]); err != nil || st.Mode().Perm() != 0o600 {
		t.Fatalf("admin socket: %v %v", st, err)
	}

	tablesMoveAndComeBack(t, p, url)

	if err := p.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if code := p.end(t); code != exitOK {
		_, err := p.text()
		t.Fatalf("exit code %d\n%s", code, err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "weir-example-*")); err != nil || len(left) > 0 {
		t.Fatalf("left behind: %v %v", left, err)
	}
}

func tablesMoveAndComeBack(t *testing.T, p *process, url string) {
	ctx, cancel := context.WithTimeout(context.Background(), 4*waitTime)
	defer cancel()
	const tables = 20
	home := make([]string, tables)
	conns := make([]*websocket.Conn, tables)
	used := map[string]int{}
	for i := range tables {
		if home[i], conns[i] = tableServer(ctx, t, url, i); conns[i] == nil {
			t.Fatalf("table %d: no WebSocket", i)
		}
		defer conns[i].CloseNow()
		used[home[i]]++
		again, conn := tableServer(ctx, t, url, i)
		if conn == nil || again != home[i] {
			t.Fatalf("table %d met %q, then %q", i, home[i], again)
		}
		conn.CloseNow()
	}
	if len(used) != 2 {
		t.Fatalf("the tables use %v", used)
	}
	post := func(action string) {
		t.Helper()
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/demo/servers/websrv1/"+action, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Weir-Example", "1")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != 200 {
			t.Fatalf("%s: %s", action, res.Status)
		}
	}
	serverOf := func(i int) string {
		name, conn := tableServer(ctx, t, url, i)
		if conn != nil {
			conn.CloseNow()
		}
		return name
	}
	post("stop")
	for i := range tables {
		if home[i] == "websrv1" {
			if _, _, err := conns[i].Read(ctx); err == nil || ctx.Err() != nil {
				t.Fatalf("table %d: its WebSocket outlived the server: %v", i, err)
			}
		}
		p.wait(t, "the tables to move", func() bool { return serverOf(i) == "websrv2" })
	}
	post("start")
	for i := range tables {
		p.wait(t, "the tables to come back", func() bool { return serverOf(i) == home[i] })
		if home[i] == "websrv2" { // never cut
			if err := conns[i].Write(ctx, websocket.MessageText, []byte("still here")); err != nil {
				t.Fatalf("table %d: %v", i, err)
			}
			if _, b, err := conns[i].Read(ctx); err != nil || string(b) != "still here" {
				t.Fatalf("table %d: %q %v", i, b, err)
			}
		}
	}
}

// Every port that is taken is told with its place, and nothing stays bound.
func TestPortsInUse(t *testing.T) {
	var busy []string
	for range 2 {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		busy = append(busy, ln.Addr().String())
	}
	path := write(t, fmt.Sprintf(strings.Replace(good, `bind "127.0.0.1:8080" {}`, `bind "%s" {}
  bind "127.0.0.1:0" {}
  bind "%s" {}`, 1), busy[0], busy[1]))
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	free := testport.Addr()
	if err := os.WriteFile(path, bytes.Replace(text, []byte("127.0.0.1:0"), []byte(free), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	p := startWeir(t, t.TempDir(), "run", "-c", path)
	code := p.end(t)
	_, errText := p.text()
	for _, want := range []string{path + ":15:3: ", path + ":17:3: ", busy[0], busy[1], "address already in use", "weir run: 2 errors, nothing was started\n"} {
		if !strings.Contains(errText, want) {
			t.Errorf("no %q in\n%s", want, errText)
		}
	}
	if code != exitFail || strings.Contains(errText, free) {
		t.Fatalf("code %d\n%s", code, errText)
	}
}

// Without its stats sockets the proxy does not begin to accept.
func TestStatsSocketsFail(t *testing.T) {
	dir := t.TempDir()
	addr := testport.Addr()
	path := write(t, fmt.Sprintf(`
global {
  stats_socket "%[1]s/none/a.sock" {}
  stats_socket "%[1]s/none/b.sock" {}
}
frontend "f" {
  timeout { client = "1s" }
  bind "%[2]s" {}
  tcp_request "connection" "reject" {}
}
`, dir, addr))
	p := startWeir(t, t.TempDir(), "run", "-c", path)
	code := p.end(t)
	_, errText := p.text()
	for _, want := range []string{path + ":3:3: global: stats_socket ", "none/a.sock", path + ":4:3: global: stats_socket ", "none/b.sock", "make its directory first"} {
		if !strings.Contains(errText, want) {
			t.Errorf("no %q in\n%s", want, errText)
		}
	}
	if code != exitFail || strings.Contains(errText, "ready") {
		t.Fatalf("code %d\n%s", code, errText)
	}
}

// Every example that people are shown runs as it stands, but for where it listens.
func TestExamplesRun(t *testing.T) {
	bind := regexp.MustCompile(`bind "[^"]*:\d+"`)
	dirs, err := filepath.Glob("../../examples/*/weir.hcl")
	if err != nil || len(dirs) < 5 {
		t.Fatalf("%d examples, %v", len(dirs), err)
	}
	for _, file := range dirs {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(filepath.Dir(file))); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, "weir.hcl")
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			text = bind.ReplaceAllFunc(text, func([]byte) []byte { return []byte(`bind "` + testport.Addr() + `"`) })
			for _, folder := range []string{"/run/weir/", "/var/lib/weir/"} {
				text = bytes.ReplaceAll(text, []byte(folder), []byte(dir+"/"))
			}
			// No test asks a real authority for anything.
			text = bytes.ReplaceAll(text, []byte("https://acme-v02.api.letsencrypt.org/"), []byte("https://127.0.0.1:1/"))
			if err := os.WriteFile(path, text, 0o600); err != nil {
				t.Fatal(err)
			}
			p := startWeir(t, dir, "run", "-c", path)
			p.wait(t, "ready", func() bool { _, err := p.text(); return strings.Contains(err, "\tready\t") })
			p.cmd.Process.Signal(syscall.SIGINT)
			if code := p.end(t); code != exitOK {
				_, errText := p.text()
				t.Fatalf("code %d\n%s", code, errText)
			}
		})
	}
}

// A graceful stop lets what runs end; the second SIGTERM does not wait for it.
func TestStops(t *testing.T) {
	f := func(name string, signals []os.Signal, finishes bool) {
		t.Run(name, func(t *testing.T) {
			origin, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer origin.Close()
			address := testport.Addr()
			path := write(t, strings.NewReplacer("127.0.0.1:8080", address, "127.0.0.1:8082", origin.Addr().String()).Replace(good))
			p := startWeir(t, t.TempDir(), "run", "-c", path, "--log-format", "json")
			p.wait(t, "ready", func() bool { _, e := p.text(); return strings.Contains(e, `"msg":"ready"`) })
			client, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			fmt.Fprintf(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
			server, err := origin.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			for i, sig := range signals {
				if err := p.cmd.Process.Signal(sig); err != nil {
					t.Fatal(err)
				}
				if i == 0 && sig != syscall.SIGINT {
					p.wait(t, "the listener to close", func() bool {
						conn, err := net.Dial("tcp", address)
						if err == nil {
							conn.Close()
						}
						return err != nil
					})
				}
			}
			if finishes {
				io.WriteString(server, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
			}
			client.SetReadDeadline(time.Now().Add(waitTime))
			answer, _ := io.ReadAll(client) // a cut connection may end with a reset
			if got := strings.HasSuffix(string(answer), "\r\n\r\nok"); got != finishes {
				t.Fatalf("answered %q", answer)
			}
			if code := p.end(t); code != exitOK {
				t.Fatalf("exit code %d", code)
			}
		})
	}
	f("usr1", []os.Signal{syscall.SIGUSR1}, true)
	f("term", []os.Signal{syscall.SIGTERM}, true)
	f("term twice", []os.Signal{syscall.SIGTERM, syscall.SIGTERM}, false)
	f("interrupt", []os.Signal{syscall.SIGINT}, false)
}
