package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"weir/internal/peer"
	"weir/internal/testport"
)

func TestParseHaproxy(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.cfg", "a.cfg", ".c.cfg", "d.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a, b := dir+"/a.cfg", dir+"/b.cfg"
	f := func(line string, want func(*hapFlags) bool) {
		t.Helper()
		got, err := parseHaproxy(strings.Fields(strings.ReplaceAll(line, "DIR", dir)))
		if err != nil || !want(got) {
			t.Fatalf("%s: %+v, %v", line, got, err)
		}
	}
	f("-f DIR/b.cfg -f DIR/a.cfg", func(f *hapFlags) bool { return slices.Equal(f.files, []string{b, a}) })
	f("-f DIR", func(f *hapFlags) bool { return slices.Equal(f.files, []string{a, b}) })
	f("-f DIR/b.cfg -- DIR/a.cfg DIR/b.cfg", func(f *hapFlags) bool { return slices.Equal(f.files, []string{b, a, b}) })
	f("-C DIR -f a.cfg", func(f *hapFlags) bool { return slices.Equal(f.files, []string{"a.cfg"}) && f.dir == dir })
	f("-sf 1 2 -c -st 3", func(f *hapFlags) bool {
		return slices.Equal(f.finish, []int{1, 2}) && slices.Equal(f.terminate, []int{3}) && f.check
	})
	f("-sf -D -W", func(f *hapFlags) bool { return f.finish == nil && f.daemon && f.worker && !f.systemd })
	f("-Ws -n 5 -N 6 -m 7 -L me -p pid", func(f *hapFlags) bool {
		return f.systemd && f.worker && f.maxconn == 5 && f.proxyMaxconn == 6 && f.megabytes == 7 && f.peer == "me" && f.pidfile == "pid"
	})
	f("-cc 1 -V -q -db -d -dr -dW", func(f *hapFlags) bool {
		return *f.cond == "1" && f.verbose && f.quiet && f.foreground && f.debug && f.ignoreNames && f.zeroWarn
	})
	f("-dMhelp", func(f *hapFlags) bool { return f.poisonHelp })
	f("-C /no/such -dL -f a.cfg", func(f *hapFlags) bool { return slices.Equal(f.files, []string{"a.cfg"}) && f.objects })
	f("-dKacl,cfg -dM0 -de -dG", func(f *hapFlags) bool { return slices.Equal(f.dump, []string{"acl", "cfg"}) && len(f.inert) == 3 })
	f("-dV -dS", func(f *hapFlags) bool { return f.noVerify && f.noSplice && !f.mayFork && f.inert == nil })
	f("-dI", func(f *hapFlags) bool { return f.mayFork && !f.noVerify && f.inert == nil })

	bad := func(line, want string) {
		t.Helper()
		_, err := parseHaproxy(strings.Fields(line))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Fatalf("%s: %v; want %s", line, err, want)
		}
	}
	bad("-n x", `-n: got "x"; want a number`)
	bad("-n", "-n: a value is missing")
	bad("-sf abc", `-sf: got "abc"; want process ids`)
	bad("-f /no/such.cfg", "Cannot open configuration file/directory /no/such.cfg : No such file or directory")
	bad("-dMtag,nonsense", "-dM: unknown pool debugging feature <nonsense>")
	bad("-dC", "not done yet")
	for _, line := range []string{"-Z", "a.cfg", "-", "-cc", "-sx", "-dQQ"} {
		if _, err := parseHaproxy(strings.Fields(line)); !errors.Is(err, errUsage) {
			t.Fatalf("%s: %v; want the usage", line, err)
		}
	}
}

