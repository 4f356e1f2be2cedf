package acl

import (
	"io"
	"strings"
	"testing"
	"time"

	"weir/conf"
)

func TestDebug(t *testing.T) {
	state := NewState()
	c := newContext(t, "GET / HTTP/1.1\nE:\n")
	f := func(expr, want string) {
		t.Helper()
		x, err := NewCompiler(Options{State: state}).Expr(parseCalls(t, expr))
		if err != nil {
			t.Fatal(err)
		}
		got := "-"
		if b, ok := x.AppendText(nil, c); ok {
			got = string(b)
		}
		if got != want {
			t.Errorf("%s = %q; want %q", expr, got, want)
		}
	}
	f("str(abc),debug", "abc")
	f("int(5),debug(pre),add(1)", "6")
	f("bin(00ff41),debug(pre,buf0),hex", "00FF41")
	f("src,debug(a)", "192.0.2.7")
	f("ipv6(::1),debug(a)", "::1")
	f("bool(1),debug(a)", "1")
	f("hdr(e),debug(a)", "")
	f("hdr(none),debug(a)", "-")
	f("str(a\"b\\n),debug(,buf0)", "a\"b\\n")
	lines, _ := state.Events.Events("buf0")
	const stamp = "<0>2009-02-13T23:31:30.123456+00:00 [debug] "
	want := []string{": type=str <abc>", "pre: type=sint <5>", `pre: type=bin <\x00\xFFA>`, "a: type=ipv4 <192.0.2.7>", "a: type=ipv6 <::1>",
		"a: type=bool <1>", "a: type=str <>", `: type=str <a"b\x5Cn>`}
	if got := strings.Join(lines, "\n"); got != stamp+strings.Join(want, "\n"+stamp) {
		t.Errorf("buf0 has\n%s", got)
	}
	if _, ok := state.Events.Events("stderr"); !ok {
		t.Error("there is no stderr")
	}
	if _, ok := state.Events.Events("nope"); ok {
		t.Error("there is a sink nope")
	}
}

// The ring forgets the oldest lines, and an output that does not take any is not waited for.
func TestEvents(t *testing.T) {
	var e Events
	for i := range maxEvents + 3 {
		e.put(sinkBuffer, time.Unix(int64(i), 0), []byte("x"))
	}
	lines, _ := e.Events("buf0")
	if len(lines) != maxEvents || !strings.HasPrefix(lines[0], "<0>1970-01-01T00:00:03.") || !strings.HasPrefix(lines[maxEvents-1], "<0>1970-01-01T00:17:06.") {
		t.Errorf("%d lines from %q to %q", len(lines), lines[0], lines[len(lines)-1])
	}
	r, w := io.Pipe()
	e.start(sinkStderr, w)
	for range eventQueue + 10 {
		e.put(sinkStderr, time.Time{}, []byte("line"))
	}
	buf := make([]byte, 64)
	n, err := r.Read(buf)
	if err != nil || string(buf[:n]) != "line\n" {
		t.Errorf("read %q, %v", buf[:n], err)
	}
	if got := e.EventSinks()[sinkStderr]; !strings.Contains(got, "type=fd, ") || strings.Contains(got, " 0 dropped") {
		t.Error(got)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

// fakeResult is a stream's.
type fakeResult struct{ failed, forwarded, served bool }

func (r fakeResult) Failed() bool    { return r.failed }
func (r fakeResult) Forwarded() bool { return r.forwarded }
func (r fakeResult) Served() bool    { return r.served }

func TestWhen(t *testing.T) {
	c := newContext(t, "GET /slow HTTP/1.1\n")
	f := func(cond, want string) {
		t.Helper()
		convTester(t, c)("str(x),when("+cond+"),upper", want)
	}
	all := func(conds string) {
		t.Helper()
		for _, name := range whenNames[:whenStopping] {
			yes, no := "-", "X"
			if strings.Contains(" "+conds+" ", " "+name+" ") {
				yes, no = "X", "-"
			}
			f(name, yes)
			f("!"+name, no)
		}
	}
	all("normal") // there is no stream yet
	c.Result = fakeResult{failed: true, forwarded: true}
	all("error forwarded processed")
	c.Result = fakeResult{served: true}
	all("normal processed toapplet")
	f("stopping", "-")
	c.Env = &fakeEnv{}
	f("stopping", "X")

	p := &conf.Proxy{Kind: conf.Frontend, Name: "web", ACLs: []*conf.ACL{{Name: "slow", Cond: testCond(t, "path /slow")}}}
	comp := NewCompiler(Options{Config: &conf.Config{Proxies: []*conf.Proxy{p}}}).In(p.Title(), "")
	for text, want := range map[string]string{"str(x),when(acl,slow)": "x", "str(x),when(!acl,slow)": "-", "str(x),when(acl,METH_POST)": "-"} {
		x, err := comp.Expr(parseCalls(t, text))
		if err != nil {
			t.Fatal(err)
		}
		got := "-"
		if b, ok := x.AppendText(nil, c); ok {
			got = string(b)
		}
		if got != want {
			t.Errorf("%s = %q; want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"str(x),when(acl,slo)": `did you mean "slow"?`, "str(x),when(acl)": "acl and the name of one", "str(x),when(eror)": `did you mean "error"?`,
		"str(x),when(error,x)": "takes no argument", "str(x),debug(a,b)": "destination: want stdout, stderr or buf0",
	} {
		if _, err := comp.Expr(parseCalls(t, text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v; want %q", text, err, want)
		}
	}
}
