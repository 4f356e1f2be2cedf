package frontend

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"weir/backend"
	"weir/internal/fault"
	"weir/stats"
)

// Sessions lists the streams and tunnels at work, for "show sess".
func (px *Proxy) Sessions(ctx context.Context) []stats.Session {
	lists := make([][]stats.Session, len(px.workers))
	if px.walkAll(ctx, func(w *worker, a *active) { lists[w.id] = append(lists[w.id], w.describe(a)) }) != nil {
		return nil // a list that is still being written must not be read
	}
	return slices.Concat(lists...)
}

// describe tells of a stream or a tunnel.
func (w *worker) describe(a *active) stats.Session {
	var s *session
	var rec *record
	var srv *backend.Server
	var out stats.Session
	if tn := a.tn; tn != nil {
		s, rec, srv = tn.s, &tn.rec, tn.place.Server
		out.Phase, out.BytesIn, out.BytesOut = "tunnel", uint64(rec.up)+tn.Up, uint64(tn.head)+tn.Down
		out.Backend = tn.route.p.Name
	} else {
		st := a.st
		s, rec, srv = st.s, &st.rec, st.lease.Server
		out.Phase, out.BytesIn, out.BytesOut = rec.phase(), uint64(max(st.up.sent, rec.up)), uint64(st.down.sent)
		if st.route != nil {
			out.Backend = st.route.p.Name
		}
	}
	out.ID = w.name(a)
	out.Proto, out.Source = "unix_stream", "unix:"+strconv.Itoa(s.ln.id)
	if src := s.src(); src.IsValid() {
		out.Proto, out.Source = "tcpv6", src.String()
		if src.Addr().Unmap().Is4() {
			out.Proto = "tcpv4"
		}
	}
	out.Frontend = s.fe.p.Name
	if srv != nil {
		out.Server = srv.Name()
	}
	if rec.t0 > 0 {
		out.Age = time.Duration(w.l.Now() - rec.t0)
	}
	return out
}

// name is the stream's id for people: unique while it lives.
func (w *worker) name(a *active) string {
	return "0x" + strconv.FormatUint(uint64(w.id)<<loopShift|a.id, 16)
}

// phase is where the stream is, by what it has reached.
func (r *record) phase() string {
	switch {
	case r.received == 0:
		return "request"
	case r.slot == 0:
		return "queue"
	case r.conn == 0:
		return "connect"
	case r.resp == 0:
		return "headers"
	}
	return "data"
}

// ShutdownSession ends the stream of that id; false: there is none.
func (px *Proxy) ShutdownSession(ctx context.Context, id string) bool {
	n, err := strconv.ParseUint(strings.TrimPrefix(id, "0x"), 16, 64)
	if err != nil || n>>loopShift >= uint64(len(px.workers)) {
		return false
	}
	w, found := px.workers[n>>loopShift], make(chan bool, 1)
	end := w.walk(func(a *active) {
		if a.id == n&(1<<loopShift-1) {
			a.kill(fault.KilledByAdmin)
			found <- true
		}
	})
	select {
	case <-found:
		return true
	case <-end:
	case <-w.l.Done():
	case <-ctx.Done():
	}
	return len(found) > 0
}

// ShutdownServerSessions ends all streams that hold the server.
func (px *Proxy) ShutdownServerSessions(ctx context.Context, s *backend.Server) error {
	return px.walkAll(ctx, func(_ *worker, a *active) { a.killOn(s, fault.KilledByAdmin) })
}

// serverDown ends the streams of a server that has gone down ("on-marked-down shutdown-sessions"), or of a backup that is not
// needed any more. It waits for nothing.
func (px *Proxy) serverDown(s *backend.Server) {
	for _, w := range px.workers {
		w.walk(func(a *active) { a.killOn(s, fault.ServerDown) })
	}
}

func (a *active) killOn(s *backend.Server, f *fault.Fault) {
	if a.tn != nil && a.tn.place.Server == s || a.st != nil && a.st.lease.Server == s {
		a.kill(f)
	}
}

// kill ends a stream or a tunnel; f is for its log line. Called on its loop, outside its task.
func (a *active) kill(f *fault.Fault) {
	if a.tn != nil {
		a.tn.rec.fail(f)
		a.tn.Kill()
		return
	}
	st := a.st
	if st.killed {
		return
	}
	st.killed = true
	st.rec.fail(f)
	if st.lease.Abort() {
		return // nothing is answered, and the client's connection is closed
	}
	if c := st.lease.Conn; c != nil && !st.tcp && st.rec.conn != 0 && st.rec.resp == 0 {
		c.Close() // the end of waiting for a response: the client has its 502
		return
	}
	st.s.c.Reset() // whoever waits for one of the two finds it closed
	if c := st.lease.Conn; c != nil {
		c.Close()
	}
}
