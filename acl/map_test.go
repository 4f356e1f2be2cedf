package acl

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"weir/conf"
)

// mapFiles are files as HAProxy 2.6 was given them; what is expected below was observed with them.
var mapFiles = map[string]string{
	"hosts.map": "# comment\n  a.com   va  \t\nb.com vb with spaces  \n\nc.com\n\t# indented comment\nd.com vd # not comment\na.com dup\n",
	"crlf.map":  "crlf.com v1\r\nz.com v2\r\nlast.com v3",
	"ips.map":   "10.0.0.0/8 ten\n10.1.0.0/16 tenone\n127.0.0.1 lo\n2001:db8::/32 six\n",
	"re.map":    "^/a(.*)b m\\1-\\0\n^/x x\n",
	"beg.map":   "/a one\n/ab two\n/abc three\n",
	"ints.map":  "5 five\n10:20 teen\n",
	"num.map":   "a 1\nb -2\n",
	"addr.map":  "a 192.0.2.1\n",
	"bad.map":   "a 1\nb x\n",
	"paths.lst": "/foo\n/bar baz\n# c\n  /lead   \n",
	"dom.map":   "b.com inner\na.b.com outer\n",
}

type mapBed struct {
	t   testing.TB
	dir string
	c   *Compiler
	x   *Context
}

