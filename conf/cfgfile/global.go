package cfgfile

import "weir/conf"

// enterGlobal begins a global section; several are one.
func (d *decoder) enterGlobal(l *line) {
	if d.cfg.Global.Pos.IsZero() {
		d.cfg.Global.Pos = l.key.Pos
	}
	d.walk.drafting(func() conf.Draft { return conf.Draft{Global: &conf.Global{}} }, func(words []Word, dr *conf.Draft) {
		was := d.cfg.Global
		d.cfg.Global = *dr.Global
		d.read(words)
		*dr.Global, d.cfg.Global = d.cfg.Global, was
	})
	d.read = func(words []Word) {
		d.prefixed(&line{d: d, words: words, path: "global", in: inGlobal}, &globalTable)
	}
}
