package conf

import (
	"strings"
	"testing"
)

// Each action stands where HAProxy takes it, and the message says where that is.
func TestRulePlaces(t *testing.T) {
	f := func(at string, a Action, want string) {
		t.Helper()
		p := NewProxy(Pos{File: "f", Line: 1}, Backend, "b")
		r := []*Rule{{Pos: Pos{File: "f", Line: 2}, Action: a}}
		switch at {
		case "req":
			p.HTTPReqRules = r
		case "res":
			p.HTTPRespRules = r
		default:
			p.HTTPAfterRules = r
		}
		v := &validator{cfg: &Config{Proxies: []*Proxy{p}}, kw: func(s string) string { return s }}
		v.places(p)
		got := ""
		if len(v.diags.Errors) > 0 {
			got = v.diags.Errors[0].Error()
		}
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s %s: got %q; want %q", at, a.Keyword(), got, want)
		}
	}
	f("req", &Tarpit{}, "")
	f("res", &Tarpit{}, `f:2: backend "b": http-response: tarpit is no action of this list; want it among the rules of http-request`)
	f("after", &Deny{}, `deny is no action of this list; want it among the rules of http-request or http-response`)
	f("req", &SetStatus{}, `want it among the rules of http-response or http-after-response`)
	f("res", &SetStatus{}, "")
	f("after", &StrictMode{}, "")
	f("req", &Close{}, "want it among the tcp rules")
	f("res", &CaptureSample{Slot: -1}, "needs the id of a slot")
	f("res", &CaptureSample{Slot: 0}, "")
	f("req", &CaptureSample{Slot: -1}, "")
}
