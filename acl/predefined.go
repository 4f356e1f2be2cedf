package acl

import "weir/conf"

// predefined are the ACLs that need not be declared (HAProxy's guide, 7.4).
var predefined = map[string]*conf.ACL{
	"FALSE":          ready("FALSE", "always_false", "", ""),
	"HTTP":           ready("HTTP", "req.proto_http", "", ""),
	"HTTP_1.0":       ready("HTTP_1.0", "req.ver", "", "str", "1.0"),
	"HTTP_1.1":       ready("HTTP_1.1", "req.ver", "", "str", "1.1"),
	"HTTP_2.0":       ready("HTTP_2.0", "req.ver", "", "str", "2.0"),
	"HTTP_CONTENT":   ready("HTTP_CONTENT", "req.hdr_val", "content-length", "int", "gt 0"),
	"HTTP_URL_ABS":   ready("HTTP_URL_ABS", "url", "", "reg", "^[^/:]*://"),
	"HTTP_URL_SLASH": ready("HTTP_URL_SLASH", "url", "", "beg", "/"),
	"HTTP_URL_STAR":  ready("HTTP_URL_STAR", "url", "", "str", "*"),
	"LOCALHOST":      ready("LOCALHOST", "src", "", "ip", "127.0.0.1/8", "::1"),
	"METH_CONNECT":   ready("METH_CONNECT", "method", "", "str", "CONNECT"),
	"METH_DELETE":    ready("METH_DELETE", "method", "", "str", "DELETE"),
	"METH_GET":       ready("METH_GET", "method", "", "str", "GET", "HEAD"),
	"METH_HEAD":      ready("METH_HEAD", "method", "", "str", "HEAD"),
	"METH_OPTIONS":   ready("METH_OPTIONS", "method", "", "str", "OPTIONS"),
	"METH_POST":      ready("METH_POST", "method", "", "str", "POST"),
	"METH_PUT":       ready("METH_PUT", "method", "", "str", "PUT"),
	"METH_TRACE":     ready("METH_TRACE", "method", "", "str", "TRACE"),
	"RDP_COOKIE":     ready("RDP_COOKIE", "req.rdp_cookie_cnt", "", "int", "gt 0"),
	"REQ_CONTENT":    ready("REQ_CONTENT", "req.len", "", "int", "gt 0"),
	"TRUE":           ready("TRUE", "always_true", "", ""),
	"WAIT_END":       ready("WAIT_END", "wait_end", "", ""),
}

func ready(name, fetch, arg, match string, patterns ...string) *conf.ACL {
	e := &conf.Expr{Fetch: conf.Call{Name: fetch}}
	if arg != "" {
		e.Fetch.Args = []string{arg}
	}
	t := &conf.Test{Expr: e, Match: match}
	for _, p := range patterns {
		t.Patterns = append(t.Patterns, conf.Pattern{Text: p})
	}
	return &conf.ACL{Name: name, Cond: &conf.Cond{Op: conf.OpTest, Test: t}}
}

// readyKey is a predefined ACL of a section.
type readyKey struct{ section, name string }

// declare is a predefined ACL as if the section had it on the first line that names it: so HAProxy lists it.
func (st *Store) declare(section string, p *conf.ACL, pos conf.Pos) *conf.ACL {
	if pos.IsZero() {
		return p
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	key := readyKey{section, p.Name}
	if known := st.ready[key]; known != nil {
		known.moveUp(pos)
		return &known.acl
	}
	r := &readyACL{acl: *p}
	cond, test := *p.Cond, *p.Cond.Test
	test.Pos, cond.Test, r.acl.Cond = pos, &test, &cond
	st.ready[key], st.readyTests[&test] = r, r
	return &r.acl
}

// readyACL is a predefined ACL of one section.
type readyACL struct {
	acl  conf.ACL
	list *PatternList // nil until it is compiled
}

// moveUp notes that a test is named further up than where it was found first: lines are not compiled in their order. The lock is
// held.
func (r *readyACL) moveUp(pos conf.Pos) {
	if l := r.list; l != nil && comparePos(pos, l.pos) < 0 {
		l.pos, l.order = pos, pos
	}
}
