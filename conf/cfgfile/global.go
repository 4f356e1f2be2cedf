package cfgfile

// enterGlobal begins a global section; several are one.
func (d *decoder) enterGlobal(l *line) {
	if d.cfg.Global.Pos.IsZero() {
		d.cfg.Global.Pos = l.key.Pos
	}
	d.read = func(words []Word) {
		d.prefixed(&line{d: d, words: words, path: "global", in: inGlobal}, &globalTable)
	}
}
