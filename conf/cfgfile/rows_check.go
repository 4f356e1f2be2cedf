package cfgfile

import (
	"strings"

	"weir/conf"
)

// The options that choose a check, and what belongs to them.

func checkOptions() []row {
	option := func(kind conf.CheckKind, args, doc string, read func(*line, *conf.Check)) row {
		return row{name: string(kind), in: forBackends, args: args, doc: doc, read: func(l *line) {
			c := &conf.Check{Pos: l.key.Pos, Kind: kind}
			if read != nil {
				read(l, c)
			}
			if !l.fail {
				l.sec.Check = c
			}
		}}
	}
	return []row{
		option(conf.CheckHTTP, "[[<method>] <uri> [<version>]]", "health checks speak HTTP", readHTTPChk),
		option(conf.CheckTCP, "", "health checks do what the tcp-check lines say", nil),
		option(conf.CheckMySQL, "[user <name> [post-41|pre-41]]", "health checks greet MySQL", readMySQLCheck),
		option(conf.CheckPgSQL, "user <name>", "health checks greet PostgreSQL", readPgSQLCheck),
		option(conf.CheckRedis, "", "health checks send PING to Redis", nil),
		option(conf.CheckSMTP, "[<HELO|EHLO> <domain>]", "health checks greet a mail server", readSMTPCheck),
		option(conf.CheckLDAP, "", "health checks bind to an LDAP server without a name", nil),
		option(conf.CheckSSLHello, "", "health checks send the beginning of an SSL handshake", nil),
		option(conf.CheckSPOP, "", "health checks greet an SPOE agent", nil),
		option(conf.CheckExternal, "", "health checks are a command's exit status", nil),
	}
}

func readMySQLCheck(l *line, c *conf.Check) {
	if !l.more() || l.word("user") < 0 || !l.text(&c.User, "<name>") || !l.more() {
		return
	}
	c.OldClient = l.word("post-41", "pre-41") == 1
}

func readPgSQLCheck(l *line, c *conf.Check) {
	if l.word("user") == 0 {
		l.text(&c.User, "<name>")
	}
}

// readSMTPCheck takes any other greeting for HELO, as HAProxy.
func readSMTPCheck(l *line, c *conf.Check) {
	if !l.more() || !l.text(&c.Hello, "<HELO|EHLO>") {
		return
	}
	if c.Hello != "EHLO" {
		c.Hello = "HELO"
	}
	l.text(&c.Domain, "<domain>")
}

// readHTTPChk reads "option httpchk [METHOD] URI [VERSION]". In the form of HAProxy 1.7, fields stand in the version behind a
// line end: "HTTP/1.1\r\nHost:\ www".
func readHTTPChk(l *line, c *conf.Check) {
	q := &c.Request
	words := l.rest()
	switch len(words) {
	case 0:
		return
	case 1:
		q.URI = conf.Text(words[0].Pos, words[0].Text)
	default:
		q.Method, q.URI = words[0].Text, conf.Text(words[1].Pos, words[1].Text)
	}
	if len(words) > 2 {
		text := words[2].Text
		for _, w := range words[3:] {
			text += " " + w.Text
		}
		version, rest, _ := strings.Cut(l.lineEnd(words[2], text), "\r\n")
		q.Version = version
		l.oldFields(words[2], q, rest)
	}
	// The line wins over a send that stands before it.
	for _, r := range l.sec.HTTPCheckRules {
		if s, ok := r.Action.(*conf.CheckSend); ok && !l.fail {
			s.Method, s.URI, s.Version = "", nil, ""
			break
		}
	}
}

// lineEnd restores the backslashes of a line end that have got lost between the version and the first field, as in
// "HTTP/1.1rnConnection: Upgrade": much copied, and never meant as it stands.
func (l *line) lineEnd(w Word, text string) string {
	for _, version := range []string{"HTTP/1.0", "HTTP/1.1"} {
		rest, ok := strings.CutPrefix(text, version+"rn")
		if name, _, field := strings.Cut(rest, ":"); ok && field && conf.IsToken(name) {
			l.warn(w, "%q is taken for %q", version+"rn", version+"\r\n")
			return version + "\r\n" + rest
		}
	}
	return text
}

// oldFields reads the fields, and after an empty line the body, of the form of HAProxy 1.7.
func (l *line) oldFields(w Word, q *conf.CheckSend, rest string) {
	for rest != "" {
		var field string
		field, rest, _ = strings.Cut(rest, "\r\n")
		if field == "" {
			q.Body = conf.Text(w.Pos, rest)
			return
		}
		name, value, ok := strings.Cut(field, ":")
		if !ok || !conf.IsToken(name) {
			l.add(conf.BadValue(w.Pos, l.path, field, "a header field: NAME: VALUE"))
			return
		}
		q.Headers = append(q.Headers, conf.SetHeader{Name: name, Value: conf.Text(w.Pos, strings.TrimSpace(value))})
	}
}

// readExternalCheck reads "external-check command FILE" and "external-check path DIRECTORIES" of a section.
func readExternalCheck(l *line) {
	switch l.word("command", "path") {
	case 0:
		l.text(&l.sec.ExternalCommand, "<command>")
	case 1:
		l.text(&l.sec.ExternalPath, "<path>")
	}
}
