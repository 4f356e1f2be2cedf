package convert

import (
	"strconv"
	"strings"

	"weir/conf"
	"weir/conf/cfgfile"
	"weir/conf/hclfile"
)

// builder makes the file's blocks of the lines that Walk shows.
type builder struct {
	cfg      *conf.Config
	out      []*hclfile.Node
	pending  []remark
	blank    bool              // an empty line stands before what comes
	sec      *section          // the open one
	names    map[string]string // of defaults sections by the name that haproxy.cfg gives them
	taken    map[string]bool   // names of defaults blocks
	hasPath  bool              // default_path has been written
	hasTag   bool              // ... and log_tag
	firstOne *hclfile.Node     // the first global block
}

// remark is a line of comment that is not placed yet.
type remark struct {
	text   string // without its #
	blank  bool   // an empty line stands before it
	inside bool   // it belongs into the section, not before the next one
}

func newBuilder(cfg *conf.Config) *builder {
	return &builder{cfg: cfg, names: map[string]string{}, taken: map[string]bool{}}
}

func (b *builder) step(st *cfgfile.Step) {
	switch st.Kind {
	case cfgfile.StepBlank:
		if st.Comment == "" {
			b.blank = true
			return
		}
		b.remark(st.Comment[1:], indented(st.Text))
	case cfgfile.StepDirective:
		b.remark(directiveText(st), indented(st.Text))
	case cfgfile.StepLeftOut:
		b.remark(" "+strings.TrimSpace(st.Text), indented(st.Text))
	case cfgfile.StepSection:
		b.enter(st)
	case cfgfile.StepLine:
		b.line(st)
	}
}

func indented(text string) bool { return text != "" && (text[0] == ' ' || text[0] == '\t') }

// statement is a line without its comment.
func statement(st *cfgfile.Step) string {
	return strings.TrimSpace(strings.TrimSuffix(st.Text, st.Comment))
}

// beside is a line's comment, without its #.
func beside(st *cfgfile.Step) string { return strings.TrimPrefix(st.Comment, "#") }

// withComment puts a line's own comment behind what is said of it.
func withComment(text string, st *cfgfile.Step) string {
	if st.Comment == "" {
		return text
	}
	return text + " " + st.Comment
}

// directiveText says what was decided of a conditional block.
func directiveText(st *cfgfile.Step) string {
	text := " " + statement(st)
	switch word := st.Words[0].Text; {
	case word == ".endif" || word != ".if" && word != ".elif" && word != ".else":
	case st.Taken:
		text += ": holds; the lines after it are taken"
	default:
		text += ": does not hold; the lines after it are left out"
	}
	return withComment(text, st)
}

func (b *builder) remark(text string, inside bool) {
	b.pending = append(b.pending, remark{text, b.blank, inside})
	b.blank = false
}

// place returns the pending remarks as nodes, the last of them apart where nothing stands between it and what comes.
func (b *builder) place() (nodes []*hclfile.Node, above []string, blank bool) {
	nodes = runs(b.pending)
	blank = b.blank
	if n := len(nodes); n > 0 && !b.blank {
		last := nodes[n-1]
		nodes, above, blank = nodes[:n-1], last.Above, last.Blank
	}
	b.pending, b.blank = nil, false
	return nodes, above, blank
}

// runs makes a node of remarks that stand together.
func runs(list []remark) []*hclfile.Node {
	var out []*hclfile.Node
	for _, r := range list {
		if r.blank || len(out) == 0 {
			out = append(out, &hclfile.Node{Blank: r.blank})
		}
		last := out[len(out)-1]
		last.Above = append(last.Above, sane(r.text))
	}
	return out
}

// sane writes what HCL does not take in a comment, control characters and bytes that are no text, as \xNN.
func sane(s string) string {
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		if r < ' ' && r != '\t' || r == 0x7f {
			b.WriteString(`\x` + strconv.FormatInt(int64(r)+0x100, 16)[1:])
			continue
		}
		b.WriteRune(r)
	}
	return strings.TrimRight(b.String(), " \t")
}

// enter closes the open section and begins another one.
func (b *builder) enter(st *cfgfile.Step) {
	b.leave()
	s := st.Section
	if s.Own == (conf.Draft{}) { // a second one of its name, which is not read
		b.remark(withComment(" "+statement(st)+": is not read", st), false)
		return
	}
	nodes, above, blank := b.place()
	b.out = append(b.out, nodes...)
	from := s.From
	if name := b.names[from]; name != "" { // before the section's own name, which may be the same
		from = name
	}
	var labels []string
	if s.Name != "" {
		labels = []string{s.Name}
	}
	if s.Kind == "defaults" && s.Name != "" {
		labels = []string{b.defaultsName(s.Name)}
	}
	n := hclfile.Block(hclfile.Spelling(s.Kind), labels...)
	n.Above, n.Blank, n.Beside = above, blank || len(b.out) > 0, sane(beside(st))
	if len(st.Vars) > 0 {
		n.Above = append(n.Above, sane(varsText(st)))
	}
	if s.Kind == "global" && b.firstOne == nil {
		b.firstOne = n
	}
	b.out = append(b.out, n)
	b.sec = &section{Section: s, node: n, cfg: b.cfg}
	if from != "" {
		b.sec.head = append(b.sec.head, hclfile.Attribute("from", from))
	}
}

