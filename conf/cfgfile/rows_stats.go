package cfgfile

import (
	"strings"
	"time"

	"weir/conf"
)

var statsTable = table{context: "stats", in: inAny, rows: []row{
	{name: "enable", in: inAny, doc: "the statistics page", read: func(l *line) { l.stats() }},
	{name: "uri", in: inAny, args: "<prefix>", doc: "where the statistics page is", read: func(l *line) { l.text(&l.stats().Path, "<prefix>") }},
	{name: "refresh", in: inAny, args: "<time>", doc: "how often the page loads itself anew", read: readStatsRefresh},
	{name: "auth", in: inAny, args: "<user>:<password>", doc: "who may see the page", read: readStatsAuth},
	{name: "realm", in: inAny, args: "<realm>", doc: "what the browser shows that asks for the password", read: func(l *line) { l.text(&l.stats().Realm, "<realm>") }},
	{name: "scope", in: inAny, args: "<name>|.", doc: "a section that is shown", read: readStatsScope},
	{name: "hide-version", in: inAny, doc: "without the version", read: func(l *line) { l.stats().HideVersion = true }},
	{name: "show-legends", in: inAny, doc: "with addresses and algorithms", read: func(l *line) { l.stats().Legends = true }},
	{name: "show-modules", in: inAny, status: Inert, why: "the page has all its columns anyway", read: func(l *line) { l.stats().Modules = true }},
	{name: "show-node", in: inAny, args: "[<name>]", doc: "with the node's name", read: readStatsNode},
	{name: "show-desc", in: inAny, args: "[<text> ...]", doc: "with a description", read: readStatsDesc},
	{name: "admin", in: inFrontend | inBackend, args: "<if|unless> <condition>", doc: "who may change servers on the page", read: readStatsAdmin},
	{name: "http-request", in: inFrontend | inBackend, args: "<allow|deny|auth [realm <realm>]> [if|unless <condition>]", doc: "who may see the page, by conditions", read: readStatsRule},
}}

// stats returns the section's statistics page, made where there is none yet. What a defaults section says of one does not count
// beside a line of the section's own, as in HAProxy.
func (l *line) stats() *conf.StatsURI {
	s := l.sec
	if s.statsOld {
		s.statsOld, s.StatsURI, s.StatsRules, s.StatsAdmin = false, nil, nil, nil
	}
	if s.StatsURI == nil {
		s.StatsURI = &conf.StatsURI{Pos: l.key.Pos}
	}
	return s.StatsURI
}

func readStatsRefresh(l *line) {
	var d time.Duration
	if l.durationIn(&d, "s") {
		l.stats().Refresh = d
	}
}

// readStatsAuth keeps the first password of a user, as HAProxy does.
func readStatsAuth(l *line) {
	w, ok := l.arg("<user>:<password>")
	if !ok {
		return
	}
	name, password, ok := strings.Cut(w.Text, ":")
	if !ok || name == "" {
		l.add(conf.Bad(w.Pos, l.path, "want <user>:<password>")) // without what was got: it may be a password
		return
	}
	u := l.stats()
	for _, have := range u.Users {
		if have.Name == name {
			l.warn(w, "the user %q has a password already, which stays", name)
			return
		}
	}
	u.Users = append(u.Users, conf.StatsUser{Name: name, Password: password})
}

func readStatsScope(l *line) {
	if w, ok := l.arg("<name>"); ok {
		u := l.stats()
		u.Scope = append(u.Scope, w.Text)
	}
}

func readStatsNode(l *line) {
	u := l.stats()
	if u.ShowNode = true; l.more() {
		l.text(&u.Node, "<name>")
	}
}

func readStatsDesc(l *line) {
	u := l.stats()
	if u.ShowDesc = true; l.more() {
		u.Desc = l.joined()
	}
}

func readStatsAdmin(l *line) {
	if !l.more() {
		l.arg(`"if" or "unless" with a condition`)
		return
	}
	if c, ok := l.cond(); ok && c != nil {
		l.stats()
		l.sec.StatsAdmin = append(l.sec.StatsAdmin, c)
	}
}

func readStatsRule(l *line) {
	l.stats()
	l.path = parent(l.path, "http-request")
	ruleReader("stats http-request")(l)
}
