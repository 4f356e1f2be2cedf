package message

import (
	"fmt"
	"strings"
	"testing"
)

// parse makes fields from "name: value" lines; "!name" marks one that Connection nominated.
func parse(lines ...string) (f Fields) {
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		plain := strings.TrimPrefix(name, "!")
		f.AddBytes([]byte(plain), []byte(value))
		f[len(f)-1].Hop = plain != name
	}
	return f
}

func (f Fields) text() string {
	var s []string
	for _, e := range f {
		hop := ""
		if e.Hop {
			hop = "!"
		}
		if e.Value == nil || e.ID != Lookup(e.Name) {
			s = append(s, fmt.Sprintf("BROKEN(%+v)", e))
		}
		s = append(s, fmt.Sprintf("%s%s: %s", hop, e.Name, e.Value))
	}
	return strings.Join(s, "|")
}

func TestGet(t *testing.T) {
	fields := parse("host: a", "x-a: 1", "accept: b", "x-a: 2", "x-empty: ", "accept: c")
	f := func(name, want string) {
		t.Helper()
		got := fields.GetName(name)
		if (got == nil) != (want == "none") || got != nil && string(got) != want {
			t.Fatalf("GetName(%q) = %q; want %s", name, got, want)
		}
		if id := Lookup(name); id != Unknown && string(fields.Get(id)) != string(got) {
			t.Fatalf("Get(%s) = %q; want %q", name, fields.Get(id), got)
		}
	}
	f("host", "a")
	f("x-a", "1")
	f("accept", "b")
	f("x-empty", "")
	f("x-b", "none")
	f("te", "none")
	f("", "none")
}

func TestNth(t *testing.T) {
	fields := parse("x-a: 1,2", "accept: a", "x-a: 3", "x-a: ", "accept: b")
	f := func(name string, occ int, want string) {
		t.Helper()
		got := fields.Nth(name, occ)
		if (got == nil) != (want == "none") || got != nil && string(got) != want {
			t.Fatalf("Nth(%q, %d) = %q; want %s", name, occ, got, want)
		}
	}
	f("x-a", 1, "1,2")
	f("x-a", 2, "3")
	f("x-a", 3, "")
	f("x-a", 4, "none")
	f("x-a", 0, "")
	f("x-a", -1, "")
	f("x-a", -2, "3")
	f("x-a", -3, "1,2")
	f("x-a", -4, "none")
	f("accept", -1, "b")
	f("accept", 1, "a")
	f("host", 1, "none")
	f("host", -1, "none")
	if n := fields.Count("x-a"); n != 3 {
		t.Fatalf("Count(x-a) = %d; want 3", n)
	}
	if n := fields.Count("accept") + fields.Count("host"); n != 2 {
		t.Fatalf("Count(accept) + Count(host) = %d; want 2", n)
	}
}

func TestChange(t *testing.T) {
	start := []string{"host: a", "!x-a: 1", "accept: b", "x-a: 2", "x-b: 3"}
	f := func(what string, change func(*Fields), want string) {
		t.Helper()
		fields := parse(start...)
		change(&fields)
		if got := fields.text(); got != want {
			t.Fatalf("%s: %s; want %s", what, got, want)
		}
	}
	v := []byte("new")
	f("set first", func(f *Fields) { f.Set(Host, v) }, "host: new|!x-a: 1|accept: b|x-a: 2|x-b: 3")
	f("set takes the mark off", func(f *Fields) { f.SetName("x-a", v) }, "host: a|x-a: new|accept: b|x-b: 3")
	f("set bytes", func(f *Fields) { f.SetBytes([]byte("x-a"), v) }, "host: a|x-a: new|accept: b|x-b: 3")
	f("set missing", func(f *Fields) { f.Set(TE, v) }, "host: a|!x-a: 1|accept: b|x-a: 2|x-b: 3|te: new")
	f("set missing name", func(f *Fields) { f.SetName("x-c", v) }, "host: a|!x-a: 1|accept: b|x-a: 2|x-b: 3|x-c: new")
	f("set missing bytes", func(f *Fields) { f.SetBytes([]byte("x-c"), v) }, "host: a|!x-a: 1|accept: b|x-a: 2|x-b: 3|x-c: new")
	f("set empty", func(f *Fields) { f.SetName("x-b", nil) }, "host: a|!x-a: 1|accept: b|x-a: 2|x-b: ")
	f("add", func(f *Fields) { f.Add(Accept, v) }, "host: a|!x-a: 1|accept: b|x-a: 2|x-b: 3|accept: new")
	f("add name", func(f *Fields) { f.AddName("x-a", nil) }, "host: a|!x-a: 1|accept: b|x-a: 2|x-b: 3|x-a: ")
	f("add bytes", func(f *Fields) { f.AddBytes([]byte("host"), v) }, "host: a|!x-a: 1|accept: b|x-a: 2|x-b: 3|host: new")
	f("del", func(f *Fields) { f.Del(Accept) }, "host: a|!x-a: 1|x-a: 2|x-b: 3")
	f("del name", func(f *Fields) { f.DelName("x-a") }, "host: a|accept: b|x-b: 3")
	f("del nothing", func(f *Fields) { f.DelName("x-z") }, "host: a|!x-a: 1|accept: b|x-a: 2|x-b: 3")
	f("del func", func(f *Fields) { f.DelFunc(func(e *Field) bool { return e.Name[0] == 'x' }) }, "host: a|accept: b")

	fields := parse(start...)
	if n := fields.DelName("x-a"); n != 2 {
		t.Fatalf("DelName(x-a) = %d; want 2", n)
	}
}

