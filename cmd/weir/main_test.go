package main

import (
	"bytes"
	"regexp"
	"runtime/debug"
	"strings"
	"testing"
)

// weir runs a command line and returns what it printed.
func weir(args ...string) (code int, out, err string) {
	var o, e bytes.Buffer
	code = dispatch(&streams{&o, &e}, args)
	return code, o.String(), e.String()
}

func TestCommandLine(t *testing.T) {
	f := func(line string, wantCode int, wantOut, wantErr string) {
		t.Helper()
		code, out, err := weir(strings.Fields(line)...)
		if code != wantCode || !strings.Contains(out, wantOut) || !strings.Contains(err, wantErr) || (wantErr == "") != (err == "") {
			t.Fatalf("weir %s: code %d, out %q, err %q; want %d, %q, %q", line, code, out, err, wantCode, wantOut, wantErr)
		}
	}
	f("", exitUsage, "", "weir run ")
	f("help", exitOK, "weir check", "")
	f("--help", exitOK, "weir check", "")
	f("help run", exitOK, "--log-format", "")
	f("help help", exitOK, "usage: weir help [COMMAND]", "")
	f("run -h", exitOK, "usage: weir run [-c FILE]...", "")
	f("help chek", exitUsage, "", `weir: help: got "chek"; want run, check, convert, explain, compat, haproxy, health, version, help (did you mean "check"?)`)
	f("rnu", exitUsage, "", `weir: command: got "rnu"; want run, check, convert, explain, compat, haproxy, health, version, help (did you mean "run"?)`)
	f("frobnicate", exitUsage, "", "weir: command: got \"frobnicate\"; want run, check, convert, explain, compat, haproxy, health, version, help\n")
	f("run --log-fromat json", exitUsage, "", `weir run: flag: got "-log-fromat"; want -c, --check, --cpu-profile, -d, --foreground, --log-format, --log-level, -q (did you mean "log-format"?)`)
	f("run weir.hcl", exitUsage, "", `weir run: got the argument "weir.hcl"; want flags only; a configuration is given with -c`)
	f("run -c", exitUsage, "", "flag needs an argument: -c")
	f("run --log-level loud", exitFail, "", `--log-level: got "loud"; want debug, info, warn or error`)
	f("run --log-format jsn", exitFail, "", `--log-format: got "jsn"; want console or json (did you mean "json"?)`)
	f("version", exitOK, "weir "+version+"\ngo1.", "")
	f("--version", exitOK, "weir "+version, "")
	f("version x", exitUsage, "", `got the argument "x"`)
	f("health", exitUsage, "", "nothing to ask")
}

func TestEveryCommandHasHelp(t *testing.T) {
	for _, c := range commands() {
		var b bytes.Buffer
		c.describe(&b)
		if c.summary == "" || c.run == nil || !strings.HasPrefix(b.String(), "usage: weir "+c.name) || strings.HasSuffix(c.summary, ".") {
			t.Errorf("%s: help is %q", c.name, b.String())
		}
	}
}

func TestReleaseDate(t *testing.T) {
	f := func(value, want string) {
		t.Helper()
		info := &debug.BuildInfo{Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "abc"}, {Key: "vcs.time", Value: value}}}
		if got := dateOf(info); got != want {
			t.Errorf("got %q; want %q", got, want)
		}
	}
	f("2026-11-21T08:00:00Z", "2026/11/21")
	f("yesterday", "")
	if got := releaseDate(); !regexp.MustCompile(`^\d{4}/\d\d/\d\d$`).MatchString(got) {
		t.Errorf("this program is of %q; want a date", got)
	}
}

func TestVCS(t *testing.T) {
	f := func(settings []debug.BuildSetting, want string) {
		t.Helper()
		if got := vcs(&debug.BuildInfo{Settings: settings}); got != want {
			t.Fatalf("got %q; want %q", got, want)
		}
	}
	f(nil, "")
	f([]debug.BuildSetting{{Key: "vcs.revision", Value: "abc"}}, "commit abc")
	f([]debug.BuildSetting{{Key: "vcs.revision", Value: "abc"}, {Key: "vcs.time", Value: "2026-11-21T08:00:00Z"}, {Key: "vcs.modified", Value: "true"}},
		"commit abc (2026-11-21T08:00:00Z, modified)")
	f([]debug.BuildSetting{{Key: "vcs.revision", Value: "abc"}, {Key: "vcs.modified", Value: "false"}}, "commit abc")
}
