package frontend

import (
	"bytes"

	"weir/backend"
	"weir/conf"
	"weir/internal/fault"
	"weir/internal/loop"
	"weir/internal/message"
)

// private reports whether the server's connection is this client's alone: by "http-reuse never", or because the server has
// asked for a scheme that authenticates the connection (see authenticates), or since it was opened in the client's name.
func (st *stream) private() bool {
	return st.s.private || st.route.p.Reuse == conf.ReuseNever || st.lease.Server != nil && st.lease.Server.Owned()
}

// authenticates notes an exchange of NTLM or Negotiate: those schemes authenticate a connection, not a request. Another
// client's request on it would be served in the first one's name, so it is never shared, and the client stays on its server.
func (st *stream) authenticates() {
	if st.s.private {
		return
	}
	challenged := st.resp.Status == 401 || st.resp.Status == 407
	st.s.private = challenged && (named(st.resp.Fields, message.WWWAuthenticate) || named(st.resp.Fields, message.ProxyAuthenticate)) ||
		st.asksPrivate()
}

// asksPrivate reports whether the request is part of such an exchange.
func (st *stream) asksPrivate() bool {
	return named(st.req.Fields, message.Authorization) || named(st.req.Fields, message.ProxyAuthorization)
}

// named reports whether a field names one of the schemes, at its beginning or at that of any of its values (RFC 9110, 11.6.1).
func named(fields message.Fields, id message.FieldID) bool {
	for i := range fields {
		if fields[i].ID != id {
			continue
		}
		for rest, more := fields[i].Value, true; more; {
			var v []byte
			v, rest, more = message.NextValue(rest)
			if hasPrefixFold(v, "nego") || hasPrefixFold(v, "ntlm") {
				return true
			}
		}
	}
	return false
}

func hasPrefixFold(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && bytes.EqualFold(b[:len(prefix)], []byte(prefix))
}

// assign takes a slot: of the server that this client's private connection leads to, or of whichever balancing picks.
func (st *stream) assign(t *loop.Task) *fault.Fault {
	r, deadline := st.route, after(st.w.l.Now(), firstSet(st.set.queue, st.route.p.Timeouts.Queue, st.set.connect, st.route.p.Timeouts.Connect))
	if len(r.useServers) > 0 && st.avoid == nil {
		if srv := st.useServer(t); srv != nil {
			if err := r.b.AssignTo(t, &st.lease, &st.sub, srv, deadline); err != fault.NoServer {
				return orNone(err)
			}
		}
	}
	if r.rdp != nil && st.avoid == nil {
		if srv := st.rdpServer(); srv != nil {
			if err := r.b.AssignAnyway(t, &st.lease, &st.sub, srv, deadline, r.p.Persist); err != fault.NoServer {
				return orNone(err)
			}
		}
	}
	if srv := st.visit.server; srv != nil && st.avoid == nil {
		err := r.b.AssignAnyway(t, &st.lease, &st.sub, srv, deadline, st.visit.forced)
		if err != fault.NoServer {
			return orNone(err)
		}
		st.visit.seen, st.visit.server = cookieDown, nil // since it was looked at
	}
	if srv := st.s.held.Server(r.b); srv != nil && st.s.private && st.tries == 0 {
		switch err := r.b.AssignTo(t, &st.lease, &st.sub, srv, deadline); {
		case err == nil:
			return nil
		case err != fault.NoServer:
			return asFault(err)
		}
	}
	if srv := st.s.previous; srv != nil && r.p.PreferLast && st.prefers(srv) {
		if err := r.b.AssignTo(t, &st.lease, &st.sub, srv, deadline); err != fault.NoServer {
			return orNone(err)
		}
	}
	if err := r.b.Assign(t, &st.lease, &st.sub, st.avoid, deadline); err != nil {
		return asFault(err)
	}
	return nil
}

// prefers reports whether "option prefer-last-server" keeps the client on the server of its last request: where no key says another,
// it can take one more, and a connection to it is open.
func (st *stream) prefers(srv *backend.Server) bool {
	r := st.route
	return srv.Backend() == r.b && st.avoid == nil && !r.p.Balance.Algo.Keyed() && srv.Ready(st.w.l) && st.mayQueue(srv)
}

// mayQueue reports whether the client may wait for that server: no more wait for it than "max-keep-alive-queue" allows.
func (st *stream) mayQueue(srv *backend.Server) bool {
	n := st.route.p.KeepAliveQueue
	return n < 0 || srv.Limit() == 0 || srv.Streams() < srv.Limit() || srv.Queued() < int64(n)
}

// orNone is the fault of an error, nil of none.
func orNone(err error) *fault.Fault {
	if err == nil {
		return nil
	}
	return asFault(err)
}
