package conf

import "testing"

func TestParseCPUs(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		got := "error"
		if cpus, err := ParseCPUs(text); err == nil {
			got = CPUsText(cpus)
		}
		if got != want {
			t.Errorf("%q: %s; want %s", text, got, want)
		}
	}
	f("0", "0")
	f("0-3,6", "0-3,6")
	f("6,0,2,1,1", "0-2,6")
	f("1020-", "1020-1023")
	f("1023", "1023")
	for _, bad := range []string{"", "a", "-1", "3-1", "0-1024", "1,,2", "0-3-5", "99999999999999999999", "+"} {
		f(bad, "error")
	}
}
