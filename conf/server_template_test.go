package conf

import "testing"

func TestParseTemplate(t *testing.T) {
	f := func(s string, low, high int) {
		t.Helper()
		l, h, err := ParseTemplate(s)
		if l != low || h != high || (err != nil) != (high == 0) {
			t.Errorf("%q: got %d-%d, %v; want %d-%d", s, l, h, err, low, high)
		}
	}
	f("3", 1, 3)
	f("1", 1, 1)
	f("1-2", 1, 2)
	f("0-2", 0, 2)
	f("7-7", 7, 7)
	f("65536", 1, 65536)
	for _, s := range []string{"", "0", "0-0", "3-1", "x", "2-", "-2", "1-2-3", "1-x", "+1", "65537", "99999999999", "1 - 2"} {
		f(s, 0, 0)
	}
}

func TestTemplated(t *testing.T) {
	s := &Server{Weight: 5}
	all := Templated(s, "t", 0, 2)
	if len(all) != 3 || all[0].Name != "t0" || all[2].Name != "t2" || all[1].Weight != 5 || s.Name != "" {
		t.Errorf("got %+v", all)
	}
}
