package acl

import (
	"testing"

	"weir/conf"
)

func TestFormat(t *testing.T) {
	part := func(kind, s string) conf.FormatPart {
		switch kind {
		case "e":
			return conf.FormatPart{Expr: parseCalls(t, s)}
		case "a":
			return conf.FormatPart{Alias: s}
		}
		return conf.FormatPart{Text: s}
	}
	c := newContext(t, hotHead)
	f := func(p Place, want string, parts ...conf.FormatPart) {
		t.Helper()
		x, err := NewCompiler(Options{}).At(p).Format(&conf.Format{Parts: parts})
		if err != nil {
			t.Fatal(err)
		}
		if got := string(x.Append([]byte(">"), c)); got != ">"+want {
			t.Errorf("got %q; want %q", got, want)
		}
		buf := make([]byte, 0, 512)
		if n := testing.AllocsPerRun(50, func() { c.Arena.Reset(); x.Append(buf, c) }); n != 0 {
			t.Errorf("%q: %v allocations", want, n)
		}
	}
	f(InHTTPRequest, "https://www.example.com/app/index.html", part("t", "https://"), part("e", "hdr(host)"), part("e", "path"))
	f(InHTTPRequest, "[]", part("t", "["), part("e", "hdr(none)"), part("t", "]"))
	f(Anywhere, "1 5000 192.0.2.7 true", part("e", "always_true"), part("t", " "), part("e", "src_port"), part("t", " "), part("e", "src"), part("t", " true"))
	f(InLog, "192.0.2.7:5000 127.0.0.1:80 web web -", part("a", "ci"), part("t", ":"), part("a", "cp"), part("t", " "), part("a", "fi"),
		part("t", ":"), part("a", "fp"), part("t", " "), part("a", "f"), part("t", " "), part("a", "b"), part("t", " "), part("e", "str()"))
	f(InLog, "GET /app/index.html?a=1&tableId=42 HTTP/1.1", part("a", "r"))
	f(InLog, "GET|/app/index.html|?a=1&tableId=42|HTTP/1.1", part("a", "HM"), part("t", "|"), part("a", "HPO"), part("t", "|"), part("a", "HQ"), part("t", "|"), part("a", "HV"))
	f(InLog, "13/Feb/2009:23:31:30 +0000 1234567890 123", part("a", "T"), part("t", " "), part("a", "Ts"), part("t", " "), part("a", "ms"))
	if _, err := NewCompiler(Options{}).Format(&conf.Format{Parts: []conf.FormatPart{part("a", "cii")}}); err == nil {
		t.Error("an unknown log variable must be an error")
	}
	if s, ok := mustFormat(t, part("t", "a"), part("t", "b")).Const(); !ok || s != "ab" {
		t.Errorf("Const = %q, %v", s, ok)
	}
	if _, ok := mustFormat(t, part("e", "src")).Const(); ok {
		t.Error("src is not constant")
	}
}

func mustFormat(t *testing.T, parts ...conf.FormatPart) *Format {
	t.Helper()
	f, err := NewCompiler(Options{}).Format(&conf.Format{Parts: parts})
	if err != nil {
		t.Fatal(err)
	}
	return f
}
