package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"weir/internal/peer"
)

// gauges are the fetches that count what there is now.
var gauges = strings.Fields(`fe_conn fe_conn(f) be_conn be_conn(b) be_conn(c) be_conn_free be_conn_free(b) be_conn_free(c) be_conn_free(d) be_conn_free(e)
	be_conn_free(g) be_conn_free(h) be_conn_free(k) be_conn_free(m) be_conn_free(n) be_conn_free(q) be_conn_free(w) be_conn_free(z) connslots connslots(b) connslots(c) connslots(d) connslots(e) connslots(g) connslots(h) connslots(k) connslots(m) connslots(n) connslots(q)
	connslots(w) connslots(z)
	queue queue(b) queue(c) queue(q) avg_queue avg_queue(b) avg_queue(c) avg_queue(q) avg_queue(z) srv_conn(b/s1) srv_conn(c/s1) srv_conn_free(b/s1) srv_conn_free(c/s1)
	srv_conn_free(d/s1) srv_queue(b/s1) srv_queue(c/s1) nbsrv nbsrv(b) nbsrv(g) nbsrv(k) nbsrv(n) nbsrv(q) nbsrv(w) nbsrv(z) srv_is_up(b/s1) srv_is_up(z/s1) srv_weight(b/s1) dst_conn`)

// gaugeText is a format that tells them all, but those without an argument that are of the other side of a proxy.
func gaugeText(frontend, backend bool) string {
	var b strings.Builder
	for _, g := range gauges {
		ofFrontend := strings.HasPrefix(g, "fe_") || g == "dst_conn"
		if strings.Contains(g, "(") || ofFrontend && frontend || !ofFrontend && backend {
			fmt.Fprintf(&b, "%s=%%[%s] ", g, g)
		}
	}
	return strings.TrimSpace(b.String())
}

// gaugeConf has backends of every kind of limit: none, of connections, of queues too, with servers that are down, and backups.
const gaugeConf = `global
  nbthread 1
  stats socket ${dir}/sock level admin
defaults
  mode http
  timeout client 20s
  timeout server 20s
  timeout connect 20s
  timeout queue 20s
frontend f
  bind 127.0.0.1:${port.f}
  log 127.0.0.1:${port.log} len 8192 format raw local0
  log-format "%B FRONT"
  http-request set-header X-Front "FRONT"
  use_backend %[path,field(2,/)]
listen l
  bind 127.0.0.1:${port.l}
  log 127.0.0.1:${port.log} len 8192 format raw local0
  log-format "%B BOTH"
  http-request set-header X-Front "BOTH"
  http-response set-header X-Resp "BOTH"
  server s1 127.0.0.1:${port.o}
backend b
  http-request set-header X-Back "BACK"
  http-request deny if { path_end deny }
  http-response set-header X-Resp "BACK"
  server s1 127.0.0.1:${port.o}
backend c
  http-request set-header X-Back "BACK"
  server s1 127.0.0.1:${port.o} maxconn 2
backend d
  server s1 127.0.0.1:${port.o} maxconn 2 maxqueue 3
backend e
  server s1 127.0.0.1:${port.o} maxconn 2 maxqueue 3
  server s2 127.0.0.1:${port.o} maxconn 5 maxqueue 7
backend g
  server s1 127.0.0.1:${port.o} maxconn 2 maxqueue 3
  server s2 127.0.0.1:${port.o} maxconn 5 maxqueue 7 disabled
  server s3 127.0.0.1:${port.o} maxconn 11 maxqueue 13 backup
backend h
  server s1 127.0.0.1:${port.o} maxconn 2 maxqueue 3
  server s2 127.0.0.1:${port.o} maxconn 5
backend k
  server s1 127.0.0.1:${port.o} maxconn 2 maxqueue 3 disabled
  server s2 127.0.0.1:${port.o} backup maxconn 5 maxqueue 7
  server s3 127.0.0.1:${port.o} backup maxconn 11 maxqueue 13
backend m
  server s1 127.0.0.1:${port.o} maxconn 2 maxqueue 3
  server s2 127.0.0.1:${port.o}
backend n
  http-request return status 200
backend q
  server s1 127.0.0.1:${port.o} maxconn 1
  server s2 127.0.0.1:${port.o} maxconn 1
backend w
  server s1 127.0.0.1:${port.o} maxconn 2 maxqueue 3
  server s2 127.0.0.1:${port.o} maxconn 5 maxqueue 7 weight 0
backend z
  server s1 127.0.0.1:${port.o} maxconn 2 maxqueue 3 disabled
`

