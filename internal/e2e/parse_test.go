package e2e

import (
	"bufio"
	"fmt"
	"strings"
	"testing"
)

func TestParseStmts(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		stmts, err := parseStmts(text, 10)
		got := ""
		for _, st := range stmts {
			got += fmt.Sprintf("%d %s%s%q%s%d|", st.line, st.only, st.verb, st.args, st.raw, len(st.body))
		}
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("parseStmts(%q) = %q; want %q", text, got, want)
		}
	}
	f("", "")
	f("# a comment\n\nclose", `12 close[]0|`)
	f(`send "a\r\n" b`, `10 send["a\r\n" "b"]0|`)
	f("> GET / HTTP/1.1", `10 >[]GET / HTTP/1.10|`)
	f(">", `10 >[]0|`)
	f("[weir] closed", `10 weirclosed[]0|`)
	f("loop 3\n  close\nend", `10 loop["3"]1|`)
	f("loop 3\nclose", "line 12: loop without end")
	f("end", "line 10: end without loop")
	f(`send "a`, `line 10: string "a: invalid syntax`)
}

func TestParseScript(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		s, err := parseScript("x.txt", text)
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			for _, sec := range s.sections {
				got += fmt.Sprintf("%s%q@%d ", sec.kind, sec.args, sec.line)
			}
		}
		if got != want {
			t.Errorf("parseScript(%q) = %q; want %q", text, got, want)
		}
	}
	f("# why\n-- weir --\nx\n-- client c1 & --\n", `weir[]@3 client["c1" "&"]@5 `)
	f("-- weir --\n", "x.txt:1: no prose above the first section; want why this behaviour matters")
	f("# why\n-- wier --\n", `x.txt:2: section "wier"; want weir, haproxy, file, server, client or check`)
}

func TestExpand(t *testing.T) {
	at := newPlaces("/d", "7")
	at.ports["a"] = 81
	at.texts["t"] = "<${port.a}>"
	f := func(text, want string) {
		t.Helper()
		if got := at.expand(text); got != want {
			t.Errorf("expand(%q) = %q; want %q", text, got, want)
		}
	}
	f("x:${port.a} ${dir}/s ${id}", "x:81 /d/s 7")
	f("${t}", "<81>")
	f(`"${hdr("Host")}" $x cost$`, `"${hdr("Host")}" $x cost$`)
	if p := at.port("new"); p == 0 || p != at.port("new") {
		t.Errorf("a port changed: %d", p)
	}
}

func TestReadMessage(t *testing.T) {
	f := func(wire string, response, noBody bool, want string) {
		t.Helper()
		br := bufio.NewReader(strings.NewReader(wire))
		m, err := readHead(br)
		if err == nil {
			err = m.readBody(br, response, noBody)
		}
		got := fmt.Sprintf("%s %q %d %v", m.framing, m.body, len(m.trailers), err)
		if got != want {
			t.Errorf("%q: got %s; want %s", wire, got, want)
		}
	}
	f("GET / HTTP/1.1\r\nA: b\r\n\r\n", false, false, `none "" 0 <nil>`)
	f("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", true, false, `length "ok" 0 <nil>`)
	f("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", true, true, `none "" 0 <nil>`)
	f("HTTP/1.1 304 X\r\nContent-Length: 2\r\n\r\n", true, false, `none "" 0 <nil>`)
	f("HTTP/1.1 200 OK\r\n\r\nto the end", true, false, `close "to the end" 0 <nil>`)
	f("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX: y\r\n\r\n", true, false, `chunked "ok" 1 <nil>`)
	f("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok", true, false, `length "ok" 0 unexpected EOF`)
}

func TestParseAttacks(t *testing.T) {
	c, err := parseAttacks("x/class4.txt", "# Title\n\ncase one\nnote why\nwant reject\nmax 2\nsend \"a\\r\\n\"\nrepeat 3 \"x\"\npause\nrespond \"r\"\nrespond-close\n")
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%d %s %+v", c.number, c.title, *c.cases[0])
	const want = `4 Title {class:4 name:one note:why want:reject max:2 sends:[a` + "\r\n" + ` xxx ] evil:r evilClose:true}`
	if got != want {
		t.Errorf("got %q; want %q", got, want)
	}
	for _, bad := range []string{"send \"x\"", "case a\nsned \"x\"", "case a\nsend x", "case a\nrepeat y \"x\""} {
		if _, err := parseAttacks("class1.txt", bad); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}

func TestMaskedLogs(t *testing.T) {
	for _, tc := range []struct{ line, want string }{
		{`127.0.0.1:4711 [25/Nov/2026:05:12:01.123] f b/s1 0/0/12/2/14 200 63 - - ---- 3/1/0/0/0 0/0 "GET / HTTP/1.1"`,
			`127.0.0.1:PORT [DATE] f b/s1 T/T/T/T/T 200 BYTES - - ---- N/1/0/0/0 0/0 "GET / HTTP/1.1"`},
		{`f f/<NOSRV> -1/-1/-1/-1/+7 400 0 - - PR-- 1/1/0/0/0 0/0 "<BADREQ>"`, `f f/<NOSRV> -1/-1/-1/-1/+T 400 0 - - PR-- N/1/0/0/0 0/0 "<BADREQ>"`},
		{`f b/s1 0/1/15 812 -- 2/1/0/0/0 0/0`, `f b/s1 T/T/T BYTES -- N/1/0/0/0 0/0`},
		{`custom 12/34 a`, `custom 12/34 a`},
	} {
		if got := masked(tc.line); got != tc.want {
			t.Errorf("masked(%q)\ngot  %q\nwant %q", tc.line, got, tc.want)
		}
	}
}
