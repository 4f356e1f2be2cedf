package cfgfile

import (
	"slices"
	"strings"

	"weir/conf"
)

// Status is what Weir does with a keyword.
type Status uint8

const (
	Done    Status = iota // it is carried out
	Inert                 // it is accepted and changes nothing; Why says for what reason
	NotDone               // it is known by name, and using it is an error that says so
	Removed               // HAProxy itself does not have it any more; Why says what took its place
)

// String returns the status as one word.
func (s Status) String() string { return [...]string{"done", "inert", "not done", "removed"}[s] }

// where is a set of section types.
type where uint16

const (
	inGlobal where = 1 << iota
	inDefaults
	inFrontend
	inBackend
	inUserlist
	inHTTPErrors
	inCrtStore
	inACME
	inMailers
	inUnnamed    // marks an anonymous defaults section while it is read
	inAny        = inDefaults | inFrontend | inBackend
	forFrontends = inDefaults | inFrontend
	forBackends  = inDefaults | inBackend
	inListen     = inFrontend | inBackend
)

// sections lists what a set stands for.
func (w where) sections() []string {
	var out []string
	for _, s := range []struct {
		name string
		bits where
	}{{"global", inGlobal}, {"defaults", inDefaults}, {"frontend", inFrontend}, {"listen", inFrontend | inBackend}, {"backend", inBackend},
		{"userlist", inUserlist}, {"http-errors", inHTTPErrors}, {"crt-store", inCrtStore}, {"acme", inACME}, {"mailers", inMailers}} {
		if w&s.bits != 0 {
			out = append(out, s.name)
		}
	}
	return out
}

// row is one keyword of a table.
type row struct {
	name   string // its words
	in     where
	args   string // how its arguments are written
	doc    string
	status Status
	why    string // of every status but Done
	neg    bool   // may stand after "no" and "default"
	strict bool   // on the wrong side it is an error; else a warning, as in HAProxy
	named  bool   // in a defaults section it needs that this has a name
	read   func(*line)
	aside  func(*line) // what there is to it on the wrong side, where that is not an error; nil = nothing
}

// table is the keywords of one context.
type table struct {
	context string // what Keywords calls it
	in      where  // where its pending keywords stand
	rows    []row
	// pending are names that HAProxy has and no row does, each with the number of its arguments after a slash.
	pending string
	index   map[string]*row
	later   map[string]int // pending names with their numbers of arguments; -1 = the rest of the line
}

func (t *table) build() {
	t.index, t.later = map[string]*row{}, map[string]int{}
	for i := range t.rows {
		t.index[t.rows[i].name] = &t.rows[i]
	}
	for _, name := range strings.Fields(t.pending) {
		name, count, _ := strings.Cut(name, "/")
		n := -1
		if count != "" {
			n = int(count[0] - '0')
		}
		if t.index[name] == nil {
			t.later[name] = n
		}
	}
}

// usage is how the keyword is written.
func (r *row) usage() string {
	if strings.HasPrefix(r.args, "(") {
		return r.name + r.args
	}
	return strings.TrimSpace(r.name + " " + r.args)
}

// names returns the keywords that may stand there.
func (t *table) names(in where) []string {
	var out []string
	for i := range t.rows {
		if r := &t.rows[i]; (r.in == 0 || r.in&in != 0) && r.status != Removed {
			out = append(out, r.name)
		}
	}
	return out
}

// tables are all of them. They refer to functions that refer to them, hence init.
var tables []*table

func init() {
	addInertGlobals()
	addRemovedRules()
	addSource()
	addSockets()
	addBackends()
	addDispatch()
	addProcess()
	addProbes()
	addPersistence()
	optionTable.rows = append(optionTable.rows, checkOptions()...)
	addTLS()
	addACME()
	addAlerts()
	tables = []*table{&globalTable, &statsGlobalTable, &statsSocketTable, &proxyTable, &optionTable, &timeoutTable, &statsTable, &bindTable, &serverTable,
		&httpCheckTable, &tcpCheckTable, &userlistTable, &httpErrorsTable, &crtStoreTable, &acmeTable, &mailersTable}
	for _, list := range ruleLists {
		tables = append(tables, &list.table)
	}
	for _, t := range tables {
		t.build()
	}
}

// Keyword is one row of the inventory: a section, a keyword of a section, an action of a rule list, or an argument of a bind or
// server line.
type Keyword struct {
	Context  string   // "section", "proxy", "option", "http-request", "bind", ...
	Sections []string // where it may stand; nil = wherever its context may
	Name     string
	Usage    string
	Doc      string // "" of what is not done
	Status   Status
	Why      string
}

// Keywords lists everything that a configuration can say, by context and name: what is done, what is accepted without effect, and
// what is not done yet.
func Keywords() []Keyword {
	var list []Keyword
	for _, s := range sectionRows {
		list = append(list, Keyword{Context: "section", Name: s.name, Usage: strings.TrimSpace(s.name + " " + s.args), Doc: s.doc, Status: s.status, Why: s.why})
	}
	for _, t := range tables {
		for i := range t.rows {
			r := &t.rows[i]
			list = append(list, Keyword{t.context, r.in.sections(), r.name, r.usage(), r.doc, r.status, r.why})
		}
		for name := range t.later {
			list = append(list, Keyword{Context: t.context, Sections: t.in.sections(), Name: name, Usage: name, Status: NotDone})
		}
	}
	for _, o := range conf.CrtListOptions {
		k := Keyword{Context: "crt-list", Name: o.Name, Usage: o.Name, Doc: o.Doc, Why: o.Why}
		if o.Args > 0 {
			k.Usage += " <value>"
		}
		switch {
		case o.Doc == "":
			k.Status = NotDone
		case o.Why != "":
			k.Status = Inert
		}
		list = append(list, k)
	}
	slices.SortFunc(list, func(a, b Keyword) int {
		return strings.Compare(a.Context+"\x00"+a.Name, b.Context+"\x00"+b.Name)
	})
	return list
}

