package frontend

import (
	"context"
	"sync"
	"time"

	"weir/internal/http1"
	"weir/stats"
)

// captured is the last malformed message of a section, for "show errors".
type captured struct {
	mu sync.Mutex
	e  stats.CapturedError
}

// keep remembers a message. It never waits: of two loops that come at once, one is heard.
func (c *captured) keep(st *stream, e *http1.Error, data []byte, response bool) {
	event := st.w.px.malformed.Add(1) - 1
	if !c.mu.TryLock() {
		return
	}
	defer c.mu.Unlock()
	fe := st.fe().p
	c.e = stats.CapturedError{
		When: time.Now(), Event: event, Frontend: fe.Name, FrontendIID: fe.ID, Response: response, Reason: e.Reason, Position: http1.Locate(data, e, response),
		Data: append(c.e.Data[:0], data...),
	}
	if src := st.ctx.Src; src.IsValid() {
		c.e.Source = src.String()
	} else if src := st.s.src(); src.IsValid() {
		c.e.Source = src.String()
	}
	if st.route != nil {
		c.e.Backend, c.e.BackendIID = st.route.p.Name, st.route.p.ID
	}
	if srv := st.lease.Server; srv != nil {
		c.e.Server, c.e.ServerSID = srv.Name(), srv.ID()
	}
}

// add appends what is there to the list.
func (c *captured) add(list []stats.CapturedError) []stats.CapturedError {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.e.When.IsZero() {
		return list
	}
	e := c.e
	e.Data = append([]byte(nil), e.Data...)
	return append(list, e)
}

// Errors are the last malformed request of each frontend and the last malformed response of each backend, and how many there have been.
func (px *Proxy) Errors(context.Context) (list []stats.CapturedError, total uint64) {
	total = px.malformed.Load()
	for _, fe := range px.frontends {
		list = fe.badRequest.add(list)
	}
	for _, b := range px.backends {
		list = px.routes[b.Name()].badResponse.add(list)
	}
	return list, total
}
