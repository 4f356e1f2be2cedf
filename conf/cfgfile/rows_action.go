package cfgfile

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"weir/conf"
)

// actionRows are the actions of all rule lists.
var actionRows = []actionRow{
	{name: "allow", doc: "ends the rules of this section", read: plain(func() conf.Action { return &conf.Allow{} })},
	{name: "accept", doc: "ends the rules of this section", read: plain(func() conf.Action { return &conf.Allow{} })},
	{name: "reject", doc: "closes the connection without an answer", read: plain(func() conf.Action { return &conf.Reject{} })},
	{name: "close", doc: "closes the connection to the server", read: plain(func() conf.Action { return &conf.Close{} })},
	{name: "deny", args: replyUsage, doc: "answers with an error", read: readDeny},
	{name: "tarpit", args: replyUsage, doc: "holds the request for the tarpit timeout, then answers with an error", read: readTarpit},
	{name: "return", args: replyUsage, doc: "answers with a ready response", read: readReturn},
	{name: "redirect", args: redirectUsage, doc: "answers with a Location", read: func(l *line, _ call) conf.Action { return orNil(l.redirect()) }},
	{name: "auth", args: "[realm <realm>]", doc: "asks for a user and a password", read: readAuth},
	{name: "set-header", args: "<name> <format>", doc: "replaces every field of the name by one", read: readSetHeader},
	{name: "add-header", args: "<name> <format>", doc: "appends a field", read: readAddHeader},
	{name: "del-header", args: "<name> [-m <method>]", doc: "removes the fields of the name", read: readDelHeader},
	{name: "add-headers-bin", args: "<expression> [prefix <text>]", doc: "appends the fields of a binary list", read: readHeadersBin(conf.HeadersAdd)},
	{name: "set-headers-bin", args: "<expression> [prefix <text>]", doc: "replaces the fields that a binary list has", read: readHeadersBin(conf.HeadersSet)},
	{name: "del-headers-bin", args: "<expression> [-m <method>]", doc: "removes the fields that a binary list names", read: readHeadersBin(conf.HeadersDel)},
	{name: "replace-header", args: "<name> <regex> <format>", doc: "changes whole field values", read: readReplaceHeader(false)},
	{name: "replace-value", args: "<name> <regex> <format>", doc: "changes each item of a field's list", read: readReplaceHeader(true)},
	{name: "early-hint", args: "<name> <format>", doc: "a field of the 103 response that is sent first", read: readEarlyHint},
	{name: "set-method", args: "<format>", doc: "replaces the method", read: setPart(conf.PartMethod)},
	{name: "set-path", args: "<format>", doc: "replaces the path", read: setPart(conf.PartPath)},
	{name: "set-pathq", args: "<format>", doc: "replaces path and query", read: setPart(conf.PartPathQ)},
	{name: "set-query", args: "<format>", doc: "replaces the query", read: setPart(conf.PartQuery)},
	{name: "set-uri", args: "<format>", doc: "replaces the whole target", read: setPart(conf.PartURI)},
	{name: "replace-path", args: "<regex> <format>", doc: "changes the path", read: replacePart(conf.PartPath)},
	{name: "replace-pathq", args: "<regex> <format>", doc: "changes path and query", read: replacePart(conf.PartPathQ)},
	{name: "replace-uri", args: "<regex> <format>", doc: "changes the whole target", read: replacePart(conf.PartURI)},
	{name: "normalize-uri", args: "<normalizer> [full|strict]", doc: "brings the target into one form", read: readNormalize},
	{name: "set-status", args: "<status> [reason <text>]", doc: "replaces the status", read: readSetStatus},
	{name: "set-var", args: "(<var>[,<condition>...]) <expression>", doc: "sets a variable", read: readSetVar},
	{name: "set-var-fmt", args: "(<var>[,<condition>...]) <format>", doc: "sets a variable", read: readSetVarFmt},
	{name: "unset-var", args: "(<var>)", doc: "removes a variable", read: readUnsetVar},
	{name: "set-map", args: "(<file>) <key> <value>", doc: "sets an entry of a map", read: setMap(conf.MapSet)},
	{name: "del-map", args: "(<file>) <key>", doc: "removes an entry of a map", read: setMap(conf.MapDel)},
	{name: "add-acl", args: "(<file>) <key>", doc: "adds a pattern", read: setMap(conf.ACLAdd)},
	{name: "del-acl", args: "(<file>) <key>", doc: "removes a pattern", read: setMap(conf.ACLDel)},
	{name: "capture", args: "<expression> [len <bytes>|id <slot>]", doc: "keeps a value for the log", read: readCaptureAction},
	{name: "set-log-level", args: "<level|silent>", doc: "the level of the log line", read: readSetLogLevel},
	{name: "do-log", doc: "writes a line of the log now", read: readDoLog},
	{name: "set-nice", args: "<number>", status: Inert, why: whyNice, read: readSetNice},
	{name: "set-mark", args: "<mark>", doc: "marks the packets to the client", read: setSocket("set-mark")},
	{name: "set-fc-mark", args: "<mark>", doc: "marks the packets to the client", read: setSocket("set-fc-mark")},
	{name: "set-bc-mark", args: "<mark>", doc: "marks the packets to the server", read: setSocket("set-bc-mark")},
	{name: "set-tos", args: "<tos>", doc: "sets the type of service of packets to the client", read: setSocket("set-tos")},
	{name: "set-fc-tos", args: "<tos>", doc: "sets the type of service of packets to the client", read: setSocket("set-fc-tos")},
	{name: "set-bc-tos", args: "<tos>", doc: "sets the type of service of packets to the server", read: setSocket("set-bc-tos")},
	{name: "set-src", args: "<expression>", doc: "replaces the client's address", read: setAddr("set-src")},
	{name: "set-src-port", args: "<expression>", doc: "replaces the client's port", read: setAddr("set-src-port")},
	{name: "set-dst", args: "<expression>", doc: "replaces the address that the client asked for", read: setAddr("set-dst")},
	{name: "set-dst-port", args: "<expression>", doc: "replaces the port that the client asked for", read: setAddr("set-dst-port")},
	{name: "set-priority-class", args: "<expression>", doc: "the class in a queue", read: setPriority(false)},
	{name: "set-priority-offset", args: "<expression>", doc: "the place within its class in a queue", read: setPriority(true)},
	{name: "set-retries", args: "<number|expression>", doc: "the connection attempts after the first", read: readSetRetries},
	{name: "set-timeout", args: "<timeout> <time|expression>", doc: "a timeout of this stream", read: readSetTimeout},
	{name: "pause", args: "<time|expression>", doc: "waits before the next rule", read: readPause},
	{name: "wait-for-body", args: "time <time> [at-least <bytes>]", doc: "waits for the body", read: readWaitForBody},
	{name: "wait-for-handshake", status: Inert, why: "no early data is taken: every request waits for the end of its handshake", read: plain(func() conf.Action { return &conf.WaitForHandshake{} })},
	{name: "strict-mode", args: "<on|off>", doc: "whether a rewrite that fails ends the request", read: readStrictMode},
	{name: "disable-l7-retry", doc: "the request is not sent again", read: plain(func() conf.Action { return &conf.DisableL7Retry{} })},
	{name: "silent-drop", args: "[rst-ttl <ttl>]", doc: "the connection ends without the client being told", read: readSilentDrop},
	{name: "expect-proxy", args: "layer4", doc: "the connection begins with a PROXY header", read: readHeaderRule(conf.HeaderProxy)},
	{name: "expect-netscaler-cip", args: "layer4", doc: "the connection begins with the header that a NetScaler inserts", read: readHeaderRule(conf.HeaderCIP)},
	{name: "switch-mode", args: "http [proto <name>]", doc: "goes on in HTTP mode", read: readSwitchMode},
	{name: "use-service", args: "<service>", doc: "hands the request to a service inside Weir", read: readUseService},
}

