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

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// h2Client speaks HTTP/2 without TLS to an address.
func h2Client(t testing.TB, addr string) *http.Client {
	// One connection: where the first answer is sooner than the transport's own bookkeeping, the second request would dial again.
	tr := &http.Transport{Protocols: new(http.Protocols), MaxConnsPerHost: 1, DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, addr)
	}}
	tr.Protocols.SetUnencryptedHTTP2(true)
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, Timeout: waitTime}
}

// httpOrigin is a real server, of HTTP/1.
func httpOrigin(t testing.TB, h http.HandlerFunc) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: h}
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	return l.Addr().String()
}

// Requests and responses of every shape come through as they were sent.
func TestHTTP2(t *testing.T) {
	big := bytes.Repeat([]byte("0123456789abcdef"), 200_000) // 3.2 MB
	addr := httpOrigin(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		w.Header().Set("X-Got", fmt.Sprintf("%s %s %s %d %v %q", r.Proto, r.Method, r.URL, len(body), r.TransferEncoding, r.Header.Get("Cookie")))
		switch r.URL.Path {
		case "/big":
			w.Write(big)
		case "/chunked":
			w.Header().Set("Trailer", "X-Sum")
			w.Write(big[:100_000])
			w.(http.Flusher).Flush()
			w.Header().Set("X-Sum", "1")
		case "/hint":
			w.Header().Set("Link", "</a.css>")
			w.WriteHeader(http.StatusEarlyHints)
		case "/none":
			w.WriteHeader(http.StatusNoContent)
		default:
			fmt.Fprintf(w, "%d %v", len(body), r.Trailer)
		}
	})
	px := newTestProxy(t, simple(addr, "http_response \"set-header\" {\n name = \"X-Ver\"\n value = req_ver()\n}\nhttp_response \"set-header\" {\n name = \"X-Conn\"\n value = \"${fc_http_major()} ${fs_id()} ${fc_nb_streams()}/${fc_settings_streams_limit()} ${fc_glitches()}\"\n}", ""))
	c := h2Client(t, px.addr("f", 0))
	do := func(method, path string, body io.Reader, edit func(*http.Request)) (*http.Response, []byte) {
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
		if resp.Header.Get("X-Ver") != "2.0" {
			t.Errorf("%s: the version is told as %q", path, resp.Header.Get("X-Ver"))
		}
		return resp, got
	}
	check := func(resp *http.Response, want string) {
		t.Helper()
		if got := resp.Header.Get("X-Got"); got != want {
			t.Errorf("the server got %s; want %s", got, want)
		}
	}
	resp, _ := do("GET", "/first", nil, nil)
	if got := resp.Header.Get("X-Conn"); got != "2 1 1/100 0" {
		t.Errorf("the connection is told as %q", got)
	}
	resp, _ = do("GET", "/a?b=c", nil, func(r *http.Request) { r.Header.Set("Cookie", "a=b; c=d") })
	check(resp, `HTTP/1.1 GET /a?b=c 0 [] "a=b; c=d"`)
	if _, got := do("GET", "/big", nil, nil); !bytes.Equal(got, big) {
		t.Errorf("a large response has %d octets", len(got))
	}
	resp, _ = do("POST", "/", bytes.NewReader(big), nil)
	check(resp, fmt.Sprintf(`HTTP/1.1 POST / %d [] ""`, len(big)))
	resp, got := do("POST", "/", io.MultiReader(bytes.NewReader(big)), func(r *http.Request) { r.Trailer = http.Header{"X-End": {"2"}} })
	check(resp, fmt.Sprintf(`HTTP/1.1 POST / %d [chunked] ""`, len(big)))
	if !strings.Contains(string(got), "X-End:[2]") {
		t.Errorf("the server got %s", got)
	}
	resp, got = do("GET", "/chunked", nil, nil)
	if len(got) != 100_000 || resp.Trailer.Get("X-Sum") != "1" || resp.ContentLength != -1 {
		t.Errorf("a chunked response: %d octets, trailers %v", len(got), resp.Trailer)
	}
	if resp, got = do("HEAD", "/big", nil, nil); len(got) != 0 || resp.StatusCode != 200 {
		t.Errorf("HEAD: %d, %d octets", resp.StatusCode, len(got))
	}
	if resp, _ = do("GET", "/none", nil, nil); resp.StatusCode != 204 {
		t.Errorf("got %d", resp.StatusCode)
	}
	hints := ""
	do("GET", "/hint", nil, func(r *http.Request) {
		*r = *r.WithContext(httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{Got1xxResponse: func(code int, h textproto.MIMEHeader) error {
			hints += fmt.Sprint(code, h.Get("Link"))
			return nil
		}}))
	})
	if hints != "103</a.css>" {
		t.Errorf("hints %q", hints)
	}
	if line := px.logLine("/a?b=c"); !strings.HasSuffix(line, `"GET http://example.org/a?b=c HTTP/2.0"`+"\n") {
		t.Errorf("logged %q", line)
	}
}

