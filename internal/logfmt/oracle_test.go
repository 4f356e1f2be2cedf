package logfmt

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"weir/internal/peer"
	"weir/internal/testport"
)

// waitTime bounds every wait of a test: it is only reached when something is broken.
const waitTime = time.Minute

// The timeouts are longer than any wait, but for those of the cases that want one.
const oracleConfig = `
global
    log @LOG@ len 8192 format raw local0
defaults
    mode http
    log global
    retries 1
    timeout client 2m
    timeout connect 20s
    timeout server 2m
    timeout queue 2m
    timeout http-request 2m
frontend fe_http
    bind @HTTP@
    option httplog
    capture request header Host len 20
    capture request header X-Odd len 30
    capture response header X-Reply len 10
    capture response header X-None len 10
    capture cookie SID= len 20
    http-request deny if { path /deny }
    use_backend bk_none if { path /none }
    use_backend bk_down if { path /down }
    use_backend bk_full if { path_beg /full }
    use_backend bk_slow if { path /slow }
    default_backend bk
frontend fe_late
    bind @LATE@
    option httplog
    timeout http-request 300ms
    default_backend bk
frontend fe_plain
    bind @PLAIN@
    option httplog
    option logasap
    default_backend bk
frontend fe_clf
    bind @CLF@
    option httplog clf
    default_backend bk
frontend fe_clfcap
    bind @CLFCAP@
    option httplog clf
    capture request header Host len 20
    capture request header X-Odd len 30
    capture response header X-Reply len 10
    http-request deny if { path /deny }
    default_backend bk
frontend fe_tcp
    mode tcp
    bind @TCP@
    option tcplog
    default_backend bk_tcp
frontend fe_connect
    bind @CONNECT@
    default_backend bk
backend bk
    server s1 @ORIGIN@
backend bk_tcp
    mode tcp
    server t1 @ORIGIN@
backend bk_slow
    timeout server 300ms
    server s1 @ORIGIN@
backend bk_full
    timeout queue 200ms
    server s1 @ORIGIN@ maxconn 1
backend bk_down
    option redispatch
    server d1 @DOWN@
    server d2 @DOWN@
backend bk_none
`

// haproxy is a running HAProxy whose raw log lines come to a socket of the test.
type haproxy struct {
	ports map[string]string // by placeholder: "127.0.0.1:port"
	logs  net.PacketConn
	full  chan struct{} // a request to /full reached the origin
	free  chan struct{} // closed when it may be answered
}

func startHAProxy(t *testing.T, program string) *haproxy {
	h := &haproxy{ports: make(map[string]string), full: make(chan struct{}, 9), free: make(chan struct{})}
	text := oracleConfig
	for _, name := range []string{"HTTP", "LATE", "PLAIN", "CLF", "CLFCAP", "TCP", "CONNECT", "DOWN"} {
		h.ports[name] = testport.Addr()
	}
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/full":
			h.full <- struct{}{}
			<-h.free
		case "/slow":
			<-r.Context().Done() // haproxy has given up
			return
		}
		w.Header().Set("X-Reply", "reply{|}and more")
		w.Header().Set("Set-Cookie", "SID=answer; path=/")
		io.WriteString(w, "hello")
	}))
	t.Cleanup(origin.Close)
	h.ports["ORIGIN"] = strings.TrimPrefix(origin.URL, "http://")
	var err error
	if h.logs, err = net.ListenPacket("udp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.logs.Close() })
	h.ports["LOG"] = h.logs.LocalAddr().String()
	for name, port := range h.ports {
		text = strings.ReplaceAll(text, "@"+name+"@", port)
	}
	path := filepath.Join(t.TempDir(), "haproxy.cfg")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd := exec.Command(program, "-db", "-f", path)
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	for end := time.Now().Add(waitTime); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp", h.ports["TCP"])
		if err == nil {
			conn.Close()
			h.line(t, conn.LocalAddr().String())
			return h
		}
		if time.Now().After(end) {
			t.Fatalf("haproxy does not listen: %v\n%s", err, stderr.String())
		}
	}
}

