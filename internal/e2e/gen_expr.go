package e2e

import (
	"fmt"
	"strings"
)

// kinds are the types of samples.
const (
	kindStr  = "str"
	kindInt  = "int"
	kindBool = "bool"
	kindAddr = "addr"
	kindBin  = "bin"
)

// fetch is a sample fetch and the kind that it gives.
func (g *gen) fetch() (text, kind string) {
	n := g.IntN(16)
	switch {
	case n < 2:
		return g.constant()
	case n < 4:
		return g.one("var(txn.a)", "var(txn.b)", "var(req.a)", "var(sess.a)"), kindStr
	case g.log:
		return g.logFetch()
	case g.response && n < 13:
		return g.responseFetch()
	case g.response:
		return g.one("capture.req.method", "capture.req.uri", "capture.req.ver", "src", "fe_name", "be_name"), kindStr
	}
	return g.requestFetch()
}

func (g *gen) constant() (text, kind string) {
	switch g.IntN(5) {
	case 0:
		return fmt.Sprintf("int(%d)", g.number()), kindInt
	case 1:
		return g.one("bool(true)", "bool(0)", "always_true", "always_false"), kindBool
	case 2:
		return g.one("ipv4(10.1.2.3)", "ipv4(192.0.2.200)", "ipv6(2001:db8::1)", "ipv6(::ffff:10.1.2.3)"), kindAddr
	case 3:
		return g.one("bin(0a0b7f80ff)", "bin(68656c6c6f)", "bin(00)"), kindBin
	}
	return "str(" + g.one("abc", "a/b/c", "12", "-7x", "10.1.2.3", "A%20b", "k=v&l=w", "aGVsbG8=", "x") + ")", kindStr
}

// logFetch is of what a log line in a frontend may tell.
func (g *gen) logFetch() (text, kind string) {
	return g.one("capture.req.hdr(0)", "capture.req.hdr(1)", "capture.res.hdr(0)", "capture.req.uri", "capture.req.method", "capture.req.ver",
		"src", "dst", "fe_name", "be_name"), kindStr
}

func (g *gen) requestFetch() (text, kind string) {
	switch g.IntN(12) {
	case 0, 1, 2:
		return g.one("req.hdr", "hdr", "req.fhdr") + "(" + strings.ToLower(g.name()) + g.one("", "", ",1", ",-1", ",2", ",3") + ")", kindStr
	case 3:
		return g.one("req.hdr_cnt", "req.fhdr_cnt", "hdr_cnt") + "(" + strings.ToLower(g.name()) + ")", kindInt
	case 4:
		return g.one("req.hdr_val", "hdr_val") + "(" + g.one("x-val", "x-void") + g.one("", ",1", ",-1") + ")", kindInt
	case 5:
		return g.one("req.hdr_ip(x-ip)", "req.hdr_ip(x-ip,1)", "hdr_ip(x-ip,-1)", "src", "dst"), kindAddr
	case 6, 7:
		return g.one("url_param(a)", "urlp(b)", "url_param(c)", "urlp(none)", "urlp_val(n)", "url_param(,&)"), kindStr
	case 8:
		return g.one("req.cook(id)", "cook(theme)", "req.cook(none)", "cook_cnt(id)", "req.cook()"), kindStr
	case 9:
		return g.one("method", "req.ver", "base", "baseq", "url", "capture.req.uri", "capture.req.method"), kindStr
	case 10:
		if g.chance(2) {
			return g.one("http_first_req", "ssl_fc", "wait_end", "req.proto_http"), kindBool
		}
		return g.one("req.body_len", "req.body_size", "fe_name"), kindInt
	}
	return g.one("path", "pathq", "query", "path", "req.body", "req.body_param(a)"), kindStr
}

func (g *gen) responseFetch() (text, kind string) {
	switch g.IntN(5) {
	case 0:
		return g.one("status", "res.body_len", "res.hdr_cnt(x-res)", "res.hdr_cnt(set-cookie)", "res.hdr_val(x-res)", "res.fhdr_cnt(x-res)"), kindInt
	case 1:
		return g.one("res.cook(s)", "res.cook(none)", "scook(s)", "res.hdr_names"), kindStr
	}
	return g.one("res.hdr", "res.fhdr") + "(" + g.one("x-res", "server", "set-cookie", "etag", "x-none") + g.one("", ",1", ",-1") + ")", kindStr
}

// number is a small one, or one at an edge.
func (g *gen) number() int64 {
	switch g.IntN(8) {
	case 0:
		return 1<<31 - int64(g.IntN(3))
	case 1:
		return -int64(g.IntN(1000))
	case 2:
		return 9223372036854775807
	}
	return int64(g.IntN(300))
}

// expr is a sample expression with up to three converters.
func (g *gen) expr() string {
	text, _ := g.typed()
	return text
}

// typed is an expression and the kind that it gives.
func (g *gen) typed() (text, kind string) {
	text, kind = g.fetch()
	for range []int{0, 0, 1, 1, 1, 2, 2, 3}[g.IntN(8)] {
		conv, to := g.converter(kind)
		text += "," + conv
		kind = to
	}
	if g.log || g.hex { // bytes that cannot be printed differ there
		text += ",hex"
	}
	return text, kind
}