// Many streams at once, and streams whose client does not read, do not disturb each other.
func TestHTTP2Concurrent(t *testing.T) {
	big := bytes.Repeat([]byte("x"), 1<<20)
	addr := httpOrigin(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/big" {
			w.Write(big)
			return
		}
		body, _ := io.ReadAll(r.Body) // a server of HTTP/1 in Go does not read on once it has answered
		w.Write(body)
	})
	px := newTestProxy(t, simple(addr, "", ""))
	c := h2Client(t, px.addr("f", 0))
	stuck, err := c.Get("http://h/big") // its body is not read until the end
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	turn := make(chan struct{}, 80) // beyond 100 the client opens another connection
	for i := range 400 {
		turn <- struct{}{}
		wg.Go(func() {
			defer func() { <-turn }()
			text := strings.Repeat(fmt.Sprint(i, ","), 3000)
			resp, err := c.Post("http://h/echo", "text/plain", strings.NewReader(text))
			if err != nil {
				t.Error(err)
				return
			}
			got, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if string(got) != text {
				t.Errorf("%d: %d octets, %v; want %d", i, len(got), err, len(text))
			}
		})
	}
	wg.Wait()
	got, err := io.ReadAll(stuck.Body)
	stuck.Body.Close()
	if len(got) != len(big) {
		t.Errorf("the slow one got %d octets, %v", len(got), err)
	}
	if n := px.conns.Load(); n != 1 {
		t.Errorf("%d connections are counted; want 1", n)
	}
	c.Transport.(*http.Transport).CloseIdleConnections()
	px.balanced()
}

// rawH2 is a client that sends frames by hand.
type rawH2 struct {
	*peer
	fr  *http2.Framer
	buf bytes.Buffer
	enc *hpack.Encoder
}

func dialH2(t testing.TB, addr string) *rawH2 {
	k := &rawH2{peer: dialPeer(t, addr)}
	k.enc = hpack.NewEncoder(&k.buf)
	k.send(http2.ClientPreface)
	k.fr = http2.NewFramer(k, k.r)
	k.fr.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	k.must(k.fr.WriteSettings())
	return k
}

func (k *rawH2) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

func (k *rawH2) request(id uint32, end bool, fields ...string) {
	k.t.Helper()
	k.buf.Reset()
	for i := 0; i < len(fields); i += 2 {
		k.enc.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]})
	}
	k.must(k.fr.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: k.buf.Bytes(), EndStream: end, EndHeaders: true}))
}

// next is the next frame that is not about the connection's upkeep.
func (k *rawH2) next() http2.Frame {
	k.t.Helper()
	for {
		f, err := k.fr.ReadFrame()
		k.must(err)
		switch f.(type) {
		case *http2.SettingsFrame, *http2.WindowUpdateFrame:
			continue
		}
		return f
	}
}

// A WebSocket over HTTP/2 is an Upgrade to the server (RFC 8441), and a tunnel both ways.
func TestHTTP2WebSocket(t *testing.T) {
	f := func(accept string, wantOpen bool) {
		t.Helper()
		o := newTestOrigin(t)
		px := newTestProxy(t, simple(o.addr(), "", ""))
		k := dialH2(t, px.addr("f", 0))
		k.request(1, false, ":method", "CONNECT", ":protocol", "websocket", ":scheme", "http", ":authority", "h", ":path", "/ws?table=1", "sec-websocket-version", "13")
		s := o.accept()
		head := s.head()
		key := ""
		for line := range strings.Lines(head) {
			if v, ok := strings.CutPrefix(line, "sec-websocket-key: "); ok {
				key = strings.TrimSpace(v)
			}
		}
		if !strings.HasPrefix(head, "GET /ws?table=1 HTTP/1.1\r\n") || !strings.Contains(head, "\r\nconnection: upgrade\r\n") || !strings.Contains(head, "\r\nupgrade: websocket\r\n") || key == "" {
			t.Fatalf("the server got %q", head)
		}
		if accept == "" {
			accept = acceptFor(key)
		}
		s.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: " + accept + "\r\n\r\nfirst")
		if !wantOpen {
			if r, ok := k.next().(*http2.RSTStreamFrame); !ok || r.ErrCode == http2.ErrCodeNo {
				t.Errorf("a wrong proof: got %v", r)
			}
			return
		}
		h, ok := k.next().(*http2.MetaHeadersFrame)
		if !ok || h.PseudoValue("status") != "200" || h.StreamEnded() {
			t.Fatalf("got %v", h)
		}
		for _, hf := range h.Fields {
			if hf.Name == "upgrade" || hf.Name == "connection" || hf.Name == "sec-websocket-accept" {
				t.Errorf("the client got %v", hf)
			}
		}
		if d, ok := k.next().(*http2.DataFrame); !ok || string(d.Data()) != "first" {
			t.Errorf("got %v", d)
		}
		k.must(k.fr.WriteData(1, false, []byte("ping")))
		s.expect("ping")
		s.send("pong")
		if d, ok := k.next().(*http2.DataFrame); !ok || string(d.Data()) != "pong" {
			t.Errorf("got %v", d)
		}
		s.Close() // the server's end is the stream's
		if d, ok := k.next().(*http2.DataFrame); !ok || !d.StreamEnded() {
			t.Errorf("got %v", d)
		}
		k.Close()
		px.balanced()
	}
	f("", true)
	f("wrong", false)
}