// defaultsName gives a defaults section a name that no other has: in haproxy.cfg the later one of a name takes its place.
func (b *builder) defaultsName(name string) string {
	free := name
	for n := 2; b.taken[free]; n++ {
		free = name + "_" + strconv.Itoa(n)
	}
	b.taken[free], b.names[name] = true, free
	return free
}

// leave completes the open section. The remarks at its end that belong to the next one stay.
func (b *builder) leave() {
	if b.sec == nil {
		return
	}
	n := b.sec.split(b.pending)
	b.sec.tail = runs(b.pending[:n])
	b.pending = b.pending[n:]
	b.sec.finish()
	if b.sec.Kind == "global" {
		b.hasPath = b.hasPath || b.sec.has("default_path")
		b.hasTag = b.hasTag || b.sec.has("log_tag")
	}
	b.sec = nil
}

// line adds a line to the open section.
func (b *builder) line(st *cfgfile.Step) {
	if b.sec == nil {
		b.remark(withComment(" "+statement(st), st), false)
		return
	}
	pieces := b.sec.pieces(st)
	if len(pieces) == 0 {
		b.remark(withComment(" "+nothingText(st), st), true)
		return
	}
	nodes, above, blank := b.place()
	b.sec.add(&entry{pieces: pieces, nodes: nodes, above: append(above, notes(st)...), blank: blank, beside: sane(beside(st)), text: statement(st)})
	b.sec.indented = b.sec.indented || indented(st.Text)
}

// nothingText says why nothing is written for a line.
func nothingText(st *cfgfile.Step) string {
	text := statement(st)
	switch {
	case st.Why != "":
		return text + ": " + st.Why
	case strings.HasSuffix(st.Keyword, "-check comment"):
		return text + ": goes with the step after it"
	}
	return text + ": changes nothing here"
}

// notes says what a line had that is not to be seen any more.
func notes(st *cfgfile.Step) []string {
	var out []string
	if len(st.Vars) > 0 {
		out = append(out, sane(varsText(st)))
	}
	for _, arg := range st.Inert {
		name, _, _ := strings.Cut(arg, ": ")
		if !strings.Contains(keptArguments, " "+name+" ") {
			out = append(out, sane(" without effect: "+arg))
		}
	}
	return out
}

// keptArguments change nothing, and are written all the same.
const keptArguments = " cookie nice "

// varsText says what a line's variables were.
func varsText(st *cfgfile.Step) string {
	seen := map[string]bool{}
	var list []string
	for _, v := range st.Vars {
		if !seen[v] {
			seen[v] = true
			list = append(list, v)
		}
	}
	return " was: " + statement(st) + " (" + strings.Join(list, ", ") + ")"
}

// finish returns the whole file.
func (b *builder) finish() []*hclfile.Node {
	b.leave()
	nodes, above, _ := b.place()
	if len(nodes) > 0 && len(b.out) > 0 {
		nodes[0].Blank = true
	}
	b.out = append(b.out, nodes...)
	if above != nil {
		b.out = append(b.out, &hclfile.Node{Above: above, Blank: true})
	}
	var kids []*hclfile.Node
	if !b.hasPath && b.cfg.Global.DefaultPath == "current" {
		path := hclfile.Attribute("default_path", b.cfg.Global.DefaultPath)
		path.Beside = " haproxy.cfg's default: file names are relative to where Weir is started"
		kids = append(kids, path)
	}
	if !b.hasTag && b.cfg.Global.LogTag != conf.DefaultLogTag {
		tag := hclfile.Attribute("log_tag", b.cfg.Global.LogTag)
		tag.Beside = " haproxy.cfg's default: what log lines are found by"
		kids = append(kids, tag)
	}
	b.addGlobal(kids)
	return b.out
}

// addGlobal says what haproxy.cfg has without saying so, and HCL has not.
func (b *builder) addGlobal(kids []*hclfile.Node) {
	if len(kids) == 0 {
		return
	}
	if b.firstOne == nil {
		n := hclfile.Block("global")
		n.Kids = kids
		for i, o := range b.out { // behind what the file begins with
			if o.Name != "" {
				o.Blank = true
				b.out = append(b.out[:i], append([]*hclfile.Node{n}, b.out[i:]...)...)
				return
			}
		}
		b.out = append(b.out, n)
		return
	}
	b.firstOne.Kids = append(kids, b.firstOne.Kids...)
}
