package acl

import (
	"weir/conf"
	"weir/internal/logfmt"
)

// Format is a compiled log-format string: text with expressions and log variables between.
//
// It is evaluated in one pass into the caller's buffer. What has to be found out about the stream is told by Need, so that a
// line costs only what is in it.
type Format struct {
	parts []formatPart
	need  logfmt.Need
	exprs int
	root  logfmt.Flags // JSON or CBOR where the whole is one object, else 0
}

// formatPart is text, an expression, an alias, or a space that is not written after another one.
type formatPart struct {
	text  string
	expr  *Expr
	alias *logfmt.Alias
	cast  Type // of an expression; Any = as it is
	space bool
	flags logfmt.Flags
	name  string // in an object
}

// Log tells what is known of a stream to the formats that are evaluated for it.
type Log interface {
	// LogRecord fills a record with what need asks for. It is read until the next call.
	LogRecord(need logfmt.Need) (*logfmt.Formatter, *logfmt.Record)
}

// Format compiles a format. A nil one gives a nil Format, which appends nothing.
//
// In a log a missing value is "-" and spaces are merged. Elsewhere it is nothing, and +Q does not act on an expression: both as
// observed from HAProxy 2.6, whose manual has http-request set-header X-SSL-Client-DN %{+Q}[ssl_c_s_dn].
func (c *Compiler) Format(f *conf.Format) (*Format, error) { return c.format(f, c.place == InLog) }

// VarFormat compiles the format of set-var-fmt, in which +Q acts on expressions too.
func (c *Compiler) VarFormat(f *conf.Format) (*Format, error) { return c.format(f, true) }

// IDFormat compiles the format of unique-id-format: spaces are merged as in a log, and a missing value is nothing.
func (c *Compiler) IDFormat(f *conf.Format) (*Format, error) {
	return c.build(f, formatBuilder{quotes: true, log: true, empty: true})
}

func (c *Compiler) format(f *conf.Format, quotes bool) (*Format, error) {
	log := c.place == InLog
	return c.build(f, formatBuilder{quotes: quotes, log: log, empty: !log})
}

func (c *Compiler) build(f *conf.Format, b formatBuilder) (*Format, error) {
	if f == nil {
		return nil, nil
	}
	b.c, b.pos, b.out = c, f.Pos, &Format{}
	for i := range f.Parts {
		b.add(&f.Parts[i])
	}
	if err := c.take(); err != nil {
		return nil, err
	}
	return b.finish(), nil
}

// Need is what the format's aliases have to be told.
func (f *Format) Need() logfmt.Need {
	if f == nil {
		return 0
	}
	return f.need
}

// Append evaluates the format. The bytes may be anything that a client sends: a caller that puts them in a header must
// refuse or encode CR, LF and NUL (RFC 9110, 5.5). It does not allocate once dst is large enough.
func (f *Format) Append(dst []byte, c *Context) []byte {
	switch {
	case f == nil:
		return dst
	case f.need == 0:
		return f.append(dst, c, nil, nil, nil)
	case c.Log == nil:
		fm, r := c.ownRecord()
		return f.append(dst, c, fm, r, nil)
	}
	fm, r := c.Log.LogRecord(f.need)
	return f.append(dst, c, fm, r, nil)
}

// AppendLine evaluates the format for a record. values, where not nil, are what Values gave for the expressions: of a stream whose
// Context is gone. c, where not nil, has a Stream then that still knows some numbers and texts, and better.
func (f *Format) AppendLine(dst []byte, c *Context, fm *logfmt.Formatter, r *logfmt.Record, values [][]byte) []byte {
	if f == nil {
		return dst
	}
	return f.append(dst, c, fm, r, values)
}

