package main

import (
	"context"
	"os"
	"slices"

	"weir/stats"
)

// reloadAdmin is the admin of a process that can reload.
type reloadAdmin struct {
	*admin
	p *proxies
}

// Reload is for the stats socket; it waits for the end.
func (a *reloadAdmin) Reload(ctx context.Context) (bool, string) {
	answer := make(chan reloadAnswer, 1)
	select {
	case a.p.r.reloads <- answer:
	case <-ctx.Done():
		return false, errStopping.Error()
	}
	select {
	case r := <-answer:
		return r.ok, r.log
	case <-ctx.Done():
		return false, errStopping.Error()
	}
}

// Cut is for "hard-reload".
func (a *reloadAdmin) Cut() {
	a.p.mu.Lock()
	defer a.p.mu.Unlock()
	for _, g := range a.p.old {
		g.cut()
	}
}

// StartupLogs is for "show startup-logs".
func (a *reloadAdmin) StartupLogs() string {
	a.p.mu.Lock()
	defer a.p.mu.Unlock()
	return a.p.startup
}

// Generations is for "show proc".
func (a *reloadAdmin) Generations() stats.Generations {
	p := a.p
	p.mu.Lock()
	defer p.mu.Unlock()
	g := stats.Generations{PID: os.Getpid(), Started: p.started, Reloads: p.reloads, Failed: p.failed, Version: version}
	add := func(o *generation) {
		g.List = append(g.List, stats.Generation{Number: o.n, Started: o.started, Reloads: o.reloads, Conns: o.px.Conns()})
	}
	add(p.cur)
	for _, o := range slices.Backward(p.old) {
		add(o)
	}
	return g
}

// ClearCounters forgets those of the generations before, too.
func (a *reloadAdmin) ClearCounters(ctx context.Context, all bool) error {
	if all {
		a.p.past.forget(ctx)
	}
	return a.admin.ClearCounters(ctx, all)
}
