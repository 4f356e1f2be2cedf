package conf

import (
	"testing"
	"time"
)

func TestParseDuration(t *testing.T) {
	f := func(s string, want time.Duration, wantErr string) {
		t.Helper()
		got, err := ParseDuration(s)
		if msg(err) != wantErr || got != want {
			t.Errorf("ParseDuration(%q) = %s, %q; want %s, %q", s, got, msg(err), want, wantErr)
		}
	}
	f("0", 0, "")
	f("250", 250*time.Millisecond, "")
	f("500us", 500*time.Microsecond, "")
	f("500ms", 500*time.Millisecond, "")
	f("25s", 25*time.Second, "")
	f("5m", 5*time.Minute, "")
	f("1h", time.Hour, "")
	f("24d", 24*24*time.Hour, "")
	f("2147483647", maxTimer, "")
	for _, s := range []string{"", "s", "-1s", "+1s", " 1s"} {
		f(s, 0, "want a time such as 500ms, 25s, 5m, 1h or 1d")
	}
	for _, s := range []string{"1x", "1.5s", "1 s", "1S", "1ss", "1m30s", "1µs"} {
		f(s, 0, "want the unit us, ms, s, m, h or d")
	}
	for _, s := range []string{"2147483648", "25d", "99999999999999999999s", "9223372036854775807d"} {
		f(s, 0, "want at most 2147483647ms (24 days)")
	}
}

func TestParseSize(t *testing.T) {
	f := func(s string, want int, wantErr string) {
		t.Helper()
		got, err := ParseSize(s)
		if msg(err) != wantErr || got != want {
			t.Errorf("ParseSize(%q) = %d, %q; want %d, %q", s, got, msg(err), want, wantErr)
		}
	}
	f("0", 0, "")
	f("16384", 16384, "")
	f("16k", 16384, "")
	f("1M", 1<<20, "")
	f("1g", 1<<30, "")
	f("2147483647", maxSize, "")
	for _, s := range []string{"", "k", "-1", "1kb", "1.5k", "0x10"} {
		f(s, 0, "want a number of bytes such as 16384, 16k or 1m")
	}
	for _, s := range []string{"2147483648", "2g", "99999999999999999999"} {
		f(s, 0, "want at most 2147483647 bytes")
	}
}

func FuzzParseDuration(f *testing.F) {
	for _, s := range []string{"1", "5us", "99d", "2147483647", "x", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDuration(s)
		if err != nil {
			return
		}
		if again, err := ParseDuration(FormatDuration(d)); err != nil || again != d || d < 0 || d > maxTimer {
			t.Errorf("%q is %s, written %q, read %s, %v", s, d, FormatDuration(d), again, err)
		}
	})
}

// msg returns an error's text, "" for none.
func msg(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