// converter is one that takes the kind, and the kind that it gives. Once in a while any of them is tried.
func (g *gen) converter(kind string) (text, to string) {
	if kind != kindBool && g.chance(12) {
		kind = g.one(kindStr, kindInt, kindBool, kindAddr, kindBin)
	}
	switch kind {
	case kindInt:
		return g.intConverter()
	case kindBool:
		if g.chance(2) {
			return g.one("iif(yes,no)", "iif(,no)"), kindStr
		}
		return g.one("not", "bool"), kindBool
	case kindAddr:
		if g.chance(2) {
			return g.one("ipmask(24)", "ipmask(16,64)", "ipmask(0)", "ipmask(255.255.0.255)"), kindAddr
		}
		return g.strConverter()
	case kindBin:
		if g.chance(2) {
			return g.one("hex", "base64", "ub64enc", "be2dec(-,1)", "be2hex(:,2)", "be2dec(.,2)"), kindStr
		}
	}
	return g.strConverter()
}

func (g *gen) intConverter() (text, to string) {
	switch g.IntN(4) {
	case 0:
		return fmt.Sprintf("%s(%d)", g.one("mul", "div", "mod", "and", "or", "xor"), g.number()), kindInt
	case 1:
		return fmt.Sprintf("add(%d)", g.IntN(1000)), kindInt // two negative numbers differ
	case 2:
		return g.one("neg", "cpl"), kindInt
	}
	if g.chance(3) {
		return "hex", kindStr
	}
	return g.one("even", "odd", "bool", "not"), kindBool
}

func (g *gen) strConverter() (text, to string) {
	switch g.IntN(10) {
	case 0:
		return g.one("lower", "upper", "base64", "b64dec", "ub64enc", "ub64enc,ub64dec"), kindStr
	case 1:
		return fmt.Sprintf("%s(%d,%s%s)", g.one("word", "field"), []int{1, 2, 3, -1, -2}[g.IntN(5)], g.one("/", "=", ".", "a", "-./"), g.one("", "", ",2", ",0")), kindStr
	case 2:
		return fmt.Sprintf("bytes(%d%s)", g.IntN(8), g.one("", ",1", ",3", ",100")), kindBin
	case 3:
		return "regsub(" + g.one("a,b", "[0-9]+,N,g", "o,0,g", "^/,", "[aeiou],,gi") + ")", kindStr
	case 4:
		return g.one("crc32", "crc32c", "djb2", "sdbm", "xxh32", "xxh64", "length", "crc32(0)", "xxh32(7)"), kindInt
	case 5:
		return g.one("sha1", "sha2(256)", "sha2", "digest(md5)", "hmac(sha1,a2V5)"), kindBin
	case 6:
		return g.one("url_dec", "url_dec(1)", "url_enc", "json", "json(utf8s)", "json(ascii)"), kindStr
	case 7:
		return g.one("ltrim(/)", "rtrim(/)", "ltrim(ax)", "concat(<,txn.a,>)", "concat(-)", "concat(,txn.b)"), kindStr
	case 8:
		return g.one("hex2i", "strcmp(txn.a)", "strcmp(txn.b)"), kindInt
	}
	return g.one("hex", "set-var(txn.b)", "language(en;de;fr)", "language(en;de,none)", "json_query('$.a')", "hex,lower"), kindStr
}

// test is an expression with what it is compared with.
func (g *gen) test() string {
	e, kind := g.typed()
	fold := g.one("", "", " -i")
	choice := g.IntN(9)
	switch { // what haproxy refuses, but for a few
	case g.chance(10):
	case kind == kindInt && g.chance(2):
		choice = 1
	case kind == kindBool && g.chance(2):
		choice = 5
	case kind == kindAddr && g.chance(2):
		choice = 4
	case choice == 1 || choice == 4 || choice == 5:
		choice = 8
	}
	switch choice {
	case 0:
		return e + " -m found"
	case 1:
		return fmt.Sprintf("%s -m int %s%d", e, g.one("", "eq ", "lt ", "ge ", "gt ", "le "), max(g.number(), 0)) // a minus begins a range
	case 2:
		return e + " -m len " + g.one("3", "gt 4", "1:10", "lt 3")
	case 3:
		return e + " -m reg" + fold + " " + g.regex()
	case 4:
		return e + " -m ip " + g.one("10.0.0.0/8", "127.0.0.1", "192.0.2.0/24 10.1.2.3", "2001:db8::/32", "::1")
	case 5:
		return e + " -m bool"
	}
	return e + " -m " + g.one("str", "beg", "end", "sub", "dir", "dom") + fold + " " + g.value() + g.one("", " "+g.value())
}

// value is something to compare with, often a piece of what requests hold.
func (g *gen) value() string {
	return g.one("abc", "/path", "path", "to", "a", "1", "42", "GET", "www", "example", "org", "www.example.org", "o", "/", "x", "dark", "A", "two", "--", "10.1.2.3", "b,c")
}
