package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"weir/conf"
)

// runCompat returns the exit code and what is written.
func runCompat(t *testing.T, args ...string) (int, string, string) {
	t.Helper()
	var out, errs bytes.Buffer
	code := dispatch(&streams{&out, &errs}, append([]string{"compat"}, args...))
	return code, out.String(), errs.String()
}

func writeCfg(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.cfg")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Real configurations run unchanged. The lines that their users had commented out do too, once they are uncommented; the one with a line
// end that has lost its backslashes gets them back.
func TestCompatSeeds(t *testing.T) {
	summary := regexp.MustCompile(`\n\d+ directives: \d+ done(, \d+ differs)?(, \d+ inert)?\n$`)
	for _, name := range []string{"haproxy-http.cfg", "haproxy-websocket.cfg"} {
		file := filepath.Join("testdata", "seeds", name)
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		whole := strings.ReplaceAll(string(text), "HTTP/1.1rn", `HTTP/1.1\r\n`)
		uncommented := writeCfg(t, regexp.MustCompile(`(?m)^(\s*)#(acl|use_backend|option|http-check) `).ReplaceAllString(whole, "$1$2 "))
		for _, path := range []string{file, uncommented} {
			code, out, errs := runCompat(t, path)
			if code != exitOK || errs != "" || !summary.MatchString(out) {
				t.Errorf("%s: exit code %d, %s\n%s", name, code, errs, out)
			}
		}
	}
}

// Each class is told, with its line and reason, and no problem hides another.
func TestCompatClasses(t *testing.T) {
	file := writeCfg(t, `global
    maxcon 5
    numa-cpu-mapping
    quiet
fcgi-app m
    docroot /x
listen l
    bind 127.0.0.1:8081 nice 5
    acl a nosuch(x) y
    http-request deny if { path "x }
    http-request set-nice 5
    option abortonclose
    errorfile 503 /no/such/file
    maxconn 5
.if 0
    not read at all
.endif
.fi
    balance roundrobn
`)
	code, out, _ := runCompat(t, file)
	if code != exitFail {
		t.Errorf("exit code %d", code)
	}
	f := func(line, class, reason string) {
		t.Helper()
		re := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(file+":"+line+": "+class) + ` .*\n(    (.*))?`)
		m := re.FindStringSubmatch(out)
		if m == nil || !strings.Contains(m[2], reason) || reason == "" && m[2] != "" {
			t.Errorf("line %s: want %s, %q in\n%s", line, class, reason, out)
		}
	}
	f("1", "done", "")
	f("2", "unknown", `(did you mean "maxconn"?)`)
	f("3", "inert", "it tunes HAProxy's own engine")
	f("5", "not done", `"fcgi-app" is understood but not done yet`)
	f("6", "not done", "its section is not done")
	f("7", "done", "")
	f("8", "differs", "nice changes nothing")
	f("9", "unknown", `unknown fetch: got "nosuch"`)
	f("10", "unknown", "a double quote that is not closed")
	f("11", "differs", "HAProxy: a stream's share of the processor; Weir: accepted, without effect")
	f("12", "differs", "CC, counted nowhere")
	f("14", "done", "")
	f("18", "unknown", `unknown directive: got ".fi"`)
	f("19", "unknown", `(did you mean "roundrobin"?)`)
	if strings.Contains(out, "not read at all") {
		t.Errorf("what an .if leaves out is told:\n%s", out)
	}
	if want := "\n16 directives: 4 done, 3 differs, 2 inert, 2 not done, 5 unknown\n"; !strings.HasSuffix(out, want) {
		t.Errorf("want %q at the end of\n%s", want, out)
	}
	if _, quiet, _ := runCompat(t, "-q", file); strings.Contains(quiet, " done  ") && strings.Contains(quiet, ": done ") || strings.Contains(quiet, ": inert ") {
		t.Errorf("-q tells what is done:\n%s", quiet)
	}
}

// What is not on this machine is noted, and no matter of the language.
func TestCompatHere(t *testing.T) {
	code, out, _ := runCompat(t, writeCfg(t, "listen l\n    bind 127.0.0.1:8081\n    errorfile 503 /no/such/file\n    server s 127.0.0.1:80\n"))
	if code != exitOK || !strings.Contains(out, "here: ") || !strings.Contains(out, "no such file") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

// Where there are too many errors to go on, that is told.
func TestCompatLimit(t *testing.T) {
	code, out, _ := runCompat(t, writeCfg(t, "backend b\n"+strings.Repeat("    foo\n", conf.MaxErrors+10)))
	if code != exitFail || !strings.Contains(out, "more than 1000 errors: what comes after them is not told\n") {
		t.Errorf("exit code %d, %d bytes", code, len(out))
	}
}

func TestCompatJSON(t *testing.T) {
	file := writeCfg(t, "listen l\n    bind 127.0.0.1:8081\n    http-reuse safe\n    foo\n")
	code, out, _ := runCompat(t, "--json", file)
	var p passport
	if err := json.Unmarshal([]byte(out), &p); err != nil {
		t.Fatal(err)
	}
	if code != exitFail || p.OK || len(p.Directives) != 4 || p.Counts["done"] != 2 || p.Counts["differs"] != 1 || p.Counts["unknown"] != 1 {
		t.Errorf("exit code %d: %s", code, out)
	}
	d := p.Directives[2]
	if d.Line != 3 || d.Section != "listen l" || d.Difference == nil || d.Difference.HAProxy != "always over a new connection" {
		t.Errorf("got %+v", d)
	}
}

func TestCompatFiles(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"b.cfg": "backend b\n", "a.cfg": "defaults\n    mode http\n", ".c.cfg": "foo\n", "d.txt": "foo\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if code, out, _ := runCompat(t, dir); code != exitOK || !strings.Contains(out, "3 directives: 3 done") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	f := func(code int, want string, args ...string) {
		t.Helper()
		got, out, errs := runCompat(t, args...)
		if got != code || !strings.Contains(out+errs, want) {
			t.Errorf("%v: exit code %d, %s%s; want %d, %s", args, got, out, errs, code, want)
		}
	}
	f(exitUsage, "want a file")
	f(exitUsage, `got "-x"`, "-x", dir)
	f(exitOK, "usage: weir compat", "-h")
	f(exitFail, "is in HCL", "weir.hcl")
	f(exitFail, "cannot be read: no such file or directory", filepath.Join(dir, "nosuch.cfg"))
	f(exitFail, "has no *.cfg file", t.TempDir())
}

// Whatever is wrong with a configuration, compat says so and goes on to its end.
func TestCompatMistakes(t *testing.T) {
	files, _ := filepath.Glob("../../conf/cfgfile/testdata/errors/*.txt")
	n := 0
	for _, file := range files {
		for _, c := range readAcceptCases(t, file) {
			n++
			path := writeCfg(t, c.text+"\nbackend last\n    retries 3\n")
			p, err := compatOf([]string{path})
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			last := directive{}
			if len(p.Directives) > 0 {
				last = p.Directives[len(p.Directives)-1]
			}
			if last.Text != "retries 3" && !strings.Contains(c.text, ".if") { // an .if without an end leaves it out
				t.Errorf("%s: ends with %+v", c.name, last)
			}
		}
	}
	if n < 150 {
		t.Errorf("%d cases", n)
	}
}
