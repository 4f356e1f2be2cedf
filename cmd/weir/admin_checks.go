package main

import (
	"context"
	"net/netip"

	"weir/backend"
)

// The commands that change how servers are checked, and how they are spoken to.

func (a *admin) SetServerTLS(_ context.Context, b, s string, on bool) error {
	return a.with(b, s, func(srv *backend.Server) error { return srv.SetTLS(on) })
}

func (a *admin) SetServerAgent(_ context.Context, b, s string, on bool) error {
	return a.with(b, s, func(srv *backend.Server) error { return srv.SetAgent(on) })
}

func (a *admin) SetServerAgentState(_ context.Context, b, s string, up bool) error {
	return a.with(b, s, func(srv *backend.Server) error { return srv.SetAgentState(up) })
}

func (a *admin) SetServerAgentSend(_ context.Context, b, s, text string) error {
	return a.with(b, s, func(srv *backend.Server) error { return srv.SetAgentSend(text) })
}

func (a *admin) SetServerAgentAddr(_ context.Context, b, s string, ip netip.Addr, port uint16) error {
	return a.with(b, s, func(srv *backend.Server) error { return srv.SetAgentAddr(ip, int(port)) })
}

func (a *admin) SetServerCheckAddr(_ context.Context, b, s string, ip netip.Addr, port uint16) error {
	return a.with(b, s, func(srv *backend.Server) error { return srv.SetCheckAddr(ip, int(port)) })
}
