package cfgfile

import (
	"slices"
	"strconv"

	"weir/conf"
)

// errorStatus takes a status that may have a page of its own.
func (l *line) errorStatus() (int, Word, bool) {
	w, ok := l.arg("<status>")
	if !ok {
		return 0, w, false
	}
	n, err := strconv.Atoi(w.Text)
	if err != nil || !slices.Contains(conf.ErrorFileStatuses, n) {
		l.wrong(w, conf.Statuses(conf.ErrorFileStatuses)...)
		return 0, w, false
	}
	return n, w, true
}

func readErrorFile(l *line) {
	n, _, ok := l.errorStatus()
	if !ok {
		return
	}
	if w, ok := l.arg("<file>"); ok {
		l.sec.PutErrorFile(n, &conf.ErrorFile{Pos: w.Pos, Path: w.Text})
	}
}

// errorFilesLine is an errorfiles line, which can be followed only when every http-errors section has been read.
type errorFilesLine struct {
	sec   *section
	name  Word
	path  string
	codes []int
	// from is what the section had when the line was read: a page that a later line has put is not replaced.
	before map[int]any
}

func readErrorFiles(l *line) {
	w, ok := l.arg("<http-errors>")
	if !ok {
		return
	}
	e := &errorFilesLine{sec: l.sec, name: w, path: l.path, before: map[int]any{}}
	for l.more() {
		n, _, ok := l.errorStatus()
		if !ok {
			return
		}
		e.codes = append(e.codes, n)
	}
	if e.codes == nil {
		e.codes = conf.ErrorFileStatuses
	}
	for _, n := range e.codes {
		e.before[n] = l.sec.page(n)
	}
	if l.in&inDefaults == 0 || !l.d.muted {
		l.d.later = append(l.d.later, e)
	}
}

// page is what the section answers with for a status: a *conf.ErrorFile, a *conf.ErrorReply or nil.
func (s *section) page(status int) any {
	if f := s.ErrorFiles[status]; f != nil {
		return f
	}
	if r := s.ErrorReplies[status]; r != nil {
		return r
	}
	return nil
}

// follow puts the pages of the http-errors sections into those that name them.
func (d *decoder) follow() {
	for _, e := range d.later {
		h := d.httpErrors(e.name.Text)
		if h == nil {
			var known []string
			for _, h := range d.cfg.HTTPErrors {
				known = append(known, h.Name)
			}
			d.add(conf.Unknown(e.name.Pos, e.path, "http-errors section", e.name.Text, known))
			continue
		}
		for _, n := range e.codes {
			if f := h.Files[n]; f != nil && e.sec.page(n) == e.before[n] {
				own := *f
				e.sec.PutErrorFile(n, &own)
			}
		}
	}
}

func (d *decoder) httpErrors(name string) *conf.HTTPErrors {
	for _, h := range d.cfg.HTTPErrors {
		if h.Name == name {
			return h
		}
	}
	return nil
}

func errorLocReader(code int) func(*line) {
	return func(l *line) {
		n, _, ok := l.errorStatus()
		if !ok {
			return
		}
		if w, ok := l.arg("<url>"); ok {
			l.sec.PutErrorReply(n, &conf.ErrorReply{Pos: w.Pos, Location: w.Text, Reply: conf.Reply{Status: code}})
		}
	}
}

func readHTTPError(l *line) {
	n, w, ok := l.errorStatus()
	if !ok {
		return
	}
	r := &conf.ErrorReply{Pos: w.Pos}
	if l.reply(&r.Reply) {
		r.Status = n
		l.sec.PutErrorReply(n, r)
	}
	l.finish()
}

// enterHTTPErrors begins an http-errors section.
func (d *decoder) enterHTTPErrors(l *line) {
	w, ok := l.sectionName()
	if !ok {
		return
	}
	h := &conf.HTTPErrors{Pos: l.key.Pos, Name: w.Text, Files: map[int]*conf.ErrorFile{}}
	title := `http-errors "` + w.Text + `"`
	if first := d.httpErrors(w.Text); first != nil {
		d.add(conf.Conflict(w.Pos, "", title, first.Pos))
	}
	d.cfg.HTTPErrors = append(d.cfg.HTTPErrors, h)
	d.walk.drafting(func() conf.Draft {
		return conf.Draft{Errors: &conf.HTTPErrors{Name: w.Text, Files: map[int]*conf.ErrorFile{}}}
	}, func(words []Word, dr *conf.Draft) {
		was := h
		h = dr.Errors
		d.read(words)
		h = was
	})
	d.read = func(words []Word) {
		in := &line{d: d, words: words, path: title, in: inHTTPErrors}
		d.pages = h
		d.prefixed(in, &httpErrorsTable)
	}
}

var httpErrorsTable = table{context: "http-errors", in: inHTTPErrors, rows: []row{
	{name: "errorfile", in: inHTTPErrors, args: "<status> <file>", doc: "the response for a status, in a file", read: func(l *line) {
		n, _, ok := l.errorStatus()
		if !ok {
			return
		}
		if w, ok := l.arg("<file>"); ok {
			l.d.pages.Files[n] = &conf.ErrorFile{Pos: w.Pos, Path: w.Text}
		}
	}},
}}
