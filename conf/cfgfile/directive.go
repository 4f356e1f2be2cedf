package cfgfile

import (
	"strings"

	"weir/conf"
)

// block is one .if that is not closed yet.
type block struct {
	pos    conf.Pos
	take   bool // the lines that follow are read
	taken  bool // this or an earlier branch was
	off    bool // it stands in lines that are left out
	hasEls bool // .else has been seen
}

// directives are the words that begin with a dot.
var directives = []string{".if", ".elif", ".else", ".endif", ".notice", ".warning", ".alert", ".diag"}

// directive reads a line that begins with a dot.
func (d *decoder) directive(words []Word) {
	switch w := words[0]; w.Text {
	case ".if":
		d.openBlock(words)
	case ".elif", ".else", ".endif":
		d.branch(words)
	case ".notice", ".warning", ".alert", ".diag":
		if d.reading() {
			d.message(words)
		}
	default:
		if d.reading() {
			d.add(conf.Unknown(w.Pos, "", "directive", w.Text, directives))
		}
	}
}

// reading reports whether the lines of the innermost block are read.
func (d *decoder) reading() bool {
	return len(d.blocks) == 0 || d.blocks[len(d.blocks)-1].take
}

func (d *decoder) openBlock(words []Word) {
	if len(d.blocks) == maxNest {
		d.add(conf.Bad(words[0].Pos, ".if", "more than %d blocks inside each other", maxNest))
	}
	b := &block{pos: words[0].Pos, off: !d.reading()}
	if !b.off {
		b.take = d.decide(words)
		b.taken = b.take
	}
	d.blocks = append(d.blocks, b)
}

// decide evaluates the condition of .if and .elif; an empty one is false.
func (d *decoder) decide(words []Word) bool {
	if len(words) < 2 || words[1].Text == "" {
		return false
	}
	ok, err := evalCondition(words[1], d.env)
	if err != nil {
		err.Path = words[0].Text
		d.add(err)
	}
	return ok
}

// branch reads .elif, .else and .endif.
func (d *decoder) branch(words []Word) {
	w := words[0]
	if len(d.blocks) == 0 {
		d.add(conf.Bad(w.Pos, w.Text, "without .if"))
		return
	}
	b := d.blocks[len(d.blocks)-1]
	switch w.Text {
	case ".endif":
		d.blocks = d.blocks[:len(d.blocks)-1]
	case ".else":
		if b.hasEls {
			d.add(conf.Bad(w.Pos, w.Text, "a second .else of the .if at %s", b.pos))
		}
		b.take = !b.off && !b.taken
		b.taken, b.hasEls = true, true
	case ".elif":
		if b.hasEls {
			d.add(conf.Bad(w.Pos, w.Text, "after the .else of the .if at %s", b.pos))
		}
		b.take = !b.off && !b.taken && d.decide(words)
		b.taken = b.taken || b.take
		return
	}
	if len(words) > 1 {
		d.add(conf.Bad(words[1].Pos, w.Text, "unexpected %q", words[1].Text))
	}
}

// message reads .notice, .warning, .alert and .diag, which may say nothing.
func (d *decoder) message(words []Word) {
	w := words[0]
	if len(words) > 2 {
		d.add(conf.Bad(words[2].Pos, w.Text, "unexpected %q; want one message, in quotes where it has spaces", words[2].Text))
		return
	}
	text := ""
	if len(words) == 2 {
		text = words[1].Text
	}
	e := conf.Bad(w.Pos, w.Text, "%s", text)
	switch w.Text {
	case ".alert":
		d.add(e)
	case ".warning":
		d.warn(e)
	case ".notice":
		d.tell(&d.diags.Notices, e)
	case ".diag":
		d.tell(&d.diags.Diags, e)
	}
}

// tell notes a message that changes nothing.
func (d *decoder) tell(list *conf.Errors, e *conf.Error) {
	if len(*list) < conf.MaxErrors {
		*list = append(*list, e)
	}
}

// closeBlocks reports every .if that the end of a file leaves open.
func (d *decoder) closeBlocks() {
	for _, b := range d.blocks {
		d.add(conf.Bad(b.pos, ".if", "without .endif"))
	}
	d.blocks = nil
}

// CompatVersion is what version_atleast and version_before compare with.
const CompatVersion = conf.CompatVersion

// features are what feature() knows: HAProxy's build options that mean something in Weir.
var features = []string{"EPOLL", "GETADDRINFO", "LINUX_SPLICE", "LINUX_TPROXY", "OPENSSL", "PROMEX", "TFO", "THREAD", "TPROXY"}

// enabledNames are what enabled() knows, of which Weir has the first three switched on.
var enabledNames = []string{"EPOLL", "GETADDRINFO", "SPLICE", "POLL", "KQUEUE", "EVPORTS", "FAST-FORWARD", "REUSEPORT", "SERVER-SSL-VERIFY-NONE"}

// runPredicate evaluates one predicate of a condition. ok is false where there is no such predicate.
func runPredicate(name string, args []string, env *environ) (value, ok bool, want string) {
	arity := map[string]int{"defined": 1, "feature": 1, "enabled": 1, "streq": 2, "strneq": 2, "strstr": 2, "version_atleast": 1, "version_before": 1,
		"openssl_version_atleast": 1, "openssl_version_before": 1, "ssllib_name_startswith": 1, "awslc_api_atleast": 1, "awslc_api_before": 1}
	n, ok := arity[name]
	if !ok {
		return false, false, ""
	}
	if len(args) != n || args[0] == "" && n == 1 {
		return false, true, map[int]string{1: name + "(NAME)", 2: name + "(TEXT,TEXT)"}[n]
	}
	switch name {
	case "defined":
		_, value = env.lookup(args[0], conf.Pos{})
	case "feature":
		value = contains(features, args[0])
	case "enabled":
		value = contains(enabledNames[:3], args[0])
	case "streq":
		value = args[0] == args[1]
	case "strneq":
		value = args[0] != args[1]
	case "strstr":
		value = strings.Contains(args[0], args[1])
	case "version_atleast", "version_before":
		cmp, err := compareVersions(CompatVersion, args[0])
		if err != nil {
			return false, true, "a version such as 2.6 or 2.4-dev19"
		}
		value = (cmp >= 0) == (name == "version_atleast")
	}
	// What is left asks for an SSL library, and there is none of that name.
	return value, true, ""
}
