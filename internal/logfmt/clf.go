package logfmt

// AppendCLF appends the line of "option httplog clf" (HAProxy manual, 8.2.3), without a line end. As HAProxy's, it ends
// with a space where no response header is captured.
func (f *Formatter) AppendCLF(dst []byte, r *Record) []byte {
	port := int64(r.Client.Port())
	if r.Client.IsValid() {
		dst = appendAddr(dst, r.Client.Addr())
	} else {
		dst, port = append(dst, "unix"...), int64(r.UnixID)
	}
	dst = append(dst, " - - ["...)
	dst = append(f.appendGMT(dst, r.Date), "] "...)
	dst = append(appendRequestLine(dst, r), ' ')
	dst = append(appendInt(dst, int64(r.Status)), ' ')
	dst = append(appendGrowing(dst, r, r.Bytes), ` "" "" `...)
	dst = append(appendInt(dst, port), ' ')
	_, ms := split(r.Start)
	dst = append(appendMilli(dst, ms), ' ', '"')
	dst = append(appendFrontend(dst, r), `" "`...)
	dst = append(append(dst, r.backend()...), `" "`...)
	dst = append(append(dst, r.server()...), `" `...)
	dst = append(appendInt(dst, r.TR), ' ')
	dst = append(appendInt(dst, r.Tw), ' ')
	dst = append(appendInt(dst, r.Tc), ' ')
	dst = append(appendInt(dst, r.Tr), ' ')
	dst = append(appendGrowing(dst, r, r.Ta), ' ')
	dst = append(append(dst, r.State[:]...), ' ')
	dst = append(appendCounts(dst, r, ' '), ' ')
	dst = append(appendQuoted(dst, r.ReqCookie, inCookie), ' ')
	dst = append(appendQuoted(dst, r.RespCookie, inCookie), ' ')
	if len(r.ReqHeaders) > 0 {
		dst = append(appendQuotedList(dst, r.ReqHeaders), ' ')
	}
	return appendQuotedList(dst, r.RespHeaders)
}

func appendQuoted(dst, text []byte, s *set) []byte {
	return append(appendEscaped(append(dst, '"'), text, s), '"')
}

func appendQuotedList(dst []byte, values [][]byte) []byte {
	for i, v := range values {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = appendQuoted(dst, v, inHeader)
	}
	return dst
}