// gaugeScene is so many streams to a path that does not answer, and then one more request.
type gaugeScene struct {
	name, port, hold, probe string
	streams                 int
	waits                   bool // the request has to wait for a server: its streams are let go before it is answered
}

var gaugeScenes = []gaugeScene{
	{"nobody", "f", "/b/hold", "/b/x", 0, false},
	{"one", "f", "/b/hold", "/b/x", 1, false},
	{"three", "f", "/b/hold", "/b/x", 3, false},
	{"denied", "f", "/b/hold", "/b/deny", 1, false},
	{"full", "f", "/c/hold", "/c/x", 2, true},
	{"queued", "f", "/c/hold", "/b/x", 4, false},
	{"queued-for-two", "f", "/q/hold", "/b/x", 5, false},
	{"listen-alone", "l", "/hold", "/x", 0, false},
	{"listen", "l", "/hold", "/x", 2, false},
}

// TestGauges compares what the fetches of live numbers say in a frontend's rules, in a backend's, in those of the response and in the log.
func TestGauges(t *testing.T) {
	t.Parallel()
	peer.Need(t, "haproxy")
	for _, s := range gaugeScenes {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			want, got := s.play(t, "haproxy"), s.play(t, "weir")
			for _, place := range []string{"X-Front", "X-Back", "X-Resp", "log", "stat"} {
				if len(want[place]) != len(got[place]) {
					t.Errorf("%s: haproxy %q, weir %q", place, want[place], got[place])
					continue
				}
				for i := range want[place] {
					if want[place][i] != got[place][i] {
						t.Errorf("%s: haproxy %s, weir %s", place, want[place][i], got[place][i])
					}
				}
			}
		})
	}
}

// play returns what was told at each place.
func (s *gaugeScene) play(t *testing.T, kind string) map[string][]string {
	t.Helper()
	dir := shortDir(t)
	at := newPlaces(dir, kind)
	release := make(chan struct{})
	origin := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "hold") {
			<-release
		}
		for _, name := range []string{"X-Front", "X-Back"} {
			w.Header().Set(name, r.Header.Get(name))
		}
	}))
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", at.port("o")))
	if err != nil {
		t.Fatal(err)
	}
	origin.Listener.Close()
	origin.Listener = l
	origin.Start()
	defer origin.Close()
	letGo := func() {
		select {
		case <-release:
		default:
			close(release)
		}
	}
	defer letGo()
	ear, err := listenLog(at.port("log"))
	if err != nil {
		t.Fatal(err)
	}
	defer ear.c.Close()
	texts := strings.NewReplacer("FRONT", gaugeText(true, false), "BACK", gaugeText(false, true), "BOTH", gaugeText(true, true))
	p := startText(t, kind, dir, at.expand(texts.Replace(gaugeConf)), at.port("f"), at.port("l"))
	backend := strings.Split(s.hold, "/")[1]
	if s.port == "l" {
		backend = "l"
	}
	for range s.streams {
		c := begin(t, at.port(s.port), s.hold)
		defer c.Close()
	}
	inBackend(t, dir, backend, s.streams)
	c := begin(t, at.port(s.port), s.probe)
	defer c.Close()
	if s.waits {
		inBackend(t, dir, backend, s.streams+1)
		letGo()
	}
	told := map[string][]string{}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(kind, err)
	}
	io.Copy(io.Discard, resp.Body)
	for _, place := range []string{"X-Front", "X-Back", "X-Resp"} {
		told[place] = strings.Fields(resp.Header.Get(place))
	}
	if s.waits {
		return told // the others end at any time
	}
	if err := eventually(patience, func() error {
		ear.mu.Lock()
		defer ear.mu.Unlock()
		if len(ear.got) == 0 {
			return fmt.Errorf("%s: no log line", kind)
		}
		told["log"] = strings.Fields(ear.got[0])[1:] // without %B, for which the line waits until the stream is over
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, of := range [][2]string{{"f", "FRONTEND"}, {"l", "FRONTEND"}, {"l", "BACKEND"}, {"b", "BACKEND"}, {"b", "s1"}, {"c", "BACKEND"}, {"c", "s1"}} {
		for _, column := range []string{"smax", "stot"} {
			told["stat"] = append(told["stat"], fmt.Sprintf("%s/%s:%s=%d", of[0], of[1], column, statOf(t, dir, of[0], of[1], column)))
		}
	}
	letGo()
	if err := p.kill(); err != nil {
		t.Error(err)
	}
	return told
}

// startText starts a proxy with a configuration of HAProxy's language.
func startText(t *testing.T, kind, dir, text string, ports ...int) *proc {
	t.Helper()
	conf := filepath.Join(dir, "proxy.cfg")
	if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := startProc(kind, conf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.end)
	if err := p.ready(ports, nil); err != nil {
		t.Fatal(err)
	}
	return p
}

// begin sends a request and does not wait for the response.
func begin(t *testing.T, port int, path string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		t.Fatal(err)
	}
	c.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: h\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	return c
}

