package cfgfile

import (
	"strconv"
	"strings"

	"weir/conf"
)

// sectionType is one row of the table of sections.
type sectionType struct {
	name   string
	args   string
	doc    string
	status Status
	why    string
	enter  func(*decoder, *line)
}

var sectionRows []*sectionType

func init() {
	sectionRows = []*sectionType{
		{name: "global", doc: "settings of the process", enter: (*decoder).enterGlobal},
		{name: "defaults", args: "[<name>] [from <defaults>]", doc: "what the sections after it begin with, or those that name it", enter: (*decoder).enterDefaults},
		{name: "frontend", args: "<name> [from <defaults>]", doc: "the client side: where to listen, and what to do with requests",
			enter: func(d *decoder, l *line) { d.enterProxy(l, conf.Frontend) }},
		{name: "backend", args: "<name> [from <defaults>]", doc: "the server side: servers, balancing, health checks",
			enter: func(d *decoder, l *line) { d.enterProxy(l, conf.Backend) }},
		{name: "listen", args: "<name> [from <defaults>]", doc: "a frontend and a backend in one",
			enter: func(d *decoder, l *line) { d.enterProxy(l, conf.Listen) }},
		{name: "userlist", args: "<name>", doc: "users and groups for http_auth", enter: (*decoder).enterUserlist},
		{name: "http-errors", args: "<name>", doc: "error pages that others name", enter: (*decoder).enterHTTPErrors},
		{name: "crt-store", args: "[<name>]", doc: "certificates with names", enter: (*decoder).enterCrtStore},
		{name: "acme", args: "<name>", doc: "an authority that certificates are ordered from", enter: (*decoder).enterACME},
		{name: "mailers", args: "<name>", doc: "mail servers that alerts are sent through", enter: (*decoder).enterMailers},
	}
	for _, name := range []string{"cache", "dynamic-update", "fcgi-app", "log-forward", "log-profile", "peers", "program",
		"resolvers", "ring", "traces"} {
		sectionRows = append(sectionRows, &sectionType{name: name, status: NotDone, enter: (*decoder).enterNotDone})
	}
}

func sectionRow(name string) *sectionType {
	for _, s := range sectionRows {
		if s.name == name {
			return s
		}
	}
	return nil
}

func isSection(name string) bool { return sectionRow(name) != nil }

func sectionNames() []string {
	var out []string
	for _, s := range sectionRows {
		if s.status == Done {
			out = append(out, s.name)
		}
	}
	return out
}

// enter begins a section.
func (d *decoder) enter(s *sectionType, words []Word) {
	d.read = func([]Word) {}
	l := &line{d: d, words: words, i: 1, key: words[0], path: s.name, usage: strings.TrimSpace(s.name + " " + s.args)}
	d.walk.enter(l)
	s.enter(d, l)
	l.finish()
}

// enterNotDone reports a section that is known by name; its lines are passed over.
func (d *decoder) enterNotDone(l *line) {
	d.add(conf.NotDone(l.key.Pos, "", l.path, ""))
	l.skip()
}

// section is a frontend, backend, listen or defaults section being read.
type section struct {
	*conf.Proxy
	in    where
	title string
	tmpl  *conf.Server    // what servers begin with: the default-server lines so far
	acls  map[string]bool // names defined here
	names map[string]conf.Pos
	// Of the health checks: whether the steps so far are a defaults section's, and the comment that waits for a step.
	tcpChecksOld, httpChecksOld bool
	statsOld                    bool // what there is of a statistics page is a defaults section's
	applying                    bool // the lines are a defaults section's
	checkComment                string
}

// name takes a section's name.
func (l *line) sectionName() (Word, bool) {
	w, ok := l.arg("<name>")
	if !ok {
		return w, false
	}
	l.checkName(w)
	return w, true
}

// checkName reports a name that cannot be one. What has it is read all the same: others may refer to it.
func (l *line) checkName(w Word) {
	if want, at := conf.CheckName(w.Text); want != "" {
		l.d.add(conf.BadValue(w.At(at), l.path, w.Text, want))
	}
}

