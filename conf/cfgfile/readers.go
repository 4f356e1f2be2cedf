package cfgfile

import (
	"time"

	"weir/conf"
)

// The functions here make the read function of a row whose value goes into one field.

func globalInt(at func(*conf.Global) *int, low, high int) func(*line) {
	return func(l *line) { l.int(at(&l.d.cfg.Global), low, high) }
}

func globalSize(at func(*conf.Global) *int, low, high int) func(*line) {
	return func(l *line) { l.size(at(&l.d.cfg.Global), low, high) }
}

func globalText(what string, at func(*conf.Global) *string) func(*line) {
	return func(l *line) { l.text(at(&l.d.cfg.Global), what) }
}

func globalFlag(at func(*conf.Global) *bool) func(*line) {
	return func(l *line) { *at(&l.d.cfg.Global) = !l.neg && !l.reset }
}

func sectionInt(at func(*section) *int, low, high int) func(*line) {
	return func(l *line) { l.int(at(l.sec), low, high) }
}

func sectionText(what string, at func(*section) *string) func(*line) {
	return func(l *line) { l.text(at(l.sec), what) }
}

func sectionTime(at func(*conf.Timeouts) *time.Duration) func(*line) {
	return func(l *line) { l.duration(at(&l.sec.Timeouts)) }
}

// logFormatOf reads a log format into a field.
func logFormatOf(at func(*section) **conf.Format) func(*line) {
	return func(l *line) {
		if w, ok := l.arg("<format>"); ok {
			if f := l.d.logFormat(w, l.path); f != nil {
				*at(l.sec) = f
				return
			}
			l.fail = true
			l.skip()
		}
	}
}

// inert takes a number of words and does nothing with them.
func inert(low, high int) func(*line) {
	return func(l *line) {
		for n := 0; n < high && (n < low || l.more()); n++ {
			if _, ok := l.arg("<value>"); !ok {
				return
			}
		}
	}
}

// ignored takes the rest of the line.
func ignored(l *line) { l.skip() }
