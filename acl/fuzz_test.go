package acl

import (
	"bytes"
	"strings"
	"testing"

	"weir/conf"
	"weir/internal/message"
)

// FuzzPatterns compiles any pattern for any method and matches any text: nothing may panic, and the string methods
// must agree with their definitions.
func FuzzPatterns(f *testing.F) {
	for i, p := range []string{"a", "10.0.0.0/8", "::1/64", "1:10", "lt 5", "^a.*b$", "6162", "/a/", ".x.", "", "1.2.3.4/255.0.255.0"} {
		f.Add(byte(i), p, p+"/b.c?d", i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, which byte, pattern, text string, fold bool) {
		m := &methods[int(which)%len(methods)]
		if m.name == "ip" && strings.Trim(pattern, "0123456789.:/") != "" {
			return // a host name: not to be looked up here
		}
		match, _, err := m.build([]string{pattern}, fold)
		if err != nil {
			return
		}
		c := newContext(t, "GET / HTTP/1.1\n")
		s := &Sample{Type: Str, Bytes: []byte(text)}
		if to := casts[Str][m.in]; !to(c, s) {
			return
		}
		got := match.match(c, s)
		v, p := text, pattern
		if fold {
			v, p = foldText(v), foldText(p)
		}
		want := got
		switch m.name {
		case "str":
			want = v == p
		case "beg":
			want = strings.HasPrefix(v, p)
		case "end":
			want = strings.HasSuffix(v, p)
		case "sub":
			want = strings.Contains(v, p)
		case "dir", "dom":
			delims := map[string]string{"dir": dirDelims, "dom": domDelims}[m.name]
			want = wantPart(v, strings.Trim(p, delims), delims)
		}
		if got != want {
			t.Errorf("%q -m %s %q (fold %v) = %v; want %v", text, m.name, pattern, fold, got, want)
		}
	})
}

// wantPart is the definition: somewhere between delimiters or ends.
func wantPart(v, p, delims string) bool {
	for i := 0; p != "" && i+len(p) <= len(v); i++ {
		j := i + len(p)
		if v[i:j] == p && (i == 0 || strings.IndexByte(delims, v[i-1]) >= 0) && (j == len(v) || strings.IndexByte(delims, v[j]) >= 0) {
			return true
		}
	}
	return false
}

// FuzzExpr compiles any call: an error or something that runs, never a panic.
func FuzzExpr(f *testing.F) {
	for _, s := range []string{"hdr(host),lower", "urlp(a,;)", "str(a),regsub(a,b,g)", "field", "int(5),mod(0)", "date(0,ms),ms_utime(%Y)"} {
		name, arg, _ := strings.Cut(s, "(")
		f.Add(name, arg, "length", "2", "/a?b=c;d", "v, w")
	}
	f.Fuzz(func(t *testing.T, fetch, arg, convName, convArg, target, value string) {
		split := func(s string) []string {
			if s == "" {
				return nil
			}
			return strings.Split(s, ",")
		}
		e := &conf.Expr{Fetch: conf.Call{Name: fetch, Args: split(arg)}, Convs: []conf.Call{{Name: convName, Args: split(convArg)}}}
		x, err := NewCompiler(Options{}).Expr(e)
		if err != nil {
			return
		}
		c := newContext(t, "GET / HTTP/1.1\n")
		c.Req.Target, c.Req.Path = []byte(target), []byte(target)
		c.Req.Fields.AddName("host", []byte(value))
		c.Req.Fields.AddName("cookie", []byte(value))
		_, _ = x.AppendText(nil, c)
		var s Sample
		if x.Eval(c, &s) && s.Type != x.Type() {
			t.Errorf("%s gave %s; want %s", x, s.Type, x.Type())
		}
	})
}

// FuzzParams: the parameters that the walk finds are those of the definition.
func FuzzParams(f *testing.F) {
	for _, s := range []string{"/p?a=1&b=&c&a=2;d=3&=x", "/p;j=5;k=6?a=1", "/p?a=1?a=2", "/?", "/", "?a"} {
		f.Add(s, "a", byte('?'))
	}
	f.Fuzz(func(t *testing.T, path, name string, delim byte) {
		c := newContext(t, "GET / HTTP/1.1\n")
		c.Req.Path = []byte(path)
		a := &args{str: []string{name, string([]byte{delim}), ""}}
		if err := fixParam(a); err != nil {
			t.Fatal(err)
		}
		var want []string
		if _, query, ok := strings.Cut(path, string([]byte{delim})); ok {
			for _, p := range bytes.FieldsFunc([]byte(query), func(r rune) bool { return false }) {
				want = appendParams(want, string(p), name, delim)
			}
		}
		var got []string
		c.it = cursor{more: true}
		for runURLParam(c, a, &c.smp) {
			got = append(got, string(c.smp.Bytes))
		}
		if strings.Join(got, "\x00") != strings.Join(want, "\x00") || len(got) != len(want) {
			t.Errorf("%q %q %q: got %q; want %q", path, name, delim, got, want)
		}
		first := c.Req.URLParam(name, delim)
		c.it = cursor{}
		if ok := runURLParam(c, a, &c.smp); ok != (first != nil) || ok && !bytes.Equal(c.smp.Bytes, first) {
			t.Errorf("%q %q %q: got %q; message says %q", path, name, delim, c.smp.Bytes, first)
		}
	})
}

func appendParams(out []string, query, name string, delim byte) []string {
	for query != "" {
		end := strings.IndexFunc(query, func(r rune) bool { return r == '&' || r == ';' })
		if i := strings.IndexByte(query, delim); i >= 0 && (end < 0 || i < end) {
			end = i
		}
		param := query
		if end >= 0 {
			param, query = query[:end], query[end+1:]
		} else {
			query = ""
		}
		if k, v, ok := strings.Cut(param, "="); ok && (name == "" || k == name) {
			out = append(out, v)
		}
	}
	return out
}

// FuzzCookies: what the walk finds, counts and takes last agree.
func FuzzCookies(f *testing.F) {
	for _, s := range []string{"a=1; b=2;a=3 ; c= ;d;e=\"q;r\"", "a=1, b=2", ";;g=1", "a=\"x\\\";y\"; a=2", "="} {
		f.Add(s, "a")
	}
	f.Fuzz(func(t *testing.T, value, name string) {
		c := newContext(t, "GET / HTTP/1.1\n")
		c.Req.Fields.Add(message.Cookie, []byte(value))
		a := &args{str: []string{name}}
		n, last := int64(0), ""
		c.it = cursor{more: true}
		for ; runReqCook(c, a, &c.smp); n++ {
			if n == 0 || name != "" {
				last = string(c.smp.Bytes)
			}
		}
		if got := countCook(c.Req.Fields, name, message.Cookie); got != n {
			t.Errorf("%d cookies walked, %d counted", n, got)
		}
		c.it = cursor{}
		if ok := runReqCook(c, a, &c.smp); ok != (n > 0) || ok && string(c.smp.Bytes) != last {
			t.Errorf("got %q, %v; want %q", c.smp.Bytes, ok, last)
		}
		if strings.TrimSpace(value) != value && n > 0 && last != strings.Trim(last, " \t") {
			t.Errorf("%q has spaces around it", last)
		}
	})
}
