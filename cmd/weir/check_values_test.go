package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// saidOf is what "weir check" says of wrong values, one line each, without the file's name.
func saidOf(t *testing.T, name, text string) []string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, said := weir("check", "-c", path)
	if code != exitFail {
		t.Errorf("code %d", code)
	}
	lines := strings.Split(strings.TrimSuffix(strings.ReplaceAll(said, path+":", ""), "\n"), "\n")
	return slices.DeleteFunc(lines, func(l string) bool { // what is missing is another matter
		return strings.HasSuffix(l, " (warning)") && (strings.Contains(l, ": timeout: ") || strings.Contains(l, ": no server: "))
	})
}

func same(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// What a check expects is told once, at its place.
func TestCheckExpectations(t *testing.T) {
	section := func(name, expect string) string {
		return `backend "` + name + `" {
  mode = "http"
  http_check_expect = "` + expect + `"
  server "s" {
    address = "127.0.0.1:1"
    check {}
  }
}
`
	}
	same(t, saidOf(t, "weir.hcl", section("b1", "status abc")+section("b2", "status 200-")+section("b3", "rstatus (")),
		`3:23: backend "b1": http_check expect: got "abc"; want statuses such as 200,204,300-399`,
		`11:23: backend "b2": http_check expect: got "200-"; want statuses such as 200,204,300-399`,
		`19:23: backend "b3": check expect: got "("; want a regular expression: missing closing parenthesis at offset 1`,
		"weir check: 3 errors")
}

// What follows from a mode that is none is not told.
func TestCheckBadMode(t *testing.T) {
	same(t, saidOf(t, "weir.hcl", `defaults {
  mode = "htp"
}
backend "b" {
  http_response "deny" {}
  http_request "deny" {}
}
`), `2:10: defaults: mode: got "htp"; want tcp or http (did you mean "http"?)`, "weir check: 1 error")
	same(t, saidOf(t, "haproxy.cfg", `defaults
  mode htp
backend b
  http-response deny
  http-request deny
`), `2:8: defaults: mode: got "htp"; want tcp or http (did you mean "http"?)`, "weir check: 1 error")
}

// Nothing is done all the time: HAProxy refuses 0 there too.
func TestCheckZeroTimes(t *testing.T) {
	same(t, saidOf(t, "weir.hcl", `global {
  stats_timeout = "0s"
}
backend "b" {
  server "s" {
    address     = "127.0.0.1:1"
    agent_inter = "0s"
    inter       = 0
    check {
      fastinter = "0ms"
      downinter = "0s"
    }
  }
}
`),
		`2:19: global: stats_timeout: got "0s"; want a time above 0`,
		`7:19: backend "b": server "s": agent_inter: got "0s"; want a time above 0`,
		`8:19: backend "b": server "s": inter: got "0"; want a time above 0`,
		`10:19: backend "b": server "s": check: fastinter: got "0ms"; want a time above 0`,
		`11:19: backend "b": server "s": check: downinter: got "0s"; want a time above 0`,
		"weir check: 5 errors")
	same(t, saidOf(t, "haproxy.cfg", `global
  stats timeout 0
backend b
  server s1 127.0.0.1:1 check inter 0
  server s2 127.0.0.1:1 check fastinter 0
  server s3 127.0.0.1:1 check downinter 0s
  server s4 127.0.0.1:1 agent-inter 0
`),
		`2:17: global: stats: timeout: got "0"; want a time above 0`,
		`4:37: backend "b": server "s1": inter: got "0"; want a time above 0`,
		`5:41: backend "b": server "s2": fastinter: got "0"; want a time above 0`,
		`6:41: backend "b": server "s3": downinter: got "0s"; want a time above 0`,
		`7:37: backend "b": server "s4": agent-inter: got "0"; want a time above 0`,
		"weir check: 5 errors")
}
