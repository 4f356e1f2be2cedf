package hclfile

import (
	"slices"
	"strings"

	"weir/conf"
)

// httpchkGrammar describes the first request of a health check, for option httpchk and http_check_send.
var httpchkGrammar = grammar[conf.CheckSend]{context: "check", rows: sendRows(func(c *conf.CheckSend) *conf.CheckSend { return c })}

// sendRows are the attributes of a request in a block that describes a T.
func sendRows[T any](of func(*T) *conf.CheckSend) []row[T] {
	return []row[T]{
		{info: info{name: "method", typ: tString, def: conf.DefaultCheckMethod, doc: "request method"}, at: func(t *T) any { return &of(t).Method }},
		{info: info{name: "uri", typ: tFormat, def: conf.DefaultCheckURI, doc: "request target"}, at: func(t *T) any { return &of(t).URI }},
		{info: info{name: "version", typ: tWord, enum: []string{"HTTP/1.0", "HTTP/1.1"}, def: conf.DefaultCheckVersion, doc: "HTTP version"},
			at: func(t *T) any { return &of(t).Version }, text: func(t *T) string { return textString(of(t).Version) }},
		{info: info{name: "headers", typ: tMap, doc: `header fields: { Host = "example.com" }; the values are templates`},
			read: func(d *decoder, t *T, a *attr) { readCheckHeaders(d, of(t), a) }, text: func(t *T) string { return textHeaders(of(t).Headers) }},
		{info: info{name: "body", typ: tFormat, doc: "request body"}, at: func(t *T) any { return &of(t).Body }},
	}
}

func readCheckHeaders(d *decoder, c *conf.CheckSend, a *attr) {
	for _, e := range d.fields(a.expr, a.path) {
		if f := d.format(e.val, a.path); f != nil {
			c.Headers = append(c.Headers, conf.SetHeader{Name: e.key, Value: f})
		}
	}
}

func textHeaders(list []conf.SetHeader) string {
	return textReplyHeaders(&conf.Reply{Headers: list})
}

// mysqlGrammar, pgsqlGrammar and smtpGrammar describe the options of these names.
var (
	mysqlGrammar = grammar[conf.Check]{context: "check", rows: []row[conf.Check]{
		{info: info{name: "user", typ: tString, doc: "user to log in as; where not given, the greeting is enough"}, at: func(c *conf.Check) any { return &c.User }},
		{info: info{name: "pre_41", typ: tBool, doc: "as clients before MySQL 4.1 do"}, at: func(c *conf.Check) any { return &c.OldClient }},
	}}
	pgsqlGrammar = grammar[conf.Check]{context: "check", rows: []row[conf.Check]{
		{info: info{name: "user", typ: tString, required: true, doc: "user to log in as"}, at: func(c *conf.Check) any { return &c.User }},
	}}
	smtpGrammar = grammar[conf.Check]{context: "check", rows: []row[conf.Check]{
		{info: info{name: "hello", typ: tWord, enum: []string{"HELO", "EHLO"}, def: "HELO", doc: "the greeting"}, at: func(c *conf.Check) any { return &c.Hello },
			text: func(c *conf.Check) string { return textString(c.Hello) }},
		{info: info{name: "domain", typ: tString, def: "localhost", doc: "who greets"}, at: func(c *conf.Check) any { return &c.Domain },
			text: func(c *conf.Check) string { return textString(c.Domain) }},
	}}
)

// checkFlags are the options that choose a check, as switches.
func checkFlags() []row[section] {
	flag := func(kind conf.CheckKind, doc string) row[section] {
		name := strings.ReplaceAll(string(kind), "-", "_")
		return row[section]{info: info{name: name, typ: tBool, in: forBackends, doc: doc},
			read: func(d *decoder, s *section, a *attr) {
				on := s.Check != nil && s.Check.Kind == kind
				d.assign(&on, &info{}, a)
				switch {
				case on:
					q := &s.check(a.pos, kind).Request
					q.Method, q.URI, q.Version = "", nil, ""
				case s.Check != nil && s.Check.Kind == kind:
					s.Check = nil
				}
			},
			text: func(s *section) string {
				return textTrue(s.Check != nil && s.Check.Kind == kind && checkNest(kind) == nil && !s.hasRequest())
			}}
	}
	return []row[section]{
		flag(conf.CheckHTTP, "health checks speak HTTP; a block where they have settings"),
		flag(conf.CheckTCP, "health checks do what the tcp_check blocks say"),
		flag(conf.CheckMySQL, "health checks greet MySQL; a block where they have settings"),
		flag(conf.CheckRedis, "health checks send PING to Redis"),
		flag(conf.CheckSMTP, "health checks greet a mail server; a block where they have settings"),
		flag(conf.CheckLDAP, "health checks bind to an LDAP server without a name"),
		flag(conf.CheckSSLHello, "health checks send the beginning of an SSL handshake"),
		flag(conf.CheckSPOP, "health checks greet an SPOE agent"),
		flag(conf.CheckExternal, "health checks are the exit status of external_check_command"),
	}
}

