package hclfile

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"weir/conf"
)

// format translates a template to a conf.Format: constants become text, log.NAME a log variable and
// everything else a sample. Where it has reported an error it returns what it could make of the rest, which is to be checked too, or nil.
func (d *decoder) format(e hclsyntax.Expression, path string) *conf.Format {
	f := &conf.Format{Pos: d.pos(e.Range())}
	if !d.formatPart(f, e, path) && len(f.Parts) == 0 {
		return nil
	}
	return f
}

func (d *decoder) formatPart(f *conf.Format, e hclsyntax.Expression, path string) bool {
	switch e := e.(type) {
	case *hclsyntax.TemplateExpr:
		ok := true
		for _, part := range e.Parts {
			ok = d.formatPart(f, part, path) && ok
		}
		return ok
	case *hclsyntax.TemplateWrapExpr:
		return d.formatPart(f, e.Wrapped, path)
	case *hclsyntax.FunctionCallExpr:
		switch e.Name {
		case "flags":
			return d.formatSet(f, e, path)
		case "item":
			return d.formatItem(f, e, path)
		}
	}
	if isConst(e) {
		return d.formatText(f, e, path)
	}
	part := conf.FormatPart{Flags: flagsAtEnd(f), Pos: d.pos(e.Range())}
	if !d.formatValue(&part, e, path) {
		return false
	}
	f.Parts = append(f.Parts, part)
	return true
}

// formatValue reads a log variable or a sample.
func (d *decoder) formatValue(part *conf.FormatPart, e hclsyntax.Expression, path string) bool {
	if name, ok := member(e, "log"); ok {
		part.Alias = name
		return true
	}
	part.Expr = d.sample(e, path)
	return part.Expr != nil
}

// formatText adds a constant, to the text before it where there is some.
func (d *decoder) formatText(f *conf.Format, e hclsyntax.Expression, path string) bool {
	s, ok := d.constString(e, path)
	if !ok || s == "" {
		return ok
	}
	if n := len(f.Parts); n > 0 && f.Parts[n-1].Text != "" {
		if len(f.Parts[n-1].Text)+len(s) > maxString {
			d.add(conf.Bad(d.pos(e.Range()), path, "want a string of at most %d bytes", maxString))
			return false
		}
		f.Parts[n-1].Text += s
		return true
	}
	f.Parts = append(f.Parts, conf.FormatPart{Text: s})
	return true
}