// hapCommands are the lines whose exit codes, and whose words on stdout, are compared with HAProxy's. FILE is one of hapConfigs.
var hapCommands = []string{
	"-c -f good", "-c -f bad", "-c -f silent", "-c -f doubtful", "-c -f empty", "-c -f unknown", "-c -f owners",
	"-c -q -f good", "-c -q -f bad", "-c -q -f silent", "-c -q -f doubtful", "-c -V -f good", "-q -V -c -f good",
	"-c -dW -f doubtful", "-c -dW -f good", "-c -dr -f unknown", "-c -f none", "-c", "-f bad", "-f silent", "-q -f silent", "-f empty",
	"-c -f good -f bad", "-c -f good -f doubtful", "-c -- good", "-c -f folder", "-c -f emptyfolder", "-C /no/such -c -f good", "-C folder -c -f a",
	"good", "-Z", "-c -n 10 -N 5 -m 100 -L x -p y -f good", "-c -D -f good", "-c -W -f good", "-c -Ws -f good", "-c -sf -f good", "-sf abc -c -f good",
	"-c -de -dp -dS -dG -dR -dV -dL -q -f good", "-cc x", "-cc foo(a)", "-cc bad(", "-cc streq(\"$HOME\",\"$HOME\")", "-cc streq($HOME,/)", "-cc", "-c -f socket", "-c -f off",
	"-D -p /no/such/dir/pid -f good", "-f taken", "-D -f taken", "-dMnonsense -c -f good", "-dM0x50,tag,no-cache -c -f good",
}

// hapConfigs are the same configurations in both languages, HAProxy's first.
var hapConfigs = map[string][2]string{
	"good":     {hapDefaults + hapFrontend, hclDefaults + hclFrontend},
	"bad":      {"global\n  maxconn 100\n  foo bar\nfrontend f\n  bind 127.0.0.1:PORT\n  mode http\n  http-request denyy\n", hclBad},
	"silent":   {hapDefaults + "backend b\n  server s 127.0.0.1:1\n", hclDefaults + hclServer},
	"doubtful": {"frontend g\n  bind 127.0.0.2:PORT\n  mode http\n  http-request deny\n", "frontend \"g\" {\n  mode = \"http\"\n  bind \"127.0.0.2:PORT\" {}\n  http_request \"deny\" {}\n}\n"},
	"empty":    {"", ""},
	"unknown": {hapDefaults + "frontend f\n  bind 127.0.0.1:PORT\n  default_backend b\nbackend b\n  server s no.such.name.invalid:80\n",
		hclDefaults + hclTo + strings.Replace(hclServer, "127.0.0.1:1", "no.such.name.invalid:80", 1)},
	"owners":  {"global\n  user nosuchuser\n  group nosuchgroup\n" + hapDefaults + hapFrontend, "global {\n  user = \"nosuchuser\"\n  group = \"nosuchgroup\"\n}\n" + hclDefaults + hclFrontend},
	"socket":  {"global\n  stats socket DIR/a.sock\n", "global {\n  stats_socket \"DIR/a.sock\" {}\n}\n"},
	"off":     {hapDefaults + "frontend f\n  disabled\n  bind 127.0.0.1:PORT\n", hclDefaults + "frontend \"f\" {\n  disabled = true\n  bind \"127.0.0.1:PORT\" {}\n}\n"},
	"talks":   {".notice \"hello\"\n.diag \"doubt\"\n.notice\n" + hapDefaults + hapFrontend, hclDefaults + hclFrontend},
	"taken":   {hapDefaults + strings.Replace(hapFrontend, "127.0.0.1", "192.0.2.1", 1), hclDefaults + strings.Replace(hclFrontend, "127.0.0.1", "192.0.2.1", 1)},
	"servers": {hapDefaults + "frontend f\n  bind 127.0.0.1:PORT\n  default_backend b\nbackend b\n  server s 127.0.0.1:1\n", hclDefaults + hclTo + hclServer},
}

const (
	hapDefaults = "defaults\n  mode http\n  timeout client 1s\n  timeout server 1s\n  timeout connect 1s\n"
	hapFrontend = "frontend f\n  bind 127.0.0.1:PORT\n  http-request deny\n"
	hclDefaults = "defaults {\n  mode = \"http\"\n  timeout { client = \"1s\"  server = \"1s\"  connect = \"1s\" }\n}\n"
	hclFrontend = "frontend \"f\" {\n  bind \"127.0.0.1:PORT\" {}\n  http_request \"deny\" {}\n}\n"
	hclTo       = "frontend \"f\" {\n  bind \"127.0.0.1:PORT\" {}\n  default_backend = \"b\"\n}\n"
	hclServer   = "backend \"b\" {\n  server \"s\" { address = \"127.0.0.1:1\" }\n}\n"
	hclBad      = "global {\n  maxconn = 100\n  foo = \"bar\"\n}\nfrontend \"f\" {\n  mode = \"http\"\n  bind \"127.0.0.1:PORT\" {}\n  http_request \"denyy\" {}\n}\n"
)

