package logfmt

// AppendHTTP appends the line of "option httplog" (HAProxy manual, 8.2.3), without a line end.
func (f *Formatter) AppendHTTP(dst []byte, r *Record) []byte {
	dst = f.appendStart(dst, r, r.Date)
	dst = append(appendInt(dst, r.TR), '/')
	dst = append(appendInt(dst, r.Tw), '/')
	dst = append(appendInt(dst, r.Tc), '/')
	dst = append(appendInt(dst, r.Tr), '/')
	dst = append(appendGrowing(dst, r, r.Ta), ' ')
	dst = append(appendInt(dst, int64(r.Status)), ' ')
	dst = append(appendGrowing(dst, r, r.Bytes), ' ')
	dst = append(appendCookie(dst, r.ReqCookie), ' ')
	dst = append(appendCookie(dst, r.RespCookie), ' ')
	dst = append(append(dst, r.State[:]...), ' ')
	dst = append(appendCounts(dst, r, '/'), ' ')
	dst = appendCaptures(dst, r.ReqHeaders)
	dst = appendCaptures(dst, r.RespHeaders)
	return appendRequestLine(dst, r)
}

func appendCookie(dst, cookie []byte) []byte {
	if cookie == nil {
		return append(dst, '-')
	}
	return appendEscaped(dst, cookie, inCookie)
}

// appendCaptures appends "{a|b} ", or nothing where nothing is captured.
func appendCaptures(dst []byte, values [][]byte) []byte {
	if values == nil {
		return dst
	}
	return append(appendBraces(dst, values), ' ')
}

func appendBraces(dst []byte, values [][]byte) []byte {
	dst = append(dst, '{')
	for i, v := range values {
		if i > 0 {
			dst = append(dst, '|')
		}
		dst = appendEscaped(dst, v, inHeader)
	}
	return append(dst, '}')
}

// AppendHTTPS appends the line of "option httpslog" (HAProxy manual, 8.2.4): that of httplog and what is known of TLS, which without
// TLS is this.
func (f *Formatter) AppendHTTPS(dst []byte, r *Record) []byte {
	dst = f.AppendHTTP(dst, r)
	if !r.SSL {
		return append(dst, " 0/-/-/-/0 -/-/-"...)
	}
	dst = append(dst, " 0/0000000000000000/"...) // whoever has an error of TLS has no line of this kind
	dst = appendInt(dst, int64(r.SSLVerify))
	dst = append(dst, '/')
	dst = appendInt(dst, int64(r.SSLCAErr))
	dst = append(dst, '/', '0')
	if r.SSLResumed {
		dst[len(dst)-1] = '1'
	}
	for i, text := range [...]string{r.SSLName, r.SSLVersion, r.SSLCipher} {
		dst = append(dst, " //"[i])
		if text == "" {
			text = "-"
		}
		dst = appendEscaped(dst, []byte(text), inCookie)
	}
	return dst
}
