package main

import (
	"context"
	"errors"
	"time"

	"weir/backend"
	"weir/conf"
	"weir/conf/cfgfile"
	"weir/stats"
)

// AddServer is for "add server". It is read as a server line of haproxy.cfg is.
func (a *admin) AddServer(_ context.Context, b, s string, args []string) error {
	be := a.px.Backend(b)
	switch {
	case be == nil:
		return stats.ErrNoBackend
	case !be.Dynamic():
		return backend.ErrStatic
	case be.Server(s) != nil:
		return backend.ErrExists
	}
	c, up, err := cfgfile.ParseServer(s, args)
	if err != nil {
		return err
	}
	if c.Agent && c.AgentCheck.Port == 0 {
		return errors.New("server " + s + " does not have agent port. Agent check has been disabled.")
	}
	track := c.Track // which may be a server that the configuration does not have: the proxies look
	c.Track = nil
	if diags := conf.ValidateServer(a.px.Config(), be.Conf(), c); len(diags.Errors) > 0 {
		return diags.Errors[0]
	}
	c.Track = track
	return a.px.AddServer(be, c, up)
}

// DeleteServer is for "del server".
func (a *admin) DeleteServer(_ context.Context, b, s string) error {
	srv, err := a.server(b, s)
	if err != nil {
		return err
	}
	return a.px.DeleteServer(srv)
}

// ServersConn is for "show servers conn".
func (a *admin) ServersConn(_ context.Context, b string) (rows []stats.ServerConns) {
	for _, be := range a.px.Backends() {
		if b == "" || be.Name() == b {
			rows = be.Conns(rows)
		}
	}
	return rows
}

// Activity is for "show activity" and its like.
func (a *admin) Activity(context.Context) (list []stats.LoopActivity) {
	for _, l := range a.px.Loops() {
		s := &l.Stats
		list = append(list, stats.LoopActivity{Turns: s.Turns.Load(), Stalls: s.Stalls.Load(), Panics: s.Panics.Load(), Stale: s.Stale.Load(),
			AcceptErrors: s.AcceptErrors.Load(), Spliced: s.Spliced.Load(), Busy: time.Duration(s.BusyNS.Load()), Idle: time.Duration(s.IdleNS.Load()),
			Conns: s.Conns.Load(), Tasks: s.Tasks.Load()})
	}
	return list
}

// TaskProfiling is for "show profiling".
func (a *admin) TaskProfiling(context.Context) (mode string, loops []stats.TaskProfile) {
	on := a.px.Measures()
	for _, l := range a.px.Loops() {
		s := &l.Stats
		loops = append(loops, stats.TaskProfile{On: on, Runs: s.TaskRuns.Load(), Ran: time.Duration(s.TaskRanNS.Load()), Waited: time.Duration(s.TaskWaitedNS.Load())})
	}
	return a.px.Profiling(), loops
}

// SetTaskProfiling is for "set profiling tasks".
func (a *admin) SetTaskProfiling(_ context.Context, mode string) { a.px.SetProfiling(mode) }
