package e2e

import "testing"

func TestLineDiff(t *testing.T) {
	f := func(a, b, want string) {
		t.Helper()
		if got := lineDiff(a, b); got != want {
			t.Errorf("lineDiff(%q, %q) = %q; want %q", a, b, got, want)
		}
	}
	f("a\n", "a\n", " a\n")
	f("a\nb\nc\n", "a\nc\n", " a\n-b\n c\n")
	f("a\nc", "a\nb\nc", " a\n+b\n c\n")
	f("a\nb", "a\nc", " a\n-b\n+c\n")
}
