package conf

import (
	"slices"
	"strconv"
)

// ruleSet is one rule list of a section with its keyword.
type ruleSet struct {
	keyword string
	rules   []*Rule
}

func (p *Proxy) ruleSets() []ruleSet {
	return append([]ruleSet{
		{"tcp-request", p.TCPConnRules},
		{"tcp-request", p.TCPSessRules},
		{"tcp-request", p.TCPReqRules},
		{"tcp-response", p.TCPRespRules},
	}, p.httpRuleSets()...)
}

func (p *Proxy) httpRuleSets() []ruleSet {
	return []ruleSet{
		{"http-request", p.HTTPReqRules},
		{"redirect", p.RedirectRules},
		{"stats http-request", p.StatsRules},
		{"http-response", p.HTTPRespRules},
		{"http-after-response", p.HTTPAfterRules},
	}
}

func (v *validator) rules(p *Proxy) {
	v.places(p)
	v.order(p)
	for _, a := range p.ACLs {
		v.cond(a.Cond, v.path(p.Title(), `acl "`+a.Name+`"`))
	}
	for _, set := range p.ruleSets() {
		fillRules(set.rules)
		for _, r := range set.rules {
			path := v.path(p.Title(), set.keyword) + " " + v.actionName(r.Action)
			v.cond(r.Cond, path)
			v.action(r, path)
			v.slot(p, set.keyword, r, path)
		}
	}
	v.statsPage(p)
	for _, c := range p.Captures {
		if c.Header != "" {
			v.headerName(c.Pos, v.path(p.Title(), "capture"), c.Header)
		}
		least := 0
		if c.Header == "" && c.Cookie == "" {
			least = 1
		}
		v.within(c.Pos, "len", c.Len, least, 65535, p.Title(), "capture")
	}
	v.forwardFor(p, "forwardfor", p.Options.ForwardFor)
	v.forwardFor(p, "originalto", p.Options.OriginalTo)
}

// statsPage checks who may see the statistics page and who may change servers there.
func (v *validator) statsPage(p *Proxy) {
	for _, c := range p.StatsAdmin {
		v.cond(c, v.path(p.Title(), "stats-admin"))
	}
	if u := p.StatsURI; u != nil && len(p.StatsRules) > 0 && (len(u.Users) > 0 || u.Realm != DefaultStatsRealm) {
		v.add(Bad(p.StatsRules[0].Pos, v.path(p.Title(), "stats-http-request"), "cannot stand beside passwords or a realm of the page (at %s); want http_auth of a userlist in the rules, or none of them", u.Pos))
	}
}

// slot checks that the slot of a capture is one of the section's. What the frontends of a backend have is not known here.
func (v *validator) slot(p *Proxy, keyword string, r *Rule, path string) {
	a, ok := r.Action.(*CaptureSample)
	if !ok || a.Slot < 0 || p.Kind&Frontend == 0 {
		return
	}
	response := keyword == "http-response" || keyword == "http-after-response"
	n := 0
	for _, c := range p.Captures {
		if c.Cookie == "" && c.Response == response {
			n++
		}
	}
	for _, r := range slices.Concat(p.TCPSessRules, p.TCPReqRules, p.HTTPReqRules) {
		if own, ok := r.Action.(*CaptureSample); ok && own.Slot < 0 && !response { // such an action has a slot of its own
			n++
		}
	}
	if a.Slot >= n {
		v.add(BadValue(r.Pos, v.path(path, "id"), strconv.Itoa(a.Slot), "the number, from 0, of one of the section's capture lines, of which there are "+strconv.Itoa(n)))
	}
}

func (v *validator) forwardFor(p *Proxy, keyword string, f *ForwardFor) {
	if f == nil {
		return
	}
	v.headerName(f.Pos, v.path(p.Title(), keyword), f.Header)
	for _, net := range f.Except {
		v.network(f.Pos, v.path(p.Title(), keyword, "except"), net)
	}
}

