package stats

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// The commands about streams and malformed messages.

func showSess(c *call) error {
	a, ok := c.admin.(SessionAdmin)
	if !ok {
		return errNoAdmin
	}
	for _, s := range a.Sessions(c.ctx) {
		c.reply(oneLine(fmt.Sprintf("%s: proto=%s src=%s fe=%s be=%s srv=%s ts=%s age=%ds in=%d out=%d exp=%ds",
			s.ID, s.Proto, s.Source, orNone(s.Frontend), orNone(s.Backend), orNone(s.Server), s.Phase,
			int64(s.Age/time.Second), s.BytesIn, s.BytesOut, int64(s.Expires/time.Second))))
	}
	return nil
}

func orNone(s string) string {
	if s == "" {
		return "<NONE>"
	}
	return s
}

func shutdownSession(c *call) error {
	if c.arg(0) == "" {
		return errNeedSession
	}
	a, ok := c.admin.(SessionAdmin)
	if !ok {
		return errNoAdmin
	}
	if !a.ShutdownSession(c.ctx, c.arg(0)) {
		return errNoSession
	}
	return nil
}

func shutdownServerSessions(c *call) error {
	return onServer(func(a Admin, ctx context.Context, backend, server string) error {
		s, ok := a.(SessionAdmin)
		if !ok {
			return errNoAdmin
		}
		return s.ShutdownServerSessions(ctx, backend, server)
	})(c)
}

// capturedTime is the layout of "show errors".
const capturedTime = "02/Jan/2006:15:04:05.000"

func showErrors(c *call) error {
	l, ok := c.admin.(ErrorLister)
	if !ok {
		return errNoAdmin
	}
	all := l.Errors(c.ctx)
	c.reply(fmt.Sprintf("Total events captured on [%s] : %d", time.Now().Format(capturedTime), len(all)))
	proxy, side := c.arg(0), c.arg(1)
	if proxy == "request" || proxy == "response" {
		proxy, side = "-1", proxy
	}
	for i := range all {
		e := &all[i]
		if e.of(proxy) && (side == "" || e.Response == (side == "response")) {
			e.dump(c)
		}
	}
	return nil
}

// of says whether the event is one of the proxy, given by name, by number, or as "-1" or "" for any.
func (e *CapturedError) of(proxy string) bool {
	if proxy == "" || proxy == "-1" || proxy == e.Frontend || proxy == e.Backend {
		return true
	}
	id, err := strconv.Atoi(proxy)
	return err == nil && (id == e.FrontendIID || id == e.BackendIID)
}

// dump writes one event: who, what, and the bytes as a Go string literal per line of input.
func (e *CapturedError) dump(c *call) {
	kind := "request"
	if e.Response {
		kind = "response"
	}
	c.reply(" ") // a blank, since an empty line would end the answer
	c.reply(oneLine(fmt.Sprintf("[%s] frontend %s (#%d): invalid %s", e.When.Format(capturedTime), orNone(e.Frontend), e.FrontendIID, kind)))
	c.reply(oneLine(fmt.Sprintf("  backend %s (#%d), server %s, src %s", orNone(e.Backend), e.BackendIID, orNone(e.Server), e.Source)))
	c.reply(oneLine(fmt.Sprintf("  %s; len %d, error at position %d", e.Reason, len(e.Data), e.Position)))
	for at := 0; at < len(e.Data); {
		line, next := e.Data[at:], len(e.Data)
		for i := range line {
			if line[i] == '\n' || i == dumpWidth-1 {
				line, next = line[:i+1], at+i+1
				break
			}
		}
		quoted := strconv.QuoteToASCII(string(line))
		c.reply(fmt.Sprintf("  %05d  %s", at, quoted[1:len(quoted)-1]))
		at = next
	}
}

// dumpWidth is how many bytes one line of a dump shows at most.
const dumpWidth = 70
