package e2e

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// gen makes random cases for the comparison with HAProxy, over a grammar of what both know. The same seed and number give the
// same case. What is known to differ on purpose is not in the grammar (docs/differences.md).
type gen struct {
	*rand.Rand
	response  bool // what is made is for rules on a response
	log       bool // ... or for a line of the log
	hex       bool // samples are written in hexadecimal digits
	redirects bool // there is a redirect
	slots     int  // captures of requests that are declared
}

// makeCase makes case number i of a seed.
func makeCase(seed uint64, i int) *oracleCase {
	g := &gen{Rand: rand.New(rand.NewPCG(seed, uint64(i)))}
	c := &oracleCase{name: fmt.Sprint("g", i), line: i}
	g.front(c)
	g.back(c)
	c.request, c.response = g.request(), g.answer()
	return c
}

// one picks.
func (g *gen) one(list ...string) string { return list[g.IntN(len(list))] }

// chance is true once in n.
func (g *gen) chance(n int) bool { return g.IntN(n) == 0 }

// front makes the frontend's lines.
func (g *gen) front(c *oracleCase) {
	add := func(format string, args ...any) { c.front = append(c.front, fmt.Sprintf(format, args...)) }
	for range g.IntN(3) {
		add("capture request header %s len %d", g.name(), 1+g.IntN(20))
		g.slots++
	}
	if g.chance(3) {
		add("capture response header %s len %d", g.one("server", "x-res", "set-cookie", "etag"), 1+g.IntN(20))
	}
	if g.chance(8) {
		add("capture cookie %s len %d", g.one("id", "id=", "th", "none"), 1+g.IntN(12))
	}
	if g.chance(4) {
		add("option %s", g.one("forwardfor", "forwardfor if-none", "forwardfor header X-Client", "httpclose", "http-server-close", "http-buffer-request", "originalto"))
	}
	acls := g.IntN(3)
	for i := range acls {
		add("acl a%d %s", i, g.test())
	}
	for range 1 + g.IntN(5) {
		add("http-request %s%s", g.requestAction(), g.when(acls))
	}
	g.response = true
	for range g.IntN(3) {
		add("http-response %s%s", g.responseAction(), g.when(0))
	}
	if g.chance(5) {
		add("http-after-response %s%s", g.responseAction(), g.when(0))
	}
	if g.chance(2) {
		g.log = true
		add("log-format %s", g.logFormat())
	}
	g.response, g.log = false, false
	if g.chance(6) {
		g.hex = true
		add("unique-id-format %s", g.format(2))
		g.hex = false
		add("unique-id-header X-Unique")
	}
	if g.chance(4) {
		c.other = []string{""}
		add("use_backend {{c}}%s", g.when(acls))
	}
}

// back makes the backend's lines.
func (g *gen) back(c *oracleCase) {
	add := func(format string, args ...any) { c.back = append(c.back, fmt.Sprintf(format, args...)) }
	if g.chance(4) {
		add("http-request %s%s", g.requestAction(), g.when(0))
	}
	g.response = true
	if g.chance(4) {
		add("http-response %s%s", g.responseAction(), g.when(0))
	}
	g.response = false
}

// requestAction is what an http-request rule does.
func (g *gen) requestAction() string {
	switch g.IntN(22) {
	case 0, 1, 2, 3, 4:
		return "set-header " + g.name() + " " + g.format(3)
	case 5, 6:
		return "add-header " + g.name() + " " + g.format(3)
	case 7:
		return g.deletion()
	case 8, 9:
		return g.replacement()
	case 10:
		return "set-path /" + g.token() + g.one("", "%[path]", "/%[query]")
	case 11:
		return "set-query " + g.one("a=1", "%[query]&z=%[path]", "h=%["+g.expr()+",hex]")
	case 12:
		return g.one("replace-path ", "replace-uri ", "replace-pathq ") + g.regex() + " " + g.one(`/x\0`, `/\1/y`, `/n%[method]`)
	case 13:
		return "set-uri " + g.one("/new?%[query]", "%[path]", "/a/%[hdr(x-num)]")
	case 14:
		return "set-method " + g.one("GET", "POST", "PUT", "FOO")
	case 15, 16, 17:
		return "set-var(" + g.one("txn", "req", "sess") + "." + g.one("a", "b") + ") " + g.expr()
	case 18:
		return "set-var-fmt(txn." + g.one("a", "b") + ") " + g.format(3)
	case 19:
		return g.final()
	case 20:
		return fmt.Sprintf("capture %s len %d", g.expr(), 1+g.IntN(20))
	}
	return "unset-var(txn.a)"
}

