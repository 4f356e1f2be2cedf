package acl

import (
	"weir/conf"
	"weir/internal/logfmt"
)

// formatBuilder compiles one format.
type formatBuilder struct {
	c      *Compiler
	pos    conf.Pos
	log    bool // merge spaces
	empty  bool // what is missing is nothing, not "-"
	quotes bool // +Q acts on expressions
	out    *Format
}

func (b *formatBuilder) add(p *conf.FormatPart) {
	flags := logFlags(p.Flags)
	if b.empty {
		flags |= logfmt.Empty
	}
	switch {
	case p.Set:
		b.out.root |= flags & (logfmt.JSON | logfmt.CBOR | logfmt.Bin)
	case p.Expr != nil:
		b.expr(p, flags)
	case p.Alias != "":
		b.alias(p, flags)
	default:
		b.text(p.Text)
	}
}

// logFlags are the flags as logfmt has them. Of the two encodings the later one in the list counts.
func logFlags(f conf.FormatFlags) (out logfmt.Flags) {
	for _, x := range [...]struct {
		from conf.FormatFlags
		to   logfmt.Flags
	}{
		{conf.FlagQuote, logfmt.Quote}, {conf.FlagHex, logfmt.Hex}, {conf.FlagEscape, logfmt.Escape},
		{conf.FlagBin, logfmt.Bin}, {conf.FlagJSON, logfmt.JSON}, {conf.FlagCBOR, logfmt.CBOR},
	} {
		if f&x.from != 0 {
			out |= x.to
		}
	}
	if out&logfmt.CBOR != 0 {
		out &^= logfmt.JSON
	}
	return out
}

func (b *formatBuilder) expr(p *conf.FormatPart, flags logfmt.Flags) {
	x := b.c.expr(p.Expr, lookupFetch(p.Expr.Fetch.Name), true)
	if x == nil {
		return
	}
	if !b.quotes {
		flags &^= logfmt.Quote
	}
	b.out.parts = append(b.out.parts, formatPart{expr: x, flags: flags, name: p.Name, cast: formatCasts[p.Cast]})
}

// formatCasts are the types of %(NAME:TYPE)[...].
var formatCasts = map[string]Type{"bool": Bool, "sint": Int, "str": Str}

func (b *formatBuilder) alias(p *conf.FormatPart, flags logfmt.Flags) {
	a := logfmt.LookupAlias(p.Alias)
	if a == nil {
		pos := p.Pos
		if pos == (conf.Pos{}) {
			pos = b.pos
		}
		b.c.fail(conf.Unknown(pos, b.c.at("format"), "log variable", p.Alias, aliasNames()))
		return
	}
	b.out.parts = append(b.out.parts, formatPart{alias: a, flags: flags, name: p.Name})
}

func aliasNames() []string {
	var names []string
	for _, a := range logfmt.Aliases() {
		names = append(names, a.Name)
	}
	return names
}

// text adds text; in a log each run of spaces is one, and none where there is one already.
func (b *formatBuilder) text(text string) {
	for len(text) > 0 {
		n := 0
		for b.log && n < len(text) && text[n] == ' ' {
			n++
		}
		if n > 0 {
			if parts := b.out.parts; len(parts) > 0 && keepsSpace(parts[len(parts)-1].alias) {
				b.out.parts = append(parts, formatPart{text: " "})
			} else {
				b.out.parts = append(parts, formatPart{space: true})
			}
			text = text[n:]
			continue
		}
		for n < len(text) && !(b.log && text[n] == ' ') {
			n++
		}
		b.word(text[:n])
		text = text[n:]
	}
}

var queryAlias, pathAlias = logfmt.LookupAlias("HQ"), logfmt.LookupAlias("HPO")

// keepsSpace reports whether the space after an alias is there even where the alias is empty: after %HQ and %HPO, as in HAProxy.
func keepsSpace(a *logfmt.Alias) bool { return a != nil && (a == queryAlias || a == pathAlias) }

// word adds text to the one before it, if that is what comes before.
func (b *formatBuilder) word(text string) {
	parts := b.out.parts
	if n := len(parts); n > 0 && parts[n-1].expr == nil && parts[n-1].alias == nil && !parts[n-1].space {
		parts[n-1].text += text
		return
	}
	b.out.parts = append(parts, formatPart{text: text})
}

// finish sets what depends on the whole: within an object there are named items only, all encoded alike.
func (b *formatBuilder) finish() *Format {
	f := b.out
	if f.root&(logfmt.JSON|logfmt.CBOR) == 0 {
		f.root = 0
	}
	if f.root&logfmt.CBOR != 0 {
		f.root &^= logfmt.JSON
	}
	if f.root != 0 {
		named := f.parts[:0]
		for _, p := range f.parts {
			if p.name != "" && (p.expr != nil || p.alias != nil) {
				p.flags = p.flags&logfmt.Hex | f.root
				named = append(named, p)
			}
		}
		f.parts = named
	}
	for i := range f.parts {
		if p := &f.parts[i]; p.alias != nil {
			f.need |= p.alias.Need | logfmt.NeedRecord
		} else if p.expr != nil {
			f.exprs++
		}
	}
	f.mergeSpaces()
	return f
}

// mergeSpaces makes the spaces part of the text where it is known what stands before them, so that a line is fewer parts.
func (f *Format) mergeSpaces() {
	out := f.parts[:0]
	for i, p := range f.parts {
		n := len(out)
		isText := func(q *formatPart) bool { return q.expr == nil && q.alias == nil && !q.space }
		switch {
		case p.space && i > 0 && n > 0 && isText(&out[n-1]) && out[n-1].text != "":
			out[n-1].text += " "
		case isText(&p) && n > 0 && isText(&out[n-1]):
			out[n-1].text += p.text
		default:
			out = append(out, p)
		}
	}
	f.parts = out
}

// ownRecord is what a Context alone can tell.
func (c *Context) ownRecord() (*logfmt.Formatter, *logfmt.Record) {
	if c.logs == nil {
		c.logs = &ownLog{}
	}
	now := c.Now.UnixMilli()
	c.logs.line = c.logs.line[:0]
	r := &c.logs.record
	*r = logfmt.Record{
		Client: c.Src, Local: c.Dst, Start: now, Date: now, Frontend: c.FrontendName, Backend: c.BackendName, Server: c.ServerName,
		HTTP: c.Req != nil, Status: -1, State: [4]byte{'-', '-', '-', '-'}, ReqHeaders: c.ReqCaptures, RespHeaders: c.RespCaptures,
	}
	if c.Req != nil {
		c.logs.line = logfmt.AppendRequest(c.logs.line, c.Req.FirstMethod(), c.Req.Target, versions[min(int(versionOf(c.Req)), len(versions)-1)], 0)
		r.Request = c.logs.line
	}
	if c.Resp != nil {
		r.Status = c.Resp.Status
	}
	return &c.logs.format, r
}

// ownLog is made when a format with aliases is first evaluated by a Context without a stream.
type ownLog struct {
	format logfmt.Formatter
	record logfmt.Record
	line   []byte
}
