package hclfile

import (
	"bytes"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"weir/conf"
)

// part is a stretch of a file that is parsed by itself: the whole file, or, where the parser cannot make out all of it, one section.
type part struct {
	src      *source
	from, to int
	section  int              // where the section begins that it is, if it is not the whole file
	alone    bool             // it is one section among others
	body     *hclsyntax.Body  // nil = nothing could be made of it
	whole    bool             // nothing is missing in body
	lost     conf.Pos         // of a string that is not closed: what comes behind it means nothing
	diags    conf.Diagnostics // what the parser says
}

// parse returns the parts of the file. One that is not whole is parsed section by section: a brace or a quote that is missing in one of
// them changes what all that comes behind it means, and the sections are told apart by how they are written.
func (s *source) parse() []*part {
	all := s.parsePart(&part{src: s, to: len(s.text)})
	starts := s.sectionStarts()
	if all.whole || len(starts) < 2 || len(s.text) > maxFile {
		return []*part{all}
	}
	s.inserted = nil
	var parts []*part
	from := 0
	for i, at := range starts {
		to := len(s.text)
		if i+1 < len(starts) {
			to = starts[i+1]
		}
		parts = append(parts, s.parsePart(&part{src: s, from: from, to: to, section: at, alone: true}))
		from = to
	}
	return parts
}

// sectionStarts is where the lines begin that begin with the keyword of a section. None where there may be text that only looks like it.
func (s *source) sectionStarts() (at []int) {
	if bytes.Contains(s.text, []byte("<<")) {
		return nil
	}
	for _, line := range s.lines {
		if keywordAt(s.text[line:]) != "" {
			at = append(at, line)
		}
	}
	return at
}

// keywordAt is the keyword of the section that text begins with, or "".
func keywordAt(text []byte) string {
	n := bytes.IndexFunc(text, func(r rune) bool { return (r < 'a' || r > 'z') && r != '_' })
	if n <= 0 || !isSection(string(text[:n])) || bytes.HasPrefix(bytes.TrimLeft(text[n:], " \t"), []byte("=")) {
		return ""
	}
	return string(text[:n])
}

// has reports whether a place is in the part.
func (p *part) has(pos conf.Pos) bool {
	return pos.File == p.src.name && p.src.pos(p.from).Compare(pos) <= 0 && (p.to == len(p.src.text) || pos.Compare(p.src.pos(p.to)) < 0)
}

// standsAlone reports whether the part is one section that no other is made of.
func (p *part) standsAlone() bool {
	return p.alone && ownBlock(keywordAt(p.src.text[p.section:]))
}

// ownBlock reports whether nothing else is made of a section: what is missing in it is missing nowhere else, but for its name.
func ownBlock(keyword string) bool {
	return slices.Contains([]string{"frontend", "backend", "listen"}, keyword)
}

// dropLost takes out what was found behind a string that is not closed: text was read for blocks there, and blocks for text.
func (d *decoder) dropLost(parts []*part) {
	lost := func(e *conf.Error) bool {
		return slices.ContainsFunc(parts, func(p *part) bool { return p.lost.Line > 0 && p.has(e.Pos) && p.lost.Compare(e.Pos) < 0 })
	}
	d.diags.Errors = slices.DeleteFunc(d.diags.Errors, lost)
	d.diags.Warnings = slices.DeleteFunc(d.diags.Warnings, lost)
}

// unread tells of the sections that the parser has found errors in: what it could make of them is not all there is.
type unread struct {
	sections map[conf.Pos]bool // by where they begin
	text     []string          // in which names may stand that other sections use
}

// unread returns them. ok reports whether nothing else is missing: an error in what sections are made of, or between them where they
// could not be told apart, may hide anything.
func (d *decoder) unread(parts []*part) (u unread, ok bool) {
	u.sections = map[conf.Pos]bool{}
	for _, p := range parts {
		if p.whole {
			continue
		}
		u.text = append(u.text, string(p.src.text[p.from:p.to]))
		if p.standsAlone() {
			u.sections[p.src.pos(p.section)] = true
			continue
		}
		if p.body == nil || p.alone {
			return u, false
		}
		for _, e := range p.diags.Errors {
			b := d.around(p.body, e.Pos)
			if b == nil || !ownBlock(b.Type) {
				return u, false
			}
			u.sections[d.pos(b.TypeRange)] = true
		}
	}
	return u, true
}

// partly has Validate tell what does not depend on the sections that could not be read.
func (u *unread) partly() conf.Option {
	return conf.Partly(func(p *conf.Proxy) bool { return !u.sections[p.Pos] }, func(name string) bool {
		return slices.ContainsFunc(u.text, func(text string) bool { return strings.Contains(text, name) })
	})
}

// around is the block of a body that a place is in, or nil.
func (d *decoder) around(body *hclsyntax.Body, pos conf.Pos) *hclsyntax.Block {
	for _, b := range body.Blocks {
		s := d.sources[b.TypeRange.Filename]
		end := s.pos(s.offset(b.CloseBraceRange.End.Byte))
		if start := d.pos(b.TypeRange); start.Compare(pos) <= 0 && pos.Compare(end) < 0 {
			return b
		}
	}
	return nil
}
