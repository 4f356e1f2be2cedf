package backend

import (
	"bytes"
	"encoding/hex"
	"io"
	"slices"
	"strconv"
	"strings"

	"weir/conf"
	"weir/internal/loop"
)

// verdict is what an expect rule calls its outcomes, with what it says of them.
type verdict struct {
	at              ruleAt
	ok, bad, silent checkStatus
	onOK, onBad     CheckText // nil = the usual text
	code            CheckText // nil = none
	not             bool
}

func newVerdict(c *texts, a *conf.CheckExpect, at ruleAt, bad checkStatus) verdict {
	status := func(name string, def checkStatus) checkStatus {
		if name == "" {
			return def
		}
		return statusByName(name)
	}
	return verdict{at: at, ok: status(a.OKStatus, checkL7OK), bad: status(a.ErrStatus, bad), silent: status(a.ToutStatus, checkL7TOUT),
		onOK: c.optional(a.OnSuccess), onBad: c.optional(a.OnError), code: c.expr(a.StatusCode), not: a.Not}
}

// passed is a result that the next step may replace.
func (v *verdict) passed(r *checkRun, code int) checkResult {
	res := checkResult{status: v.ok, code: code, text: passedText(v.at)}
	if v.ok == checkL4OK || v.ok == checkL6OK {
		res.code = -1
	}
	return v.told(r, res, v.onOK)
}

func (v *verdict) failed(r *checkRun, code int, text string) checkResult {
	return v.told(r, checkResult{status: v.bad, code: code, text: cut(text)}, v.onBad)
}

// told puts the rule's own text and code into a result.
func (v *verdict) told(r *checkRun, res checkResult, text CheckText) checkResult {
	if text != nil {
		r.out = text(r.look(), r.out[:0])
		res.text = cut(string(r.out))
	}
	if v.code != nil && res.code >= 0 || v.code != nil && !res.ok() {
		r.out = v.code(r.look(), r.out[:0])
		if n, err := strconv.Atoi(string(r.out)); err == nil {
			res.code = n
		}
	}
	return res
}

// unread is the result of a read that failed.
func (v *verdict) unread(r *checkRun, err error) checkResult {
	switch {
	case err == loop.ErrTimeout:
		return failed(v.silent, v.at.String())
	case r.reset != nil:
		return failed(checkSOCKERR, errorText(r.reset)+v.at.String())
	case err == io.EOF, err == io.ErrUnexpectedEOF:
		return failed(v.bad, v.at.String())
	}
	return failed(v.bad, errorText(err)+v.at.String())
}

// expectStep is "tcp-check expect".
type expectStep struct {
	verdict
	kind    string // string, rstring, binary, rbinary
	text    CheckText
	re      Matcher
	minRecv int
	plain   string // what is expected, in the words of a result
}

func newExpectStep(c *texts, a *conf.CheckExpect, at ruleAt) *expectStep {
	s := &expectStep{kind: a.Match, minRecv: a.MinRecv}
	pattern, _ := a.Pattern.Constant()
	what := "expect string '" + pattern + "'"
	switch a.Match {
	case "string":
		s.text, s.plain = c.format(a.Pattern, ""), " content '"+pattern+"'"
	case "binary":
		s.text, s.plain, what = c.binary(a.Pattern), " content (binary)", "expect binary"
	case "rstring":
		s.re, s.plain, what = c.regex(a.Pos, pattern), " content (regex)", "expect regex"
	case "rbinary":
		s.re, s.plain, what = c.regex(a.Pos, pattern), " content (binary regex)", "expect binary regex"
	}
	s.verdict = newVerdict(c, a, at.with(a.Comment, what), checkL7RSP)
	return s
}

func (s *expectStep) run(r *checkRun) (checkResult, bool) {
	for {
		if r.n > 0 || r.ended {
			if res, sure := s.judge(r); sure {
				return res, !res.ok()
			}
		}
		if r.ended { // nothing that decides will come
			return s.over(r)
		}
		if err := r.recv(); err != nil && err != io.EOF {
			return s.unread(r, err), true
		}
	}
}

// over is the result at the end of what the server says: what was not to come has not.
func (s *expectStep) over(r *checkRun) (checkResult, bool) {
	if s.not && r.n > 0 {
		return s.passed(r, 0), false
	}
	switch {
	case r.n == 0 && r.reset != nil:
		return s.unread(r, io.EOF), true
	case r.n == 0:
		return failed(s.bad, "TCPCHK got an empty response"+s.at.short()), true
	}
	return s.failed(r, 0, "TCPCHK did not match"+s.plain+s.at.short()), true
}

// judge looks at what has come; it is not sure where more may change the verdict.
func (s *expectStep) judge(r *checkRun) (checkResult, bool) {
	got := r.in.B[:r.n]
	want := s.minRecv
	var text []byte
	if s.text != nil {
		r.out = s.text(r.look(), r.out[:0])
		text = r.out
		if want < 0 || len(text) < want {
			want = len(text)
		}
	}
	if r.n < want && !r.ended {
		return checkResult{}, false
	}
	found := false
	switch {
	case s.kind == "rbinary":
		found = s.re.Match(bytes.ToUpper(hex.AppendEncode(nil, got)))
	case s.re != nil:
		found = s.re.Match(got)
	default:
		found = bytes.Contains(got, text)
	}
	switch {
	case found && s.not:
		return s.failed(r, 0, "TCPCHK matched unwanted"+s.plain+s.at.short()), true
	case found, s.not && s.minRecv >= 0:
		return s.passed(r, 0), true
	case s.minRecv >= 0:
		return s.failed(r, 0, "TCPCHK did not match"+s.plain+s.at.short()), true
	}
	return checkResult{}, false
}

