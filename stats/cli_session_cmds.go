package stats

import (
	"strconv"
	"strings"
	"time"
)

// The commands about the connection itself.

func togglePrompt(c *call) error {
	c.session.prompt = !c.session.prompt
	return nil
}

func quit(c *call) error {
	c.session.quit = true
	return nil
}

// lowerTo makes a command that gives rights up; they never come back on this connection.
func lowerTo(l Level) func(*call) error {
	return func(c *call) error {
		c.session.level = min(c.session.level, l)
		return nil
	}
}

func showLevel(c *call) error {
	c.tell(severityInfo, c.session.level.String())
	return nil
}

func showSockets(c *call) error {
	c.reply("# socket lvl processes")
	s := c.session.server
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, cs := range s.sockets {
		c.reply(socketName(cs) + " " + cs.Level.String() + " all")
	}
	return nil
}

// socketName is the address with its family, as HAProxy lists it.
func socketName(cs *cliSocket) string {
	switch a := cs.Address; {
	case strings.HasPrefix(a, "/"):
		return "unix@" + a
	case strings.Contains(a, "@") || cs.Listener != nil && a != "":
		return a
	}
	a := cs.listener.Addr().String()
	if strings.HasPrefix(a, "[") {
		return "ipv6@" + a
	}
	return "ipv4@" + a
}

func setTimeout(c *call) error {
	if c.arg(0) != "cli" {
		return errSetTimeout
	}
	if c.arg(1) == "" {
		return errNeedInteger
	}
	d, ok := parseDelay(c.arg(1))
	if !ok {
		return errTimeoutValue
	}
	c.session.timeout = d
	return nil
}

// delayUnits are the suffixes of a delay; a bare number is in seconds.
var delayUnits = []struct {
	suffix string
	unit   time.Duration
}{{"us", time.Microsecond}, {"ms", time.Millisecond}, {"s", time.Second}, {"m", time.Minute}, {"h", time.Hour}, {"d", 24 * time.Hour}, {"", time.Second}}

// parseDelay reads a positive delay, at most maxTimeout.
func parseDelay(s string) (time.Duration, bool) {
	for _, u := range delayUnits {
		digits, ok := strings.CutSuffix(s, u.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(digits, 10, 32)
		if err != nil || n == 0 || time.Duration(n) > maxTimeout/u.unit {
			return 0, false
		}
		return time.Duration(n) * u.unit, true
	}
	return 0, false
}
