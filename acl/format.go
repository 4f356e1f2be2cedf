package acl

import (
	"net/netip"
	"os"
	"strconv"
	"time"

	"weir/conf"
	"weir/internal/message"
)

// AliasFunc appends a log variable's text.
type AliasFunc func(dst []byte, c *Context) []byte

// Format is a compiled log-format string: text with expressions and log variables between.
type Format struct {
	parts []formatPart
	// Missing stands for an expression without a value: "" in headers, "-" in logs.
	Missing string
}

// formatPart has exactly one of the three.
type formatPart struct {
	text  string
	expr  *Expr
	alias AliasFunc
}

// Format compiles a format. A nil one gives a nil Format, which appends nothing.
func (c *Compiler) Format(f *conf.Format) (*Format, error) {
	if f == nil {
		return nil, nil
	}
	out := &Format{}
	if c.place == InLog {
		out.Missing = "-"
	}
	for i := range f.Parts {
		p := &f.Parts[i]
		switch {
		case p.Expr != nil:
			if x := c.expr(p.Expr, lookupFetch(p.Expr.Fetch.Name), true); x != nil {
				out.parts = append(out.parts, formatPart{expr: x})
			}
		case p.Alias != "":
			if a := c.alias(p.Alias); a != nil {
				out.parts = append(out.parts, formatPart{alias: a})
				continue
			}
			c.fail(conf.Unknown(f.Pos, c.at("format"), "log variable", p.Alias, sorted(aliasNames())))
		default:
			out.addText(p.Text)
		}
	}
	if err := c.take(); err != nil {
		return nil, err
	}
	return out, nil
}

func (f *Format) addText(text string) {
	if n := len(f.parts); n > 0 && f.parts[n-1].expr == nil && f.parts[n-1].alias == nil {
		f.parts[n-1].text += text
		return
	}
	f.parts = append(f.parts, formatPart{text: text})
}

func (c *Compiler) alias(name string) AliasFunc {
	if c.Alias != nil {
		if a := c.Alias(name); a != nil {
			return a
		}
	}
	return formatAliases[name]
}

// Append evaluates the format. The bytes may be anything that a client sends: a caller that puts them in a header must
// refuse or encode CR, LF and NUL (RFC 9110, 5.5). It does not allocate once dst is large enough.
func (f *Format) Append(dst []byte, c *Context) []byte {
	if f == nil {
		return dst
	}
	for i := range f.parts {
		p := &f.parts[i]
		switch {
		case p.alias != nil:
			dst = p.alias(dst, c)
		case p.expr != nil:
			var ok bool
			if dst, ok = p.expr.AppendText(dst, c); !ok {
				dst = append(dst, f.Missing...)
			}
		default:
			dst = append(dst, p.text...)
		}
	}
	return dst
}

// Const is the text of a format that is the same for every request.
func (f *Format) Const() (string, bool) {
	switch {
	case f == nil || len(f.parts) == 0:
		return "", true
	case len(f.parts) == 1 && f.parts[0].expr == nil && f.parts[0].alias == nil:
		return f.parts[0].text, true
	}
	return "", false
}

// The date layouts of %t and %T (HAProxy's guide, 8.2.4).
const (
	layoutMilli = "02/Jan/2006:15:04:05.000"
	layoutZone  = "02/Jan/2006:15:04:05 -0700"
)

// formatAliases are the log variables that a Context alone can tell (HAProxy's guide, 8.2.4).
var formatAliases = map[string]AliasFunc{
	"ci": func(b []byte, c *Context) []byte { return appendIP(b, c.Src) },
	"cp": func(b []byte, c *Context) []byte { return strconv.AppendUint(b, uint64(c.Src.Port()), 10) },
	"fi": func(b []byte, c *Context) []byte { return appendIP(b, c.Dst) },
	"fp": func(b []byte, c *Context) []byte { return strconv.AppendUint(b, uint64(c.Dst.Port()), 10) },
	"f":  func(b []byte, c *Context) []byte { return appendOr(b, c.FrontendName) },
	"ft": func(b []byte, c *Context) []byte { return appendOr(b, c.FrontendName) },
	"b":  func(b []byte, c *Context) []byte { return appendOr(b, c.BackendName) },
	"s":  func(b []byte, c *Context) []byte { return appendOr(b, c.ServerName) },
	"H":  func(b []byte, _ *Context) []byte { return append(b, hostname...) },
	"HM": reqText(func(r *message.Request) []byte { return r.Method }),
	"HP": reqText(func(r *message.Request) []byte { return r.Target }),
	"HU": reqText(func(r *message.Request) []byte { return r.Target }),
	"HPO": reqText(func(r *message.Request) []byte {
		return r.PathOnly()
	}),
	"HQ": reqText(func(r *message.Request) []byte { return queryMark(r.Path) }),
	"HV": func(b []byte, c *Context) []byte {
		if c.Req == nil || int(c.Req.Minor) >= len(versions) {
			return append(b, "<BADREQ>"...)
		}
		return append(b, versions[c.Req.Minor]...)
	},
	"ST": func(b []byte, c *Context) []byte {
		if c.Resp == nil {
			return append(b, "-1"...)
		}
		return strconv.AppendInt(b, int64(c.Resp.Status), 10)
	},
	"T":   func(b []byte, c *Context) []byte { return c.Now.UTC().AppendFormat(b, layoutZone) },
	"Tl":  func(b []byte, c *Context) []byte { return c.Now.In(time.Local).AppendFormat(b, layoutZone) },
	"t":   func(b []byte, c *Context) []byte { return c.Now.In(time.Local).AppendFormat(b, layoutMilli) },
	"tr":  func(b []byte, c *Context) []byte { return c.Now.In(time.Local).AppendFormat(b, layoutMilli) },
	"Ts":  func(b []byte, c *Context) []byte { return strconv.AppendInt(b, c.Now.Unix(), 10) },
	"ms":  func(b []byte, c *Context) []byte { return strconv.AppendInt(b, int64(c.Now.Nanosecond()/1e6), 10) },
	"pid": func(b []byte, _ *Context) []byte { return strconv.AppendInt(b, int64(os.Getpid()), 10) },
	"r": func(b []byte, c *Context) []byte {
		if c.Req == nil {
			return append(b, "<BADREQ>"...)
		}
		b = append(append(b, c.Req.Method...), ' ')
		b = append(append(b, c.Req.Target...), ' ')
		return append(b, versions[min(int(c.Req.Minor), len(versions)-1)]...)
	},
}

func aliasNames() []string {
	names := make([]string, 0, len(formatAliases))
	for name := range formatAliases {
		names = append(names, name)
	}
	return names
}

// hostname is read at start: it does not change under a running process.
var hostname, _ = os.Hostname()

func appendIP(b []byte, a netip.AddrPort) []byte {
	if !a.IsValid() {
		return append(b, '-')
	}
	return a.Addr().Unmap().AppendTo(b)
}

func appendOr(b []byte, s string) []byte {
	if s == "" {
		return append(b, '-')
	}
	return append(b, s...)
}

func reqText(f func(*message.Request) []byte) AliasFunc {
	return func(b []byte, c *Context) []byte {
		if c.Req == nil {
			return append(b, "<BADREQ>"...)
		}
		return append(b, f(c.Req)...)
	}
}

// queryMark is the query with its question mark, as %HQ has it.
func queryMark(path []byte) []byte {
	for i, ch := range path {
		if ch == '?' {
			return path[i:]
		}
	}
	return nil
}
