package cfgfile

import (
	"weir/conf"
)

// defaults is a defaults section: its lines, which are read again for every section that begins with it.
type defaults struct {
	twin  conf.Pos // of another by the same name, before it; nothing may begin with either then
	pos   conf.Pos
	name  string
	from  *defaults
	lines [][]Word
	depth int
	// What it has of rules, which not every section may begin with, and who did first.
	rules, connRules, respRules bool
	frontend, backend           *conf.Proxy
}

// note keeps which rules the section has.
func (df *defaults) note(p *conf.Proxy) {
	df.connRules = len(p.TCPConnRules)+len(p.TCPSessRules) > 0
	df.respRules = len(p.TCPRespRules) > 0
	df.rules = df.connRules || df.respRules || len(p.TCPReqRules)+len(p.HTTPReqRules)+len(p.HTTPRespRules)+len(p.HTTPAfterRules) > 0
}

// mayInherit reports whether a section may begin with a defaults section, as HAProxy restricts it where that has rules: they would
// run on both sides of a stream.
func (d *decoder) mayInherit(l *line, p *conf.Proxy, df *defaults) bool {
	if df == nil || !df.rules {
		return true
	}
	problem, other := "", (*conf.Proxy)(nil)
	switch {
	case p.Kind == conf.Listen:
		problem = "has rules, which a listen section cannot begin with"
	case p.Kind == conf.Frontend && df.respRules:
		problem = "has tcp-response content rules, which a frontend cannot begin with"
	case p.Kind == conf.Backend && df.connRules:
		problem = "has tcp-request connection or session rules, which a backend cannot begin with"
	case p.Kind == conf.Frontend:
		df.frontend, other = p, df.backend
	default:
		df.backend, other = p, df.frontend
	}
	if other != nil {
		problem = "has rules, so that frontends and backends cannot both begin with it, as " + other.Title() + " does"
	}
	if problem == "" {
		return true
	}
	d.add(conf.Bad(l.key.Pos, p.Title(), "the defaults section %q (%s) %s", df.name, df.pos, problem))
	return false
}