func newMapBed(t testing.TB) *mapBed {
	b := &mapBed{t: t, dir: t.TempDir(), c: NewCompiler(Options{}), x: newContext(t, "GET / HTTP/1.1\n")}
	for name, text := range mapFiles {
		if err := os.WriteFile(filepath.Join(b.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// eval evaluates an expression in which % stands for the directory.
func (b *mapBed) eval(text string) string {
	b.t.Helper()
	x, err := b.c.Expr(parseCalls(b.t, strings.ReplaceAll(text, "%", b.dir+"/")))
	if err != nil {
		return "error: " + strings.ReplaceAll(err.Error(), b.dir+"/", "%")
	}
	out, ok := x.AppendText(nil, b.x)
	if !ok {
		return "-"
	}
	return "<" + string(out) + ">"
}

func TestMaps(t *testing.T) {
	b := newMapBed(t)
	f := func(expr, want string) {
		t.Helper()
		if got := b.eval(expr); got != want {
			t.Errorf("%s = %s; want %s", expr, got, want)
		}
	}
	f("str(a.com),map(%hosts.map,def)", "<va>")
	f("str(b.com),map(%hosts.map,def)", "<vb with spaces>")
	f("str(c.com),map(%hosts.map,def)", "<>")
	f("str(d.com),map(%hosts.map,def)", "<vd # not comment>")
	f("str(#),map(%hosts.map)", "<indented comment>")
	f("str(A.com),map(%hosts.map,def)", "<def>")
	f("str(A.com),map(%hosts.map)", "-")
	f("str(crlf.com),map_str(%crlf.map)", "<v1>")
	f("str(last.com),map_str(%crlf.map)", "<v3>")
	f("str(10.1.2.3),map_ip(%ips.map)", "<tenone>")
	f("str(10.2.2.3),map_ip(%ips.map)", "<ten>")
	f("ipv6(2001:db8::5),map_ip(%ips.map)", "<six>")
	f("ipv6(::ffff:10.1.0.1),map_ip(%ips.map)", "<tenone>")
	f("str(1.2.3.4),map_ip(%ips.map)", "-")
	f("str(/abx),map_beg(%beg.map)", "<two>")
	f("str(/abcd),map_beg(%beg.map)", "<three>")
	f("str(/aXXb),map_beg(%beg.map)", "<one>")
	f("str(/aXXb),map_regm(%re.map)", "<mXX-/aXXb>")
	f("str(/aXXb),map_reg(%re.map)", `<m\1-\0>`)
	f("str(/xx),map_regm(%re.map)", "<x>")
	f("int(15),map_int(%ints.map)", "<teen>")
	f("int(5),map_int(%ints.map)", "<five>")
	f("int(100),map_int(%ints.map)", "-")
	f("str(b),map_str_int(%num.map),add(3)", "<1>")
	f("str(z),map_str_int(%num.map,7)", "<7>")
	f("str(a),map_str_ip(%addr.map),ipmask(24)", "<192.0.2.0>")
	f("str(/abcd),map_beg_key(%beg.map)", "</abc>")
	f("str(x.a.b.com),map_dom(%dom.map)", "<inner>") // the first of the file
	f("str(xb.com),map_dom(%dom.map)", "-")
	f("str(xb.community),map_sub(%dom.map)", "<inner>")
	f("str(xb.com),map_end(%dom.map)", "<inner>")
	f("str(x),map(virt@v,none)", "<none>")
	f("str(x),map(opt@%missing,none)", "<none>")
	if got := b.eval("str(b),map_str_int(%bad.map)"); !strings.Contains(got, "unable to parse 'x' at entry 2") {
		t.Error(got)
	}
	if got := b.eval("str(b),map(%missing.map)"); !strings.Contains(got, "no such file") {
		t.Error(got)
	}
	if got := b.eval("str(b),map_str_int(%num.map,zz)"); !strings.Contains(got, `got "zz"; want an integer`) {
		t.Error(got)
	}
}

// fileCond tests a text against a file of patterns.
func (b *mapBed) fileCond(test, file string, maps bool) (*Cond, error) {
	cond := testCond(b.t, test)
	cond.Test.Maps = maps
	cond.Test.Files = []*conf.PatternFile{{Path: filepath.Join(b.dir, file)}}
	return b.c.Cond(cond, nil)
}

func TestPatternFiles(t *testing.T) {
	b := newMapBed(t)
	f := func(test, file string, maps, want bool) {
		t.Helper()
		cond, err := b.fileCond(test, file, maps)
		if err != nil {
			t.Fatal(err)
		}
		if got := cond.Match(b.x); got != want {
			t.Errorf("%s -f %s = %v; want %v", test, file, got, want)
		}
	}
	f("str(/foo1) -m beg", "paths.lst", false, true)
	f("str(/fo) -m beg", "paths.lst", false, false)
	f("str(/fo) -m beg /f", "paths.lst", false, true)
	f("str(/FOO) -m str -i", "paths.lst", false, true)
	f("str(/bar) -m str", "paths.lst", false, false) // the whole line is the pattern
	f("str(a.com) -m str", "hosts.map", true, true)
	f("str(va) -m str", "hosts.map", true, false)
	if _, err := b.fileCond("str(a) -m str", "hosts.map", false); err == nil || !strings.Contains(err.Error(), "already used as a two column file") {
		t.Errorf("a map without -M: %v", err)
	}
}

// TestStore: answers and effects as HAProxy 2.6 gave them on its stats socket.
func TestStore(t *testing.T) {
	b := newMapBed(t)
	st := b.c.State.Patterns
	name := filepath.Join(b.dir, "hosts.map")
	look := func(key, want string) {
		t.Helper()
		if got := b.eval("str(" + key + "),map(%hosts.map)"); got != want {
			t.Errorf("%s = %s; want %s", key, got, want)
		}
	}
	check := func(err error, want string) {
		t.Helper()
		if got := fmt.Sprint(err); got != want {
			t.Errorf("got %s; want %s", got, want)
		}
	}
	look("a.com", "<va>")
	check(st.Add(true, name, nil, "n.com", "vn"), "<nil>")
	look("n.com", "<vn>")
	check(st.Add(false, name, nil, "q", ""), "This ACL is shared with a map containing samples. You must use the command 'add map' to add values.")
	check(st.Add(true, "nope", nil, "q", ""), "Unknown map identifier. Please use #<id> or <file>.")
	check(st.Set(name, "a.com", "NEW"), "<nil>")
	look("a.com", "<NEW>")
	check(st.Set(name, "nope", "x"), "entry not found.")
	check(st.Set(name, "#0x1", "x"), "key or pattern not found.")
	check(st.Del(true, name, "a.com"), "<nil>") // both entries of that key
	look("a.com", "-")
	check(st.Del(true, name, "a.com"), "Key not found.")
	lines, err := st.Dump(true, name, nil)
	check(err, "<nil>")
	if len(lines) != 5 || !strings.HasSuffix(lines[0], " b.com vb with spaces") || !strings.HasSuffix(lines[4], " n.com vn") {
		t.Errorf("%q", lines)
	}
	check(st.Set(name, "#"+strings.Fields(lines[4])[0], "byref"), "<nil>")
	look("n.com", "<byref>")
	ver, err := st.Prepare(true, name)
	check(err, "<nil>")
	check(st.Add(true, name, &ver, "x.com", "vx"), "<nil>")
	look("x.com", "-")
	check(st.Commit(true, name, ver), "<nil>")
	look("x.com", "<vx>")
	look("b.com", "-")
	check(st.Commit(true, name, ver), "Version number out of range.")
	future := ver + 8
	check(st.Add(true, name, &future, "a", "b"), "Version number in the future, please use 'prepare map' before.")
	if got := st.List(true); len(got) != 1 || !strings.HasSuffix(got[0], "curr_ver=1 next_ver=1 entry_cnt=1") {
		t.Errorf("%q", got)
	}
	got, err := st.Lookup(true, name, "x.com")
	check(err, "<nil>")
	if want := `type=str, case=sensitive, found=yes, idx=tree, key="x.com", value="vx", type="str"`; len(got) != 1 || got[0] != want {
		t.Errorf("got %q; want %s", got, want)
	}
	check(st.Clear(true, name, nil), "<nil>")
	look("x.com", "-")
}

// TestOwnPatterns: those of an ACL's own line can be changed too, and a Switch built of them follows.
func TestOwnPatterns(t *testing.T) {
	b := newMapBed(t)
	test := testCond(t, "str(v3) -m str v1 v2")
	test.Test.ID = 777
	cond, err := b.c.Cond(test, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := NewSwitch([]*Cond{cond})
	if s.Pick(b.x) != -1 {
		t.Error("v3 is not there yet")
	}
	st := b.c.State.Patterns
	if err := st.Add(false, "#777", nil, "v3", ""); err != nil {
		t.Fatal(err)
	}
	if !cond.Match(b.x) || s.Pick(b.x) != 0 {
		t.Error("v3 was added")
	}
	if err := st.Del(false, "#777", "v3"); err != nil || cond.Match(b.x) || s.Pick(b.x) != -1 {
		t.Error("v3 was deleted", err)
	}
	if got := st.List(false); len(got) != 1 || !strings.HasPrefix(got[0], "777 () acl 'str' file 't' line 1.") {
		t.Errorf("%q", got)
	}
}

// TestManyEntries: adding and deleting one by one gives what building at once gives, for every method.
func TestManyEntries(t *testing.T) {
	for _, method := range []string{"str", "beg", "end", "sub", "dom", "dir", "int", "ip"} {
		b := newMapBed(t)
		l, err := b.c.State.Patterns.file(nil, "virt@"+method, true, conf.Pos{})
		if err != nil {
			t.Fatal(err)
		}
		m := lookupMethod(method)
		grown, err := l.set(m, false, Str, false, conf.Pos{})
		if err != nil {
			t.Fatal(err)
		}
		key := func(i int) string {
			switch method {
			case "int":
				return fmt.Sprintf("%d:%d", i%97, i%97+i%7)
			case "ip":
				return fmt.Sprintf("10.%d.0.0/%d", i%50, 8+i%9)
			}
			return strings.Repeat(string(rune('a'+i%3)), i%4) + string(rune('a'+i%5)) + "." + string(rune('a'+i%4))
		}
		for i := range 300 {
			if err := l.add(nil, key(i), fmt.Sprint(i)); err != nil {
				t.Fatal(err)
			}
			if i%3 == 0 {
				if err := l.del(key(i / 2)); err != nil && err != errNoKey {
					t.Fatal(err)
				}
			}
		}
		atOnce := &patSet{list: l, method: m, out: Str}
		atOnce.rebuild(l.current())
		hits := 0
		for i := range 300 {
			s := Sample{Type: Str, Bytes: []byte(key(i))}
			switch method {
			case "int":
				s = Sample{Type: Int, Int: int64(i % 110)}
			case "ip":
				s.setAddr(mustAddr(t, fmt.Sprintf("10.%d.3.4", i%60)))
			}
			s2 := s
			got, want := grown.find(b.x, &s), atOnce.find(b.x, &s2)
			if got != want {
				t.Fatalf("%s: %+v finds %v; want %v", method, s, got, want)
			}
			if got != nil {
				hits++
			}
		}
		if hits == 0 {
			t.Errorf("%s: nothing was ever found", method)
		}
	}
}

func mustAddr(t *testing.T, text string) netip.Addr {
	a, ok := parseAddr([]byte(text))
	if !ok {
		t.Fatal(text)
	}
	return a
}

// bigMap is a list of 10,000 entries with an expression that finds one of them.
func bigMap(t testing.TB, match, key string) (*Expr, *Context) {
	b := newMapBed(t)
	l, err := b.c.State.Patterns.file(nil, "virt@big", true, conf.Pos{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10000 {
		k := fmt.Sprintf("h%d.example", i)
		if match == "ip" {
			k = fmt.Sprintf("10.%d.%d.0/24", i/256, i%256)
		}
		l.append(0, k, newPatValue(fmt.Sprint("v", i)))
	}
	x, err := b.c.Expr(parseCalls(t, "str("+key+"),map_"+match+"(virt@big)"))
	if err != nil {
		t.Fatal(err)
	}
	return x, b.x
}

var bigKeys = map[string]string{
	"str": "h9999.example", "beg": "h9999.example/x", "end": "www.h9999.example", "dom": "www.h9999.example", "sub": "xxh9999.examplexx", "ip": "10.39.15.7",
}

func TestMapAllocs(t *testing.T) {
	for match, key := range bigKeys {
		x, c := bigMap(t, match, key)
		var s Sample
		if n := allocsPerRun(100, func() {
			c.Arena.Reset()
			if !x.Eval(c, &s) || string(s.Bytes) != "v9999" {
				t.Fatalf("%s: %q", match, s.Bytes)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", match, n)
		}
	}
}

func BenchmarkMap(b *testing.B) {
	for match, key := range bigKeys {
		b.Run(match, func(b *testing.B) {
			x, c := bigMap(b, match, key)
			b.ReportAllocs()
			var s Sample
			for b.Loop() {
				c.Arena.Reset()
				x.Eval(c, &s)
			}
		})
	}
}

// FuzzPatternFile: a line is one entry at most, and what was read can be written and read again.
func FuzzPatternFile(f *testing.F) {
	for _, text := range mapFiles {
		f.Add([]byte(text), true)
		f.Add([]byte(text), false)
	}
	f.Fuzz(func(t *testing.T, text []byte, pairs bool) {
		var keys, again []string
		var out strings.Builder
		parsePatterns(text, pairs, func(k, v string) {
			keys = append(keys, k+"\x00"+v)
			out.WriteString(" " + k)
			if pairs {
				out.WriteString(" " + v)
			}
			out.WriteString("\n")
		})
		if len(keys) > strings.Count(string(text), "\n")+1 {
			t.Errorf("%d entries of %q", len(keys), text)
		}
		parsePatterns([]byte(out.String()), pairs, func(k, v string) { again = append(again, k+"\x00"+v) })
		// A carriage return before a space is of the value; written at a line's end it would be of the line's.
		unwritable := slices.ContainsFunc(keys, func(k string) bool { return strings.HasSuffix(strings.TrimSuffix(k, "\x00"), "\r") })
		if !unwritable && !slices.Equal(keys, again) {
			t.Errorf("%q then %q", keys, again)
		}
	})
}
