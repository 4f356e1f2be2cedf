package acl

import (
	"net/netip"
	"os"
	"strconv"
	"strings"
	"testing"

	"weir/conf"
)

// differs are the cases of testdata/haproxy26.txt in which Weir means to do otherwise: what is evaluated, something that
// the request has, and what Weir says; "" = whatever it says.
var differs = []struct{ what, head, want string }{
	// HAProxy reads any byte as a digit once a number has begun.
	{"urlp_val(a)", "a=1#f", "<1>"},
	{"urlp_val(a)", "a=%20+x", "<0>"},
	// HAProxy compares known methods by number and loses -i on them.
	{"method -i get", "GET", "1"},
	// The default port is taken from a CONNECT's Host field by the codec, which has no part in this.
	{"base", "CONNECT", "<ex.com:443>"},
	// Its mixing function is not documented: see avalanche.
	{"base32", "", ""},
	{"url32", "", ""},
	{"req.fhdr(s),sdbm(1)", "", ""},
	{"req.fhdr(s),djb2(1)", "", ""},
	{"req.fhdr(s),crc32(1)", "", ""},
	// 2.6 does not find nested fields behind others; it finds a field that has no length yet.
	{",protobuf(3.5.9),hex", "", "<01>"}, {"bin(08960112),protobuf(2),hex", "", "-"},
	// 2.6 finds nothing where no path is given, in spite of its manual.
	{",jwt_header_query", "", ""}, {",jwt_header_query()", "", ""}, {",jwt_payload_query", "", ""}, {",jwt_payload_query(,int)", "", ""},
	{",jwt_payload_query($.roles)", "", `<["a","b"]>`},
	// 2.6 finds no arrays; newer ones do. It knows no escapes beyond U+00FF, nor \/, nor any in names.
	{",json_query($.arr)", "", "<[1,2,3]>"}, {",json_query($.arr,int)", "", "<[1,2,3]>"}, {",json_query($.as)", "", `<["x","y"]>`},
	{",json_query($.mix)", "", `<[1,"a",true,null,{"q":1},[2]]>`}, {",json_query($.a[1])", "", "<[3]>"}, {",json_query($.a[1],int)", "", "<[3]>"},
	{"bin(5b312c322c335d),json_query($)", "", "<[1,2,3]>"}, {"bin(5b312c322c335d),json_query($,int)", "", "<[1,2,3]>"},
	{"bin(7b2261223a205b2031202c2032205d207d),json_query($.a)", "", "<[1,2]>"}, {"bin(7b2261223a205b2031202c2032205d207d),json_query($.a,int)", "", "<[1,2]>"},
	{"bin(7b2261223a5b5d7d),json_query($.a)", "", "<[]>"}, {"bin(7b2261223a5b5d7d),json_query($.a,int)", "", "<[]>"},
	{",json_query($.u)", "", "<\u00e9\u20ac>"}, {",json_query($.esc)", "", "<a\nb/c>"}, {",json_query($.ab)", "", "<1>"}, {",json_query($.ab,int)", "", "<1>"},
	{`bin(7b2261223a225c75643833645c7564653030227d),json_query($.a)`, "", "<\U0001F600>"}, {`bin(7b2261223a225c75643833645c7564653030227d),json_query($.a,int)`, "", "<\U0001F600>"},
}

func TestAgainstHAProxy(t *testing.T) {
	n := againstHAProxy(t, "testdata/haproxy26.txt") + againstHAProxy(t, "testdata/haproxy26conv.txt") + againstHAProxy(t, "testdata/haproxy26keys.txt") + againstHAProxy(t, "testdata/haproxy26jwt.txt")
	if n < 800 {
		t.Errorf("only %d cases", n)
	}
}

// againstHAProxy returns how many cases it has tried.
func againstHAProxy(t *testing.T, file string) (n int) {
	eachCase(t, file, func(c *Context, head, kind, what, want string) {
		if want = expected(what, head, want); want == "" {
			return
		}
		n++
		run := oracleExpr
		if kind == "a" {
			run = oracleTest
		}
		got := run(t, c, what)
		if got != want {
			t.Errorf("%q: %s: got %s; HAProxy says %s", strings.SplitN(head, "\r\n", 2)[0], what, got, want)
		}
	})
	return n
}

// eachCase reads a file of cases: a request, and what expressions (e) and conditions (a) give with it. It returns how many there are.
func eachCase(t *testing.T, file string, f func(c *Context, head, kind, what, want string)) (n int) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var c *Context
	var head string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case strings.HasPrefix(line, "s "):
			oracleExpr(t, c, line[2:])
		case strings.HasPrefix(line, "REQ "):
			if head, err = strconv.Unquote(line[4:]); err != nil {
				t.Fatal(line, err)
			}
			c = oracleContext(t, head)
		default:
			what, want, ok := strings.Cut(line[2:], " => ")
			if !ok {
				t.Fatalf("no => in %q", line)
			}
			n++
			f(c, head, line[:1], what, want)
		}
	}
	return n
}

// expected replaces what HAProxy says where Weir differs.
func expected(what, head, want string) string {
	for _, d := range differs {
		same := d.what == what || d.what[0] == ',' && strings.HasSuffix(what, d.what)
		if same && strings.Contains(head, d.head) {
			return d.want
		}
	}
	return want
}

// oracleState is where variables have their places.
var oracleState = NewState()

func oracleContext(t *testing.T, raw string) *Context {
	head, body, _ := strings.Cut(raw, "\r\n\r\n")
	c := newContext(t, strings.ReplaceAll(head, "\r\n", "\n"))
	c.Src = netip.MustParseAddrPort("127.0.0.1:40000")
	if body != "" {
		c.ReqBody, c.ReqBodySize = []byte(body), int64(len(body))
	}
	return c
}

func oracleExpr(t *testing.T, c *Context, text string) string {
	x, err := NewCompiler(Options{State: oracleState}).Expr(parseCalls(t, text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	b, ok := x.AppendText(nil, c)
	if !ok {
		return "-"
	}
	return "<" + string(b) + ">"
}

func oracleTest(t *testing.T, c *Context, text string) string {
	var cond *conf.Cond
	if !strings.Contains(text, " ") && predefined[text] != nil {
		cond = &conf.Cond{Op: conf.OpACL, ACL: text}
	} else {
		cond = testCond(t, text)
	}
	if mustCond(t, cond).Match(c) {
		return "1"
	}
	return "no"
}
