package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"weir/conf"
	"weir/internal/peer"
)

// acceptCase is one configuration that both programs are asked about.
type acceptCase struct {
	name, text string
}

// acceptContexts are what stands before a case that goes on in a section, as in conf/cfgfile's golden files.
var acceptContexts = map[string]string{
	"": "", "global": "global\n", "defaults": "defaults d\n", "frontend": "backend b\nfrontend f\n    bind 127.0.0.1:8000\n", "backend": "backend b\n",
	"listen": "backend b\nlisten l\n", "userlist": "userlist u\n", "http-errors": "http-errors e\n",
	"acme": "acme le\n    directory https://ca.example.com/\n", "mailers": "mailers m\n", "crt-store": "acme le\n    directory https://ca.example.com/\ncrt-store s\n",
	// Of a frontend and a backend in HTTP mode.
	"http": "defaults\n    mode http\nbackend b\n    server s 127.0.0.1:81\nlisten l\n    bind 127.0.0.1:8000\n    server s 127.0.0.1:81\n",
	"tcp":  "defaults\n    mode tcp\nbackend b\n    server s 127.0.0.1:81\nlisten l\n    bind 127.0.0.1:8000\n    server s 127.0.0.1:81\n",
}

// readAcceptCases reads "=== NAME [@CONTEXT]", the text, and perhaps "---" with what is not asked here. In a file whose name ends
// in .lines every line is a case of its own, and "@CONTEXT" alone says where those after it stand.
func readAcceptCases(t *testing.T, file string) []acceptCase {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	base := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	var cases []acceptCase
	add := func(name, context, text string) {
		before, ok := acceptContexts[context]
		if !ok {
			t.Fatalf("%s: %s: no context %q", file, name, context)
		}
		cases = append(cases, acceptCase{base + ": " + name, before + text})
	}
	if filepath.Ext(file) == ".lines" {
		context := ""
		for line := range strings.Lines(string(data)) {
			line = strings.TrimRight(line, "\n")
			if c, ok := strings.CutPrefix(line, "@"); ok {
				context = c
			} else if line != "" && line[0] != '#' {
				add(line, context, strings.ReplaceAll(line, "⏎", "\n")+"\n")
			}
		}
		return cases
	}
	for _, part := range strings.Split("\n"+string(data), "\n=== ")[1:] {
		head, rest, _ := strings.Cut(part, "\n")
		name, context, _ := strings.Cut(head, " @")
		text, _, _ := strings.Cut("\n"+rest+"\n", "\n---\n")
		add(name, context, strings.TrimPrefix(text, "\n")+"\n")
	}
	return cases
}

// verdicts are what the two programs say of a case.
type verdicts struct {
	weir, haproxy bool
	notDone       bool // Weir refuses it for what is not done yet, and for nothing else
	says          string
}

// aListener is a second file: HAProxy refuses a configuration that listens nowhere.
const aListener = "defaults\nfrontend listener\n    bind 127.0.0.1:8999\n"

// ask has both read the case.
func (c acceptCase) ask(haproxy, dir string) (verdicts, error) {
	path, more := filepath.Join(dir, "x.cfg"), filepath.Join(dir, "listen.cfg")
	if err := errors.Join(os.WriteFile(path, []byte(c.text), 0o600), os.WriteFile(more, []byte(aListener), 0o600)); err != nil {
		return verdicts{}, err
	}
	out, err := exec.Command(haproxy, "-c", "-f", path, "-f", more).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return verdicts{}, err
	}
	_, diags := loadWith([]string{path, more}, loadOptions{noListener: true})
	v := verdicts{weir: len(diags.Errors) == 0, haproxy: err == nil, says: strings.ReplaceAll(diags.Errors.Error(), dir+"/", "")}
	v.notDone = !v.weir && !slices.ContainsFunc(diags.Errors, func(e *conf.Error) bool { return !isNotDone(e) })
	if !v.haproxy {
		v.says = strings.ReplaceAll(alerts(out), dir+"/", "")
	}
	return v, nil
}

func isNotDone(e *conf.Error) bool {
	return strings.Contains(e.Error(), "is understood but not done yet")
}

// alerts are haproxy's errors.
func alerts(out []byte) string {
	var b bytes.Buffer
	for line := range bytes.Lines(out) {
		if bytes.HasPrefix(line, []byte("[ALERT]")) {
			b.Write(line)
		}
	}
	return b.String()
}

