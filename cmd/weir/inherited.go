package main

import (
	"errors"
	"slices"

	"go.uber.org/zap"

	"weir/conf"
)

// addUnbindable adds to errors about sockets that were not handed over, where there are no others, those about addresses that cannot be bound
// either: all that keeps the process from listening is told at once. Nothing stays bound.
func addUnbindable(cfg *conf.Config, diags *conf.Diagnostics, haproxy bool) {
	missing := map[conf.Pos]bool{}
	for _, e := range diags.Errors {
		if e.Kind != socketKind {
			return
		}
		missing[e.Pos] = true
	}
	if len(missing) == 0 {
		return
	}
	e, err := newEngine(&runtimeOptions{cfg: withoutSockets(cfg, missing), log: zap.NewNop(), haproxy: haproxy})
	if err == nil {
		var plan interface{ Abort() }
		if plan, err = e.bind(); err == nil {
			plan.Abort()
		}
		e.Close()
	}
	for _, e := range flatten(err) {
		var placed *conf.Error
		if !errors.As(e, &placed) {
			placed = &conf.Error{Msg: e.Error()}
		}
		diags.Add(placed)
	}
	diags.Tidy()
}

// withoutSockets is the configuration without what should have been handed over.
func withoutSockets(cfg *conf.Config, missing map[conf.Pos]bool) *conf.Config {
	part := *cfg
	part.Proxies = slices.Clone(cfg.Proxies)
	for i, p := range part.Proxies {
		one := *p
		one.Binds = slices.DeleteFunc(slices.Clone(p.Binds), func(b *conf.Bind) bool { return missing[b.Pos] })
		one.Servers = slices.DeleteFunc(slices.Clone(p.Servers), func(s *conf.Server) bool { return missing[s.Pos] })
		part.Proxies[i] = &one
	}
	part.Global.StatsSockets = slices.DeleteFunc(slices.Clone(cfg.Global.StatsSockets), func(s *conf.StatsSocket) bool { return missing[s.Pos] })
	return &part
}
