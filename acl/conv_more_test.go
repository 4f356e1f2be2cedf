package acl

import (
	"strings"
	"testing"
)

// convTester evaluates expressions on one Context; "-" is no value.
func convTester(t *testing.T, c *Context) func(expr, want string) {
	return func(expr, want string) {
		t.Helper()
		got := "-"
		if b, ok := mustExpr(t, expr).AppendText(nil, c); ok {
			got = string(b)
		}
		if got != want {
			t.Errorf("%s = %q; want %q", expr, got, want)
		}
	}
}

// Examples of HAProxy's guide, and beyond.
func TestParamConverter(t *testing.T) {
	f := convTester(t, newContext(t, "GET /?a=1?b HTTP/1.1\n"))
	f("str(a=b&c=d&a=r),param(a)", "b")
	f("str(a&b=c),param(a)", "")
	f("str(a=&b&c=a),param(b)", "")
	f("str(a=1;b=2;c=4),param(b,;)", "2")
	f("str(a=1),param(b)", "-")
	f("str(aa=1&a=2),param(a)", "2")
	f("str(a=1--b=2),param(b,--)", "2")
	f("query,param(a)", "1?b")
}

func TestDateConverter(t *testing.T) {
	c := newContext(t, "GET / HTTP/1.1\nA: Sun, 06 Nov 1994 08:49:37 GMT\nB: Sunday, 06-Nov-94 08:49:37 GMT\n"+
		"C: Sun Nov  6 08:49:37 1994\nD: Wednesday, 06-Nov-30 08:49:37 GMT\nE: Sun, 06 Nov 1994 08:49:37 CET\nF: now\nG: Sunday, 06-Nov-69 08:49:37 GMT\n")
	f := convTester(t, c)
	f("req.fhdr(a),date", "784111777")
	f("req.fhdr(b),date", "784111777")
	f("req.fhdr(c),date", "784111777")
	f("req.fhdr(d),date", "1920185377")
	f("req.fhdr(e),date", "-")
	f("req.fhdr(f),date", "-")
	f("req.fhdr(g),date", "-4806623") // 2069 is 60 years after this Context's now
}

func TestGaugeConverters(t *testing.T) {
	c := newContext(t, "GET / HTTP/1.1\n")
	env := &fakeEnv{}
	c.Env, c.BackendName = env, "cur"
	f := convTester(t, c)
	f("str(b),nbsrv", "100")
	f("str(gone),nbsrv", "-")
	f("str(b/s),srv_queue", "1500")
	f("str(s),srv_queue", "1500")
	if env.asked != "cur/s" {
		t.Errorf("asked %s", env.asked)
	}
	f("str(b/s),srv_is_up", "1")
	f("str(gone/s),srv_is_up", "-")
	f("str(),srv_is_up", "-")
	f("str(web),fe_exists", "1")
	f("str(gone),fe_exists", "0")
	c.Env, c.BackendName = nil, ""
	f("str(s),srv_is_up", "-")
	f("str(web),fe_exists", "-")
}

type fakeCaptures struct{ got string }

func (f *fakeCaptures) Capture(response bool, slot int, v []byte) bool {
	if slot != 1 {
		return false
	}
	f.got = "req:" + string(v)
	if response {
		f.got = "res:" + string(v)
	}
	return true
}

func TestCaptureConverters(t *testing.T) {
	c := newContext(t, "GET / HTTP/1.1\n")
	kept := &fakeCaptures{}
	c.Captures = kept
	f := convTester(t, c)
	f("str(abc),capture-req(1),upper", "ABC")
	if kept.got != "req:abc" {
		t.Errorf("kept %q", kept.got)
	}
	f("int(5),capture-res(1)", "5")
	if kept.got != "res:5" {
		t.Errorf("kept %q", kept.got)
	}
	f("str(abc),capture-req(0)", "-")
	f("str(abc),capture-req(-1)", "-")
	c.Captures = nil
	f("str(abc),capture-req(1)", "-")
}

