package hclfile

import (
	"time"

	"weir/conf"
)

// wait is a time that is a constant or a sample of milliseconds.
type wait struct {
	value *(*conf.Expr)
	fixed *time.Duration
}

// waitRow is the row for the wait of an action.
func waitRow[A conf.Action](of func(A) wait) row[ruleNode] {
	return row[ruleNode]{
		info: info{name: "value", typ: tDuration, required: true, doc: "the time, or a sample of milliseconds"},
		read: func(d *decoder, n *ruleNode, a *attr) {
			w := of(n.action.(A))
			if isConst(a.expr) {
				d.assign(w.fixed, &info{}, a)
			} else {
				*w.value = d.sample(a.expr, a.path)
			}
		},
		text: func(n *ruleNode) string {
			w := of(n.action.(A))
			if *w.value != nil {
				return exprText(*w.value)
			}
			return quote(conf.FormatDuration(*w.fixed))
		},
	}
}

func readSwitchMode(d *decoder, n *ruleNode, a *attr) {
	if d.word([]string{"http"}, a) == 0 {
		n.action.(*conf.SwitchMode).Mode = conf.ModeHTTP
	}
}

func checkNormalize(a conf.Action, _ ruleList) string {
	n := a.(*conf.NormalizeURI)
	switch {
	case n.Strict && n.How != "percent-decode-unreserved" && n.How != "percent-to-uppercase":
		return "strict is for percent-decode-unreserved and percent-to-uppercase"
	case n.Full && n.How != "path-strip-dotdot":
		return "full is for path-strip-dotdot"
	}
	return ""
}

// checkCapture holds a capture to one place for what it keeps. A response has no slots of its own: they are declared.
func checkCapture(a conf.Action, list ruleList) string {
	c := a.(*conf.CaptureSample)
	switch {
	case list&(httpResp|httpAfter) != 0 && c.Slot < 0:
		return "missing attribute; want id, a slot of declare_capture"
	case list == tcpReq && c.Len == 0:
		return "missing attribute; want len"
	case (c.Len > 0) == (c.Slot >= 0):
		return "want either len or id"
	}
	return ""
}