// responseAction is what an http-response or http-after-response rule does.
func (g *gen) responseAction() string {
	switch g.IntN(9) {
	case 0, 1, 2:
		return "set-header " + g.one("X-Res", "Server", "X-New", "ETag") + " " + g.format(3)
	case 3, 4:
		return "add-header " + g.one("X-Res", "Set-Cookie", "X-New") + " " + g.format(3)
	case 5:
		return g.deletion()
	case 6:
		return g.replacement()
	case 7:
		return fmt.Sprintf("set-status %d%s", []int{200, 201, 404, 500, 599}[g.IntN(5)], g.one("", ` reason "All right"`))
	}
	return "set-var(txn." + g.one("a", "b") + ") " + g.expr()
}

func (g *gen) deletion() string {
	return "del-header " + g.one(g.name(), "x- -m beg", "a -m end", "-li -m sub", "^x-[a-n] -m reg", "nu -m sub")
}

func (g *gen) replacement() string {
	name := g.name()
	if g.response {
		name = g.one("X-Res", "Server", "Set-Cookie")
	}
	return g.one("replace-header ", "replace-value ") + name + " " + g.regex() + " " + g.one(`<\0>`, `\1-\2`, `x%[src]\1`, "x")
}

// regex is an expression that PCRE and RE2 take in the same way.
func (g *gen) regex() string {
	return g.one("(.*)", "^(.)(.*)$", "[a-f]+", "([0-9]+)", "/([^/]*)", "a|b", "^/path", "o$", "(x)?y", "t{1,2}")
}

// final is an answer of the proxy's own.
func (g *gen) final() string {
	n := g.IntN(5)
	g.redirects = g.redirects || n > 1
	switch n {
	case 0:
		return "deny" + g.one("", " deny_status 404", " deny_status 429", " status 400")
	case 1:
		g.hex = true // control characters in a body differ
		text := g.format(3)
		g.hex = false
		return "return status " + g.one("200", "404", "503") + " content-type text/plain lf-string " + text + g.one("", " hdr X-H "+g.format(1))
	case 2:
		return "redirect location " + g.format(2) + g.one("", " code 301", " code 307", " set-cookie a=b", " clear-cookie a")
	case 3:
		return "redirect prefix " + g.one("/p", "http://other.example", "https://%[hdr(host)]") + g.one("", " drop-query", " drop-query append-slash code 308")
	}
	return "redirect scheme https" + g.one("", " code 301")
}

// format is a log-format string of up to n pieces, as one word.
func (g *gen) format(n int) string {
	var b strings.Builder
	for range 1 + g.IntN(n) {
		switch g.IntN(6) {
		case 0, 1:
			b.WriteString(g.token())
		case 2:
			b.WriteString("%" + g.flags() + g.one("ci", "f", "ft", "fi", "HM", "HU", "HP", "HQ", "HV", "r"))
			b.WriteString(g.one(",", "-", "%%"))
		default:
			b.WriteString("%" + g.flags() + "[" + g.expr() + "]")
		}
	}
	return quoteWord(b.String())
}

// logFormat is a line that tells of more than the request: HAProxy writes others twice.
func (g *gen) logFormat() string {
	var b strings.Builder
	b.WriteString("%ST")
	for range 1 + g.IntN(6) {
		b.WriteString(" ")
		if g.chance(2) {
			b.WriteString("%" + g.flags() + "[" + g.expr() + "]")
			continue
		}
		b.WriteString("%" + g.flags() + g.one("HM", "HP", "HQ", "HU", "HV", "HPO", "b", "s", "f", "ft", "hr", "hs", "hrl", "CC", "CS", "tsc", "ts", "rc", "ci", "fi",
			"si", "bi", "ID", "r", "sq", "bq"))
	}
	return quoteWord(b.String())
}

func (g *gen) flags() string {
	if g.hex {
		return ""
	}
	return g.one("", "", "", "", "{+Q}", "{+X}", "{+E}", "{+Q,+E}", "{-Q}")
}

// when is a rule's condition, or none. acls are those with a name.
func (g *gen) when(acls int) string {
	if g.chance(3) {
		return ""
	}
	var b strings.Builder
	b.WriteString(g.one(" if", " if", " unless"))
	for i := range 1 + g.IntN(3) {
		if i > 0 {
			b.WriteString(g.one("", "", " or", " ||"))
		}
		b.WriteString(" " + g.one("", "", "!"))
		switch {
		case acls > 0 && g.chance(2):
			fmt.Fprintf(&b, "a%d", g.IntN(acls))
		case g.chance(8) && !g.response:
			b.WriteString(g.one("TRUE", "FALSE", "METH_GET", "HTTP_1.1", "HTTP_URL_SLASH", "HTTP_CONTENT", "LOCALHOST"))
		default:
			b.WriteString("{ " + g.test() + " }")
		}
	}
	return b.String()
}

// quoteWord makes one word of a configuration of any text.
func quoteWord(s string) string {
	if s == "" || strings.ContainsAny(s, " #\"'\\$") {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`).Replace(s) + `"`
	}
	return s
}
