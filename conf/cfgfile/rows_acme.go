package cfgfile

import (
	"slices"
	"strings"

	"weir/conf"
)

// enterACME begins an acme section.
func (d *decoder) enterACME(l *line) {
	w, ok := l.sectionName()
	if !ok {
		return
	}
	a := &conf.ACME{Pos: l.key.Pos, Name: w.Text}
	title := `acme "` + w.Text + `"`
	if have := d.cfg.FindACME(a.Name); have != nil {
		d.add(conf.Conflict(w.Pos, "", title, have.Pos))
	}
	d.cfg.ACMEs = append(d.cfg.ACMEs, a)
	d.walk.drafting(func() conf.Draft { return conf.Draft{ACME: &conf.ACME{Name: w.Text}} }, func(words []Word, dr *conf.Draft) {
		was := a
		a = dr.ACME
		d.read(words)
		a = was
	})
	d.read = func(words []Word) {
		in := &line{d: d, words: words, path: title, in: inACME}
		d.acme = a
		d.prefixed(in, &acmeTable)
	}
}

func acmeText(name, args, doc string, to func(*conf.ACME) *string) row {
	return row{name: name, in: inACME, args: args, doc: doc, read: func(l *line) { l.text(to(l.d.acme), args) }}
}

// acmeWord is a keyword with a word of a list, in any case of letters.
func acmeWord(name, doc string, words []string, to func(*conf.ACME) *string) row {
	return row{name: name, in: inACME, args: "<" + strings.Join(words, "|") + ">", doc: doc, read: func(l *line) {
		w, ok := l.arg("<" + strings.Join(words, "|") + ">")
		if !ok {
			return
		}
		i := slices.IndexFunc(words, func(known string) bool { return strings.EqualFold(known, w.Text) })
		switch {
		case i >= 0:
			*to(l.d.acme) = words[i]
		case name == "challenge" && strings.HasPrefix(strings.ToLower(w.Text), "dns"):
			l.add(conf.NotDone(w.Pos, l.path, w.Text, "want http-01, tls-alpn-01 or dns-01"))
		default:
			l.wrong(w, words...)
		}
	}}
}

var acmeTable = table{context: "acme", in: inACME, rows: []row{
	acmeText("directory", "<url>", "where the authority tells of itself", func(a *conf.ACME) *string { return &a.Directory }),
	acmeText("ca-file", "<file>", "certificates that the authority's own may be of", func(a *conf.ACME) *string { return &a.CAFile }),
	acmeText("contact", "<address>", "a mail address for the authority", func(a *conf.ACME) *string { return &a.Contact }),
	acmeText("account-key", "<file>", "the account's key, which is made where there is none", func(a *conf.ACME) *string { return &a.AccountKey }),
	acmeText("storage", "<directory>", "where the certificates of bind lines and the account's key are kept", func(a *conf.ACME) *string { return &a.Storage }),
	acmeWord("challenge", "how the authority sees that a name is ours", conf.ACMEChallenges, func(a *conf.ACME) *string { return &a.Challenge }),
	acmeWord("keytype", "the kind of keys", conf.ACMEKeyTypes, func(a *conf.ACME) *string { return &a.KeyType }),
	acmeWord("curves", "the curve of ECDSA keys", conf.ACMECurves, func(a *conf.ACME) *string { return &a.Curve }),
	{name: "bits", in: inACME, args: "<number>", doc: "the size of RSA keys", read: func(l *line) { l.int(&l.d.acme.Bits, conf.MinACMEBits, conf.MaxACMEBits) }},
	acmeText("map", "<map>", "where rules find the account's thumbprint by token; without it http-01 is answered before any rule", func(a *conf.ACME) *string { return &a.Map }),
	{name: "reuse-key", in: inACME, args: "<on|off>", doc: "a certificate's key stays when it is renewed", read: func(l *line) {
		if i := l.word("off", "on"); i >= 0 {
			l.d.acme.ReuseKey = i == 1
		}
	}},
	acmeText("profile", "<name>", "which of its kinds of certificates the authority is asked for", func(a *conf.ACME) *string { return &a.Profile }),
	acmeText("eab-key-id", "<file>", "the name of the account elsewhere that this one is bound to", func(a *conf.ACME) *string { return &a.EABKeyID }),
	acmeText("eab-mac-key", "<file>", "its key, in base64url", func(a *conf.ACME) *string { return &a.EABMACKey }),
	{name: "challenge-ready", in: inACME, args: "<value>[,<value> ...]", doc: "what is waited for before the authority is told to look for a TXT record: cli, delay, dns, or none", read: readReady},
	{name: "dns-delay", in: inACME, args: "<time>", doc: "the time before and between looks for a TXT record", read: func(l *line) { l.duration(&l.d.acme.DNSDelay) }},
	{name: "dns-timeout", in: inACME, args: "<time>", doc: "how long a TXT record is looked for", read: func(l *line) { l.duration(&l.d.acme.DNSTimeout) }},
	acmeText("provider-name", "<name>", "for the program that makes TXT records", func(a *conf.ACME) *string { return &a.Provider }),
	acmeText("acme-vars", "<text>", "for that program, too", func(a *conf.ACME) *string { return &a.Vars }),
	{name: "eab-mac-alg", in: inACME, args: "<HS256>", doc: "how the binding is signed", read: func(l *line) { l.word("HS256") }},
}}