// enterDefaults begins a defaults section. It is read once for its errors, as a section that has both sides.
func (d *decoder) enterDefaults(l *line) {
	df := &defaults{pos: l.key.Pos}
	title := "defaults"
	in := inDefaults | inUnnamed
	if w := l.peek(); w != "" && w != "from" {
		w := l.next() // any name, unless a section asks for it: as in HAProxy
		df.name, in = w.Text, inDefaults
		title += " " + strconv.Quote(w.Text)
		if first := d.named[df.name]; first != nil {
			d.warn(conf.Conflict(w.Pos, "", title, first.pos))
			df.twin = first.pos
		}
	}
	l.path = title
	if df.from = d.from(l); df.from != nil && df.from.rules {
		l.bad(l.key, "the defaults section %q (%s) has rules, which no other can begin with", df.from.name, df.from.pos)
		df.from = nil
	}
	if df.from != nil {
		df.depth = df.from.depth + 1
		if df.depth > maxNest {
			l.bad(l.key, "more than %d defaults sections build on each other", maxNest)
			df.from = nil
		}
	}
	if df.name != "" { // not before: it cannot begin with itself
		d.named[df.name] = df
	}
	d.current = df
	s := d.newSection(conf.NewProxy(df.pos, conf.Listen, df.name), in, title)
	d.walk.proxy(s, conf.Listen)
	d.read = func(words []Word) {
		df.lines = append(df.lines, words)
		d.proxyLine(s, words)
	}
	d.done = func() { df.note(s.Proxy) }
}

// from reads "from NAME".
func (d *decoder) from(l *line) *defaults {
	if !l.took("from") {
		return nil
	}
	w, ok := l.arg("<defaults>")
	if !ok {
		return nil
	}
	l.checkName(w)
	df := d.named[w.Text]
	if df == nil {
		d.add(conf.Unknown(w.Pos, join(l.path, "from"), "defaults", w.Text, keysOf(d.named)))
	} else if df.twin.Line > 0 {
		l.bad(w, "defaults %q is ambiguous: it is defined at %s and at %s", w.Text, df.twin, df.pos)
	}
	return df
}

func (d *decoder) newSection(p *conf.Proxy, in where, title string) *section {
	return &section{Proxy: p, in: in, title: title, tmpl: conf.NewServer(conf.Pos{}, ""), acls: map[string]bool{}, names: map[string]conf.Pos{}}
}

// enterProxy begins a frontend, backend or listen section.
func (d *decoder) enterProxy(l *line, kind conf.Kind) {
	w, ok := l.sectionName()
	if !ok {
		d.broken = true // it may be referred to
		return
	}
	p := conf.NewProxy(l.key.Pos, kind, w.Text)
	l.path = p.Title()
	in := where(0)
	if kind&conf.Frontend != 0 {
		in |= inFrontend
	}
	if kind&conf.Backend != 0 {
		in |= inBackend
	}
	s := d.newSection(p, in, p.Title())
	base := d.current
	if l.peek() == "from" {
		base = d.from(l)
	} else if l.more() && kind != conf.Backend && l.peek() != "" {
		e := conf.Bad(l.words[l.i].Pos, l.path, "an address in the line of the section")
		e.Fix = "write a bind line: bind " + l.peek()
		l.add(e)
	}
	if d.mayInherit(l, p, base) {
		d.apply(s, base)
	}
	s.inherit()
	d.cfg.Proxies = append(d.cfg.Proxies, p)
	d.open = p
	d.walk.proxy(s, kind)
	d.read = func(words []Word) { d.proxyLine(s, words) }
	d.done = s.finish
}

// apply reads the lines of a defaults section for another one.
func (d *decoder) apply(s *section, df *defaults) {
	if df == nil {
		return
	}
	d.apply(s, df.from)
	s.inherit()
	if d.applied += len(df.lines); d.applied > maxApplied {
		d.add(conf.Bad(df.pos, "defaults", "its lines are used in too many sections"))
		d.broken = true
		return
	}
	muted := d.muted
	d.muted, s.applying = true, true
	for _, words := range df.lines {
		d.proxyLine(s, words)
	}
	d.muted, s.applying = muted, false
}

// inherit notes that what has been read is a defaults section's.
func (s *section) inherit() {
	s.tcpChecksOld, s.httpChecksOld, s.checkComment, s.statsOld = true, true, "", true
}

// proxyLine reads one line of a section.
func (d *decoder) proxyLine(s *section, words []Word) {
	l := &line{d: d, sec: s, words: words, path: s.title, in: s.in}
	d.prefixed(l, &proxyTable)
}

// prefixed reads a line that may begin with "no" or "default".
func (d *decoder) prefixed(l *line, t *table) {
	switch l.words[0].Text {
	case "no":
		l.neg = true
	case "default":
		l.reset = true
	}
	if l.neg || l.reset {
		l.i = 1
	}
	l.dispatch(t)
}

// finish completes a section whose last line has been read.
func (s *section) finish() {
	s.mergeACLs()
}
