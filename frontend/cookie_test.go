package frontend

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestAppendWithout(t *testing.T) {
	f := func(value, want string) {
		t.Helper()
		if got := string(appendWithout(nil, []byte(value), "SRV")); got != want {
			t.Errorf("%q: got %q; want %q", value, got, want)
		}
	}
	f("", "")
	f("a=1", "a=1")
	f("SRV=x", "")
	f("a=1; SRV=x; b=2", "a=1; b=2")
	f("a=1;SRV=x;b=2", "a=1; b=2")
	f("SRV=x;b=2", "b=2")
	f("a=1,SRV=x", "a=1")
	f("a=1; SRV=x;", "a=1;")
	f("SRV=x;;b=1", ";b=1")
	f("SRV=x; SRV=y; b", "b")
	f(`a="x; SRV=z"; SRV=y`, `a="x; SRV=z"`)
	f("$Version=1; SRV=x; $Path=/; b=1", "$Version=1; b=1")
	f("SRV; XSRV=1", "SRV; XSRV=1")
}

func TestAppendUnprefixed(t *testing.T) {
	f := func(value, want string) {
		t.Helper()
		if got := string(appendUnprefixed(nil, []byte(value), "SRV")); got != want {
			t.Errorf("%q: got %q; want %q", value, got, want)
		}
	}
	f("SRV=ca~foo", "SRV=foo")
	f("a=1; SRV=ca~foo; c=2", "a=1; SRV=foo; c=2")
	f("SRV = ca~x ; b", "SRV=x ; b")
	f("SRV=~x", "SRV=x")
	f("SRV=ca~a~b", "SRV=a~b")
	f("SRV=foo", "SRV=foo")
	f("SRV=ca~; b", "SRV=; b")
	f("a=1", "a=1")
}

func TestCookieDates(t *testing.T) {
	now := time.Unix(1795716000, 0)
	b := appendDate(nil, cookieNow(now))
	if string(b) != "awhzo" || parseDate(b) != cookieNow(now) {
		t.Errorf("got %s, %d", b, parseDate(b))
	}
	f := func(dates string, wantLast, wantFirst int64) {
		t.Helper()
		if last, first, _ := parseDates([]byte(dates)); last != wantLast || first != wantFirst {
			t.Errorf("%q: got %d, %d", dates, last, first)
		}
	}
	f("AAAAB|AAAAC", 1, 2)
	f("AAAAB", 1, 0)
	f("|AAAAC", 0, 2)
	f("abc|!!!!!", 0, 0)
	f("", 0, 0)
	for _, c := range []struct {
		date  int64
		limit time.Duration
		want  bool
	}{{0, time.Second, false}, {100, 0, false}, {100, time.Hour, false}, {100, 30 * time.Second, true}, {100 + 22000, time.Hour, true}, {110 + 21000, time.Hour, false}} {
		if got := tooOld(c.date, c.limit, 110); got != c.want {
			t.Errorf("date %d limit %v: got %v", c.date, c.limit, got)
		}
	}
}

// FuzzCookie: whatever a client sends, taking our cookie out leaves none of it, and the others in their order.
func FuzzCookie(f *testing.F) {
	for _, s := range []string{"a=1; SRV=x; b=2", "SRV=x|AAAAA|AAAAB", `a="; SRV=1`, "SRV = ca~x ; b", ";;,,SRV=", `\";SRV=\`, "$Path=/; SRV=1; $Path=/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		without := appendWithout(nil, []byte(value), "SRV")
		for rest := without; rest != nil; {
			var pair []byte
			pair, rest = cutPair(rest)
			if name, _, ok := splitPair(pair); ok && string(name) == "SRV" {
				t.Fatalf("%q: %q still has it", value, without)
			}
		}
		if len(without) > len(value)+strings.Count(value, ";")+strings.Count(value, ",") {
			t.Fatalf("%q grew to %q", value, without)
		}
		if got := appendUnprefixed(nil, []byte(value), "SRV"); len(got) > len(value) {
			t.Fatalf("%q grew to %q", value, got)
		}
		if bytes.IndexByte([]byte(value), '|') >= 0 {
			_, dates, _ := cutDates([]byte(value))
			parseDates(dates)
		}
	})
}