// inBackend waits until so many streams are in the backend.
func inBackend(t *testing.T, dir, backend string, n int) {
	t.Helper()
	if err := eventually(patience, func() error {
		if got := statOf(t, dir, backend, "BACKEND", "scur"); got != n {
			return fmt.Errorf("%d streams in %s; want %d", got, backend, n)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// statOf is a column of "show stat".
func statOf(t *testing.T, dir, proxy, name, column string) int {
	t.Helper()
	text, err := askSocket(filepath.Join(dir, "sock"), "show stat\n")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(text, "\n")
	columns := strings.Split(strings.TrimPrefix(lines[0], "# "), ",")
	for _, line := range lines[1:] {
		cells := strings.Split(line, ",")
		if len(cells) < len(columns) || cells[0] != proxy || cells[1] != name {
			continue
		}
		for i, c := range columns {
			if c == column {
				n, err := strconv.Atoi(cells[i])
				if err != nil {
					t.Fatalf("%s of %s/%s is %q", column, proxy, name, cells[i])
				}
				return n
			}
		}
	}
	t.Fatalf("no %s of %s/%s in\n%s", column, proxy, name, text)
	return 0
}

const rateConf = `global
  nbthread 1
  stats socket ${dir}/sock level admin
defaults
  mode http
  timeout client 20s
  timeout server 20s
  timeout connect 20s
frontend f
  bind 127.0.0.1:${port.f}
  http-request set-header X-Front "ALL"
  default_backend b
backend b
  http-request set-header X-Back "ALL"
  http-response set-header X-Resp "ALL"
  server s1 127.0.0.1:${port.o}
`

const rateText = "%[fe_req_rate(f)] %[fe_sess_rate(f)] %[be_sess_rate(b)] %[srv_sess_rate(b/s1)]"

// TestRates: a request is in the rates at once, also where its own rules ask. Rates fall with time, so a burst that the machine does not let be one
// is tried again.
func TestRates(t *testing.T) {
	peer.Need(t, "haproxy")
	for i := 1; ; i++ {
		want, got := burst(t, "haproxy"), burst(t, "weir")
		if want == got {
			return
		}
		if i == rateTries {
			t.Fatalf("rates (fe_req_rate, fe_sess_rate, be_sess_rate, srv_sess_rate) - haproxy, + weir:\n%s", lineDiff(want, got))
		}
	}
}

// rateTries is how often a burst may come apart.
const rateTries = 10

// burst sends three requests over one connection at once, and tells what each saw.
func burst(t *testing.T, kind string) string {
	t.Helper()
	dir := shortDir(t)
	at := newPlaces(dir, kind)
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", at.port("o")))
	if err != nil {
		t.Fatal(err)
	}
	origin := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, name := range []string{"X-Front", "X-Back"} {
			w.Header().Set(name, r.Header.Get(name))
		}
	}))
	origin.Listener.Close()
	origin.Listener = l
	origin.Start()
	defer origin.Close()
	p := startText(t, kind, dir, at.expand(strings.ReplaceAll(rateConf, "ALL", rateText)), at.port("f"))
	c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", at.port("f")))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	const requests = 3
	if _, err := io.WriteString(c, strings.Repeat("GET / HTTP/1.1\r\nHost: h\r\n\r\n", requests)); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	br := bufio.NewReader(c)
	for i := range requests {
		resp, err := http.ReadResponse(br, nil)
		if err != nil {
			t.Fatal(kind, err)
		}
		io.Copy(io.Discard, resp.Body)
		for _, place := range []string{"X-Front", "X-Back", "X-Resp"} {
			fmt.Fprintf(&b, "request %d, %s: %s\n", i+1, place, resp.Header.Get(place))
		}
	}
	for _, of := range [][2]string{{"f", "FRONTEND"}, {"b", "s1"}, {"b", "BACKEND"}} {
		for _, column := range []string{"rate", "rate_max"} {
			fmt.Fprintf(&b, "%s of %s/%s: %d\n", column, of[0], of[1], statOf(t, dir, of[0], of[1], column))
		}
	}
	if err := p.kill(); err != nil {
		t.Error(err)
	}
	return b.String()
}
