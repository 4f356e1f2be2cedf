package frontend

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const chunkedOK = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n"

// Trailers go through, or are left out on the side that asks for it.
func TestDropTrailers(t *testing.T) {
	f := func(fe, be, up, down string) {
		t.Helper()
		o := newTestOrigin(t)
		px := newTestProxy(t, simple(o.addr(), fe, be))
		c := dialPeer(t, px.addr("f", 0))
		c.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Up: 2\r\n\r\n")
		s := o.accept()
		s.head()
		s.expect("3\r\nabc\r\n0\r\n" + up + "\r\n")
		s.send(chunkedOK)
		c.head()
		c.expect("2\r\nok\r\n0\r\n" + down + "\r\n")
	}
	f("", "", "x-up: 2\r\n", "x-sum: 1\r\n")
	f("", "option {\n http_drop_request_trailers = true\n}", "", "x-sum: 1\r\n")
	f("option {\n http_drop_response_trailers = true\n}", "", "x-up: 2\r\n", "")
}

// A connection that brings nothing is closed without a word, a line or a count.
func TestIgnoreProbes(t *testing.T) {
	f := func(option string, wantReqs uint64) {
		t.Helper()
		o := newTestOrigin(t)
		px := newTestProxy(t, simple(o.addr(), option, ""))
		dialPeer(t, px.addr("f", 0)).Close()
		eventually(t, "the connection is seen", func() error {
			if px.frontend("f").max.Load() == 0 {
				return errors.New("not yet")
			}
			return nil
		})
		px.balanced()
		if wantReqs > 0 {
			px.logLine("400")
		}
		px.onLoop(func(w *worker) {
			if tr := px.frontend("f").traffic(w); tr.Requests != wantReqs || tr.Connections != 1 {
				t.Errorf("%q: %d requests on %d connections; want %d", option, tr.Requests, tr.Connections, wantReqs)
			}
		})
		if got := px.out.String(); (got != "") != (wantReqs > 0) {
			t.Errorf("%q: logged %q", option, got)
		}
	}
	f("", 1)
	f("option {\n http_ignore_probes = true\n}", 0)

	o := newTestOrigin(t)
	px := newTestProxy(t, simple(o.addr(), "option {\n http_ignore_probes = true\n}\ntimeout {\n http_request = \"50ms\"\n}", ""))
	dialPeer(t, px.addr("f", 0)).closed() // no 408
}

// Some faults are passed over where the configuration says so, and counted.
func TestAcceptUnsafe(t *testing.T) {
	const bad = "GET /a#b HTTP/1.1\r\nHost: h\r\nX[y]: 1\r\n\r\n"
	o := newTestOrigin(t)
	px := newTestProxy(t, simple(o.addr(), "", ""))
	c := dialPeer(t, px.addr("f", 0))
	c.send(bad)
	c.status(http.StatusBadRequest)

	px = newTestProxy(t, simple(o.addr(), "option {\n accept_unsafe_violations_in_http_request = true\n}", "option {\n accept_unsafe_violations_in_http_response = true\n}"))
	c = dialPeer(t, px.addr("f", 0))
	c.send(bad)
	s := o.accept()
	if h := s.head(); !strings.HasPrefix(h, "GET /a%23b HTTP/1.1\r\n") || !strings.Contains(h, "\r\nx[y]: 1\r\n") {
		t.Errorf("the server got %q", h)
	}
	s.send("HTTP/1.1 200 OK\r\nX[z]: 2\r\nContent-Length: 0\r\n\r\n")
	if h := c.head(); !strings.Contains(h, "\r\nx[z]: 2\r\n") {
		t.Errorf("the client got %q", h)
	}
	px.onLoop(func(w *worker) {
		if w.faults["accepted_bad_target_char"] != 1 || w.faults["accepted_bad_field_name"] != 1 {
			t.Errorf("counted %v", w.faults)
		}
	})
}

// set-map and its like change what the next request finds.
func TestMapActions(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	hosts, bans := file("hosts.map", "a one\n"), file("bans.lst", "never\n")
	o := newTestOrigin(t)
	px := newTestProxy(t, simple(o.addr(), strings.NewReplacer("MAP", hosts, "LIST", bans).Replace(`
  http_request "set-map" {
    file  = "MAP"
    key   = "${hdr("x-key")}"
    value = "${hdr("x-value")}"
    when  = exists(hdr("x-value"))
  }
  http_request "del-map" {
    file = "MAP"
    key  = "${hdr("x-del")}"
    when = exists(hdr("x-del"))
  }
  http_request "add-acl" {
    file = "LIST"
    key  = "${hdr("x-ban")}"
    when = exists(hdr("x-ban"))
  }
  http_request "deny" {
    when = natural(hdr("x-name"), file("LIST"))
  }
  http_request "return" {
    status = 200
    content_type = "text/plain"
    lf_string = "${map(hdr("x-key"), "MAP", "none")}"
  }
`), ""))
	c := dialPeer(t, px.addr("f", 0))
	f := func(fields, want string) {
		t.Helper()
		c.send("GET / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n")
		if res, body := c.response("GET"); body != want && want != "" || want == "" && res.StatusCode != http.StatusForbidden {
			t.Errorf("%q: %d %q; want %q", fields, res.StatusCode, body, want)
		}
	}
	f("X-Key: a\r\n", "one")
	f("X-Key: a\r\nX-Value: two\r\n", "two")
	f("X-Key: b\r\nX-Value: three\r\n", "three")
	f("X-Key: b\r\n", "three")
	f("X-Key: b\r\nX-Del: b\r\n", "none")
	f("X-Name: bob\r\nX-Key: a\r\n", "two")
	f("X-Ban: bob\r\nX-Key: a\r\n", "two")
	f("X-Name: bob\r\n", "")
}

// The process's variables are there from the first request on.
func TestGlobalVars(t *testing.T) {
	o := newTestOrigin(t)
	px := buildTestProxy(t, strings.Replace(testHead, "nbthread = 1", "nbthread = 1\n set_var \"proc.a\" {\n value = int(42)\n }\n set_var_fmt \"proc.b\" {\n value = \"x-${var(\"proc.a\")}\"\n }\n", 1)+
		simple(o.addr(), `http_request "return" {
  status = 200
  content_type = "text/plain"
  lf_string = "${var("proc.a")} ${var("proc.b")}"
}`, ""))
	if err := px.Start(); err != nil {
		t.Fatal(err)
	}
	c := dialPeer(t, px.addr("f", 0))
	c.send(get)
	if _, body := c.response("GET"); body != "42 x-42" {
		t.Errorf("got %q", body)
	}
}
