package main

import (
	"strings"
	"testing"
)

// tellsAll checks that a configuration is refused with exactly these errors, each "LINE:COLUMN: TEXT" with the beginning of its text.
func tellsAll(t *testing.T, text string, want ...string) {
	t.Helper()
	path := write(t, text)
	code, _, said := weir("check", "-c", path)
	var got []string
	for line := range strings.Lines(said) {
		if rest, ok := strings.CutPrefix(line, path+":"); ok && !strings.Contains(line, "(warning)") {
			got = append(got, strings.TrimRight(rest, "\n"))
		}
	}
	if code != exitFail || len(got) != len(want) {
		t.Fatalf("code %d, %d errors, want %d:\n%s", code, len(got), len(want), said)
	}
	for i, w := range want {
		if !strings.HasPrefix(got[i], w) {
			t.Errorf("got %q; want %q", got[i], w)
		}
	}
}

// What only the compiler of conditions and formats knows is told beside what the reader has found, in the same condition or rule too.
func TestCheckTellsTheRestOfARule(t *testing.T) {
	tellsAll(t, `defaults {
  mode = "http"
  http_request "deny" { when = src() == "300.1.1.1" }
}
frontend "f" {
  bind "127.0.0.1:8080" {}
  http_request "deny" { when = hdrr("a") == "b" && src() == "300.1.1.1" }
  http_request "deny" {
    status = 999
    when   = dst() == "300.1.1.1"
  }
  http_request "set-header" {
    name  = "x"
    value = "${srcc()}-${hdr("a", 1, 2)}"
  }
  monitor_fail { when = hdrr("a") == "b" || src() == "300.1.1.1" }
}
backend "b" {
  force_persist { when = !pth() || src() == "300.1.1.1" }
  server "s" {
    address = "127.0.0.1:1"
    ssl     = true
    verify  = "none"
    sni     = hdr("a", 1, 2)
  }
  server "t" {
    address        = "127.0.0.1:1"
    pool_conn_name = hdr("a", 1, 2)
  }
}
`,
		`3:41: frontend "f": src: ip: got "300.1.1.1"`, // and not of the backend once more
		`7:32: frontend "f": http_request "deny": when: unknown fetch: got "hdrr"`,
		`7:61: frontend "f": src: ip: got "300.1.1.1"`,
		`9:14: frontend "f": http_request "deny": status: got "999"`,
		`10:23: frontend "f": dst: ip: got "300.1.1.1"`,
		`14:16: frontend "f": http_request "set-header": value: unknown fetch: got "srcc"`,
		`14:26: frontend "f": hdr: got 3 arguments`,
		`16:25: frontend "f": monitor_fail: when: unknown fetch: got "hdrr"`,
		`16:54: frontend "f": src: ip: got "300.1.1.1"`,
		`19:27: backend "b": force_persist: when: unknown fetch: got "pth"`,
		`19:45: backend "b": src: ip: got "300.1.1.1"`,
		`24:15: backend "b": hdr: got 3 arguments`,
		`28:22: backend "b": hdr: got 3 arguments`,
	)
}

// An attribute that is set twice hides nothing else.
func TestCheckTellsTheRestOfAFile(t *testing.T) {
	tellsAll(t, `backend "b" {
  balance = "roundrobin"
  balance = "leastconn"
  server "s" {
    address = "127.0.0.1:1"
    track   = "c/d"
  }
}
frontend "f" {
  bind "127.0.0.1:8080" {}
  default_backend = "nope"
}
frontend "f" { bind "127.0.0.1:8081" {} }
`,
		`3:3: the attribute is set twice in the same block`,
		`6:15: backend "b": server "s": track: unknown backend: got "c"`,
		`11:21: frontend "f": default_backend: unknown backend: got "nope"`,
		`13:1: frontend "f" is already defined at `,
	)
}