// dispatch reads the keyword that the line's next words make up.
func (l *line) dispatch(t *table) {
	r, w, n := t.find(l)
	if r == nil {
		l.unknown(t, w)
		return
	}
	l.i += n
	l.key = w
	l.d.walk.found(r, t)
	l.path = join(l.path, r.name)
	l.usage = strings.TrimSpace(prefixOf(t) + r.usage())
	if !l.allowed(r) {
		return
	}
	if (l.neg || l.reset) && !r.neg {
		l.bad(w, "cannot be negated or reset")
		return
	}
	r.read(l)
	l.finish()
	if r.status == NotDone && !l.fail {
		l.d.add(conf.NotDone(w.Pos, parent(l.path, r.name), strings.TrimSpace(prefixOf(t)+r.name), r.why))
	}
}

// prefixOf is what stands before the keywords of a table.
func prefixOf(t *table) string {
	switch t.context { // by name: the tables refer to this function
	case "global", "proxy", "bind", "server", "userlist", "http-errors", "mailers", "stats socket":
		return ""
	}
	return strings.TrimPrefix(t.context, "global ") + " "
}

// parent is the path without its last step.
func parent(path, step string) string {
	return strings.TrimSuffix(strings.TrimSuffix(path, step), ": ")
}

// find returns the row with the most words, its first word, and how many words it has.
func (t *table) find(l *line) (*row, Word, int) {
	if !l.more() {
		return nil, Word{}, 0
	}
	w := l.words[l.i]
	for n := min(3, len(l.words)-l.i); n > 0; n-- {
		parts := make([]string, n)
		for k := range parts {
			parts[k] = l.words[l.i+k].Text
		}
		if r := t.index[strings.Join(parts, " ")]; r != nil {
			return r, w, n
		}
	}
	return nil, w, 0
}

// unknown reports a keyword that no row has.
func (l *line) unknown(t *table, w Word) {
	if !l.more() {
		l.arg("a keyword")
		return
	}
	full := w.Text
	if l.i+1 < len(l.words) {
		full += " " + l.words[l.i+1].Text
	}
	first := firstWords(t, w.Text)
	for _, name := range []string{full, w.Text} {
		if _, ok := t.later[name]; ok && (name != w.Text || first == nil) {
			l.add(conf.NotDone(w.Pos, l.path, prefixOf(t)+name, ""))
			return
		}
	}
	if first != nil {
		l.unknownSecond(w, first)
		return
	}
	known := append(t.names(l.in), keysOf(t.later)...)
	if l.isLineStart() && l.misspeltSection(w, known) {
		return
	}
	kind := "keyword"
	if t == &optionTable || t == &timeoutTable {
		kind = t.context
	}
	l.add(conf.Unknown(w.Pos, l.path, kind, w.Text, known))
}

// unknownSecond reports what comes after the first word of keywords that have several.
func (l *line) unknownSecond(w Word, second []string) {
	l.path = join(l.path, w.Text)
	if l.i+1 == len(l.words) {
		l.i++
		l.usage = ""
		l.arg(orWords(second))
		return
	}
	got := l.words[l.i+1]
	if n := strings.Count(second[0], " "); n > 0 && l.i+1+n < len(l.words) {
		for _, more := range l.words[l.i+2 : l.i+2+n] {
			got.Text += " " + more.Text
		}
	}
	l.wrong(got, second...)
}

// isLineStart reports whether the next word is the first of the line.
func (l *line) isLineStart() bool { return l.i == 0 }

// misspeltSection reports a line that is more likely the beginning of a section than a keyword, and goes on as if it were spelt
// right: what others refer to is then there, and what stands in it is told too.
func (l *line) misspeltSection(w Word, known []string) bool {
	sections := sectionNames()
	meant := conf.Nearest(w.Text, append(known, sections...))
	if l.d.muted || !contains(sections, meant) {
		return false
	}
	l.add(conf.Unknown(w.Pos, l.path, "keyword", w.Text, sections))
	l.skip()
	l.d.enterMisspelt(meant, l.words)
	return true
}

// firstWords returns the second words of the keywords that begin with a word.
func firstWords(t *table, word string) []string {
	var out []string
	for i := range t.rows {
		if rest, ok := strings.CutPrefix(t.rows[i].name, word+" "); ok {
			out = append(out, rest)
		}
	}
	return out
}

func keysOf[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// allowed reports whether the keyword may stand in this section. What a defaults section says for the other side is left out
// when it is applied.
func (l *line) allowed(r *row) bool {
	if r.status == Removed {
		e := conf.Bad(l.key.Pos, l.path, "HAProxy does not have it any more")
		e.Fix = r.why
		l.add(e)
		return false
	}
	if r.named && l.in&inUnnamed != 0 {
		l.bad(l.key, "only a defaults section with a name may have it")
		return false
	}
	if r.in == 0 || r.in&l.in != 0 {
		return true
	}
	e := conf.Bad(l.key.Pos, l.path, "has no meaning here; it belongs into %s", orWords(r.in.sections()))
	if r.strict || l.in&inAny == 0 || l.in&inDefaults != 0 {
		l.add(e)
		return false
	}
	l.d.warn(e)
	if r.aside != nil {
		r.aside(l)
		return false
	}
	l.skip()
	return false
}

func orWords(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	n := len(words)
	return strings.Join(words[:n-1], ", ") + " or " + words[n-1]
}

func join(path, step string) string {
	if path == "" {
		return step
	}
	return path + ": " + step
}

func contains(list []string, s string) bool { return slices.Contains(list, s) }
