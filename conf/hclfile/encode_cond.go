package hclfile

import (
	"regexp"
	"strconv"
	"strings"

	"weir/conf"
)

// How tightly the text of a condition holds together.
const (
	bindOr = iota
	bindAnd
	bindCompare
	bindNot // a call, a name, or ! before one
)

func textCond(c *conf.Cond) string {
	if c == nil {
		return ""
	}
	s, _ := condText(c)
	return s
}

// condText returns the text and how tightly it holds.
func condText(c *conf.Cond) (string, int) {
	switch c.Op {
	case conf.OpAnd:
		return joinConds(c.Kids, " && ", bindAnd), bindAnd
	case conf.OpOr:
		return joinConds(c.Kids, " || ", bindOr), bindOr
	case conf.OpNot:
		if t := c.Kids[0].Test; t != nil {
			if s := compareText(t, true); s != "" {
				return s, bindCompare
			}
		}
		return "!" + inParens(c.Kids[0], bindNot), bindNot
	case conf.OpACL:
		return memberText("acl", c.ACL), bindNot
	case conf.OpTrue:
		return "true", bindNot
	case conf.OpFalse:
		return "false", bindNot
	}
	if s := compareText(c.Test, false); s != "" {
		return s, bindCompare
	}
	return callText(c.Test), bindNot
}

func joinConds(kids []*conf.Cond, op string, binds int) string {
	out := make([]string, len(kids))
	for i, k := range kids {
		out[i] = inParens(k, binds)
	}
	return strings.Join(out, op)
}

// inParens writes a condition so that it holds together at least as tightly as binds.
func inParens(c *conf.Cond, binds int) string {
	s, b := condText(c)
	if b < binds {
		return "(" + s + ")"
	}
	return s
}

var identifier = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_-]*$`)

func memberText(root, name string) string {
	if identifier.MatchString(name) {
		return root + "." + name
	}
	return root + "[" + quote(name) + "]"
}

// compareText writes a test as SAMPLE == CONSTANT and the like, or returns "" where that would be read
// as something else.
func compareText(t *conf.Test, not bool) string {
	if len(t.Patterns) != 1 || len(t.Files) > 0 || optionsText(t, false) != "" {
		return ""
	}
	sign, text, number := "==", t.Patterns[0].Text, false
	if not {
		sign = "!="
	}
	if t.Match == "int" {
		if op, n, ok := strings.Cut(text, " "); ok && !not && orderSigns[op] != "" {
			sign, text = orderSigns[op], n
		}
		if n, err := strconv.Atoi(text); err != nil || strconv.Itoa(n) != text {
			return ""
		}
		number = true
	}
	// A network is no address to be equal to, though it is read as one.
	if t.Match == "ip" && strings.Contains(text, "/") {
		return ""
	}
	kind := vString
	if number {
		kind = vNumber
	}
	if (sign == "==" || sign == "!=") && (equalityOf(t.Expr, value{kind: kind}) != t.Match || t.IgnoreCase != (t.Match == "str" && caseless(t.Expr))) {
		return ""
	}
	if !number {
		text = quote(text)
	}
	return exprText(t.Expr) + " " + sign + " " + text
}

var orderSigns = map[string]string{"lt": "<", "le": "<=", "gt": ">", "ge": ">="}

// callText writes a test as a call. A fetch alone is the natural comparison with nothing.
func callText(t *conf.Test) string {
	if t.Match == "" && len(t.Patterns) == 0 && len(t.Files) == 0 && !t.IgnoreCase && optionsText(t, false) == "" {
		return exprText(t.Expr)
	}
	name, ignoreCase := "", t.IgnoreCase
	for _, r := range testRows {
		if r.match == t.Match && r.name != "one_of" {
			name = r.name
			if ignoreCase && r.caseless {
				name, ignoreCase = name+"_i", false
			}
			break
		}
	}
	args := []string{exprText(t.Expr)}
	for _, f := range t.Files {
		args = append(args, "file("+quote(f.Path)+")")
	}
	for _, p := range t.Patterns {
		args = append(args, quote(p.Text))
	}
	if options := optionsText(t, ignoreCase); options != "" {
		args = append(args, options)
	}
	return name + "(" + strings.Join(args, ", ") + ")"
}

// exprText writes a sample expression, its last converter outermost.
func exprText(e *conf.Expr) string {
	s := callArgs(e.Fetch, nil)
	for _, c := range e.Convs {
		s = callArgs(c, []string{s})
	}
	return s
}

// textSample writes an expression where a constant may stand for one.
func textSample(e *conf.Expr) string {
	if e == nil {
		return ""
	}
	if len(e.Convs) == 0 && len(e.Fetch.Args) == 1 {
		arg := e.Fetch.Args[0]
		n, err := strconv.Atoi(arg)
		switch {
		case e.Fetch.Name == "int" && err == nil && strconv.Itoa(n) == arg:
			return arg
		case e.Fetch.Name == "str":
			return quote(arg)
		}
	}
	return exprText(e)
}

func callArgs(c conf.Call, args []string) string {
	for _, a := range c.Args {
		args = append(args, quote(a))
	}
	return spelling(c.Name) + "(" + strings.Join(args, ", ") + ")"
}

// textFormat writes a format as a template.
func textFormat(f *conf.Format) string {
	if f == nil {
		return ""
	}
	// A sample alone needs no quotes.
	if p := f.Parts; len(p) == 1 && p[0].Expr != nil && p[0].Name == "" && p[0].Cast == "" && p[0].Flags == 0 {
		return exprText(p[0].Expr)
	}
	var b strings.Builder
	b.WriteByte('"')
	flags := conf.FormatFlags(0)
	for i := range f.Parts {
		p := &f.Parts[i]
		if p.Expr == nil && p.Alias == "" && !p.Set {
			b.WriteString(templateText(p.Text, i+1 < len(f.Parts)))
			continue
		}
		b.WriteString(partText(p, flags))
		if p.Set {
			flags = p.Flags
		}
	}
	b.WriteByte('"')
	return b.String()
}

// templateText escapes text between quotes. A '$' right before ${ would escape it, and is therefore
// written as a constant of its own.
func templateText(s string, more bool) string {
	head := s
	if more {
		head = strings.TrimRight(s, "$")
	}
	out := quote(head)
	if out[0] != '"' {
		out = "${" + out + "}"
	} else {
		out = out[1 : len(out)-1]
	}
	if tail := s[len(head):]; tail != "" {
		out += `${"` + tail + `"}`
	}
	return out
}
