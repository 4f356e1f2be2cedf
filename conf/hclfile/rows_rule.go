package hclfile

import (
	"slices"
	"strings"

	"weir/conf"
)

// ruleNode is a rule being read.
type ruleNode struct {
	action conf.Action
	cond   *conf.Cond
}

// ruleList is a set of the rule lists that an action may stand in.
type ruleList uint16

const (
	tcpConn ruleList = 1 << iota
	tcpSess
	tcpReq
	tcpResp
	httpReq
	httpResp
	httpAfter
	tcpCheck
	httpCheck
	statsReq
	anyCheck = tcpCheck | httpCheck
	anyTCP   = tcpConn | tcpSess | tcpReq | tcpResp
	anyHTTP  = httpReq | httpResp | httpAfter
	// streams are the lists that run when there is a stream.
	streams = tcpReq | tcpResp | anyHTTP
)

// listRow is one rule list: how its blocks begin, and where its rules go.
type listRow struct {
	list   ruleList
	block  string
	label  string // of the two that a tcp list has; "" = the action is the only one
	in     where
	doc    string
	rulesP func(*conf.Proxy) *[]*conf.Rule
}

var listRows = []listRow{
	{tcpConn, "tcp_request", "connection", forFrontends, "for a new connection", func(p *conf.Proxy) *[]*conf.Rule { return &p.TCPConnRules }},
	{tcpSess, "tcp_request", "session", forFrontends, "for a new session, when its handshakes are over", func(p *conf.Proxy) *[]*conf.Rule { return &p.TCPSessRules }},
	{tcpReq, "tcp_request", "content", inAny, "for what a client has sent", func(p *conf.Proxy) *[]*conf.Rule { return &p.TCPReqRules }},
	{tcpResp, "tcp_response", "content", forBackends, "for what a server has sent", func(p *conf.Proxy) *[]*conf.Rule { return &p.TCPRespRules }},
	{httpReq, "http_request", "", inAny, "for a request", func(p *conf.Proxy) *[]*conf.Rule { return &p.HTTPReqRules }},
	{httpResp, "http_response", "", inAny, "for a response", func(p *conf.Proxy) *[]*conf.Rule { return &p.HTTPRespRules }},
	{httpAfter, "http_after_response", "", inAny, "for every response, Weir's own too", func(p *conf.Proxy) *[]*conf.Rule { return &p.HTTPAfterRules }},
	{statsReq, "stats_http_request", "", forListen, "for who may see the statistics page", func(p *conf.Proxy) *[]*conf.Rule { return &p.StatsRules }},
	{tcpCheck, "tcp_check", "", forBackends, "steps of a health check", func(p *conf.Proxy) *[]*conf.Rule { return &p.TCPCheckRules }},
	{httpCheck, "http_check", "", forBackends, "steps of a health check that speaks HTTP", func(p *conf.Proxy) *[]*conf.Rule { return &p.HTTPCheckRules }},
}

// keyword is the list's name in documents and errors.
func (l *listRow) keyword() string { return strings.TrimSpace(l.block + " " + l.label) }

// actionRow is one action.
type actionRow struct {
	name    string
	in      ruleList
	doc     string
	make    func() conf.Action
	grammar *grammar[ruleNode]
	// check says what the attributes lack together, or "".
	check func(conf.Action, ruleList) string
}

// of makes actions of the type that a T is.
func of[T any, P interface {
	*T
	conf.Action
}]() func() conf.Action {
	return func() conf.Action { return P(new(T)) }
}

var whenRow = row[ruleNode]{info: info{name: "when", typ: tCond, doc: "the condition; where not given, always"}, at: func(n *ruleNode) any { return &n.cond }}

func ruleGrammar(rows ...row[ruleNode]) *grammar[ruleNode] {
	return &grammar[ruleNode]{context: "rule", rows: append(rows, whenRow)}
}

// field is a row whose value goes into the action.
func field[A conf.Action](i info, at func(A) any) row[ruleNode] {
	return row[ruleNode]{info: i, at: func(n *ruleNode) any { return at(n.action.(A)) }}
}

// actionNames returns the actions of a rule list.
func actionNames(in ruleList) []string {
	var out []string
	for i := range actionRows {
		if actionRows[i].in&in != 0 {
			out = append(out, actionRows[i].name)
		}
	}
	return out
}

// actionByName returns the action of that name in a list, or nil.
func actionByName(name string, in ruleList) *actionRow {
	for i := range actionRows {
		if actionRows[i].name == name && actionRows[i].in&in != 0 {
			return &actionRows[i]
		}
	}
	return nil
}

// rule reads one rule of a list; nil means that nothing can be made of it, which has been told.
func (d *decoder) rule(b *block, l *listRow, name string, namePos conf.Pos) *conf.Rule {
	if row := actionByName(name, l.list); row != nil {
		return d.action(b, row, l.list)
	}
	if slices.Contains(strings.Fields(haproxyKeywords[l.keyword()]), name) || conf.InLua(name) {
		d.add(conf.NotDone(namePos, dirname(b.path), b.name+" "+name, ""))
	} else {
		d.add(conf.Unknown(namePos, join(dirname(b.path), b.name), "action", name, actionNames(l.list)))
	}
	return nil
}

// action reads the attributes of an action.
func (d *decoder) action(b *block, row *actionRow, list ruleList) *conf.Rule {
	n := &ruleNode{action: row.make()}
	before := d.failures
	read(d, row.grammar, n, b.body, b.path, 0)
	if row.check != nil && d.failures == before {
		if what := row.check(n.action, list); what != "" {
			d.add(conf.Bad(b.pos, b.path, "%s", what))
		}
	}
	if d.failures > before {
		if list&anyCheck != 0 {
			return nil
		}
		n.action = conf.Unread{Action: n.action}
	}
	return &conf.Rule{Pos: b.pos, Action: n.action, Cond: n.cond}
}

// readRule reads a block of a rule list.
func readRule(d *decoder, s *section, b *block, w where) {
	var labels []string
	for i := range listRows {
		l := &listRows[i]
		if l.block != b.name {
			continue
		}
		labels = append(labels, l.label)
		if l.label != "" && l.label != b.label() {
			continue
		}
		last := len(b.labels) - 1
		if !d.allowed(l.in, w, l.keyword(), b.pos, dirname(b.path)) {
			return
		}
		if r := d.rule(b, l, b.labels[last], b.labelPos[last]); r != nil {
			if l.list == statsReq {
				s.stats(b.pos)
			}
			to := l.rulesP(s.Proxy)
			s.ownChecks(l.list, to)
			*to = append(*to, r)
		}
		return
	}
	d.add(conf.BadValue(b.labelPos[0], join(dirname(b.path), b.name), b.label(), labels...))
}

// readRedirect reads a redirect block, whose rules come after those of http_request.
func readRedirect(d *decoder, s *section, b *block, _ where) {
	if r := d.action(b, actionByName("redirect", httpReq), httpReq); r != nil {
		s.RedirectRules = append(s.RedirectRules, r)
	}
}

// ownChecks drops the steps of the defaults section when the section has its own, as HAProxy does.
func (s *section) ownChecks(list ruleList, to *[]*conf.Rule) {
	if s.oldChecks&list != 0 {
		s.oldChecks &^= list
		*to = nil
	}
}
