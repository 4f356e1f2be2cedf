package frontend

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"sync"
	"testing"
)

// h2cOrigin is a real server, of HTTP/2 without TLS and of nothing else.
func h2cOrigin(t testing.TB, h http.HandlerFunc) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: h, Protocols: new(http.Protocols), HTTP2: &http.HTTP2Config{MaxConcurrentStreams: 50}}
	srv.Protocols.SetUnencryptedHTTP2(true)
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	return l.Addr().String()
}

// h1Client speaks HTTP/1 to an address.
func h1Client(t testing.TB, addr string) *http.Client {
	tr := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, addr)
	}}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, Timeout: waitTime}
}

// versions runs f for both versions of HTTP on either side.
func versions(t *testing.T, h http.HandlerFunc, fe, be string, f func(t *testing.T, px *testProxy, c *http.Client, server int)) {
	for server := 1; server <= 2; server++ {
		addr, proto := "", ""
		if server == 1 {
			addr = httpOrigin(t, h)
		} else {
			addr, proto = h2cOrigin(t, h), `default_server { proto = "h2" }`
		}
		for client := 1; client <= 2; client++ {
			t.Run(fmt.Sprintf("h%d to h%d", client, server), func(t *testing.T) {
				px := newTestProxy(t, simple(addr, fe, proto+"\n"+be))
				c := h1Client(t, px.addr("f", 0))
				if client == 2 {
					c = h2Client(t, px.addr("f", 0))
				}
				f(t, px, c, server)
				c.CloseIdleConnections()
				px.balanced()
			})
		}
	}
}

// request sends a request and reads the response.
func request(t *testing.T, c *http.Client, method, path string, body io.Reader, edit func(*http.Request)) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequest(method, "http://example.org"+path, body)
	if err != nil {
		t.Fatal(err)
	}
	if edit != nil {
		edit(req)
	}
	resp, err := c.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s: %v after %d octets", method, path, err, len(got))
	}
	return resp, got
}

