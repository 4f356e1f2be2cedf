package cfgfile

import "weir/conf"

// enterCrtStore begins a crt-store section; one without a name is the store of names that begin with @/.
func (d *decoder) enterCrtStore(l *line) {
	st := &conf.CrtStore{Pos: l.key.Pos}
	title := "crt-store"
	if l.more() {
		w, ok := l.sectionName()
		if !ok {
			return
		}
		st.Name = w.Text
		title += ` "` + w.Text + `"`
	}
	for _, have := range d.cfg.CrtStores {
		if have.Name == st.Name {
			d.add(conf.Conflict(st.Pos, "", title, have.Pos))
		}
	}
	d.cfg.CrtStores = append(d.cfg.CrtStores, st)
	d.walk.drafting(func() conf.Draft { return conf.Draft{Store: &conf.CrtStore{Name: st.Name}} }, func(words []Word, dr *conf.Draft) {
		was := st
		st = dr.Store
		d.read(words)
		st = was
	})
	d.read = func(words []Word) {
		in := &line{d: d, words: words, path: title, in: inCrtStore}
		d.store = st
		d.prefixed(in, &crtStoreTable)
	}
}

var crtStoreTable = table{context: "crt-store", in: inCrtStore, rows: []row{
	{name: "crt-base", in: inCrtStore, args: "<directory>", doc: "where its certificates are", read: func(l *line) { l.text(&l.d.store.CrtBase, "<directory>") }},
	{name: "key-base", in: inCrtStore, args: "<directory>", doc: "where its keys are", read: func(l *line) { l.text(&l.d.store.KeyBase, "<directory>") }},
	{name: "load", in: inCrtStore, args: "crt <file> [alias <name>] [key <file>] [ocsp <file>] [issuer <file>] [sctl <file>] [ocsp-update <on|off>] [acme <section> domains <name>,...]", doc: "a certificate, named @STORE/ALIAS or @STORE/FILE", read: readLoad},
}}

func readLoad(l *line) {
	c := &conf.CrtLoad{Pos: l.key.Pos}
	for l.more() {
		switch w := l.next(); {
		case w.Text == "alias":
			l.text(&c.Alias, "<name>")
		case !l.loadOption(w, c):
			l.wrong(w, append([]string{"alias"}, loadOptions...)...)
		}
	}
	if l.fail {
		return
	}
	if c.Crt == "" {
		l.arg("crt <file>")
		return
	}
	l.d.store.Loads = append(l.d.store.Loads, c)
}

// loadOptions are the words that loadOption takes.
var loadOptions = []string{"crt", "key", "ocsp", "issuer", "sctl", "ocsp-update", "acme", "domains"}

// loadOption reads what a certificate is made of, or who keeps it: a word and its value. It reports whether the word was one of those.
func (l *line) loadOption(w Word, c *conf.CrtLoad) bool {
	to := map[string]*string{"crt": &c.Crt, "key": &c.Key, "ocsp": &c.OCSP, "issuer": &c.Chain, "sctl": &c.SCTL, "acme": &c.ACME}
	switch field := to[w.Text]; {
	case field != nil:
		l.text(field, "<value>")
	case w.Text == "domains":
		l.commaList(&c.Domains, "<name>[,<name> ...]")
	case w.Text == "ocsp-update":
		if i := l.word("on", "off"); i >= 0 {
			c.OCSPUpdate = []string{"on", "off"}[i]
		}
	case w.Text == "jwt":
		l.add(conf.NotDone(w.Pos, l.path, w.Text, ""))
	default:
		return false
	}
	return true
}