func TestVerifyName(t *testing.T) {
	f := convTester(t, newContext(t, "GET / HTTP/1.1\n"))
	f("int(0),x509_v_err_str", "X509_V_OK")
	f("int(10),x509_v_err_str", "X509_V_ERR_CERT_HAS_EXPIRED")
	f("int(94),x509_v_err_str", "X509_V_ERR_EC_KEY_EXPLICIT_PARAMS")
	f("int(95),x509_v_err_str", "95")
	f("int(-1),x509_v_err_str", "-1")
}

func TestForwarded(t *testing.T) {
	c := newContext(t, "GET / HTTP/1.1\n"+
		"A: proto=https;host=\"haproxy.org:80\";for=\"127.0.0.1:9999\"\nB: proto=custom\nC: for=1.2.3.4, by=_x;For=unknown\n"+
		"D: for=\"[ab:cd:ff:ff:ff:ff:ff:ff]:9998\"\nE: for=\"_name:_port\"\nF: for=1.2.3.4;for=1.2.3.4\nG: secret=x\nH: for=1.2.3.4;\n"+
		"I: for=[::1]\nJ: for=\"1.2.3.4:99999\"\nK: Proto=HTTP ; host=h\nL: host=\nM: for=\"1.2.3.4\nN: for=_\nO: for=\"[::1]x\"\n"+
		"P: host=\"[::1]:\"\nQ: host=\"a b\"\nR: for=\"[]\"\nS: ,for=1.2.3.4\nT:\n")
	f := convTester(t, c)
	for _, valid := range strings.Fields("a c d e k p") {
		f("req.fhdr("+valid+"),rfc7239_is_valid", "1")
	}
	for _, bad := range strings.Fields("b f g h i j l m n o q r s t") {
		f("req.fhdr("+bad+"),rfc7239_is_valid", "0")
	}
	f("req.fhdr(a),rfc7239_field(host)", "haproxy.org:80")
	f("req.fhdr(a),rfc7239_field(for)", "127.0.0.1:9999")
	f("req.fhdr(a),rfc7239_field(proto)", "https")
	f("req.fhdr(a),rfc7239_field(by)", "-")
	f("req.fhdr(c),rfc7239_field(for)", "-") // a list
	f("req.hdr(c),rfc7239_field(for)", "unknown")
	f("req.fhdr(a),rfc7239_field(for),rfc7239_n2nn", "127.0.0.1")
	f("req.fhdr(a),rfc7239_field(for),rfc7239_n2np", "9999")
	f("req.fhdr(d),rfc7239_field(for),rfc7239_n2nn", "ab:cd:ff:ff:ff:ff:ff:ff")
	f("req.fhdr(d),rfc7239_field(for),rfc7239_n2np", "9998")
	f("req.fhdr(e),rfc7239_field(for),rfc7239_n2nn", "_name")
	f("req.fhdr(e),rfc7239_field(for),rfc7239_n2np", "_port")
	f("str(1.2.3.4),rfc7239_n2np", "-")
	f("str(nobody),rfc7239_n2nn", "-")
	f("ipv6(ab:cd:ff:ff:ff:ff:ff:ff),rfc7239_nn", "[ab:cd:ff:ff:ff:ff:ff:ff]")
	f("ipv4(1.2.3.4),rfc7239_nn", "1.2.3.4")
	f("str(test),rfc7239_nn", "_test")
	f("str(),rfc7239_nn", "unknown")
	f("str(a b),rfc7239_nn", "-")
	f("int(12),rfc7239_np", "12")
	f("int(65536),rfc7239_np", "-")
	f("str(8888),rfc7239_np", "_8888")
	f("str(),rfc7239_np", "-")
}

