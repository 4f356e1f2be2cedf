package cfgfile

import "weir/conf"

// enterMailers begins a mailers section.
func (d *decoder) enterMailers(l *line) {
	w, ok := l.sectionName()
	if !ok {
		return
	}
	m := &conf.Mailers{Pos: l.key.Pos, Name: w.Text}
	title := `mailers "` + w.Text + `"`
	if have := d.cfg.FindMailers(m.Name); have != nil {
		d.add(conf.Conflict(w.Pos, "", title, have.Pos))
	}
	d.cfg.Mailers = append(d.cfg.Mailers, m)
	d.walk.drafting(func() conf.Draft { return conf.Draft{Mail: &conf.Mailers{Name: w.Text}} }, func(words []Word, dr *conf.Draft) {
		was := m
		m = dr.Mail
		d.read(words)
		m = was
	})
	d.read = func(words []Word) {
		in := &line{d: d, words: words, path: title, in: inMailers}
		d.mail = m
		d.prefixed(in, &mailersTable)
	}
}

var mailersTable = table{context: "mailers", in: inMailers, rows: []row{
	{name: "mailer", in: inMailers, args: "<name> <address>:<port>", doc: "a mail server", read: readMailer},
	{name: "timeout mail", in: inMailers, args: "<time>", doc: "how long one mail may take", read: func(l *line) { l.positive(&l.d.mail.Timeout) }},
}}

func readMailer(l *line) {
	name, ok := l.arg("<name>")
	if !ok {
		return
	}
	w, ok := l.arg("<address>:<port>")
	if !ok {
		return
	}
	addr, err := conf.ParseAddr(w.Text)
	if err != nil {
		l.add(conf.Misread(w.Pos, l.path, w.Text, err))
		return
	}
	l.d.mail.List = append(l.d.mail.List, &conf.Mailer{Pos: name.Pos, Name: name.Text, Addr: addr})
}

// addAlerts adds the email-alert lines of a section.
func addAlerts() {
	text := func(name, args, doc string, to func(*conf.EmailAlert) *string) row {
		return row{name: "email-alert " + name, in: inAny, args: args, doc: doc, read: func(l *line) {
			l.sec.EmailAlert.Pos = l.key.Pos
			l.text(to(&l.sec.EmailAlert), args)
		}}
	}
	proxyTable.rows = append(proxyTable.rows,
		text("from", "<address>", "who alerts come from", func(a *conf.EmailAlert) *string { return &a.From }),
		text("to", "<address>", "who is told by mail what becomes of servers", func(a *conf.EmailAlert) *string { return &a.To }),
		text("myhostname", "<name>", "what mail servers are greeted with", func(a *conf.EmailAlert) *string { return &a.Host }),
		row{name: "email-alert mailers", in: inAny, args: "<mailers>", doc: "the mailers section that alerts are sent through", read: func(l *line) {
			a := &l.sec.EmailAlert
			a.Pos = l.key.Pos
			l.name(&a.Mailers.Name, &a.Mailers.Pos, "<mailers>")
		}},
		row{name: "email-alert level", in: inAny, args: "<level>", doc: "the least important level of which alerts are sent", read: func(l *line) {
			l.sec.EmailAlert.Pos = l.key.Pos
			l.oneOf(&l.sec.EmailAlert.Level, conf.LogLevels)
		}})
}
