package hclfile

import (
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"weir/conf"
)

// decoder turns the parsed files into the model.
type decoder struct {
	unix       unixBind
	sources    map[string]*source
	cfg        *conf.Config
	diags      conf.Diagnostics
	locals     map[string]value
	httpErrors map[string]*conf.HTTPErrors // by name
	replyFiles []replyFile
	failures   int // errors so far, muted ones too
	applied    int // defaults blocks read again, with the blocks in them
	muted      int // while a defaults block is read again: what is wrong with it is known by then
}

func (d *decoder) add(e *conf.Error) {
	d.failures++
	if d.muted == 0 && len(d.diags.Errors) < conf.MaxErrors {
		d.diags.Add(e)
	}
}

func (d *decoder) pos(r hcl.Range) conf.Pos {
	s := d.sources[r.Filename]
	return s.pos(s.offset(r.Start.Byte))
}

// text returns what stands in the file at r.
func (d *decoder) text(r hcl.Range) string { return d.sources[r.Filename].slice(r) }

// attr is an attribute being read.
type attr struct {
	name string
	expr hclsyntax.Expression
	pos  conf.Pos // of the value
	path string   // the sections that lead to it, its own name included
}

// block is a block being read.
type block struct {
	name     string
	labels   []string
	labelPos []conf.Pos
	body     *hclsyntax.Body
	pos      conf.Pos
	path     string // the sections that lead to it, itself included
}

// label returns the block's first label, or "".
func (b *block) label() string {
	if len(b.labels) == 0 {
		return ""
	}
	return b.labels[0]
}

// item is an attribute or a block of a body.
type item struct {
	attr  *hclsyntax.Attribute
	block *hclsyntax.Block
	at    int
}

// pos is where the item begins.
func (it item) pos(d *decoder) conf.Pos {
	if it.attr != nil {
		return d.pos(it.attr.NameRange)
	}
	return d.pos(it.block.TypeRange)
}

// items returns the content of a body in the order of the file.
func items(body *hclsyntax.Body) []item {
	list := make([]item, 0, len(body.Attributes)+len(body.Blocks))
	for _, a := range body.Attributes {
		list = append(list, item{attr: a, at: a.SrcRange.Start.Byte})
	}
	for _, b := range body.Blocks {
		list = append(list, item{block: b, at: b.TypeRange.Start.Byte})
	}
	slices.SortFunc(list, func(a, b item) int { return a.at - b.at })
	return list
}

// read applies a body to t by the grammar. path names the section, w where it stands.
func read[T any](d *decoder, g *grammar[T], t *T, body *hclsyntax.Body, path string, w where) {
	seen := map[string]bool{}
	for _, it := range items(body) {
		if it.attr != nil {
			readAttr(d, g, t, it.attr, path, w)
			seen[it.attr.Name] = true
			continue
		}
		readBlock(d, g, t, it.block, path, w, seen)
	}
	for i := range g.rows {
		if r := &g.rows[i]; r.required && !seen[r.name] {
			d.add(conf.Bad(d.pos(body.SrcRange), path, "missing attribute %q (%s)", r.name, r.doc))
		}
	}
}

func readAttr[T any](d *decoder, g *grammar[T], t *T, a *hclsyntax.Attribute, path string, w where) {
	r := g.row(a.Name)
	if r == nil {
		d.unknown(a.Name, d.pos(a.NameRange), path, g.context, g.names(w), g.nest(a.Name) != nil, "a block: "+a.Name+" { }")
		return
	}
	if !d.allowed(r.in, w, a.Name, d.pos(a.NameRange), path) {
		return
	}
	at := &attr{name: a.Name, expr: a.Expr, pos: d.pos(a.Expr.Range()), path: join(path, a.Name)}
	if r.pos != nil {
		*r.pos(t) = at.pos
	}
	if g.places != nil {
		to := g.places(t)
		if *to == nil {
			*to = conf.Places{}
		}
		(*to)[a.Name] = at.pos
	}
	if r.read != nil {
		r.read(d, t, at)
		return
	}
	d.assign(r.at(t), &r.info, at)
}

func readBlock[T any](d *decoder, g *grammar[T], t *T, hb *hclsyntax.Block, path string, w where, seen map[string]bool) {
	n := g.nest(hb.Type)
	if n == nil {
		d.unknown(hb.Type, d.pos(hb.TypeRange), path, g.context, g.names(w), g.row(hb.Type) != nil, "an attribute: "+hb.Type+" = ...")
		return
	}
	if !d.allowed(n.in, w, hb.Type, d.pos(hb.TypeRange), path) {
		return
	}
	b := d.block(hb, path)
	if !d.labelsOK(b, n) {
		if n.unread != nil {
			n.unread(t, b)
		}
		return
	}
	if n.named {
		d.checkName(b)
	}
	key := hb.Type + " " + b.label()
	if seen[key] && n.once {
		d.add(conf.Bad(b.pos, path, "a second %s block; write its attributes into the first", hb.Type))
	}
	seen[key] = true
	n.read(d, t, b, w)
}

// block reads the head of an HCL block.
func (d *decoder) block(hb *hclsyntax.Block, path string) *block {
	b := &block{name: hb.Type, labels: slices.Clone(hb.Labels), body: hb.Body, pos: d.pos(hb.TypeRange)}
	title := hb.Type
	for i, l := range hb.Labels {
		b.labelPos = append(b.labelPos, d.pos(hb.LabelRanges[i]))
		title += " " + strconv.Quote(l)
		b.labels[i] = readLabel(l)
	}
	b.path = join(path, title)
	return b
}

func join(path, step string) string {
	if path == "" {
		return step
	}
	return path + ": " + step
}

// labelsOK checks how many labels a block has.
func (d *decoder) labelsOK(b *block, n labelled) bool {
	low, high, what := n.wantLabels()
	switch {
	case len(b.labels) < low:
		d.add(conf.Bad(b.pos, b.path, "missing label; want %s %s { }", b.name, what))
	case len(b.labels) > high && high == 0:
		d.add(conf.Bad(b.labelPos[0], b.path, "takes no label"))
	case len(b.labels) > high:
		d.add(conf.Bad(b.labelPos[high], b.path, "too many labels; want %s %s { }", b.name, what))
	default:
		return true
	}
	return false
}

// checkName reports a label that cannot be a name. What has it is read all the same: others may refer to it.
func (d *decoder) checkName(b *block) {
	if want, _ := conf.CheckName(b.label()); want != "" {
		d.add(conf.BadValue(b.labelPos[0], b.path, b.label(), want))
	}
}

// allowed reports whether a keyword may stand in a section of kind w. A defaults block read again for a
// frontend simply leaves out what is for backends.
func (d *decoder) allowed(in, w where, name string, pos conf.Pos, path string) bool {
	if in == 0 || in&w != 0 {
		return true
	}
	d.add(conf.Bad(pos, join(path, name), "has no meaning here; it belongs into %s", in))
	return false
}

// unknown reports a name that the block does not take: written as the wrong one of attribute and block,
// known to HAProxy, or a mistake.
func (d *decoder) unknown(name string, pos conf.Pos, path, context string, known []string, other bool, as string) {
	switch {
	case len(d.diags.Errors) >= conf.MaxErrors: // finding the nearest name is the dear part
		d.failures++
	case other:
		d.add(conf.Bad(pos, join(path, name), "is %s", as))
	case slices.Contains(strings.Fields(haproxyKeywords[context]), name):
		d.add(conf.NotDone(pos, path, name, ""))
	default:
		d.add(conf.Unknown(pos, path, "keyword", name, known))
	}
}
