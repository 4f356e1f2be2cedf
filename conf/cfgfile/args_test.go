package cfgfile

import (
	"strings"
	"testing"
)

func TestCutArgs(t *testing.T) {
	f := func(s, want string, n int) {
		t.Helper()
		args, m, err := cutArgs(s)
		if got := strings.Join(args, "|"); err != nil || got != want || m != n {
			t.Errorf("%s: got %q, %d, %v; want %q, %d", s, got, m, err, want, n)
		}
	}
	f("()", "", 2)
	f("(a)x", "a", 3)
	f("(a,b)", "a|b", 5)
	f("(,)", "|", 3)
	f(`("a,b)",c)`, "a,b)|c", 10)
	f(`('a"b')`, `a"b`, 7)
	f(`(a\,b)`, `a\|b`, 6) // a backslash before a comma is itself
	f(`(a\ b\\c)`, `a b\c`, 9)
	f(`(\d+)`, `\d+`, 5)
	for _, bad := range []string{"(", "(a", `("a)`, `('a)`, `(a,`} {
		if args, n, err := cutArgs(bad); err == nil {
			t.Errorf("%s: got %q, %d", bad, args, n)
		}
	}
}
