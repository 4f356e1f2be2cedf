package acl

import (
	"testing"

	"weir/internal/message"
)

// fakeEnv answers with the gauge's number times a hundred, and knows backend b with server s.
type fakeEnv struct{ asked string }

func (e *fakeEnv) Gauge(g Gauge, proxy, server string) (int64, bool) {
	e.asked = proxy + "/" + server
	return int64(g) * 100, proxy != "gone"
}

func TestGauges(t *testing.T) {
	c := newContext(t, "GET / HTTP/1.1\n")
	env := &fakeEnv{}
	c.Env, c.BackendName, c.Listener = env, "cur", "l1"
	f := func(expr, asked, want string) {
		t.Helper()
		b, ok := mustExpr(t, expr).AppendText(nil, c)
		if !ok {
			b = []byte("-")
		}
		if string(b) != want || env.asked != asked {
			t.Errorf("%s = %s, asked %s; want %s, %s", expr, b, env.asked, want, asked)
		}
	}
	f("nbsrv(b)", "b/", "100")
	f("nbsrv", "cur/", "100")
	f("nbsrv()", "cur/", "100")
	f("nbsrv(gone)", "gone/", "-")
	f("be_conn", "cur/", "200")
	f("fe_conn", "web/", "800")
	f("fe_conn(x)", "x/", "800")
	f("dst_conn", "web/l1", "1100")
	f("srv_is_up(b/s)", "b/s", "1")
	f("srv_queue(b/s)", "b/s", "1500")
	f("stopping", "/", "1")
}

func TestResponseFetches(t *testing.T) {
	c := newContext(t, "GET / HTTP/1.1\n")
	r := &message.Response{Status: 302, Minor: 1}
	for _, f := range [][2]string{{"set-cookie", "a=1; Path=/; b=9"}, {"set-cookie", "c=3, d=4"}, {"x", "1, 2"}, {"n", "7"}, {"ip", "10.0.0.1"}} {
		r.Fields.AddName(f[0], []byte(f[1]))
	}
	c.Resp = r
	c.RespBody, c.RespBodySize = []byte("abc"), 10
	c.RespCaptures, c.ReqCaptures = [][]byte{nil, []byte("cap")}, [][]byte{[]byte("rc")}
	f := func(expr, want string) {
		t.Helper()
		got := "-"
		if b, ok := mustExpr(t, expr).AppendText(nil, c); ok {
			got = string(b)
		}
		if got != want {
			t.Errorf("%s = %q; want %q", expr, got, want)
		}
	}
	f("status", "302")
	f("res.ver", "1.1")
	f("capture.res.ver", "HTTP/1.1")
	f("res.hdr(x)", "2")
	f("shdr(x,1)", "1")
	f("res.fhdr(x)", "1, 2")
	f("res.hdr_cnt(x)", "2")
	f("res.fhdr_cnt(set-cookie)", "2")
	f("res.hdr_val(n)", "7")
	f("res.hdr_ip(ip)", "10.0.0.1")
	f("res.hdr_names", "set-cookie,set-cookie,x,n,ip")
	f("res.cook(a)", "1")
	f("res.cook(b)", "-")
	f("scook(c)", "3")
	f("res.cook_cnt", "2")
	f("res.cook_names(;)", "a;c")
	f("res.cook_val(a)", "1")
	f("res.body", "abc")
	f("res.body_len", "3")
	f("res.body_size", "10")
	f("capture.res.hdr(1)", "cap")
	f("capture.res.hdr(0)", "-")
	f("capture.res.hdr(9)", "-")
	f("capture.req.hdr(0)", "rc")
	if !mustCond(t, testCond(t, "status 300:399")).Match(c) || mustCond(t, testCond(t, "shdr(x) 1")).Match(c) == false {
		t.Error("conditions on the response")
	}
}

// TestNothingThere: no fetch may fall over when nothing is known yet.
func TestNothingThere(t *testing.T) {
	c := &Context{}
	c.Begin(c.Now)
	for name, f := range fetches {
		a := &args{str: make([]string, 4), num: make([]int64, 4), gauge: Nbsrv, state: NewState()}
		v, err := a.state.Var("txn.a")
		if err != nil {
			t.Fatal(err)
		}
		a.vars = []*Var{v}
		a.str[1] = "?"
		a.num[0] = 1
		for _, walk := range []bool{false, true} {
			c.it = cursor{more: walk}
			f.run(c, a, &c.smp)
		}
		_ = name
	}
}

func TestFoldFlag(t *testing.T) {
	c := newContext(t, "GET /?ABC=1&abc=2 HTTP/1.1\n")
	for expr, want := range map[string]string{"urlp(abc)": "2", "urlp(aBc,,i)": "1", "urlp(aBc)": ""} {
		got, _ := mustExpr(t, expr).AppendText(nil, c)
		if string(got) != want {
			t.Errorf("%s = %q; want %q", expr, got, want)
		}
	}
}

func TestEvalAllocs(t *testing.T) {
	for _, text := range []string{"hdr(accept)", "urlp(tableId)", "src", "path,lower,xxh64", "base32", "cook(sid)", "hdr_ip(x-forwarded-for)"} {
		x, c := mustExpr(t, text), newContext(t, hotHead)
		if n := allocsPerRun(100, func() {
			var s Sample
			c.Arena.Reset()
			if !x.Eval(c, &s) || s.Type != x.Type() {
				t.Fatalf("%s = %+v", text, s)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", text, n)
		}
	}
}
