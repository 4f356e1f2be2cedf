package acl

import (
	"slices"
	"strings"

	"weir/conf"
	"weir/internal/message"
)

// fetch is one row of the fetch tables: where a sample comes from.
type fetch struct {
	name string
	sig  string // arguments, as name:kind pairs; those in brackets may be left out
	out  Type
	need need
	run  func(c *Context, a *args, s *Sample) bool
	fix  func(a *args) error // checks and prepares arguments beyond their kinds; may be nil
	doc  string
}

// conv is one row of the converter tables.
type conv struct {
	name    string
	sig     string
	in, out Type // out Any = that of the input, fromSample = any
	run     func(c *Context, a *args, s *Sample) bool
	fix     func(a *args) error
	doc     string
}

// args are a call's arguments after compilation, each kind in a place of its own.
type args struct {
	given int      // how many were written
	str   []string // the str, name and proxy arguments in order; "" where left out
	num   []int64  // the int arguments in order; 0 where left out
	state *State
	vars  []*Var // the var, operand and text arguments in order; nil where left out, a number or a text
	id    message.FieldID
	gauge Gauge
	re    *Regex
	list  *PatternList // of a map
	users *Users       // of http_auth
	acls  []*node      // of acl
	ask   Num          // of the Stream
	say   Text         // of the Stream
	pats  *patSet
	mask  [2]mask   // ipmask
	set   [256]bool // field, word, ltrim: characters
	val   Sample    // constants
	bytes []byte
	doubt string // what the keyword's fix finds doubtful
	multi bool   // this call walks all values when an ACL asks
	own   any    // what the keyword's fix has prepared for itself
	pos   conf.Pos
	// path makes a file's name what it is opened by; for fix only.
	path func(name string) string
	// env looks a variable of the environment up; for a fetch's fix only.
	env func(name string) (string, bool)
}

// param is one argument of a signature.
type param struct {
	name, kind string
	optional   bool
}

// Kinds of arguments: str (any text), name (a header, parameter or cookie name), int, backend, frontend, server, regex,
// map (a map's file), var (a variable's name), optvar (the same, or nothing), operand (an integer or a variable's name: in num and in vars),
// text (any text, or a variable's name: in str and in vars).
func parseSig(sig string) []param {
	var out []param
	optional := false
	for _, f := range strings.FieldsFunc(sig, func(r rune) bool { return r == ',' || r == ' ' }) {
		if strings.HasPrefix(f, "[") {
			optional = true
		}
		name, kind, _ := strings.Cut(strings.Trim(f, "[]"), ":")
		out = append(out, param{name: name, kind: kind, optional: optional})
	}
	return out
}

