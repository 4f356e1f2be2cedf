package frontend

import (
	"weir/internal/fault"
	"weir/internal/loop"
	"weir/internal/message"
)

// A server with "redir" is never connected to for GET and HEAD: clients are sent to it.

// redirected reports whether the client is to ask the server itself.
func (st *stream) redirected() bool {
	return !st.tcp && st.lease.Server.Conf().Redir != "" && (st.req.MethodID == message.MethodGet || st.req.MethodID == message.MethodHead)
}

// sendToServer answers with the server's own address of what was asked for.
func (st *stream) sendToServer(t *loop.Task) next {
	path := st.req.Path
	if len(path) == 0 || path[0] != '/' { // "*"
		path = slash
	}
	b := append(append(st.arena.Open(), st.lease.Server.Conf().Redir...), path...)
	where := st.arena.Seal(escapeControls(b, 0))
	st.rec.fail(fault.ServerRedirect)
	st.resp.Reset()
	st.resp.Status, st.resp.Reason, st.resp.Minor = 302, []byte("Found"), 1
	st.resp.Fields.Add(message.CacheControl, []byte("no-cache"))
	st.resp.Fields.Add(message.Location, where)
	st.resp.Framing = message.Length
	return st.reply(t, nil)
}
