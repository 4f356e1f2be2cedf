package conf

import (
	"strings"
	"testing"
)

func TestCheckName(t *testing.T) {
	f := func(name, want string, at int) {
		t.Helper()
		if got, i := CheckName(name); got != want || i != at {
			t.Errorf("%q: %q at %d; want %q at %d", name, got, i, want, at)
		}
	}
	const letters, length = "a name of letters, digits, '-', '_', '.' and ':'", "a name of 1 to 255 bytes"
	f("a", "", 0)
	f("aZ09-_.:", "", 0)
	f("-", "", 0)
	f(strings.Repeat("x", MaxName), "", 0)
	f(strings.Repeat("x", MaxName+1), length, 0)
	f("", length, 0)
	for c := range 256 {
		if s := string([]byte{byte(c)}); !strings.Contains("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:", s) {
			f("ab"+s+"c/", letters, 2)
		}
	}
}

// Titles stand in messages, one a line.
func TestTitleOnOneLine(t *testing.T) {
	p, s := NewProxy(Pos{}, Backend, "a\n\"b"), NewServer(Pos{}, "c\nd")
	if got, want := p.Title()+", "+s.Title(), `backend "a\n\"b", server "c\nd"`; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}
