package stats

import (
	"context"
	"errors"
	"slices"
	"strconv"
)

// The commands that change frontends and the process.

// onFrontend makes a command of an action on one frontend.
func onFrontend(do func(Admin, context.Context, string) error) func(*call) error {
	return func(c *call) error {
		name, err := c.frontend(c.arg(0))
		if err != nil {
			return err
		}
		if c.admin == nil {
			return errNoAdmin
		}
		return do(c.admin, c.ctx, name)
	}
}

func setMaxconnFrontend(c *call) error {
	name, err := c.frontend(c.arg(0))
	if err != nil {
		return err
	}
	n, err := wholeNumber(c.arg(1), errIntegerMissing)
	if err != nil {
		return err
	}
	if c.admin == nil {
		return errNoAdmin
	}
	return c.admin.SetMaxconnFrontend(c.ctx, name, n)
}

func setMaxconnGlobal(c *call) error {
	n, err := wholeNumber(c.arg(0), errNeedInteger)
	if err != nil {
		return err
	}
	if hard := c.source.Info(c.ctx).HardMaxconn; int64(n) > hard {
		return errRange
	}
	if c.admin == nil {
		return errNoAdmin
	}
	return c.admin.SetMaxconnGlobal(c.ctx, n)
}

// maxNumber bounds limits and rates to what 32-bit clients can read back.
const maxNumber = 1<<31 - 1

// wholeNumber reads a number from 0. HAProxy takes a word for 0, which would set a limit to nothing by a typing
// mistake: here it is refused like no number at all.
func wholeNumber(s string, missing error) (int, error) {
	n, err := strconv.Atoi(s)
	if errors.Is(err, strconv.ErrRange) {
		return 0, errRange
	}
	if err != nil {
		return 0, missing
	}
	if n < 0 || n > maxNumber {
		return 0, errRange
	}
	return n, nil
}

// rateLimits are the rates that can be limited process-wide.
var rateLimits = []string{"connections", "sessions", "ssl-sessions", "http-compression"}

var errRateLimit = errors.New("'set rate-limit' only supports 'connections global', 'sessions global', 'ssl-sessions global' and 'http-compression global', with a number a second.")

func setRateLimit(c *call) error {
	if !slices.Contains(rateLimits, c.arg(0)) || c.arg(1) != "global" {
		return errRateLimit
	}
	n, err := wholeNumber(c.arg(2), errNeedInteger)
	if err != nil {
		return err
	}
	l, ok := c.admin.(RateLimiter)
	if !ok {
		return errNoAdmin
	}
	return l.SetRateLimit(c.ctx, c.arg(0), n)
}

func clearCounters(c *call) error {
	all := c.arg(0) == "all"
	if all && c.session.level < LevelAdmin {
		return errors.New("Permission denied")
	}
	if c.admin == nil {
		return errNoAdmin
	}
	return c.admin.ClearCounters(c.ctx, all)
}
