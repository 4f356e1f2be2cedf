package backend

import (
	"testing"

	"weir/conf"
	"weir/internal/message"
)

func TestMainDomain(t *testing.T) {
	f := func(host, want string) {
		t.Helper()
		if got := string(mainDomain([]byte(host))); got != want {
			t.Errorf("%q: got %q; want %q", host, got, want)
		}
	}
	f("haproxy.1wt.eu", "1wt")
	f("1wt.eu:8080", "1wt")
	f("localhost", "localhost")
	f("", "")
	f(".", "")
}

func TestCutURI(t *testing.T) {
	f := func(balance, uri, want string) {
		t.Helper()
		bal, err := conf.ParseBalance(balance)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(cutURI([]byte(uri), &bal)); got != want {
			t.Errorf("%s %q: got %q; want %q", balance, uri, got, want)
		}
	}
	f("uri", "/a/b?c", "/a/b")
	f("uri whole", "/a/b?c", "/a/b?c")
	f("uri len 3", "/a/b?c", "/a/")
	f("uri depth 1", "/a/b?c", "/a")
	f("uri depth 2 len 3", "/a/b/c", "/a/")
	f("uri depth 3", "/a/b", "/a/b")
}

func TestParam(t *testing.T) {
	f := func(list, name, want string, ok bool) {
		t.Helper()
		got, found := param([]byte(list), name)
		if string(got) != want || found != ok {
			t.Errorf("%q %q: got %q, %v; want %q, %v", list, name, got, found, want, ok)
		}
	}
	f("a=1&b=2", "b", "2", true)
	f("a=1;b=2", "b", "", false)
	f("a=1;b=2", "a", "1;b=2", true)
	f("ab=1&b=2", "b", "2", true)
	f("b&b=2", "b", "2", true)
	f("b=", "b", "", true)
	f("B=1", "b", "", false)
	f("", "b", "", false)
	f("&&b=1", "b", "1", true)
}

// TestNoKey: what has no key takes its turn.
func TestNoKey(t *testing.T) {
	for _, balance := range []string{"url_param id", "hdr(x-key)", "uri"} {
		b := newTest(t, proxy(balance, "a b"))
		if got := picks(b, 4); got != "a b a b" { // no request: TCP mode
			t.Errorf("%s: got %s; want a b a b", balance, got)
		}
	}
	b := newTest(t, proxy("url_param id", "a b"))
	sub := &Subject{Req: get("/?x=1"), Body: []byte("id=5")}
	if _, ok := b.hash(sub); ok {
		t.Error("the body of a GET was looked at")
	}
	sub.Req.MethodID = message.MethodPost
	if _, ok := b.hash(sub); !ok {
		t.Error("the body of a POST was not looked at")
	}
}

// FuzzKey: no request makes a key function fail, and the same request always has the same key.
func FuzzKey(f *testing.F) {
	f.Add("/a/b?id=1&x=2", "www.example.com:80, b", "id=3")
	f.Add("*", "", "")
	f.Add("http://h/%zz?;&&id", `"a,b`, "id=\x00&id")
	f.Add("?id=", "..:", "&=&id==")
	var list []*Backend
	for _, balance := range []string{"url_param id", "hdr(x-key) use_domain_only", "hdr(x-key)", "uri", "uri whole depth 3", "uri len 5 depth 1 path-only"} {
		for _, ht := range []string{"map-based", "consistent djb2", "map-based crc32 avalanche", "map-based wt6", "map-based none"} {
			p := proxy(balance, "a b:3 c")
			h, err := conf.ParseHashType(ht)
			if err != nil {
				f.Fatal(err)
			}
			p.HashType = h
			list = append(list, newTest(f, p))
		}
	}
	f.Fuzz(func(t *testing.T, target, field, body string) {
		sub := &Subject{Req: get(target, "x-key: "+field), Body: []byte(body)}
		sub.Req.MethodID = message.MethodPost
		for _, b := range list {
			key, ok := b.hash(sub)
			if again, _ := b.hash(sub); again != key {
				t.Fatalf("%s: two keys of one request", b.conf.Balance)
			}
			first := pickName(b, sub, nil)
			if again := pickName(b, sub, nil); ok && again != first {
				t.Fatalf("%s: two servers for one key", b.conf.Balance)
			}
		}
	})
}
