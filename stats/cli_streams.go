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
			s.ID, s.Proto, c.hideAddr(s.Source), orNone(c.hide(s.Frontend)), orNone(c.hide(s.Backend)), orNone(c.hide(s.Server)), s.Phase,
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
	all, total := l.Errors(c.ctx)
	proxy, side := c.arg(0), c.arg(1)
	if proxy == "request" || proxy == "response" {
		proxy, side = "-1", proxy
	}
	if proxy != "" && proxy != "-1" && !c.knows(proxy) {
		return errNoProxy
	}
	c.reply(fmt.Sprintf("Total events captured on [%s] : %d", time.Now().Format(capturedTime), total))
	for i := range all {
		e := &all[i]
		if e.of(proxy) && (side == "" || e.Response == (side == "response")) {
			e.dump(c)
		}
	}
	return nil
}

// knows reports whether there is a proxy of that name or number.
func (c *call) knows(proxy string) bool {
	id, err := strconv.Atoi(proxy)
	for _, r := range c.source.Rows(c.ctx) {
		if r.Proxy == proxy || err == nil && r.IID == id {
			return true
		}
	}
	return false
}

// of says whether the event is one of the proxy, given by name, by number, or as "-1" or "" for any: of a request, of the frontend
// that got it; of a response, of the backend.
func (e *CapturedError) of(proxy string) bool {
	name, iid := e.Frontend, e.FrontendIID
	if e.Response {
		name, iid = e.Backend, e.BackendIID
	}
	if proxy == "" || proxy == "-1" || proxy == name {
		return true
	}
	id, err := strconv.Atoi(proxy)
	return err == nil && id == iid
}

// dump writes one event: who, what, and the bytes as a Go string literal per line of input.
func (e *CapturedError) dump(c *call) {
	front := fmt.Sprintf("frontend %s (#%d)", orNone(e.Frontend), e.FrontendIID)
	back := fmt.Sprintf("backend %s (#%d)", orNone(e.Backend), idOrNone(e.Backend, e.BackendIID))
	kind, of, by := "request", front, back
	if e.Response {
		kind, of, by = "response", back, front
	}
	c.reply(" ") // a blank, since an empty line would end the answer
	c.reply(oneLine(fmt.Sprintf("[%s] %s: invalid %s", e.When.Format(capturedTime), of, kind)))
	c.reply(oneLine(fmt.Sprintf("  %s, server %s (#%d), event #%d, src %s", by, orNone(e.Server), idOrNone(e.Server, e.ServerSID), e.Event, e.Source)))
	c.reply(oneLine(fmt.Sprintf("  reason %s,", e.Reason)))
	c.reply(fmt.Sprintf("  len %d, error at position %d :", len(e.Data), e.Position))
	c.reply("  ")
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

// idOrNone is the number of what has that name.
func idOrNone(name string, id int) int {
	if name == "" {
		return -1
	}
	return id
}

// dumpWidth is how many bytes one line of a dump shows at most.
const dumpWidth = 70
