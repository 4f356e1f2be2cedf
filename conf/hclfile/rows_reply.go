package hclfile

import (
	"strconv"

	"weir/conf"
)

// replyRows are the attributes of a ready response in a block that describes a T.
func replyRows[T any](get func(*T) *conf.Reply) []row[T] {
	at := func(i info, field func(*conf.Reply) any) row[T] {
		return row[T]{info: i, at: func(t *T) any { return field(get(t)) }}
	}
	body := func(name string, typ typ, doc string, read func(*decoder, *conf.Reply, *attr), text func(*conf.Reply) string) row[T] {
		return row[T]{info: info{name: name, typ: typ, doc: doc}, text: func(t *T) string { return text(get(t)) },
			read: func(d *decoder, t *T, a *attr) {
				if r := get(t); hasContent(r) {
					d.add(conf.Bad(a.pos, a.path, "want only one of string, file, lf_string, lf_file, errorfile, errorfiles and default_errorfiles"))
				} else {
					read(d, r, a)
				}
			}}
	}
	return []row[T]{
		at(info{name: "content_type", typ: tString, doc: "Content-Type"}, func(r *conf.Reply) any { return &r.ContentType }),
		body("string", tString, "the body", readReplyString, textReplyString),
		body("file", tString, "a file that holds the body", readReplyFile, textReplyFile),
		body("lf_string", tFormat, "the body, as a template", readReplyFormat, textReplyFormat),
		body("lf_file", tString, "a file that holds the body as a log-format of HAProxy's", readReplyFormatFile, textReplyFormatFile),
		body("errorfile", tString, "a file that holds the whole response", readReplyErrorFile, textReplyErrorFile),
		body("errorfiles", tString, "the http_errors section that holds the whole response", readReplyErrors, textReplyErrors),
		body("default_errorfiles", tBool, "the error page that there is without this", readReplyDefault, func(r *conf.Reply) string { return textTrue(r.Default) }),
		{info: info{name: "headers", typ: tMap, doc: "header fields; the values are templates"},
			read: func(d *decoder, t *T, a *attr) { readReplyHeaders(d, get(t), a) }, text: func(t *T) string { return textReplyHeaders(get(t)) }},
	}
}

// hasContent reports whether it is said already what the response holds.
func hasContent(r *conf.Reply) bool {
	return r.HasBody || r.Format != nil || r.Path != "" || r.ErrorFile != nil || r.Errors != nil || r.Default
}

// denyGrammar is the one of an action that answers with an error.
func denyGrammar(status int) *grammar[ruleNode] {
	at := func(n *ruleNode) *int { return &replyOf(n).Status }
	first := row[ruleNode]{info: info{name: "status", typ: tInt, enum: conf.Statuses(conf.ErrorFileStatuses), def: strconv.Itoa(status), doc: "status"},
		at: func(n *ruleNode) any { return at(n) }, read: statusReader(conf.ErrorFileStatuses, at)}
	return &grammar[ruleNode]{context: "return", rows: append(append([]row[ruleNode]{first}, replyRows(replyOf)...), whenRow)}
}

var returnGrammar = &grammar[ruleNode]{context: "return", rows: append(append([]row[ruleNode]{
	field(info{name: "status", typ: tInt, min: 200, max: 599, def: "200", doc: "status"}, func(a *conf.Return) any { return &a.Status }),
}, replyRows(replyOf)...), whenRow)}

func replyOf(n *ruleNode) *conf.Reply {
	switch a := n.action.(type) {
	case *conf.Deny:
		return &a.Reply
	case *conf.Tarpit:
		return &a.Reply
	case *conf.Return:
		return &a.Reply
	}
	panic("BUG: " + n.action.Keyword() + " is no reply")
}

func readReplyString(d *decoder, r *conf.Reply, a *attr) {
	if s, ok := d.constString(a.expr, a.path); ok {
		r.Body, r.HasBody = []byte(s), true
	}
}

func textReplyString(r *conf.Reply) string {
	if !r.HasBody || r.Path != "" {
		return ""
	}
	return quote(string(r.Body))
}

// readReplyFile notes the file, which is read last.
func readReplyFile(d *decoder, r *conf.Reply, a *attr) {
	d.assign(&r.Path, &info{}, a)
	if r.HasBody = r.Path != ""; r.HasBody {
		d.replyFiles = append(d.replyFiles, replyFile{r, a.pos, a.path, false})
	}
}

func textReplyFile(r *conf.Reply) string {
	if !r.HasBody {
		return ""
	}
	return textString(r.Path)
}

func readReplyFormat(d *decoder, r *conf.Reply, a *attr) { r.Format = d.format(a.expr, a.path) }

func textReplyFormat(r *conf.Reply) string {
	if r.Path != "" {
		return ""
	}
	return textFormat(r.Format)
}

func readReplyFormatFile(d *decoder, r *conf.Reply, a *attr) {
	if d.assign(&r.Path, &info{}, a); r.Path != "" {
		d.replyFiles = append(d.replyFiles, replyFile{r, a.pos, a.path, true})
	}
}

func textReplyFormatFile(r *conf.Reply) string {
	if r.HasBody {
		return ""
	}
	return textString(r.Path)
}

func readReplyErrorFile(d *decoder, r *conf.Reply, a *attr) {
	name := ""
	if d.assign(&name, &info{}, a); name != "" {
		r.ErrorFile = &conf.ErrorFile{Pos: a.pos, Path: name}
	}
}

func textReplyErrorFile(r *conf.Reply) string {
	if r.ErrorFile == nil {
		return ""
	}
	return quote(r.ErrorFile.Path)
}

func readReplyErrors(d *decoder, r *conf.Reply, a *attr) {
	name := ""
	if d.assign(&name, &info{}, a); name != "" {
		r.Errors = &conf.Ref{Pos: a.pos, Name: name}
	}
}

func textReplyErrors(r *conf.Reply) string {
	if r.Errors == nil {
		return ""
	}
	return quote(r.Errors.Name)
}

func readReplyDefault(d *decoder, r *conf.Reply, a *attr) { d.assign(&r.Default, &info{}, a) }

func readReplyHeaders(d *decoder, r *conf.Reply, a *attr) {
	for _, e := range d.fields(a.expr, a.path) {
		if f := d.format(e.val, a.path); f != nil {
			r.Headers = append(r.Headers, conf.SetHeader{Name: e.key, Value: f})
		}
	}
}

func textReplyHeaders(r *conf.Reply) string {
	var pairs []string
	for _, h := range r.Headers {
		pairs = append(pairs, quote(h.Name)+" = "+textFormat(h.Value))
	}
	return objectText(pairs)
}
