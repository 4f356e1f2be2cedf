package frontend

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"weir/internal/fault"
)

func TestStates(t *testing.T) {
	f := func(flt *fault.Fault, want string) {
		t.Helper()
		r := record{fault: flt, told: &told{}}
		if s := r.state(); string(s[:]) != want {
			t.Errorf("%v: got %s; want %s", flt, s, want)
		}
	}
	f(nil, "----")
	f(fault.Intercepted, "LR--")
	f(fault.Denied, "PR--")
	f(fault.Tarpitted, "PT--")
	f(fault.ClientTimeoutRequest, "cR--")
	f(fault.ConnectRefused, "SC--")
	f(fault.ConnectTimeout, "sC--")
	f(fault.QueueTimeout, "sQ--")
	f(fault.ServerTimeoutHeaders, "sH--")
	f(fault.ServerAbortData, "SD--")
	f(fault.ClientAbortData, "CD--")
	f(fault.InternalError, "ID--")
	f(fault.ShutDown, "K---")
	for _, r := range []record{{conn: 1}, {conn: 1, resp: 1}} {
		r.fault, r.told = fault.KilledByAdmin, &told{}
		if s, want := r.state(), map[int64]string{0: "KH--", 1: "KD--"}[r.resp]; string(s[:]) != want {
			t.Errorf("got %s; want %s", s, want)
		}
	}
}

func TestFirstFaultCounts(t *testing.T) {
	var r record
	r.fail(fault.ServerAbortHeaders)
	r.fail(fault.ClientAbortData)
	if r.fault != fault.ServerAbortHeaders {
		t.Errorf("got %v", r.fault)
	}
}

func TestTimers(t *testing.T) {
	const ms = 1e6
	f := func(a, b, wantTimer, wantSpan int64) {
		t.Helper()
		if got := timer(a, b); got != wantTimer {
			t.Errorf("timer(%d, %d) = %d; want %d", a, b, got, wantTimer)
		}
		if got := span(a, b); got != wantSpan {
			t.Errorf("span(%d, %d) = %d; want %d", a, b, got, wantSpan)
		}
	}
	f(0, 0, -1, 0)
	f(5*ms, 0, -1, 0) // not reached
	f(5*ms, 5*ms, 0, 0)
	f(5*ms, 7*ms, 2, 2)
	for status, class := range map[int]int{0: 0, -1: 0, 99: 0, 100: 1, 204: 2, 599: 5, 600: 0} {
		if got := classOf(status); got != class {
			t.Errorf("classOf(%d) = %d; want %d", status, got, class)
		}
	}
}

// What the log line and the counters say of each way a request can go.
func TestLogAndCounters(t *testing.T) {
	f := func(request, response, line, counters string) {
		t.Helper()
		o := newTestOrigin(t)
		px := newTestProxy(t, simple(o.addr(), `http_request "deny" { when = path() == "/deny" }`, ""))
		c := dialPeer(t, px.addr("f", 0))
		c.send(request)
		if response != "" {
			s := o.accept()
			s.head()
			if response == "?" { // the client leaves while its response comes
				s.send("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n")
				c.head()
				c.Close()
				s.Write(make([]byte, 3000000))
			} else {
				s.send(response)
				s.Close()
			}
		}
		if response != "?" {
			c.head()
			c.Close()
		}
		px.balanced()
		if got := px.logLine("\""); !regexp.MustCompile(line).MatchString(got) {
			t.Errorf("%.30q: logged %q; want %s", request, got, line)
		}
		px.onLoop(func(w *worker) {
			tr := px.frontend("f").traffic(w)
			be := px.Backend("b").Counters(w.l)
			sv := px.Backend("b").Servers()[0].Counters(w.l)
			got := fmt.Sprintf("req %d/%d/%d resp %v/%v/%v", tr.Requests, be.Requests, sv.Requests, tr.Responses, be.Responses, sv.Responses)
			for _, n := range []struct {
				name string
				n    uint64
			}{
				{"dreq", tr.DeniedReq}, {"ereq", tr.ReqErrors}, {"econ", be.ConnErrors}, {"eresp", be.RespErrors}, {"sabrt", be.ServerAbort}, {"cabrt", be.ClientAbort},
			} {
				if n.n > 0 {
					got += fmt.Sprintf(" %s %d", n.name, n.n)
				}
			}
			if got != counters {
				t.Errorf("%.30q: counted %s; want %s", request, got, counters)
			}
		})
	}
	const none = "[0 0 0 0 0 0]"
	f(get, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ` f b/s [0-9/]+ 200 \d+ - - ---- 1/1/0/0/0 0/0 "GET /a HTTP/1.1"`,
		"req 1/1/1 resp [0 0 1 0 0 0]/[0 0 1 0 0 0]/[0 0 1 0 0 0]")
	f(strings.Replace(get, "/a", "/deny", 1), "", ` f f/<NOSRV> [0-9]+/-1/-1/-1/[0-9]+ 403 \d+ - - PR-- `, "req 1/0/0 resp [0 0 0 0 1 0]/"+none+"/"+none+" dreq 1")
	f("nonsense\r\n\r\n", "", ` f f/<NOSRV> -1/-1/-1/-1/[0-9]+ 400 \d+ - - PR-- 1/1/0/0/0 0/0 "<BADREQ>"`, "req 1/0/0 resp [0 0 0 0 1 0]/"+none+"/"+none+" ereq 1")
	f(get, "nonsense\r\n\r\n", ` f b/s [0-9/]+/-1/[0-9]+ 502 \d+ - - PH-- `, "req 1/1/0 resp [0 0 0 0 0 1]/[0 0 0 0 0 1]/"+none+" eresp 1")
	f(get, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", ` 200 \d+ - - SD-- `, "req 1/1/1 resp [0 0 1 0 0 0]/[0 0 1 0 0 0]/[0 0 1 0 0 0] eresp 1 sabrt 1")
	f(get, "?", ` 200 \d+ - - CD-- `, "req 1/1/1 resp [0 0 1 0 0 0]/[0 0 1 0 0 0]/[0 0 1 0 0 0] cabrt 1")
}

// No server: nothing listens, which costs the retries; the record says so.
func TestRefusedCounters(t *testing.T) {
	o := newTestOrigin(t)
	o.Close()
	px := newTestProxy(t, simple(o.addr(), "", "retries = 1\ntimeout {\n connect = \"20ms\"\n}"))
	c := dialPeer(t, px.addr("f", 0))
	c.send(get)
	c.status(503)
	c.Close()
	px.balanced()
	px.logLine(" 503 ")
	px.logLine(" SC-- 1/1/0/0/1 ")
	px.onLoop(func(w *worker) {
		be, sv := px.Backend("b").Counters(w.l), px.Backend("b").Servers()[0].Counters(w.l)
		if be.ConnErrors != 1 || sv.ConnErrors != 1 || be.Retries != 1 || sv.Retries != 1 || be.Redispatch != 0 {
			t.Errorf("backend %+v, server %+v", *be, *sv)
		}
	})
}