// hapLanguages are the folders of hapFolder, and the endings of the files in them.
var hapLanguages = []string{"cfg", "hcl"}

// hapFolder writes the configurations of the comparison, each language into a folder of its own.
func hapFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	_, port, err := net.SplitHostPort(testport.Addr())
	if err != nil {
		t.Fatal(err)
	}
	fill := strings.NewReplacer("PORT", port, "DIR", dir)
	for i, lang := range hapLanguages {
		for _, sub := range []string{lang, lang + "/folder", lang + "/emptyfolder"} {
			if err := os.Mkdir(filepath.Join(dir, sub), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		for name, texts := range hapConfigs {
			if err := os.WriteFile(filepath.Join(dir, lang, name+"."+lang), []byte(fill.Replace(texts[i])), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, lang, "folder", "a."+lang), []byte(fill.Replace(hapConfigs["good"][i])), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// hapRun runs one command line in a folder.
func hapRun(t *testing.T, program, dir, line string, env ...string) (code int, out, text string) {
	t.Helper()
	args, lang := strings.Fields(line), "cfg"
	if filepath.Base(program) != "haproxy" {
		lang = "hcl"
	}
	for i, a := range args {
		if _, ok := hapConfigs[a]; ok || a == "a" {
			args[i] = a + "." + lang
		}
	}
	cmd := exec.Command(program, args...)
	cmd.Args[0] = "haproxy"
	cmd.Dir = filepath.Join(dir, lang)
	cmd.Env = append(os.Environ(), env...)
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), o.String(), e.String()
}

// Exit codes, and what -c says on stdout, are HAProxy's for every line above.
func TestHaproxyExitCodes(t *testing.T) {
	theirs := peer.Need(t, "haproxy")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := hapFolder(t)
	for _, line := range hapCommands {
		wantCode, wantOut, _ := hapRun(t, theirs, dir, line)
		code, out, text := hapRun(t, self, dir, line, "WEIR_TEST_MAIN=1")
		if strings.HasPrefix(wantOut, "HAProxy version") {
			wantOut, out = "HAProxy version", strings.SplitAfter(out, " version")[0]
		}
		if strings.Contains(line, "-dL") { // each has its own
			wantOut = fmt.Sprintf("List of loaded object files:\n%s\n", self)
			out = out[:min(len(out), len(wantOut))]
		}
		if code != wantCode || out != wantOut {
			t.Errorf("haproxy %s: code %d, stdout %q; want %d, %q; stderr\n%s", line, code, out, wantCode, wantOut, text)
		}
		if strings.Contains(line, " -q ") && !strings.Contains(line, "-V") && text != "" {
			t.Errorf("haproxy %s: -q and yet\n%s", line, text)
		}
	}
}

// Messages have HAProxy's shape: a level, the pid, the file and line in brackets.
func TestHaproxyMessages(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	_, _, text := hapRun(t, self, hapFolder(t), "-c -f bad", "WEIR_TEST_MAIN=1")
	for _, want := range []string{
		`(?m)^\[NOTICE\]   \(\d+\) : haproxy version is 2\.6\.`, `(?m)^\[NOTICE\]   \(\d+\) : path to executable is /`,
		`(?m)^\[ALERT\]    \(\d+\) : config : parsing \[bad\.hcl:3\] : .*foo`, `(?m)^\[ALERT\]    \(\d+\) : config : parsing \[bad\.hcl:8\] : .*did you mean "deny"`,
		`(?m)^\[ALERT\]    \(\d+\) : config : Error\(s\) found in configuration file : bad\.hcl$`,
		`(?m)^\[ALERT\]    \(\d+\) : config : Fatal errors found in configuration\.$`,
	} {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
}

// What a configuration itself says is told where HAProxy tells it: notices without a word about who is speaking.
func TestHaproxyNotices(t *testing.T) {
	theirs := peer.Need(t, "haproxy")
	dir := hapFolder(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	shape := regexp.MustCompile(`\(\d+\)|\.(notice|diag|warning): |'`)
	plain := func(s string) string {
		s = shape.ReplaceAllString(strings.ReplaceAll(s, "] : ", "]: "), "")
		return strings.ReplaceAll(s, ".\n", "\n")
	}
	config := filepath.Join(dir, "cfg", "talks.cfg")
	for _, line := range []string{"-c", "-c -q", "-c -dD", "-c -V", "-c -dW"} {
		_, _, want := hapRun(t, theirs, dir, line+" -f "+config)
		code, _, got := hapRun(t, self, dir, line+" -f "+config, "WEIR_TEST_MAIN=1")
		if plain(got) != plain(want) || code != 0 {
			t.Errorf("%s: code %d, stderr\n%s\nHAProxy's\n%s", line, code, got, want)
		}
	}
	if code, out, text := weir("check", "-c", config); code != exitOK || text != config+":1:1: .notice: hello (notice)\n"+config+":2:1: .diag: doubt (notice)\n"+config+":3:1: .notice:  (notice)\n" {
		t.Errorf("check: code %d\n%s%s", code, out, text)
	}
	if _, _, text := weir("check", "-q", "-c", config); text != "" {
		t.Errorf("check -q: %s", text)
	}
}

// One cause is told in one line, and it names what was given.
func TestHaproxyTellsTheCause(t *testing.T) {
	theirs := peer.Need(t, "haproxy")
	dir := hapFolder(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		"-C /no/such -c -f good":     "Could not change to directory /no/such : No such file or directory\n",
		"-C /no/such -c -f none":     "Could not change to directory /no/such : No such file or directory\n",
		"-D -p /no/such/pid -f good": "[haproxy.main()] Cannot create pidfile /no/such/pid",
		"-cc bogus(":                 "config : Failed to evaluate condition: unparsable conditional expression 'bogus('",
		"-dMx":                       "-dM: unknown pool debugging feature <x>",
	} {
		for _, program := range []string{theirs, self} {
			_, _, text := hapRun(t, program, dir, line, "WEIR_TEST_MAIN=1")
			if !strings.Contains(text, want) || strings.Count(text, "[ALERT]") != 1 {
				t.Errorf("%s %s: stderr\n%s\nwant %s, and no other alert", program, line, text, want)
			}
		}
	}
	if code, out, text := hapRun(t, self, dir, "-dMhelp", "WEIR_TEST_MAIN=1"); code != exitOK || text != "" || !strings.Contains(out, "no-merge       merge") {
		t.Errorf("-dMhelp: code %d\n%s%s", code, out, text)
	}
}

// A daemon's parent returns when it is ready; its pid file says who it is; -sf makes the old one leave once the new one listens.
func TestHaproxyDaemon(t *testing.T) {
	dir := hapFolder(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	start := func(line string) int {
		t.Helper()
		if code, out, text := hapRun(t, self, dir, line, "WEIR_TEST_MAIN=1"); code != exitOK {
			t.Fatalf("haproxy %s: code %d\n%s%s", line, code, out, text)
		}
		text, err := os.ReadFile(filepath.Join(dir, "hcl", "pid"))
		if err != nil {
			t.Fatal(err)
		}
		pid, err := strconv.Atoi(strings.TrimSuffix(string(text), "\n"))
		if err != nil {
			t.Fatalf("pid file: %q", text)
		}
		t.Cleanup(func() { syscall.Kill(pid, syscall.SIGKILL) })
		return pid
	}
	old := start("-D -p pid -f good")
	if sid, err := sessionOf(old); err != nil || sid != old {
		t.Fatalf("the daemon's session is %d, %v; want its own, %d", sid, err, old)
	}
	answers(t, dir)
	young := start(fmt.Sprintf("-D -p pid -f good -sf %d", old))
	if young == old {
		t.Fatal("the pid file is the old one")
	}
	waitGone(t, old)
	answers(t, dir)
	if text, err := os.ReadFile(filepath.Join(dir, "hcl", "pid")); err != nil || string(text) != fmt.Sprintln(young) {
		t.Fatalf("the old process took the new one's pid file away: %q, %v", text, err)
	}
	syscall.Kill(young, syscall.SIGTERM)
	waitGone(t, young)
	if _, err := os.Stat(filepath.Join(dir, "hcl", "pid")); !os.IsNotExist(err) {
		t.Fatalf("the pid file is still there: %v", err)
	}
}
