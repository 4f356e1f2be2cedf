package peer

import (
	"strings"
	"testing"
)

// recorder stands for the test that asks.
type recorder struct {
	testing.TB
	fatal, skip string
}

func (r *recorder) Helper() {}

func (r *recorder) Fatalf(format string, args ...any) {
	r.fatal = format
	panic(r)
}

func (r *recorder) Skipf(format string, args ...any) {
	r.skip = format
	panic(r)
}

func TestNeed(t *testing.T) {
	f := func(ci, name, fatal, skip string) {
		t.Helper()
		t.Setenv("CI", ci)
		r := &recorder{TB: t}
		func() {
			defer func() {
				if v := recover(); v != nil && v != any(r) {
					panic(v)
				}
			}()
			Need(r, name)
		}()
		if !strings.Contains(r.fatal, fatal) || !strings.Contains(r.skip, skip) || (r.fatal == "") != (fatal == "") || (r.skip == "") != (skip == "") {
			t.Fatalf("CI=%q Need(%q): fatal %q, skip %q", ci, name, r.fatal, r.skip)
		}
	}
	f("", "sh", "", "")
	f("true", "sh", "", "")
	f("", "no-such-program", "", "is left out")
	f("true", "no-such-program", "every peer must be there", "")
}
