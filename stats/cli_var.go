package stats

import (
	"context"
	"errors"
	"time"
)

// VarAdmin knows the process's variables ("get var", "set var").
type VarAdmin interface {
	// GetVar is a variable's type and value; false where it is not set.
	GetVar(ctx context.Context, name string) (kind, value string, ok bool)
	// SetVar evaluates an expression or, where format is set, a format, and gives it to the variable.
	SetVar(ctx context.Context, name, text string, format bool) error
}

// EventLister has event sinks ("show events").
type EventLister interface {
	// EventSinks describes the sinks.
	EventSinks() []string
	// Events is what a sink remembers; false where there is none of that name.
	Events(sink string) ([]string, bool)
}

var (
	errNeedVar      = errors.New("Missing process-wide variable identifier.")
	errNoVar        = errors.New("Variable not found.")
	errNeedExpr     = errors.New("Missing either 'expr', 'fmt' or expression.")
	errNoSink       = errors.New("No such event sink")
	errSinkOptions  = errors.New("Waiting for events ('-w', '-n') is not done yet: ask again.")
	errNeedDelay    = errors.New("Expects a delay.")
	errWaitFor      = errors.New("Waiting for a condition is not done yet; want a delay alone.")
	errInterrupted  = errors.New("Interrupted.")
	errModeArgument = errors.New("Expects 'on' or 'off'.")
)

func getVar(c *call) error {
	a, ok := c.admin.(VarAdmin)
	switch {
	case !ok:
		return errNoAdmin
	case c.arg(0) == "":
		return errNeedVar
	}
	kind, value, ok := a.GetVar(c.ctx, c.arg(0))
	if !ok {
		return errNoVar
	}
	c.bare = true
	c.reply(c.arg(0) + ": type=" + kind + " value=<" + value + ">")
	return nil
}

func setVar(c *call) error {
	a, ok := c.admin.(VarAdmin)
	switch {
	case !ok:
		return errNoAdmin
	case c.arg(0) == "":
		return errNeedVar
	case c.arg(1) == "":
		return errNeedExpr
	}
	c.bare = true // where it is an error
	if c.arg(2) != "" && (c.arg(1) == "expr" || c.arg(1) == "fmt") {
		return a.SetVar(c.ctx, c.arg(0), c.arg(2), c.arg(1) == "fmt")
	}
	return a.SetVar(c.ctx, c.arg(0), c.arg(1), false)
}

func showEvents(c *call) error {
	a, ok := c.admin.(EventLister)
	if !ok {
		return errNoAdmin
	}
	if c.arg(0) == "" {
		c.reply("Supported events sinks are listed below. Add -w(wait), -n(new). Any key to stop")
		return c.replyAll(a.EventSinks(), nil)
	}
	switch {
	case c.session.level < LevelOperator:
		return errDenied
	case c.arg(1) != "":
		return errSinkOptions
	}
	lines, ok := a.Events(c.arg(0))
	if !ok {
		c.bare = true
		return errNoSink
	}
	return c.replyAll(lines, nil)
}

var errDenied = errors.New("Permission denied")

// echo is for scripts that put marks between answers.
func echo(c *call) error {
	c.reply(c.text)
	return nil
}

// wait lets a script pause between commands. A bare number is in milliseconds.
func wait(c *call) error {
	switch {
	case c.arg(0) == "":
		return errNeedDelay
	case c.arg(1) != "":
		return errWaitFor
	}
	text := c.arg(0)
	if last := text[len(text)-1]; last >= '0' && last <= '9' {
		text += "ms"
	}
	d, ok := parseDelay(text)
	if !ok || d > maxWait {
		return errTimeoutValue
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-c.session.server.ctx.Done():
		return errInterrupted
	}
}

// modeCommand is for scripts that switch HAProxy's modes on before a command: here each command has its level instead.
func modeCommand(name string) func(*call) error {
	return func(c *call) error {
		on := &c.session.modes
		switch c.arg(0) {
		case "on":
			*on = withMode(*on, name, true)
		case "off":
			*on = withMode(*on, name, false)
		case "":
			state := "OFF"
			if (*on)[name] {
				state = "ON"
			}
			c.reply(name + " is " + state)
		default:
			return errModeArgument
		}
		return nil
	}
}

func withMode(modes map[string]bool, name string, on bool) map[string]bool {
	if modes == nil {
		modes = map[string]bool{}
	}
	modes[name] = on
	return modes
}
