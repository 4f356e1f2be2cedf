package hclfile

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"weir/conf"
)

// unsound returns where the sections begin in which the parser has found errors: what it could make of them is not all there is. kept
// reports whether nothing else is missing: an error in what other sections are made of, or between sections, may hide any of them.
func (d *decoder) unsound(bodies []*hclsyntax.Body, broken []conf.Pos) (at map[conf.Pos]bool, kept bool) {
	at = map[conf.Pos]bool{}
	for _, pos := range broken {
		b := d.around(bodies, pos)
		if b == nil || b.Type != "frontend" && b.Type != "backend" && b.Type != "listen" {
			return nil, false
		}
		at[d.pos(b.TypeRange)] = true
	}
	return at, true
}

// around is the block of a file that a place is in, or nil.
func (d *decoder) around(bodies []*hclsyntax.Body, pos conf.Pos) *hclsyntax.Block {
	for _, body := range bodies {
		for _, b := range body.Blocks {
			s := d.sources[b.TypeRange.Filename]
			end := s.pos(s.offset(b.CloseBraceRange.End.Byte))
			if start := d.pos(b.TypeRange); pos.File == start.File && start.Compare(pos) <= 0 && pos.Compare(end) < 0 {
				return b
			}
		}
	}
	return nil
}
