package backend

import (
	"bytes"
	"regexp"
	"strconv"

	"weir/conf"
	"weir/internal/message"
)

// expect is "http-check expect": what makes a response good.
type expect struct {
	not      bool
	kind     string
	statuses []conf.StatusRange
	re       *regexp.Regexp
	text     []byte
}

// newExpect compiles e; nil is any 2xx or 3xx.
func newExpect(e *conf.CheckExpect) (*expect, error) {
	if e == nil {
		return &expect{kind: "status", statuses: []conf.StatusRange{{Low: 200, High: 399}}}, nil
	}
	x := &expect{not: e.Not, kind: e.Kind, text: []byte(e.Pattern)}
	var err error
	switch e.Kind {
	case "status":
		x.statuses, err = conf.ParseStatuses(e.Pattern)
	case "rstatus", "rstring":
		x.re, err = regexp.Compile(e.Pattern)
	case "string":
	default:
		return nil, conf.BadValue(e.Pos, "http-check expect", e.Kind, conf.ExpectKinds...)
	}
	if err != nil {
		return nil, conf.Bad(e.Pos, "http-check expect "+e.Kind, "%q: %v", e.Pattern, err)
	}
	return x, nil
}

// wantsBody reports whether the body decides.
func (x *expect) wantsBody() bool { return x.kind == "string" || x.kind == "rstring" }

// satisfied reports whether more body cannot change the verdict.
func (x *expect) satisfied(body []byte) bool { return x.inBody(body) }

func (x *expect) inBody(body []byte) bool {
	if x.kind == "rstring" {
		return x.re.Match(body)
	}
	return bytes.Contains(body, x.text)
}

// judge is the result for a response.
func (x *expect) judge(resp *message.Response, body []byte) checkResult {
	r := checkResult{status: checkL7OK, code: resp.Status}
	if x.wantsBody() {
		if x.inBody(body) == x.not {
			r = failed(checkL7RSP, "HTTP content check did not match")
			if x.not {
				r.text = "HTTP check matched unwanted content"
			}
		}
		return r
	}
	if x.matchStatus(resp.Status) == x.not {
		r.status, r.text = checkL7STS, string(resp.Reason[:min(len(resp.Reason), maxCheckText)])
	}
	return r
}

func (x *expect) matchStatus(status int) bool {
	if x.kind == "rstatus" {
		return x.re.MatchString(strconv.Itoa(status))
	}
	for _, s := range x.statuses {
		if status >= s.Low && status <= s.High {
			return true
		}
	}
	return false
}
