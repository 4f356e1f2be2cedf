package logsink

import (
	"regexp"
	"testing"

	"weir/conf"
)

// Of each 5 lines the first and the third and fourth are sent; a second target with the same name has them all.
func TestSample(t *testing.T) {
	var out sink
	w := New(Options{Stdout: &out})
	r := route(t, w, &conf.LogTarget{Target: "stdout", Format: "raw", Sample: &conf.LogSample{Ranges: [][2]int{{1, 1}, {3, 4}}, Size: 5}})
	p := w.Producer(0)
	for _, line := range []string{"1", "2", "3", "4", "5", "6", "7", "8"} {
		put(p, r, Info, line)
	}
	p.Flush()
	shut(t, w)
	if got, want := out.String(), "1\n3\n4\n6\n8\n"; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
}

// Structured data stands in lines of RFC 5424 and in no other.
func TestStructuredData(t *testing.T) {
	f := func(format, sd, want string) {
		t.Helper()
		var out sink
		w := New(Options{Stdout: &out, Tag: "weir", PID: 7})
		r := route(t, w, &conf.LogTarget{Target: "stdout", Format: format})
		p := w.Producer(0)
		p.EndSD(append(append(p.Begin(), sd...), "text"...), len(sd), r, Info)
		p.Flush()
		shut(t, w)
		if got := out.String(); !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("%s %q: got %q; want %s", format, sd, got, want)
		}
	}
	f("rfc5424", `[a@1 b="c"]`, `^<134>1 \S+ - weir 7 - \[a@1 b="c"\] text\n$`)
	f("rfc5424", "", `^<134>1 \S+ - weir 7 - - text\n$`)
	f("raw", `[a@1 b="c"]`, "^text\n$")
	f("short", `[a@1 b="c"]`, "^<6>text\n$")
}
