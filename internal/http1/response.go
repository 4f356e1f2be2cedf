package http1

import "weir/internal/message"

func parseResponse(buf []byte, resp *message.Response, method message.MethodID, lim Limits, forgiven **Error) (int, error) {
	resp.Reset()
	i, err := parseStatusLine(buf, resp)
	if err != nil {
		return 0, err
	}
	h := head{lax: lim.Lax}
	n, err := parseFields(buf, i, &resp.Fields, lim.Fields, &h)
	if err != nil {
		return 0, err
	}
	if err := frameResponse(resp, method, &h); err != nil {
		return 0, err
	}
	*forgiven = h.forgiven
	return n, connectionOfResponse(resp, &h)
}

// parseStatusLine parses "HTTP/1.x SP 3DIGIT [SP reason] CRLF" (RFC 9112, 4). A missing reason is taken without its
// space too: servers send that. HAProxy 2.6 takes any number for a status.
func parseStatusLine(buf []byte, resp *message.Response) (int, error) {
	const status = len(version) + 2
	const reason = status + 3
	if len(buf) < reason+1 {
		return 0, shortStatusLine(buf)
	}
	minor := buf[len(version)]
	if string(buf[:len(version)]) != version || minor != '0' && minor != '1' || buf[status-1] != ' ' {
		return 0, ErrVersion
	}
	resp.Minor = minor - '0'
	for _, c := range buf[status:reason] {
		if c < '0' || c > '9' {
			return 0, ErrStatus
		}
		resp.Status = resp.Status*10 + int(c-'0')
	}
	if resp.Status < 100 {
		return 0, ErrStatus
	}
	i := reason
	if buf[i] == ' ' {
		i++
		end := scanValue(buf, i)
		resp.Reason = buf[i:end:end]
		i = end
		return lineEnd(buf, i, ErrReason)
	}
	return lineEnd(buf, i, ErrStatus)
}

// shortStatusLine refuses a beginning that cannot become a status line.
func shortStatusLine(buf []byte) error {
	for i, c := range buf {
		switch {
		case i < len(version):
			if c != version[i] {
				return ErrVersion
			}
		case i == len(version):
			if c != '0' && c != '1' {
				return ErrVersion
			}
		case i == len(version)+1:
			if c != ' ' {
				return ErrVersion
			}
		case c < '0' || c > '9':
			return ErrStatus
		}
	}
	return ErrIncomplete
}
