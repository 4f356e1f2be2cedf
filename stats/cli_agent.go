package stats

import (
	"context"
	"errors"
	"net/netip"
	"strconv"
)

// CheckAdmin changes where servers are checked and what their agents say. An Admin may implement it.
type CheckAdmin interface {
	// SetServerAgent switches the asking of an agent on or off ("enable agent").
	SetServerAgent(ctx context.Context, backend, server string, on bool) error
	// SetServerAgentState takes the agent's word: up or not.
	SetServerAgentState(ctx context.Context, backend, server string, up bool) error
	SetServerAgentSend(ctx context.Context, backend, server, text string) error
	// SetServerAgentAddr and SetServerCheckAddr change an address, a port or both: an invalid address and port 0 stay as they are.
	SetServerAgentAddr(ctx context.Context, backend, server string, ip netip.Addr, port uint16) error
	SetServerCheckAddr(ctx context.Context, backend, server string, ip netip.Addr, port uint16) error
}

var (
	errSetAgent     = errors.New("'set server <srv> agent' expects 'up' or 'down'.")
	errSetCheckAddr = errors.New("set server <b>/<s> check-addr requires an address and optionally a port.")
	errSetPort      = errors.New("set server <b>/<s> check-port requires a port from 1 to 65535.")
)

// onChecks runs an action on the checks of the server that the first argument names.
func onChecks(c *call, do func(a CheckAdmin, backend, server string) error) error {
	r, err := c.server(c.arg(0))
	if err != nil {
		return err
	}
	a, ok := c.admin.(CheckAdmin)
	if !ok {
		return errNoAdmin
	}
	return do(a, r.Proxy, r.Name)
}

// serverAgent makes "enable agent" and "disable agent".
func serverAgent(on bool) func(*call) error {
	return func(c *call) error {
		return onChecks(c, func(a CheckAdmin, b, s string) error { return a.SetServerAgent(c.ctx, b, s, on) })
	}
}

// setServerChecks is "set server B/S agent|agent-addr|agent-port|agent-send|check-addr|check-port VALUE"; done is false for
// another option.
func setServerChecks(c *call) (done bool, err error) {
	value := c.arg(2)
	switch c.arg(1) {
	case "agent":
		if value != "up" && value != "down" {
			return true, errSetAgent
		}
		err = onChecks(c, func(a CheckAdmin, b, s string) error { return a.SetServerAgentState(c.ctx, b, s, value == "up") })
	case "agent-send":
		err = onChecks(c, func(a CheckAdmin, b, s string) error { return a.SetServerAgentSend(c.ctx, b, s, value) })
	case "agent-addr":
		err = setCheckAddr(c, CheckAdmin.SetServerAgentAddr)
	case "check-addr":
		err = setCheckAddr(c, CheckAdmin.SetServerCheckAddr)
	case "agent-port":
		err = setCheckPort(c, value, CheckAdmin.SetServerAgentAddr)
	case "check-port":
		err = setCheckPort(c, value, CheckAdmin.SetServerCheckAddr)
	default:
		return false, nil
	}
	return true, err
}

type addrSetter func(a CheckAdmin, ctx context.Context, backend, server string, ip netip.Addr, port uint16) error

func setCheckPort(c *call, text string, set addrSetter) error {
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil || port == 0 {
		return errSetPort
	}
	return onChecks(c, func(a CheckAdmin, b, s string) error { return set(a, c.ctx, b, s, netip.Addr{}, uint16(port)) })
}

func setCheckAddr(c *call, set addrSetter) error {
	ip, err := netip.ParseAddr(c.arg(2))
	if err != nil || ip.Zone() != "" || c.arg(3) != "" && c.arg(3) != "port" {
		return errSetCheckAddr
	}
	port := uint64(0)
	if c.arg(3) == "port" {
		if port, err = strconv.ParseUint(c.arg(4), 10, 16); err != nil || port == 0 {
			return errSetPort
		}
	}
	return onChecks(c, func(a CheckAdmin, b, s string) error { return set(a, c.ctx, b, s, ip, uint16(port)) })
}
