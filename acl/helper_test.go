package acl

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"weir/conf"
	"weir/internal/message"
)

// The helpers below read HAProxy's own notation, so that a test's line can be pasted into its configuration.

// parseCalls reads hdr(host),lower.
func parseCalls(t testing.TB, text string) *conf.Expr {
	t.Helper()
	var calls []conf.Call
	for text != "" {
		end := strings.IndexAny(text, ",(")
		if end < 0 {
			end = len(text)
		}
		call := conf.Call{Name: text[:end], Pos: conf.Pos{File: "t", Line: 1, Col: 1 + len(calls)}}
		text = text[end:]
		if strings.HasPrefix(text, "(") {
			end := closing(text)
			if end < 0 {
				t.Fatalf("no ) in %q", text)
			}
			call.Args, text = strings.Split(text[1:end], ","), text[end+1:]
		}
		calls = append(calls, call)
		text = strings.TrimPrefix(text, ",")
	}
	return &conf.Expr{Pos: calls[0].Pos, Fetch: calls[0], Convs: calls[1:]}
}

// closing is where the parenthesis that text begins with is closed; -1 when it is not.
func closing(text string) int {
	depth := 0
	for i, ch := range text {
		switch ch {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// splitWords cuts at spaces that no double quotes enclose, and drops the quotes.
func splitWords(text string) []string {
	quoted := false
	words := strings.FieldsFunc(text, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == ' ' && !quoted
	})
	for i := range words {
		words[i] = strings.Trim(words[i], `"`)
	}
	return words
}

// parseTest reads hdr(host),lower -m beg -i a b.
func parseTest(t testing.TB, text string) *conf.Test {
	t.Helper()
	words := splitWords(text)
	test := &conf.Test{Pos: conf.Pos{File: "t", Line: 1, Col: 9}, Expr: parseCalls(t, words[0])}
	op := ""
	words = words[1:]
	for len(words) > 0 && strings.HasPrefix(words[0], "-") && words[0] != "-" {
		switch words[0] {
		case "-m":
			test.Match, words = words[1], words[2:]
			continue
		case "-i":
			test.IgnoreCase = true
		case "--":
			words = words[1:]
			goto patterns
		}
		words = words[1:]
	}
patterns:
	for _, w := range words {
		switch w {
		case "eq", "lt", "le", "gt", "ge":
			op = w + " "
			continue
		}
		test.Patterns = append(test.Patterns, conf.Pattern{Text: op + w})
	}
	return test
}

func testCond(t testing.TB, text string) *conf.Cond {
	t.Helper()
	return &conf.Cond{Op: conf.OpTest, Test: parseTest(t, text)}
}

func and(kids ...*conf.Cond) *conf.Cond { return &conf.Cond{Op: conf.OpAnd, Kids: kids} }
func or(kids ...*conf.Cond) *conf.Cond  { return &conf.Cond{Op: conf.OpOr, Kids: kids} }
func not(kid *conf.Cond) *conf.Cond     { return &conf.Cond{Op: conf.OpNot, Kids: []*conf.Cond{kid}} }

func mustCond(t testing.TB, c *conf.Cond, acls ...*conf.ACL) *Cond {
	t.Helper()
	out, err := NewCompiler(Options{}).Cond(c, acls)
	if err != nil {
		t.Fatalf("%+v: %v", c.Test, err)
	}
	return out
}

func mustExpr(t testing.TB, text string) *Expr {
	t.Helper()
	x, err := NewCompiler(Options{}).Expr(parseCalls(t, text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return x
}

// newContext reads a request head, lines by \n.
func newContext(t testing.TB, head string) *Context {
	t.Helper()
	c := &Context{
		Src: netip.MustParseAddrPort("192.0.2.7:5000"), Dst: netip.MustParseAddrPort("127.0.0.1:80"),
		FrontendName: "web", FrontendID: 2,
	}
	c.Begin(time.Unix(1234567890, 123456789))
	lines := strings.Split(strings.TrimSuffix(head, "\n"), "\n")
	parts := strings.Split(lines[0], " ")
	r := &message.Request{Method: []byte(parts[0]), MethodID: message.LookupMethod(parts[0]), Target: []byte(parts[1])}
	r.Path = r.Target
	if scheme, rest, ok := strings.Cut(parts[1], "://"); ok {
		r.Scheme = []byte(scheme)
		host, path := rest, ""
		if i := strings.IndexAny(rest, "/?"); i >= 0 {
			host, path = rest[:i], rest[i:]
		}
		r.Authority, r.Path = []byte(host), []byte(path)
	}
	if parts[0] == "CONNECT" {
		r.Path, r.Authority = nil, r.Target
	}
	if len(parts) > 2 && parts[2] == "HTTP/1.1" {
		r.Minor = 1
	}
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ":")
		r.Fields.AddName(strings.ToLower(name), message.TrimOWS([]byte(value)))
	}
	c.Req = r
	return c
}