func plain(make func() conf.Action) func(*line, call) conf.Action {
	return func(*line, call) conf.Action { return make() }
}

// orNil keeps a nil pointer from becoming an action.
func orNil[T any, P interface {
	*T
	conf.Action
}](p P) conf.Action {
	if p == nil {
		return nil
	}
	return p
}

func (l *line) fieldName() (string, bool) {
	w, ok := l.operand("<name>")
	return w.Text, ok
}

func readSetHeader(l *line, _ call) conf.Action {
	if name, ok := l.fieldName(); ok {
		if f := l.format("<format>"); f != nil {
			return &conf.SetHeader{Name: name, Value: f}
		}
	}
	return nil
}

func readAddHeader(l *line, _ call) conf.Action {
	if name, ok := l.fieldName(); ok {
		if f := l.format("<format>"); f != nil {
			return &conf.AddHeader{Name: name, Value: f}
		}
	}
	return nil
}

func readEarlyHint(l *line, _ call) conf.Action {
	if name, ok := l.fieldName(); ok {
		if f := l.format("<format>"); f != nil {
			return &conf.EarlyHint{Name: name, Value: f}
		}
	}
	return nil
}

func readDelHeader(l *line, _ call) conf.Action {
	name, ok := l.fieldName()
	if !ok {
		return nil
	}
	a := &conf.DelHeader{Name: name}
	if l.took("-m") {
		methods := []string{"str", "beg", "end", "sub", "reg"}
		i := l.word(methods...)
		if i < 0 {
			return nil
		}
		a.Match = methods[i]
	}
	return a
}

