package hclfile

import (
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"weir/conf"
)

// formatFlags are the flags of a log-format's items by their names in HAProxy, in the order in which they are written.
var formatFlags = []struct {
	name string
	flag conf.FormatFlags
}{{"+Q", conf.FlagQuote}, {"+X", conf.FlagHex}, {"+E", conf.FlagEscape}, {"+bin", conf.FlagBin}, {"+json", conf.FlagJSON}, {"+cbor", conf.FlagCBOR}}

func flagNames() []string {
	var out []string
	for _, f := range formatFlags {
		out = append(out, f.name)
	}
	return out
}

// formatCasts are the types that an item may be written as.
var formatCasts = []string{"bool", "sint", "str"}

// flagsAtEnd returns the flags that what comes next in the format has.
func flagsAtEnd(f *conf.Format) conf.FormatFlags {
	for i := len(f.Parts) - 1; i >= 0; i-- {
		if f.Parts[i].Set {
			return f.Parts[i].Flags
		}
	}
	return 0
}

// flags reads "+Q,+E": the flags that are on; all others are off.
func (d *decoder) flags(e hclsyntax.Expression, path string) (flags conf.FormatFlags, ok bool) {
	text, ok := d.constString(e, path)
	if !ok || text == "" {
		return 0, ok
	}
	for _, word := range splitList(text) {
		known := false
		for _, f := range formatFlags {
			if f.name == word {
				flags, known = flags|f.flag, true
			}
		}
		if !known {
			d.add(conf.BadValue(d.pos(e.Range()), path, word, flagNames()...))
			ok = false
		}
	}
	return flags, ok
}

func textFlags(flags conf.FormatFlags) string {
	var on []string
	for _, f := range formatFlags {
		if flags&f.flag != 0 {
			on = append(on, f.name)
		}
	}
	return quote(strings.Join(on, ","))
}

// formatSet reads flags("+Q"), which sets the flags of what comes after it.
func (d *decoder) formatSet(f *conf.Format, call *hclsyntax.FunctionCallExpr, path string) bool {
	pos := d.pos(call.Range())
	if len(call.Args) != 1 || call.ExpandFinal {
		d.add(conf.Bad(pos, path, `want flags("+Q") or the like`))
		return false
	}
	flags, ok := d.flags(call.Args[0], path)
	f.Parts = append(f.Parts, conf.FormatPart{Flags: flags, Set: true, Pos: pos})
	return ok
}

// formatItem reads item(VALUE, { name = "NAME", type = "str", flags = "+Q" }).
func (d *decoder) formatItem(f *conf.Format, call *hclsyntax.FunctionCallExpr, path string) bool {
	part := conf.FormatPart{Flags: flagsAtEnd(f), Pos: d.pos(call.Range())}
	if len(call.Args) != 2 || call.ExpandFinal || !isObject(call.Args[1]) {
		d.add(conf.Bad(part.Pos, path, `want item(VALUE, { name = "NAME", type = "str", flags = "+Q" })`))
		return false
	}
	ok := d.formatValue(&part, call.Args[0], path)
	for _, en := range d.object(unparen(call.Args[1]), path) {
		ok = d.itemOption(&part, en, path) && ok
	}
	f.Parts = append(f.Parts, part)
	return ok
}

func (d *decoder) itemOption(part *conf.FormatPart, en entry, path string) (ok bool) {
	at := join(path, en.key)
	switch en.key {
	case "flags":
		part.Flags, ok = d.flags(en.val, at)
	case "name":
		part.Name, ok = d.constString(en.val, at)
	case "type":
		if part.Cast, ok = d.constString(en.val, at); ok && !contains(formatCasts, part.Cast) {
			d.add(conf.BadValue(d.pos(en.val.Range()), at, part.Cast, formatCasts...))
			return false
		}
	default:
		d.add(conf.Unknown(en.keyPos, path, "option of item", en.key, []string{"flags", "name", "type"}))
	}
	return ok
}

// partText writes a part that is no text; before are the flags that it has anyway.
func partText(p *conf.FormatPart, before conf.FormatFlags) string {
	if p.Set {
		return "${flags(" + textFlags(p.Flags) + ")}"
	}
	value := ""
	if p.Expr != nil {
		value = exprText(p.Expr)
	} else {
		value = memberText("log", p.Alias)
	}
	var options []string
	if p.Name != "" {
		options = append(options, "name = "+quote(p.Name))
	}
	if p.Cast != "" {
		options = append(options, "type = "+quote(p.Cast))
	}
	if p.Flags != before {
		options = append(options, "flags = "+textFlags(p.Flags))
	}
	if options == nil {
		return "${" + value + "}"
	}
	return "${item(" + value + ", { " + strings.Join(options, ", ") + " })}"
}
