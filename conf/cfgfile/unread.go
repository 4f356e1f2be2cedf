package cfgfile

import (
	"slices"
	"strings"

	"weir/conf"
)

// unread tells of the sections in which a line could not be cut into words: what is known of them is not all there is.
type unread struct {
	sections map[conf.Pos]bool // by where they begin
	text     []string          // the lines, in which names may stand that other sections use
}

// missed notes a line that could not be cut. What is missing in a frontend, backend or listen section is missing nowhere else, but for the names
// in it; of anything else it may be more.
func (d *decoder) missed(text string) {
	first, _, _ := strings.Cut(strings.TrimLeft(text, " \t"), " ")
	if isSection(first) && d.reading() { // what follows is not the last section's
		d.leave()
		d.read = func([]Word) {}
	}
	if d.open == nil || strings.HasPrefix(first, ".") {
		d.broken = true
		return
	}
	if d.unread.sections == nil {
		d.unread.sections = map[conf.Pos]bool{}
	}
	d.unread.sections[d.open.Pos] = true
	d.unread.text = append(d.unread.text, text)
}

// partly has Validate tell what does not depend on those lines.
func (u *unread) partly() conf.Option {
	return conf.Partly(func(p *conf.Proxy) bool { return !u.sections[p.Pos] }, func(name string) bool {
		return slices.ContainsFunc(u.text, func(line string) bool { return strings.Contains(line, name) })
	})
}