// A server that answers the wish for another protocol with 2xx has not agreed to it: over HTTP/2 its client would think so, and take the body, which anybody
// may have made, for that protocol.
func TestHTTP2NoUpgrade(t *testing.T) {
	for _, x := range []struct{ protocol, answer, status string }{
		{"websocket", "200 OK", "502"}, {"websocket", "204 No Content", "502"}, {"foo", "201 Created", "502"}, {"websocket", "404 Not Found", "404"}, {"websocket", "302 Found", "302"},
		{"h2c", "200 OK", "502"},
	} {
		o := newTestOrigin(t)
		px := newTestProxy(t, simple(o.addr(), "", ""))
		k := dialH2(t, px.addr("f", 0))
		k.request(1, false, ":method", "CONNECT", ":protocol", x.protocol, ":scheme", "http", ":authority", "h", ":path", "/ws")
		s := o.accept()
		s.head()
		body := "Content-Length: 4\r\n\r\ntext"
		if strings.HasPrefix(x.answer, "204") {
			body = "\r\n"
		}
		s.send("HTTP/1.1 " + x.answer + "\r\n" + body)
		got := "reset"
		switch f := k.next().(type) {
		case *http2.MetaHeadersFrame:
			got = f.PseudoValue("status")
		case *http2.RSTStreamFrame:
		default:
			got = fmt.Sprint(f)
		}
		if got != x.status {
			t.Errorf("%s is answered with %s: the client got %s; want %s", x.protocol, x.answer, got, x.status)
		}
		if x.status == "502" {
			px.logLine(" SH-- ")
		}
		k.Close()
		px.balanced()
	}
}

// A client that resets a stream frees the server at once; a server that breaks off resets the stream and nothing else.
func TestHTTP2Resets(t *testing.T) {
	o := newTestOrigin(t)
	px := newTestProxy(t, simple(o.addr(), "", ""))
	k := dialH2(t, px.addr("f", 0))
	get := []string{":method", "GET", ":scheme", "http", ":authority", "h", ":path", "/"}
	k.request(1, true, get...)
	s := o.accept()
	s.head()
	s.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
	if _, ok := k.next().(*http2.MetaHeadersFrame); !ok {
		t.Fatal("no head came")
	}
	k.must(k.fr.WriteRSTStream(1, http2.ErrCodeCancel))
	s.closed()

	k.request(3, true, get...)
	s = o.accept()
	s.head()
	s.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
	s.Close()
	for {
		f := k.next()
		if r, ok := f.(*http2.RSTStreamFrame); ok {
			if r.StreamID != 3 || r.ErrCode == http2.ErrCodeNo {
				t.Errorf("got %v", r)
			}
			break
		}
	}
	k.request(5, true, get...)
	s = o.accept()
	s.head()
	s.send("HTTP/1.1 204 No Content\r\n\r\n")
	for {
		if h, ok := k.next().(*http2.MetaHeadersFrame); ok && h.StreamID == 5 {
			break
		}
	}
	k.Close()
	px.balanced()
}

// A stop lets what runs come to its end and takes nothing new once the client knows.
func TestHTTP2Stop(t *testing.T) {
	t.Parallel()
	o := newTestOrigin(t)
	px := newTestProxy(t, simple(o.addr(), "", ""))
	k := dialH2(t, px.addr("f", 0))
	k.request(1, true, ":method", "GET", ":scheme", "http", ":authority", "h", ":path", "/")
	s := o.accept()
	s.head()
	down := make(chan error)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), waitTime)
		defer cancel()
		down <- px.Shutdown(ctx)
	}()
	k.must(k.fr.WritePing(true, k.farewell()))
	k.goneAfter(1)
	s.send("HTTP/1.1 204 No Content\r\n\r\n")
	if h, ok := k.next().(*http2.MetaHeadersFrame); !ok || !h.StreamEnded() {
		t.Fatalf("got %v", h)
	}
	k.closed()
	if err := <-down; err != nil {
		t.Error(err)
	}
}

