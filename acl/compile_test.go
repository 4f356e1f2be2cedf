package acl

import (
	"strings"
	"testing"

	"weir/conf"
)

func TestErrors(t *testing.T) {
	cfg := &conf.Config{Proxies: []*conf.Proxy{
		{Kind: conf.Backend, Name: "application", Servers: []*conf.Server{{Name: "server-one"}, {Name: "server-two"}}},
		{Kind: conf.Frontend, Name: "web"},
	}}
	f := func(test, want string) {
		t.Helper()
		_, err := NewCompiler(Options{Config: cfg}).In(`frontend "web"`, "application").Cond(testCond(t, test), nil)
		if err == nil {
			t.Errorf("{ %s }: no error; want %s", test, want)
		} else if got := err.Error(); got != want {
			t.Errorf("{ %s }:\n got %s\nwant %s", test, got, want)
		}
	}
	f("lua.y a", `t:1:1: frontend "web": fetch: "lua.y" is understood but not done yet`)
	f("path,lua.z a", `t:1:2: frontend "web": converter: "lua.z" is understood but not done yet`)
	f("hrd(host) a", `t:1:1: frontend "web": fetch: unknown fetch: got "hrd" (did you mean "hdr"?)`)
	f("ssl_c_policies -m found", `t:1:1: frontend "web": fetch: "ssl_c_policies" is understood but not done yet`)
	f("hdr(host),lowr a", `t:1:2: frontend "web": converter: unknown converter: got "lowr" (did you mean "lower"?)`)
	f("hdr(host),in_table(f) a", `t:1:2: frontend "web": converter: "in_table" is understood but not done yet`)
	f("hdr(host) -m bgn a", `t:1:9: frontend "web": -m: unknown matching method: got "bgn"; want found, bool, int, ip, bin, len, str, beg, end, sub, dir, dom or reg (did you mean "bin"?)`)
	f("hdr(a,b) a", `t:1:1: frontend "web": hdr(occ): got "b"; want an integer`)
	f("hdr(a,1,2) a", `t:1:1: frontend "web": hdr: got 3 arguments; want hdr([name,occ])`)
	f("path(x) a", `t:1:1: frontend "web": path: got 1 argument; want none`)
	f("src_port x", `t:1:9: frontend "web": src_port: int: got "x"; want a number, a range such as 1:10, or eq, ge, gt, le or lt and a number`)
	f("src 10.0.0.0/33", `t:1:9: frontend "web": src: ip: got "10.0.0.0/33"; want an address, a network such as 10.0.0.0/8 or 2001:db8::/32, or a host name`)
	f("src 300.0.0.1", `t:1:9: frontend "web": src: ip: got "300.0.0.1"; want an address, a network such as 10.0.0.0/8 or 2001:db8::/32, or a host name`)
	f("src 300.0.0.1 10.0.0.1 1.2.3.4/99", `t:1:9: frontend "web": src: ip: got "300.0.0.1"; want an address, a network such as 10.0.0.0/8 or 2001:db8::/32, or a host name
t:1:9: frontend "web": src: ip: got "1.2.3.4/99"; want an address, a network such as 10.0.0.0/8 or 2001:db8::/32, or a host name`)
	f("path_reg (a", "t:1:9: frontend \"web\": path: reg: got \"(a\"; want a regular expression: missing closing parenthesis at offset 2")
	f("path_reg (*F)", `t:1:9: frontend "web": path: reg: got "(*F)"; want a regular expression: (*F) at offset 0 is not done; leave it out: bytes are characters, and a search that takes too long finds nothing`)
	f("nbsrv(aplication) 1", `t:1:1: frontend "web": nbsrv: unknown backend: got "aplication"; want application (did you mean "application"?)`)
	f("srv_conn(server-on) 1", `t:1:1: frontend "web": srv_conn: unknown server: got "server-on"; want server-one or server-two (did you mean "server-one"?)`)
	f("srv_conn(nowhere/server-one) 1", `t:1:1: frontend "web": srv_conn: unknown backend: got "nowhere"; want application`)
	f("req.body a", `t:1:9: frontend "web": -m: req.body gives bin, which has no matching method of its own; want found, bool, int, ip, bin, len, str, beg, end, sub, dir, dom or reg`)
	f("req.body -m bin 0", `t:1:9: frontend "web": req.body: bin: got "0"; want an even number of hex digits`)
	f("src_port,sha2(3) -m found", `t:1:2: frontend "web": sha2: sha2([bits]): got "3"; want 224, 256, 384 or 512`)
	f("req.body,add(1) 2", `t:1:2: frontend "web": add: takes int, but what comes before it gives bin`)
	f("req.body -m int 2", `t:1:9: frontend "web": -m: method "int" cannot be used with req.body, which gives bin`)
	f("always_true,ipmask(8) 1.2.3.4", `t:1:2: frontend "web": ipmask: takes ip, but what comes before it gives bool`)
	f("int(1),add(txn) 1", `t:1:2: frontend "web": add(value): got "txn"; want an integer or a variable such as txn.count`)
}

