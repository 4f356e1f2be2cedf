package cfgfile

import (
	"slices"
	"strconv"
	"strings"

	"weir/conf"
)

const replyUsage = "[status <status>] [content-type <type>] [default-errorfiles|errorfile <file>|errorfiles <name>|" +
	"file <file>|lf-file <file>|string <text>|lf-string <format>] [hdr <name> <format>] ..."

func readDeny(l *line, _ call) conf.Action {
	a := &conf.Deny{}
	if !l.refusal(&a.Reply) {
		return nil
	}
	return a
}

func readTarpit(l *line, _ call) conf.Action {
	a := &conf.Tarpit{}
	if !l.refusal(&a.Reply) {
		return nil
	}
	return a
}

func readReturn(l *line, _ call) conf.Action {
	a := &conf.Return{}
	if !l.reply(&a.Reply) {
		return nil
	}
	return a
}

// refusal is reply for what answers with an error page unless told otherwise. A bare "status", unlike a bare "deny_status", tells
// it so: the response is empty then, as in HAProxy.
func (l *line) refusal(r *conf.Reply) bool {
	from := l.i
	if !l.reply(r) {
		return false
	}
	bare := len(r.Headers) == 0 && r.Format == nil && r.ErrorFile == nil && r.Errors == nil && !r.Default && !r.HasBody
	if bare && slices.ContainsFunc(l.words[from:l.i], func(w Word) bool { return w.Text == "status" }) {
		r.HasBody = true
	}
	return true
}

// reply reads the words of a ready response, up to the condition.
func (l *line) reply(r *conf.Reply) bool {
	var body Word
	for !l.atCond() && !l.fail {
		w := l.next()
		switch w.Text {
		case "status", "deny_status":
			l.int(&r.Status, 200, 599)
		case "content-type":
			l.text(&r.ContentType, "<type>")
		case "hdr":
			l.replyField(r)
		case "default-errorfiles", "errorfile", "errorfiles", "file", "lf-file", "string", "lf-string":
			if body.Text != "" {
				l.bad(w, "%q beside %q; want one of them", w.Text, body.Text)
				return false
			}
			body = w
			l.replyBody(r, w.Text)
		default:
			l.wrong(w, "status", "content-type", "default-errorfiles", "errorfile", "errorfiles", "file", "lf-file", "string", "lf-string", "hdr",
				"if or unless with a condition")
		}
	}
	if l.fail {
		return false
	}
	return l.replyWhole(r, body)
}

// replyWhole checks what HAProxy asks of the parts together.
func (l *line) replyWhole(r *conf.Reply, given Word) bool {
	body := given.Text
	typed := body == "string" || body == "lf-string" || (body == "file" || body == "lf-file") && (len(r.Body) > 0 || r.Format != nil)
	if typed && r.ContentType == "" && (body != "string" || len(r.Body) > 0) {
		l.bad(given, "%s needs a content-type", body)
		return false
	}
	if r.ContentType != "" && !typed {
		l.warn(l.key, "content-type means nothing without a body of this rule's own")
		r.ContentType = ""
	}
	if len(r.Headers) > 0 && (body == "errorfile" || body == "errorfiles" || body == "default-errorfiles") {
		l.warn(l.key, "hdr means nothing beside %s", body)
		r.Headers = nil
	}
	return true
}

func (l *line) replyField(r *conf.Reply) {
	w, ok := l.operand("<name>")
	if !ok {
		return
	}
	if !conf.IsToken(w.Text) {
		l.wrong(w, "the name of a header field")
		return
	}
	if f := l.format("<format>"); f != nil {
		r.Headers = append(r.Headers, conf.SetHeader{Name: w.Text, Value: f})
	}
}