// A rule cannot split a message, whatever it makes a value from.
func TestValuesAreCleaned(t *testing.T) {
	f := func(value, want string) {
		t.Helper()
		given := []byte(value)
		var fields Fields
		fields.Add(Location, given)
		fields.SetName("x-a", given)
		for _, e := range fields {
			if string(e.Value) != want {
				t.Fatalf("%q is kept as %q; want %q", value, e.Value, want)
			}
		}
		if string(given) != value {
			t.Fatalf("the caller's %q became %q", value, given)
		}
	}
	f("a b\tc\x80", "a b\tc\x80")
	f("a\r\nSet-Cookie: b", "a  Set-Cookie: b")
	f("a\x00\x7f\x1f", "a   ")
	f("", "")
}

func TestValues(t *testing.T) {
	// As Debian's haproxy 2.6.12 splits them: req.hdr_cnt and req.hdr(x,n).
	f := func(want string, lines ...string) {
		t.Helper()
		fields := parse(lines...)
		var got []string
		for it := fields.Values("x"); it.Next(); {
			got = append(got, string(it.Value()))
		}
		if s := strings.Join(got, "|"); s != want {
			t.Fatalf("values of %q = %q; want %q", lines, s, want)
		}
		if n := fields.CountValues("x"); n != len(got) {
			t.Fatalf("CountValues of %q = %d; want %d", lines, n, len(got))
		}
		for i, v := range got {
			if a, b := fields.NthValue("x", i+1), fields.NthValue("x", i-len(got)); string(a) != v || string(b) != v {
				t.Fatalf("NthValue of %q at %d = %q and %q; want %q", lines, i+1, a, b, v)
			}
		}
		if a, b := fields.NthValue("x", len(got)+1), fields.NthValue("x", -len(got)-1); a != nil || b != nil {
			t.Fatalf("NthValue of %q past the ends = %q and %q; want none", lines, a, b)
		}
		if n := len(got); n > 0 && string(fields.NthValue("x", 0)) != got[n-1] {
			t.Fatalf("NthValue(0) of %q = %q; want the last", lines, fields.NthValue("x", 0))
		}
	}
	f("a|b|c|d", "x: a, b ,c", "y: z", "x: d")
	f("a||b", "x: a,,b")
	f("a|", "x: a,")
	f("", "x: ")
	f("|a", "x: ", "x: a")
	f("|", "x: ,")
	f(`"a,b"|c`, `x: "a,b",c`)
	f(`"a\",b"|c`, `x: "a\",b",c`)
	f(`"a,b|c`, `x: "a,b`, "x: c")
	f(`"a,b\`, `x: "a,b\`)
	f("", "y: a,b")
	f("a", "x: \t a \t")
}

func TestReset(t *testing.T) {
	req := Request{Fields: parse("host: a", "x-a: b"), Method: []byte("GET"), Framing: Length, ContentLength: 4, Upgrade: true}
	had := cap(req.Fields)
	req.Reset()
	if len(req.Fields) != 0 || cap(req.Fields) != had || req.Method != nil || req.Framing != NoBody || req.Upgrade {
		t.Fatalf("after Reset: %+v, cap %d; want empty, cap %d", req, cap(req.Fields), had)
	}
	resp := Response{Fields: parse("server: a"), Status: 200, KeepAlive: true}
	resp.Reset()
	if len(resp.Fields) != 0 || cap(resp.Fields) == 0 || resp.Status != 0 || resp.KeepAlive {
		t.Fatalf("after Reset: %+v", resp)
	}
}

func TestMessageGet(t *testing.T) {
	req, resp := Request{Fields: parse("host: a", "x-a: b")}, Response{Fields: parse("server: c", "x-a: d")}
	got := fmt.Sprintf("%s %s %s %s", req.Get(Host), req.GetName("x-a"), resp.Get(Server), resp.GetName("x-a"))
	if got != "a b c d" {
		t.Fatalf("got %q; want %q", got, "a b c d")
	}
}

func TestFieldsAllocations(t *testing.T) {
	fields := parse("host: a", "x-a: 1,2", "accept: b", "x-a: 3")
	fields = append(fields, Field{})[:4]
	name, value, n := []byte("x-new"), []byte("v"), 0
	got := testing.AllocsPerRun(100, func() {
		n += len(fields.GetName("x-a")) + fields.Count("x-a") + fields.CountValues("x-a") + len(fields.NthValue("x-a", -1))
		fields.SetName("x-a", fields.GetName("x-a"))
		fields.SetName("host", value)
		fields.AddBytes(name, value)
		n += fields.DelName("x-new")
		fields.Add(Accept, value)
		fields.Set(Accept, value)
	})
	if got != 0 || n == 0 {
		t.Fatalf("%v allocations per run; want 0", got)
	}
}