// line returns the log line that holds the client's address (or, for CLF, its port as a word).
func (h *haproxy) line(t *testing.T, client string) string {
	t.Helper()
	_, port, _ := strings.Cut(client, ":")
	b := make([]byte, 10000)
	h.logs.SetReadDeadline(time.Now().Add(waitTime))
	for {
		n, _, err := h.logs.ReadFrom(b)
		if err != nil {
			t.Fatalf("no log line of %s: %v", client, err)
		}
		if line := strings.TrimSuffix(string(b[:n]), "\n"); strings.Contains(line, client) || strings.Contains(line, " "+port+" ") {
			return line
		}
	}
}

// talk sends raw bytes, waits as the case wants and returns the client's address.
func (h *haproxy) talk(t *testing.T, frontend, send string, abortAfter time.Duration) string {
	t.Helper()
	conn, err := net.Dial("tcp", h.ports[frontend])
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, send); err != nil {
		t.Fatal(err)
	}
	if abortAfter > 0 {
		conn.SetReadDeadline(time.Now().Add(abortAfter))
	} else {
		conn.SetReadDeadline(time.Now().Add(waitTime))
	}
	if _, err := io.Copy(io.Discard, conn); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Logf("read: %v", err)
	}
	return conn.LocalAddr().String()
}

func get(target string, fields ...string) string {
	return "GET " + target + " HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n" + strings.Join(fields, "") + "\r\n"
}

