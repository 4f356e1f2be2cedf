package http1

import (
	"bytes"

	"weir/internal/message"
)

// What Limits.Lax forgives, for peers that cannot be mended (HAProxy's "option accept-unsafe-violations-in-http-request" and
// "-response"): what two parsers may read in two ways without losing count of where a message ends. Framing is never
// forgiven, and what goes out is written anew: characters that may not stand in a request-target are percent-encoded.

// laxToken is lowerToken for names that are no tokens: everything but control characters, space, DEL and the colon.
var laxToken = makeLaxToken()

func makeLaxToken() (t [256]byte) {
	for i := 0x21; i < len(t); i++ {
		if c := byte(i); c != ':' && c != 0x7f {
			t[c] = c
		}
	}
	for c := byte('A'); c <= 'Z'; c++ {
		t[c] = c | 0x20
	}
	return t
}

// forgive reports whether a fault is to be passed over, and remembers the first.
func (h *head) forgive(e *Error) bool {
	if h.lax && h.forgiven == nil {
		h.forgiven = e
	}
	return h.lax
}

// names is the table of what names are made of.
func (h *head) names() *[256]byte {
	if h.lax {
		return &laxToken
	}
	return &lowerToken
}

// checkName notes a name that is no token.
func (h *head) checkName(name []byte) {
	for _, c := range name {
		if lowerToken[c] == 0 {
			h.forgive(ErrNameChar)
			return
		}
	}
}

// target is scanTarget that passes over fragments and octets beyond ASCII where that is forgiven.
func (h *head) target(buf []byte, i int) int {
	for {
		i = scanTarget(buf, i)
		if i >= len(buf) || buf[i] != '#' && buf[i] < 0x80 || !h.forgive(ErrTargetChar) {
			return i
		}
		i++
	}
}

// laxVersion parses "HTTP/" 1*2DIGIT "." 1*2DIGIT at i: what is below 1.1 is 1.0, all else 1.1. end is the index after it.
func (h *head) laxVersion(buf []byte, i int, minor *uint8) (end int, err error) {
	const name = "HTTP/"
	b := buf[i:]
	if n := min(len(b), len(name)); string(b[:n]) != name[:n] {
		return 0, ErrVersion
	} else if n < len(name) {
		return 0, ErrIncomplete
	}
	major, n, err := digits(b, len(name))
	if err != nil {
		return 0, err
	}
	switch {
	case n == len(b):
		return 0, ErrIncomplete
	case b[n] != '.':
		return 0, ErrVersion
	}
	least, n, err := digits(b, n+1)
	if err != nil {
		return 0, err
	}
	if *minor = 1; major == 0 || major == 1 && least == 0 {
		*minor = 0
	}
	if major != 1 || least > 1 || n != len(version)+1 {
		h.forgive(ErrVersion)
	}
	return i + n, nil
}

// digits reads one or two digits at i and returns the index after them.
func digits(b []byte, i int) (n, end int, err error) {
	for end = i; end < len(b) && end < i+2 && b[end] >= '0' && b[end] <= '9'; end++ {
		n = n*10 + int(b[end]-'0')
	}
	switch {
	case end == len(b):
		return 0, 0, ErrIncomplete
	case end == i:
		return 0, 0, ErrVersion
	}
	return n, end, nil
}

// laxHost makes one host of what names it twice or not at all: that of the request-target (RFC 9112, 3.2.2) goes before the
// field's. Two fields that differ are never forgiven: whoever stands behind may take the other one.
func laxHost(req *message.Request, h *head) error {
	host := req.Get(message.Host)
	switch {
	case h.hosts > 1 && !oneHost(req.Fields):
		return ErrHosts
	case h.hosts > 1:
		h.forgive(ErrHosts)
	case h.hosts == 0 && req.Minor == 1:
		h.forgive(ErrNoHost)
	case len(host) > 0 && !validHost(host):
		h.forgive(ErrHost)
	}
	if h.hosts == 0 {
		return nil
	}
	if len(req.Authority) > 0 && !bytes.Equal(host, req.Authority) {
		if !sameHost(req.Authority, host, req.Scheme) {
			h.forgive(ErrHostDiffers)
		}
		host = req.Authority
	}
	req.Fields.Set(message.Host, host)
	return nil
}

// oneHost reports whether all Host fields name the same host, letters in either case.
func oneHost(fields message.Fields) bool {
	var first []byte
	seen := false
	for i := range fields {
		f := &fields[i]
		switch {
		case f.ID != message.Host:
		case !seen:
			first, seen = f.Value, true
		case !bytes.EqualFold(f.Value, first):
			return false
		}
	}
	return true
}
