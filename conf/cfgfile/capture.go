package cfgfile

import (
	"weir/conf"
)

// captureLen takes "len <bytes>".
func (l *line) captureLen(to *int) bool {
	if !l.took("len") {
		if w, ok := l.arg("len <bytes>"); ok {
			l.wrong(w, "len <bytes>")
		}
		return false
	}
	return l.int(to, 1, 65535)
}

func readCapture(l *line, response bool) {
	w, ok := l.arg("<name>")
	if !ok {
		return
	}
	c := &conf.Capture{Pos: w.Pos, Response: response, Header: w.Text}
	if l.captureLen(&c.Len) {
		l.sec.Captures = append(l.sec.Captures, c)
	}
}

func readCaptureCookie(l *line) {
	w, ok := l.arg("<name>")
	if !ok {
		return
	}
	c := &conf.Capture{Pos: w.Pos, Cookie: w.Text}
	if l.captureLen(&c.Len) {
		l.sec.Captures = append(l.sec.Captures, c)
	}
}

func readDeclareCapture(l *line) {
	i := l.word("request", "response")
	if i < 0 {
		return
	}
	c := &conf.Capture{Pos: l.key.Pos, Response: i == 1}
	if l.captureLen(&c.Len) {
		l.sec.Captures = append(l.sec.Captures, c)
	}
}
