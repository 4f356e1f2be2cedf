package stats

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// The commands that change servers.

// onServer makes a command of an action on one server.
func onServer(do func(Admin, context.Context, string, string) error) func(*call) error {
	return func(c *call) error {
		r, err := c.server(c.arg(0))
		if err != nil {
			return err
		}
		if c.admin == nil {
			return errNoAdmin
		}
		return do(c.admin, c.ctx, r.Proxy, r.Name)
	}
}

// serverChecks makes "enable health" and "disable health".
func serverChecks(on bool) func(*call) error {
	return onServer(func(a Admin, ctx context.Context, backend, server string) error {
		return a.SetServerChecks(ctx, backend, server, on)
	})
}

func getWeight(c *call) error {
	r, err := c.server(c.arg(0))
	if err != nil {
		return err
	}
	s, err := c.serverState(r)
	if err != nil {
		return err
	}
	c.reply(fmt.Sprintf("%d (initial %d)", s.UserWeight, s.InitialWeight))
	return nil
}

func setWeight(c *call) error {
	return setServerWeight(c, c.arg(0), c.arg(1))
}

func setServerWeight(c *call, server, weight string) error {
	r, err := c.server(server)
	if err != nil {
		return err
	}
	if err := checkWeight(weight); err != nil {
		return err
	}
	if c.admin == nil {
		return errNoAdmin
	}
	return c.admin.SetServerWeight(c.ctx, r.Proxy, r.Name, weight)
}

// maxWeight is the largest absolute weight.
const maxWeight = 256

// checkWeight accepts "0" to "256" and a percentage from "0%".
func checkWeight(s string) error {
	if s == "" {
		return errNeedWeight
	}
	digits := strings.TrimLeft(strings.TrimPrefix(s, "-"), "0123456789")
	number := s[:len(s)-len(digits)]
	n, err := strconv.Atoi(number)
	switch {
	case number == "" || number == "-":
		return errors.New("Empty weight string empty or preceded by garbage")
	case digits != "" && digits != "%":
		return errors.New("Trailing garbage in weight string")
	case digits == "%" && (n < 0 || err != nil):
		return errors.New("Relative weight must be positive.")
	case digits == "" && (n < 0 || n > maxWeight || err != nil):
		return errors.New("Absolute weight can only be between 0 and 256 inclusive.")
	}
	return nil
}

// errSetServerUsage is the answer to an option that does not exist.
var errSetServerUsage = errors.New("usage: set server <backend>/<server> addr | agent | agent-addr | agent-port | agent-send | check-addr | check-port | fqdn | health | maxconn | ssl | state | weight")

func setServer(c *call) error {
	if _, err := c.server(c.arg(0)); err != nil {
		return err
	}
	switch value := c.arg(2); c.arg(1) {
	case "state":
		return setServerWord(c, value, errSetState, Admin.SetServerState, "ready", "drain", "maint")
	case "health":
		return setServerWord(c, value, errSetHealth, Admin.SetServerHealth, "up", "stopping", "down")
	case "weight":
		return setServerWeight(c, c.arg(0), value)
	case "addr":
		return setServerAddr(c)
	case "maxconn":
		return setServerMaxconn(c, c.arg(0), value)
	case "ssl":
		return setServerTLS(c, value)
	case "fqdn":
		return errFQDN(value)
	}
	if done, err := setServerChecks(c); done {
		return err
	}
	return errSetServerUsage
}

// TLSAdmin is an Admin that can turn the TLS of a server's connections on and off.
type TLSAdmin interface {
	SetServerTLS(ctx context.Context, backend, server string, on bool) error
}

