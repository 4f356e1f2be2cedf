package logfmt

// AppendRefused appends the line of a connection that ended before there was a session (HAProxy manual, 8.2.5), without a line end:
// "CLIENT [DATE] FRONTEND/BIND: TEXT". The date is r.Date.
func (f *Formatter) AppendRefused(dst []byte, r *Record, bind, text string) []byte {
	dst = append(appendClient(dst, r), " ["...)
	dst = append(f.appendDate(dst, r.Date), "] "...)
	dst = append(append(dst, r.Frontend...), '/')
	dst = append(append(dst, bind...), ": "...)
	return append(dst, text...)
}

// AppendConnect appends the default line, which HAProxy writes at the accept, and in HTTP mode for each request (HAProxy manual, 8.2.1), without
// a line end.
// For a unix socket it is "Connect to unix:ID (NAME/MODE)", as HAProxy 2.6 writes it.
func (f *Formatter) AppendConnect(dst []byte, r *Record) []byte {
	if r.Client.IsValid() {
		dst = appendAddrPort(append(dst, "Connect from "...), r.Client)
		dst = appendAddrPort(append(dst, " to "...), r.Dest)
	} else {
		dst = appendInt(append(dst, "Connect to unix:"...), int64(r.UnixID))
	}
	dst = append(append(dst, " ("...), r.Frontend...)
	if r.HTTP {
		return append(dst, "/HTTP)"...)
	}
	return append(dst, "/TCP)"...)
}
