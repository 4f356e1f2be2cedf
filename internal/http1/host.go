package http1

import (
	"bytes"

	"weir/internal/message"
)

// checkHost holds a request to one host (RFC 9112, 3.2): exactly one Host field in HTTP/1.1 and at most one in HTTP/1.0,
// well formed, the same as in an absolute- or authority-form target. HAProxy 2.6 takes HTTP/1.1 without Host, folds
// equal Host fields into one and does not look at the octets of the value.
func checkHost(req *message.Request, h *head) error {
	if h.lax {
		return laxHost(req, h)
	}
	switch {
	case h.hosts > 1:
		return ErrHosts
	case h.hosts == 0 && req.Minor == 1:
		return ErrNoHost
	case h.hosts == 0:
		return nil
	}
	host := req.Get(message.Host)
	// An empty Host is what a client sends for a target without an authority (RFC 9110, 7.2).
	if len(host) > 0 && !validHost(host) {
		return ErrHost
	}
	if len(req.Authority) > 0 && !sameHost(req.Authority, host, req.Scheme) {
		return ErrHostDiffers
	}
	return nil
}

// validHost reports whether b is a name, an IPv4 address or an IPv6 address in brackets, with an optional port.
func validHost(b []byte) bool {
	if len(b) > maxHost {
		return false
	}
	host, port := message.SplitPort(b)
	if !validPort(port) || len(host) == 0 {
		return false
	}
	if host[0] == '[' {
		return validIPLiteral(host)
	}
	for _, c := range host {
		if !hostChar[c] {
			return false
		}
	}
	return true
}

// validPort takes at most 65535 and the empty port that RFC 3986, 3.2.3, allows.
func validPort(port []byte) bool {
	n := 0
	for _, c := range port {
		if n = n*10 + int(c-'0'); n > 65535 {
			return false
		}
	}
	return true
}

// validIPLiteral looks at the octets only: an address that does not exist is routed nowhere. A zone ("%25eth0") means
// something on one machine and has no place in a message (RFC 6874 is obsolete).
func validIPLiteral(b []byte) bool {
	if len(b) < 4 || b[len(b)-1] != ']' {
		return false
	}
	colons := 0
	for _, c := range b[1 : len(b)-1] {
		switch {
		case c == ':':
			colons++
		case hexDigit[c] == notHex && c != '.':
			return false
		}
	}
	return colons >= 2
}

// sameHost compares the authority of the target with Host: letters in either case, a default port as good as none
// (HAProxy 2.6 does the same). An authority-form target has no scheme: 80 and 443 both count as default.
func sameHost(authority, host, scheme []byte) bool {
	a, ap := message.SplitPort(authority)
	b, bp := message.SplitPort(host)
	return bytes.EqualFold(a, b) && bytes.Equal(namedPort(ap, scheme), namedPort(bp, scheme))
}

// namedPort is nil for a default port of the scheme.
func namedPort(port, scheme []byte) []byte {
	switch {
	case len(port) == 0,
		string(port) == "80" && !equalFold(scheme, "https"),
		string(port) == "443" && !equalFold(scheme, "http"):
		return nil
	}
	return port
}
