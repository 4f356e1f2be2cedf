package hclfile

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"weir/conf"
)

// readErrorFiles reads { "503" = "errors/503.http" }.
func readErrorFiles(d *decoder, s *section, a *attr) {
	d.pages(a, func(status int, e entry, name string) {
		s.PutErrorFile(status, &conf.ErrorFile{Pos: e.keyPos, Path: name})
	})
}

// pages reads an object of statuses that may have an error page.
func (d *decoder) pages(a *attr, put func(status int, e entry, text string)) {
	for _, e := range d.object(a.expr, a.path) {
		text, ok := d.constString(e.val, a.path)
		if !ok {
			continue
		}
		status := statusOf(e.key)
		if status == 0 {
			d.add(conf.BadValue(e.keyPos, a.path, e.key, conf.Statuses(conf.ErrorFileStatuses)...))
			continue
		}
		put(status, e, text)
	}
}

// statusOf returns a status that may have an error page, or 0.
func statusOf(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || !slices.Contains(conf.ErrorFileStatuses, n) {
		return 0
	}
	return n
}

// pagesText writes an object by status.
func pagesText[T any](pages map[int]T, text func(T) string) string {
	var pairs []string
	for _, n := range conf.ErrorFileStatuses {
		if p, ok := pages[n]; ok {
			if s := text(p); s != "" {
				pairs = append(pairs, fmt.Sprintf("%q = %s", strconv.Itoa(n), s))
			}
		}
	}
	return objectText(pairs)
}

func textErrorFiles(s *section) string {
	return pagesText(s.ErrorFiles, func(f *conf.ErrorFile) string { return quote(f.Path) })
}

// errorLocReader reads { "503" = "/sorry.html" }: a redirect in place of the page.
func errorLocReader(code int) func(*decoder, *section, *attr) {
	return func(d *decoder, s *section, a *attr) {
		d.pages(a, func(status int, e entry, to string) {
			s.PutErrorReply(status, &conf.ErrorReply{Pos: e.keyPos, Location: to, Reply: conf.Reply{Status: code}})
		})
	}
}

func errorLocText(code int) func(*section) string {
	return func(s *section) string {
		return pagesText(s.ErrorReplies, func(r *conf.ErrorReply) string {
			if r.Location == "" || r.Status != code {
				return ""
			}
			return quote(r.Location)
		})
	}
}

var httpErrorGrammar = grammar[conf.ErrorReply]{context: "return", rows: replyRows(func(r *conf.ErrorReply) *conf.Reply { return &r.Reply })}

// readHTTPError reads an error page that is written in the configuration.
func readHTTPError(d *decoder, s *section, b *block, _ where) {
	status := statusOf(b.label())
	if status == 0 {
		d.add(conf.BadValue(b.labelPos[0], b.path, b.label(), conf.Statuses(conf.ErrorFileStatuses)...))
	}
	r := &conf.ErrorReply{Pos: b.pos, Reply: conf.Reply{Status: status}}
	before := d.failures
	read(d, &httpErrorGrammar, r, b.body, b.path, 0)
	if status != 0 && d.failures == before {
		s.PutErrorReply(status, r)
	}
}

// useErrors is an errorfiles block being read.
type useErrors struct {
	statuses []string
}

var useErrorsGrammar = grammar[useErrors]{context: "errorfiles", rows: []row[useErrors]{
	{info: info{name: "status", typ: tList, enum: conf.Statuses(conf.ErrorFileStatuses), doc: "the statuses whose pages are taken; where not given, all that it has"},
		at: func(u *useErrors) any { return &u.statuses }},
}}

// readUseErrors reads errorfiles "NAME" { }: the pages of an http_errors section.
func readUseErrors(d *decoder, s *section, b *block, _ where) {
	u := &useErrors{}
	read(d, &useErrorsGrammar, u, b.body, b.path, 0)
	from := d.httpErrors[b.label()]
	if from == nil {
		d.add(conf.Unknown(b.labelPos[0], b.path, "http_errors", b.label(), sortedKeys(d.httpErrors)))
		return
	}
	for _, status := range conf.ErrorFileStatuses {
		if f := from.Files[status]; f != nil && (u.statuses == nil || slices.Contains(u.statuses, strconv.Itoa(status))) {
			s.PutErrorFile(status, &conf.ErrorFile{Pos: f.Pos, Path: f.Path})
		}
	}
}

var httpErrorsGrammar = grammar[conf.HTTPErrors]{context: "http_errors", rows: []row[conf.HTTPErrors]{
	{info: info{name: "errorfile", typ: tMap, doc: `error pages: a raw HTTP response for a status, as in { "503" = "errors/503.http" }`},
		read: func(d *decoder, h *conf.HTTPErrors, a *attr) {
			d.pages(a, func(status int, e entry, name string) { h.Files[status] = &conf.ErrorFile{Pos: e.keyPos, Path: name} })
		},
		text: func(h *conf.HTTPErrors) string {
			return pagesText(h.Files, func(f *conf.ErrorFile) string { return quote(f.Path) })
		}},
}}

// readHTTPErrors reads an http_errors section, before the sections that use its pages.
func (d *decoder) readHTTPErrors(hb *hclsyntax.Block) {
	b := d.block(hb, "")
	h := &conf.HTTPErrors{Pos: b.pos, Name: b.label(), Files: map[int]*conf.ErrorFile{}}
	read(d, &httpErrorsGrammar, h, b.body, b.path, 0)
	if first := d.httpErrors[h.Name]; first != nil {
		d.add(conf.Conflict(b.pos, "", b.path, first.Pos))
		return
	}
	d.httpErrors[h.Name] = h
	d.cfg.HTTPErrors = append(d.cfg.HTTPErrors, h)
}
