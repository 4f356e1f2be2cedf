package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"weir/conf"
)

func TestFitMaxconn(t *testing.T) {
	cfg := func(maxconn int) *conf.Config {
		return &conf.Config{
			Global: conf.Global{NbThread: 2, Maxconn: maxconn, StatsSockets: []*conf.StatsSocket{{Maxconn: 10}}},
			Proxies: []*conf.Proxy{
				{Binds: []*conf.Bind{{}, {}}},
				{Servers: []*conf.Server{{Check: true}, {Check: true}, {}}},
			},
		}
	}
	const fixed = fdsSpare + 2*fdsPerLoop + 11 + 2 + 2
	f := func(maxconn int, limit uint64, want int, warning string) {
		t.Helper()
		c := cfg(maxconn)
		got := fitMaxconn(c, limit)
		if c.Global.Maxconn != want || got != warning {
			t.Fatalf("maxconn %d, limit %d: got %d, %q; want %d, %q", maxconn, limit, c.Global.Maxconn, got, want, warning)
		}
	}
	f(0, fixed+250, 100, "")
	f(0, 1<<40, maxMaxconn, "")
	f(100, fixed+200, 100, "")
	f(101, fixed+200, 100, "maxconn 101 needs 297 file descriptors (2 a connection and 95 for everything else) and the limit is 295: maxconn is lowered to 100")
	f(5, 10, 1, "maxconn 5 needs 105 file descriptors (2 a connection and 95 for everything else) and the limit is 10: maxconn is lowered to 1")
	f(0, 10, 1, "the limit of 10 file descriptors leaves room for a maxconn of 1 (2 a connection and 95 for everything else): raise it, or set maxconn")
	f(0, fixed+248, 99, "the limit of 343 file descriptors leaves room for a maxconn of 99 (2 a connection and 95 for everything else): raise it, or set maxconn")
}

// Pipes take nothing that connections may need.
func TestFitPipes(t *testing.T) {
	const fixed = fdsSpare + 2*fdsPerLoop
	f := func(maxconn, pipes int, limit uint64, wantConns, wantPipes int) {
		t.Helper()
		c := &conf.Config{Global: conf.Global{NbThread: 2, Maxconn: maxconn, MaxPipes: pipes}}
		fitMaxconn(c, limit)
		if g := &c.Global; g.Maxconn != wantConns || g.MaxPipes != wantPipes {
			t.Errorf("maxconn %d, maxpipes %d, limit %d: got %d and %d; want %d and %d", maxconn, pipes, limit, g.Maxconn, g.MaxPipes, wantConns, wantPipes)
		}
	}
	f(0, 0, fixed+1000, 400, 102)
	f(0, 50, fixed+1000, 450, 50)
	f(0, 900, fixed+1000, 250, 252) // half of what there is at most
	f(100, 0, fixed+1000, 100, 200)
	f(400, 0, fixed+1000, 400, 102)
	f(500, 0, fixed+1000, 500, 2)
	f(500, 30, fixed+1000, 500, 2)
	f(500, 30, fixed+2000, 500, 30)
	f(600, 0, fixed+1000, 500, 2)
	f(1, 0, fixed+1000, 1, 2)
	f(0, 0, 1<<40, maxMaxconn, 2*maxMaxconn)
	f(7, 0, 10, 1, 2)
}

// "weir check" tells of it too, and leaves the configuration as it is.
func TestTooFewFDs(t *testing.T) {
	cfg := &conf.Config{Global: conf.Global{NbThread: 1, Maxconn: 5000}}
	f := func(limit uint64, want string) {
		t.Helper()
		got := ""
		for _, e := range tooFewFDs(cfg, func(*conf.Global) uint64 { return limit }) {
			got += e.Error()
		}
		if got != want || cfg.Global.Maxconn != 5000 {
			t.Errorf("limit %d: got %q, maxconn %d; want %q", limit, got, cfg.Global.Maxconn, want)
		}
	}
	f(0, "")
	f(20000, "")
	f(1024, "global: as the limits are here, maxconn 5000 needs 10072 file descriptors (2 a connection and 72 for everything else) and the limit is 1024: maxconn is lowered to 476")
	hard, err := fdLimit()
	if err != nil {
		t.Fatal(err)
	}
	if got := fdsToCome(&conf.Global{FDHardLimit: 77}); got != 77 {
		t.Errorf("with fd-hard-limit 77: %d", got)
	}
	if got := fdsToCome(&conf.Global{}); got != hard.Max {
		t.Errorf("%d; want %d", got, hard.Max)
	}
}

func TestRaiseFDLimit(t *testing.T) {
	hard, err := raiseFDLimit(0)
	if err != nil || hard == 0 {
		t.Fatalf("got %d, %v", hard, err)
	}
	if low, err := raiseFDLimit(int(hard) - 1); err != nil || low != hard-1 {
		t.Fatalf("got %d, %v; want %d", low, err, hard-1)
	}
	if again, err := raiseFDLimit(0); err != nil || again != hard {
		t.Fatalf("got %d, %v; want %d", again, err, hard)
	}
}

func TestPidFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weir.pid")
	remove, err := writePidFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil || strings.TrimSpace(string(text)) != strconv.Itoa(os.Getpid()) {
		t.Fatalf("got %q, %v", text, err)
	}
	remove()
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Fatalf("the file is still there: %v", err)
	}
	if _, err := writePidFile(filepath.Join(path, "below-a-file-that-is-not-there")); err == nil || !strings.HasPrefix(err.Error(), "pidfile: ") {
		t.Fatalf("got %v", err)
	}
	if _, err := ownerOf(&conf.Global{User: "no such user"}); err == nil || !strings.HasPrefix(err.Error(), `user "no such user": `) {
		t.Fatalf("got %v", err)
	}
	if _, err := ownerOf(&conf.Global{Group: "no such group"}); err == nil || !strings.HasPrefix(err.Error(), `group "no such group": `) {
		t.Fatalf("got %v", err)
	}
}

// A reload leaves a limit that ulimit-n has set alone, and a refused one leaves any.
func TestLimitFDsOfReload(t *testing.T) {
	was, err := fdLimit()
	if err != nil {
		t.Fatal(err)
	}
	defer keepFDLimit()()
	low := int(was.Max) - 2
	with, without := &conf.Global{Process: conf.Process{ULimitN: low}}, &conf.Global{}
	f := func(g, first *conf.Global, want int) {
		t.Helper()
		got, err := limitFDs(g, first)
		r, _ := fdLimit()
		if err != nil || got != uint64(want) || r.Cur != got {
			t.Fatalf("got %d, %v; in force is %d; want %d", got, err, r.Cur, want)
		}
	}
	f(with, nil, low)
	f(with, with, low)
	f(without, with, low) // that the line has gone is told, and takes effect at the next start
	undo := keepFDLimit()
	f(without, without, int(was.Max))
	f(with, without, int(was.Max))
	undo()
	if r, _ := fdLimit(); r.Cur != uint64(low) {
		t.Fatalf("got %d; want %d", r.Cur, low)
	}
}