// checkNests are the same options as blocks.
var checkNests = []nest[section]{
	{name: "httpchk", in: forBackends, once: true, doc: "health checks speak HTTP", attrs: httpchkGrammar.infos, read: readHTTPChk},
	{name: "mysql_check", in: forBackends, once: true, doc: "health checks greet MySQL", attrs: mysqlGrammar.infos, read: checkReader(conf.CheckMySQL, &mysqlGrammar)},
	{name: "pgsql_check", in: forBackends, once: true, doc: "health checks greet PostgreSQL", attrs: pgsqlGrammar.infos, read: checkReader(conf.CheckPgSQL, &pgsqlGrammar)},
	{name: "smtpchk", in: forBackends, once: true, doc: "health checks greet a mail server", attrs: smtpGrammar.infos, read: checkReader(conf.CheckSMTP, &smtpGrammar)},
}

// checkNest is the grammar of a check's block, where it has one beside httpchk's.
func checkNest(kind conf.CheckKind) *grammar[conf.Check] {
	switch kind {
	case conf.CheckMySQL:
		return &mysqlGrammar
	case conf.CheckPgSQL:
		return &pgsqlGrammar
	case conf.CheckSMTP:
		return &smtpGrammar
	}
	return nil
}

func checkReader(kind conf.CheckKind, g *grammar[conf.Check]) func(*decoder, *section, *block, where) {
	return func(d *decoder, s *section, b *block, _ where) {
		s.Check = &conf.Check{Pos: b.pos, Kind: kind}
		read(d, g, s.Check, b.body, b.path, 0)
	}
}

// check returns the section's check of that kind, made where there is none yet.
func (s *section) check(pos conf.Pos, kind conf.CheckKind) *conf.Check {
	if s.Check == nil || s.Check.Kind != kind {
		s.Check = &conf.Check{Pos: pos, Kind: kind}
	}
	return s.Check
}

func readHTTPChk(d *decoder, s *section, b *block, _ where) {
	q := &s.check(b.pos, conf.CheckHTTP).Request
	q.Method, q.URI, q.Version = "", nil, "" // those of a defaults block are undone, as in HAProxy
	read(d, &httpchkGrammar, q, b.body, b.path, 0)
	if len(b.body.Attributes) == 0 {
		return
	}
	// What it says wins over a step that stands before it, as in HAProxy.
	for _, r := range s.HTTPCheckRules {
		if send, ok := r.Action.(*conf.CheckSend); ok {
			send.Method, send.URI, send.Version = "", nil, ""
			return
		}
	}
}

// readCheckSend reads http_check_send, when the option of its block has been read.
func (s *section) readCheckSend(d *decoder) {
	b := s.checkSend
	if b == nil {
		return
	}
	s.checkSend = nil
	q := &s.check(b.pos, conf.CheckHTTP).Request
	q.Headers, q.Body = nil, nil
	read(d, &httpchkGrammar, q, b.body, b.path, 0)
}

// readExpect reads "[!] KIND PATTERN": the short form of an expect step, which is the only one then.
func readExpect(d *decoder, s *section, a *attr) {
	text := ""
	if d.assign(&text, &info{typ: tString}, a); text == "" {
		return
	}
	rest, not := strings.CutPrefix(strings.TrimSpace(text), "!")
	kind, pattern, _ := strings.Cut(strings.TrimSpace(rest), " ")
	kinds := []string{"status", "rstatus", "string", "rstring"}
	if pattern = strings.TrimSpace(pattern); pattern == "" {
		d.add(conf.BadValue(a.pos, a.path, text, `"[!] KIND PATTERN" with the KIND `+strings.Join(kinds, ", ")))
		return
	}
	if !slices.Contains(kinds, kind) {
		d.add(conf.BadValue(a.pos, a.path, kind, kinds...))
		return
	}
	s.check(a.pos, conf.CheckHTTP)
	s.HTTPCheckRules = slices.DeleteFunc(s.HTTPCheckRules, func(r *conf.Rule) bool { return r.Action.Keyword() == "expect" })
	s.HTTPCheckRules = append(s.HTTPCheckRules, &conf.Rule{Pos: a.pos, Action: &conf.CheckExpect{Pos: a.pos, Not: not, Match: kind,
		Pattern: conf.Text(a.pos, pattern), MinRecv: -1}})
}

// checkNodes writes the option that chooses a check, where it is a block.
func checkNodes(m style, c *conf.Check) []*Node {
	if c == nil {
		return nil
	}
	name := strings.ReplaceAll(string(c.Kind), "-", "_")
	if g := checkNest(c.Kind); g != nil {
		return []*Node{whole(m, g, c, name)}
	}
	if c.Kind == conf.CheckHTTP {
		return filled(name, attrNodes(m, &httpchkGrammar, &c.Request))
	}
	return nil
}

// hasRequest reports whether option httpchk says something of the request.
func (s *section) hasRequest() bool {
	return len(attrNodes(full, &httpchkGrammar, &s.Check.Request)) > 0
}
