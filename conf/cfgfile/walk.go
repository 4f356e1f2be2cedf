package cfgfile

import (
	"strings"

	"weir/conf"
)

// Step is one line of a configuration that Walk goes through.
type Step struct {
	Statement
	Text string   // the line as it stands in the file
	Vars []string // the variables that were put in, each NAME=VALUE
	Kind StepKind
	// Taken says of a directive whether the lines after it are read.
	Taken   bool
	Section *Section // that the line begins or belongs to; nil before the first
	Keyword string   // of a line of a section: "option httplog", "server", "http-request"
	Status  Status   // of the keyword
	Why     string
	Inert   []string // its arguments that change nothing, each "NAME: why"
	// Drafts have read this line; Before is what they were without it.
	Drafts, Before conf.Drafts
}

// StepKind is what kind of line a Step is.
type StepKind uint8

const (
	StepBlank     StepKind = iota // empty, or a comment alone
	StepDirective                 // .if and its kin, .notice and its kin
	StepLeftOut                   // a line that an .if leaves out
	StepSection                   // begins a section
	StepLine                      // a line of a section
)

// Section is one section of the file.
type Section struct {
	Kind string // "global", "defaults", "frontend", ...
	Name string // "" = none
	From string // the defaults section that it names, "" = none
	// Own is what its lines say, without the defaults section that it begins with; of a global section, what those before it say too. It
	// is complete when the next section begins.
	Own conf.Draft
}

// Walk reads sources as ParseSources does, without validating what they say, and shows every line when it has been read. It is for
// programs that rewrite a configuration that is known to be good.
func Walk(sources []Source, visit func(*Step)) {
	d := newDecoder(sources)
	d.walk = &walker{d: d, visit: visit}
	for _, src := range sources {
		d.file(src)
	}
	d.leave()
}

// walker is what Walk keeps beside the decoder.
type walker struct {
	d       *decoder
	visit   func(*Step)
	section *Section
	// draft reads a line of the current section into a draft of it; own is the section that Own is read into.
	draft func([]Word, *conf.Draft)
	fresh func() conf.Draft
	// real is the template of the servers of the section itself, and template is what it was before the line.
	real     *section
	template conf.Server
	done     func()
	// global is what the global sections say, so far.
	global *conf.Global
	// Of the line being read.
	row    *row
	table  *table
	action *actionRow // of a rule
	inert  []string
}

// line reads one line and shows it.
func (w *walker) line(text string, pos conf.Pos) {
	st := &Step{Text: text}
	l := lex(text, pos, w.d.env)
	st.Pos, st.Words, st.Comment, st.Vars = pos, l.out, l.comment(), l.vars
	if len(st.Words) > 0 {
		st.Pos = st.Words[0].Pos
	}
	st.Kind = w.kind(st.Words)
	w.row, w.table, w.action, w.inert = nil, nil, nil, nil
	if w.real != nil {
		w.template = *w.real.tmpl
	}
	w.d.text(text, pos)
	st.Taken = w.d.reading()
	st.Section = w.section
	if st.Kind == StepLine {
		w.keyword(st)
		w.drafts(st)
	}
	w.visit(st)
}

func (w *walker) kind(words []Word) StepKind {
	switch {
	case len(words) == 0 || len(words) == 1 && words[0].Text == "":
		return StepBlank
	case strings.HasPrefix(words[0].Text, "."):
		return StepDirective
	case !w.d.reading():
		return StepLeftOut
	case isSection(words[0].Text):
		return StepSection
	}
	return StepLine
}

// keyword says what the line's keyword was.
func (w *walker) keyword(st *Step) {
	st.Inert = w.inert
	if w.row != nil {
		st.Keyword = strings.TrimSpace(prefixOf(w.table) + w.row.name)
		st.Status, st.Why = w.row.status, w.row.why
	}
	if w.action != nil {
		st.Status, st.Why = w.action.status, w.action.why
	}
}

// drafts reads the line into the section's own draft and into drafts of its own.
func (w *walker) drafts(st *Step) {
	if w.draft == nil {
		return
	}
	muted, later := w.d.muted, w.d.later
	w.d.muted = true
	w.draft(st.Words, &w.section.Own)
	for i := range st.Drafts {
		st.Drafts[i], st.Before[i] = w.fresh(), w.fresh()
		mark(&st.Drafts[i], i)
		mark(&st.Before[i], i)
		if i == len(st.Drafts)-1 && w.real != nil {
			*st.Drafts[i].Server, *st.Before[i].Server = w.template, w.template
		}
		w.draft(st.Words, &st.Drafts[i])
	}
	w.d.muted, w.d.later = muted, later
}

// enter notes that a section has begun.
func (w *walker) enter(l *line) {
	if w == nil {
		return
	}
	w.section = &Section{Kind: l.words[0].Text}
	w.draft, w.fresh, w.done, w.real = nil, nil, nil, nil
	for i := 1; i < len(l.words); i++ {
		switch {
		case l.words[i].Text == "from" && i+1 < len(l.words):
			w.section.From = l.words[i+1].Text
			return
		case i == 1:
			w.section.Name = l.words[i].Text
		}
	}
}

// drafting says how drafts of the section are made and how a line is read into one.
func (w *walker) drafting(fresh func() conf.Draft, draft func([]Word, *conf.Draft)) {
	if w == nil {
		return
	}
	w.fresh, w.draft = fresh, draft
	w.section.Own = fresh()
	if g := &w.section.Own.Global; *g != nil { // several global sections are one: what one says may add to what another said
		if w.global == nil {
			w.global = *g
		}
		*g = w.global
	}
}

// proxy is drafting for a section with proxy lines.
func (w *walker) proxy(like *section, kind conf.Kind) {
	var own *section // goes on from line to line
	w.drafting(func() conf.Draft {
		return conf.Draft{Proxy: conf.NewProxy(conf.Pos{}, kind, like.Name), Server: conf.NewServer(conf.Pos{}, "")}
	}, func(words []Word, dr *conf.Draft) {
		s := own
		if s == nil || s.Proxy != dr.Proxy {
			s = w.d.newSection(dr.Proxy, like.in, like.title)
			s.tmpl = dr.Server
		}
		w.d.proxyLine(s, words)
	})
	if w != nil {
		w.real = like
		own = w.d.newSection(w.section.Own.Proxy, like.in, like.title)
		own.tmpl = w.section.Own.Server
		w.done = own.finish
	}
}

// leave completes the section.
func (w *walker) leave() {
	if w != nil && w.done != nil {
		w.done()
		w.done = nil
	}
}

// found notes the row of the line's keyword; of several the last is the most exact.
func (w *walker) found(r *row, t *table) {
	if w != nil && !w.d.muted {
		w.row, w.table = r, t
	}
}

// ruled notes the action of a rule.
func (w *walker) ruled(a *actionRow) {
	if w != nil && !w.d.muted {
		w.action = a
	}
}

// argument notes an argument of a bind, server or stats socket line.
func (w *walker) argument(r *row) {
	if w != nil && !w.d.muted && r.status == Inert {
		w.inert = append(w.inert, r.name+": "+r.why)
	}
}