// Requests and responses of every shape come through as they were sent, whatever either side speaks.
func TestHTTP2Server(t *testing.T) {
	big := bytes.Repeat([]byte("0123456789abcdef"), 200_000) // 3.2 MB
	serve := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/refuse" { // without reading the body
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			io.WriteString(w, "too large")
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		w.Header().Set("X-Got", fmt.Sprintf("%s %s %s %d %d %s", r.Method, r.Host, r.URL, r.ContentLength, len(body), r.Header.Get("Te")))
		switch r.URL.Path {
		case "/big":
			w.Write(big)
		case "/chunked":
			w.Header().Set("Trailer", "X-Sum")
			w.Write(big[:100_000])
			w.(http.Flusher).Flush()
			w.Header().Set("X-Sum", "1")
		case "/sum":
			w.Header().Set("Trailer", "X-Sum")
			w.Header().Set("Content-Length", "3")
			io.WriteString(w, "abc")
			w.Header().Set("X-Sum", "2")
		case "/hint":
			w.Header().Set("Link", "</a.css>")
			w.WriteHeader(http.StatusEarlyHints)
		case "/none":
			w.WriteHeader(http.StatusNoContent)
		case "/same":
			w.Header().Set("Etag", `"1"`)
			w.WriteHeader(http.StatusNotModified)
		default:
			fmt.Fprintf(w, "%d %v", len(body), r.Trailer)
		}
	}
	const about = `http_response "set-header" {
  name  = "X-Server"
  value = "${bc_http_major()} ${bc_reused()}"
}`
	versions(t, serve, about, "", func(t *testing.T, px *testProxy, c *http.Client, server int) {
		check := func(resp *http.Response, want string) {
			t.Helper()
			if got := resp.Header.Get("X-Got"); got != want {
				t.Errorf("the server got %s; want %s", got, want)
			}
		}
		for i := range 3 {
			resp, _ := request(t, c, "GET", "/a?b=c", nil, func(r *http.Request) { r.Header.Set("Te", "trailers") })
			check(resp, "GET example.org /a?b=c 0 0 trailers")
			if got, want := resp.Header.Get("X-Server"), fmt.Sprintf("%d %d", server, min(i, 1)); got != want {
				t.Errorf("the server's connection is told as %q; want %q", got, want)
			}
		}
		if _, got := request(t, c, "GET", "/big", nil, nil); !bytes.Equal(got, big) {
			t.Errorf("a large response has %d octets", len(got))
		}
		resp, _ := request(t, c, "POST", "/", bytes.NewReader(big), nil)
		check(resp, fmt.Sprintf("POST example.org / %d %d", len(big), len(big)))
		resp, _ = request(t, c, "PUT", "/", strings.NewReader("abc"), nil)
		check(resp, "PUT example.org / 3 3")
		resp, got := request(t, c, "POST", "/", io.MultiReader(bytes.NewReader(big)), func(r *http.Request) { r.Trailer = http.Header{"X-End": {"2"}} })
		check(resp, fmt.Sprintf("POST example.org / -1 %d", len(big)))
		if !strings.Contains(string(got), "X-End:[2]") {
			t.Errorf("the server got %s", got)
		}
		resp, got = request(t, c, "GET", "/chunked", nil, nil)
		if len(got) != 100_000 || resp.Trailer.Get("X-Sum") != "1" {
			t.Errorf("a chunked response: %d octets, trailers %v", len(got), resp.Trailer)
		}
		if resp, got = request(t, c, "GET", "/sum", nil, nil); string(got) != "abc" || server == 2 && resp.Trailer.Get("X-Sum") != "2" {
			t.Errorf("a length and trailers: %q, trailers %v", got, resp.Trailer)
		}
		if resp, got = request(t, c, "HEAD", "/big", nil, nil); len(got) != 0 || resp.StatusCode != 200 {
			t.Errorf("HEAD: %d, %d octets", resp.StatusCode, len(got))
		}
		for path, status := range map[string]int{"/none": 204, "/same": 304} {
			if resp, got := request(t, c, "GET", path, nil, nil); resp.StatusCode != status || len(got) > 0 {
				t.Errorf("%s: got %d and %d octets", path, resp.StatusCode, len(got))
			}
		}
		hints := ""
		request(t, c, "GET", "/hint", nil, func(r *http.Request) {
			*r = *r.WithContext(httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{Got1xxResponse: func(code int, h textproto.MIMEHeader) error {
				hints += fmt.Sprint(code, h.Get("Link"))
				return nil
			}}))
		})
		if hints != "103</a.css>" {
			t.Errorf("hints %q", hints)
		}
		resp, got = request(t, c, "POST", "/", strings.NewReader("abc"), func(r *http.Request) { r.Header.Set("Expect", "100-continue") })
		if resp.StatusCode != 200 || string(got) != "3 map[]" {
			t.Errorf("100-continue: %d %s", resp.StatusCode, got)
		}
	})
}

// A server that refuses a body is heard although the body is not read, and its connection serves others.
func TestHTTP2ServerEarlyAnswer(t *testing.T) {
	addr := h2cOrigin(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/refuse" {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			io.WriteString(w, "too large")
		}
	})
	px := newTestProxy(t, simple(addr, "", `default_server { proto = "h2" }`))
	for _, c := range []*http.Client{h1Client(t, px.addr("f", 0)), h2Client(t, px.addr("f", 0))} {
		r, w := io.Pipe()
		resp, got := request(t, c, "POST", "/refuse", r, nil)
		if resp.StatusCode != 413 || string(got) != "too large" {
			t.Errorf("got %d %q", resp.StatusCode, got)
		}
		w.Close()
		if resp, _ := request(t, c, "GET", "/", nil, nil); resp.StatusCode != 200 {
			t.Errorf("then %d", resp.StatusCode)
		}
		c.CloseIdleConnections()
	}
	// What must not be sent twice is not an HTTP/1 client's first request on a connection that others have used; it is the first of all here.
	if row := px.Backends()[0].Snapshot(nil)[0]; row.Connects != 1 || row.Reuses != 3 {
		t.Errorf("%d connections, %d reuses; want 1 and 3", row.Connects, row.Reuses)
	}
	px.balanced()
}

