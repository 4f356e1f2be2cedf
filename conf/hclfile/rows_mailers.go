package hclfile

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"weir/conf"
)

var mailersGrammar = grammar[conf.Mailers]{context: "mailers", rows: []row[conf.Mailers]{
	{info: info{name: "timeout_mail", typ: tDuration, min: 1, def: "10s", doc: "how long one mail may take"}, at: func(m *conf.Mailers) any { return &m.Timeout }},
}, nests: []nest[conf.Mailers]{
	{name: "mailer", low: 1, high: 1, labels: `"NAME"`, doc: "a mail server: each gets every alert", attrs: mailerGrammar.infos, read: readMailer},
}}

var mailerGrammar = grammar[conf.Mailer]{context: "mailer", rows: []row[conf.Mailer]{
	{info: info{name: "address", typ: tString, required: true, doc: "where it listens: HOST:PORT"}, read: readMailerAddress, text: func(m *conf.Mailer) string { return quote(m.Addr.String()) }},
}}

func readMailerAddress(d *decoder, m *conf.Mailer, a *attr) {
	text := ""
	if d.assign(&text, &info{typ: tString}, a); text == "" {
		return
	}
	addr, err := conf.ParseAddr(text)
	if err != nil {
		d.add(conf.Misread(a.pos, a.path, text, err))
		return
	}
	m.Addr = addr
}

func readMailer(d *decoder, l *conf.Mailers, b *block, _ where) {
	m := &conf.Mailer{Pos: b.labelPos[0], Name: b.label()}
	before := d.failures
	if read(d, &mailerGrammar, m, b.body, b.path, 0); d.failures == before {
		l.List = append(l.List, m)
	}
}

func (d *decoder) readMailers(hb *hclsyntax.Block) {
	b := d.block(hb, "")
	m := &conf.Mailers{Pos: b.pos, Name: b.label()}
	read(d, &mailersGrammar, m, b.body, b.path, 0)
	if other := d.cfg.FindMailers(m.Name); other != nil {
		d.add(conf.Conflict(b.pos, "", b.path, other.Pos))
		return
	}
	d.cfg.Mailers = append(d.cfg.Mailers, m)
}

func mailersNode(m style, l *conf.Mailers) *Node {
	n := whole(m, &mailersGrammar, l, "mailers", l.Name)
	n.Kids = append(n.Kids, mailerNodes(m, l)...)
	return n
}

func mailerNodes(m style, l *conf.Mailers) []*Node {
	var out []*Node
	for _, one := range l.List {
		out = append(out, whole(m, &mailerGrammar, one, "mailer", one.Name))
	}
	return out
}

func mailersOf(d *conf.Draft) *conf.Mailers { return d.Mail }

// mailersPieces are a mail server, or an attribute.
func mailersPieces(drafts, before conf.Drafts) []*Piece {
	if out := blockPieces("", "", mailerNodes(full, drafts[0].Mail)); out != nil {
		return out
	}
	return attrPieces(drafts, before, func(with, without *conf.Draft) []*Piece {
		return touched("", &mailersGrammar, mailersOf, with, without)
	})
}

// alertGrammar is the block email_alert of a section.
var alertGrammar = grammar[section]{context: "email_alert", rows: []row[section]{
	{info: info{name: "mailers", typ: tString, doc: "the mailers section that alerts are sent through"}, at: func(s *section) any { return &s.EmailAlert.Mailers.Name },
		pos: func(s *section) *conf.Pos { return &s.EmailAlert.Mailers.Pos }},
	{info: info{name: "from", typ: tString, doc: "the mail address that they come from"}, at: func(s *section) any { return &s.EmailAlert.From }},
	{info: info{name: "to", typ: tString, doc: "the mail address that they go to"}, at: func(s *section) any { return &s.EmailAlert.To }},
	{info: info{name: "level", typ: tWord, enum: conf.LogLevels, def: "alert", doc: "the least important level that is sent: a server that goes down is an alert, one that comes back a notice, the result of a health check, with option log_health_checks, info"},
		at: func(s *section) any { return &s.EmailAlert.Level }},
	{info: info{name: "myhostname", typ: tString, doc: "what mail servers are greeted with; where not given, the host name"}, at: func(s *section) any { return &s.EmailAlert.Host }},
}}

func readAlert(d *decoder, s *section, b *block, w where) {
	s.EmailAlert.Pos = b.pos
	read(d, &alertGrammar, s, b.body, b.path, w)
}
