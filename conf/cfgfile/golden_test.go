package cfgfile

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"weir/conf"
)

var update = flag.Bool("update", false, "write what is found into the golden files")

// A golden file has many cases:
//
//	=== NAME [@CONTEXT]
//	the text of x.cfg
//	---
//	what comes of it
//
// A case in a context goes on in a section that another file, ctx.cfg, has begun, so that places in x.cfg are those of its own lines.
type goldenCase struct {
	name, in, text, want string
}

// contexts are the sections that a case may go on in.
var contexts = map[string]string{
	"":            "",
	"global":      "global\n",
	"defaults":    "defaults d\n",
	"frontend":    "backend b\nfrontend f\n    bind 127.0.0.1:8000\n",
	"backend":     "backend b\n",
	"listen":      "backend b\nlisten l\n",
	"userlist":    "userlist u\n",
	"http-errors": "http-errors e\n",
	"crt-store":   "acme le\n    directory https://ca.example.com/\ncrt-store s\n",
	"acme":        "acme le\n    directory https://ca.example.com/\n",
	"mailers":     "mailers m\n",
}

func readCases(t testing.TB, file string) []goldenCase {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var cases []goldenCase
	for _, part := range strings.Split("\n"+string(data), "\n=== ")[1:] {
		head, rest, _ := strings.Cut(part, "\n")
		c := goldenCase{}
		c.name, c.in, _ = strings.Cut(head, " @")
		if _, ok := contexts[c.in]; !ok {
			t.Fatalf("%s: %s: no context %q", file, c.name, c.in)
		}
		c.text, c.want, _ = strings.Cut("\n"+rest+"\n", "\n---\n")
		c.text, c.want = strings.TrimPrefix(c.text, "\n")+"\n", strings.TrimRight(c.want, "\n")
		cases = append(cases, c)
	}
	return cases
}

func (c goldenCase) sources() []Source {
	list := []Source{{Name: "x.cfg", Text: []byte(c.text)}}
	if c.in != "" {
		list = append([]Source{{Name: "ctx.cfg", Text: []byte(contexts[c.in])}}, list...)
	}
	return list
}

// golden runs every case of the files and compares; with -update it writes what comes.
func golden(t *testing.T, pattern string, run func(t *testing.T, c goldenCase) string) int {
	t.Helper()
	files, _ := filepath.Glob(pattern)
	n := 0
	for _, file := range files {
		cases := readCases(t, file)
		n += len(cases)
		var out bytes.Buffer
		for _, c := range cases {
			got := ""
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txt")+"/"+c.name, func(t *testing.T) {
				got = strings.TrimRight(run(t, c), "\n")
				if !*update && !agree(got, c.want) {
					t.Errorf("got:\n%s\nwant:\n%s\nwhere a keyword was added, go test ./conf/cfgfile -update writes it anew", got, c.want)
				}
			})
			if got == "" && strings.Contains(file, "errors") {
				continue // with -update: what is done by now is no mistake any more
			}
			in := ""
			if c.in != "" {
				in = " @" + c.in
			}
			fmt.Fprintf(&out, "=== %s%s\n%s---\n%s\n", c.name, in, c.text, got)
		}
		if *update {
			if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	return n
}

// agree compares what comes with what a golden file says. Accepted values may have been added since, and what was not done may be
// done: keywords come in from many sides.
func agree(got, want string) bool {
	const notDone = "is understood but not done yet"
	if strings.Contains(want, notDone) && !strings.Contains(got, notDone) {
		return true
	}
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	return slices.EqualFunc(g, w, func(g, w string) bool {
		g, more, _ := strings.Cut(g, "; want ")
		w, least, _ := strings.Cut(w, "; want ")
		has := words(more)
		return g == w && !slices.ContainsFunc(words(least), func(s string) bool { return !slices.Contains(has, s) })
	})
}

// words are the words of a list of accepted values, or of how a keyword is written.
func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" ,|[]()<>", r) })
}

func TestAgree(t *testing.T) {
	f := func(got, want string, ok bool) {
		t.Helper()
		if agree(got, want) != ok {
			t.Errorf("%q and %q: want %v", got, want, ok)
		}
	}
	f("a: got x; want b, c or d", "a: got x; want b or d", true)
	f("a: got x; want k [b|c]", "a: got x; want k [b]", true)
	f("a: got x; want b", "a: got x; want b or c", false)
	f("a: got x; want b", "a: got y; want b", false)
	f("a\nb", "a", false)
	f("", "a", false)
	f("", `"a" is understood but not done yet`, true)
}

// minMistakes is how many mistakes the golden files show at least.
const minMistakes = 150

// TestErrors runs the cases of testdata/errors: each is a mistake, with everything that is said of it. Every error has a place, and
// none is said twice.
func TestErrors(t *testing.T) {
	n := golden(t, "testdata/errors/*.txt", func(t *testing.T, c goldenCase) string {
		d := readAsOne(c.sources())
		_, diags := d.whole(true, nil)
		seen := map[string]bool{}
		for _, e := range diags.Errors {
			if e.Pos.Line == 0 || e.Pos.Col == 0 {
				t.Errorf("no place: %s", e)
			}
			if seen[e.Error()] {
				t.Errorf("said twice: %s", e)
			}
			seen[e.Error()] = true
		}
		return diags.Errors.Error()
	})
	if n < minMistakes {
		t.Errorf("%d mistakes; want %d", n, minMistakes)
	}
}

// TestModels runs the cases of testdata/model: what is understood of a file, before defaults are put, and what is said of it.
func TestModels(t *testing.T) {
	t.Setenv("CFG_A", "alpha")
	t.Setenv("CFG_LIST", "10.0.0.1 10.0.0.2  10.0.0.3")
	n := golden(t, "testdata/model/*.txt", func(t *testing.T, c goldenCase) string {
		cfg, diags := decode(c.sources())
		if err := diags.Err(); err != nil {
			t.Errorf("error: %v", err)
		}
		text := dump(cfg)
		for _, w := range diags.Warnings {
			text += "warning: " + w.Error() + "\n"
		}
		return text
	})
	if n == 0 {
		t.Error("no case")
	}
}

// readAsOne reads the sources as one file.
func readAsOne(sources []Source) *decoder {
	d := newDecoder(sources)
	for _, src := range sources {
		d.file(src)
	}
	d.leave()
	return d
}

// decode reads the sources as one file, without validation.
func decode(sources []Source) (*conf.Config, conf.Diagnostics) {
	d := readAsOne(sources)
	d.follow()
	d.diags.Tidy()
	return d.cfg, d.diags
}
