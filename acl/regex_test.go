package acl

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"testing"
)

// regexDiffers are the patterns of testdata/regex26.txt in which Weir means to do otherwise; "" = whatever it says.
// HAProxy compiles an ACL's patterns without capturing groups, so that references to them are errors there.
var regexDiffers = map[string]string{
	`(a)\1`:         "01001", // a reference
	`(a)(?(1)b|c)`:  "11",    // a condition
	`(a)\g{-1}`:     "0100",  // a reference
	`(a)|b\1`:       "",      // a reference
	`\g{1}(a)`:      "",      // forward
	`(?|(a)|(b))\1`: "error", // branch reset
	`(a|b(?1))`:     "error", // recursion
	`(?R)`:          "error", // recursion
	`a\Kb`:          "error", // \K
	`(*UTF)a`:       "error", // verbs
	`(?<n>a)\k<n>`:  "",      // see TestRegexEngines
}

func TestRegexAgainstHAProxy(t *testing.T) {
	f, err := os.Open("testdata/regex26.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var texts []string
	n := 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		if rest, ok := strings.CutPrefix(line, "TEXTS "); ok {
			for _, q := range strings.Split(rest, "\t") {
				texts = append(texts, mustUnquote(t, q))
			}
			continue
		}
		if line == "" || line[0] == '#' {
			continue
		}
		q, want, _ := strings.Cut(line, "\t")
		pattern := mustUnquote(t, q)
		if d, ok := regexDiffers[pattern]; ok {
			want = d
		}
		n++
		got := "error"
		re, err := CompileRegex(pattern, false)
		if err == nil {
			got = ""
			for _, text := range texts {
				got += strconv.Itoa(map[bool]int{true: 1}[re.Match([]byte(text))])
			}
		}
		if want = strings.SplitN(want, "\t", 2)[0]; !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %s; HAProxy says %s (%v)", pattern, got, want, err)
		}
	}
	if n < 80 {
		t.Errorf("only %d patterns", n)
	}
}

func mustUnquote(t *testing.T, q string) string {
	s, err := strconv.Unquote(q)
	if err != nil {
		t.Fatal(q, err)
	}
	return s
}

// TestRegexEngines: only what RE2 cannot say runs on the engine that may take long.
func TestRegexEngines(t *testing.T) {
	for pattern, linear := range map[string]bool{
		`^/a/(b|c)+\.html?$`: true, `(?i)x[^\s"]{3,}`: true, `(?<name>a)`: true, `(?x) a # b`: true, `\bfoo\b`: true, `\R`: true,
		`a(?=b)`: false, `a(?!b)`: false, `(?<=a)b`: false, `(?<!a)b`: false, `(a)\1`: false, `(?<n>a)\k<n>`: false, `a++`: false,
		`(?>a)`: false, `a\Z`: false, `a{1001}`: false,
	} {
		re, err := CompileRegex(pattern, false)
		if err != nil {
			t.Fatal(err)
		}
		if re.Linear() != linear {
			t.Errorf("%s: linear %v; want %v", pattern, re.Linear(), linear)
		}
	}
}

// TestRegexLimit: a text made for a backtracking engine costs maxBacktrack and no more. A search that was not bounded
// would not end in a lifetime.
func TestRegexLimit(t *testing.T) {
	re, err := CompileRegex(`^(?=a)(a+)+$`, false)
	if err != nil {
		t.Fatal(err)
	}
	if re.Match([]byte(strings.Repeat("a", 200) + "b")) {
		t.Error("must find nothing")
	}
}

