package acl

import (
	"strings"
	"testing"
	"time"

	"weir/conf"
	"weir/internal/message"
)

// varRun runs set-var and unset-var lines as the configuration has them and returns what they leave behind.
type varRun struct {
	t *testing.T
	c *Compiler
	x *Context
}

func newVarRun(t *testing.T) *varRun {
	state := NewState()
	x := newContext(t, "GET / HTTP/1.1\nHost: hh\n")
	x.Sess, x.State = &SessVars{}, state
	return &varRun{t, NewCompiler(Options{State: state}), x}
}

// do reads "txn.a,ifset int(5)", or "-txn.a" to unset it.
func (r *varRun) do(line string) bool {
	r.t.Helper()
	target, expr, _ := strings.Cut(line, " ")
	if name, ok := strings.CutPrefix(target, "-"); ok {
		rule, err := r.c.UnsetVar(conf.Pos{}, &conf.UnsetVar{Var: name})
		if err != nil {
			r.t.Fatal(err)
		}
		return rule.Run(r.x)
	}
	words := strings.Split(target, ",")
	rule, err := r.c.SetVar(conf.Pos{}, &conf.SetVar{Var: words[0], Conds: words[1:], Expr: parseCalls(r.t, expr)})
	if err != nil {
		r.t.Fatal(err)
	}
	return rule.Run(r.x)
}

func (r *varRun) get(expr string) string {
	r.t.Helper()
	x, err := r.c.Expr(parseCalls(r.t, expr))
	if err != nil {
		r.t.Fatal(err)
	}
	b, ok := x.AppendText(nil, r.x)
	if !ok {
		return "-"
	}
	return "<" + string(b) + ">"
}

// TestVars: observed with HAProxy 2.6, one request through "http-request set-var" lines and "return lf-file".
func TestVars(t *testing.T) {
	r := newVarRun(t)
	f := func(want, expr string, lines ...string) {
		t.Helper()
		for _, l := range lines {
			r.do(l)
		}
		if got := r.get(expr); got != want {
			t.Errorf("%q: %s = %s; want %s", lines, expr, got, want)
		}
	}
	f("<hh>", "var(req.x)", "req.x hdr(host)")
	f("-", "var(res.y)", "res.y str(early)") // there is no response yet
	f("-", "var(txn.e)", "txn.e,ifexists str(no)")
	f("<yes>", "var(txn.f)", "txn.f,ifnotexists str(yes)")
	f("-", "var(txn.g)", "txn.g,ifempty str(full)")
	f("<full>", "var(txn.h)", "txn.h,ifnotempty str(full)")
	f("<3>", "var(txn.i)", "txn.i int(5)", "txn.i,ifgt int(3)")
	f("<5>", "var(txn.j)", "txn.j int(5)", "txn.j,iflt int(3)")
	f("<192.0.2.7>", "var(txn.k)", "txn.k src")
	f("-", "var(txn.m)", "-txn.none", "txn.m int(3)", "-txn.m")
	f("-", "var(txn.m2)", "txn.m2 int(3)", "-txn.m2", "txn.m2,ifexists int(9)")
	f("<9>", "var(txn.m3)", "txn.m3 int(3)", "-txn.m3", "txn.m3,ifnotset int(9)")
	f("-", "var(txn.m4)", "txn.m4,ifset int(9)")
	f("<z>", "var(txn.m5)", "txn.m5 int(9)", "txn.m5,ifset str(z)")
	f("<ABC>", "var(txn.t)", "txn.t str(abc),set-var(txn.t2),upper")
	f("<abc>", "var(txn.t2)")
	f("<1>", "var(txn.o)", "txn.o bool(true)")
	f("<GET>", "var(txn.p)", "txn.p method")
	f("<ab>", "var(txn.q)", "txn.q bin(6162)")
	f("<10>", "var(txn.r)", "txn.r int(7),add(txn.i)")
	f("-", "var(txn.u)", "txn.u int(7),add(txn.zz)")
	f("<a<192.0.2.7>>", "str(a),concat(<,txn.k,>)")
	f("<a<3>>", "str(a),concat(<,txn.i,>)")
	f("<a<>>", "str(a),concat(<,txn.none,>)")
	f("<a<ab>>", "str(a),concat(<,txn.q,>)")
	f("<a<1>>", "str(a),concat(<,txn.o,>)")
	f("<rt>", "var(proc.c)", "proc.c str(rt)")
	f("<rt>", "var(proc.c2)", "proc.c2,ifexists str(rt)")
	f("<dflt>", "var(txn.zzz,dflt)")
	f("<>", "var(txn.zzz,)")
	f("-", "var(txn.ife)", "txn.ife,ifempty hdr(nothere)")
	f("<>", "var(txn.ife2,unset)", "txn.ife2,ifempty str()")
	f("<0>", "var(txn.ine)", "txn.ine,ifnotempty int(0)")
	f("-", "var(txn.iem)", "txn.iem,ifempty int(0)")
	f("<3>", "var(txn.ig)", "txn.ig,ifgt int(3)")
	f("<3>", "var(txn.igs)", "txn.igs str(a)", "txn.igs,ifgt int(3)")
	f("-", "str(x),unset-var(txn.igs),length,add(txn.igs)")
	f("<b>", "var(txn.cut)", "txn.cut str(abc)", "txn.cut var(txn.cut),bytes(1,1)") // a part of itself
}

