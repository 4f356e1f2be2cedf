package convert

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"weir/conf/cfgfile"
)

// converted converts a configuration that must be good and checks that the result means the same, and that each of the source's comments
// is there as often as in the source.
func converted(t testing.TB, sources []cfgfile.Source) string {
	t.Helper()
	r, diags := Convert(sources, sources[0].Name+".hcl")
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	if r.Same != nil {
		t.Fatalf("%v\n%s\nbecame\n%s", r.Same, sources[len(sources)-1].Text, r.Text)
	}
	checkComments(t, sources, string(r.Text))
	return string(r.Text)
}

// checkComments counts the comments of the sources in the text that they became.
func checkComments(t testing.TB, sources []cfgfile.Source, text string) {
	t.Helper()
	have := map[string]int{}
	for _, src := range sources {
		for st := range cfgfile.Scan(src) {
			if c := strings.TrimRight(strings.TrimPrefix(st.Comment, "#"), " \t"); len(c) > 5 {
				have[sane(c)]++
			}
		}
	}
	for c, n := range have {
		if got := strings.Count(text, "#"+c+"\n"); got != n {
			t.Errorf("the comment %q is there %d times; want %d:\n%s", c, got, n, text)
		}
	}
}

// commented puts a comment above and beside each line.
func commented(text string) string {
	var b strings.Builder
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
		fmt.Fprintf(&b, "%s# above %d.\n%s", indent, i, line)
		if !strings.HasSuffix(line, `\`) {
			fmt.Fprintf(&b, " # beside %d.", i)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func readSeed(t testing.TB, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// The pages of Debian's package.
	return strings.ReplaceAll(string(text), "/etc/haproxy/errors/", "testdata/errors/")
}

// TestSeeds converts configurations of real sites, and those with what they have commented out.
func TestSeeds(t *testing.T) {
	files, _ := filepath.Glob("testdata/seeds/*.cfg")
	if len(files) != 4 {
		t.Fatalf("found %q", files)
	}
	for _, file := range files {
		text := readSeed(t, file)
		for _, version := range []string{text, commented(text)} {
			converted(t, []cfgfile.Source{{Name: file, Text: []byte(version)}})
		}
	}
}

// minCases is how many cases of cfgfile's golden files are good configurations of themselves at least.
const minCases = 150

// TestReaderCases converts what the tests of cfgfile read.
func TestReaderCases(t *testing.T) {
	t.Setenv("CFG_A", "alpha")
	t.Setenv("CFG_LIST", "10.0.0.1 10.0.0.2  10.0.0.3")
	files, _ := filepath.Glob("../cfgfile/testdata/model/*.txt")
	n := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split("\n"+string(data), "\n=== ")[1:] {
			head, rest, _ := strings.Cut(part, "\n")
			name, in, _ := strings.Cut(head, " @")
			text, _, _ := strings.Cut("\n"+rest+"\n", "\n---\n")
			text = contexts[in] + strings.TrimPrefix(text, "\n") + "\n"
			t.Run(filepath.Base(file)+"/"+name, func(t *testing.T) {
				n += convertedIfGood(t, text)
			})
		}
	}
	if n < minCases {
		t.Errorf("%d cases; want %d", n, minCases)
	}
}

// contexts are the sections that cases of cfgfile go on in.
var contexts = map[string]string{
	"global":      "global\n",
	"defaults":    "defaults d\n",
	"frontend":    "backend b\nfrontend f\n    bind 127.0.0.1:8000\n",
	"backend":     "backend b\n",
	"listen":      "backend b\nlisten l\n",
	"userlist":    "userlist u\n",
	"http-errors": "http-errors e\n",
	"crt-store":   "crt-store s\n",
	"acme":        "acme a\n    directory https://ca.example.com/first\n",
	"mailers":     "mailers m\n",
}

// convertedIfGood converts a configuration, as it is and with comments, unless it has errors; it returns 1 where it has none.
func convertedIfGood(t *testing.T, text string) int {
	t.Helper()
	if _, diags := cfgfile.Parse("x.cfg", []byte(text)); diags.Err() != nil {
		return 0
	}
	converted(t, []cfgfile.Source{{Name: "x.cfg", Text: []byte(text)}})
	with := commented(text)
	if _, diags := cfgfile.Parse("x.cfg", []byte(with)); diags.Err() == nil {
		converted(t, []cfgfile.Source{{Name: "x.cfg", Text: []byte(with)}})
	}
	return 1
}

// TestDocs converts what the documents show of haproxy.cfg.
func TestDocs(t *testing.T) {
	var files []string
	for _, pattern := range []string{"../../*.md", "../../docs/*.md", "../../examples/*.md", "../../examples/*/*.md"} {
		found, _ := filepath.Glob(pattern)
		files = append(files, found...)
	}
	if len(files) == 0 {
		t.Fatal("no documents")
	}
	block := regexp.MustCompile("(?s)```(?:haproxy|cfg)\n(.*?)```")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range block.FindAllSubmatch(text, -1) {
			converted(t, []cfgfile.Source{{Name: file, Text: m[1]}})
		}
	}
}