func readHeadersBin(op conf.HeadersOp) func(*line, call) conf.Action {
	return func(l *line, _ call) conf.Action {
		a := &conf.HeadersBin{Op: op, Expr: l.expr()}
		switch {
		case a.Expr == nil:
			return nil
		case op != conf.HeadersDel && l.took("prefix"):
			w, ok := l.operand("<text>")
			if !ok {
				return nil
			}
			a.Prefix = w.Text
		case op == conf.HeadersDel && l.took("-m"):
			methods := []string{"str", "beg", "end", "sub"}
			i := l.word(methods...)
			if i < 0 {
				return nil
			}
			a.Match = methods[i]
		}
		return a
	}
}

func readReplaceHeader(each bool) func(*line, call) conf.Action {
	return func(l *line, _ call) conf.Action {
		name, ok := l.fieldName()
		if !ok {
			return nil
		}
		re, ok := l.operand("<regex>")
		if !ok {
			return nil
		}
		if f := l.format("<format>"); f != nil {
			return &conf.ReplaceHeader{Name: name, Regex: re.Text, With: f, Each: each}
		}
		return nil
	}
}

func setPart(p conf.Part) func(*line, call) conf.Action {
	return func(l *line, _ call) conf.Action {
		if f := l.format("<format>"); f != nil {
			return &conf.SetPart{Part: p, Value: f}
		}
		return nil
	}
}

func replacePart(p conf.Part) func(*line, call) conf.Action {
	return func(l *line, _ call) conf.Action {
		re, ok := l.operand("<regex>")
		if !ok {
			return nil
		}
		if f := l.format("<format>"); f != nil {
			return &conf.ReplacePart{Part: p, Regex: re.Text, With: f}
		}
		return nil
	}
}

func readNormalize(l *line, _ call) conf.Action {
	i := l.word(conf.Normalizers...)
	if i < 0 {
		return nil
	}
	a := &conf.NormalizeURI{How: conf.Normalizers[i]}
	switch a.How {
	case "path-strip-dotdot":
		a.Full = l.took("full")
	case "percent-decode-unreserved", "percent-to-uppercase":
		a.Strict = l.took("strict")
	}
	return a
}

func readSetStatus(l *line, _ call) conf.Action {
	a := &conf.SetStatus{}
	if !l.int(&a.Status, 100, 999) {
		return nil
	}
	if l.took("reason") && !l.text(&a.Reason, "<text>") {
		return nil
	}
	return a
}

func readAuth(l *line, _ call) conf.Action {
	a := &conf.Auth{}
	if l.took("realm") && !l.text(&a.Realm, "<realm>") {
		return nil
	}
	return a
}