// Values evaluates the expressions alone, for an AppendLine after the Context has gone; nil where there are none.
func (f *Format) Values(c *Context) [][]byte {
	if f == nil || f.exprs == 0 {
		return nil
	}
	values := make([][]byte, 0, f.exprs)
	for i := range f.parts {
		if p := &f.parts[i]; p.expr != nil {
			values = append(values, p.appendExpr([]byte{}, c))
		}
	}
	return values
}

func (f *Format) append(dst []byte, c *Context, fm *logfmt.Formatter, r *logfmt.Record, values [][]byte) []byte {
	if f.root != 0 {
		return f.appendObject(dst, c, fm, r, values)
	}
	start := len(dst)
	for i := range f.parts {
		p := &f.parts[i]
		switch {
		case p.alias != nil:
			dst = p.alias.Append(fm, dst, r, p.flags)
		case p.expr != nil && values != nil:
			dst, values = p.appendKept(dst, c, values[0]), values[1:]
		case p.expr != nil:
			dst = p.appendExpr(dst, c)
		case p.space:
			if n := len(dst); n > start && dst[n-1] != ' ' {
				dst = append(dst, ' ')
			}
		default:
			dst = append(dst, p.text...)
		}
	}
	return dst
}

// appendObject writes the named items as one JSON object or CBOR map.
func (f *Format) appendObject(dst []byte, c *Context, fm *logfmt.Formatter, r *logfmt.Record, values [][]byte) []byte {
	dst = logfmt.AppendBegin(dst, f.root)
	for i := range f.parts {
		p := &f.parts[i]
		dst = logfmt.AppendName(dst, p.name, i == 0, f.root)
		switch {
		case p.alias != nil:
			dst = p.alias.Append(fm, dst, r, p.flags)
		case values != nil:
			dst, values = p.appendKept(dst, c, values[0]), values[1:]
		default:
			dst = p.appendExpr(dst, c)
		}
	}
	return logfmt.AppendEnd(dst, f.root)
}

// appendKept appends the value that an expression had, or has: of what a Stream is asked, and of live numbers, the last word counts.
func (p *formatPart) appendKept(dst []byte, c *Context, v []byte) []byte {
	if a := p.expr.args; c == nil || a.ask == 0 && a.say == 0 && a.gauge == 0 {
		return append(dst, v...)
	}
	saved := c.it
	c.it = cursor{}
	ok := p.expr.next(c)
	c.it = saved
	if !ok {
		return append(dst, v...)
	}
	return p.appendExpr(dst, c)
}

// appendExpr evaluates an item's expression.
func (p *formatPart) appendExpr(dst []byte, c *Context) []byte {
	saved := c.it
	c.it = cursor{}
	s := &c.smp
	ok := p.expr.next(c)
	c.it = saved
	if ok && p.cast != Any {
		to := casts[s.Type][p.cast]
		ok = to != nil && to(c, s)
	}
	switch {
	case !ok:
		return logfmt.AppendMissing(dst, p.flags)
	case s.Type == Bool:
		return logfmt.AppendBool(dst, s.Int != 0, p.flags)
	case s.Type == Int:
		return logfmt.AppendNumber(dst, s.Int, p.flags)
	case !casts[s.Type][Str](c, s):
		return logfmt.AppendMissing(dst, p.flags)
	}
	return logfmt.AppendText(dst, s.Bytes, p.flags)
}

// Const is the text of a format that is the same for every request.
func (f *Format) Const() (string, bool) {
	switch {
	case f == nil || len(f.parts) == 0:
		return "", f == nil || f.root == 0
	case len(f.parts) == 1 && f.parts[0].expr == nil && f.parts[0].alias == nil && !f.parts[0].space:
		return f.parts[0].text, f.root == 0
	}
	return "", false
}

// HTTPOnly is the name of an alias that only HTTP mode knows; "" = there is none.
func (f *Format) HTTPOnly() string {
	if f == nil {
		return ""
	}
	for i := range f.parts {
		if a := f.parts[i].alias; a != nil && a.HTTP {
			return a.Name
		}
	}
	return ""
}