// usage is the call as the manual writes it.
func usage(name, sig string) string {
	if sig == "" {
		return name
	}
	var b strings.Builder
	b.WriteString(name + "(")
	open := 0
	for i, p := range parseSig(sig) {
		if p.optional && open == 0 {
			b.WriteByte('[')
			open++
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(p.name)
	}
	return b.String() + strings.Repeat("]", open) + ")"
}

var fetches = index(func(f *fetch) string { return f.name },
	constFetches, clientFetches, gaugeFetches, urlFetches, headerFetches, cookieFetches, paramFetches, bodyFetches,
	messageFetches, varFetches, authFetches, tlsFetches, tlsHelloFetches, tlsKeyFetches, certFetches, streamFetches, timeoutFetches, timerFetches,
	connFetches, aclFetches, hdrsBinFetches, htxFetches, helloFetches, payloadFetches, distccFetches)

var convs = index(func(v *conv) string { return v.name },
	intConvs, stringConvs, codecConvs, hashConvs, timeConvs, addrConvs, varConvs, mapConvs,
	binConvs, jsonConvs, protobufConvs, fixConvs, mqttConvs,
	compareConvs, hmacConvs, paramConvs, languageConvs, gaugeConvs, captureConvs, certConvs, frameConvs, packetConvs, segmentConvs,
	forwardedConvs, jwtConvs, aesConvs, debugConvs)

// index builds a keyword map of several tables; a name that stands twice is a bug.
func index[T any](name func(*T) string, tables ...[]T) map[string]*T {
	m := map[string]*T{}
	for _, t := range tables {
		for i := range t {
			n := name(&t[i])
			if m[n] != nil {
				panic("BUG: keyword " + n + " stands twice")
			}
			m[n] = &t[i]
		}
	}
	return m
}

// aliases are other names of the same fetch.
var aliases = map[string]string{
	"hdr_cnt": "req.hdr_cnt", "hdr_ip": "req.hdr_ip", "hdr_val": "req.hdr_val",
	"cook": "req.cook", "cook_cnt": "req.cook_cnt", "cook_val": "req.cook_val",
	"shdr": "res.hdr", "shdr_cnt": "res.hdr_cnt", "shdr_ip": "res.hdr_ip", "shdr_val": "res.hdr_val",
	"scook": "res.cook", "scook_cnt": "res.cook_cnt", "scook_val": "res.cook_val",
	"set-cookie": "res.cook", "url_param": "urlp",
	"req_ver": "req.ver", "resp_ver": "res.ver", "req_len": "req.len", "req_proto_http": "req.proto_http",
	"req_ssl_hello_type": "req.ssl_hello_type", "rep_ssl_hello_type": "res.ssl_hello_type", "req_ssl_sni": "req.ssl_sni",
	"req_ssl_ver": "req.ssl_ver", "rdp_cookie": "req.rdp_cookie", "rdp_cookie_cnt": "req.rdp_cookie_cnt",
	"fc_src": "src", "fc_src_port": "src_port", "fc_dst": "dst", "fc_dst_port": "dst_port", "fc_dst_is_local": "dst_is_local",
}

// lookupFetch finds a fetch by any of its names.
func lookupFetch(name string) *fetch {
	if to := aliases[name]; to != "" {
		name = to
	}
	return fetches[name]
}

// aclBases are the fetches that have ACL keywords of the form NAME_METHOD; the bare name means "str".
var aclBases = map[string]string{
	"base": "base", "cook": "req.cook", "hdr": "req.hdr", "path": "path", "scook": "res.cook", "shdr": "res.hdr",
	"url": "url", "urlp": "urlp",
}

// aclWords are the other ACL keywords with a method of their own, which the fetch's type does not imply or which is no fetch.
var aclWords = map[string][2]string{
	"http_auth_group": {"http_auth_group", "str"}, "method": {"method", "str"}, "req_ver": {"req.ver", "str"}, "resp_ver": {"res.ver", "str"},
	"payload": {"req.payload", "bin"}, "payload_lv": {"req.payload_lv", "bin"},
	"req.ssl_ver": {"req.ssl_ver", "int"}, "req_ssl_ver": {"req.ssl_ver", "int"}, "req_ssl_sni": {"req.ssl_sni", "str"},
	"ssl_fc_sni_end": {"ssl_fc_sni", "end"}, "ssl_fc_sni_reg": {"ssl_fc_sni", "reg"},
	"req_rdp_cookie": {"req.rdp_cookie", "str"}, "req_rdp_cookie_cnt": {"req.rdp_cookie_cnt", "int"},
}

// aclMethods are the endings of those keywords.
var aclMethods = []string{"beg", "dir", "dom", "end", "len", "reg", "sub"}

// lookupACL takes an ACL keyword apart: its fetch, and the matching method that the keyword implies ("" = the type's own).
func lookupACL(name string) (f *fetch, method string) {
	if to := aclBases[name]; to != "" {
		return fetches[to], "str"
	}
	if w, ok := aclWords[name]; ok {
		return fetches[w[0]], w[1]
	}
	if i := strings.LastIndexByte(name, '_'); i > 0 && slices.Contains(aclMethods, name[i+1:]) {
		if to := aclBases[name[:i]]; to != "" {
			return fetches[to], name[i+1:]
		}
	}
	return lookupFetch(name), ""
}