func TestRegexFind(t *testing.T) {
	f := func(pattern, text, with, want string) {
		t.Helper()
		re, err := CompileRegex(pattern, false)
		if err != nil {
			t.Fatal(err)
		}
		m := re.Find([]byte(text), 0)
		got := "-"
		if m != nil {
			got = string(AppendExpanded(nil, with, []byte(text), m))
		}
		if got != want {
			t.Errorf("%s on %q: got %q; want %q", pattern, text, got, want)
		}
	}
	f(`(\w+)@(\w+)`, "x a@b y", `\2 at \1 (\0)\\\3`, `b at a (a@b)\`)
	f(`(a)(?=b)`, "aab", `<\1>`, "<a>")
	f(`(?<u>\w)(?<v>\w)`, "\xe9ab", `\2\1`, "ba")
	f(`(.)$`, "a\xe9", `\1`, "\xe9")
	f(`(b)\1`, "abb\n", `<\0>`, "<bb>")
	f(`a(x)?`, "a", `<\1>`, "<>")
	f(`b`, "a", `x`, "-")
}

func FuzzRegex(f *testing.F) {
	for p := range regexDiffers {
		f.Add(p, "aab\n")
	}
	for _, p := range []string{`^/x(\d+)\.html$`, `[[:alpha:]\-\]]+?`, `(?x) a #c` + "\n" + `b`, `\Qa.b\E`, `a{2,3}+`, `\x{41}\101\cA`} {
		f.Add(p, "/x12.html")
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		re, err := CompileRegex(pattern, false)
		if err != nil {
			return
		}
		b := []byte(text)
		m := re.Find(b, 0)
		if re.Linear() && (m != nil) != re.Match(b) {
			t.Errorf("%q on %q: Find and Match differ", pattern, text)
		}
		if m != nil && (m[0] < 0 || m[1] > len(b) || m[0] > m[1]) {
			t.Errorf("%q on %q: %v", pattern, text, m)
		}
		_ = AppendExpanded(nil, pattern, b, m)
		_ = re.FindAll(b, 3)
	})
}

// What cannot be done is named, with its place and with what can.
func TestRegexNotDone(t *testing.T) {
	f := func(pattern, want string) {
		t.Helper()
		if _, err := CompileRegex(pattern, false); err == nil || err.Error() != "want a regular expression: "+want {
			t.Errorf("%s: got %v; want %s", pattern, err, want)
		}
	}
	const recursive = "; write what repeats inside of itself out, as deep as it may be"
	f(`ab\Kc`, `\K at offset 2 is not done; write what stands before it as a look-behind: (?<=...)`)
	f(`x(?|(a)|(b))`, `(?| at offset 1 is not done; write (?:...|...), whose groups have numbers of their own`)
	f(`a(?R)?b`, `(?R) at offset 1 is not done`+recursive)
	f(`(a(?1)?b)`, `(?1) at offset 2 is not done`+recursive)
	f(`(a(?-1)?b)`, `(?-1) at offset 2 is not done`+recursive)
	f(`(?<n>a(?&n)?b)`, `(?&n) at offset 6 is not done`+recursive)
	f(`(?<n>a(?P>n)?b)`, `(?P>n) at offset 6 is not done`+recursive)
	f(`(*UTF)a`, `(*UTF) at offset 0 is not done; leave it out: bytes are characters, and a search that takes too long finds nothing`)
	f(`(?(?=a)b|c)`, `(?(?=a) at offset 0 is not done; of conditions there is the number or name of a group before; else write both branches, behind (?=...) and (?!...)`)
	f(`(?J)a`, `(?J) at offset 0 is not done; of flags there are i, m, s, x and U`)
	f(`\La`, `\L is not done at offset 0`)
}

// HAProxy 2.6 says the same of \X and \C.
func TestRegexClusters(t *testing.T) {
	texts := []string{"ab", "a", "a\n", "\n", "\r\n", "a\r\n", "\xe9", "", "a\xad", "\r", "\r\r\n", "aa\xccb"}
	for pattern, want := range map[string]string{
		`^\X$`: "011110100100", `^a\X$`: "101001001000", `^\X\n$`: "001000000000", `\C\C\C`: "000001000011", `^\C$`: "011110100100",
		`^\X\X$`: "101001001010", `a\X+b`: "000000000001", `^\X\C`: "101001001011",
	} {
		re, err := CompileRegex(pattern, false)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, text := range texts {
			got += strconv.Itoa(map[bool]int{true: 1}[re.Match([]byte(text))])
		}
		if got != want {
			t.Errorf("%s: got %s; want %s", pattern, got, want)
		}
	}
}
