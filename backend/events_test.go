package backend

import (
	"strings"
	"testing"
)

// TestLogHealthChecks: with the option every change of a check's result is a line, and repetitions are not.
func TestLogHealthChecks(t *testing.T) {
	p := proxy("roundrobin", "s1 s2")
	p.Options.LogHealthChecks = true
	p.Servers[0].Check = true
	b, lines := newLogged(t, p)
	s := b.Server("s1")
	good, bad := checkResult{status: checkL7OK, code: 200}, checkResult{status: checkL7STS, code: 500, text: "Oops"}
	for _, r := range []checkResult{good, good, bad, good, good} {
		s.report(r)
	}
	want := `Health check for server bk/s1 succeeded, reason: Layer7 check passed, code: 200, check duration: 0ms, status: 3/3 UP.
Health check for server bk/s1 failed, reason: Layer7 wrong status, code: 500, info: "Oops", check duration: 0ms, status: 2/3 UP.
Health check for server bk/s1 succeeded, reason: Layer7 check passed, code: 200, check duration: 0ms, status: 3/3 UP.`
	if got := strings.Join(lines(), "\n"); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// TestEventsOrder: lines come out in the order in which they were said.
func TestEventsOrder(t *testing.T) {
	b, lines := newLogged(t, proxy("roundrobin", "a b"))
	for range 50 {
		b.Server("a").Disable()
		b.Server("a").Enable()
	}
	for i, line := range lines() {
		if down := strings.Contains(line, "going DOWN"); down != (i%2 == 0) {
			t.Fatalf("line %d: %s", i, line)
		}
	}
}
