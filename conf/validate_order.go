package conf

// stage is one kind of lines of a section with their places.
type stage struct {
	keyword string
	at      []Pos
}

// stages are the lines of which those of one kind are carried out before those of the next, wherever they stand.
func (p *Proxy) stages() []stage {
	of := func(keyword string, rules []*Rule) stage {
		s := stage{keyword: keyword}
		for _, r := range rules {
			s.at = append(s.at, r.Pos)
		}
		return s
	}
	fails, uses, servers := stage{keyword: "monitor fail"}, stage{keyword: "use_backend"}, stage{keyword: "use-server"}
	for _, c := range p.MonitorFail {
		fails.at = append(fails.at, c.Pos)
	}
	for _, u := range p.UseBackends {
		uses.at = append(uses.at, u.Pos)
	}
	for _, u := range p.UseServers {
		servers.at = append(servers.at, u.Pos)
	}
	return []stage{
		of("tcp-request connection", p.TCPConnRules),
		of("tcp-request session", p.TCPSessRules),
		of("tcp-request content", p.TCPReqRules),
		fails,
		of("http-request", p.HTTPReqRules),
		of("redirect", p.RedirectRules),
		uses,
		servers,
	}
}

// last is how many kinds at the end of stages do not wait for each other: a backend's choice and a server's are of two sections.
const last = 2

// own reports whether a line is the section's, and not of a defaults section that it begins with.
func (p *Proxy) own(pos Pos) bool { return pos.File == p.Pos.File && comparePos(pos, p.Pos) > 0 }

// order warns of lines that stand behind others which are carried out after them.
func (v *validator) order(p *Proxy) {
	stages := p.stages()
	first := make([]Pos, len(stages))
	for i, s := range stages {
		for _, pos := range s.at {
			if p.own(pos) && (first[i].IsZero() || comparePos(pos, first[i]) < 0) {
				first[i] = pos
			}
		}
	}
	for i, s := range stages[:len(stages)-last] {
		for _, pos := range s.at {
			if j := before(first, i, pos); j > 0 && p.own(pos) {
				v.warn(Bad(pos, v.path(p.Title(), s.keyword), "stands behind a rule of %s (at %s) and is carried out before it all the same", v.kw(stages[j].keyword), first[j]))
			}
		}
	}
}

// before is the kind of lines, of those that come after kind i, whose first one stands before a place; 0 = none.
func before(first []Pos, i int, pos Pos) int {
	for j := i + 1; j < len(first); j++ {
		if !first[j].IsZero() && comparePos(first[j], pos) < 0 {
			return j
		}
	}
	return 0
}
