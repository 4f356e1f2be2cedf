package main

import (
	"net"
	"path/filepath"
	"strings"
	"testing"
)

// Sockets that were not handed over and addresses that cannot be bound are told in one run, and nothing stays bound.
func TestStartTellsAllBinds(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	path := write(t, `global {
  stats_socket "`+filepath.Join(t.TempDir(), "gone", "x.sock")+`" {}
}
defaults { timeout { client = "1s"  connect = "1s"  server = "1s" } }
listen "l" {
  bind "`+address+`" {}
  bind "`+taken.Addr().String()+`" {}
  bind "fd@9999" {}
}
listen "m" { bind "fd@9998" {} }
`)
	code, _, said := weir("run", "-q", "-c", path)
	for _, want := range []string{
		path + `:7:3: frontend "l": bind "` + taken.Addr().String() + `": bind: address already in use`,
		path + `:8:3: listen "l": bind: "fd@9999": no such file descriptor was handed over`,
		path + `:10:14: listen "m": bind: "fd@9998": no such file descriptor was handed over`,
		path + `:2:3: global: stats_socket `,
		"weir run: 4 errors, nothing was started",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("no %s in\n%s", want, said)
		}
	}
	again, err := net.Listen("tcp", address)
	if code != exitFail || err != nil {
		t.Fatalf("code %d, %v", code, err)
	}
	again.Close()
	if code, _, said := weir("check", "-q", "-c", path); code != exitFail || strings.Contains(said, "in use") || !strings.Contains(said, "2 errors") {
		t.Errorf("check: code %d, %s", code, said)
	}
}
