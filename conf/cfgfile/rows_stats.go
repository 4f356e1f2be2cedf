package cfgfile

import (
	"time"

	"weir/conf"
)

var statsTable = table{context: "stats", in: inAny, pending: "auth admin http-request realm scope show-legends show-node show-desc show-modules", rows: []row{
	{name: "enable", in: inAny, doc: "the statistics page", read: func(l *line) { l.stats() }},
	{name: "uri", in: inAny, args: "<uri>", doc: "where the statistics page is", read: func(l *line) { l.text(&l.stats().Path, "<uri>") }},
	{name: "refresh", in: inAny, args: "<time>", doc: "how often the page loads itself anew", read: readStatsRefresh},
	{name: "hide-version", in: inAny, status: Inert, why: "the page does not show the version", read: func(l *line) { l.stats() }},
}}

// stats returns the section's statistics page, made where there is none yet.
func (l *line) stats() *conf.StatsURI {
	if l.sec.StatsURI == nil {
		l.sec.StatsURI = &conf.StatsURI{Pos: l.key.Pos}
	}
	return l.sec.StatsURI
}

func readStatsRefresh(l *line) {
	var d time.Duration
	if l.durationIn(&d, "s") {
		l.stats().Refresh = d
	}
}
