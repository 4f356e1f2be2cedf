package frontend

// nameServer puts the server's name into the request ("http-send-name-header"), in the place of whatever stood there.
func (st *stream) nameServer() {
	if name := st.route.sendName; name != "" {
		st.req.Fields.SetName(name, st.arena.CopyString(st.lease.Server.Name()))
	}
}
