package hclfile

import (
	"slices"

	"weir/conf"
)

var redirectGrammar = ruleGrammar(
	row[ruleNode]{info: info{name: "location", typ: tFormat, doc: "the whole Location"}, read: redirectReader(conf.RedirectLocation), text: redirectText(conf.RedirectLocation)},
	row[ruleNode]{info: info{name: "prefix", typ: tFormat, doc: "what is put before the request's URI"}, read: redirectReader(conf.RedirectPrefix), text: redirectText(conf.RedirectPrefix)},
	row[ruleNode]{info: info{name: "scheme", typ: tFormat, doc: "what replaces the request's scheme"}, read: redirectReader(conf.RedirectScheme), text: redirectText(conf.RedirectScheme)},
	row[ruleNode]{info: info{name: "code", typ: tInt, enum: conf.Statuses(conf.RedirectCodes), def: "302", doc: "status"},
		read: statusReader(conf.RedirectCodes, func(n *ruleNode) *int { return &n.action.(*conf.Redirect).Code }), at: func(n *ruleNode) any { return &n.action.(*conf.Redirect).Code }},
	field(info{name: "drop_query", typ: tBool, doc: "leave the query out"}, func(a *conf.Redirect) any { return &a.DropQuery }),
	field(info{name: "keep_query", typ: tBool, doc: "put the request's query behind location"}, func(a *conf.Redirect) any { return &a.KeepQuery }),
	field(info{name: "append_slash", typ: tBool, doc: "end the path with a slash"}, func(a *conf.Redirect) any { return &a.AppendSlash }),
	field(info{name: "ignore_empty", typ: tBool, doc: "pass the rule over where location comes out empty"}, func(a *conf.Redirect) any { return &a.IgnoreEmpty }),
	field(info{name: "set_cookie", typ: tString, doc: "NAME[=VALUE] of a cookie to set"}, func(a *conf.Redirect) any { return &a.SetCookie }),
	field(info{name: "set_cookie_fmt", typ: tFormat, doc: "the same with a template"}, func(a *conf.Redirect) any { return &a.SetCookieAs }),
	field(info{name: "clear_cookie", typ: tString, doc: "NAME[=] of a cookie to clear"}, func(a *conf.Redirect) any { return &a.ClearCookie }),
)

func checkRedirect(a conf.Action, _ ruleList) string {
	if a.(*conf.Redirect).Text == nil {
		return "missing attribute; want location, prefix or scheme"
	}
	return ""
}

// statusReader reads a number that must be one of a list.
func statusReader[T any](accepted []int, to func(*T) *int) func(*decoder, *T, *attr) {
	return func(d *decoder, t *T, a *attr) {
		v, ok := d.constant(a.expr, a.path)
		switch {
		case !ok:
		case v.kind != vNumber || !slices.Contains(accepted, v.n):
			d.wrong(v, a, conf.Statuses(accepted)...)
		default:
			*to(t) = v.n
		}
	}
}

func redirectReader(k conf.RedirectKind) func(*decoder, *ruleNode, *attr) {
	return func(d *decoder, n *ruleNode, a *attr) {
		r := n.action.(*conf.Redirect)
		if r.Text != nil {
			d.add(conf.Bad(a.pos, a.path, "want only one of location, prefix and scheme"))
			return
		}
		r.Kind, r.Text = k, d.format(a.expr, a.path)
	}
}

func redirectText(k conf.RedirectKind) func(*ruleNode) string {
	return func(n *ruleNode) string {
		if r := n.action.(*conf.Redirect); r.Kind == k {
			return textFormat(r.Text)
		}
		return ""
	}
}