// Who opens and resets streams is cut off and counted, and nobody else notices.
func TestHTTP2RapidReset(t *testing.T) {
	addr := httpOrigin(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "ok") })
	px := newTestProxy(t, simple(addr, "", ""))
	k := dialH2(t, px.addr("f", 0))
	gone := make(chan error, 1)
	go func() {
		for {
			f, err := k.fr.ReadFrame()
			if g, ok := f.(*http2.GoAwayFrame); ok && g.ErrCode == http2.ErrCodeEnhanceYourCalm {
				gone <- nil
				return
			}
			if err != nil {
				gone <- err
				return
			}
		}
	}()
	for id := uint32(1); id < 20000; id += 2 {
		k.buf.Reset()
		for _, f := range [][2]string{{":method", "GET"}, {":scheme", "http"}, {":authority", "h"}, {":path", "/"}} {
			k.enc.WriteField(hpack.HeaderField{Name: f[0], Value: f[1]})
		}
		if k.fr.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: k.buf.Bytes(), EndStream: true, EndHeaders: true}) != nil ||
			k.fr.WriteRSTStream(id, http2.ErrCodeCancel) != nil {
			break // it was cut off
		}
	}
	if err := <-gone; err != nil && !errors.Is(err, io.EOF) && !strings.Contains(err.Error(), "reset") {
		t.Errorf("the attacker was not cut off: %v", err)
	}
	px.onLoop(func(w *worker) {
		if w.faults["h2_rapid_reset"] != 1 {
			t.Errorf("counted %v", w.faults)
		}
	})
	resp, err := h2Client(t, px.addr("f", 0)).Get("http://h/")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
}

// The default port of the scheme is taken out of the authority, as in HAProxy: rules, the log and the server have the name alone.
func TestHTTP2DefaultPort(t *testing.T) {
	hosts := make(chan string, 1)
	addr := httpOrigin(t, func(w http.ResponseWriter, r *http.Request) {
		hosts <- r.Host + " " + r.Header.Get("X-Url")
		w.WriteHeader(204)
	})
	px := newTestProxy(t, simple(addr, "http_request \"set-header\" {\n name = \"X-Url\"\n value = \"${url()} ${base()}\"\n}", ""))
	c := h2Client(t, px.addr("f", 0))
	f := func(host, want string) {
		t.Helper()
		resp, err := c.Get("http://" + host + "/x")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got := <-hosts; got != want {
			t.Errorf("%s: the server got %q; want %q", host, got, want)
		}
	}
	f("h:80", "h http://h/x h/x")
	f("h", "h http://h/x h/x")
	f("h:443", "h:443 http://h:443/x h:443/x")
	f("h:8080", "h:8080 http://h:8080/x h:8080/x")
}

// An idle connection is asked to go, and goes.
func TestHTTP2Idle(t *testing.T) {
	t.Parallel()
	addr := httpOrigin(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) })
	px := newTestProxy(t, simple(addr, "timeout {\n http_keep_alive = \"50ms\"\n}", ""))
	k := dialH2(t, px.addr("f", 0))
	k.request(1, true, getRoot...)
	k.answered(1)
	data := k.farewell()
	k.request(3, true, getRoot...) // just then
	k.answered(1)
	k.must(k.fr.WritePing(true, data))
	k.goneAfter(3)
	k.closed()
	px.balanced()
}

// proto and the option say who speaks what.
func TestHTTP2Proto(t *testing.T) {
	addr := httpOrigin(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "ok") })
	f := func(bind, fe string, h1, h2 bool) {
		t.Helper()
		cfg := strings.Replace(simple(addr, fe, ""), `bind "127.0.0.1:1" {}`, "bind \"127.0.0.1:1\" {\n"+bind+"\n}", 1)
		px := newTestProxy(t, cfg)
		resp, err := http.Get("http://" + px.addr("f", 0))
		if err == nil {
			resp.Body.Close()
		}
		if (err == nil) != h1 {
			t.Errorf("%q %q: HTTP/1: %v", bind, fe, err)
		}
		resp, err = h2Client(t, px.addr("f", 0)).Get("http://h/")
		if err == nil {
			resp.Body.Close()
		}
		if (err == nil) != h2 {
			t.Errorf("%q %q: HTTP/2: %v", bind, fe, err)
		}
	}
	f("", "", true, true)
	f(`proto = "h1"`, "", true, false)
	f(`proto = "h2"`, "", false, true)
	f("", "option {\n disable_h2_upgrade = true\n}", true, false)
	f(`proto = "h2"`, "option {\n disable_h2_upgrade = true\n}", false, true)
}
