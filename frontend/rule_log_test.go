package frontend

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// Every list writes its line where do-log stands in it, of what is known by then; and the stream's own line comes once.
func TestDoLog(t *testing.T) {
	o := newTestOrigin(t)
	px := newCfgProxy(t, `global
  nbthread 1
  log stdout format raw local0
defaults
  mode http
  timeout client 1m
  timeout connect 20s
  timeout server 1m
frontend f
  log global
  log-format "%ST %s %HM %[var(sess.at)] %[var(txn.at)]"
  bind 127.0.0.1:80
  tcp-request connection set-var(sess.at) str(conn)
  tcp-request connection do-log
  tcp-request session set-var(sess.at) str(sess)
  tcp-request session do-log
  tcp-request content set-var(txn.at) str(content)
  tcp-request content do-log
  http-request set-var(txn.at) str(request)
  http-request do-log
  http-request do-log if { path /other }
  http-response set-var(txn.at) str(response)
  http-response do-log
  http-after-response set-var(txn.at) str(after)
  http-after-response do-log
  http-after-response set-var(txn.at) str(end)
  default_backend b
backend b
  tcp-response content do-log
  server s1 `+o.addr()+"\n")
	c := dialPeer(t, px.addr("f", 0))
	c.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
	s := o.accept()
	s.head()
	s.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	if resp, _ := c.response("GET"); resp.StatusCode != 200 {
		t.Fatal(resp.StatusCode)
	}
	px.logLine(" end")
	got := strings.Split(strings.TrimSpace(px.out.String()), "\n")
	want := []string{
		`-1 <NOSRV> <BADREQ> conn -`, `-1 <NOSRV> <BADREQ> sess -`, `-1 <NOSRV> GET sess content`, `-1 <NOSRV> GET sess request`, `\S+ s1 GET sess request`,
		`200 s1 GET sess response`, `200 s1 GET sess after`, `200 s1 GET sess end`,
	}
	if len(got) != len(want) {
		t.Fatalf("got %d lines; want %d:\n%s", len(got), len(want), strings.Join(got, "\n"))
	}
	for i := range want {
		if !regexp.MustCompile("^" + want[i] + "$").MatchString(got[i]) {
			t.Errorf("line %d: got %q; want %q", i, got[i], want[i])
		}
	}
}

// A silenced stream writes none.
func TestDoLogSilent(t *testing.T) {
	o := newTestOrigin(t)
	px := newCfgProxy(t, `global
  nbthread 1
  log stdout format raw local0
defaults
  mode http
  timeout client 1m
  timeout connect 20s
  timeout server 1m
frontend f
  log global
  log-format "%HP"
  bind 127.0.0.1:80
  http-request set-log-level silent if { path /quiet }
  http-request do-log
  http-request return status 200
  default_backend b
backend b
  server s1 `+o.addr()+"\n")
	for _, path := range []string{"/quiet", "/loud"} {
		c := dialPeer(t, px.addr("f", 0))
		c.send("GET " + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
		if resp, _ := c.response("GET"); resp.StatusCode != 200 {
			t.Fatal(resp.StatusCode)
		}
	}
	eventually(t, "two lines", func() error {
		if got := px.out.String(); strings.Count(got, "\n") < 2 {
			return fmt.Errorf("the log has only %q", got)
		}
		return nil
	})
	if got := px.out.String(); got != "/loud\n/loud\n" {
		t.Errorf("the log is %q", got)
	}
}
