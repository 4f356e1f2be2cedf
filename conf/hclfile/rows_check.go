package hclfile

import (
	"strings"

	"weir/conf"
)

// checkGrammar describes the request of a health check, for option httpchk and http_check_send.
var checkGrammar = grammar[conf.HTTPCheck]{context: "check", rows: []row[conf.HTTPCheck]{
	{info: info{name: "method", typ: tString, def: conf.DefaultCheckMethod, doc: "request method"}, at: func(c *conf.HTTPCheck) any { return &c.Method }},
	{info: info{name: "uri", typ: tString, def: conf.DefaultCheckURI, doc: "request target"}, at: func(c *conf.HTTPCheck) any { return &c.URI }},
	{info: info{name: "version", typ: tWord, enum: []string{"HTTP/1.0", "HTTP/1.1"}, def: conf.DefaultCheckVersion, doc: "HTTP version"},
		at: func(c *conf.HTTPCheck) any { return &c.Version }},
	{info: info{name: "headers", typ: tMap, doc: `header fields: { Host = "example.com" }`}, read: readCheckHeaders, text: textCheckHeaders},
	{info: info{name: "body", typ: tString, doc: "request body"}, at: func(c *conf.HTTPCheck) any { return &c.Body }},
}}

func readCheckHeaders(d *decoder, c *conf.HTTPCheck, a *attr) {
	for _, e := range d.fields(a.expr, a.path) {
		if s, ok := d.constString(e.val, a.path); ok {
			c.Headers = append(c.Headers, conf.CheckHeader{Name: e.key, Value: s})
		}
	}
}

// check returns the section's HTTP check, made where there is none yet.
func (s *section) check(pos conf.Pos) *conf.HTTPCheck {
	if s.Check == nil {
		s.Check = &conf.HTTPCheck{Pos: pos}
	}
	return s.Check
}

func readHTTPChkFlag(d *decoder, s *section, a *attr) {
	on := s.Check != nil
	d.assign(&on, &info{}, a)
	if !on {
		s.Check = nil
		return
	}
	if s.Check == nil {
		s.Check = &conf.HTTPCheck{Pos: a.pos}
		return
	}
	s.Check.Method, s.Check.URI, s.Check.Version = "", "", ""
}

func readHTTPChk(d *decoder, s *section, b *block, _ where) {
	c := s.check(b.pos)
	c.Method, c.URI, c.Version = "", "", "" // those of a defaults block are undone, as in HAProxy
	read(d, &checkGrammar, c, b.body, b.path, 0)
}

// readCheckSend reads http_check_send, when the option of its block has been read.
func (s *section) readCheckSend(d *decoder) {
	b := s.checkSend
	if b == nil {
		return
	}
	s.checkSend = nil
	c := s.check(b.pos)
	c.Headers, c.Body = nil, ""
	read(d, &checkGrammar, c, b.body, b.path, 0)
}

// readExpect reads "[!] KIND PATTERN".
func readExpect(d *decoder, s *section, a *attr) {
	text := ""
	if d.assign(&text, &info{typ: tString}, a); text == "" {
		return
	}
	rest, not := strings.CutPrefix(strings.TrimSpace(text), "!")
	kind, pattern, _ := strings.Cut(strings.TrimSpace(rest), " ")
	if pattern = strings.TrimSpace(pattern); pattern == "" {
		d.add(conf.BadValue(a.pos, a.path, text, `"[!] KIND PATTERN" with the KIND `+strings.Join(conf.ExpectKinds, ", ")))
		return
	}
	s.check(a.pos).Expect = &conf.CheckExpect{Pos: a.pos, Not: not, Kind: kind, Pattern: pattern}
}