// TestAgainstHAProxy compares lines of HAProxy with what Append writes for the same values: what the test knows (addresses, names,
// request, captures, status, state) it sets itself, and numbers that it cannot know are read from HAProxy's line by position.
func TestAgainstHAProxy(t *testing.T) {
	h := startHAProxy(t, peer.Need(t, "haproxy"))
	list := func(values ...string) [][]byte {
		out := make([][]byte, len(values))
		for i, v := range values {
			out[i] = []byte(v)
		}
		return out
	}
	odd := "X-Odd: a \"{b|c}\" #\xc3\xa9 and more than thirty bytes\r\n"
	long := "/" + strings.Repeat("l", 3000)
	for _, c := range []struct {
		name, frontend, send string
		abort                time.Duration
		want                 Record
		format               string
	}{
		{"ok", "HTTP", get("/a?b=\"c|{d}^e", odd, "Cookie: x=y; SID=hello\"x#y|z and more\r\n"), 0, Record{
			Frontend: "fe_http", Backend: "bk", Server: "s1", Status: 200, State: [4]byte([]byte("----")),
			Request:   []byte("GET /a?b=\"c|{d}^e HTTP/1.1"),
			ReqCookie: []byte("SID=hello\"x#y|z and "), RespCookie: []byte("SID=answer"),
			ReqHeaders: list("a.example", "a \"{b|c}\" #\xc3\xa9 and more than th"), RespHeaders: list("reply{|}an", ""),
		}, "http"},
		{"denied", "HTTP", get("/deny"), 0, Record{
			Frontend: "fe_http", Status: 403, State: [4]byte([]byte("PR--")), Request: []byte("GET /deny HTTP/1.1"),
			ReqHeaders: list("a.example", ""), RespHeaders: list("", ""),
		}, "http"},
		{"no server", "HTTP", get("/none"), 0, Record{
			Frontend: "fe_http", Backend: "bk_none", Status: 503, State: [4]byte([]byte("SC--")), Request: []byte("GET /none HTTP/1.1"),
			ReqHeaders: list("a.example", ""), RespHeaders: list("", ""),
		}, "http"},
		{"refused, redispatched", "HTTP", get("/down"), 0, Record{
			Frontend: "fe_http", Backend: "bk_down", Server: "*", Status: 503, State: [4]byte([]byte("SC--")), Request: []byte("GET /down HTTP/1.1"),
			ReqHeaders: list("a.example", ""), RespHeaders: list("", ""), Redispatched: true,
		}, "http"},
		{"server timeout", "HTTP", get("/slow"), 0, Record{
			Frontend: "fe_http", Backend: "bk_slow", Server: "s1", Status: 504, State: [4]byte([]byte("sH--")), Request: []byte("GET /slow HTTP/1.1"),
			ReqHeaders: list("a.example", ""), RespHeaders: list("", ""),
		}, "http"},
		{"bad request", "HTTP", "GET / HTTP/1.1\r\nno colon\r\n\r\n", 0, Record{Frontend: "fe_http", Status: 400, State: [4]byte([]byte("PR--"))}, "http"},
		{"request timeout", "LATE", "GET / HT", 0, Record{Frontend: "fe_late", Status: 408, State: [4]byte([]byte("cR--"))}, "http"},
		{"client abort", "HTTP", "GET / HT", 50 * time.Millisecond, Record{Frontend: "fe_http", Status: 400, State: [4]byte([]byte("CR--"))}, "http"},
		{"long", "HTTP", get(long), 0, Record{
			Frontend: "fe_http", Backend: "bk", Server: "s1", Status: 200, State: [4]byte([]byte("----")), Request: AppendRequest(nil, []byte("GET"), []byte(long), "HTTP/1.1", 0),
			RespCookie: []byte("SID=answer"), ReqHeaders: list("a.example", ""), RespHeaders: list("reply{|}an", ""),
		}, "http"},
		{"logasap", "PLAIN", get("/"), 0, Record{
			Frontend: "fe_plain", Backend: "bk", Server: "s1", Status: 200, State: [4]byte([]byte("----")), Request: []byte("GET / HTTP/1.1"), ASAP: true,
		}, "http"},
		{"clf", "CLF", get("/"), 0, Record{
			Frontend: "fe_clf", Backend: "bk", Server: "s1", Status: 200, State: [4]byte([]byte("----")), Request: []byte("GET / HTTP/1.1"),
		}, "clf"},
		{"clf bad", "CLFCAP", "\x01\x02\r\n\r\n", 0, Record{Frontend: "fe_clfcap", Status: 400, State: [4]byte([]byte("PR--"))}, "clf"},
		{"clf captures", "CLFCAP", get("/", odd), 0, Record{
			Frontend: "fe_clfcap", Backend: "bk", Server: "s1", Status: 200, State: [4]byte([]byte("----")), Request: []byte("GET / HTTP/1.1"),
			ReqHeaders: list("a.example", "a \"{b|c}\" #\xc3\xa9 and more than th"), RespHeaders: list("reply{|}an"),
		}, "clf"},
		{"clf deny", "CLFCAP", get("/deny"), 0, Record{
			Frontend: "fe_clfcap", Status: 403, State: [4]byte([]byte("PR--")), Request: []byte("GET /deny HTTP/1.1"),
			ReqHeaders: list("a.example", ""), RespHeaders: list(""),
		}, "clf"},
		{"tcp", "TCP", get("/"), 0, Record{Frontend: "fe_tcp", Backend: "bk_tcp", Server: "t1", State: [4]byte([]byte("----"))}, "tcp"},
		{"connect", "CONNECT", get("/"), 0, Record{Frontend: "fe_connect", HTTP: true}, "connect"},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := h.talk(t, c.frontend, c.send, c.abort)
			line := h.line(t, client)
			r := c.want
			r.Client, r.Dest = netip.MustParseAddrPort(client), netip.MustParseAddrPort(h.ports[c.frontend])
			compare(t, c.format, line, &r)
		})
	}
	t.Run("queued", func(t *testing.T) {
		holder, err := net.Dial("tcp", h.ports["HTTP"])
		if err != nil {
			t.Fatal(err)
		}
		defer holder.Close()
		defer close(h.free)
		if _, err := io.WriteString(holder, get("/full")); err != nil {
			t.Fatal(err)
		}
		select {
		case <-h.full: // the only slot is taken
		case <-time.After(waitTime):
			t.Fatal("the first request did not reach the server")
		}
		client := h.talk(t, "HTTP", get("/full"), 0)
		compare(t, "http", h.line(t, client), &Record{
			Client: netip.MustParseAddrPort(client), Frontend: "fe_http", Backend: "bk_full", Status: 503,
			State: [4]byte([]byte("sQ--")), Request: []byte("GET /full HTTP/1.1"),
			ReqHeaders: list("a.example", ""), RespHeaders: list("", ""),
		})
	})
}