func (v *validator) actionName(a Action) string {
	if v.quoteAction {
		return `"` + a.Keyword() + `"`
	}
	return a.Keyword()
}

func (v *validator) action(r *Rule, path string) {
	switch a := r.Action.(type) {
	case *Deny:
		v.status(r.Pos, path, a.Status, ErrorFileStatuses)
		v.reply(r.Pos, path, &a.Reply)
	case *Tarpit:
		v.status(r.Pos, path, a.Status, ErrorFileStatuses)
		v.reply(r.Pos, path, &a.Reply)
	case *Redirect:
		v.status(r.Pos, path, a.Code, RedirectCodes)
	case *SetHeader:
		v.headerName(r.Pos, path, a.Name)
	case *AddHeader:
		v.headerName(r.Pos, path, a.Name)
	case *DelHeader:
		v.delHeader(r.Pos, path, a)
	case *HeadersBin:
		v.headersBin(r.Pos, path, a)
	case *Return:
		v.returned(r.Pos, path, a)
	case *EarlyHint:
		v.headerName(r.Pos, path, a.Name)
	case *ReplaceHeader:
		v.headerName(r.Pos, path, a.Name)
		v.ruleRegex(r.Pos, path, a.Regex)
	case *ReplacePart:
		v.ruleRegex(r.Pos, path, a.Regex)
	case *UseService:
		if a.Name != "prometheus-exporter" {
			v.add(BadValue(r.Pos, path, a.Name, "prometheus-exporter"))
		}
	}
}

func (v *validator) status(pos Pos, path string, got int, accepted []int) {
	if !slices.Contains(accepted, got) {
		v.add(BadValue(pos, path, Statuses([]int{got})[0], Statuses(accepted)...))
	}
}

func (v *validator) delHeader(pos Pos, path string, a *DelHeader) {
	switch a.Match {
	case "", "str":
		v.headerName(pos, path, a.Name)
	case "reg":
		v.ruleRegex(pos, path, a.Name)
	case "beg", "end", "sub":
	default:
		v.add(BadValue(pos, path, a.Match, "str", "beg", "end", "sub", "reg"))
	}
}

func (v *validator) headersBin(pos Pos, path string, a *HeadersBin) {
	if a.Prefix != "" && !IsToken(a.Prefix) {
		v.add(BadValue(pos, path+": prefix", a.Prefix, "the beginning of a header field's name"))
	}
	switch a.Match {
	case "", "str", "beg", "end", "sub":
	default:
		v.add(BadValue(pos, path, a.Match, "str", "beg", "end", "sub"))
	}
}

// returned checks a ready response. 1xx is never final, and 101 would hand the connection over (RFC 9110, 15.2).
func (v *validator) returned(pos Pos, path string, a *Return) {
	v.within(pos, "status", a.Status, 200, 599, path)
	v.reply(pos, path, &a.Reply)
}

// httpInTCP warns of what a section in tcp mode never looks at. What it has from a defaults section is
// meant for others, and passed over.
func (v *validator) httpInTCP(p *Proxy) {
	if p.LogFormat == LogHTTP || p.LogFormat == LogHTTPClf {
		p.LogFormat = LogTCP // as HAProxy does
	}
	ignored := func(pos Pos, keyword string) {
		if p.own(pos) {
			v.warn(Bad(pos, v.path(p.Title(), keyword), "has no effect in tcp mode; set mode to http"))
		}
	}
	for _, set := range p.httpRuleSets() {
		for _, r := range set.rules {
			ignored(r.Pos, set.keyword)
		}
	}
	for _, c := range p.Captures {
		ignored(c.Pos, "capture")
	}
	if p.Options.ForwardFor != nil {
		ignored(p.Options.ForwardFor.Pos, "forwardfor")
	}
	if p.StatsURI != nil {
		ignored(p.StatsURI.Pos, "stats_uri")
	}
}