// httpExpect is "http-check expect".
type httpExpect struct {
	verdict
	kind     string
	statuses []conf.StatusRange
	re       Matcher
	text     CheckText
	name     *fieldMatch
	value    *fieldMatch // nil = any
	on404    bool
}

func newHTTPExpect(c *texts, a *conf.CheckExpect, on404 bool, at ruleAt) *httpExpect {
	x := &httpExpect{kind: a.Match, on404: on404}
	pattern, _ := a.Pattern.Constant()
	bad := checkL7RSP
	switch a.Match {
	case "status":
		var err error
		x.statuses, err = conf.ParseStatuses(pattern)
		if err != nil {
			c.note(conf.Misread(a.Pos, "check expect", pattern, err))
		}
		bad = checkL7STS
	case "rstatus":
		x.re, bad = c.regex(a.Pos, pattern), checkL7STS
	case "rstring":
		x.re = c.regex(a.Pos, pattern)
	case "string":
		x.text = c.format(a.Pattern, "")
	default:
		x.name, x.value = newFieldMatch(c, a.Name, a.Pos, true), newFieldMatch(c, a.Value, a.Pos, false)
	}
	x.verdict = newVerdict(c, a, at.with(a.Comment, "expect HTTP "+a.Match), bad)
	return x
}

// usualExpect is what counts where no rule says it: any 2xx or 3xx.
func usualExpect(on404 bool) *httpExpect {
	return &httpExpect{verdict: verdict{ok: checkL7OK, bad: checkL7STS, silent: checkL7TOUT}, kind: "status",
		statuses: []conf.StatusRange{{Low: 200, High: 399}}, on404: on404}
}

func (x *httpExpect) run(r *checkRun) (checkResult, bool) {
	if err := r.readHead(); err != nil {
		v := x.verdict
		v.bad = checkL7RSP
		return v.unread(r, err), true
	}
	if x.on404 && r.resp.Status == 404 {
		return checkResult{status: checkL7OKC, code: 404, text: string(r.resp.Reason)}, true
	}
	switch x.kind {
	case "string", "rstring":
		return x.inBody(r)
	}
	found := x.matches(r)
	if found != x.not {
		return x.passed(r, r.resp.Status), false
	}
	text := cut(string(r.resp.Reason))
	if x.name != nil {
		text = "HTTP content check did not match" + x.at.short()
	}
	return x.failed(r, r.resp.Status, text), true
}

func (x *httpExpect) matches(r *checkRun) bool {
	switch x.kind {
	case "rstatus":
		return x.re.Match(strconv.AppendInt(nil, int64(r.resp.Status), 10))
	case "status":
		return slices.ContainsFunc(x.statuses, func(s conf.StatusRange) bool { return r.resp.Status >= s.Low && r.resp.Status <= s.High })
	}
	for i := range r.resp.Fields {
		f := &r.resp.Fields[i]
		if !x.name.match(r, f.Name) {
			continue
		}
		if x.value == nil || x.kind == "fhdr" && x.value.match(r, f.Value) || x.kind == "hdr" && x.value.matchList(r, f.Value) {
			return true
		}
	}
	return false
}

// inBody reads the body until it decides.
func (x *httpExpect) inBody(r *checkRun) (checkResult, bool) {
	for {
		found := false
		if x.re != nil {
			found = x.re.Match(r.body.data)
		} else {
			r.out = x.text(r.look(), r.out[:0])
			found = bytes.Contains(r.body.data, r.out)
		}
		switch {
		case found && x.not:
			return x.failed(r, -1, "HTTP check matched unwanted content"+x.at.short()), true
		case found:
			return x.passed(r, r.resp.Status), false
		}
		switch err := r.body.more(r); {
		case err == io.EOF && x.not:
			return x.passed(r, r.resp.Status), false
		case err == io.EOF:
			return x.failed(r, -1, "HTTP content check did not match"+x.at.short()), true
		case err != nil:
			return x.unread(r, err), true
		}
	}
}

// fieldMatch compares the name or the value of a field.
type fieldMatch struct {
	how  string
	text CheckText
	re   Matcher
	fold bool // names: letter case does not matter
}

func newFieldMatch(c *texts, t *conf.CheckText, pos conf.Pos, fold bool) *fieldMatch {
	if t == nil {
		return nil
	}
	m := &fieldMatch{how: t.Match, fold: fold, text: c.format(t.Text, "")}
	if t.Match == "reg" {
		pattern, _ := t.Text.Constant()
		m.re = c.regex(pos, pattern)
	}
	return m
}

func (m *fieldMatch) match(r *checkRun, got []byte) bool {
	if m.re != nil {
		return m.re.Match(got)
	}
	r.out = m.text(r.look(), r.out[:0])
	want, have := string(r.out), string(got)
	if m.fold {
		want, have = strings.ToLower(want), strings.ToLower(have)
	}
	switch m.how {
	case "beg":
		return strings.HasPrefix(have, want)
	case "end":
		return strings.HasSuffix(have, want)
	case "sub":
		return strings.Contains(have, want)
	}
	return have == want
}

// matchList compares each value of a list (RFC 9110, 5.6.1).
func (m *fieldMatch) matchList(r *checkRun, got []byte) bool {
	for part := range bytes.SplitSeq(got, []byte{','}) {
		if m.match(r, bytes.TrimSpace(part)) {
			return true
		}
	}
	return false
}
