package message

import "testing"

func TestTarget(t *testing.T) {
	f := func(path, wantPath, wantQuery string) {
		t.Helper()
		r := Request{Path: []byte(path)}
		if p, q := string(r.PathOnly()), string(r.Query()); p != wantPath || q != wantQuery {
			t.Fatalf("%q: path %q, query %q; want %q, %q", path, p, q, wantPath, wantQuery)
		}
	}
	f("/", "/", "")
	f("/a?b=c", "/a", "b=c")
	f("/a?", "/a", "")
	f("/a?b?c", "/a", "b?c")
	f("/?b", "/", "b")
	f("*", "", "")
	f("", "", "")
	if r := (Request{Path: []byte("/a")}); r.Query() != nil {
		t.Fatal("a path without a query has one")
	}
}

func TestHost(t *testing.T) {
	f := func(authority, field, wantHost, wantName string) {
		t.Helper()
		r := Request{Authority: []byte(authority)}
		if field != "none" {
			r.Fields.Add(Host, []byte(field))
		}
		if h, n := string(r.Host()), string(r.Hostname()); h != wantHost || n != wantName {
			t.Fatalf("authority %q, host %q: %q, %q; want %q, %q", authority, field, h, n, wantHost, wantName)
		}
	}
	f("", "a:80", "a:80", "a")
	f("b:81", "a:80", "b:81", "b")
	f("", "a", "a", "a")
	f("", "[::1]:80", "[::1]:80", "[::1]")
	f("", "[::1]", "[::1]", "[::1]")
	f("", "a:", "a:", "a")
	f("", "a:b", "a:b", "a:b")
	f("", "80", "80", "80")
	f("", "none", "", "")
	f("", "", "", "")
}

func TestURLParam(t *testing.T) {
	// As Debian's haproxy 2.6.12 answers url_param(t) and url_param(t,;).
	f := func(path, name string, delim byte, want string) {
		t.Helper()
		r := Request{Path: []byte(path)}
		got := r.URLParam(name, delim)
		if (got == nil) != (want == "none") || got != nil && string(got) != want {
			t.Fatalf("%q: URLParam(%q, %q) = %q; want %s", path, name, delim, got, want)
		}
	}
	f("/?t=1", "t", '?', "1")
	f("/?a=2&t=1&t=3", "t", '?', "1")
	f("/?a=2;t=1", "t", '?', "1")
	f("/?a=2;t=1", "t", ';', "1")
	f("/;t=4?t=1", "t", '?', "1")
	f("/;t=4?t=1", "t", ';', "4?t=1")
	f("/;t=4", "t", '?', "none")
	f("/;a;t=7?x", "t", ';', "7?x")
	f("/?t", "t", '?', "none")
	f("/?t=&x", "t", '?', "")
	f("/?T=1", "t", '?', "none")
	f("/p?xt=1", "t", '?', "none")
	f("/p?tx=1", "t", '?', "none")
	f("/?a=?t=1", "t", '?', "1")
	f("/?t=a;b", "t", '?', "a")
	f("/?t=%20a", "t", '?', "%20a")
	f("/a?", "t", '?', "none")
	f("/a", "t", '?', "none")
	f("/?&&t=1", "t", '?', "1")
	f("/?b&a=2", "", '?', "2")
	f("/?b", "", '?', "none")
	f("", "t", '?', "none")
	if v := FindParam([]byte("a=1&tableId=7"), "tableId", '&'); string(v) != "7" {
		t.Fatalf("FindParam = %q; want 7", v)
	}
}

func FuzzURLParam(f *testing.F) {
	f.Add("/?a=1&t=2;c", "t", byte('?'))
	f.Add("/;t", "", byte(';'))
	f.Fuzz(func(t *testing.T, path, name string, delim byte) {
		r := Request{Path: []byte(path)}
		for _, c := range r.URLParam(name, delim) {
			if c == '&' || c == ';' || c == delim {
				t.Fatalf("%q: value of %q goes past its end", path, name)
			}
		}
	})
}

// TestURI: it is what came until a rule has changed a part of it.
func TestURI(t *testing.T) {
	f := func(r Request, want string) {
		t.Helper()
		if got := string(r.URI()); got != want {
			t.Errorf("got %q; want %q", got, want)
		}
	}
	b := func(s string) []byte { return []byte(s) }
	f(Request{Target: b("/a"), Path: b("/a")}, "/a")
	f(Request{Target: b("/a"), Path: b("/b?c"), Rewritten: true}, "/b?c")
	f(Request{Target: b("http://h/a"), Scheme: b("http"), Authority: b("h"), Path: b("/a")}, "http://h/a")
	f(Request{Target: b("http://h/a"), Scheme: b("http"), Authority: b("h"), Path: b("/b"), Rewritten: true}, "http://h/b")
}