// Weir and HAProxy accept and refuse the same configurations, apart from what testdata/accept-differences.txt gives a reason for and
// what is not done yet.
func TestAcceptAsHaproxy(t *testing.T) {
	haproxy := peer.Need(t, "haproxy")
	t.Setenv("CFG_A", "alpha")
	t.Setenv("CFG_LIST", "10.0.0.1 10.0.0.2  10.0.0.3")
	var cases []acceptCase
	for _, pattern := range []string{"testdata/accept/*.*", "../../conf/cfgfile/testdata/model/*.txt", "../../conf/cfgfile/testdata/errors/*.txt"} {
		files, _ := filepath.Glob(pattern)
		if len(files) == 0 {
			t.Fatalf("no file matches %s", pattern)
		}
		for _, file := range files {
			cases = append(cases, readAcceptCases(t, file)...)
		}
	}
	if testing.Short() { // a process for each
		const every = 8
		short := cases[:0]
		for i := 0; i < len(cases); i += every {
			short = append(short, cases[i])
		}
		cases = short
	}
	results := askAll(t, haproxy, cases)
	reasons := readDifferences(t)
	newer := newerKeywords(t)
	asked, different, notDone, later26 := 0, 0, 0, 0
	for i, c := range cases {
		v := results[i]
		asked++
		reason, listed := reasons[c.name]
		switch {
		case v.weir == v.haproxy:
			if listed { // keywords come in from many sides; that nothing gets worse is what is held here
				t.Logf("%s: both agree by now; take it out of the differences", c.name)
			}
		case v.notDone:
			notDone++
		case v.weir && later(v.says, newer):
			later26++
		case !listed:
			t.Errorf("%s: haproxy accepts it: %v, weir: %v\n%s", c.name, v.haproxy, v.weir, v.says)
		case reason == "":
			t.Errorf("%s: no reason is given", c.name)
		default:
			different++
		}
	}
	t.Logf("%d configurations, %d differences on purpose, %d not done yet, %d of later versions", asked, different, notDone, later26)
}

// newerKeywords are the words of the list of HAProxy 3.5, and one that the list has no room for.
func newerKeywords(t *testing.T) map[string]bool {
	words := map[string]bool{"client-hs": true}
	for _, k := range peerKeywords(t) {
		words[k.name], words[k.context] = true, true
	}
	return words
}

// unknownWord finds what haproxy does not know, in the ways in which it says so.
var unknownWord = regexp.MustCompile(`(?:unknown (?:keyword|option)|got) '([^'(]+)`)

// later reports whether HAProxy 2.6 refuses a configuration for nothing but keywords that HAProxy 3.5 has.
func later(says string, newer map[string]bool) bool {
	found := false
	for line := range strings.Lines(says) {
		m := unknownWord.FindStringSubmatch(line)
		switch {
		case strings.Contains(line, "rror(s) found in configuration") || strings.Contains(line, "Fatal errors found"):
		case m == nil || !newer[m[1]]:
			return false
		default:
			found = true
		}
	}
	return found
}

func TestLater(t *testing.T) {
	newer := map[string]bool{"key-base": true}
	f := func(says string, want bool) {
		t.Helper()
		if later(says, newer) != want {
			t.Errorf("%q: want %v", says, want)
		}
	}
	f("parsing [x:4] : unknown keyword 'key-base' in 'global' section\nError(s) found in configuration file\n", true)
	f("parsing [x:4] : unknown keyword 'foo' in 'global' section\n", false)
	f("parsing [x:4] : unknown keyword 'key-base' in 'global' section\nparsing [x:5] : bad\n", false)
	f("parsing [x:4] : 'http-request' expects 'allow', 'deny', but got 'key-base(a)'\n", true)
	f("parsing [x:4] : 'http-request' expects 'allow', 'deny', but got 'foo'\n", false)
	f("Fatal errors found in configuration.\n", false)
}

// askAll asks about every case, a few at a time.
func askAll(t *testing.T, haproxy string, cases []acceptCase) []verdicts {
	const workers = 4
	results := make([]verdicts, len(cases))
	var wg sync.WaitGroup
	for w := range workers {
		dir := t.TempDir()
		wg.Go(func() {
			for i := w; i < len(cases); i += workers {
				v, err := cases[i].ask(haproxy, dir)
				if err != nil {
					t.Errorf("%s: %v", cases[i].name, err)
				}
				results[i] = v
			}
		})
	}
	wg.Wait()
	return results
}

// readDifferences reads lines "CASE => REASON".
func readDifferences(t *testing.T) map[string]string {
	t.Helper()
	data, err := os.ReadFile("testdata/accept-differences.txt")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimRight(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		name, reason, ok := strings.Cut(line, " => ")
		if !ok {
			t.Fatalf("testdata/accept-differences.txt: no reason in %q", line)
		}
		out[name] = strings.TrimSpace(reason)
	}
	return out
}
