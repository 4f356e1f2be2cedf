package main

import (
	"context"
	"errors"
	"testing"

	"go.uber.org/zap"

	"weir/conf"
	"weir/conf/cfgfile"
)

// A stop does not wait for a reload beyond its own time, and what that reload has made does not start any more.
func TestStopBesideReload(t *testing.T) {
	cfg, diags := cfgfile.Parse("test.cfg", []byte("frontend f\n  bind 127.0.0.1:1\n"))
	if cfg == nil {
		t.Fatal(diags)
	}
	cfg.Global.NbThread = 1
	p, err := newEngine(&runtimeOptions{cfg: cfg, log: zap.NewNop()})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	next, err := p.build(cfg, p.cur)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := p.planSockets(&conf.Config{})
	if err != nil {
		t.Fatal(err)
	}
	p.one <- struct{}{} // a reload is under way
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := p.Shutdown(ctx); err != nil && !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v; want %v", err, context.Canceled)
	}
	if err := p.start(p.cur, &prepared{next, plan}); !errors.Is(err, errStopping) {
		t.Fatalf("got %v; want %v", err, errStopping)
	}
}