// TestVarScopes: which scopes live when; observed with HAProxy 2.6, also in the log line of the same stream.
func TestVarScopes(t *testing.T) {
	r := newVarRun(t)
	for _, l := range []string{"sess.s str(s)", "txn.t str(t)", "req.q str(q)", "res.r str(r)", "proc.p str(p)"} {
		if ok := r.do(l); ok != (l[:3] != "res") {
			t.Errorf("%s: %v", l, ok)
		}
	}
	r.x.Resp = &message.Response{}
	for expr, want := range map[string]string{"var(req.q)": "-", "var(res.r)": "-", "var(txn.t)": "<t>", "var(sess.s)": "<s>"} {
		if got := r.get(expr); got != want {
			t.Errorf("in the response: %s = %s; want %s", expr, got, want)
		}
	}
	if !r.do("res.r str(r)") || r.do("req.z str(z)") || r.get("var(res.r)") != "<r>" {
		t.Error("res must be settable in the response, and req not")
	}
	r.x.Begin(time.Unix(0, 0))
	for expr, want := range map[string]string{"var(req.q)": "-", "var(txn.t)": "-", "var(sess.s)": "<s>", "var(proc.p)": "<p>"} {
		if got := r.get(expr); got != want {
			t.Errorf("in the next request: %s = %s; want %s", expr, got, want)
		}
	}
	r.x.BeginConn(time.Unix(0, 0))
	if r.do("txn.t str(t)") || r.do("req.t str(t)") || !r.do("sess.c str(c)") {
		t.Error("before there is a stream, only sess and proc can be set")
	}
	r.x.Sess = &SessVars{}
	if got := r.get("var(sess.s)"); got != "-" {
		t.Errorf("another connection has sess.s = %s", got)
	}
}

func TestVarLimits(t *testing.T) {
	r := newVarRun(t)
	r.c.State.VarLimits = VarLimits{ReqRes: 2 * varOverhead, Txn: 3*varOverhead + 10, Proc: 6 * varOverhead}
	want := func(line string, ok bool) {
		t.Helper()
		if r.do(line) != ok {
			t.Errorf("%s: got %v; want %v", line, !ok, ok)
		}
	}
	want("req.a int(1)", true)
	want("req.b int(1)", true)
	want("req.c int(1)", false) // reqres
	want("req.b int(2)", true)  // no more than before
	want("txn.a str(0123456789)", true)
	want("txn.a str(0123456789a)", false) // txn includes reqres
	want("-req.a", true)
	want("txn.a str(0123456789a)", true)
	want("proc.a int(1)", true)
	want("proc.b int(1)", true)
	want("proc.c int(1)", true)
	want("proc.d int(1)", false) // proc includes all
	r.x.Begin(time.Unix(0, 0))
	want("proc.d int(1)", true)
	want("sess.d str("+strings.Repeat("x", maxVarBytes+1)+")", false)
}

func TestVarErrors(t *testing.T) {
	f := func(expr, want string) {
		t.Helper()
		_, err := NewCompiler(Options{}).Expr(parseCalls(t, expr))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v; want %q", expr, err, want)
		}
	}
	f("var(foo)", `got "foo"; want proc, sess, txn, req, res or check, a dot and a name`)
	f("var(bar.foo)", `want proc, sess, txn`)
	f("var(txn.)", `want proc, sess, txn`)
	f("var(txn.a-b)", `want letters, digits, dots and underscores only`)
	f("src,set-var(txn.a,foo)", `want one of the conditions ifexists`)
	f("int(1),and(0x10)", `and(value): got "0x10"; want an integer or a variable`)
	f("str(a),url_enc(path)", `url_enc([type]): got "path"; type: want query`)
	f("int(1),add(bla)", `add(value): got "bla"; want an integer or a variable`)
	f("str(a),concat(a,foo)", `want proc, sess, txn`)
	f("dump_all_vars(foo)", `scope: want proc`)
}

func TestDumpVars(t *testing.T) {
	r := newVarRun(t)
	for _, l := range []string{"txn.user str(a\"b)", "txn.n int(5)", "txn.user_b bin(00ff)", "req.x str(x)", "txn.ip src"} {
		r.do(l)
	}
	for expr, want := range map[string]string{
		"dump_all_vars":             `<txn.user="a\"b", txn.n=5, txn.user_b=x00ff, txn.ip=192.0.2.7>`,
		"dump_all_vars(txn,user)":   `<txn.user="a\"b", txn.user_b=x00ff>`,
		"dump_all_vars(req)":        `<req.x="x">`,
		"dump_all_vars(txn,user,;)": `<txn.user="a\"b";txn.user_b=x00ff>`,
		"dump_all_vars(sess)":       "<>",
	} {
		if got := r.get(expr); got != want {
			t.Errorf("%s = %s; want %s", expr, got, want)
		}
	}
}

func TestVarAllocs(t *testing.T) {
	r := newVarRun(t)
	rule, err := r.c.SetVar(conf.Pos{}, &conf.SetVar{Var: "txn.a", Expr: parseCalls(t, "hdr(host),upper")})
	if err != nil {
		t.Fatal(err)
	}
	cond, err := r.c.Cond(testCond(t, "var(txn.a) -m str HH"), nil)
	if err != nil {
		t.Fatal(err)
	}
	req := r.x.Req
	if n := allocsPerRun(100, func() {
		r.x.Begin(time.Unix(0, 0))
		r.x.Req = req
		rule.Run(r.x)
		if !cond.Match(r.x) {
			t.Fatal("no match")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