// setServerTLS is "set server B/S ssl on|off".
func setServerTLS(c *call, value string) error {
	a, ok := c.admin.(TLSAdmin)
	if !ok {
		return errNoAdmin
	}
	r, err := c.server(c.arg(0))
	if err != nil {
		return err
	}
	old, err := c.serverState(r)
	switch {
	case err != nil:
		return err
	case value != "on" && value != "off":
		if err := a.SetServerTLS(c.ctx, r.Proxy, r.Name, old.SSL); err != nil { // that it has none at all is told first
			return err
		}
		return errSetTLS
	}
	if err := a.SetServerTLS(c.ctx, r.Proxy, r.Name, value == "on"); err != nil {
		return err
	}
	c.tell(severityNotice, "server ssl setting updated.")
	return nil
}

var errSetTLS = errors.New("'set server <srv> ssl' expects 'on' or 'off'.")

// errFQDN is the answer to a new name for a server: there are no resolvers that would look it up.
func errFQDN(name string) error {
	if name == "" {
		return errors.New("set server <b>/<s> fqdn requires a FQDN.")
	}
	return errors.New("set server <b>/<s> fqdn failed because no resolution is configured.")
}

// setServerWord runs an action that takes one of a few words.
func setServerWord(c *call, word string, otherwise error, do func(Admin, context.Context, string, string, string) error, accepted ...string) error {
	for _, w := range accepted {
		if w == word {
			return onServer(func(a Admin, ctx context.Context, backend, server string) error {
				return do(a, ctx, backend, server, word)
			})(c)
		}
	}
	return otherwise
}

func setServerMaxconn(c *call, server, value string) error {
	if _, err := c.server(server); err != nil {
		return err
	}
	if value == "" {
		return errNeedMaxconn
	}
	n, err := strconv.Atoi(value)
	if err != nil {
		return errors.New("maxconn string empty or preceded by garbage")
	}
	if n < 0 {
		return errRange
	}
	c.args = []string{server}
	return onServer(func(a Admin, ctx context.Context, backend, server string) error {
		return a.SetServerMaxconn(ctx, backend, server, n)
	})(c)
}

func setMaxconnServer(c *call) error { return setServerMaxconn(c, c.arg(0), c.arg(1)) }

// setServerAddr changes a server's address and says what changed, in HAProxy's words. Both are checked before either
// changes.
func setServerAddr(c *call) error {
	const by = " by 'stats socket command'"
	if c.arg(2) == "" || c.arg(3) != "" && c.arg(3) != "port" || c.arg(3) == "port" && c.arg(4) == "" {
		return errSetAddr
	}
	ip, err := netip.ParseAddr(c.arg(2))
	if err != nil || ip.Zone() != "" {
		return errors.New("Invalid addr '" + c.arg(2) + "'" + by)
	}
	port := uint64(0)
	if c.arg(3) == "port" {
		if port, err = strconv.ParseUint(c.arg(4), 10, 16); err != nil || port == 0 {
			return errors.New("problem converting port '" + c.arg(4) + "' to an int" + by)
		}
	}
	r, err := c.server(c.arg(0))
	if err != nil {
		return err
	}
	old, err := c.serverState(r)
	if err != nil {
		return err
	}
	text, changed := addrChange(old, ip, uint16(port))
	if changed {
		if err := c.admin.SetServerAddr(c.ctx, r.Proxy, r.Name, ip, uint16(port)); err != nil {
			return err
		}
	}
	c.tell(severityWarning, text+by)
	return nil
}

// addrChange says what a new address changes; port 0 was not given.
func addrChange(old *ServerStateRow, ip netip.Addr, port uint16) (string, bool) {
	var parts []string
	changed := false
	if old.Addr.Unmap() != ip.Unmap() {
		parts = append(parts, fmt.Sprintf("IP changed from '%s' to '%s'", dashAddr(old.Addr), ip.Unmap()))
		changed = true
	} else {
		parts = append(parts, "no need to change the addr")
	}
	switch {
	case port == 0:
	case port != old.Port:
		parts = append(parts, fmt.Sprintf("port changed from '%d' to '%d'", old.Port, port))
		changed = true
	default:
		parts = append(parts, "no need to change the port")
	}
	return strings.Join(parts, ", "), changed
}