func TestAllErrorsAtOnce(t *testing.T) {
	_, err := NewCompiler(Options{}).Cond(and(testCond(t, "pth /a"), or(testCond(t, "src x/y"), named("nope"))), nil)
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("got %v; want three errors", err)
	}
}

func TestSelfReference(t *testing.T) {
	a := &conf.ACL{Name: "a"}
	b := &conf.ACL{Name: "b", Cond: named("a"), Pos: conf.Pos{File: "t", Line: 2}}
	a.Cond = named("b")
	a.Pos = conf.Pos{File: "t", Line: 1}
	_, err := NewCompiler(Options{}).Cond(named("a"), []*conf.ACL{a, b})
	if err == nil || err.Error() != `t:1: acl: "a" refers to itself` {
		t.Errorf("got %v", err)
	}
}

func TestPlaces(t *testing.T) {
	f := func(p Place, fetch, want string) {
		t.Helper()
		var warned string
		c := NewCompiler(Options{Warn: func(e *conf.Error) { warned = e.Error() }}).At(p)
		if _, err := c.Cond(testCond(t, fetch+" -m found"), nil); err != nil || warned != want {
			t.Errorf("%s in %s: warned %q, %v; want %q", fetch, p, warned, err, want)
		}
		_, err := c.Expr(parseCalls(t, fetch))
		if got := errText(err); got != want {
			t.Errorf("%s in %s: error %q; want %q", fetch, p, got, want)
		}
	}
	f(InHTTPRequest, "path", "")
	f(InHTTPRequest, "status", "t:1:1: status: needs the response, which an http-request rule does not have")
	f(InHTTPResponse, "path", "t:1:1: path: needs HTTP request headers, which an http-response rule does not have")
	f(InHTTPResponse, "method", "")
	f(InTCPConn, "src", "")
	f(InTCPConn, "req.body", "t:1:1: req.body: needs the request body, which a tcp-request connection rule does not have")
	f(InHTTPRequest, "be_name", "t:1:1: be_name: needs the backend, which an http-request rule does not have")
	f(Anywhere, "status", "")
}

// A condition on what a place does not have is false, also where the context still has it.
func TestPlaceFindsNothing(t *testing.T) {
	for p, want := range map[Place]bool{InHTTPRequest: true, InHTTPResponse: false} {
		cond, err := NewCompiler(Options{}).At(p).Cond(testCond(t, "path -m found"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := cond.Match(newContext(t, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n")); got != want {
			t.Errorf("path in %s: %v; want %v", p, got, want)
		}
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestHdrDirection: hdr means the response's fields in a response rule's expressions, and the request's in ACLs.
func TestHdrDirection(t *testing.T) {
	x, err := NewCompiler(Options{}).At(InHTTPResponse).Expr(parseCalls(t, "hdr(host)"))
	if err != nil || x.fetch.name != "res.hdr" {
		t.Errorf("got %v, %v; want res.hdr", x, err)
	}
	n := NewCompiler(Options{}).At(InHTTPResponse).compileTest(parseTest(t, "hdr(host) a"))
	if n.expr.fetch.name != "req.hdr" {
		t.Errorf("got %s; want req.hdr", n.expr.fetch.name)
	}
}

func TestKeywords(t *testing.T) {
	list := Keywords()
	if len(list) != len(fetches)+len(convs) {
		t.Errorf("%d keywords; want %d", len(list), len(fetches)+len(convs))
	}
	for i := 1; i < len(list); i++ {
		a, b := list[i-1], list[i]
		if a.Converter == b.Converter && a.Usage >= b.Usage || a.Converter && !b.Converter {
			t.Errorf("%s before %s", a.Usage, b.Usage)
		}
	}
}

// TestTables: every row is whole, and nothing is both done and pending.
func TestTables(t *testing.T) {
	for name, f := range fetches {
		if f.doc == "" || f.run == nil || pendingFetches[name] {
			t.Errorf("fetch %s: no doc, no function, or pending too", name)
		}
		checkSig(t, name, f.sig)
	}
	for name, v := range convs {
		if v.doc == "" || v.run == nil || pendingConvs[name] {
			t.Errorf("converter %s: no doc, no function, or pending too", name)
		}
		checkSig(t, name, v.sig)
	}
	for from, to := range aliases {
		if fetches[to] == nil || fetches[from] != nil {
			t.Errorf("alias %s of %s", from, to)
		}
	}
	for name, a := range predefined {
		if err := NewCompiler(Options{}).CheckACL(a, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func checkSig(t *testing.T, name, sig string) {
	for _, p := range parseSig(sig) {
		switch p.kind {
		case "str", "name", "int", "regex", "backend", "frontend", "server", "var", "optvar", "operand", "text", "map", "userlist", "ipv4", "ipv6":
		default:
			t.Errorf("%s: argument %s of kind %q", name, p.name, p.kind)
		}
	}
}
