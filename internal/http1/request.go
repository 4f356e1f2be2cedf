package http1

import (
	"bytes"

	"weir/internal/message"
)

func parseRequest(buf []byte, req *message.Request, lim Limits, forgiven **Error) (int, error) {
	req.Reset()
	h := head{lax: lim.Lax}
	i, err := skipEmptyLines(buf)
	if err == nil {
		i, err = parseRequestLine(buf, i, req, &h)
	}
	if err != nil {
		return 0, err
	}
	n, err := parseFields(buf, i, &req.Fields, lim.Fields, &h)
	if err != nil {
		return 0, err
	}
	if err := checkHost(req, &h); err != nil {
		return 0, err
	}
	if err := frameRequest(req, &h); err != nil {
		return 0, err
	}
	*forgiven = h.forgiven
	return n, connectionOfRequest(req, &h)
}

// skipEmptyLines tolerates CRLF before a request line (RFC 9112, 2.2): old clients send one after a body.
func skipEmptyLines(buf []byte) (int, error) {
	i := 0
	for lines := 0; i < len(buf) && (buf[i] == '\r' || buf[i] == '\n'); lines++ {
		if lines == maxEmptyLines {
			return 0, ErrEmptyLines
		}
		next, err := lineEnd(buf, i, nil)
		if err != nil {
			return 0, err
		}
		i = next
	}
	return i, nil
}

// parseRequestLine parses "method SP target SP version CRLF" with exactly one space between (RFC 9112, 3, lets a
// recipient split on any white space, and HAProxy 2.6 does; two that split differently see two targets).
func parseRequestLine(buf []byte, i int, req *message.Request, h *head) (int, error) {
	start := i
	for i < len(buf) && lowerToken[buf[i]] != 0 {
		i++
	}
	if err := methodError(buf, start, i); err != nil {
		return 0, err
	}
	req.Method = buf[start:i:i]
	req.MethodID = message.LookupMethod(req.Method)
	target := i + 1
	i = h.target(buf, target)
	if i < len(buf) && buf[i] != ' ' {
		return 0, targetCharError(buf, i)
	}
	if i >= len(buf) {
		return 0, ErrIncomplete
	}
	req.Target = buf[target:i:i]
	if err := splitTarget(req, h); err != nil {
		return 0, err
	}
	return parseVersion(buf, i+1, &req.Minor, h)
}

// methodError is nil when buf[start:i] is a method and a space follows.
func methodError(buf []byte, start, i int) error {
	switch {
	case i-start > maxMethod:
		return ErrMethod
	case i == len(buf):
		return ErrIncomplete
	case i == start && (buf[i] == ' ' || buf[i] == '\t'):
		return ErrLeadingSpace
	case i == start || buf[i] != ' ':
		return ErrMethod
	}
	return nil
}

// targetCharError tells an HTTP/0.9 request line (no version) from a bad octet.
func targetCharError(buf []byte, i int) error {
	switch {
	case buf[i] == '\n' && buf[i-1] != '\r':
		return ErrBareLF
	case buf[i] == '\r' && i+1 == len(buf):
		return ErrIncomplete
	case buf[i] == '\r' && buf[i+1] == '\n':
		return ErrVersion
	}
	return ErrTargetChar
}

const version = "HTTP/1."

// parseVersion parses "HTTP/1.x CRLF" at i and returns the index after it. HAProxy 2.6 takes HTTP/1.2 to HTTP/9.9 for
// 1.1 and HTTP/0.9 for 1.0; a peer that speaks them would not send this syntax.
func parseVersion(buf []byte, i int, minor *uint8, h *head) (int, error) {
	if h.lax {
		end, err := h.laxVersion(buf, i, minor)
		if err != nil {
			return 0, err
		}
		return lineEnd(buf, end, ErrVersion)
	}
	b := buf[i:]
	if len(b) < len(version)+1 {
		if len(b) > len(version) || string(b) != version[:len(b)] {
			return 0, ErrVersion
		}
		return 0, ErrIncomplete
	}
	digit := b[len(version)]
	if string(b[:len(version)]) != version || digit != '0' && digit != '1' {
		return 0, ErrVersion
	}
	*minor = digit - '0'
	return lineEnd(buf, i+len(version)+1, ErrVersion)
}

var (
	rootPath = []byte("/")
	starPath = []byte("*")
)

// splitTarget takes the request-target apart (RFC 9112, 3.2).
func splitTarget(req *message.Request, h *head) error {
	t := req.Target
	switch {
	case req.MethodID == message.MethodConnect:
		// Authority-form, and a port must be given: RFC 9112, 3.2.3.
		if host, port := message.SplitPort(t); len(host) == 0 || len(port) == 0 || !validHost(t) {
			return ErrTarget
		}
		req.Authority = t
		return nil
	case len(t) == 0:
		return ErrTarget
	case t[0] == '/':
		req.Path = t
		return nil
	case t[0] == '*':
		// HAProxy 2.6 takes it with any method; RFC 9112, 3.2.4, has it for OPTIONS only.
		if len(t) != 1 || req.MethodID != message.MethodOptions {
			return ErrTarget
		}
		req.Path = t
		return nil
	}
	return splitAbsolute(req, t, h)
}

// splitAbsolute takes "scheme://authority/path?query" apart (RFC 9112, 3.2.2). A query directly after the authority is
// refused as HAProxy does; user information as RFC 9110, 4.2.4, advises.
func splitAbsolute(req *message.Request, t []byte, h *head) error {
	i := bytes.IndexByte(t, ':')
	if i <= 0 || !validScheme(t[:i]) || len(t) < i+3 || t[i+1] != '/' || t[i+2] != '/' {
		return ErrTarget
	}
	rest := t[i+3:]
	end := 0
	for end < len(rest) && rest[end] != '/' && rest[end] != '?' {
		end++
	}
	// What would be written in another way is no host: nobody knows where in "a#b" others end it.
	if end == 0 || scanTarget(rest[:end], 0) < end || !validHost(rest[:end]) && !h.forgive(ErrHost) || end < len(rest) && rest[end] == '?' {
		return ErrTarget
	}
	req.Scheme, req.Authority, req.Path = t[:i:i], rest[:end:end], rest[end:]
	if len(req.Path) == 0 {
		req.Path = rootPath
		if req.MethodID == message.MethodOptions {
			req.Path = starPath // RFC 9112, 3.2.4
		}
	}
	return nil
}

func validScheme(s []byte) bool {
	for i, c := range s {
		switch {
		case c|0x20 >= 'a' && c|0x20 <= 'z':
		case i > 0 && (c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.'):
		default:
			return false
		}
	}
	return true
}