func (l *line) replyBody(r *conf.Reply, kind string) {
	if kind == "default-errorfiles" {
		r.Default = true
		return
	}
	if kind == "string" && l.more() { // it may be empty, and "if"
		r.Body, r.HasBody = []byte(l.next().Text), true
		return
	}
	w, ok := l.arg("<" + kind + ">")
	if !ok {
		return
	}
	switch kind {
	case "errorfile":
		r.ErrorFile = &conf.ErrorFile{Pos: w.Pos, Path: w.Text}
	case "errorfiles":
		r.Errors = &conf.Ref{Pos: w.Pos, Name: w.Text}
	case "lf-string":
		if r.Format = l.d.format(w, l.path); r.Format == nil {
			l.fail = true
		}
	case "file", "lf-file":
		r.Path = w.Text
		text, ok := l.replyFile(w)
		if !ok {
			return
		}
		if kind == "file" {
			r.Body, r.HasBody = text, true
		} else if r.Format = l.d.format(Word{Text: string(text), Pos: w.Pos}, l.path); r.Format == nil {
			l.fail = true
		}
	}
}

// replyFile reads the file of a reply.
func (l *line) replyFile(w Word) ([]byte, bool) {
	text, err := readFile(l.d.cfg.Global.FilePath(w.Pos, w.Text), maxReplyFile)
	switch {
	case err != nil:
		l.bad(w, "cannot read %q: %s", w.Text, cause(err))
	case len(text) > maxReplyFile:
		l.bad(w, "%q is larger than %d bytes", w.Text, maxReplyFile)
	default:
		return text, true
	}
	return nil, false
}

const redirectUsage = "<location|prefix|scheme> <format> [code <status>] [drop-query] [keep-query] [append-slash] [ignore-empty] " +
	"[set-cookie <name[=value]>] [set-cookie-fmt <format>] [clear-cookie <name[=]>]"

// redirect reads what a redirect rule and a redirect line have in common, up to the condition; nil after an error.
func (l *line) redirect() *conf.Redirect {
	r := &conf.Redirect{}
	for !l.atCond() && !l.fail {
		l.redirectWord(r)
	}
	if !l.fail && r.Text == nil {
		l.operand("location, prefix or scheme")
	}
	if l.fail {
		return nil
	}
	return r
}

func (l *line) redirectWord(r *conf.Redirect) {
	w := l.next()
	kinds := []string{"location", "prefix", "scheme"}
	if i := slices.Index(kinds, w.Text); i >= 0 {
		l.redirectTarget(r, conf.RedirectKind(i))
		return
	}
	switch w.Text {
	case "to": // HAProxy takes "redirect location to ..." no more, but "redirect to ..." as a location
		l.wrong(w, kinds...)
	case "code":
		l.redirectCode(r)
	case "drop-query":
		r.DropQuery = true
	case "keep-query":
		r.KeepQuery = true
	case "append-slash":
		r.AppendSlash = true
	case "ignore-empty":
		r.IgnoreEmpty = true
	case "set-cookie":
		l.text(&r.SetCookie, "<name[=value]>")
	case "set-cookie-fmt":
		r.SetCookieAs = l.format("<format>")
	case "clear-cookie":
		l.text(&r.ClearCookie, "<name[=]>")
	default:
		l.wrong(w, append(kinds, "code", "drop-query", "keep-query", "append-slash", "ignore-empty", "set-cookie", "set-cookie-fmt", "clear-cookie")...)
	}
}

func (l *line) redirectTarget(r *conf.Redirect, kind conf.RedirectKind) {
	w, ok := l.operand("<format>")
	if !ok {
		return
	}
	r.Kind, r.Text = kind, l.d.format(w, l.path)
	// "prefix /" changes nothing, so it means an empty prefix.
	if text, plain := constant(r.Text); plain && text == "/" && kind == conf.RedirectPrefix {
		r.Text = &conf.Format{Pos: w.Pos}
	}
	l.fail = l.fail || r.Text == nil
}

func (l *line) redirectCode(r *conf.Redirect) {
	w, ok := l.operand("<status>")
	if !ok {
		return
	}
	n, err := strconv.Atoi(strings.TrimSpace(w.Text))
	if err != nil || !slices.Contains(conf.RedirectCodes, n) {
		l.wrong(w, conf.Statuses(conf.RedirectCodes)...)
		return
	}
	r.Code = n
}

// readRedirectLine reads "redirect ..." as a line of its own.
func readRedirectLine(l *line) {
	pos := l.key.Pos
	r := l.redirect()
	if r == nil {
		l.skip()
		return
	}
	if c, ok := l.cond(); ok {
		l.sec.RedirectRules = append(l.sec.RedirectRules, &conf.Rule{Pos: pos, Action: r, Cond: c})
	}
}
