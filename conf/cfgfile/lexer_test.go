package cfgfile

import (
	"fmt"
	"strings"
	"testing"

	"weir/conf"
)

// testEnv is an environment with these variables and nothing of the process's.
func testEnv(vars ...string) *environ {
	e := newEnviron([]string{"x.cfg"})
	e.process = func(string) (string, bool) { return "", false }
	for i := 0; i < len(vars); i += 2 {
		e.set[vars[i]] = vars[i+1]
	}
	return e
}

func TestCut(t *testing.T) {
	env := testEnv("A", "alpha", "SP", "a b", "LIST", " x  y ", "EMPTY", "")
	f := func(text, want, comment string) {
		t.Helper()
		words, c, err := cut(text, conf.Pos{File: "x.cfg", Line: 1}, env)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			return
		}
		var out []string
		for _, w := range words {
			out = append(out, fmt.Sprintf("%d:%s", w.Pos.Col, w.Text))
		}
		if got := strings.Join(out, "|"); got != want || c != comment {
			t.Errorf("%q: got %q, comment %q; want %q, %q", text, got, c, want, comment)
		}
	}
	f("", "", "")
	f("  a\tb  ", "3:a|5:b", "")
	f("a#b", "1:a", "#b")
	f(`a\#b # c`, "1:a#b", "# c")
	f(`a\ b "c d" 'e f'`, "1:a b|7:c d|13:e f", "")
	f(`""`, "2:", "")
	f(`a"b"'c'`, "1:abc", "")
	f(`\x41\x20\x7e`, "1:A ~", "")
	f(`\t\n\r\\\"\'`, "1:\t\n\r\\\"'", "")
	f(`\d\(\$`, `1:\d\(\$`, "")
	f(`a\`, `1:a\`, "")
	f(`$A "$A" '$A' "\$A" "${A}b"`, "1:$A|4:alpha|10:$A|14:$A|20:alphab", "")
	f(`"$SP"`, "1:a b", "")
	f(`"${NONE}" "${NONE-d e}" "${EMPTY-d}" "${NONE-}"`, "2:|11:d e|26:|39:", "")
	f(`a "${LIST[*]}" b`, "1:a|3:x|3:y|16:b", "")
	f(`"<${LIST[*]}>"`, "1:<x|1:y>", "")
	f(`"${EMPTY[*]}"`, "2:", "")
	f(`"${.FILE}:${.LINE}"`, "1:x.cfg:1", "")
	f(`.if  a "b"  c`, "1:.if|6:a b  c", "")
	f("a b \r", "1:a|3:b", "")
}

func TestCutErrors(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		_, _, err := cut(text, conf.Pos{File: "x", Line: 1}, testEnv())
		if err == nil || err.Error() != want {
			t.Errorf("%q: got %v; want %s", text, err, want)
		}
	}
	f("a \x00", "x:1:3: a NUL byte in a line")
	f(`a 'b`, "x:1:3: a single quote that is not closed")
	f(`a "b`, "x:1:3: a double quote that is not closed")
	f(`a "b\"`, "x:1:3: a double quote that is not closed")
	f(`\x`, `x:1:1: want two hexadecimal digits after \x`)
	f(`\x1`, `x:1:1: want two hexadecimal digits after \x`)
	f(`\xg0`, `x:1:1: want two hexadecimal digits after \x`)
	f(`"\x00"`, `x:1:2: \x00 would end the line in HAProxy`)
	f(`"$"`, `x:1:2: want the name of a variable after the dollar sign; write \$ for the character`)
	f(`"${A"`, `x:1:2: want } after the variable's name, or - and what takes its place where it is not set`)
	f(strings.Repeat("a ", 65), "x:1:129: more than 64 words in a line; quote what belongs together or make several lines")
}

// A variable that is used many times in a line may not make it unbounded.
func TestCutBounds(t *testing.T) {
	env := testEnv("BIG", strings.Repeat("x", maxLine), "HUGE", strings.Repeat("x", maxLine+1), "NUL", "a\x00b")
	f := func(text, want string) {
		t.Helper()
		_, _, err := cut(text, conf.Pos{File: "x", Line: 1}, env)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v; want %s", text, err, want)
		}
	}
	f(`"$BIG$BIG"`, "a line of more than 65536 bytes")
	f(`"$BIG" "$BIG"`, "a line of more than 65536 bytes")
	f(`"$HUGE"`, "the variable HUGE has more than 65536 bytes")
	f(`"$NUL"`, "the variable NUL has a NUL byte in it")
}

func TestWordString(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if got := (Word{Text: text}).String(); got != want {
			t.Errorf("%q is written %s; want %s", text, got, want)
		}
	}
	f("a", "a")
	f("", "''")
	f("a b", "'a b'")
	f(`a"b`, `'a"b'`)
	f("a'b $x", `"a'b \$x"`)
	f("a\nb", `"a\x0ab"`)
}

// FuzzLexer: a line is refused, or cut into words whose places are in it and which read back when they are written.
func FuzzLexer(f *testing.F) {
	for _, s := range []string{"a b c # d", `a\ b "c d" 'e f'`, `"${A-x}" "${L[*]}" $A`, `.if defined(A) && "x"`, `\x41\x`, `"\$A\""`, "\x00", `'`, `"$.FILE"`} {
		f.Add(s)
	}
	env := testEnv("A", "alpha", "L", "x y z", "EMPTY", "", "Q", `"'\`)
	f.Fuzz(func(t *testing.T, text string) {
		pos := conf.Pos{File: "x", Line: 1}
		words, comment, err := cut(text, pos, env)
		if err != nil {
			if err.Pos.Col < 1 || err.Pos.Col > len(text)+1 {
				t.Fatalf("%q: error at column %d", text, err.Pos.Col)
			}
			return
		}
		if !strings.HasSuffix(text, comment) {
			t.Fatalf("%q: comment %q", text, comment)
		}
		size := 0
		for _, w := range words {
			size += len(w.Text)
			checkWord(t, text, w, env)
		}
		if len(words) > maxWords || size > maxLine {
			t.Fatalf("%d words of %d bytes", len(words), size)
		}
	})
}

func checkWord(t *testing.T, text string, w Word, env *environ) {
	t.Helper()
	if w.Pos.Col < 1 || w.Pos.Col > len(text)+1 {
		t.Fatalf("%q: word %q at column %d", text, w.Text, w.Pos.Col)
	}
	if w.plain && !strings.HasPrefix(text[w.Pos.Col-1:], w.Text) {
		t.Fatalf("%q: word %q does not stand at column %d", text, w.Text, w.Pos.Col)
	}
	if len(w.Text) > maxLine/8 {
		return // quoted it may be longer than a line
	}
	again, _, err := cut("k "+w.String(), conf.Pos{File: "x", Line: 1}, env)
	if err != nil || len(again) != 2 || again[1].Text != w.Text {
		t.Fatalf("%q is written %s, which reads %v, %v", w.Text, w, again, err)
	}
}