// variable checks what stands in the parentheses of set-var and its like.
func (l *line) variable(c call) (name string, conds []string, ok bool) {
	if !c.given || c.args[0] == "" {
		e := conf.Bad(c.word.Pos, l.path, "missing the variable's name")
		e.Want = []string{l.usage}
		l.add(e)
		return "", nil, false
	}
	name = c.args[0]
	scope, rest, dotted := strings.Cut(name, ".")
	scopes := []string{"proc", "sess", "txn", "req", "res", "check"}
	if !dotted || !contains(scopes, scope) {
		e := conf.BadValue(c.word.Pos, l.path, name, "a scope and a name such as txn.user")
		e.Suggest = conf.Nearest(scope, scopes)
		l.add(e)
		return "", nil, false
	}
	if rest == "" || strings.Trim(rest, varBytes) != "" {
		l.add(conf.BadValue(c.word.Pos, l.path, name, "a name of letters, digits, '.' and '_'"))
		return "", nil, false
	}
	for _, cond := range c.args[1:] {
		if !contains(conf.VarConds, cond) {
			l.add(conf.BadValue(c.word.Pos, l.path, cond, conf.VarConds...))
			return "", nil, false
		}
	}
	return name, c.args[1:], true
}

const varBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_."

func readSetVar(l *line, c call) conf.Action {
	name, conds, ok := l.variable(c)
	if !ok {
		return nil
	}
	if e := l.sample(); e != nil {
		return &conf.SetVar{Var: name, Conds: orNone(conds), Expr: e}
	}
	return nil
}

func orNone(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return list
}

func readSetVarFmt(l *line, c call) conf.Action {
	name, conds, ok := l.variable(c)
	if !ok {
		return nil
	}
	if f := l.format("<format>"); f != nil {
		return &conf.SetVarFmt{Var: name, Conds: orNone(conds), Value: f}
	}
	return nil
}

func readUnsetVar(l *line, c call) conf.Action {
	name, _, ok := l.variable(c)
	if !ok {
		return nil
	}
	return &conf.UnsetVar{Var: name}
}

func setMap(op conf.MapOp) func(*line, call) conf.Action {
	return func(l *line, c call) conf.Action {
		if !c.given || len(c.args) != 1 || c.args[0] == "" {
			e := conf.Bad(c.word.Pos, l.path, "missing the file's name")
			e.Want = []string{l.usage}
			l.add(e)
			return nil
		}
		a := &conf.SetMap{Op: op, File: c.args[0], Key: l.format("<key>")}
		if a.Key == nil {
			return nil
		}
		if op == conf.MapSet {
			if a.Value = l.format("<value>"); a.Value == nil {
				return nil
			}
		}
		return a
	}
}

func readCaptureAction(l *line, _ call) conf.Action {
	e := l.sample()
	if e == nil {
		return nil
	}
	a := &conf.CaptureSample{Expr: e, Slot: -1}
	ok := false
	switch {
	case l.took("len"):
		ok = l.int(&a.Len, 1, 65535)
	case l.took("id"):
		ok = l.int(&a.Slot, 0, 65535)
	default:
		l.operand("len <bytes> or id <slot>")
		if !l.fail {
			l.i--
			l.wrong(l.next(), "len <bytes>", "id <slot>")
		}
	}
	if !ok {
		return nil
	}
	return a
}

func readSetLogLevel(l *line, _ call) conf.Action {
	levels := append(slices.Clone(conf.LogLevels), "silent")
	i := l.word(levels...)
	if i < 0 {
		return nil
	}
	return &conf.SetLogLevel{Level: levels[i]}
}

func readDoLog(l *line, _ call) conf.Action {
	if l.more() && l.words[l.i].Text == "profile" {
		l.d.add(conf.NotDone(l.words[l.i].Pos, l.path, "profile", "the line is by the proxy's log-format"))
		return nil
	}
	return &conf.DoLog{}
}

func readSetNice(l *line, _ call) conf.Action {
	a := &conf.SetNice{}
	w, ok := l.operand("<number>")
	if !ok {
		return nil
	}
	n, err := strconv.Atoi(w.Text)
	if err != nil {
		l.wrong(w, "a number from -1024 to 1024")
		return nil
	}
	a.Nice = max(-1024, min(1024, n))
	return a
}

// constExpr is the expression int(n).
func constExpr(w Word, n uint64) *conf.Expr {
	return &conf.Expr{Pos: w.Pos, Fetch: conf.Call{Pos: w.Pos, Name: "int", Args: []string{strconv.FormatUint(n, 10)}}}
}

