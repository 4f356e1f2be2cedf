package hclfile

import "weir/conf"

// statsRows are the attributes of the statistics page.
var statsRows = []row[section]{
	{info: info{name: "stats_enable", typ: tWord, enum: []string{"true", "false"}, doc: "the statistics page, at /haproxy?stats where stats_uri does not say otherwise; what a defaults block says of the page does not count in a section that says something of it itself"},
		read: readStatsEnable, text: func(s *section) string { return textTrue(s.StatsURI != nil && s.StatsURI.Path == "") }},
	statsRow(info{name: "stats_uri", typ: tString, doc: "what the path of a request for the statistics page begins with"}, func(u *conf.StatsURI) any { return &u.Path }),
	statsRow(info{name: "stats_refresh", typ: tDuration, doc: "interval at which the statistics page reloads itself"}, func(u *conf.StatsURI) any { return &u.Refresh }),
	{info: info{name: "stats_auth", typ: tMap, doc: `who may see the statistics page: names with their passwords, as in { operator = "secret" }`},
		read: readStatsAuth, text: textStatsAuth},
	statsRow(info{name: "stats_realm", typ: tString, def: conf.DefaultStatsRealm, doc: "what the browser shows when it asks for the password"}, func(u *conf.StatsURI) any { return &u.Realm }),
	statsRow(info{name: "stats_scope", typ: tList, doc: `the sections that the statistics page shows, "." for its own; where not given, all`}, func(u *conf.StatsURI) any { return &u.Scope }),
	statsRow(info{name: "stats_hide_version", typ: tBool, doc: "the statistics page is without the version"}, func(u *conf.StatsURI) any { return &u.HideVersion }),
	statsRow(info{name: "stats_show_legends", typ: tBool, doc: "the statistics page is with addresses and algorithms"}, func(u *conf.StatsURI) any { return &u.Legends }),
	statsRow(info{name: "stats_show_modules", typ: tBool, doc: "does nothing: the page has all its columns anyway"}, func(u *conf.StatsURI) any { return &u.Modules }),
	statsRow(info{name: "stats_show_node", typ: tBool, doc: "the statistics page is with the node's name"}, func(u *conf.StatsURI) any { return &u.ShowNode }),
	statsRow(info{name: "stats_node", typ: tString, doc: "the name that stats_show_node shows; where not given, the global one"}, func(u *conf.StatsURI) any { return &u.Node }),
	statsRow(info{name: "stats_show_desc", typ: tBool, doc: "the statistics page is with a description"}, func(u *conf.StatsURI) any { return &u.ShowDesc }),
	statsRow(info{name: "stats_desc", typ: tString, doc: "the text that stats_show_desc shows; where not given, the global description"}, func(u *conf.StatsURI) any { return &u.Desc }),
}

func statsRow(i info, at func(*conf.StatsURI) any) row[section] {
	return row[section]{info: i,
		read: func(d *decoder, s *section, a *attr) { d.assign(at(s.stats(a.pos)), &i, a) },
		text: func(s *section) string {
			if s.StatsURI == nil {
				return ""
			}
			return fieldText(at(s.StatsURI), &i)
		}}
}

// stats returns the section's statistics page, made where there is none yet.
func (s *section) stats(pos conf.Pos) *conf.StatsURI {
	if s.oldStats {
		s.oldStats = false
		s.noStats()
	}
	if s.StatsURI == nil {
		s.StatsURI = &conf.StatsURI{Pos: pos}
	}
	return s.StatsURI
}

func (s *section) noStats() { s.StatsURI, s.StatsRules, s.StatsAdmin = nil, nil, nil }

func readStatsEnable(d *decoder, s *section, a *attr) {
	on := s.StatsURI != nil
	if d.assign(&on, &info{}, a); on {
		s.stats(a.pos)
	} else {
		s.noStats()
	}
}

func readStatsAuth(d *decoder, s *section, a *attr) {
	u := s.stats(a.pos)
	u.Users = nil
	for _, e := range d.fields(a.expr, a.path) {
		if password, ok := d.constString(e.val, a.path); ok {
			u.Users = append(u.Users, conf.StatsUser{Name: e.key, Password: password})
		}
	}
}

func textStatsAuth(s *section) string {
	if s.StatsURI == nil {
		return ""
	}
	var pairs []string
	for _, u := range s.StatsURI.Users {
		pairs = append(pairs, quote(u.Name)+" = "+quote(u.Password))
	}
	return objectText(pairs)
}

func readStatsAdmin(d *decoder, s *section, b *block, _ where) {
	m := &monitorFail{}
	if read(d, &monitorFailGrammar, m, b.body, b.path, 0); m.cond != nil {
		s.stats(b.pos)
		s.StatsAdmin = append(s.StatsAdmin, m.cond)
	}
}
