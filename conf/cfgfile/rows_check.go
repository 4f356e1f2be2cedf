package cfgfile

import (
	"strings"

	"weir/conf"
)

// httpCheckTable: a single request and what it must bring; sequences of steps are not done.
var httpCheckTable = table{context: "http-check", in: forBackends, rows: []row{
	{name: "expect", in: forBackends, args: "[!] <status|rstatus|string|rstring> <pattern>", doc: "what a good answer to a health check is", read: readExpect},
	{name: "send", in: forBackends, args: "[meth <method>] [uri <uri>] [ver <version>] [hdr <name> <value>] ... [body <text>]", doc: "the request of a health check", read: readCheckSend},
}, pending: "comment connect disable-on-404 send-state set-var set-var-fmt unset-var"}

var tcpCheckTable = table{context: "tcp-check", in: forBackends, rows: []row{},
	pending: "comment connect expect send send-binary send-binary-lf send-lf set-var set-var-fmt unset-var"}

// check returns the section's HTTP check, made where there is none yet.
func (l *line) check() *conf.HTTPCheck {
	if l.sec.Check == nil {
		l.sec.Check = &conf.HTTPCheck{Pos: l.key.Pos}
	}
	return l.sec.Check
}

// readHTTPChk reads "option httpchk [METHOD] URI [VERSION]". In the form of HAProxy 1.7, fields stand in the version behind a
// line end: "HTTP/1.1\r\nHost:\ www".
func readHTTPChk(l *line) {
	if !l.on() {
		l.sec.Check = nil
		return
	}
	c := &conf.HTTPCheck{Pos: l.key.Pos}
	if have := l.sec.Check; have != nil { // "http-check" lines may stand before it
		c.Expect, c.Headers, c.Body = have.Expect, have.Headers, have.Body
	}
	l.sec.Check = c
	words := l.rest()
	switch len(words) {
	case 0:
	case 1:
		c.URI = words[0].Text
	case 2:
		c.Method, c.URI = words[0].Text, words[1].Text
	default:
		c.Method, c.URI = words[0].Text, words[1].Text
		text := words[2].Text
		for _, w := range words[3:] {
			text += " " + w.Text
		}
		version, rest, _ := strings.Cut(text, "\r\n")
		c.Version = version
		l.oldFields(words[2], c, rest)
	}
}

// oldFields reads the fields, and after an empty line the body, of the form of HAProxy 1.7.
func (l *line) oldFields(w Word, c *conf.HTTPCheck, rest string) {
	for rest != "" {
		var field string
		field, rest, _ = strings.Cut(rest, "\r\n")
		if field == "" {
			c.Body = rest
			return
		}
		name, value, ok := strings.Cut(field, ":")
		if !ok || !conf.IsToken(name) {
			l.add(conf.BadValue(w.Pos, l.path, field, "a header field: NAME: VALUE"))
			return
		}
		c.Headers = append(c.Headers, conf.CheckHeader{Name: name, Value: strings.TrimSpace(value)})
	}
}

func readExpect(l *line) {
	c := l.check()
	e := &conf.CheckExpect{Pos: l.key.Pos}
	for l.more() && l.options17(e) {
	}
	w, ok := l.arg("<status|rstatus|string|rstring>")
	switch {
	case !ok:
		return
	case !contains(conf.ExpectKinds, w.Text):
		if contains([]string{"hdr", "fhdr"}, w.Text) {
			l.add(conf.NotDone(w.Pos, l.sec.title, "http-check expect "+w.Text, ""))
			return
		}
		l.wrong(w, conf.ExpectKinds...)
		return
	}
	e.Kind = w.Text
	if p, ok := l.arg("<pattern>"); ok {
		e.Pattern = p.Text
		c.Expect = e
	}
}

// options17 takes what may stand before the kind; false where the kind itself comes.
func (l *line) options17(e *conf.CheckExpect) bool {
	switch l.peek() {
	case "!":
		e.Not = !e.Not
		l.i++
		return true
	case "min-recv", "comment", "ok-status", "error-status", "tout-status", "on-success", "on-error", "status-code":
		w := l.next()
		l.add(conf.NotDone(w.Pos, l.sec.title, "http-check expect "+w.Text, ""))
	}
	return false
}

func readCheckSend(l *line) {
	c := l.check()
	var fields []conf.CheckHeader
	body := ""
	for l.more() {
		switch w := l.next(); w.Text {
		case "meth":
			l.text(&c.Method, "<method>")
		case "uri":
			l.text(&c.URI, "<uri>")
		case "ver":
			l.text(&c.Version, "<version>")
		case "body":
			l.text(&body, "<text>")
		case "hdr":
			var h conf.CheckHeader
			if l.text(&h.Name, "<name>") && l.text(&h.Value, "<value>") {
				fields = append(fields, h)
			}
		case "uri-lf", "body-lf":
			l.add(conf.NotDone(w.Pos, l.sec.title, "http-check send "+w.Text, ""))
		default:
			l.wrong(w, "meth", "uri", "ver", "hdr", "body")
		}
	}
	c.Headers, c.Body = fields, body
	if c.Version != "" && !strings.HasPrefix(c.Version, "HTTP/") {
		c.Version = "HTTP/" + c.Version
	}
}
