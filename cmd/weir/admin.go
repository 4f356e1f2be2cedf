package main

import (
	"context"
	"errors"
	"net/netip"

	"weir/backend"
	"weir/frontend"
	"weir/stats"
)

// admin carries the stats socket's commands to backends and frontends.
type admin struct {
	px *frontend.Proxy
}

func (a *admin) server(b, s string) (*backend.Server, error) {
	be := a.px.Backend(b)
	if be == nil {
		return nil, stats.ErrNoBackend
	}
	if srv := be.Server(s); srv != nil {
		return srv, nil
	}
	return nil, stats.ErrNoServer
}

// with calls fn with the server of that name.
func (a *admin) with(b, s string, fn func(*backend.Server) error) error {
	srv, err := a.server(b, s)
	if err != nil {
		return err
	}
	return fn(srv)
}

func (a *admin) EnableServer(_ context.Context, b, s string) error {
	return a.with(b, s, func(srv *backend.Server) error { srv.Enable(); return nil })
}

func (a *admin) DisableServer(_ context.Context, b, s string) error {
	return a.with(b, s, func(srv *backend.Server) error { srv.Disable(); return nil })
}

func (a *admin) SetServerState(_ context.Context, b, s, state string) error {
	return a.with(b, s, func(srv *backend.Server) error { return srv.SetState(state) })
}

func (a *admin) SetServerWeight(_ context.Context, b, s, weight string) error {
	return a.with(b, s, func(srv *backend.Server) error { return srv.SetWeight(weight) })
}

func (a *admin) SetServerAddr(_ context.Context, b, s string, ip netip.Addr, port uint16) error {
	return a.with(b, s, func(srv *backend.Server) error { return srv.SetAddr(ip.String(), int(port)) })
}

func (a *admin) SetServerHealth(_ context.Context, b, s, health string) error {
	return a.with(b, s, func(srv *backend.Server) error { return srv.SetHealth(health) })
}

func (a *admin) SetServerChecks(_ context.Context, b, s string, on bool) error {
	return a.with(b, s, func(srv *backend.Server) error {
		if on && !srv.Conf().Check {
			return errors.New("Health check was not configured on this server, cannot enable.")
		}
		srv.SetChecks(on)
		return nil
	})
}

func (a *admin) SetServerMaxconn(_ context.Context, b, s string, n int) error {
	return a.with(b, s, func(srv *backend.Server) error { return srv.SetMaxconn(n) })
}

// withFrontend calls fn with the frontend of that name.
func (a *admin) withFrontend(name string, fn func(*frontend.Frontend)) error {
	for _, fe := range a.px.Frontends() {
		if fe.Name() == name {
			fn(fe)
			return nil
		}
	}
	return stats.ErrNoFrontend
}

func (a *admin) EnableFrontend(_ context.Context, name string) error {
	return a.listening(name, (*frontend.Frontend).Resume, stats.ErrEnabled, stats.ErrShutOn)
}

func (a *admin) DisableFrontend(_ context.Context, name string) error {
	return a.listening(name, (*frontend.Frontend).Pause, stats.ErrDisabled, stats.ErrShutOff)
}

func (a *admin) ShutdownFrontend(_ context.Context, name string) error {
	return a.listening(name, (*frontend.Frontend).ShutdownListeners, stats.ErrShut, stats.ErrShut)
}

// listening does something to a frontend's listeners: already says that it was so before, and shut that they are closed for good.
func (a *admin) listening(name string, do func(*frontend.Frontend) bool, already, shut error) error {
	var failed error
	if err := a.withFrontend(name, func(fe *frontend.Frontend) {
		switch {
		case fe.IsShut():
			failed = shut
		case !do(fe):
			failed = already
		}
	}); err != nil {
		return err
	}
	return failed
}

func (a *admin) SetMaxconnFrontend(_ context.Context, name string, n int) error {
	return a.withFrontend(name, func(fe *frontend.Frontend) { fe.SetMaxconn(n) })
}

func (a *admin) SetMaxconnGlobal(_ context.Context, n int) error {
	a.px.SetMaxconn(n)
	return nil
}

func (a *admin) ServersState(_ context.Context, name string) ([]stats.ServerStateRow, error) {
	list := a.px.Backends()
	if name != "" {
		b := a.px.Backend(name)
		if b == nil {
			return nil, stats.ErrNoBackend
		}
		list = []*backend.Backend{b}
	}
	var rows []stats.ServerStateRow
	for _, b := range list {
		for _, s := range b.Servers() {
			rows = append(rows, s.StateRow())
		}
	}
	return rows, nil
}

func (a *admin) ClearCounters(_ context.Context, all bool) error {
	for _, fe := range a.px.Frontends() {
		fe.ClearCounters(all)
	}
	for _, b := range a.px.Backends() {
		b.ClearCounters(all)
	}
	return nil
}

// Sessions is for "show sess".
func (a *admin) Sessions(ctx context.Context) []stats.Session { return a.px.Sessions(ctx) }

// ShutdownSession is for "shutdown session".
func (a *admin) ShutdownSession(ctx context.Context, id string) bool {
	return a.px.ShutdownSession(ctx, id)
}

// ShutdownServerSessions is for "shutdown sessions server".
func (a *admin) ShutdownServerSessions(ctx context.Context, b, s string) error {
	return a.with(b, s, func(srv *backend.Server) error { return a.px.ShutdownServerSessions(ctx, srv) })
}

// Errors is for "show errors".
func (a *admin) Errors(ctx context.Context) ([]stats.CapturedError, uint64) { return a.px.Errors(ctx) }

// SetRateLimit is for "set rate-limit".
func (a *admin) SetRateLimit(_ context.Context, kind string, perSecond int) error {
	if !a.px.SetRateLimit(kind, perSecond) {
		return errors.New("There is no such rate: nothing is compressed.")
	}
	return nil
}

// SSLCommand is for the commands on certificates.
func (a *admin) SSLCommand(_ context.Context, name string, args []string, payload string) string {
	return a.px.Certificates().Command(name, args, payload)
}
