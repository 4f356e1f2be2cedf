package conf

import (
	"errors"
	"strings"
	"testing"
)

func TestErrorText(t *testing.T) {
	pos := Pos{File: "lb.cfg", Line: 12, Col: 9}
	f := func(e *Error, want string) {
		t.Helper()
		if got := e.Error(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	f(BadValue(pos, `backend "web": balance`, "lestconn", "roundrobin", "leastconn", "source"),
		`lb.cfg:12:9: backend "web": balance: got "lestconn"; want roundrobin, leastconn or source (did you mean "leastconn"?)`)
	f(BadValue(Pos{}, "", "x", "a number"), `got "x"; want a number`)
	f(BadValue(pos, "", strings.Repeat("x", 100), "a number"), `lb.cfg:12:9: got "`+strings.Repeat("x", 80)+`..."; want a number`)
	f(OutOfRange(pos, "weight", 300, 0, 256), `lb.cfg:12:9: weight: got "300"; want a number from 0 to 256`)
	f(Misread(pos, "bind", "quic4@:1", errors.New("not done")), `lb.cfg:12:9: bind: got "quic4@:1"; not done`)
	f(Misread(pos, "bind", ":x", errors.New("want a port")), `lb.cfg:12:9: bind: got ":x"; want a port`)
	f(Unknown(pos, "", "backend", "web", nil), `lb.cfg:12:9: unknown backend: got "web"`)
	f(Unknown(pos, "", "backend", "wbe", []string{"web"}), `lb.cfg:12:9: unknown backend: got "wbe"; want web (did you mean "web"?)`)
	f(NotDone(pos, `backend "a"`, "cookie", ""), `lb.cfg:12:9: backend "a": "cookie" is understood but not done yet`)
	f(NotDone(pos, "", "nbproc", "use nbthread"), `lb.cfg:12:9: "nbproc" is understood but not done yet; use nbthread`)
	f(Conflict(pos, "", `backend "a"`, Pos{File: "x", Line: 1}), `lb.cfg:12:9: backend "a" is already defined at x:1`)
	f(Bad(Pos{File: "x"}, "", "cannot be read"), `x: cannot be read`)
}

func TestDiagnostics(t *testing.T) {
	at := func(file string, line, col int) *Error { return Bad(Pos{file, line, col}, "", "e") }
	var d Diagnostics
	if d.Err() != nil {
		t.Error("an empty list is an error")
	}
	d.Add(at("b", 1, 1), at("a", 10, 1), at("a", 2, 5), at("a", 2, 4), at("a", 2, 5))
	d.Warn(at("w", 1, 1))
	d.Merge(Diagnostics{Errors: Errors{at("b", 1, 1)}, Warnings: Errors{at("w", 1, 1)}})
	d.Tidy()
	if got, want := d.Err().Error(), "a:2:4: e\na:2:5: e\na:10:1: e\nb:1:1: e"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if len(d.Warnings) != 1 {
		t.Errorf("warnings: %v", d.Warnings)
	}
}

func TestNearest(t *testing.T) {
	known := []string{"roundrobin", "leastconn", "source", "http_request", "hdr", "uri"}
	f := func(got, want string) {
		t.Helper()
		if s := Nearest(got, known); s != want {
			t.Errorf("Nearest(%q) = %q; want %q", got, s, want)
		}
	}
	f("lestconn", "leastconn")
	f("laestconn", "leastconn") // two neighbours swapped are one mistake
	f("LEASTCONN", "leastconn")
	f("http-request", "http_request")
	f("http.requests", "http_request")
	f("urj", "uri")
	f("hrd", "hdr")
	f("round", "")
	f("xyz", "")
	f("", "")
	f("418", "")
	f("source", "") // right already
	f(strings.Repeat("source", 100), "")
}