// readReady takes words of conf.ACMEReady.
func readReady(l *line) {
	w, ok := l.arg("<value>[,<value> ...]")
	if !ok {
		return
	}
	for item := range strings.SplitSeq(w.Text, ",") {
		if !slices.Contains(conf.ACMEReady, item) {
			l.wrong(Word{Text: item, Pos: w.Pos}, conf.ACMEReady...)
			return
		}
	}
	l.d.acme.Ready = w.Text
}

// addACME adds what other tables have of it.
func addACME() {
	bindTable.rows = append(bindTable.rows,
		row{name: "acme", args: "<section>", doc: "has a certificate for domains from that acme section", read: func(l *line) { l.text(&bindTLS(l).ACME, "<section>") }},
		row{name: "domains", args: "<name>[,<name> ...]", doc: "the names of that certificate", read: func(l *line) { l.commaList(&bindTLS(l).Domains, "<name>[,<name> ...]") }})
	proxyTable.rows = append(proxyTable.rows, row{name: "ssl-f-use", in: inFrontend, args: "[<sslbindconf> ...] crt <file> [acme <section> domains <name>,...] [key <file>] [ocsp <file>] [issuer <file>] [sctl <file>] [ocsp-update <on|off>]",
		doc: "a certificate of every bind line with ssl", read: readCrtUse})
	client := func(l *line) *conf.HTTPClient { return &l.d.cfg.Global.HTTPClient }
	globalTable.rows = append(globalTable.rows, []row{
		{name: "acme.scheduler", in: inGlobal, args: "<auto|off>", doc: "whether certificates of acme sections are renewed by themselves", read: func(l *line) {
			if i := l.word("auto", "off"); i >= 0 {
				l.d.cfg.Global.ACMEManual = i == 1
			}
		}},
		{name: "httpclient.ssl.ca-file", in: inGlobal, args: "<file>", doc: "certificates that those of whom Weir itself asks may be of", read: func(l *line) { l.text(&client(l).CAFile, "<file>") }},
		{name: "httpclient.ssl.verify", in: inGlobal, args: "[none|required]", doc: "whether they are checked", read: func(l *line) {
			if !l.more() {
				client(l).VerifyNone = false
			} else if i := l.word("required", "none"); i >= 0 {
				client(l).VerifyNone = i == 1
			}
		}},
		{name: "httpclient.timeout.connect", in: inGlobal, args: "<time>", doc: "how long a connection to them may take", read: func(l *line) { l.duration(&client(l).ConnectTimeout) }},
		{name: "httpclient.resolvers.prefer", in: inGlobal, args: "<ipv4|ipv6>", doc: "the family of their addresses", read: func(l *line) {
			if i := l.word(conf.IPFamilies...); i >= 0 {
				client(l).Prefer = conf.IPFamilies[i]
			}
		}},
		{name: "httpclient.resolvers.disabled", in: inGlobal, args: "<on|off>", status: Inert, why: "names are looked up as the system does it", read: inert(0, 1)},
	}...)
}

// readCrtUse reads an ssl-f-use line, whose options may stand before and after the certificate.
func readCrtUse(l *line) {
	c := &conf.CrtUse{CrtLoad: conf.CrtLoad{Pos: l.key.Pos}}
	for l.more() {
		w := l.next()
		if !l.loadOption(w, &c.CrtLoad) && !l.listOption(w, c) {
			l.wrong(w, append(conf.CrtListNames(), loadOptions...)...)
		}
	}
	if l.fail {
		return
	}
	if c.Crt == "" {
		l.arg("crt <file>")
		return
	}
	l.sec.CrtUses = append(l.sec.CrtUses, c)
}

// listOption reads an option that a line of a crt-list may have in its brackets.
func (l *line) listOption(w Word, c *conf.CrtUse) bool {
	at := slices.IndexFunc(conf.CrtListOptions, func(o conf.CrtListOption) bool { return o.Name == w.Text })
	switch {
	case at < 0:
		return false
	case conf.CrtListOptions[at].Doc == "":
		l.add(conf.NotDone(w.Pos, l.path, w.Text, ""))
	case conf.CrtListOptions[at].Args == 0:
		c.Options = append(c.Options, w.Text)
	default:
		if v, ok := l.arg("<value>"); ok {
			c.Options = append(c.Options, w.Text+" "+v.Text)
		}
	}
	return true
}
