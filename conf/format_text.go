package conf

import "strings"

// formatFlagNames are the flags by name, in the order in which they are written.
var formatFlagNames = []struct {
	name string
	flag FormatFlags
}{{"Q", FlagQuote}, {"X", FlagHex}, {"E", FlagEscape}, {"bin", FlagBin}, {"json", FlagJSON}, {"cbor", FlagCBOR}}

// String writes the format for people, as HAProxy has it.
func (f *Format) String() string {
	var b strings.Builder
	before := FormatFlags(0)
	for i := range f.Parts {
		p := &f.Parts[i]
		if p.Expr == nil && p.Alias == "" && !p.Set {
			b.WriteString(strings.ReplaceAll(p.Text, "%", "%%"))
			continue
		}
		b.WriteByte('%')
		if p.Name != "" || p.Cast != "" {
			b.WriteString("(" + strings.TrimSuffix(p.Name+":"+p.Cast, ":") + ")")
		}
		if p.Flags != before {
			b.WriteString("{" + flagChanges(before, p.Flags) + "}")
		}
		switch {
		case p.Set:
			b.WriteByte('o')
			before = p.Flags
		case p.Expr != nil:
			b.WriteString("[" + p.Expr.String() + "]")
		default:
			b.WriteString(p.Alias)
		}
	}
	return b.String()
}

// flagChanges writes what makes one set of flags another.
func flagChanges(from, to FormatFlags) string {
	var out []string
	for _, f := range formatFlagNames {
		switch {
		case to&^from&f.flag != 0:
			out = append(out, "+"+f.name)
		case from&^to&f.flag != 0:
			out = append(out, "-"+f.name)
		}
	}
	return strings.Join(out, ",")
}

// String writes the expression for people, as HAProxy has it.
func (e *Expr) String() string {
	s := e.Fetch.String()
	for _, c := range e.Convs {
		s += "," + c.String()
	}
	return s
}

// String writes the call for people, as HAProxy has it.
func (c Call) String() string {
	if len(c.Args) == 0 {
		return c.Name
	}
	return c.Name + "(" + strings.Join(c.Args, ",") + ")"
}
