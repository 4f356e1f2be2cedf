package cfgfile

import (
	"time"

	"weir/conf"
)

const cookieUsage = "<name> [rewrite|insert|prefix] [indirect] [nocache] [postonly] [preserve] [httponly] [secure] [domain <domain>] ... [maxidle <time>] [maxlife <time>] [dynamic] [attr <text>] ..."

// addPersistence adds the rows of persistence by cookie.
func addPersistence() {
	proxyTable.rows = append(proxyTable.rows,
		row{name: "cookie", in: forBackends, args: cookieUsage, doc: "clients stay on the server that a cookie names", read: readCookie},
		row{name: "dynamic-cookie-key", in: forBackends, args: "<key>", doc: "what servers' cookies are made with where they are dynamic", read: sectionText("<key>", func(s *section) *string { return &s.DynamicCookieKey })},
		row{name: "force-persist", in: inBackend, args: "<if|unless> <condition>", doc: "when a server that is down keeps its clients", read: persistRule(true)},
		row{name: "ignore-persist", in: inBackend, args: "<if|unless> <condition>", doc: "when the cookie is not looked at", read: persistRule(false)})
	optionTable.rows = append(optionTable.rows,
		row{name: "persist", in: forBackends, neg: true, doc: "clients stay on a server that is down", read: func(l *line) { l.sec.Persist = l.on() }},
		row{name: "prefer-last-server", in: forBackends, neg: true, doc: "a client's next request goes to the server of the last one", read: func(l *line) { l.sec.PreferLast = l.on() }},
		row{name: "checkcache", in: forBackends, neg: true, doc: "no response that sets a cookie and may be cached", read: func(l *line) { l.sec.CheckCache = l.on() }})
}

func persistRule(force bool) func(*line) {
	return func(l *line) {
		if !l.more() {
			l.arg(`"if" or "unless" with a condition`)
			return
		}
		if c, ok := l.cond(); ok && c != nil {
			l.sec.PersistRules = append(l.sec.PersistRules, &conf.PersistRule{Pos: l.key.Pos, Force: force, Cond: c})
		}
	}
}

func readCookie(l *line) {
	c := &conf.Cookie{Pos: l.key.Pos}
	if !l.text(&c.Name, "<name>") {
		return
	}
	flags := map[string]*bool{"indirect": &c.Indirect, "nocache": &c.NoCache, "postonly": &c.PostOnly, "preserve": &c.Preserve,
		"httponly": &c.HTTPOnly, "secure": &c.Secure, "dynamic": &c.Dynamic}
	for l.more() {
		l.cookieWord(c, flags, l.next())
	}
	if !l.fail {
		l.sec.Cookie = c
	}
}

func (l *line) cookieWord(c *conf.Cookie, flags map[string]*bool, w Word) {
	switch {
	case flags[w.Text] != nil:
		*flags[w.Text] = true
	case contains(conf.CookieModes, w.Text):
		if c.Mode != conf.CookieRead && c.Mode.String() != w.Text {
			l.bad(w, "%s and %s exclude each other", c.Mode, w.Text)
			return
		}
		c.Mode = conf.ParseCookieMode(w.Text)
	case w.Text == "domain":
		l.appendText(&c.Domains, "<domain>")
	case w.Text == "attr":
		l.appendText(&c.Attrs, "<text>")
	case w.Text == "maxidle":
		l.cookieTime(&c.MaxIdle)
	case w.Text == "maxlife":
		l.cookieTime(&c.MaxLife)
	default:
		l.wrong(w, append(append(keysOf(flags), conf.CookieModes...), "domain", "attr", "maxidle", "maxlife")...)
	}
}

// cookieTime takes seconds.
func (l *line) cookieTime(to *time.Duration) { l.durationIn(to, "s") }

func (l *line) appendText(to *[]string, what string) {
	s := ""
	if l.text(&s, what) {
		*to = append(*to, s)
	}
}
