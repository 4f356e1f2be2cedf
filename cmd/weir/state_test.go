package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"weir/internal/peer"
	"weir/internal/testport"
)

// stateCfg has a server for each thing that a file of states may tell; the state file's name and an address are filled in.
const stateCfg = `global
  server-state-base DIR
  server-state-file states
  stats socket DIR/SOCKET level admin
defaults
  mode http
  timeout client 30s
  timeout server 30s
  timeout connect 5s
  load-server-state-from-file global
listen f
  bind ADDR
  server s1 127.0.0.1:1 check inter 1h weight 10
  server s2 127.0.0.1:1 weight 10
  server s3 127.0.0.1:1 weight WEIGHT
  server s4 127.0.0.1:1 disabled
  server s5 127.0.0.1:1
  server s6 127.0.0.1:1 check inter 1h
  server s7 localhost:1
  server s8 127.0.0.1:1
  server s9 127.0.0.1:1 check inter 1h fall 5 rise 4
  server s10 127.0.0.1:1 disabled
backend own
  load-server-state-from-file local
  server-state-file-name own.state
  server s1 127.0.0.1:1
backend named
  load-server-state-from-file local
  server s1 127.0.0.1:1
backend none
  load-server-state-from-file none
  server s1 127.0.0.1:1
`

// stateRun runs a program on the configuration, gives it commands, and returns what "show servers state" then tells: the columns that a file
// brings back.
func stateRun(t *testing.T, dir, program, weight string, commands ...string) (whole string, columns []string) {
	t.Helper()
	name := filepath.Base(program)
	addr := testport.Addr()
	conf := filepath.Join(dir, name+".cfg")
	text := strings.NewReplacer("DIR", dir, "SOCKET", name, "ADDR", addr, "WEIGHT", weight).Replace(stateCfg)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.Command(program, "-db", "-f", conf), done: make(chan struct{})}
	p.cmd.Args[0] = "haproxy"
	p.cmd.Env = append(os.Environ(), "WEIR_TEST_MAIN=1")
	p.listen()
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.cmd.Wait() // its exit code is in ProcessState
		close(p.done)
	}()
	defer func() {
		p.cmd.Process.Signal(syscall.SIGTERM)
		p.end(t)
	}()
	socket := filepath.Join(dir, name)
	p.wait(t, "the start", func() bool {
		c, err := net.Dial("unix", socket)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	for _, c := range commands {
		tell(t, socket, c)
	}
	whole = tell(t, socket, "show servers state")
	for line := range strings.Lines(whole) {
		if f := strings.Fields(line); len(f) == 25 {
			columns = append(columns, fmt.Sprint(f[1], f[3], " addr ", f[4], " op ", f[5], " admin ", f[6], " weight ", f[7:9], " health ", f[12], " name ", f[17], " port ", f[18]))
		}
	}
	return whole, columns
}

// What one of the two has told, both bring back alike, also after a change of the configuration.
func TestServerStateFile(t *testing.T) {
	haproxy := peer.Need(t, "haproxy")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	changes := []string{"set server f/s1 health down", "set server f/s2 weight 3", "set server f/s3 weight 5", "set server f/s4 state ready", "set server f/s5 state drain",
		"set server f/s6 state maint", "set server f/s7 addr 127.0.0.9 port 77", "set server f/s8 addr 127.0.0.8 port 88", "set server f/s9 health down",
		"set server own/s1 weight 7%", "set server own/s1 state drain", "set server named/s1 state maint", "set server none/s1 state maint"}
	for _, author := range []string{haproxy, self} {
		dir := t.TempDir()
		states, _ := stateRun(t, dir, author, "20", changes...)
		for _, name := range []string{"states", "own.state", "named"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(states), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, weight := range []string{"20", "30"} {
			_, got := stateRun(t, dir, self, weight)
			_, want := stateRun(t, dir, haproxy, weight)
			if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w || len(got) != 13 {
				t.Errorf("written by %s, weight %s: weir makes of it\n%s\nhaproxy\n%s", filepath.Base(author), weight, g, w)
			}
		}
	}
}
