package main

import (
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
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
		`3:3: "balance" is set twice in the same block`,
		`6:15: backend "b": server "s": track: unknown backend: got "c"`,
		`11:21: frontend "f": default_backend: unknown backend: got "nope"`,
		`13:1: frontend "f" is already defined at `,
	)
}

// What the machine lacks is told where it is named: users and groups at their attributes, log servers, and sockets that nobody handed over.
func TestCheckTellsNamesAndSockets(t *testing.T) {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fds[0])
	defer unix.Close(fds[1])
	datagrams, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(datagrams)
	text := strings.NewReplacer("PIPE", strconv.Itoa(fds[0]), "DATAGRAMS", strconv.Itoa(datagrams)).Replace(`global {
  log "no.such.host.invalid:514" { facility = "local0" }
  user  = "nosuchuser"
  group = "nosuchgroup"
  issuers_chain_path = "/no/such/directory"
  stats_socket "/tmp/a.sock" {
    user  = "nosuchuser"
    group = "nosuchgroup"
  }
}
frontend "f" {
  log "tcp@no.such.host.invalid:514" {}
  bind "/tmp/b.sock" {
    mode = "600"
    user = "nosuchuser"
    group = "nosuchgroup"
  }
  bind "fd@9999" {}
  bind "fd@PIPE" {}
  bind "fd@DATAGRAMS" {}
  bind "sockpair@9998" {}
  bind "sockpair@PIPE" {}
  bind ":1" { namespace = "weir-no-such-namespace" }
  default_backend = "b"
}
backend "b" {
  server "s" { address = "sockpair@9997" }
}
`)
	tellsAll(t, text,
		`1:1: global: issuers_chain_path: the directory "/no/such/directory" cannot be entered: No such file or directory`,
		`2:3: global: log: address "no.such.host.invalid": `,
		`3:11: global: there is no user "nosuchuser"`,
		`4:11: global: there is no group "nosuchgroup"`,
		`7:13: global: stats_socket: there is no user "nosuchuser"`,
		`8:13: global: stats_socket: there is no group "nosuchgroup"`,
		`12:3: frontend "f": log: address "no.such.host.invalid": `,
		`15:12: frontend "f": bind: there is no user "nosuchuser"`,
		`16:13: frontend "f": bind: there is no group "nosuchgroup"`,
		`18:3: frontend "f": bind: "fd@9999": no such file descriptor was handed over`,
		`19:3: frontend "f": bind: "fd@`+strconv.Itoa(fds[0])+`": the file descriptor is no socket`,
		`20:3: frontend "f": bind: "fd@`+strconv.Itoa(datagrams)+`": the socket is not of type stream`,
		`21:3: frontend "f": bind: "sockpair@9998": no such file descriptor was handed over`,
		`22:3: frontend "f": bind: "sockpair@`+strconv.Itoa(fds[0])+`": the file descriptor is no socket`,
		`23:3: frontend "f": bind ":1": namespace "weir-no-such-namespace": no such file or directory`,
		`27:3: backend "b": server "s": "sockpair@9997": no such file descriptor was handed over`,
	)
}

// What fails only when it is started is told once, with one place, however many sections name it.
func TestStartTellsOnce(t *testing.T) {
	path := write(t, `listen "l" {
  bind "`+filepath.Join(t.TempDir(), "l.sock")+`" {}
  log "fd@9999" {}
}
listen "m" {
  bind "`+filepath.Join(t.TempDir(), "m.sock")+`" {}
  log "fd@9998" {}
  log "fd@9999" {}
}
`)
	code, _, said := weir("run", "-q", "-c", path)
	want := "weir: " + path + ":3:3: log \"fd@9999\": fd 9999: bad file descriptor\nweir: " + path + ":7:3: log \"fd@9998\": fd 9998: bad file descriptor\nweir run: 2 errors, nothing was started\n"
	if code != exitFail || said != want {
		t.Fatalf("code %d, %s\nwant\n%s", code, said, want)
	}
}

// HAProxy takes a server of this name, and so does Weir, but says what comes of it.
func TestCheckServerNamedAsTheSection(t *testing.T) {
	path := write(t, hclDefaults+`listen "l" {
  bind "127.0.0.1:8080" {}
  server "BACKEND" { address = "127.0.0.1:1" }
  server "backend" { address = "127.0.0.1:1" }
}
`)
	want := path + ":7:3: listen \"l\": server \"BACKEND\": has the name that statistics give to the whole section; choose another (warning)\n"
	if code, _, said := weir("check", "-c", path); code != exitOK || said != want {
		t.Fatalf("code %d, %s; want %s", code, said, want)
	}
}
