package e2e

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"weir/internal/peer"
)

const pairFront = `defaults
  mode http
  timeout client 20s
  timeout server 20s
  timeout connect 20s
frontend f
  bind 127.0.0.1:${port.f}
  default_backend b
backend b
  server s sockpair@3
`

const pairBack = `defaults
  mode http
  timeout client 20s
  timeout server 20s
  timeout connect 20s
frontend f
  bind sockpair@3
  http-request return status 200 content-type text/plain lf-string "%[path] from %[src]"
`

// TestSockpair hands connections over from one process to another, Weir and HAProxy on either side.
func TestSockpair(t *testing.T) {
	t.Parallel()
	peer.Need(t, "haproxy")
	for _, kinds := range [][2]string{{"weir", "weir"}, {"weir", "haproxy"}, {"haproxy", "weir"}} {
		t.Run(kinds[0]+"-"+kinds[1], func(t *testing.T) {
			t.Parallel()
			dir := shortDir(t)
			at := newPlaces(dir, "pair")
			fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
			if err != nil {
				t.Fatal(err)
			}
			front := startPair(t, kinds[0], filepath.Join(dir, "front.cfg"), at.expand(pairFront), fds[0])
			startPair(t, kinds[1], filepath.Join(dir, "back.cfg"), at.expand(pairBack), fds[1])
			if err := front.ready([]int{at.port("f")}, nil); err != nil {
				t.Fatal(err)
			}
			for i := range 5 {
				resp, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/%d", at.port("f"), i))
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(resp.Body)
				resp.Body.Close()
				if want := fmt.Sprintf("/%d from ", i); err != nil || resp.StatusCode != 200 || strings.TrimSpace(string(body)) != strings.TrimSpace(want) {
					t.Errorf("got %d %q, %v; want 200 %q", resp.StatusCode, body, err, want)
				}
			}
		})
	}
}

// startPair starts a proxy that finds a socket of the pair at descriptor 3.
func startPair(t *testing.T, kind, conf, text string, fd int) *proc {
	t.Helper()
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"haproxy", "-db", "-f", conf}
	if kind == "weir" {
		weir, err := weirBinary()
		if err != nil {
			t.Fatal(err)
		}
		args = append([]string{weir}, args...)
	}
	f := os.NewFile(uintptr(fd), "pair")
	defer f.Close()
	p := &proc{kind: kind, cmd: exec.Command(args[0], args[1:]...), done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr, p.cmd.Dir = &p.stdout, &p.stderr, filepath.Dir(conf)
	p.cmd.ExtraFiles = []*os.File{f}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.err = p.cmd.Wait(); close(p.done) }()
	t.Cleanup(func() {
		if err := p.kill(); err != nil {
			t.Error(err)
		}
	})
	return p
}