// compare completes r with the numbers in line and compares what Append makes of it.
func compare(t *testing.T, format, line string, r *Record) {
	t.Helper()
	var f Formatter
	var got []byte
	switch format {
	case "http":
		readStart(t, line, r)
		words := strings.Fields(line)
		numbers(t, words[4], "/", &r.TR, &r.Tw, &r.Tc, &r.Tr, &r.Ta)
		numbers(t, words[6], "/", &r.Bytes)
		readCounts(t, after(t, line, " "+string(r.State[:])+" "), r)
		got = f.AppendHTTP(nil, r)
	case "tcp":
		readStart(t, line, r)
		words := strings.Fields(line)
		numbers(t, words[4], "/", &r.Tw, &r.Tc, &r.Tt)
		numbers(t, words[5], "/", &r.Bytes)
		readCounts(t, after(t, line, " "+string(r.State[:2])+" "), r)
		got = f.AppendTCP(nil, r)
	case "clf":
		var ms int64
		words := strings.Fields(after(t, line, ` "" "" `))
		numbers(t, words[1], "/", &ms)
		at, err := time.Parse("02/Jan/2006:15:04:05 -0700", line[strings.Index(line, "[")+1:strings.Index(line, "]")])
		if err != nil {
			t.Fatal(err)
		}
		r.Date = at.UnixMilli() + ms
		r.Start = r.Date
		numbers(t, strings.Join(words[5:10], "/"), "/", &r.TR, &r.Tw, &r.Tc, &r.Tr, &r.Ta)
		before := strings.Fields(line[:strings.Index(line, ` "" "" `)])
		numbers(t, before[len(before)-1], "/", &r.Bytes)
		counts := strings.Fields(after(t, line, " "+string(r.State[:])+" "))
		readCounts(t, strings.Join(counts[:5], "/")+" "+strings.Join(counts[5:7], "/"), r)
		got = f.AppendCLF(nil, r)
	case "connect":
		got = f.AppendConnect(nil, r)
	}
	if string(got) != line {
		t.Fatalf("haproxy %s\nweir    %s", line, got)
	}
}

func readStart(t *testing.T, line string, r *Record) {
	t.Helper()
	at, err := time.ParseInLocation("02/Jan/2006:15:04:05.000", line[strings.Index(line, "[")+1:strings.Index(line, "]")], time.Local)
	if err != nil {
		t.Fatal(err)
	}
	r.Date, r.Start = at.UnixMilli(), at.UnixMilli()
	if r.Server == "*" { // any
		_, r.Server, _ = strings.Cut(strings.Fields(line)[3], "/")
	}
}

func readCounts(t *testing.T, text string, r *Record) {
	t.Helper()
	words := strings.Fields(text)
	numbers(t, words[0], "/", &r.ActConn, &r.FeConn, &r.BeConn, &r.SrvConn, &r.Retries)
	numbers(t, words[1], "/", &r.SrvQueue, &r.BackendQueue)
}

// numbers reads numbers with sep between, whatever sign stands before them: the signs are what Append has to put.
func numbers(t *testing.T, text, sep string, into ...*int64) {
	t.Helper()
	parts := strings.Split(text, sep)
	if len(parts) != len(into) {
		t.Fatalf("%q has %d numbers; want %d", text, len(parts), len(into))
	}
	for i, p := range parts {
		n, err := strconv.ParseInt(strings.TrimPrefix(p, "+"), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		*into[i] = n
	}
}

func after(t *testing.T, line, mark string) string {
	t.Helper()
	_, rest, ok := strings.Cut(line, mark)
	if !ok {
		t.Fatalf("no %q in %s", mark, line)
	}
	return rest
}
