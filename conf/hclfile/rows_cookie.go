package hclfile

import "weir/conf"

var cookieGrammar = grammar[conf.Cookie]{context: "cookie", rows: []row[conf.Cookie]{
	{info: info{name: "mode", typ: tWord, enum: conf.CookieModes, doc: "who makes the cookie: the server, whose value is replaced or prefixed, or the proxy; where not given, it is read only"},
		read: func(d *decoder, c *conf.Cookie, a *attr) {
			if i := d.word(conf.CookieModes, a); i >= 0 {
				c.Mode = conf.ParseCookieMode(conf.CookieModes[i])
			}
		}, text: func(c *conf.Cookie) string { return textString(c.Mode.String()) }},
	cookieFlag("indirect", "servers do not see it, and clients that have it do not get it again", func(c *conf.Cookie) *bool { return &c.Indirect }),
	cookieFlag("nocache", "a response that gets it is marked private, where it could be cached", func(c *conf.Cookie) *bool { return &c.NoCache }),
	cookieFlag("postonly", "only responses to POST get it", func(c *conf.Cookie) *bool { return &c.PostOnly }),
	cookieFlag("preserve", "what the server sets itself stays", func(c *conf.Cookie) *bool { return &c.Preserve }),
	cookieFlag("httponly", "with the attribute HttpOnly", func(c *conf.Cookie) *bool { return &c.HTTPOnly }),
	cookieFlag("secure", "with the attribute Secure", func(c *conf.Cookie) *bool { return &c.Secure }),
	cookieFlag("dynamic", "a server without a cookie gets one that is made of its address and dynamic_cookie_key", func(c *conf.Cookie) *bool { return &c.Dynamic }),
	{info: info{name: "domain", typ: tList, doc: "domains that it is for"}, at: func(c *conf.Cookie) any { return &c.Domains }},
	{info: info{name: "attr", typ: tList, doc: "more attributes"}, at: func(c *conf.Cookie) any { return &c.Attrs }},
	{info: info{name: "maxidle", typ: tDuration, doc: "time without a request after which it does not count"}, at: func(c *conf.Cookie) any { return &c.MaxIdle }},
	{info: info{name: "maxlife", typ: tDuration, doc: "time after which it does not count"}, at: func(c *conf.Cookie) any { return &c.MaxLife }},
}}

func cookieFlag(name, doc string, at func(*conf.Cookie) *bool) row[conf.Cookie] {
	return row[conf.Cookie]{info: info{name: name, typ: tBool, doc: doc}, at: func(c *conf.Cookie) any { return at(c) }}
}

var persistGrammar = grammar[conf.PersistRule]{context: "persist", rows: []row[conf.PersistRule]{
	{info: info{name: "when", typ: tCond, required: true, doc: "the condition"}, at: func(r *conf.PersistRule) any { return &r.Cond }},
}}

// persistNests are the blocks of persistence.
func persistNests() []nest[section] {
	rule := func(name, doc string, force bool) nest[section] {
		return nest[section]{name: name, in: inBackend, doc: doc, attrs: persistGrammar.infos, read: func(d *decoder, s *section, b *block, _ where) {
			r := &conf.PersistRule{Pos: b.pos, Force: force}
			if read(d, &persistGrammar, r, b.body, b.path, 0); r.Cond != nil {
				s.PersistRules = append(s.PersistRules, r)
			}
		}}
	}
	return []nest[section]{
		{name: "cookie", in: forBackends, low: 1, high: 1, labels: `"NAME"`, doc: "clients stay on the server that a cookie names", attrs: cookieGrammar.infos,
			read: func(d *decoder, s *section, b *block, _ where) {
				s.Cookie = &conf.Cookie{Pos: b.pos, Name: b.label()}
				read(d, &cookieGrammar, s.Cookie, b.body, b.path, 0)
			}},
		rule("force_persist", "when a server that is down keeps its clients", true),
		rule("ignore_persist", "when the cookie is not looked at", false),
	}
}

// persistRows are the attributes of persistence.
func persistRows() []row[section] {
	return []row[section]{
		{info: info{name: "dynamic_cookie_key", typ: tString, in: forBackends, doc: "what servers' cookies are made with where they are dynamic"},
			at: func(s *section) any { return &s.DynamicCookieKey }},
		{info: info{name: "persist_rdp_cookie", typ: tString, in: forBackends, doc: "cookie of RDP that tells the address of the server that a client goes to, most likely msts"},
			at: func(s *section) any { return &s.PersistRDP }},
	}
}

// persistOptions are the options of persistence.
func persistOptions() []row[section] {
	return []row[section]{
		{info: info{name: "persist", typ: tBool, in: forBackends, doc: "clients stay on a server that is down"}, at: func(s *section) any { return &s.Persist }},
		{info: info{name: "prefer_last_server", typ: tBool, in: forBackends, doc: "a client's next request goes to the server of the last one"}, at: func(s *section) any { return &s.PreferLast }},
		{info: info{name: "checkcache", typ: tBool, in: forBackends, doc: "no response that sets a cookie and may be cached"}, at: func(s *section) any { return &s.CheckCache }},
	}
}

// persistNodes writes them.
func persistNodes(m style, p *conf.Proxy) []*Node {
	var out []*Node
	if p.Cookie != nil {
		out = append(out, whole(m, &cookieGrammar, p.Cookie, "cookie", p.Cookie.Name))
	}
	for _, r := range p.PersistRules {
		name := "ignore_persist"
		if r.Force {
			name = "force_persist"
		}
		out = append(out, whole(m, &persistGrammar, r, name))
	}
	return out
}