// number takes a number or, where it begins like none, an expression.
func (l *line) number() *conf.Expr {
	w, ok := l.operand("<number|expression>")
	if !ok {
		return nil
	}
	if n, err := strconv.ParseUint(w.Text, 0, 32); err == nil {
		return constExpr(w, n)
	}
	if c := w.Text[0]; c >= '0' && c <= '9' || c == '-' {
		l.wrong(w, "a number from 0 to 4294967295, or an expression")
		return nil
	}
	l.i--
	return l.sample()
}

func setSocket(name string) func(*line, call) conf.Action {
	return func(l *line, _ call) conf.Action {
		if e := l.number(); e != nil {
			return &conf.SetSocket{Name: name, Value: e}
		}
		return nil
	}
}

func setAddr(name string) func(*line, call) conf.Action {
	return func(l *line, _ call) conf.Action {
		if e := l.sample(); e != nil {
			return &conf.SetAddr{Name: name, Value: e}
		}
		return nil
	}
}

func setPriority(offset bool) func(*line, call) conf.Action {
	return func(l *line, _ call) conf.Action {
		if e := l.sample(); e != nil {
			return &conf.SetPriority{Offset: offset, Value: e}
		}
		return nil
	}
}

func readSetRetries(l *line, _ call) conf.Action {
	if e := l.number(); e != nil {
		return &conf.SetRetries{Value: e}
	}
	return nil
}

// timeOr takes a time or an expression.
func (l *line) timeOr() (*conf.Expr, time.Duration, bool) {
	w, ok := l.operand("<time|expression>")
	if !ok {
		return nil, 0, false
	}
	l.i--
	if w.Text[0] >= '0' && w.Text[0] <= '9' {
		var d time.Duration
		ok := l.duration(&d)
		return nil, d, ok
	}
	e := l.sample()
	return e, 0, e != nil
}

func readSetTimeout(l *line, _ call) conf.Action {
	i := l.word(conf.SettableTimeouts...)
	if i < 0 {
		return nil
	}
	a := &conf.SetTimeout{Name: conf.SettableTimeouts[i]}
	ok := false
	if a.Value, a.Const, ok = l.timeOr(); !ok {
		return nil
	}
	return a
}

func readPause(l *line, _ call) conf.Action {
	a := &conf.Pause{}
	ok := false
	if a.Value, a.Const, ok = l.timeOr(); !ok {
		return nil
	}
	return a
}

func readWaitForBody(l *line, _ call) conf.Action {
	a := &conf.WaitForBody{}
	given := false
	for !l.fail {
		switch {
		case l.took("time"):
			given = l.duration(&a.Time)
		case l.took("at-least"):
			l.size(&a.AtLeast, 0, maxInt)
		case !given:
			l.operand("time <time>")
			if !l.fail {
				l.i--
				l.wrong(l.next(), "time <time>")
			}
		default:
			return a
		}
	}
	return nil
}

func readStrictMode(l *line, _ call) conf.Action {
	i := l.word("on", "off")
	if i < 0 {
		return nil
	}
	return &conf.StrictMode{On: i == 0}
}

func readSilentDrop(l *line, _ call) conf.Action {
	a := &conf.SilentDrop{}
	if l.took("rst-ttl") && !l.int(&a.RstTTL, 1, 255) {
		return nil
	}
	return a
}

func readHeaderRule(h conf.Headers) func(*line, call) conf.Action {
	return func(l *line, _ call) conf.Action {
		if l.word("layer4") < 0 {
			return nil
		}
		return &conf.Expect{Header: h}
	}
}

func readSwitchMode(l *line, _ call) conf.Action {
	if l.word("http") < 0 {
		return nil
	}
	a := &conf.SwitchMode{Mode: conf.ModeHTTP}
	if l.took("proto") {
		protos := []string{"h1", "h2"}
		i := l.word(protos...)
		if i < 0 {
			return nil
		}
		a.Proto = protos[i]
	}
	return a
}

func readUseService(l *line, _ call) conf.Action {
	w, ok := l.operand("<service>")
	if !ok {
		return nil
	}
	if conf.InLua(w.Text) {
		l.add(conf.NotDone(w.Pos, l.path, w.Text, ""))
		return nil
	}
	return &conf.UseService{Name: w.Text}
}