// FuzzForwarded: what is valid is made of what can be read, and what is written can be read back.
func FuzzForwarded(f *testing.F) {
	for _, s := range []string{`for=1.2.3.4;proto=http`, `host="h:80";by="[::1]:_p"`, `for=_a, for=unknown`, `for="`, `for=;`, `proto=HTTPS`} {
		f.Add(s)
	}
	valid, node, name, port := mustExpr(f, "req.body,rfc7239_is_valid"), mustExpr(f, "req.body,rfc7239_field(for)"),
		mustExpr(f, "req.body,rfc7239_field(for),rfc7239_n2nn"), mustExpr(f, "req.body,rfc7239_field(for),rfc7239_n2np")
	written := mustExpr(f, "req.body,rfc7239_nn,rfc7239_n2nn")
	f.Fuzz(func(t *testing.T, text string) {
		c := newContext(t, "GET / HTTP/1.1\n")
		c.ReqBody, c.ReqBodySize = []byte(text), int64(len(text))
		var ok, s Sample
		if !valid.Eval(c, &ok) {
			t.Fatal("no verdict")
		}
		if node.Eval(c, &s) {
			if ok.Int == 0 {
				t.Errorf("%q is not valid and has a node %q", text, s.Bytes)
			}
			if !name.Eval(c, &s) {
				t.Errorf("%q has a node without a name", text)
			}
		}
		port.Eval(c, &s)
		text, _, _ = strings.Cut(text, "\x00") // where the body, which is binary, ends as a text: see binToStr
		if written.Eval(c, &s) && text != "" && string(s.Bytes) != "_"+text {
			t.Errorf("%q was written and read as %q", text, s.Bytes)
		}
	})
}

func TestMoreConvAllocs(t *testing.T) {
	c := newContext(t, "GET / HTTP/1.1\nL: en;q=0.5, fr\nF: for=\"[::1]:80\";proto=http\nD: Sun, 06 Nov 1994 08:49:37 GMT\n")
	c.Env = &fakeEnv{}
	state := NewState()
	for _, text := range []string{
		"str(abc),hmac(sha256,a2V5),hex", "str(abc),xxh3(1)", "str(b),set-var(txn.x),strcmp(txn.x)", "str(b),secure_memcmp(txn.x)",
		"str(a),add_item(-,txn.x,s)", "req.fhdr(l),language(en;fr)", "req.fhdr(f),rfc7239_field(for),rfc7239_n2nn", "req.fhdr(d),date",
		"src,rfc7239_nn", "int(10),x509_v_err_str", "str(a=1&b=2),param(b)",
	} {
		x, err := NewCompiler(Options{State: state}).Expr(parseCalls(t, text))
		if err != nil {
			t.Fatal(err)
		}
		var s Sample
		if n := allocsPerRun(100, func() {
			c.own.Reset()
			if !x.Eval(c, &s) {
				t.Fatal(text)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", text, n)
		}
	}
}

func TestMoreConvErrors(t *testing.T) {
	f := func(expr, want string) {
		t.Helper()
		_, err := NewCompiler(Options{}).Expr(parseCalls(t, expr))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v; want %q", expr, err, want)
		}
	}
	f("str(a),hmac(foo,a2V5)", "algorithm: want md5, sha1")
	f("str(a),hmac(sha256,***)", "want base64, or a variable such as txn.key that holds it")
	f("str(a),hmac(sha256)", "hmac(algorithm,key)")
	f("str(a),add_item(-)", "want a variable, a suffix or both")
	f("str(a),add_item(-,bad,s)", `got "bad"; want proc, sess, txn`)
	f("str(a),strcmp(zz)", `got "zz"; want proc, sess, txn`)
	f("str(a),rfc7239_field(port)", `got "port"; field: want proto, host, for or by`)
	f("str(a),param", "param(name[,delimiter])")
	f("str(a),param()", "name: want at least one character")
	f("str(a),capture-req(x)", `got "x"; want an integer`)
	f("str(a),eth.vlann", `did you mean "eth.vlan"?`)
	f("str(a),wt6", "not done yet")
}