// Many requests share few connections, as the server's limit of streams and max-reuse say.
func TestHTTP2ServerShares(t *testing.T) {
	var mu sync.Mutex
	conns, all := map[string]int{}, make(chan struct{})
	waiting := 0
	const n = 120
	addr := h2cOrigin(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		conns[r.RemoteAddr]++
		if r.URL.Path == "/wait" {
			if waiting++; waiting == n {
				close(all)
			}
		}
		mu.Unlock()
		if r.URL.Path == "/wait" {
			<-all
		}
		fmt.Fprint(w, "ok")
	})
	px := newTestProxy(t, simple(addr, "", `default_server { proto = "h2" }`))
	c := h2Client(t, px.addr("f", 0))
	request(t, c, "GET", "/", nil, nil)
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			resp, err := c.Get("http://example.org/wait")
			if err != nil {
				t.Error(err)
				return
			}
			if got, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != 200 || string(got) != "ok" {
				t.Errorf("got %d %q, %v", resp.StatusCode, got, err)
			}
			resp.Body.Close()
		})
	}
	wg.Wait()
	most := 0
	for _, n := range conns {
		most = max(most, n)
	}
	if most != 51 || len(conns) < 3 { // 50 at once, and the first
		t.Errorf("connections and their requests: %v", conns)
	}
	c.CloseIdleConnections()
	px.balanced()
	row := px.Backends()[0].Snapshot(nil)[0]
	// Before the server has told its limit more streams may be sent than it takes: those are sent again.
	if k := len(conns); row.UsedConns != 0 || row.IdleConns != int64(k) || row.Connects != uint64(k) || row.Reuses < uint64(n+1-k) {
		t.Errorf("used %d, idle %d, connects %d, reuses %d", row.UsedConns, row.IdleConns, row.Connects, row.Reuses)
	}
}

// A client that gives up resets its stream; the connection serves others.
func TestHTTP2ServerAbort(t *testing.T) {
	gone, began := make(chan struct{}), make(chan struct{})
	addr := h2cOrigin(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			w.WriteHeader(200)
			w.(http.Flusher).Flush()
			close(began)
			<-r.Context().Done()
			close(gone)
		}
	})
	px := newTestProxy(t, simple(addr, "", `default_server { proto = "h2" }`))
	c := h2Client(t, px.addr("f", 0))
	ctx, cancel := context.WithCancel(t.Context())
	req, _ := http.NewRequestWithContext(ctx, "GET", "http://example.org/slow", nil)
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	<-began
	cancel()
	if _, err := io.ReadAll(resp.Body); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	<-gone
	request(t, c, "GET", "/", nil, nil)
	c.CloseIdleConnections()
	px.balanced()
	if row := px.Backends()[0].Snapshot(nil)[0]; row.Connects != 1 {
		t.Errorf("%d connections", row.Connects)
	}
	if line := px.logLine("/slow"); !strings.Contains(line, " CD-- ") {
		t.Errorf("logged %q", line)
	}
}

// One frame in each turn is slow, and all that it is.
func TestHTTP2FramesAtOnce(t *testing.T) {
	big := bytes.Repeat([]byte("0123456789abcdef"), 40_000)
	addr := h2cOrigin(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(w, r.Body)
	})
	head := strings.Replace(testHead, "nbthread = 1", "nbthread = 1\ntune {\n h2_fe_max_frames_at_once = 1\n h2_be_max_frames_at_once = 1\n}", 1)
	px := buildTestProxy(t, head+simple(addr, "", `default_server { proto = "h2" }`))
	if err := px.Start(); err != nil {
		t.Fatal(err)
	}
	c := h2Client(t, px.addr("f", 0))
	for range 3 {
		if _, got := request(t, c, "POST", "/", bytes.NewReader(big), nil); !bytes.Equal(got, big) {
			t.Errorf("got %d octets of %d", len(got), len(big))
		}
	}
	c.CloseIdleConnections()
	px.balanced()
}
