package cfgfile

import (
	"weir/conf"
)

// captureLen takes "len <bytes>". Of what is captured by its name nothing may be kept, as in HAProxy.
func (l *line) captureLen(to *int, low int) bool {
	if !l.took("len") {
		if w, ok := l.arg("len <bytes>"); ok {
			l.wrong(w, "len <bytes>")
		}
		return false
	}
	return l.int(to, low, 65535)
}

func readCapture(l *line, response bool) {
	w, ok := l.arg("<name>")
	if !ok {
		return
	}
	c := &conf.Capture{Pos: w.Pos, Response: response, Header: w.Text}
	if l.captureLen(&c.Len, 0) {
		l.sec.Captures = append(l.sec.Captures, c)
	}
}

func readCaptureCookie(l *line) {
	w, ok := l.arg("<name>")
	if !ok {
		return
	}
	c := &conf.Capture{Pos: w.Pos, Cookie: w.Text}
	if l.captureLen(&c.Len, 0) {
		l.sec.Captures = append(l.sec.Captures, c)
	}
}

func readDeclareCapture(l *line) {
	i := l.word("request", "response")
	if i < 0 {
		return
	}
	c := &conf.Capture{Pos: l.key.Pos, Response: i == 1}
	if l.captureLen(&c.Len, 1) {
		l.sec.Captures = append(l.sec.Captures, c)
	}
}
