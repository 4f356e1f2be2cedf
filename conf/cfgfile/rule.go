package cfgfile

import (
	"strings"

	"weir/conf"
)

// ruleList is one kind of rules: its keyword, the actions that it takes, and where they go.
type ruleList struct {
	table
	at func(*section) *[]*conf.Rule
}

var ruleLists = []*ruleList{
	{rules("tcp-request connection", pendingTCPRequestConnection, "accept reject capture expect-proxy expect-netscaler-cip"), func(s *section) *[]*conf.Rule { return &s.TCPConnRules }},
	{rules("tcp-request session", pendingTCPRequestSession, "accept reject"), func(s *section) *[]*conf.Rule { return &s.TCPSessRules }},
	{rules("tcp-request content", pendingTCPRequestContent, "accept reject capture"), func(s *section) *[]*conf.Rule { return &s.TCPReqRules }},
	{rules("tcp-response content", pendingTCPResponseContent, "accept reject close"), func(s *section) *[]*conf.Rule { return &s.TCPRespRules }},
	{rules("http-request", pendingHTTPRequest, ""), func(s *section) *[]*conf.Rule { return &s.HTTPReqRules }},
	{rules("http-response", pendingHTTPResponse, ""), func(s *section) *[]*conf.Rule { return &s.HTTPRespRules }},
	{rules("stats http-request", "allow deny auth", ""), func(s *section) *[]*conf.Rule { return &s.StatsRules }},
	{rules("http-after-response", pendingHTTPAfterResponse, ""), func(s *section) *[]*conf.Rule { return &s.HTTPAfterRules }},
}

// rules makes the table of a rule list: the actions of actionRows that HAProxy has there.
func rules(context, known, more string) table {
	t := table{context: context, in: inAny, pending: known + " " + more + " track-sc track-sc0 track-sc1 track-sc2"}
	if strings.HasPrefix(context, "http-") {
		t.pending = known + " track-sc0 track-sc1 track-sc2"
	}
	if strings.HasPrefix(context, "stats ") {
		t.pending = known
	}
	has := wordSet(known + " " + more)
	for _, a := range actionRows {
		if has[a.name] {
			t.rows = append(t.rows, a.row())
		}
	}
	return t
}

func wordSet(text string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(text) {
		set[w] = true
	}
	return set
}

// actionRow is one action: read returns it, or nil after an error.
type actionRow struct {
	name   string
	args   string
	doc    string
	status Status
	why    string
	read   func(*line, call) conf.Action
}

// call is what stands in parentheses behind an action's name.
type call struct {
	word  Word
	args  []string
	given bool
}

func (a actionRow) row() row {
	return row{name: a.name, args: a.args, doc: a.doc, status: a.status, why: a.why, read: ignored}
}

func actionByName(name string) *actionRow {
	for i := range actionRows {
		if actionRows[i].name == name {
			return &actionRows[i]
		}
	}
	return nil
}

// ruleReader reads one rule of a list.
func ruleReader(keyword string) func(*line) {
	for _, list := range ruleLists {
		if list.context == keyword {
			return func(l *line) { l.rule(list) }
		}
	}
	panic("BUG: no rules called " + keyword)
}

// rule reads "ACTION[(ARGS)] ... [if|unless CONDITION]".
func (l *line) rule(list *ruleList) {
	l.path = parent(l.path, strings.Fields(list.context)[0])
	section := l.path
	l.path = join(section, list.context)
	l.usage = list.context + " <action> ... [if|unless <condition>]"
	w, ok := l.arg("<action>")
	if !ok {
		return
	}
	name, c, ok := l.call(w)
	if !ok {
		return
	}
	a := actionByName(name)
	switch {
	case a == nil || list.index[name] == nil:
		if _, later := list.later[name]; later || conf.InLua(name) || list.context == "http-request" && strings.HasPrefix(name, "track-sc") {
			l.add(conf.NotDone(w.Pos, section, list.context+" "+name, ""))
		} else {
			e := conf.Unknown(w.Pos, l.path, "action", name, append(list.names(l.in), keysOf(list.later)...))
			if at := listsOf(name); at != nil {
				e.Suggest, e.Fix = "", "it belongs into "+orWords(at)
			}
			l.add(e)
		}
		return
	case c.given && !strings.Contains(a.args, "("):
		l.wrong(w, name)
		return
	}
	l.d.walk.ruled(a)
	l.path += " " + name
	l.usage = strings.TrimSpace(list.context + " " + name + strings.TrimSuffix(" "+a.args, " "))
	if strings.HasPrefix(a.args, "(") {
		l.usage = list.context + " " + name + a.args
	}
	l.finishRule(list, a, w, c)
}

// listsOf are the rule lists that have an action.
func listsOf(action string) []string {
	var out []string
	for _, list := range ruleLists {
		_, later := list.later[action]
		if later || list.index[action] != nil {
			out = append(out, list.context)
		}
	}
	return out
}

// finishRule reads the arguments and the condition, and adds the rule.
func (l *line) finishRule(list *ruleList, a *actionRow, w Word, c call) {
	action := a.read(l, c)
	if action == nil {
		l.skip()
		return
	}
	cond, ok := l.cond()
	if !ok || l.fail {
		return
	}
	if a.status == NotDone {
		l.d.add(conf.NotDone(w.Pos, l.sec.title, list.context+" "+a.name, a.why))
		return
	}
	to := list.at(l.sec)
	*to = append(*to, &conf.Rule{Pos: w.Pos, Action: action, Cond: cond})
}

// call parts "set-var(txn.a,ifexists)".
func (l *line) call(w Word) (string, call, bool) {
	i := strings.IndexByte(w.Text, '(')
	if i < 0 {
		return w.Text, call{word: w}, true
	}
	args, n, err := cutArgs(w.Text[i:])
	switch {
	case err != nil:
		l.add(conf.Bad(w.At(i), l.path, "%s: %s", w.Text, err))
		return "", call{}, false
	case i+n < len(w.Text):
		l.add(conf.Bad(w.At(i+n), l.path, "unexpected %q after %s", w.Text[i+n:], w.Text[:i+n]))
		return "", call{}, false
	}
	return w.Text[:i], call{w.sub(i+1, w.Text[i+1:]), args, true}, true
}

// atCond reports whether the action's arguments have come to an end.
func (l *line) atCond() bool {
	return !l.more() || l.peek() == "" || l.peek() == "if" || l.peek() == "unless"
}

// operand takes a word that is not the beginning of the condition.
func (l *line) operand(what string) (Word, bool) {
	if l.atCond() && l.more() && l.peek() != "" {
		e := conf.Bad(l.words[l.i].Pos, l.path, "missing %s", what)
		e.Want = []string{l.usage}
		l.add(e)
		return Word{}, false
	}
	return l.arg(what)
}

// fmt takes a format; nil after an error.
func (l *line) format(what string) *conf.Format {
	// An empty format is allowed: it empties a field.
	if l.more() && l.peek() == "" {
		return &conf.Format{Pos: l.next().Pos}
	}
	w, ok := l.operand(what)
	if !ok {
		return nil
	}
	f := l.d.format(w, l.path)
	if f == nil {
		l.fail = true
		l.skip()
	}
	return f
}

// sample takes an expression; nil after an error.
func (l *line) sample() *conf.Expr {
	w, ok := l.operand("<expression>")
	if !ok {
		return nil
	}
	e := l.d.expr(w, l.path)
	if e == nil {
		l.fail = true
		l.skip()
	}
	return e
}
