package cfgfile

import (
	"fmt"
	"slices"

	"weir/conf"
)

// decoder turns lines into the model.
type decoder struct {
	cfg    *conf.Config
	diags  conf.Diagnostics
	env    *environ
	blocks []*block // open .if blocks
	// muted is set while a defaults section is applied to another: what is wrong with it has been told.
	muted  bool
	broken bool // it is not known which sections there are: names may be missing
	open   *conf.Proxy
	unread unread

	read    func([]Word) // reads a line of the current section; nil = it is passed over
	done    func()       // finishes the current section
	current *defaults    // the last defaults section
	named   map[string]*defaults
	applied int     // lines of defaults sections applied so far
	walk    *walker // of Walk; else nil
	// Of the line being read.
	socket *conf.StatsSocket
	bind   *conf.Bind
	unix   unixBind
	pages  *conf.HTTPErrors
	users  *conf.Userlist
	store  *conf.CrtStore // the crt-store section being read
	acme   *conf.ACME
	mail   *conf.Mailers
	later  []*errorFilesLine
	guids  map[string]conf.Pos // "guid"s, where they stand
}

func newDecoder(sources []Source) *decoder {
	d := &decoder{cfg: &conf.Config{}, named: map[string]*defaults{}}
	for _, s := range sources {
		d.cfg.Files = append(d.cfg.Files, s.Name)
	}
	d.env = newEnviron(d.cfg.Files)
	return d
}

func (d *decoder) add(e *conf.Error) {
	if !d.muted && len(d.diags.Errors) < conf.MaxErrors {
		d.diags.Add(e)
	}
}

func (d *decoder) warn(e *conf.Error) {
	if !d.muted && len(d.diags.Warnings) < conf.MaxErrors {
		d.diags.Warn(e)
	}
}

// full reports that there are as many errors as are told; nothing more needs to be read.
func (d *decoder) full() bool { return len(d.diags.Errors) >= conf.MaxErrors }

// file reads one file.
func (d *decoder) file(src Source) {
	for pos, text := range lines(src) {
		if d.full() {
			d.broken = true
			return
		}
		if len(text) > maxLine {
			d.missed(text)
			d.add(conf.Bad(pos, "", "a line of more than %d bytes", maxLine))
			continue
		}
		if d.walk != nil {
			d.walk.line(text, pos)
		} else {
			d.text(text, pos)
		}
	}
	d.closeBlocks()
}

// text reads one line.
func (d *decoder) text(text string, pos conf.Pos) {
	words, _, err := cut(text, pos, d.env)
	if err != nil { // even in lines that .if leaves out, as in HAProxy
		d.missed(text)
		d.add(err)
		return
	}
	for len(words) > 0 && words[0].Text == "" && len(words) == 1 {
		return
	}
	switch {
	case len(words) == 0:
	case len(words[0].Text) > 0 && words[0].Text[0] == '.':
		d.directive(words)
	case !d.reading():
	default:
		d.statement(words)
	}
}

// statement reads a line that is no directive.
func (d *decoder) statement(words []Word) {
	if s := sectionRow(words[0].Text); s != nil {
		d.leave()
		d.env.enter(words)
		d.enter(s, words)
		return
	}
	switch {
	case d.read != nil:
		d.read(words)
	default: // before the first section, and told once
		d.outside(words)
	}
}

// outside reports a line before the first section. One that is a misspelt section begins it; of anything else the lines up to the next section are
// passed over.
func (d *decoder) outside(words []Word) {
	e := conf.Unknown(words[0].Pos, "", "section", words[0].Text, sectionNames())
	known := proxyTable.index[words[0].Text] != nil || globalTable.index[words[0].Text] != nil
	if known {
		e.Msg, e.HasGot = fmt.Sprintf("%q stands outside of any section", words[0].Text), false
	}
	d.add(e)
	if meant := conf.Nearest(words[0].Text, sectionNames()); meant != "" && !known {
		d.enterMisspelt(meant, words)
		return
	}
	d.broken = true
	d.read = func([]Word) {}
}

// enterMisspelt begins the section that a line probably means, which has been told.
func (d *decoder) enterMisspelt(meant string, words []Word) {
	words = slices.Clone(words)
	words[0].Text = meant
	d.leave()
	d.env.enter(words)
	d.enter(sectionRow(meant), words)
}

// leave finishes the current section.
func (d *decoder) leave() {
	if d.done != nil {
		d.done()
	}
	d.walk.leave()
	d.read, d.done, d.open, d.env.section = nil, nil, nil, ""
}
