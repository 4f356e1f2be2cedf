package cfgfile

import (
	"strings"
	"testing"

	"weir/conf"
)

func TestEvalCondition(t *testing.T) {
	env := testEnv("A", "alpha")
	f := func(text string, want bool) {
		t.Helper()
		got, err := evalCondition(Word{Text: text, plain: true, Pos: conf.Pos{File: "x", Line: 1, Col: 1}}, env)
		if err != nil || got != want {
			t.Errorf("%q: got %v, %v; want %v", text, got, err, want)
		}
	}
	f("1", true)
	f("0", false)
	f("-3", true)
	f("!1 || 1", true)
	f("1 || 1 && 0", true) // && binds tighter
	f("(1 || 1) && 0", false)
	f(" ! ( 0 ) ", true)
	f("defined(A)", true)
	f("defined(B)", false)
	f(`streq("a,b",'a,b')`, true)
	f(`strstr(a\ b," ")`, true)
	f("feature(NOSUCH)||enabled(EPOLL)", true)
	f("version_atleast(2.6) && version_before(2.7)", true)
}

// What -cc is given has quotes and variables as a line has.
func TestCondition(t *testing.T) {
	t.Setenv("WEIR_X", "/x y")
	f := func(text string, want bool, wantErr string) {
		t.Helper()
		got, err := Condition(text)
		msg := ""
		if err != nil {
			msg = err.Error()
		}
		if got != want || (msg == "") != (wantErr == "") || !strings.Contains(msg, wantErr) {
			t.Errorf("%s: got %t, %q; want %t, %q", text, got, msg, want, wantErr)
		}
	}
	f(`streq("$WEIR_X","/x y")`, true, "")
	f(`streq("${WEIR_X}",/x\ y) && !streq('$WEIR_X',/x)`, true, "")
	f(`streq($WEIR_X,/x)`, false, "")
	f("", false, "")
	f("1 # one", false, "unexpected #")
	f(`streq("a`, false, "quote")
	f("nonsense(1)", false, "nonsense")
}

func TestCompareVersions(t *testing.T) {
	f := func(a, b string, want int) {
		t.Helper()
		if got, err := compareVersions(a, b); got != want || err != nil {
			t.Errorf("%s against %s: got %d, %v; want %d", a, b, got, err, want)
		}
	}
	f("2.6", "2.6.0", 0)
	f("2.6.12", "2.6.2", 1)
	f("2.6.12", "2.10", -1)
	f("2.6-dev4", "2.6", -1)
	f("2.6-rc1", "2.6-dev9", 1)
	f("2.6-rc1", "2.6", -1)
	f("2.6-dev4-abc", "2.6-dev4", 0)
	for _, bad := range []string{"", "x", "2.", "2.x", "1.2.3.4", "-1"} {
		if _, err := compareVersions("2.6", bad); err == nil {
			t.Errorf("%q is taken for a version", bad)
		}
	}
}
