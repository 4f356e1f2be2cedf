package convert

import (
	"slices"

	"weir/conf"
	"weir/conf/cfgfile"
	"weir/conf/hclfile"
)

// section is a section being written.
type section struct {
	*cfgfile.Section
	cfg      *conf.Config
	node     *hclfile.Node
	head     []*hclfile.Node
	entries  []*entry
	tail     []*hclfile.Node
	indented bool
	// Of finish: which entry has the piece of a key, and the blocks that attributes are gathered in.
	owner  map[string]*entry
	blocks map[string]*hclfile.Node
	names  map[string]bool
}

// entry is one line with what is written for it.
type entry struct {
	pieces []*hclfile.Piece
	nodes  []*hclfile.Node // remarks before it that stand alone
	above  []string
	blank  bool
	beside string
	text   string
	more   []string // comments of other lines that became part of it
}

func (s *section) add(e *entry) { s.entries = append(s.entries, e) }

// has reports whether the section has an attribute.
func (s *section) has(name string) bool { return s.names[name] }

// pieces returns what a line says.
func (s *section) pieces(st *cfgfile.Step) []*hclfile.Piece {
	if st.Keyword == "errorfiles" && len(st.Words) > 1 {
		return s.errorFiles(st)
	}
	if st.Drafts[0] == (conf.Draft{}) {
		return nil
	}
	return hclfile.Pieces(st.Keyword, st.Drafts, st.Before)
}

// errorFiles takes the pages that another section has, and takes away those that the lines before it gave: the last one counts.
func (s *section) errorFiles(st *cfgfile.Step) []*hclfile.Piece {
	words := make([]string, 0, len(st.Words))
	for _, w := range st.Words[2:] {
		words = append(words, w.Text)
	}
	codes := hclfile.Statuses(words)
	for _, h := range s.cfg.HTTPErrors {
		if h.Name != st.Words[1].Text {
			continue
		}
		for code := range h.Files {
			if codes == nil || slices.Contains(codes, code) {
				delete(s.Own.Proxy.ErrorFiles, code)
				delete(s.Own.Proxy.ErrorReplies, code)
			}
		}
	}
	return []*hclfile.Piece{hclfile.UseErrors(st.Words[1].Text, codes)}
}

// split returns how many of the remarks at the section's end belong to it: those that are indented as its lines are, or where these
// are not, those before the last empty line.
func (s *section) split(list []remark) int {
	last := 0
	for i, r := range list {
		switch {
		case r.inside && s.indented:
		case s.indented:
			return i
		case r.blank:
			last = i
		}
	}
	if s.indented {
		return len(list)
	}
	for i, r := range list {
		if r.inside {
			last = max(last, i+1)
		}
	}
	return last
}

// finish fills the section's block.
func (s *section) finish() {
	s.owner, s.blocks, s.names = map[string]*entry{}, map[string]*hclfile.Node{}, map[string]bool{}
	for _, e := range s.entries {
		s.settle(e)
	}
	s.node.Kids = s.head
	for _, e := range s.entries {
		s.write(e)
	}
	s.node.Kids = append(s.node.Kids, s.tail...)
}

// settle completes an entry's pieces and finds out which entry has the keys that may be there once.
func (s *section) settle(e *entry) {
	live := e.pieces[:0]
	for _, p := range e.pieces {
		if p.Settle(&s.Own) {
			live = append(live, p)
		}
	}
	e.pieces = live
	for _, p := range live {
		switch have := s.owner[p.Key]; {
		case p.Key == "":
		case have != nil && p.First:
			have.more = append(have.more, e.comments()...)
		case have != nil && p.Merge:
			e.more = append(append(have.more, have.comments()...), e.more...)
			s.owner[p.Key] = e
		default:
			s.owner[p.Key] = e
		}
	}
}

// comments are what stands above and beside.
func (e *entry) comments() []string {
	out := slices.Clone(e.above)
	if e.beside != "" {
		out = append(out, e.beside)
	}
	return out
}

// write puts an entry's pieces where they belong.
func (s *section) write(e *entry) {
	s.node.Kids = append(s.node.Kids, e.nodes...)
	var live []*hclfile.Piece
	merged := false
	for _, p := range e.pieces {
		if p.Key == "" || s.owner[p.Key] == e {
			live = append(live, p)
		} else {
			merged = merged || p.First || p.Merge
		}
	}
	if len(live) == 0 {
		s.dead(e, merged)
		return
	}
	for i, p := range live {
		s.put(e, p, i == 0)
	}
}

// dead keeps what is to be told of a line for which nothing is written.
func (s *section) dead(e *entry, merged bool) {
	if merged {
		return // its comments are with the line that has it
	}
	text := " " + e.text + ": undone by a line after it"
	if e.beside != "" {
		text += " #" + e.beside
	}
	s.node.Kids = append(s.node.Kids, &hclfile.Node{Above: append(e.above, sane(text)), Blank: e.blank})
}

// put adds a piece; the first of its entry takes the comments.
func (s *section) put(e *entry, p *hclfile.Piece, first bool) {
	n := p.Node
	above := []string(nil)
	if first {
		above, n.Beside = append(e.more, e.above...), e.beside
	}
	if p.Key == ".log.global" && s.owner[".log"] != nil {
		n.Value, n.Labels = "", []string{"global"}
	}
	s.names[n.Name] = true
	if p.In == "" {
		n.Above, n.Blank = above, e.blank && first
		s.node.Kids = append(s.node.Kids, n)
		return
	}
	box := s.blocks[p.In]
	if box == nil {
		box = hclfile.Block(p.In)
		box.Above, box.Blank = above, e.blank
		above = nil
		s.blocks[p.In] = box
		s.node.Kids = append(s.node.Kids, box)
	}
	n.Above = above
	box.Kids = append(box.Kids, n)
}
