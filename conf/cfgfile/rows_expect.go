package cfgfile

import (
	"slices"

	"weir/conf"
)

// expect reads "[OPTION ...] [!] MATCH PATTERN".
func (l *line) expect(matches []string) {
	e := &conf.CheckExpect{Pos: l.key.Pos, MinRecv: -1}
	for l.expectOption(e) {
	}
	known := append(slices.Clone(matches), "string-lf")
	if slices.Contains(matches, "binary") {
		known = append(known, "binary-lf")
	}
	i := l.word(known...)
	if i < 0 {
		return
	}
	switch e.Match = known[i]; e.Match {
	case "hdr", "fhdr":
		l.expectField(e)
	case "string-lf":
		e.Match, e.Pattern = "string", l.checkText(true, "<format>")
	case "binary-lf":
		e.Match, e.Pattern = "binary", l.checkText(true, "<format>")
	default:
		e.Pattern = l.checkText(false, "<pattern>")
	}
	l.comment(&e.Comment)
	l.addCheck(e)
}

// expectOption takes what may stand before the match; false where the match itself comes.
func (l *line) expectOption(e *conf.CheckExpect) bool {
	if l.fail {
		return false
	}
	switch l.peek() {
	case "!":
		l.i++
		e.Not = !e.Not
	case "min-recv":
		l.i++
		return l.int(&e.MinRecv, -1, maxInt)
	case "comment":
		l.i++
		return l.text(&e.Comment, "<text>")
	case "ok-status":
		l.i++
		return l.oneOf(&e.OKStatus, conf.OKStatuses)
	case "error-status":
		l.i++
		return l.oneOf(&e.ErrStatus, conf.ErrStatuses)
	case "tout-status":
		l.i++
		return l.oneOf(&e.ToutStatus, conf.ToutStatuses)
	case "on-success":
		l.i++
		e.OnSuccess = l.checkText(true, "<format>")
	case "on-error":
		l.i++
		e.OnError = l.checkText(true, "<format>")
	case "status-code":
		l.i++
		e.StatusCode = l.sample()
	default:
		return l.negated(e)
	}
	return true
}

// negated takes the "!" off a match that is written without a blank.
func (l *line) negated(e *conf.CheckExpect) bool {
	w := l.peek()
	if len(w) < 2 || w[0] != '!' {
		return false
	}
	e.Not = !e.Not
	at := &l.words[l.i]
	l.words = slices.Clone(l.words) // a defaults section is read again
	l.words[l.i] = at.sub(1, at.Text[1:])
	return true
}

func (l *line) oneOf(to *string, words []string) bool {
	i := l.word(words...)
	if i >= 0 {
		*to = words[i]
	}
	return i >= 0
}

// proto takes one of the protocols; later are those that HAProxy has too.
func (l *line) proto(to *string, words, later []string) {
	if w := l.peek(); contains(later, w) {
		l.add(conf.NotDone(l.next().Pos, l.path, w, "want "+orWords(words)))
		return
	}
	l.oneOf(to, words)
}

// expectField reads "{name|name-lf} [-m METHOD] TEXT [{value|value-lf} [-m METHOD] TEXT]".
func (l *line) expectField(e *conf.CheckExpect) {
	switch l.word("name", "name-lf") {
	case 0:
		e.Name = l.fieldText(false)
	case 1:
		e.Name = l.fieldText(true)
	}
	if l.fail || !l.more() {
		return
	}
	switch l.word("value", "value-lf") {
	case 0:
		e.Value = l.fieldText(false)
	case 1:
		e.Value = l.fieldText(true)
	}
}

func (l *line) fieldText(lf bool) *conf.CheckText {
	t := &conf.CheckText{}
	if l.took("-m") && !l.oneOf(&t.Match, conf.TextMatches) {
		return nil
	}
	if t.Match == "str" {
		t.Match = ""
	}
	if t.Text = l.checkText(lf, "<text>"); t.Text == nil {
		return nil
	}
	return t
}
